"""KPIs of a workspace that work against each other, and whether they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from leitstern.insight.conflicts.evidence import Evidence, Share, evidence, segment
from leitstern.insight.conflicts.pairs import Pair, pairs
from leitstern.insight.conflicts.proposal import Proposal, proposals

if TYPE_CHECKING:
    from leitstern.insight.hygiene.notes import GoalNote
    from leitstern.kpis.definition import Definition
    from leitstern.workspace import Workspace

#: Of a cohort, what arrived within so many days is compared; so it can be seen of all that are older.
ARRIVED_DAYS = 120
#: How long the stretches are that are compared with the same days of the two years before.
LENGTH_DAYS = 240
_YEARS = 2
_YEAR = 365

_Stretch = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A pair of KPIs, what happened to it (None: not looked at, as they are not both goals), and what to do.

    ``periods`` are the stretches compared: the newest first; ``within`` the days after which was counted what
    had arrived (None: whatever the KPI counts).
    """

    pair: Pair
    evidence: Evidence | None
    proposals: tuple[Proposal, ...]
    periods: tuple[_Stretch, ...] = ()
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Conflicts:
    """All pairs, heaviest first, of ``n`` KPIs; ``tried`` is the number of pairs whose past was looked at.
    ``names`` are those of campaigns."""

    found: tuple[Conflict, ...]
    tried: int
    n: int
    names: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """The result as plain values."""
        return {"n": self.n, "tried": self.tried, "conflicts": [self._json(one) for one in self.found]}

    def _json(self, one: Conflict) -> dict[str, Any]:
        found = None if one.evidence is None else asdict(one.evidence)
        if found and found["segment"]:
            found["segment"]["name"] = self.names.get(found["segment"]["key"], found["segment"]["key"])
        return {
            **asdict(one.pair),
            "goals": [list(keys) for keys in one.pair.goals],
            "weight": one.pair.weight,
            "evidence": found,
            "proposals": [asdict(proposal) for proposal in one.proposals],
            "periods": [[day.isoformat() for day in stretch] for stretch in one.periods],
            "within": one.within,
        }


def conflicts(ws: Workspace, goals: Sequence[GoalNote] = ()) -> Conflicts:
    """Pairs of KPIs that collide by how they are built; of those that both are goals, also whether they did.

    Pairs that did come first. Where nothing has changed, at most 1 company in 20 is told that any did.
    Raises ``Problem`` where no generation was built yet.
    """
    catalogue = ws.catalogue
    known = {one.kpi: catalogue.resolved(one.kpi) for one in catalogue}
    found = pairs(known.values(), goals)
    tried = [one for one in found if one.goals and _is_tried(one, catalogue.get(one.second))]
    told = {id(pair): _past(ws, pair, len(tried)) for pair in tried}
    nothing = (None, (), None)
    made = []
    for pair in found:
        happened, periods, within = told.get(id(pair), nothing)
        made.append(Conflict(pair, happened, tuple(proposals(pair, known)), periods, within))
    made.sort(key=lambda one: one.evidence is None or one.evidence.verdict != "collided")
    names = dict(ws.subjects("campaign")) if tried else {}
    return Conflicts(tuple(made), len(tried), len(known), names)


def _is_tried(pair: Pair, rate: Definition) -> bool:
    """A number and a share of what it counts."""
    return pair.kind == "denominator" and rate.unit == "percent" and rate.shape is None


def _past(ws: Workspace, pair: Pair, tried: int) -> tuple[Evidence, tuple[_Stretch, ...], int | None]:
    rate = ws.catalogue.get(pair.second)
    within = ARRIVED_DAYS if any(one.kind == "conversion" for one in rate.measures.values()) else None
    seen = ws if within is None else _soon(ws, rate, within)
    info = ws.generation()
    assert info is not None  # `compute` would have refused
    end = info.as_of - timedelta(days=within or 0)
    stretches = [(_back(end, year) - timedelta(days=LENGTH_DAYS - 1), _back(end, year)) for year in range(3)]
    shares: list[dict[str | None, Share]] = [{} for _ in stretches]
    for one in seen.compute_stretches([rate.kpi], ("company", "campaign"), stretches):
        if one.denominator is not None:
            place = next(at for at, stretch in enumerate(stretches) if stretch[0] == one.start)
            key = None if one.subject.type == "company" else one.subject.id or "-"
            shares[place][key] = Share(float(one.numerator or 0), float(one.denominator))
    after, *years = shares
    before = _complete(years, after)
    total = Share(sum(s[None].hits for s in before), sum(s[None].n for s in before))
    found = evidence(total, after.get(None, Share(0, 0)), max(len(before), 1), tried)
    periods = tuple(stretches[: 1 + len(before)])
    if found.verdict != "collided":
        return found, periods, within
    return replace(found, segment=segment(_summed(before), _groups(after), len(before))), periods, within


def _back(day: date, years: int) -> date:
    return day - timedelta(days=_YEAR * years)


def _soon(ws: Workspace, rate: Definition, days: int) -> Workspace:
    """The workspace with a rate that counts only what arrived within so many days."""
    from leitstern.kpis.load import Catalogue

    measures = {
        name: one.model_copy(update={"within": min(one.within or days, days)})
        if one.kind == "conversion"
        else one
        for name, one in rate.measures.items()
    }
    changed = rate.model_copy(update={"measures": measures})
    entries = [
        replace(entry, definition=changed) if entry.definition is rate else entry
        for entry in ws.catalogue.entries()
    ]
    copy = type(ws)(ws.folder, ws.settings)
    copy.catalogue = Catalogue(entries)
    return copy


def _complete(
    years: Sequence[dict[str | None, Share]], after: dict[str | None, Share]
) -> list[dict[str | None, Share]]:
    """The years before, newest first, up to the first with so few records that they were not all recorded."""
    found: list[dict[str | None, Share]] = []
    later = after.get(None, Share(0, 0)).n
    for shares in years:
        total = shares.get(None, Share(0, 0)).n
        if not total or total < later / 4:
            break
        found.append(shares)
        later = total
    return found


def _groups(shares: Mapping[str | None, Share]) -> dict[str, Share]:
    """The shares of campaigns; what belongs to none is left out of what can have grown most."""
    return {key: share for key, share in shares.items() if key is not None and key != "-"}


def _summed(years: Sequence[Mapping[str | None, Share]]) -> dict[str, Share]:
    found: dict[str, Share] = {}
    for shares in years:
        for key, share in _groups(shares).items():
            old = found.get(key, Share(0, 0))
            found[key] = Share(old.hits + share.hits, old.n + share.n)
    return found
