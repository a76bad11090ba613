"""Sentences and short texts about values: what a title says, how a value stands, what a state means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.server.compare import Comparison
from leitstern.server.figures import Figures
from leitstern.server.when import Calendar

if TYPE_CHECKING:
    from leitstern.kpis.definition import Definition, Texts
    from leitstern.server.series import Step


def text(texts: Texts, language: str) -> str:
    """A definition's text in the page's language."""
    return texts.de if language == "de" else texts.en


@dataclass(frozen=True, slots=True)
class Delta:
    """A comparison ready to be shown: sign and words, shape (up, down, level) and colour (verdict)."""

    text: str
    absolute: str
    direction: str
    verdict: str


def delta(comparison: Comparison, unit: str, figures: Figures) -> Delta | None:
    """The difference to the previous year as a card shows it; None where there is none."""
    if comparison.difference is None:
        return None
    absolute = figures.difference(comparison.difference, unit)
    relative = None if comparison.relative is None else figures.change(comparison.relative)
    shown = relative or absolute
    if shown.startswith("±"):  # what rounds to nothing is neither good nor bad news
        verdict = "none" if comparison.verdict == "none" else "same"
        return Delta(shown, absolute, "level", verdict)
    return Delta(shown, absolute, comparison.direction, comparison.verdict)


def against_previous(comparison: Comparison, unit: str, figures: Figures) -> str:
    """4,2 % über Vorjahr; empty without a previous year."""
    shown = delta(comparison, unit, figures)
    if shown is None:
        return ""
    if shown.direction == "level" or shown.text.startswith("±"):
        return _("as in the previous year")
    amount = shown.text.lstrip("+−")
    if shown.direction == "up":
        return _("%(amount)s above previous year") % {"amount": amount}
    return _("%(amount)s below previous year") % {"amount": amount}


def value_or_protected(step: Step, unit: str, figures: Figures) -> str:
    """The exact value; where it is kept from the viewer the word for that, which a dash would not say."""
    return _("protected") if step.standing == "protected" else figures.exact(step.value, unit)


def rows_of(step: Step) -> int | None:
    """How many records are behind a step; None where there is none, or it is not said."""
    return None if step.actual is None or step.standing == "protected" else step.actual.rows


def standing_text(step: Step, calendar: Calendar) -> str:
    """Whether a period is complete, runs, or lacks its value, with the reason."""
    if step.standing == "running":
        day = calendar.short_day(step.actual.as_of) if step.actual else ""
        return _("running, up to %(day)s") % {"day": day}
    missing = step.actual.set_aside if step.actual is not None else 0
    if step.standing == "complete" and missing:
        return ngettext("%(n)s record is set aside", "%(n)s records are set aside", missing) % {"n": missing}
    return {
        "complete": _("complete"),
        "open": _("not final"),
        "waiting": _("waiting for data"),
        "late": _("source late"),
        "protected": _("protected"),
        "no_source": _("no source"),
        "not_begun": _("not begun"),
        "no_base": _("nothing to divide by"),
    }.get(step.standing) or _("no data")


def standing_reason(kind: str) -> str:
    """A sentence that explains a standing."""
    return {
        "complete": _("All sources have reached the end of the period."),
        "running": _("The period runs; it is compared with the same stretch of the previous year."),
        "open": _("Records of this period are still being watched; the value can rise."),
        "waiting": _("The period has begun, but a source has no records of it yet."),
        "no_source": _("Nothing has been imported for this KPI yet."),
        "not_begun": _("The period lies ahead."),
        "late": _("A source does not reach the end of the period yet."),
        "protected": _("The group is so small that its value would tell of single people."),
        "no_base": _(
            "There is nothing to divide by: the denominator is zero, or a growth has a base of zero or below."
        ),
        "no_data": _("There are no records for this period."),
    }.get(kind, "")


def message(name: str, step: Step, unit: str, figures: Figures, calendar: Calendar) -> str:
    """The title of a KPI's page: what it is, when, how much, and how that compares."""
    period = calendar.period(step.period)
    if step.value is None:
        return _("%(name)s, %(period)s: no value (%(why)s)") % {
            "name": name,
            "period": period,
            "why": standing_text(step, calendar),
        }
    value = figures.short(step.value, unit)
    parts = [_("%(name)s, %(period)s: %(value)s") % {"name": name, "period": period, "value": value}]
    if compared := against_previous(step.comparison, unit, figures):
        parts.append(compared)
    return ", ".join(parts)


def point(step: Step, unit: str, figures: Figures, calendar: Calendar) -> str:
    """One point of a chart in words, with exact numbers."""
    parts = [f"{calendar.period(step.period)}: {figures.exact(step.value, unit)}"]
    if step.previous is not None:
        before = {"value": figures.exact(step.previous, unit)}
        if step.standing == "running":
            compared = _("previous year by then %(value)s") % before
        else:
            compared = _("previous year %(value)s") % before
        shown = delta(step.comparison, unit, figures)
        parts.append(f"{compared} ({shown.text})" if shown else compared)
    rows = rows_of(step)
    if rows is not None:
        parts.append(ngettext("%(rows)s record", "%(rows)s records", rows) % {"rows": figures.plain(rows)})
    if step.standing != "complete" or (step.actual is not None and step.actual.set_aside):
        parts.append(standing_text(step, calendar))
    return " · ".join(parts)


def overview(chosen: Sequence[tuple[Definition, Step]], period: str, language: str, figures: Figures) -> str:
    """The title of the start page: how many KPIs are better than last year, and which lags most."""
    judged = [(d, s) for d, s in chosen if s.comparison.verdict in ("better", "worse", "same")]
    if not judged:
        return _("%(period)s: no previous year to compare with") % {"period": period}
    better = sum(s.comparison.verdict == "better" for _d, s in judged)
    title = ngettext(
        "%(period)s: %(better)s of %(all)s KPI better than a year ago",
        "%(period)s: %(better)s of %(all)s KPIs better than a year ago",
        len(judged),
    ) % {"period": period, "better": better, "all": len(judged)}
    worse = [(d, s) for d, s in judged if s.comparison.verdict == "worse" and d.shape is None]
    # What counts in the end comes first; only where all results hold, something else is named.
    worse = [(d, s) for d, s in worse if d.about == "result" and d.timing == "lagging"] or worse
    worse = [(d, s) for d, s in worse if d.level == "strategic"] or worse
    if not worse:
        return title
    definition, step = max(worse, key=lambda pair: _weight(pair[1]))
    shown = delta(step.comparison, definition.unit, figures)
    behind = _("%(name)s lags most (%(delta)s)") % {
        "name": text(definition.name, language),
        "delta": shown.text if shown else "",
    }
    return f"{title}; {behind}"


def _weight(step: Step) -> float:
    """How far a value lies from its previous year, relative to it, so that units can be compared."""
    if step.comparison.difference is None or not step.previous:
        return 0.0
    return abs(float(step.comparison.difference)) / abs(float(step.previous))


def unit_name(unit: str, figures: Figures) -> str:
    """The unit as a definition states it."""
    return {
        "count": _("count"),
        "currency": figures.currency,
        "percent": _("percent"),
        "days": _("days"),
        "hours": _("hours"),
        "score": _("points"),
        "ratio": _("ratio"),
    }[unit]


def subject_name(kind: str) -> str:
    """The word for a subject type."""
    return {
        "company": _("Company"),
        "team": _("Team"),
        "own_team": _("Team without those beneath"),
        "person": _("Person"),
        "customer": _("Customer"),
        "campaign": _("Campaign"),
        "product": _("Product"),
        "region": _("Region"),
    }[kind]


def fact_name(fact: str, language: str) -> str:
    """The word for a fact's records, fit to begin a line."""
    from leitstern.kpis.labels import fact_label

    name = fact_label(fact, language, plural=True)
    return name[0].upper() + name[1:]


def field_name(fact: str, field: str, language: str) -> str:
    """The word for a field."""
    from leitstern.kpis.labels import field_label

    return field_label(fact, field, language)
