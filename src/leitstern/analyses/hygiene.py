"""Whether a workspace's KPIs and goals are a good set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from leitstern.insight.hygiene.reach import YEAR, Reach, reach
from leitstern.insight.hygiene.rules import Finding, Known, Late, check

if TYPE_CHECKING:
    from leitstern.info import GenerationInfo
    from leitstern.insight.hygiene.notes import GoalNote
    from leitstern.kpis.load import Catalogue
    from leitstern.workspace import Workspace

#: Subjects whose past can be asked for; a goal of a segment or of one person is not judged by its past.
_JUDGED = ("company", "team", "customer", "campaign", "product", "region")
#: Three years of stretches, each ending a month after the one before.
_ENDS = 3 * YEAR
_FEW = 40


@dataclass(frozen=True, slots=True)
class Looks:
    """When KPIs were last looked at, as counted since a day (None: not counted)."""

    last: Mapping[str, date]
    since: date | None


@dataclass(frozen=True, slots=True)
class Hygiene:
    """The findings, what matters most first. ``used`` are the KPIs in use, ``goals`` counts open
    goals, ``n`` KPIs."""

    found: tuple[Finding, ...]
    used: tuple[str, ...]
    goals: int
    n: int

    def as_json(self) -> dict[str, Any]:
        """The result as plain values."""
        counts = Counter(one.severity for one in self.found)
        return {
            "n": self.n,
            "goals": self.goals,
            "used": list(self.used),
            "counts": {severity: counts[severity] for severity in ("high", "medium", "low")},
            "findings": [_json(one) for one in self.found],
        }


def _json(one: Finding) -> dict[str, Any]:
    values = {k: v.isoformat() if isinstance(v, date) else v for k, v in one.values.items()}
    return asdict(one) | {"kpis": list(one.kpis), "owners": list(one.owners), "values": values}


def hygiene(ws: Workspace, goals: Sequence[GoalNote] = (), looks: Looks | None = None) -> Hygiene:
    """What is wrong with the KPIs in use and their goals.

    ``goals`` are those offered or in force. Raises ``Problem`` where no generation was built yet.
    """
    from leitstern.errors import Problem

    info = ws.generation()
    if info is None:
        raise Problem("leitstern.nothing_imported", path=ws.folder)
    catalogue, counted = ws.catalogue, looks or Looks({}, None)
    known = Known(
        {one.kpi: catalogue.resolved(one.kpi) for one in catalogue},
        tuple(goals),
        info.as_of,
        frozenset(entry.definition.kpi for entry in catalogue.entries() if not entry.shipped),
        counted.last,
        counted.since,
        dict(_late(catalogue, info)),
        _strange(catalogue),
        _reach(ws, [goal for goal in goals if goal.open_on(info.as_of)], info.as_of),
    )
    found = check(known)
    return Hygiene(tuple(found), known.used, len(known.open), len(known.kpis))


def _late(catalogue: Catalogue, info: GenerationInfo) -> Iterator[tuple[Late, tuple[str, ...]]]:
    """Facts that are silent for longer than they used to be, with the KPIs that count them."""
    for fact, about in info.facts.items():
        days = 0 if about.newest is None else (info.as_of - about.newest).days
        if about.newest is None or days <= about.late_after:
            continue
        measures = ((one.kpi, catalogue.resolved(one.kpi).measures.values()) for one in catalogue)
        kpis = tuple(kpi for kpi, mine in measures if any(one.fact == fact for one in mine))
        if kpis:
            yield Late(fact, about.newest, days, about.late_after), kpis


def _strange(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Abbreviations in names and meanings of KPIs that the glossary does not have."""
    from leitstern.kpis.lint import Case, jargon

    found: dict[str, tuple[str, ...]] = {}
    for one in catalogue:
        case = Case(catalogue.entry(one.kpi), catalogue.resolved(one.kpi), catalogue, None)
        words = dict.fromkeys(str(finding.values["word"]) for finding in jargon(case))
        if words:
            found[one.kpi] = tuple(words)
    return found


# --- the past of goals ------------------------------------------------------------------------------


def _reach(ws: Workspace, goals: Iterable[GoalNote], today: date) -> dict[str, Reach]:
    """The chance of each goal that covers whole months, judged by its own past."""
    wanted: dict[tuple[str, int], list[GoalNote]] = {}
    for goal in goals:
        months = _months(goal.start, goal.end)
        judged = goal.whom.partition(":")[0] in _JUDGED and goal.direction != "between"
        if months and judged and goal.kpi in ws.catalogue:
            wanted.setdefault((goal.kpi, months), []).append(goal)
    found: dict[str, Reach] = {}
    for (kpi, months), same in wanted.items():
        if ws.catalogue.get(kpi).shape is None:
            found |= _reach_of(ws, kpi, months, same, today)
    return found


def _reach_of(
    ws: Workspace, kpi: str, months: int, goals: Sequence[GoalNote], today: date
) -> dict[str, Reach]:
    last = today.replace(day=1)
    ends = [_add(last, back - _ENDS) for back in range(1, _ENDS + 1)]
    first = _first_day(ws, kpi)
    stretches = [(_add(end, -months), end - timedelta(days=1)) for end in ends]
    stretches = [one for one in stretches if one[0] >= first]
    if not stretches:
        return {}
    levels = tuple(sorted({goal.whom.partition(":")[0] for goal in goals}))
    values: dict[str, dict[date, float]] = {}
    for one in ws.compute_stretches([kpi], levels, stretches):
        if one.value is not None and one.finished:
            whom = "company" if one.subject.type == "company" else f"{one.subject.type}:{one.subject.id}"
            values.setdefault(whom, {})[one.start] = float(one.value)
    made = {}
    for goal in goals:
        series = [values.get(goal.whom, {}).get(start) for start, _ in stretches]
        ahead = _between(last, goal.end + timedelta(days=1))
        made[goal.key] = reach(series, months, ahead, goal.target, at_least=goal.direction == "at_least")
    return made


def _first_day(ws: Workspace, kpi: str) -> date:
    """The day from which all that a KPI counts is recorded.

    What was begun before recording and ended within it stands alone among its days; so the first fortieth
    of the records does not set the day.
    """
    import numpy as np

    from leitstern.kpis.meaning import counted_on

    days = [date.min]
    for fact, on in {(one.fact, counted_on(one)) for one in ws.catalogue.resolved(kpi).measures.values()}:
        if on == "-":
            continue
        known = np.asarray(ws.facts(fact, on)[on].drop_null().to_numpy(), dtype="datetime64[D]")
        if len(known):
            days.append(np.sort(known)[len(known) // _FEW].item())
    return max(days)


def _months(start: date, end: date) -> int:
    """How many whole months a stretch is; 0 where it is not."""
    after = end + timedelta(days=1)
    return _between(start, after) if start.day == after.day == 1 else 0


def _between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _add(day: date, months: int) -> date:
    """The first of the month so many months later."""
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, 1)
