"""The catalogue: all KPIs that are shipped or a workspace's own, in all their versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

from leitstern.errors import Problem
from leitstern.kpis.check import check
from leitstern.kpis.definition import Definition, Measure
from leitstern.kpis.documents import Entry, FileProblem, Part, read
from leitstern.kpis.expressions import Formula, Name, nearest, parse_filter, parse_formula

#: Units of which two people's values make no sum.
_LEVELS = ("percent", "score", "ratio")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A KPI ready to be computed: the KPIs its formula names are replaced by their own formulas.

    ``measures`` has the definition's own measures by their name, and those of an inlined KPI as
    ``kpi.measure`` (``win_rate.won_deals``; of a later version ``win_rate@2.won_deals``); the names in
    ``formula`` are its keys. ``averaged`` names measures typed in with ``roll: last`` that are averaged over
    the people and teams they were typed for; the others are added up.
    """

    definition: Definition
    formula: Formula
    measures: dict[str, Measure]
    averaged: frozenset[str] = frozenset()


class Catalogue:
    """KPI definitions by name and version. Iterating gives the newest version of each, by name.

    ``problems`` holds what is wrong in files that could not be used (only after a load that is not
    strict; a strict load raises the first).
    """

    def __init__(self, entries: Iterable[Entry], problems: Iterable[FileProblem] = ()) -> None:
        self._entries: dict[str, dict[int, Entry]] = {}
        self.problems = list(problems)
        self._resolved: dict[tuple[str, int], Resolved] = {}
        for entry in entries:
            self._add(entry)
        self._entries = {name: self._entries[name] for name in sorted(self._entries)}
        self._check()

    @classmethod
    def load(cls, *folders: Path, strict: bool = True) -> Catalogue:
        """The shipped KPIs and those in ``folders``, where a file of the same name and version wins.

        Raises the first problem of a file if ``strict``; otherwise leaves out what is wrong and lists it.
        """
        entries: list[Entry] = []
        problems: list[FileProblem] = []
        for file, text, shipped in _files(folders):
            found, wrong = read(text, file, shipped=shipped)
            entries += found
            problems += wrong
        catalogue = cls(entries, problems)
        if strict and catalogue.problems:
            raise catalogue.problems[0]
        return catalogue

    def _add(self, entry: Entry) -> None:
        definition = entry.definition
        versions = self._entries.setdefault(definition.kpi, {})
        other = versions.get(definition.version)
        if other is None or (other.shipped and not entry.shipped):
            versions[definition.version] = entry
        elif other.shipped == entry.shipped:
            twice = Problem(
                "kpis.kpi_twice",
                name=definition.kpi,
                version=definition.version,
                file=other.file,
                line=other.line("kpi"),
            )
            self.problems.append(entry.problem(twice, "kpi"))

    def _check(self) -> None:
        """Take out what is impossible until the rest stands on its own; causes come before what follows."""
        while True:
            entries = list(self.entries())
            found = [(entry, *wrong) for entry in entries for wrong in self._wrong(entry)]
            found = found or [(entry, *wrong) for entry in entries for wrong in self._unresolved(entry)]
            self.problems += [entry.problem(problem, *part) for entry, part, problem in found]
            for name, version in {(e.definition.kpi, e.definition.version) for e, _, _ in found}:
                self._remove(name, version)
            if not found:
                return

    def _wrong(self, entry: Entry) -> Iterator[tuple[Part, Problem]]:
        yield from check(entry.definition, self._entries)
        yield from self._order(entry)

    def _unresolved(self, entry: Entry) -> Iterator[tuple[Part, Problem]]:
        try:
            self.resolved(entry.definition.kpi, entry.definition.version)
        except Problem as problem:
            yield ("formula",), problem

    def _remove(self, name: str, version: int) -> None:
        del self._entries[name][version]
        if not self._entries[name]:
            del self._entries[name]
        self._resolved.clear()

    def _order(self, entry: Entry) -> Iterator[tuple[Part, Problem]]:
        """A later version must begin later."""
        this = entry.definition
        for other in self.versions(this.kpi):
            later = other.version < this.version and other.valid_from is not None
            if later and (this.valid_from is None or this.valid_from <= (other.valid_from or date.min)):
                values = {"version": this.version, "earlier": other.version, "day": other.valid_from}
                yield ("valid_from",), Problem("kpis.version_order", **values)

    # --- reading ---

    def __iter__(self) -> Iterator[Definition]:
        return (versions[max(versions)].definition for versions in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    @property
    def names(self) -> tuple[str, ...]:
        """All KPI names in alphabetical order."""
        return tuple(self._entries)

    def entries(self) -> Iterator[Entry]:
        """Every version of every KPI with its file and lines."""
        for versions in self._entries.values():
            for version in sorted(versions):
                yield versions[version]

    def entry(self, name: str, version: int | None = None) -> Entry:
        """A definition with its file and lines; the newest version unless one is named."""
        if name not in self._entries:
            raise Problem("kpis.kpi_unknown", name=name, near=nearest(name, self._entries))
        versions = self._entries[name]
        if version is not None and version not in versions:
            known = ", ".join(str(number) for number in sorted(versions))
            raise Problem("kpis.version_unknown", name=name, version=version, known=known)
        return versions[max(versions) if version is None else version]

    def get(self, name: str, version: int | None = None) -> Definition:
        """A definition; the newest version unless one is named. Raises ``Problem`` if there is none."""
        return self.entry(name, version).definition

    def versions(self, name: str) -> tuple[Definition, ...]:
        """All versions of a KPI, oldest first."""
        self.entry(name)
        return tuple(self._entries[name][number].definition for number in sorted(self._entries[name]))

    def at(self, name: str, day: date | None) -> Definition:
        """The version that holds on a day (None: since ever); the first one before any has begun."""
        versions = self.versions(name)
        begun = [d for d in versions if d.valid_from is None or (day is not None and d.valid_from <= day)]
        return begun[-1] if begun else versions[0]

    def search(self, text: str, language: str = "en") -> list[Definition]:
        """KPIs whose name, synonyms or meaning hold all words of ``text``, best match first."""
        from leitstern.kpis.search import rank

        return rank(self, text, language)

    def resolved(self, name: str, version: int | None = None) -> Resolved:
        """A KPI with the KPIs in its formula replaced by their formulas, at any depth.

        A KPI means the version of another that held when it itself began, so that a version never
        changes its meaning. Raises ``Problem`` for a circle, and where a KPI with a shape is named.
        """
        return self._resolve(self.get(name, version), ())

    def _resolve(self, definition: Definition, above: tuple[str, ...]) -> Resolved:
        name, key = definition.kpi, (definition.kpi, definition.version)
        if key in self._resolved:
            return self._resolved[key]
        if name in above:
            circle = " → ".join((*above[above.index(name) :], name))
            raise Problem("kpis.formula_circle", name=name, circle=circle)
        formula = parse_formula(definition.formula, {*definition.measures, *self._entries})
        measures, averaged = dict(definition.measures), _averaged(definition, formula)
        parts: dict[str, Formula] = {}
        for other in formula.names:
            if other in definition.measures:
                continue
            inlined = self._resolve(self.at(other, definition.valid_from), (*above, name))
            if inlined.definition.shape is not None:
                raise Problem("kpis.formula_shape", name=other, kpi=name)
            later = inlined.definition.version
            prefix = other if later == 1 else f"{other}@{later}"
            renamed = {m: m if "." in m else f"{prefix}.{m}" for m in inlined.measures}
            measures |= {renamed[m]: measure for m, measure in inlined.measures.items()}
            averaged |= {renamed[m] for m in inlined.averaged}
            parts[other] = inlined.formula.replaced({m: Name(renamed[m]) for m in renamed})
        resolved = Resolved(definition, formula.replaced(parts), measures, frozenset(averaged))
        self._resolved[key] = resolved
        return resolved

    def check(self) -> list[FileProblem]:
        """Parse every filter of every version: what is wrong, with file and line."""
        problems = []
        for entry in self.entries():
            for name, measure in entry.definition.measures.items():
                if measure.where is None:
                    continue
                try:
                    parse_filter(measure.where, measure.fact)
                except Problem as problem:
                    problems.append(entry.problem(problem, "measures", name, "where"))
        return problems


def _averaged(definition: Definition, formula: Formula) -> set[str]:
    """Measures with ``roll: last`` in a unit that cannot be added up. Sides of a quotient can be."""
    sides = formula.top_division()
    if definition.unit not in _LEVELS or (sides is not None and all(side.names for side in sides)):
        return set()
    return {name for name, measure in definition.measures.items() if measure.roll == "last"}


def _files(folders: Iterable[Path]) -> Iterator[tuple[str, str, bool]]:
    """Name, text and origin of each KPI file: the shipped ones first."""
    standard = resources.files("leitstern.kpis").joinpath("standard")
    for file in sorted(standard.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            yield f"leitstern:{file.name}", file.read_text(encoding="utf-8"), True
    for folder in folders:
        if not folder.is_dir():
            continue
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            try:
                yield str(path), path.read_text(encoding="utf-8-sig"), False
            except UnicodeDecodeError as error:
                raise FileProblem(str(path), 1, Problem("kpis.file_encoding")) from error
