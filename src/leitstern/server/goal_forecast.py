"""The forecast of a goal in words: where it ends, how likely each level is, when it would be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from leitstern.messages import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leitstern.goals.pace import Standing
    from leitstern.server.goal_line import Lines
    from leitstern.server.insight.forecast import Told
    from leitstern.server.models import GoalRow


@dataclass(frozen=True, slots=True)
class LevelChance:
    """A level with its chance in percent, and when it is expected to be reached."""

    name: str
    value: str
    chance: str
    arrival: str


@dataclass(frozen=True, slots=True)
class ShownForecast:
    """What the page shows, as sentences and texts; ``number`` is the target's chance in percent. All are
    empty where there is nothing to say."""

    number: str
    levels: tuple[LevelChance, ...]
    expected: str
    between: str
    compared: str
    text: str
    season: str
    command: str
    python: str


def shown(told: Told | None, row: GoalRow, standing: Standing, lines: Lines) -> ShownForecast:
    """The forecast for one reader; ``told`` None: it is still being made."""
    speech = lines.language
    calls = _calls(row)
    if told is None:
        return ShownForecast("", (), "", "", "", message("forecast.method_waiting", speech), "", *calls)
    kept, unit, figures = told.kept, lines.definition(row).unit, lines.figures
    text = message(f"forecast.method_{kept['method']}", speech, n=kept["n"], subjects=kept["subjects"])
    season = _season(kept["season"], lines)
    if kept["verdict"] != "ok":
        return ShownForecast("", (), "", "", "", text, season, *calls)
    if kept["method"] == "withdrawn":
        number, levels = _percent(kept["chances"]["target"], lines), tuple(_levels(kept, row, lines))
        return ShownForecast(number, levels, "", "", "", text, season, *calls)
    quantiles = kept["quantiles"]
    low, high = (figures.short(_decimal(quantiles[name]), unit) for name in ("10", "90"))
    return ShownForecast(
        number=_percent(kept["chances"]["target"], lines),
        levels=tuple(_levels(kept, row, lines)),
        expected=figures.short(_decimal(kept["point"]), unit),
        between=_("%(low)s to %(high)s in 8 of 10 cases") % {"low": low, "high": high},
        compared=_compared(kept, standing, unit, lines),
        text=text,
        season=season,
        command=calls[0],
        python=calls[1],
    )


def _levels(kept: Mapping[str, Any], row: GoalRow, lines: Lines) -> list[LevelChance]:
    levels, unit, figures = row.goal.levels, lines.definition(row).unit, lines.figures
    named = (("minimum", _("Minimum"), levels.minimum), ("target", _("Target"), levels.target),
             ("stretch", _("Stretch"), levels.stretch))  # fmt: skip
    found = []
    for name, word, value in named:
        chance = kept["chances"].get(name)
        if value is None or chance is None:
            continue
        text = figures.short(value, unit)
        if levels.upper is not None:
            text = _("%(low)s to %(high)s") % {"low": text, "high": figures.short(levels.upper, unit)}
        day = kept["arrivals"].get(name)
        arrival = ""
        if day is not None and row.direction == "at_least":
            arrival = lines.calendar.day(date.fromisoformat(day))
            if day <= kept["through"]:
                arrival = _("reached")
        found.append(LevelChance(word, text, _percent(chance, lines), arrival))
    return found


def _compared(kept: Mapping[str, Any], standing: Standing, unit: str, lines: Lines) -> str:
    """Where the plain pace leads, and what a working day is expected to bring beside what is needed."""
    figures, parts = lines.figures, []
    if kept["pace_point"] is not None:
        pace = figures.short(_decimal(kept["pace_point"]), unit)
        parts.append(_("The plain pace so far would end at %(value)s.") % {"value": pace})
    if standing.needed_per_day is not None and standing.remaining_days > 0:
        rest = _decimal(kept["point"]) - _decimal(kept["done"])
        daily = figures.short(rest / standing.remaining_days, unit)
        needed = figures.short(standing.needed_per_day, unit)
        text = _("Expected are %(daily)s a working day, needed %(needed)s.")
        parts.append(text % {"daily": daily, "needed": needed})
    return " ".join(parts)


def _season(season: Mapping[str, Any] | None, lines: Lines) -> str:
    if season is None:
        return ""
    change = lines.figures.change(_decimal(season["change"]))
    values = {"change": change, "times": season["times"], "years": season["years"]}
    return message("forecast.season", lines.language, **values)


def _calls(row: GoalRow) -> tuple[str, str]:
    """The command and the Python that find the same numbers again."""
    target = f"{row.target.normalize():f}"
    period = row.period or f"{row.start}..{row.end}"
    by = row.subject_type
    command = f"leitstern -w DIR forecast {row.kpi} --by {by} --period {period} --target {target}"
    return command, f'analyses.forecast.forecast(ws, "{row.kpi}", "{by}", "{period}", {target})'


def _percent(chance: float | None, lines: Lines) -> str:
    return "" if chance is None else lines.figures.plain(round(chance * 100))


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


@dataclass(frozen=True, slots=True)
class FanDay:
    """What is expected on a day of the goal's period, and the values that hold in 8 and 5 of 10 cases."""

    day: date
    expected: float
    wide: tuple[float, float]
    narrow: tuple[float, float]


def fan(told: Told | None, start: date) -> list[FanDay]:
    """The days ahead; it begins with the last known day, where all is certain."""
    if told is None or not told.kept["path"]:
        return []
    known = max(date.fromisoformat(told.kept["through"]), start - timedelta(days=1))
    done = float(told.kept["done"])
    ahead = [FanDay(date.fromisoformat(day), value, (low, high), (lower, upper))
             for day, value, low, lower, upper, high in told.kept["path"]]  # fmt: skip
    return [FanDay(known, done, (done, done), (done, done)), *ahead]
