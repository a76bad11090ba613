"""What each version of a KPI meant at the last refresh, so that no version changes its meaning unseen.

A workspace keeps the definitions it last built values from. A version that computes something else since
is refused where a file of the workspace did it: the past would change under the same name. Where a newer
program brought it, there is nothing the workspace could mend: it is a note. Texts may change at any time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from leitstern.errors import Problem
from leitstern.kpis.definition import Definition
from leitstern.kpis.documents import Entry, FileProblem
from leitstern.kpis.expressions import parse_formula
from leitstern.kpis.load import Catalogue
from leitstern.kpis.meaning import meaning

#: The file in a workspace's folder.
FILE = "meanings.json"


@dataclass(frozen=True, slots=True)
class Change:
    """A version that means something else than it did. ``through``: KPIs its formula names, where the
    definition itself is as it was; ``refused``: whether a file of the workspace is the cause."""

    was: Entry
    now: Entry
    through: tuple[str, ...]
    refused: bool

    @property
    def problem(self) -> FileProblem:
        """What changed, at the line of the formula, and what to do."""
        d = self.now.definition
        codes = {
            (True, False): "kpis.meaning_changed",
            (True, True): "kpis.meaning_changed_through",
            (False, False): "kpis.meaning_of_program",
            (False, True): "kpis.meaning_of_program_through",
        }
        code = codes[self.refused, bool(self.through)]
        through = ", ".join(self.through)
        problem = Problem(code, kpi=d.kpi, version=d.version, through=through)
        return self.now.problem(problem, "formula")


def read(folder: Path) -> list[Entry]:
    """The definitions kept in a workspace's folder; what this program cannot read any more is left out."""
    file = folder / FILE
    if not file.exists():
        return []
    entries = []
    for kept in json.loads(file.read_text(encoding="utf-8")):
        try:
            definition = Definition.model_validate(kept["definition"])
        except ValidationError:
            continue
        entries.append(Entry(definition, kept["file"], {}, kept["shipped"]))
    return entries


def keep(folder: Path, catalogue: Catalogue) -> None:
    """Keep what a catalogue says now. A KPI that is gone stays known: its versions are not free again."""
    entries = {_place(e): e for e in read(folder) if not e.shipped}
    entries |= {_place(e): e for e in catalogue.entries()}
    writing = folder / f".{FILE}-{os.getpid()}"
    text = json.dumps([_plain(entries[place]) for place in sorted(entries)], ensure_ascii=False, indent=1)
    writing.write_text(text, encoding="utf-8")
    writing.replace(folder / FILE)


def changes(entries: Iterable[Entry], catalogue: Catalogue) -> list[Change]:
    """The versions in a catalogue that mean something else than in the entries kept."""
    kept = Catalogue(entries)
    if _texts(kept) == _texts(catalogue):
        return []  # nothing to compare in depth, which takes a while
    before = {_place(entry): entry for entry in kept.entries()}
    found = []
    for now in catalogue.entries():
        was = before.get(_place(now))
        if was is not None and _said(kept, was) != _said(catalogue, now):
            found.append(_change(kept, was, catalogue, now))
    return found


def unchanged(folder: Path, catalogue: Catalogue) -> Catalogue:
    """The catalogue that values are made with: a version changed in place keeps the meaning it had."""
    found = {_place(c.now): c.was for c in changes(read(folder), catalogue) if c.refused}
    return Catalogue(found.get(_place(e), e) for e in catalogue.entries()) if found else catalogue


def _texts(catalogue: Catalogue) -> dict[str, list[object]]:
    """All that meanings are made of."""
    return {d.kpi: [(v.version, v.valid_from, _own(v)) for v in catalogue.versions(d.kpi)] for d in catalogue}


def _change(kept: Catalogue, was: Entry, catalogue: Catalogue, now: Entry) -> Change:
    shipped = was.shipped and now.shipped
    if _own(was.definition) != _own(now.definition):
        return Change(was, now, (), refused=not shipped)
    names = parse_formula(now.definition.formula).names
    named = [
        (name, kept.at(name, was.definition.valid_from), catalogue.at(name, now.definition.valid_from))
        for name in names
        if name not in now.definition.measures
    ]
    through = [(name, new) for name, old, new in named if _differ(kept, old, catalogue, new)]
    mine = [not catalogue.entry(new.kpi, new.version).shipped for _, new in through]
    return Change(was, now, tuple(name for name, _ in through), refused=any(mine))


def _differ(kept: Catalogue, old: Definition, catalogue: Catalogue, new: Definition) -> bool:
    before = _said(kept, kept.entry(old.kpi, old.version))
    return before != _said(catalogue, catalogue.entry(new.kpi, new.version))


def _said(catalogue: Catalogue, entry: Entry) -> str:
    """What a version computes, and in which unit."""
    d = entry.definition
    return f"{d.unit}: {meaning(catalogue.resolved(d.kpi, d.version))}"


def _own(definition: Definition) -> dict[str, Any]:
    """What a definition says by itself, without the KPIs that its formula names."""
    return definition.model_dump(include={"formula", "measures", "shape", "unit"})


def _place(entry: Entry) -> tuple[str, int]:
    return entry.definition.kpi, entry.definition.version


def _plain(entry: Entry) -> dict[str, object]:
    dumped = entry.definition.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {"file": entry.file, "shipped": entry.shipped, "definition": dumped}
