"""The German texts: compile ``django.po`` to the ``django.mo`` that Django reads.

Run ``python -m leitstern.server.translations`` after a change of the .po file; a test says when that was
forgotten.
New texts are collected with ``django-admin makemessages -l de --no-wrap --no-location`` in this folder.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parent / "locale" / "de" / "LC_MESSAGES"


def compiled() -> bytes:
    """The .mo file's content, made from the .po file."""
    with (FOLDER / "django.po").open("rb") as file:
        catalog = read_po(file, locale="de")
    # A fixed date, so that the same texts give the same bytes.
    catalog.creation_date = catalog.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    target = io.BytesIO()
    write_mo(target, catalog)
    return target.getvalue()


if __name__ == "__main__":
    (FOLDER / "django.mo").write_bytes(compiled())
