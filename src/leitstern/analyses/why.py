"""Why a KPI changed between two periods: its change taken apart exactly over teams, campaigns, products ...

`why` asks the engine for a KPI by segment in both periods; `explained` takes observations that are there
already, so that the pages can ask with the viewer's rights: segments whose values may not be seen, in
either of the periods, are one group with all that is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from leitstern.analyses.plain import number
from leitstern.engine.plan import term
from leitstern.errors import Problem
from leitstern.insight.why import Change, Segment, not_exact, ratios, sums
from leitstern.kpis.expressions import Binary, Formula, Name, Negative, Number

if TYPE_CHECKING:
    from leitstern.engine.observations import Observation
    from leitstern.insight.why.effects import Number as Exact
    from leitstern.kpis.load import Resolved
    from leitstern.workspace import Workspace

Against = Literal["previous_period", "previous_year"]

#: The group of all segments that are not shown one by one.
REST = "*"

_ZERO = Fraction(0)
#: Sums of floats and of shared records differ in their last digits.
_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Piece:
    """One segment: its values and what it did to the whole. ``id`` None: not assigned; ``REST``: all others.

    ``volume``, ``mix`` and ``rate`` add up to ``total``; all four are in the KPI's unit. Without an exact
    decomposition they are None.
    """

    id: str | None
    name: str | None
    before: float | None
    after: float | None
    rows_before: int
    rows_after: int
    volume: float | None
    mix: float | None
    rate: float | None

    @property
    def total(self) -> float | None:
        """What the segment added to the change."""
        if self.volume is None or self.mix is None or self.rate is None:
            return None
        return self.volume + self.mix + self.rate


@dataclass(frozen=True, slots=True)
class Why:
    """A KPI's change from ``then`` to ``period``, and the pieces it is made of, the largest first.

    ``way`` and ``verdict`` as in `leitstern.insight.why.effects.Change`; ``n`` counts the records of both
    periods; ``complete`` is False while one of the periods can still change; ``other_version``: the KPI was
    defined differently then.
    """

    kpi: str
    unit: str
    good: str
    period: str
    then: str
    over: str
    before: float | None
    after: float | None
    way: str
    volume: float
    mix: float
    rate: float
    pieces: tuple[Piece, ...]
    n: int
    verdict: str
    complete: bool
    other_version: bool

    @property
    def difference(self) -> float | None:
        """The change itself."""
        return None if self.before is None or self.after is None else self.after - self.before

    def as_json(self) -> dict[str, Any]:
        """Plain values, None where there is none."""
        return {
            **{name: getattr(self, name) for name in ("kpi", "unit", "good", "period", "then", "over")},
            **{
                name: number(getattr(self, name))
                for name in ("before", "after", "difference", "volume", "mix", "rate")
            },
            **{name: getattr(self, name) for name in ("way", "n", "verdict", "complete", "other_version")},
            "pieces": [
                {
                    "id": piece.id,
                    "name": piece.name,
                    "rows_before": piece.rows_before,
                    "rows_after": piece.rows_after,
                    **{
                        name: number(getattr(piece, name))
                        for name in ("before", "after", "total", "volume", "mix", "rate")
                    },
                }
                for piece in self.pieces
            ],
        }


def why(
    ws: Workspace, kpi: str, period: str, against: Against = "previous_period", over: str = "team"
) -> Why:
    """Take the change of a KPI of the company apart.

    ``period`` is a label such as ``2026-10``; it is compared with the one before or with that of the year
    before, up to the same working day while it runs. ``over`` is team, person, customer, campaign, product or
    region; see `segments`. Raises ``Problem`` for an unknown KPI, period or subject.
    """
    from leitstern.periods.grains import parse

    if over == "company":
        raise Problem("why.over_company")
    when = parse(period, ws.settings.fiscal_year_start)
    definition = ws.catalogue.at(kpi, when.start)
    over = segments(over)
    by = ("company", over)
    now = ws.compute([kpi], by=by, grain=str(when.grain), start=when.start, end=when.end)
    then = ws.compute([kpi], by=by, grain=str(when.grain), start=when.start, end=when.end, against=against)
    earlier = when.previous() if against == "previous_period" else when.same_last_year()
    resolved = ws.catalogue.resolved(kpi, definition.version)
    return explained(resolved, list(now), list(then), over, earlier.label)


def segments(over: str) -> str:
    """The subject type whose values add up: teams lie in one another, so each is taken by its own members."""
    return "own_team" if over == "team" else over


def explained(
    resolved: Resolved, now: Sequence[Observation], then: Sequence[Observation], over: str, earlier: str
) -> Why:
    """The same from observations of the company and by ``over``, of now and of ``earlier`` (a label).

    Both hold the company's value; segments that are missing in one of them, or protected, go into the rest.
    """
    whole = (_whole(then), _whole(now))
    shown = _shown(over, then, now)
    n = whole[0].rows + whole[1].rows
    hidden = any(o.reason == "protected" for o in (*then, *now) if o.subject.type == over) or over == "person"
    segments = _segments(whole, shown, hidden=hidden) if adds_up(resolved) else None
    if segments is None or whole[0].value is None or whole[1].value is None:
        change = not_exact(_exact(whole[0].value), _exact(whole[1].value), n)
    elif whole[1].denominator is None:
        change = sums(segments, n)
    else:
        change = ratios(segments, n, of_same=len({m.fact for m in resolved.measures.values()}) == 1)
    definition = resolved.definition
    return Why(
        definition.kpi, definition.unit, definition.good, whole[1].period, earlier, over,
        _float(change.before), _float(change.after), change.way,
        float(change.volume), float(change.mix), float(change.rate),
        tuple(_pieces(change, shown, whole)), n, change.verdict,
        whole[0].finished and whole[1].finished, whole[0].version != whole[1].version,
    )  # fmt: skip


def adds_up(resolved: Resolved) -> bool:
    """Whether a KPI is a sum over records, or a quotient of two: only such are the sum of their segments."""
    shape = resolved.definition.shape
    if shape is not None and shape.growth is not None:
        return False
    measures = resolved.measures
    simple = {name for name, m in measures.items() if all(p.agg == "add" for p in term(m).parts)}
    if simple != set(measures) or any(m.kind == "manual" for m in measures.values()):
        return False
    sides = resolved.formula.top_division() or (resolved.formula,)
    averages = {name for name, m in measures.items() if term(m).base is not None}
    if isinstance(resolved.formula, Name):
        return True
    return all(_linear(side, averages) for side in sides)


def _linear(node: Formula, averages: set[str]) -> bool:
    if isinstance(node, Name):
        return node.name not in averages
    if isinstance(node, Negative):
        return _linear(node.operand, averages)
    if isinstance(node, Binary) and node.op in "+-":
        return _linear(node.left, averages) and _linear(node.right, averages)
    if isinstance(node, Binary) and node.op == "*":
        factors = (node.left, node.right)
        return any(isinstance(f, Number) for f in factors) and all(
            isinstance(f, Number) or _linear(f, averages) for f in factors
        )
    return False


def _whole(observations: Iterable[Observation]) -> Observation:
    return next(o for o in observations if o.subject.type == "company")


_Pair = tuple["Observation", "Observation"]


def _shown(over: str, then: Sequence[Observation], now: Sequence[Observation]) -> dict[str | None, _Pair]:
    """Then and now of each segment that may be seen in both periods and has records in one of them.

    What has no observation had no records then, other than persons, who may be hidden in one of the periods.
    """
    sides = [{o.subject.id: o for o in side if o.subject.type == over} for side in (then, now)]
    pairs: dict[str | None, _Pair] = {}
    for key in dict.fromkeys([*sides[1], *sides[0]]):
        before, after = sides[0].get(key), sides[1].get(key)
        if over != "person":
            before, after = before or _nothing(after, then), after or _nothing(before, now)
        if before is not None and after is not None and "protected" not in (before.reason, after.reason):
            pairs[key] = (before, after)
    return {key: pair for key, pair in pairs.items() if _rows(pair)}


def _nothing(other: Observation | None, side: Sequence[Observation]) -> Observation | None:
    """A segment without records in the period that ``side`` is of."""
    if other is None:
        return None
    ratio = other.denominator is not None
    return replace(
        _whole(side), subject=other.subject, value=None if ratio else 0, rows=0, numerator=0, denominator=0
    )


def _rows(pair: _Pair) -> int:
    return pair[0].rows + pair[1].rows


def _segments(whole: _Pair, shown: dict[str | None, _Pair], *, hidden: bool) -> list[Segment] | None:
    """Segments with the rest; None where they do not add up to the whole though nothing is hidden."""
    ratio = whole[1].denominator is not None
    counted = all(sum(pair[at].rows for pair in shown.values()) <= whole[at].rows for at in (0, 1))
    records = not ratio and whole[1].unit == "currency" and counted
    found = [_segment(key, pair, ratio=ratio, records=records) for key, pair in shown.items()]
    total = _segment(REST, whole, ratio=ratio, records=records)
    rest = Segment(
        REST,
        *(
            _rounded(
                getattr(total, side) - sum((getattr(s, side) for s in found), _ZERO), getattr(total, side)
            )
            for side in ("above0", "above1", "below0", "below1")
        ),
    )
    if not any((rest.above0, rest.above1, rest.below0, rest.below1)):
        return found
    return [*found, rest] if hidden else None


def _segment(key: str | None, pair: _Pair, *, ratio: bool, records: bool) -> Segment:
    if ratio:
        sides = [_exact(o.numerator) or 0 for o in pair], [_exact(o.denominator) or 0 for o in pair]
    else:
        sides = [_exact(o.value) or 0 for o in pair], [o.rows if records else 0 for o in pair]
    return Segment(key, *sides[0], *sides[1])


def _rounded(left: Exact, total: Exact) -> Exact:
    return 0 if abs(float(left)) <= _NEAR * max(1.0, abs(float(total))) else left


def _pieces(change: Change, shown: dict[str | None, _Pair], whole: _Pair) -> Iterable[Piece]:
    if change.verdict != "exact":
        for key, (then, now) in sorted(shown.items(), key=lambda item: -_rows(item[1])):
            yield Piece(
                key, now.subject.name, _float(then.value), _float(now.value), then.rows, now.rows, *[None] * 3
            )
        return
    for effect in change.effects:
        parts = (float(effect.volume), float(effect.mix), float(effect.rate))
        if effect.key == REST:
            rows = [o.rows - sum(pair[at].rows for pair in shown.values()) for at, o in enumerate(whole)]
            yield Piece(REST, None, None, None, max(rows[0], 0), max(rows[1], 0), *parts)
        else:
            then, now = shown[effect.key]
            yield Piece(
                effect.key,
                now.subject.name,
                _float(then.value),
                _float(now.value),
                then.rows,
                now.rows,
                *parts,
            )


def _exact(value: Decimal | float | int | None) -> Exact | None:
    return Fraction(value) if isinstance(value, Decimal | int) else value


def _float(value: Exact | Decimal | None) -> float | None:
    return None if value is None else float(value)
