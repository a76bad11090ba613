"""The rules of good KPIs, each a function from what is known to findings.

A KPI is *in use* when it has a goal that runs or is to come, when the company wrote it itself, or when
somebody looked at it within 60 days. What is merely shipped and never looked at is nobody's problem.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from leitstern.kpis.meaning import meaning

if TYPE_CHECKING:
    from leitstern.insight.hygiene.notes import GoalNote
    from leitstern.insight.hygiene.reach import Reach
    from leitstern.kpis.definition import Definition
    from leitstern.kpis.load import Resolved

#: What a person can attend to at the same time.
MOST_PER_OWNER = 5
#: Days without a look after which a KPI is nobody's.
UNSEEN_DAYS = 60

Severity = Literal["high", "medium", "low"]
#: Where the fix is: the goal, a new goal for the KPI, the KPI's sheet, the sources, the owner's goals.
Fix = Literal["goal", "new_goal", "kpi", "sources", "goals"]
_ORDER: dict[Severity, int] = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True, slots=True)
class Late:
    """A source that is silent for longer than it used to be."""

    fact: str
    newest: date
    days: int
    late_after: int


@dataclass(frozen=True)
class Known:
    """What the rules look at.

    ``kpis`` is the whole catalogue by name, ``own`` what the company wrote. ``goals`` run or are to come.
    ``looks`` has the last day each KPI was looked at, counted since ``looks_since`` (None: not counted).
    ``late`` has the late sources with the KPIs that read them, ``strange`` words of KPIs that the glossary
    does not have, ``reach`` the chance of goals by their key.
    """

    kpis: Mapping[str, Resolved]
    goals: tuple[GoalNote, ...]
    today: date
    own: frozenset[str] = frozenset()
    looks: Mapping[str, date] = field(default_factory=dict)
    looks_since: date | None = None
    late: Mapping[Late, tuple[str, ...]] = field(default_factory=dict)
    strange: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reach: Mapping[str, Reach] = field(default_factory=dict)

    @cached_property
    def aims(self) -> frozenset[str]:
        """KPIs with a goal that is open."""
        return frozenset(goal.kpi for goal in self.open)

    @cached_property
    def open(self) -> tuple[GoalNote, ...]:
        """Goals that run or are to come, of KPIs that exist."""
        return tuple(goal for goal in self.goals if goal.open_on(self.today) and goal.kpi in self.kpis)

    @cached_property
    def used(self) -> tuple[str, ...]:
        """KPIs in use, by name."""
        recent = self.today - timedelta(days=UNSEEN_DAYS)
        seen = {name for name, day in self.looks.items() if day >= recent}
        return tuple(sorted((self.aims | self.own | seen) & set(self.kpis)))

    def definition(self, name: str) -> Definition:
        """A KPI's definition."""
        return self.kpis[name].definition

    @cached_property
    def by_owner(self) -> dict[str, tuple[str, ...]]:
        """The KPIs each owner has goals for that run at the same time: the most there are on any day."""
        mine: dict[str, list[GoalNote]] = defaultdict(list)
        for goal in self.open:
            if goal.owner is not None:
                mine[goal.owner].append(goal)
        return {owner: _most(goals) for owner, goals in mine.items()}


def _most(goals: list[GoalNote]) -> tuple[str, ...]:
    """The KPIs of the day with the most of them; that is always a day on which one of the goals begins."""
    days = sorted({goal.start for goal in goals})
    sets = [tuple(sorted({one.kpi for one in goals if one.start <= day <= one.end})) for day in days]
    return sorted(sets, key=len)[-1]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is the matter, how much it matters, whom it is about, and where it is put right.

    ``code`` names the rule; ``values`` fill its sentence (numbers and dates as such). ``kpis`` and ``owners``
    are those it is about, ``goal`` the key of the goal, ``fix`` where to go.
    """

    code: str
    severity: Severity
    kpis: tuple[str, ...]
    fix: Fix
    owners: tuple[str, ...] = ()
    goal: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)


Rule = Callable[[Known], Iterator[Finding]]


def check(known: Known) -> list[Finding]:
    """All findings, what matters most first."""
    found = [finding for rule in RULES for finding in rule(known)]
    return sorted(found, key=lambda one: (_ORDER[one.severity], RULE_NAMES.index(one.code), one.kpis))


def out_of_reach(known: Known) -> Iterator[Finding]:
    """A target far outside of what growth has brought so far (see ``reach``)."""
    for goal in known.open:
        reach = known.reach.get(goal.key)
        if reach is not None and reach.out_of_reach:
            values = {"target": goal.target, "asked": reach.asked, "base": reach.base, "n": reach.n}
            yield _of_goal("out_of_reach", "high", goal, whom=goal.whom, **values)


def late_source(known: Known) -> Iterator[Finding]:
    """A number whose source is silent is old, whatever day it shows."""
    for late, kpis in known.late.items():
        aims = tuple(name for name in kpis if name in known.aims)
        values = {"fact": late.fact, "newest": late.newest, "days": late.days, "usual": late.late_after}
        yield Finding("late_source", "high" if aims else "medium", aims or kpis, "sources", values=values)


def vanity(known: Known) -> Iterator[Finding]:
    """Reach as a goal: being seen is not being bought from."""
    for goal in known.open:
        if known.definition(goal.kpi).about == "reach":
            yield _of_goal("vanity", "high", goal)


def no_owner(known: Known) -> Iterator[Finding]:
    """A goal nobody answers for, or a KPI nobody owns."""
    for goal in known.open:
        if goal.owner is None:
            yield _of_goal("no_owner", "high", goal, whom=goal.whom)
    for name in known.used:
        if not known.definition(name).owner.strip():
            yield Finding("no_owner", "medium", (name,), "kpi")


def too_many(known: Known) -> Iterator[Finding]:
    """More KPIs at the same time than one can attend to."""
    for owner, kpis in sorted(known.by_owner.items()):
        if len(kpis) > MOST_PER_OWNER:
            values = {"n": len(kpis), "most": MOST_PER_OWNER}
            yield Finding("too_many", "medium", kpis, "goals", owners=(owner,), values=values)


def no_review(known: Known) -> Iterator[Finding]:
    """No day on which the goal is looked at together."""
    for goal in known.open:
        if goal.review_on is None:
            yield _of_goal("no_review", "medium", goal, whom=goal.whom)


def duplicate(known: Known) -> Iterator[Finding]:
    """Two names for one number, of which at least one is in use."""
    same: dict[str, list[str]] = defaultdict(list)
    for name in sorted(known.kpis):
        same[meaning(known.kpis[name])].append(name)
    for names in same.values():
        if len(names) > 1 and set(names) & set(known.used):
            yield Finding("duplicate", "medium", tuple(names), "kpi")


def no_outcome(known: Known) -> Iterator[Finding]:
    """A KPI that leads to no result of the company, however many steps one goes."""
    for name in known.used:
        if not any(_is_outcome(known.definition(one)) for one in _driven(known, name)):
            yield Finding("no_outcome", "medium", (name,), "kpi")


def unseen(known: Known) -> Iterator[Finding]:
    """Nobody looked at a KPI in use for 60 days. Told only where looks were counted for as long."""
    limit = known.today - timedelta(days=UNSEEN_DAYS)
    if known.looks_since is None or known.looks_since > limit:
        return
    for name in known.used:
        last = known.looks.get(name)
        if last is None or last < limit:
            yield Finding("unseen", "medium", (name,), "kpi", values={"days": UNSEEN_DAYS, "last": last})


def no_goal(known: Known) -> Iterator[Finding]:
    """Looked at or written by the company, but neither a goal nor a counter-KPI of one."""
    pairs = {other for name in known.aims for other in known.definition(name).paired_with}
    for name in known.used:
        if name not in known.aims and name not in pairs:
            yield Finding("no_goal", "low", (name,), "new_goal")


def quantity_only(known: Known) -> Iterator[Finding]:
    """Goals on amounts alone: more is easy where nobody looks how good it is."""
    yield from _alike(known, "quantity_only", _is_quantity)


def lagging_only(known: Known) -> Iterator[Finding]:
    """Goals on what has happened alone: nothing to act on while there is time."""
    yield from _alike(known, "lagging_only", lambda kpi: kpi.timing == "lagging")


def strange_words(known: Known) -> Iterator[Finding]:
    """Abbreviations that the glossary does not explain."""
    for name in known.used:
        if known.strange.get(name):
            values = {"words": ", ".join(known.strange[name])}
            yield Finding("strange_words", "low", (name,), "kpi", values=values)


RULES: tuple[Rule, ...] = (
    out_of_reach, late_source, vanity, no_owner, too_many, no_review, duplicate, no_outcome, unseen,
    quantity_only, lagging_only, no_goal, strange_words,
)  # fmt: skip
RULE_NAMES = tuple(rule.__name__ for rule in RULES)


def _of_goal(code: str, severity: Severity, goal: GoalNote, **values: object) -> Finding:
    owners = () if goal.owner is None else (goal.owner,)
    return Finding(code, severity, (goal.kpi,), "goal", owners, goal.key, values)


def _alike(known: Known, code: str, wanting: Callable[[Definition], bool]) -> Iterator[Finding]:
    """Owners all of whose KPIs are wanting, those with the same KPIs in one finding."""
    same: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for owner, kpis in sorted(known.by_owner.items()):
        if all(wanting(known.definition(name)) for name in kpis):
            same[kpis].append(owner)
    for kpis, owners in sorted(same.items()):
        yield Finding(code, "low", kpis, "goals", tuple(owners), values={"n": len(owners)})


def _is_quantity(kpi: Definition) -> bool:
    return kpi.unit in ("count", "currency") and kpi.about != "efficiency"


def _is_outcome(kpi: Definition) -> bool:
    """What the company lives on, or what keeps its people: a strategic result one can only look back on."""
    return kpi.level == "strategic" and kpi.timing == "lagging" and kpi.about in ("result", "efficiency")


def _driven(known: Known, start: str) -> list[str]:
    """The KPI and all that it is said to drive, at any distance."""
    found = [start]
    for name in found:
        found += [one for one in known.definition(name).drives if one in known.kpis and one not in found]
    return found
