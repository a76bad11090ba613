"""The start page: where do we stand? Cards of the KPIs, strategic ones first, and a wallboard of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from leitstern.server import frame, words
from leitstern.server.cards import GROUPS, Maker, group_name, group_of, in_order
from leitstern.server.links import Option, with_query
from leitstern.server.reader import Reader
from leitstern.server.series import Step, series, window
from leitstern.server.sight import sight
from leitstern.server.sources import facts_of
from leitstern.server.views import errors
from leitstern.server.when import grain_name

if TYPE_CHECKING:
    from leitstern.kpis.definition import Definition
    from leitstern.periods.grains import Period

_GRAINS = {"month": 13, "quarter": 9}
_ON_THE_WALL = 12
_LEVELS = ("strategic", "operational", "all")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for; unknown values fall back to the default."""

    grain: str
    level: str
    period: str

    @classmethod
    def of(cls, request: HttpRequest) -> Choice:
        """Read grain, level and period from the address."""
        grain, level = request.GET.get("grain", ""), request.GET.get("level", "")
        return cls(
            grain=grain if grain in _GRAINS else "month",
            level=level if level in _LEVELS else "strategic",
            period=request.GET.get("period", ""),
        )

    def takes(self, definition: Definition) -> bool:
        """Whether a KPI is of the chosen level."""
        return self.level in ("all", definition.level)


def start(request: HttpRequest) -> HttpResponse:
    """Cards in groups, with switches for grain, level and period."""
    if request.GET.get("wall"):
        return wall(request)
    ask = sight(request)
    generation = ask.generation()
    if generation is None:
        return errors.no_generation(request)
    return render(request, "leitstern/start.html", _context(request, ask, Choice.of(request), (220, 44)))


def wall(request: HttpRequest) -> HttpResponse:
    """The strategic KPIs in large type; ``?renew=1`` renews the page, which nobody is made to bear."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    context = _context(request, ask, Choice.of(request), (420, 64))
    context["cards"] = [card for group in context["groups"] for card in group["cards"]][:_ON_THE_WALL]
    context["renews"] = request.GET.get("renew") == "1"
    return render(request, "leitstern/wall.html", context)


def _context(
    request: HttpRequest, ask: Reader, choice: Choice, trend_size: tuple[int, int]
) -> dict[str, Any]:
    definitions, periods, found = _ask(ask, choice)
    pairs = [
        (d, found[d.kpi, None])
        for d in definitions
        if (d.kpi, None) in found and found[d.kpi, None][-1].standing != "no_source"
    ]
    chosen = _chosen(choice, [steps for _d, steps in pairs], [p.label for p in periods])
    maker = Maker(ask, frame.language(), frame.figures(), frame.calendar(), trend_size)
    groups = _groups(maker, pairs, chosen)
    period = maker.calendar.period(periods[chosen])
    return {
        "title": words.overview(
            [(d, steps[chosen]) for d, steps in pairs], period, maker.language, maker.figures
        ),
        "groups": groups,
        "waiting": len(definitions) - len(pairs),
        "choice": choice,
        "period": period,
        "grains": [
            Option(grain_name(g), with_query(request, grain=g, period=None), g == choice.grain)
            for g in _GRAINS
        ],
        "levels": [
            Option(name, with_query(request, level=level), level == choice.level)
            for level, name in zip(_LEVELS, (_("Strategic"), _("Operational"), _("All")), strict=True)
        ],
        "earlier": with_query(request, period=periods[chosen - 1].label) if chosen else None,
        "later": with_query(request, period=periods[chosen + 1].label) if chosen + 1 < len(periods) else None,
    }


def prepare(ask: Reader) -> None:
    """Ask what the start page asks, the default first, so that the answers are at hand."""
    for level in _LEVELS:
        for grain in _GRAINS:
            _ask(ask, Choice(grain, level, ""))


def _ask(
    ask: Reader, choice: Choice
) -> tuple[list[Definition], list[Period], dict[tuple[str, str | None], list[Step]]]:
    periods = window(choice.grain, ask.until(), ask.settings.fiscal_year_start, _GRAINS[choice.grain])
    definitions = [d for d in in_order(ask.catalogue) if choice.takes(d)]
    return definitions, periods, series(ask, definitions, periods) if definitions else {}


def _groups(maker: Maker, pairs: list[tuple[Definition, list[Step]]], chosen: int) -> list[dict[str, Any]]:
    """Cards by group. KPIs that only reshape others over time follow as a list of lines."""
    groups = []
    for group in GROUPS:
        cards = [
            maker.card(d, steps, chosen)
            for d, steps in pairs
            if group_of(d, facts_of(maker.reader, d.kpi)) == group
        ]
        if cards:
            groups.append(
                {
                    "key": group,
                    "name": group_name(group),
                    "cards": [card for card in cards if not card.shaped],
                    "lines": [card for card in cards if card.shaped],
                }
            )
    return groups


def _chosen(choice: Choice, all_steps: list[list[Step]], labels: list[str]) -> int:
    """The position of the period shown: the one asked for, else the last complete one."""
    if choice.period in labels:
        return labels.index(choice.period)
    runs = any(steps[-1].standing == "running" for steps in all_steps)
    return len(labels) - 2 if runs else len(labels) - 1
