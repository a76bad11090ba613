"""One file per page: load, ask the reader, render."""
