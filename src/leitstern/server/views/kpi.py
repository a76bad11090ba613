"""A KPI's page: its curve with the table beside it, or its values by subject, and its sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.facts.model import SUBJECTS
from leitstern.kpis.definition import Definition
from leitstern.server import closings, frame, looks, sheet, words
from leitstern.server.curve import Curve
from leitstern.server.insight import leads
from leitstern.server.links import Option, with_query
from leitstern.server.pages import Pages
from leitstern.server.process import GRAINS as PROCESS_GRAINS
from leitstern.server.process import Process
from leitstern.server.reader import Reader
from leitstern.server.series import SHOWN, Step, series, window
from leitstern.server.sight import Sight, sight
from leitstern.server.structure import PER_PAGE, Structure
from leitstern.server.views import errors
from leitstern.server.when import FISCAL_GRAINS, GRAINS, grain_name

#: Trends beside the rows of a table are short; with more subjects than this there are none.
_TREND = {"day": 15, "week": 13, "month": 13}
#: Subjects offered in the list to choose from; the others are reached through the table.
_CHOICES = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for. ``subject`` is None for all; the empty text is not assigned."""

    grain: str
    by: str
    subject: str | None
    period: str
    page: int

    @classmethod
    def of(cls, request: HttpRequest, grains: tuple[str, ...]) -> Choice:
        """Read the address; what is unknown falls back to the default."""
        grain, by = request.GET.get("grain", ""), request.GET.get("by", "")
        page = request.GET.get("page", "1")
        by = by if by in SUBJECTS else "company"
        return cls(
            grain=grain if grain in grains else "month",
            by=by,
            subject=request.GET.get("subject") if by != "company" else None,
            period=request.GET.get("period", ""),
            page=int(page) if page.isdecimal() and int(page) > 0 else 1,
        )


def kpi(request: HttpRequest, name: str) -> HttpResponse:
    """One KPI: by grain, by subject, for one subject."""
    ask = sight(request)
    definition = known(ask, name)
    generation = ask.generation()
    if generation is None:
        return errors.no_generation(request)
    looks.note(definition.kpi, ask.today())
    fiscal = ask.settings.fiscal_year_start
    grains = GRAINS if fiscal == 1 else GRAINS + FISCAL_GRAINS
    choice = Choice.of(request, grains)
    context = {
        "definition": definition,
        "name": words.text(definition.name, frame.language()),
        "choice": choice,
        "grains": [
            Option(grain_name(g), with_query(request, grain=g, period=None, page=None), g == choice.grain)
            for g in grains
        ],
        "subjects": [
            Option(
                words.subject_name(kind),
                with_query(request, by=None if kind == "company" else kind, subject=None, page=None),
                kind == choice.by,
            )
            for kind in SUBJECTS
        ],
        "sheet": sheet.sheet(ask, definition),
        "lead": leads.of_kpi(ask, definition.kpi),
        "keep": [(key, value) for key, value in request.GET.items() if key not in ("subject", "page")],
    }
    try:
        if choice.by != "company" and choice.subject is None:
            context |= _by_subject(request, ask, definition, choice)
        else:
            context |= _over_time(request, ask, definition, choice)
    except Problem as problem:
        context |= {"title": context["name"], "problem": problem.text(frame.language())}
    return render(request, "leitstern/kpi.html", context)


class UnknownKpi(Http404):
    """No KPI has this name; ``near`` are those that a search for it finds."""

    def __init__(self, text: str, near: list[Definition]) -> None:
        super().__init__(text)
        self.near = near


def known(ask: Reader, name: str) -> Definition:
    """The definition, or a 404 that names the KPI."""
    definition = ask.definition(name)
    if definition is None:
        near = ask.catalogue.search(name.replace("_", " "), frame.language())[:5]
        raise UnknownKpi(_("There is no KPI named “%(name)s”.") % {"name": name}, near)
    return definition


def _until(ask: Reader, choice: Choice) -> Any:
    """The day the window ends with: the newest, or a year after the period asked for."""
    from leitstern.periods.grains import parse

    newest = ask.until()
    if not choice.period:
        return newest
    try:
        period = parse(choice.period, ask.settings.fiscal_year_start)
    except Problem:
        return newest
    if str(period.grain) != choice.grain:
        return newest
    return min(newest, period.shifted(SHOWN[choice.grain] // 3).end)


def _chosen(choice: Choice, steps: list[Step]) -> int:
    """The position of the period the title speaks of: the one asked for, else the last complete one."""
    for index, step in enumerate(steps):
        if step.period.label == choice.period:
            return index
    complete = [index for index, step in enumerate(steps) if step.standing == "complete"]
    return complete[-1] if complete else len(steps) - 1


def _over_time(request: HttpRequest, ask: Sight, definition: Definition, choice: Choice) -> dict[str, Any]:
    until = _until(ask, choice)
    periods = window(choice.grain, until, ask.settings.fiscal_year_start)
    subject = choice.subject or None
    found = series(ask, [definition], periods, choice.by)
    steps = found.get((definition.kpi, subject))
    name = words.text(definition.name, frame.language())
    names = _names(ask, choice.by)
    if subject is not None and subject not in names:
        raise Http404(_("Nothing and nobody here has the id “%(id)s”.") % {"id": subject})
    of_whom = "" if choice.by == "company" else names.get(subject, _("Not assigned"))
    options: dict[str, Any] = {"subject_options": _options(names, subject)}
    if steps is None:
        return options | {"title": f"{name}, {of_whom}" if of_whom else name, "nothing": True}
    figures, calendar = frame.figures(), frame.calendar()
    chosen = _chosen(choice, steps)
    full = f"{name} {of_whom}" if of_whom else name
    curve = Curve(definition, steps, figures, calendar, full, choice.by, choice.subject, chosen)
    newest = steps[-1].period.end >= ask.until()
    if choice.by == "company":
        options |= {
            "why_period": calendar.period(steps[chosen].period),
            "why_href": f"{reverse('insight_why')}?"
            + urlencode({"kpi": definition.kpi, "period": steps[chosen].period.label}),
        }
    if choice.grain in PROCESS_GRAINS:
        options |= {"process": Process(definition, steps, figures, calendar)}
    return options | {
        "title": words.message(full, steps[chosen], definition.unit, figures, calendar),
        "of_whom": of_whom or ask.settings.name,
        "curve": curve,
        "closed": closings.lines(ask, definition.kpi, steps[chosen].period, choice.by),
        "nothing": all(step.value is None and step.previous is None for step in steps),
        "kept": all(step.standing == "protected" for step in steps),
        "standing": words.standing_text(steps[chosen], calendar),
        "standing_kind": steps[chosen].standing,
        "standing_reason": words.standing_reason(steps[chosen].standing),
        "earlier": with_query(request, period=periods[0].label),
        "later": None if newest else with_query(request, period=periods[-1].label),
    }


def _by_subject(request: HttpRequest, ask: Sight, definition: Definition, choice: Choice) -> dict[str, Any]:
    until, fiscal = _until(ask, choice), ask.settings.fiscal_year_start
    names = _names(ask, choice.by)
    count = _TREND.get(choice.grain, 8) if len(names) <= 200 else 3
    periods = window(choice.grain, until, fiscal, count)
    found = series(ask, [definition], periods, choice.by)
    figures, calendar = frame.figures(), frame.calendar()
    by_subject = {subject: steps for (_kpi, subject), steps in found.items()}
    name = words.text(definition.name, frame.language())
    if not by_subject:
        kept = choice.by == "person" and ask.privacy.mode == "team_only" and not ask.viewer.operator
        return {"title": name, "nothing": True, "kept": kept}
    whole = series(ask, [definition], periods)[definition.kpi, None]
    chosen = _chosen(choice, whole)
    structure = Structure(
        definition,
        choice.by,
        by_subject,
        names,
        chosen,
        figures,
        lambda subject: with_query(request, subject=subject, page=None, period=None),
    )
    silent = len(structure.silent)
    pages = Pages(request, len(by_subject) - silent, PER_PAGE)
    total = Structure(definition, choice.by, {"": whole}, {"": ask.settings.name}, chosen, figures, str)
    return {
        "title": words.message(name, whole[chosen], definition.unit, figures, calendar) + structure.lagging(),
        "of_whom": _("by %(subject)s") % {"subject": words.subject_name(choice.by)},
        "subject_word": words.subject_name(choice.by),
        "period": calendar.period(periods[chosen]),
        "closed": closings.lines(ask, definition.kpi, periods[chosen]),
        "rows": structure.rows(pages.page),
        "total": total.rows()[0],
        "has_trend": count > 3,
        "pages": pages,
        "silent": silent,
        "standing": words.standing_text(whole[chosen], calendar),
        "standing_kind": whole[chosen].standing,
        "standing_reason": words.standing_reason(whole[chosen].standing),
        "earlier": with_query(request, period=periods[chosen].previous().label, page=None),
        "later": None
        if chosen + 1 >= len(periods)
        else with_query(request, period=periods[chosen + 1].label, page=None),
    }


def _options(names: dict[str | None, str], subject: str | None) -> list[tuple[str | None, str]]:
    """What the page lets choose from: the first by name, and in any case the one that is shown."""
    found = sorted(names.items(), key=lambda pair: pair[1].casefold())
    return [pair for place, pair in enumerate(found) if place < _CHOICES or pair[0] == subject]


def _names(ask: Reader, by: str) -> dict[str | None, str]:
    names: dict[str | None, str] = {}
    names.update([] if by == "company" else ask.subjects(by))
    return names
