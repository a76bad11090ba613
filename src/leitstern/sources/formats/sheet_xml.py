"""What a workbook's reader does not tell of its sheets: hidden rows and columns, formulas never calculated.

Only the beginning of each sheet's XML is looked at, so that large workbooks stay fast.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.parsers.expat import ExpatError, ParserCreate

#: So much of a sheet is looked at, and so much at a time.
_MOST = 8 << 20
_CHUNK = 1 << 16
_BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"


@dataclass(slots=True)
class Seen:
    """Rows that are hidden, columns that are (counted from 0), formulas, those without a value, and those
    whose value is 0."""

    rows: int = 0
    columns: set[int] = field(default_factory=set)
    formulas: int = 0
    empty: int = 0
    zero: int = 0

    @property
    def uncalculated(self) -> int:
        """Formulas whose value nobody knows: empty ones, or all, where each is 0 as in a file that a program
        wrote without calculating."""
        return self.formulas if self.empty + self.zero == self.formulas else self.empty


def look(path: Path) -> dict[str, Seen]:
    """What is seen of each sheet, by its name; sheets that cannot be looked at are left out."""
    found: dict[str, Seen] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name, part in _parts(archive).items():
                seen = Seen()
                _parse(archive, part, _Sheet(seen))
                found[name] = seen
    except (KeyError, ExpatError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return found
    return found


class _Names:
    """Collects attributes of the elements of one name."""

    def __init__(self, element: str) -> None:
        self._element = element
        self.found: list[Mapping[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if _bare(name) == self._element:
            self.found.append({_bare(key): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


class _Sheet:
    """Counts what is hidden and which formulas have no value."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._formula = False
        self._value: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = _bare(name)
        if element == "row":
            self._seen.rows += attributes.get("hidden") in ("1", "true")
        elif element == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]) - 1, min(int(attributes["max"]), 1000)
            self._seen.columns.update(range(first, last))
        elif element == "c":
            self._formula, self._value = False, None
        elif element == "f":
            self._formula = True
        elif element == "v":
            self._value = ""

    def end(self, name: str) -> None:
        if _bare(name) == "c" and self._formula:
            self._seen.formulas += 1
            self._seen.empty += not self._value
            self._seen.zero += self._value == "0"

    def text(self, data: str) -> None:
        if self._value is not None:
            self._value += data


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive that holds each sheet."""
    sheets, links = _Names("sheet"), _Names("Relationship")
    _parse(archive, _BOOK, sheets)
    _parse(archive, _LINKS, links)
    places = {link["Id"]: link["Target"] for link in links.found}
    found = {}
    for sheet in sheets.found:
        target = places[sheet["id"]]
        found[sheet["name"]] = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
    return found


def _parse(archive: zipfile.ZipFile, part: str, handler: _Names | _Sheet) -> None:
    parser = ParserCreate()
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    read = 0
    with archive.open(part) as file:
        while read < _MOST and (chunk := file.read(_CHUNK)):
            parser.Parse(chunk)
            read += len(chunk)
