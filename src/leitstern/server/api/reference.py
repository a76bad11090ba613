"""docs/api.md: how the API is used (``reference.md``), and all its addresses, from the schema.

Run ``python -m leitstern.server.api.reference`` in the repository after a change of the API; a test says when
that was forgotten.
"""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Any


def page() -> str:
    """The whole page."""
    from leitstern.server.api.main import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    by_tag: dict[str, list[str]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_row(path, method, operation))
    before = resources.files(__package__).joinpath("reference.md").read_text(encoding="utf-8")
    parts = [before, "## Addresses\n", "Beneath `/api/v1`. Fields and answers are in the schema.\n"]
    for tag, rows in by_tag.items():
        parts += [f"### {tag}\n", "| address | operation | |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(parts)


def _row(path: str, method: str, operation: dict[str, Any]) -> str:
    what = " ".join(operation["description"].split())
    short = path.removeprefix("/api/v1")
    return f"| `{method.upper()} {short}` | `{operation['operationId']}` | {what} |"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leitstern.server.settings")
    django.setup()
    (Path(__file__).resolve().parents[4] / "docs" / "api.md").write_text(page(), encoding="utf-8")
