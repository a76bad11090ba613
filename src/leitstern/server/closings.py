"""Closing periods: which can be closed, which are, and what the records say differently since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.periods.grains import Grain, Period, parse, period_of
from leitstern.server import audit, frame
from leitstern.server.models import Account, Acknowledgement

if TYPE_CHECKING:
    from leitstern.engine.closing import Closed
    from leitstern.engine.restating import Restatement
    from leitstern.facts.receipts import TableReceipt
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

#: How far back a period is offered for closing.
_OFFERED = {Grain.MONTH: 12, Grain.QUARTER: 4, Grain.YEAR: 1, Grain.FISCAL_QUARTER: 4, Grain.FISCAL_YEAR: 1}


@dataclass(frozen=True, slots=True)
class Restated:
    """A restatement, whether somebody took note of it, and the imports that can have caused it."""

    found: Restatement
    acknowledged: Acknowledgement | None
    imports: tuple[TableReceipt, ...]


def closable(ask: Reader) -> list[Period]:
    """Periods that are over and not closed yet, the latest first; months before quarters and years."""
    generation = ask.generation()
    if generation is None:
        return []
    fiscal = ask.settings.fiscal_year_start
    closed = {c.period for c in ask.workspace.closed()}
    found = []
    for grain, count in _OFFERED.items():
        if grain.fiscal == (fiscal == 1) and grain is not Grain.MONTH:
            continue
        running = period_of(generation.as_of, grain, fiscal)
        found += [running.shifted(-back) for back in range(1, count + 1)]
    return [p for p in found if p.label not in closed and p.end < generation.as_of]


def close(ask: Sight, account: Account, label: str) -> Closed:
    """Close a period; Problem where the account may not, or the period cannot be closed."""
    _allowed(ask)
    closed = ask.workspace.close(label, by=str(account))
    audit.note(account, "period.closed", f"period:{closed.period}", after={"by": str(account)})
    return closed


def found(ask: Reader) -> list[Restatement]:
    """All restatements of the newest generation; takes seconds the first time."""
    labels = tuple(c.period for c in ask.workspace.closed())
    if not labels:
        return []
    kept: list[Restatement] = ask.once(("restatements", *labels), lambda ws: ws.restatements())
    return kept


def restatements(ask: Sight) -> list[Restated]:
    """What the records contradict of closed periods, as far as the viewer may see it; new ones first."""
    closed = ask.workspace.closed()
    visible = _telling(found(ask))
    known = {_key(a): a for a in Acknowledgement.objects.select_related("account").order_by("at")}
    hidden = _hidden(ask, visible)
    rows = [
        Restated(r, known.get(_key_of(r)), _imports(ask, r, closed))
        for r in visible
        if (r.kpi, r.grain, r.period, r.subject.type, r.subject.id) not in hidden
    ]
    for row in rows:
        if row.found.subject.type == "person" and row.found.subject.id != ask.viewer.person:
            audit.seen(ask.viewer, {str(row.found.subject.id)}, row.found.kpi, ask.surface)
    return sorted(rows, key=lambda row: row.acknowledged is not None)


def _telling(every: Sequence[Restatement]) -> list[Restatement]:
    """Without those that only repeat another: what belongs to no customer, campaign and so on is in the
    company's, and a team without teams beneath has no other own members."""
    teams = {
        (r.kpi, r.grain, r.period, r.subject.id, r.was, r.now) for r in every if r.subject.type == "team"
    }
    return [
        r
        for r in every
        if (r.subject.id is not None or r.subject.type in ("company", "team", "person"))
        and (
            r.subject.type != "own_team"
            or (r.kpi, r.grain, r.period, r.subject.id, r.was, r.now) not in teams
        )
    ]


def lines(ask: Reader, kpi: str, period: Period, by: str = "company") -> list[str]:
    """What there is to say of a value that includes closed days: that they stand and, of the company's, what
    the records say today. Empty where no day is closed."""
    closed = ask.workspace.closed_within(period.start, period.end)
    if not closed:
        return []
    calendar, fiscal = frame.calendar(), ask.settings.fiscal_year_start
    names = ", ".join(calendar.period(parse(c.period, fiscal)) for c in closed)
    said = [_("Closed: %(periods)s. What counted when it was closed counts.") % {"periods": names}]
    for r in _restated(ask, kpi, period) if by == "company" else ():
        unit, figures = ask.catalogue.get(r.kpi, r.version).unit, frame.figures()
        values = {"was": figures.exact(r.was, unit), "now": figures.exact(r.now, unit)}
        said.append(_("By the records of today it would be %(now)s instead of %(was)s.") % values)
    return said


def _restated(ask: Reader, kpi: str, period: Period) -> list[Restatement]:
    """How the company's value for a period differs by the records of today."""
    labels = tuple(c.period for c in ask.workspace.closed())
    kept: list[Restatement] = ask.once(
        ("restated", kpi, period.label, *labels),
        lambda ws: ws.restated([kpi], "company", str(period.grain), period.start, period.end),
    )
    return kept


def acknowledge(ask: Sight, account: Account, rows: Iterable[Restated], note: str) -> int:
    """Take note of restatements that nobody took note of yet; returns how many these were."""
    _allowed(ask)
    new = [row.found for row in rows if row.acknowledged is None]
    for r in new:
        Acknowledgement.objects.create(
            kpi=r.kpi,
            version=r.version,
            period=r.period,
            subject_type=r.subject.type,
            subject_id=r.subject.id,
            now=_text(r.now),
            note=note,
            account=account,
        )
        after = {"was": _text(r.was), "now": _text(r.now), "note": note}
        audit.note(
            account, "restatement.acknowledged", f"{r.kpi}:{r.period}:{r.subject.id or ''}", after=after
        )
    return len(new)


def _allowed(ask: Sight) -> None:
    if not ask.policy.may(ask.viewer, "close"):
        raise Problem("leitstern.not_allowed")


def _hidden(ask: Sight, found: Sequence[Restatement]) -> set[tuple[str, str, str, str, str | None]]:
    """Values of single subjects that the viewer may not see."""
    asked: dict[tuple[str, str, str], set[str]] = {}
    for r in found:
        if r.subject.type != "company":
            asked.setdefault((r.grain, r.period, r.subject.type), set()).add(r.kpi)
    hidden = set()
    for (grain, label, by), kpis in asked.items():
        period = parse(label, ask.settings.fiscal_year_start)
        if by == "person":
            seen = ask.policy.people(ask.viewer, period.start, period.end)
            shown = {kpi for kpi in kpis if not ask.expired(kpi, period.end)}
            open_ = {(kpi, person) for kpi in shown for person in seen}
        else:
            values = ask.compute(sorted(kpis), by, grain, period.start, period.end)
            open_ = {(o.kpi, str(o.subject.id)) for o in values if o.reason != "protected"}
        hidden |= {
            (r.kpi, grain, label, by, r.subject.id)
            for r in found
            if (r.grain, r.period, r.subject.type) == (grain, label, by)
            and (r.kpi, str(r.subject.id)) not in open_
        }
    return hidden


def _imports(ask: Reader, r: Restatement, closed: Sequence[Closed]) -> tuple[TableReceipt, ...]:
    """The imports after the closing that touched a fact the KPI is made of."""
    period = parse(r.period, ask.settings.fiscal_year_start)
    batches = [c.batch for c in closed if c.holds(period, r.kpi, r.version)]
    facts = {m.fact for m in ask.catalogue.resolved(r.kpi, r.version).measures.values()}
    receipts: list[TableReceipt] = ask.once("receipts", lambda ws: ws.receipts(), "store")
    return tuple(t for t in receipts if t.batch > min(batches, default=0) and t.fact in facts)


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def _key(a: Acknowledgement) -> tuple[object, ...]:
    return a.kpi, a.version, a.period, a.subject_type, a.subject_id, a.now


def _key_of(r: Restatement) -> tuple[object, ...]:
    return r.kpi, r.version, r.period, r.subject.type, r.subject.id, _text(r.now)
