"""One module per kind of file, each with ``read(path, staging, limits) -> list[RawTable]``."""
