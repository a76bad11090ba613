"""A KPI's sheet: what it means, who owns it, how it is computed, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.server import accounts_of_data, frame, words
from leitstern.server.sources import sources

if TYPE_CHECKING:
    from leitstern.engine.reasons import Account
    from leitstern.kpis.definition import Definition
    from leitstern.server.reader import Reader


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One data source of the KPI."""

    name: str
    rows: str
    newest: str
    age: str


def sheet(reader: Reader, definition: Definition) -> dict[str, Any]:
    """The sheet's entries, as the template shows them."""
    language = frame.language()
    called = definition.also_called
    return {
        "means": words.text(definition.means, language),
        "called": called.de if language == "de" else called.en,
        "owner": definition.owner,
        "unit": words.unit_name(definition.unit, frame.figures()),
        "good": good(definition.good),
        "traits": [level(definition.level), timing(definition.timing), about(definition.about)],
        "drives": _others(reader, definition.drives),
        "paired": _others(reader, definition.paired_with),
        "versions": _versions(reader, definition),
        "words": _in_words(reader, definition),
        "formula": definition.formula,
        "measures": [(name, _measure(measure)) for name, measure in definition.measures.items()],
        "sql": _sql(reader, definition),
        "sources": _sources(reader, definition),
        "accounts": _accounts(reader, definition),
        "lacks": [
            lack.text(language, frame.figures().plain)
            for lack in accounts_of_data.lacks(reader, definition.kpi)
        ],
    }


def good(direction: str) -> str:
    """Which way is good."""
    return {
        "up": _("higher is better"),
        "down": _("lower is better"),
        "between": _("neither high nor low is better"),
    }[direction]


def level(level_: str) -> str:
    """strategic or operational."""
    return _("strategic") if level_ == "strategic" else _("operational")


def timing(timing_: str) -> str:
    """leading or lagging."""
    return _("leading") if timing_ == "leading" else _("lagging")


def about(about_: str) -> str:
    """What the KPI is about."""
    return {
        "activity": _("activity"),
        "result": _("result"),
        "efficiency": _("efficiency"),
        "reach": _("reach"),
    }[about_]


def _others(reader: Reader, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Name and address of other KPIs."""
    known = [d for d in map(reader.definition, names) if d is not None]
    return [(words.text(d.name, frame.language()), reverse("kpi", args=[d.kpi])) for d in known]


def _versions(reader: Reader, definition: Definition) -> list[dict[str, Any]]:
    """All versions, newest first."""
    calendar = frame.calendar()
    return [
        {
            "number": d.version,
            "since": calendar.day(d.valid_from) if d.valid_from else "",
            "formula": d.formula,
            "here": d.version == definition.version,
        }
        for d in reversed(reader.catalogue.versions(definition.kpi))
    ]


def _in_words(reader: Reader, definition: Definition) -> str:
    from leitstern.kpis.words import in_words

    return str(in_words(definition, reader.catalogue, frame.language()))


def _measure(measure: Any) -> str:
    """A measure as its file says it, on one line."""
    entries = measure.model_dump(exclude_none=True, by_alias=True)
    return ", ".join(f"{key}: {_entry(value)}" for key, value in entries.items())


def _entry(value: object) -> str:
    return f"[{', '.join(str(v) for v in value)}]" if isinstance(value, tuple | list) else str(value)


def _sql(reader: Reader, definition: Definition) -> str:
    """The SQL behind the monthly value; empty where the engine cannot say it."""
    try:
        return str(reader.once(("sql", definition.kpi), lambda ws: ws.sql([definition.kpi])))
    except Problem:
        return ""


def _accounts(reader: Reader, definition: Definition) -> list[dict[str, Any]]:
    """What becomes of the records it rests on: that they count, or why they do not."""
    figures, language = frame.figures(), frame.language()
    found: list[Account] = reader.accounts(definition.kpi)
    return [
        {
            "fact": words.fact_name(one.fact, language),
            "counted": figures.plain(one.counted),
            "outside": figures.plain(one.outside) if one.outside else "",
            "reasons": [(figures.plain(why.count), why.text(one.fact, language)) for why in one.reasons],
        }
        for one in found
    ]


def _sources(reader: Reader, definition: Definition) -> list[SourceLine]:
    calendar, figures, today = frame.calendar(), frame.figures(), reader.today()
    return [
        SourceLine(
            name=words.fact_name(source.fact, frame.language()),
            rows=figures.plain(source.rows),
            newest=calendar.day(source.newest) if source.newest else "–",
            age=calendar.age(source.newest, today) if source.newest else _("no records"),
        )
        for source in sources(reader, definition.kpi)
    ]
