"""Advice on KPI files that can be computed but should be better: what a good colleague would point out.

A rule is a function from a definition in its catalogue to findings. Nothing here stops a KPI from being used;
what does stand in ``check.py``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from leitstern.errors import Problem
from leitstern.facts.model import FACTS
from leitstern.kpis.definition import Definition, Measure
from leitstern.kpis.documents import Entry
from leitstern.kpis.expressions import parse_filter, parse_formula
from leitstern.kpis.load import Catalogue, Resolved
from leitstern.kpis.meaning import counted_on, meaning
from leitstern.kpis.units import money_power, time_unit

Severity = Literal["warning", "hint"]

#: Touchpoints that show visibility and prove no result.
REACH = ("impression", "click", "follower", "visit")


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of advice. ``code`` is the rule; ``part`` the path in the file, such as ``("unit",)``."""

    code: str
    severity: Severity
    kpi: str
    version: int
    file: str
    line: int
    part: tuple[str | int, ...]
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """What is the matter, in ``de`` or ``en``."""
        return Problem(f"kpis.lint_{self.code}", **self.values).text(language)

    def remedy(self, language: str) -> str:
        """What to do about it, in ``de`` or ``en``."""
        return Problem(f"kpis.lint_{self.code}_do", **self.values).text(language)


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at: a definition, where it stands, and everything around it.

    ``mapped`` says which fields of which fact any mapping fills; None if that is not known.
    """

    entry: Entry
    resolved: Resolved
    catalogue: Catalogue
    mapped: Mapping[str, frozenset[str]] | None

    @property
    def kpi(self) -> Definition:
        """The definition itself."""
        return self.entry.definition

    def finding(self, code: str, severity: Severity, *part: str | int, **values: object) -> Finding:
        """A finding at a part of this definition."""
        kpi, line = self.kpi, self.entry.line(*part)
        values = {"kpi": kpi.kpi, **values}
        return Finding(code, severity, kpi.kpi, kpi.version, self.entry.file, line, part, values)


Rule = Callable[[Case], Iterator[Finding]]


def lint(catalogue: Catalogue, mapped: Mapping[str, frozenset[str]] | None = None) -> list[Finding]:
    """All advice on all versions of all KPIs, by file and line."""
    findings: list[Finding] = []
    for entry in catalogue.entries():
        kpi = entry.definition
        case = Case(entry, catalogue.resolved(kpi.kpi, kpi.version), catalogue, mapped)
        for rule in RULES:
            findings += rule(case)
    findings += _duplicates(catalogue)
    findings += _shared_synonyms(catalogue)
    findings += _circles(catalogue)
    return sorted(findings, key=lambda found: (found.file, found.line, found.code))


# --- texts ------------------------------------------------------------------------------------------


def owner(case: Case) -> Iterator[Finding]:
    """Somebody must answer for the number."""
    if not case.kpi.owner.strip():
        yield case.finding("owner", "warning", "owner")


def translation(case: Case) -> Iterator[Finding]:
    """Both languages, and not one text for both."""
    kpi = case.kpi
    for part in ("name", "means"):
        pair = getattr(kpi, part)
        for language in ("de", "en"):
            if not getattr(pair, language).strip():
                yield case.finding("translation", "warning", part, language, part=f"{part}.{language}")
    if kpi.means.de.strip() and kpi.means.de == kpi.means.en:
        yield case.finding("same_text", "warning", "means")


def jargon(case: Case) -> Iterator[Finding]:
    """Abbreviations must stand in the glossary."""
    from leitstern.kpis.glossary import glossary

    known = {word for term in glossary().values() for word in
             (term.name.de, term.name.en, *term.also.de, *term.also.en)}  # fmt: skip
    plain = {re.sub(r"s$", "", word) for word in known}
    for part in ("name", "means"):
        for language in ("de", "en"):
            for word in re.findall(
                r"\b[A-Za-zÄÖÜ]?[A-ZÄÖÜ]{2,}s?\b", getattr(getattr(case.kpi, part), language)
            ):
                if re.sub(r"s$", "", word) not in plain:
                    yield case.finding("jargon", "hint", part, language, word=word)


# --- how it is counted ------------------------------------------------------------------------------


def ratio_dates(case: Case) -> Iterator[Finding]:
    """Numerator and denominator of one fact should be counted on the same date."""
    division = case.resolved.formula.top_division()
    measures = case.resolved.measures
    if division is None or any(measure.kind == "stock" for measure in measures.values()):
        return
    above, below = (
        {(measures[name].fact, counted_on(measures[name])) for name in side.names} for side in division
    )
    for fact, date in sorted(above - below):
        others = sorted(other for name, other in below if name == fact)
        if others and fact != "manual_value":
            yield case.finding(
                "ratio_dates", "warning", "formula", fact=fact, above=date, below=", ".join(others)
            )


def default_date(case: Case) -> Iterator[Finding]:
    """Where a fact has several dates, the one that counts should be written down."""
    for name, measure in case.kpi.measures.items():
        implicit = measure.on is None and measure.kind not in ("stock", "manual")
        fact = FACTS[measure.fact]
        if implicit and len(fact.dates) > 1:
            yield case.finding(
                "default_date", "hint", "measures", name, measure=name, date=fact.main_date, fact=fact.name
            )


def share(case: Case) -> Iterator[Finding]:
    """Percent is a share: a division, a conversion, a CSAT, or a growth."""
    kpi, formula = case.kpi, case.resolved.formula
    growth = kpi.shape is not None and kpi.shape.growth is not None
    if growth and kpi.unit != "percent":
        yield case.finding("growth_unit", "warning", "unit", unit=kpi.unit)
    shares = {case.resolved.measures[name].kind for name in formula.names} <= {"conversion", "csat"}
    if kpi.unit == "percent" and not (growth or shares or formula.top_division()):
        yield case.finding("percent", "warning", "unit", formula=kpi.formula)


def unit_fits(case: Case) -> Iterator[Finding]:
    """Currency means that money comes out, and nothing else does; days are days and hours hours."""
    kpi, measures = case.kpi, case.resolved.measures
    power = money_power(case.resolved.formula, measures)
    growth = kpi.shape is not None and kpi.shape.growth is not None
    if not growth:
        if kpi.unit == "currency" and power != 1:
            yield case.finding("no_money", "warning", "unit", formula=kpi.formula)
        if kpi.unit != "currency" and power == 1:
            yield case.finding("money", "warning", "unit", unit=kpi.unit, formula=kpi.formula)
    time = time_unit(case.resolved.formula, measures)
    if time and kpi.unit in ("days", "hours") and time != kpi.unit:
        yield case.finding("time_unit", "warning", "unit", unit=kpi.unit, counted=time)


def stock_shape(case: Case) -> Iterator[Finding]:
    """A stock stands at one moment; summing it over time has no meaning."""
    shape = case.kpi.shape
    stocks = [name for name, measure in case.resolved.measures.items() if measure.kind == "stock"]
    if shape is not None and shape.growth is None and stocks:
        yield case.finding("stock_shape", "warning", "shape", measure=stocks[0])


def unmapped(case: Case) -> Iterator[Finding]:
    """A field that no mapping fills makes the KPI 0 or empty for ever."""
    if case.mapped is None:
        return
    for name, measure in case.kpi.measures.items():
        for fact, used in sorted(fields_used(measure)):
            known = FACTS[fact]
            if known.derived or known.by_name[used].derived or used in case.mapped.get(fact, frozenset()):
                continue
            yield case.finding("unmapped", "warning", "measures", name, measure=name, field=f"{fact}.{used}")


def old_reference(case: Case) -> Iterator[Finding]:
    """A KPI keeps the version of another that held when it began; say so when that one has moved on."""
    kpi = case.kpi
    if kpi.version != case.catalogue.get(kpi.kpi).version:
        return
    for name in parse_formula(kpi.formula).names:
        if name in kpi.measures:
            continue
        used, newest = case.catalogue.at(name, kpi.valid_from), case.catalogue.get(name)
        if used.version != newest.version:
            yield case.finding(
                "old_reference", "hint", "formula", name=name, used=used.version, newest=newest.version
            )


# --- what it is for ---------------------------------------------------------------------------------


def relations(case: Case) -> Iterator[Finding]:
    """``drives`` and ``paired_with`` name other KPIs that exist."""
    from leitstern.kpis.expressions import nearest

    for part in ("drives", "paired_with"):
        for place, name in enumerate(getattr(case.kpi, part)):
            if name == case.kpi.kpi:
                yield case.finding("self_related", "warning", part, place, part=part)
            elif name not in case.catalogue:
                near = nearest(name, case.catalogue.names)
                yield case.finding("related_unknown", "warning", part, place, part=part, name=name, near=near)


def orphan(case: Case) -> Iterator[Finding]:
    """An operational KPI should say which outcome it moves."""
    if case.kpi.level == "operational" and not case.kpi.drives:
        yield case.finding("orphan", "hint", "kpi")


def unpaired(case: Case) -> Iterator[Finding]:
    """More of something is easy if nobody looks at its quality: a quantity needs a counter-KPI."""
    kpi = case.kpi
    if kpi.unit in ("count", "currency") and kpi.good == "up" and not kpi.paired_with:
        yield case.finding("unpaired", "warning", "kpi")


def reach(case: Case) -> Iterator[Finding]:
    """Being seen is not being bought from."""
    kpi = case.kpi
    only_reach = bool(case.resolved.measures) and all(map(_is_reach, case.resolved.measures.values()))
    if only_reach and kpi.about != "reach":
        yield case.finding("reach_as_result", "warning", "about", about=kpi.about)
    if kpi.about == "reach" and kpi.level == "strategic":
        yield case.finding("reach_strategic", "warning", "level")


RULES: tuple[Rule, ...] = (
    owner, translation, jargon, ratio_dates, default_date, share, unit_fits, stock_shape, unmapped,
    old_reference, relations, orphan, unpaired, reach,
)  # fmt: skip


# --- across KPIs ------------------------------------------------------------------------------------


def _newest(catalogue: Catalogue) -> list[Case]:
    """The newest versions, the shipped ones first: between two KPIs, advice goes to the own file."""
    cases = [Case(catalogue.entry(k.kpi), catalogue.resolved(k.kpi), catalogue, None) for k in catalogue]
    return sorted(cases, key=lambda case: not case.entry.shipped)


def _duplicates(catalogue: Catalogue) -> Iterator[Finding]:
    """Two names for one number: the same formula over the same measures in the same shape."""
    seen: dict[str, str] = {}
    for case in _newest(catalogue):
        name = seen.setdefault(meaning(case.resolved), case.kpi.kpi)
        if name != case.kpi.kpi:
            yield case.finding("duplicate", "warning", "formula", other=name)


def _shared_synonyms(catalogue: Catalogue) -> Iterator[Finding]:
    """One word for two KPIs: whoever says it may mean either."""
    users: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in _newest(catalogue):
        for language in ("de", "en"):
            words = {getattr(case.kpi.name, language), *getattr(case.kpi.also_called, language)}
            for word in {word.casefold() for word in words}:
                users[language, word].append(case)
    for (language, word), cases in users.items():
        for case in cases[1:]:
            other = cases[0].kpi.kpi
            yield case.finding("shared_word", "hint", "also_called", language, word=word, other=other)


def _circles(catalogue: Catalogue) -> Iterator[Finding]:
    """What drives what must lead somewhere: to an outcome, not back to the start."""
    cases = {case.kpi.kpi: case for case in _newest(catalogue)}
    done: set[str] = set()
    for start in cases:
        trail: list[str] = []
        yield from _follow(start, cases, trail, done)


def _follow(name: str, cases: dict[str, Case], trail: list[str], done: set[str]) -> Iterator[Finding]:
    if name in trail:
        circle = " → ".join((*trail[trail.index(name) :], name))
        yield cases[name].finding("drive_circle", "warning", "drives", circle=circle)
    if name in done or name not in cases:
        return
    done.add(name)
    trail.append(name)
    for driven in cases[name].kpi.drives:
        if driven != name:
            yield from _follow(driven, cases, trail, done)
    trail.pop()


# --- helpers ----------------------------------------------------------------------------------------


def _is_reach(measure: Measure) -> bool:
    if measure.fact != "touchpoint" or not measure.where:
        return False
    from sqlglot import exp

    tree = parse_filter(measure.where, measure.fact)
    kinds = FACTS["touchpoint"].by_name["kind"].choices
    words = {literal.name for literal in tree.find_all(exp.Literal)} & set(kinds)
    return bool(words) and words <= set(REACH)


def fields_used(measure: Measure) -> set[tuple[str, str]]:
    """``(fact, field)`` of everything a measure reads from mapped data."""
    from sqlglot import exp

    if measure.manual is not None:
        return {("manual_value", "measure"), ("manual_value", "value"), ("manual_value", "at")}
    fact = FACTS[measure.fact]
    names = {measure.field, measure.to, *(measure.between or ())}
    if measure.kind != "stock":
        names.add(measure.on or fact.main_date)
    used = {(fact.name, name) for name in names if name}
    if measure.where:
        for column in parse_filter(measure.where, fact.name).find_all(exp.Column):
            if column.table:
                used |= {(fact.name, column.table), (str(fact.by_name[column.table].to), column.name)}
            else:
                used.add((fact.name, column.name))
    return used
