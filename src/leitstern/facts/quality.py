"""How good the facts are: what is missing, doubled, contradictory, impossible, old or set aside.

Every finding has a count, the number it is out of, and examples to look up. Nothing is repaired here.
What is checked follows from the canonical model, so that a new field or fact is covered at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from leitstern.facts.model import FACTS, Fact, Field
from leitstern.facts.store import Store, stored_facts, stored_fields
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.facts.identity import Resolution

Check = Literal[
    "incomplete",
    "duplicate",
    "equal_records",
    "possible_duplicate",
    "invalid_number",
    "broken_reference",
    "date_order",
    "future_date",
    "odd_shares",
    "two_teams",
    "circle",
    "age",
    "gone",
    "set_aside",
    "counts_nowhere",
]

EXAMPLES = 5

#: Fields that are expected only in some records. Elsewhere their being empty says something, and is no gap.
EXPECTED_WHEN = {
    (fact.name, date): f"status IN ({', '.join(map(repr, words))})"
    for fact in FACTS.values()
    for date, words in fact.over
} | {
    ("deal", "lost_reason"): "status = 'lost'",
    ("deal", "expected_close_at"): "status = 'open'",
    ("lead", "deal"): "status = 'converted'",
    ("lead", "disqualified_reason"): "status = 'disqualified'",
}

#: Fields that are rightly empty in any record: steps not reached, ends that have not come, top levels.
MAY_BE_EMPTY = frozenset(
    {
        *((fact, "parent") for fact in ("company", "team")),
        *(("lead", name) for name in ("first_response_at", "mql_at", "sql_at", "handed_over_at")),
        ("company", "customer_since"),
        ("company", "customer_until"),
        ("person", "left_at"),
        ("person", "manager"),
        ("membership", "valid_from"),
        ("membership", "valid_to"),
        ("campaign", "ended_at"),
        ("deal_event", "old"),
        ("deal_event", "new"),
        ("quote", "sent_at"),
        ("ticket", "first_response_at"),
    }
)

#: Dates that may lie ahead.
MAY_LIE_AHEAD = frozenset(
    {
        "expected_close_at",
        "customer_until",
        "left_at",
        "joined_at",
        "valid_from",
        "valid_to",
        "started_at",
        "ended_at",
    }
)


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """One finding about a fact.

    ``fields`` are the model's fields it is about (none: the records as such), ``count`` of ``total``
    records are affected. ``examples`` are keys (for rows set aside: file and line). ``detail`` is the
    reason's code of rows and records set aside, the newest file where records have ``gone``, or the newest
    day for ``age``, whose ``count`` is in days.
    ``values`` are those at fault, where they are few.
    """

    check: Check
    fact: str
    fields: tuple[str, ...]
    count: int
    total: int
    examples: tuple[str, ...] = ()
    detail: str | None = None
    kpis: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """``count`` over ``total``; None where there is no total or the count is in days."""
        return None if self.check == "age" or not self.total else self.count / self.total

    def text(self, language: str) -> str:
        """The finding as a sentence in ``de`` or ``en``."""
        from leitstern.facts.receipts import reason_text

        detail = self.detail
        if self.check in ("set_aside", "counts_nowhere") and detail is not None:
            detail = reason_text(detail, language)
            if self.values:
                detail = f"{detail} ({', '.join(self.values)})"
        return message(
            f"facts.quality_{self.check}",
            language,
            fact=self.fact,
            fields=", ".join(self.fields),
            count=self.count,
            total=self.total,
            detail=detail,
        )


def report(store: Store, *, today: date, timezone: str) -> list[QualityFinding]:
    """Check all facts of a store. ``today`` and ``timezone`` are the workspace's."""
    findings: list[QualityFinding] = []
    for fact in stored_facts():
        total = store.count(fact.name)
        if not total:
            continue
        findings += _incomplete(store, fact)
        findings += _equal_records(store, fact, total)
        findings += _broken_references(store, fact)
        findings += _date_order(store, fact, timezone)
        findings += _future_dates(store, fact, today, timezone)
        findings += _age(store, fact, total, today, timezone)
    findings += _companies(store)
    findings += sharing(store)
    findings += circles(store)
    findings += [
        QualityFinding("gone", fact, (), count, store.count(fact), tuple(keys), file)
        for fact, file, count, keys in store.gone()
    ]
    findings += _set_aside(store)
    return findings


def sharing(store: Store) -> Iterator[QualityFinding]:
    """Deals whose shares come to more or less than the whole, and people who are in two teams at once."""
    deals = "SELECT deal, sum(share) AS whole FROM deal_share WHERE share > 0 GROUP BY deal"
    odd = "abs(whole - 1) > 0.005 AND abs(whole - 100) > 0.5"
    yield from _listed(store, "odd_shares", "deal", deals, odd)
    first, last = "coalesce({0}.valid_from, DATE '0001-01-01')", "coalesce({0}.valid_to, DATE '9999-12-31')"
    teams = f"""
        SELECT a.person, bool_or(b.key IS NOT NULL) AS two FROM membership a
        LEFT JOIN membership b ON b.person = a.person AND b.team <> a.team
        AND {first.format("a")} <= {last.format("b")} AND {first.format("b")} <= {last.format("a")}
        GROUP BY a.person"""
    yield from _listed(store, "two_teams", "membership", teams, "two")


def circles(store: Store) -> Iterator[QualityFinding]:
    """Records that lie above themselves: teams and companies by their parent, people by their manager."""
    for fact in stored_facts():
        for field in (f.name for f in stored_fields(fact) if f.to == fact.name):
            above = f"""
                WITH RECURSIVE up AS (
                    SELECT key, "{field}" AS above FROM "{fact.name}" WHERE "{field}" IS NOT NULL
                    UNION SELECT up.key, f."{field}" FROM up JOIN "{fact.name}" f ON f.key = up.above
                    WHERE f."{field}" IS NOT NULL)
                SELECT key, bool_or(above = key) AS round FROM up GROUP BY key"""
            for finding in _listed(store, "circle", fact.name, above, "round"):
                yield replace(finding, fields=(field,))


def _listed(store: Store, check: Check, fact: str, groups: str, condition: str) -> Iterator[QualityFinding]:
    """A finding for the groups (key first) that meet a condition, if there are any."""
    ((total, count),) = _rows(store, f"SELECT count(*), count(*) FILTER (WHERE {condition}) FROM ({groups})")
    if count:
        keys = _rows(store, f"SELECT * FROM ({groups}) WHERE {condition} ORDER BY 1 LIMIT {EXAMPLES}")
        yield QualityFinding(check, fact, (), count, total, tuple(key for key, *_ in keys))


def _rows(store: Store, sql: str, *values: object) -> list[tuple[Any, ...]]:
    return store.connection.execute(sql, list(values)).fetchall()


def _affected(
    store: Store,
    check: Check,
    fact: Fact,
    fields: tuple[str, ...],
    condition: str,
    within: str,
    *values: object,
) -> Iterator[QualityFinding]:
    """A finding for the records within ``within`` that meet a condition, if there are any."""
    sql = f'FROM "{fact.name}" WHERE ({within})'
    ((total, count),) = _rows(store, f"SELECT count(*), count(*) FILTER (WHERE {condition}) {sql}", *values)
    if count:
        keys = _rows(store, f"SELECT key {sql} AND ({condition}) ORDER BY key LIMIT {EXAMPLES}", *values)
        yield QualityFinding(check, fact.name, fields, count, total, tuple(key for (key,) in keys))


def _incomplete(store: Store, fact: Fact) -> Iterator[QualityFinding]:
    """Empty fields, of those that any record fills."""
    fields = stored_fields(fact)
    counts = ", ".join(f'count("{field.name}")' for field in fields)
    filled = _rows(store, f'SELECT {counts} FROM "{fact.name}"')[0]
    for field, count in zip(fields, filled, strict=True):
        if count and (fact.name, field.name) not in MAY_BE_EMPTY:
            within = EXPECTED_WHEN.get((fact.name, field.name), "true")
            yield from _affected(store, "incomplete", fact, (field.name,), f'"{field.name}" IS NULL', within)


def _equal_records(store: Store, fact: Fact, total: int) -> Iterator[QualityFinding]:
    """Records that are equal in every field but their key: all but one of each are counted.

    Where a fact has names, records without one are passed over: nothing tells them apart.
    """
    if fact.main_date is None:
        return
    names = ", ".join(f'"{field.name}"' for field in stored_fields(fact))
    named = '"name" IS NOT NULL' if "name" in fact.by_name else "true"
    groups = (
        f'SELECT min(key) AS key, count(*) - 1 AS more FROM "{fact.name}" WHERE {named} '
        f"GROUP BY {names} HAVING count(*) > 1"
    )
    ((count,),) = _rows(store, f"SELECT coalesce(sum(more), 0)::BIGINT FROM ({groups})")
    if count:
        keys = _rows(store, f"SELECT key FROM ({groups}) ORDER BY more DESC, key LIMIT {EXAMPLES}")
        yield QualityFinding("equal_records", fact.name, (), count, total, tuple(key for (key,) in keys))


def _broken_references(store: Store, fact: Fact) -> Iterator[QualityFinding]:
    """References to records that are not there. Where a fact was never imported, nothing is broken."""
    for field in stored_fields(fact):
        if field.kind == "ref" and field.to and store.count(field.to):
            missing = f'"{field.name}" NOT IN (SELECT key FROM "{FACTS[field.to].name}")'
            within = f'"{field.name}" IS NOT NULL'
            yield from _affected(store, "broken_reference", fact, (field.name,), missing, within)


def _local(field: Field) -> str:
    """SQL: a time of the store as local time; its parameter is the time zone."""
    return f"(\"{field.name}\" AT TIME ZONE 'UTC') AT TIME ZONE ?"


def _date_order(store: Store, fact: Fact, timezone: str) -> Iterator[QualityFinding]:
    """Pairs of dates in the wrong order. Where one of them is a day without a time, days are compared."""
    for first, second in fact.before:
        one, other = fact.by_name[first], fact.by_name[second]
        if one.kind == "time" and other.kind == "time":
            wrong = (
                "(SELECT CASE WHEN a = date_trunc('day', a) OR b = date_trunc('day', b) "
                "THEN a::DATE > b::DATE ELSE a > b END "
                f"FROM (SELECT {_local(one)} AS a, {_local(other)} AS b))"
            )
            values: tuple[object, ...] = (timezone, timezone)
        else:
            wrong, values = f'"{first}"::DATE > "{second}"::DATE', ()
        within = f'"{first}" IS NOT NULL AND "{second}" IS NOT NULL'
        yield from _affected(store, "date_order", fact, (first, second), wrong, within, *values)


def _future_dates(store: Store, fact: Fact, today: date, timezone: str) -> Iterator[QualityFinding]:
    for field in fact.dates:
        if field.derived or field.name in MAY_LIE_AHEAD:
            continue
        within = f'"{field.name}" IS NOT NULL'
        if fact.name == "activity":
            within += " AND outcome IS DISTINCT FROM 'planned'"
        values: tuple[object, ...] = (today,)
        condition = f'"{field.name}" > ?'
        if field.kind == "time":
            condition, values = f"({_local(field)})::DATE > ?", (timezone, today)
        yield from _affected(store, "future_date", fact, (field.name,), condition, within, *values)


def _age(store: Store, fact: Fact, total: int, today: date, timezone: str) -> Iterator[QualityFinding]:
    """How many days ago the newest record was; records that lie ahead do not make a fact young."""
    if fact.main_date is None:
        return
    field = fact.by_name[fact.main_date]
    day, values = (
        (f"({_local(field)})::DATE", [timezone]) if field.kind == "time" else (f'"{field.name}"', [])
    )
    newest = f'SELECT max(day) FROM (SELECT {day} AS day FROM "{fact.name}") WHERE day <= ?'
    ((found,),) = _rows(store, newest, *values, today)
    if found is not None:
        days = (today - found).days
        yield QualityFinding("age", fact.name, (field.name,), days, total, (), found.isoformat())


def company_identities(store: Store) -> Resolution:
    """Which companies of the store are the same."""
    from leitstern.facts.identity import FIELDS, resolve

    names = ("key", *FIELDS)
    columns = ", ".join(f'"{name}"' for name in names)
    rows = _rows(store, f"SELECT {columns} FROM company")
    return resolve(dict(zip(names, row, strict=True)) for row in rows)


def _companies(store: Store) -> Iterator[QualityFinding]:
    """Companies stored more than once, companies that may be the same, and numbers that cannot be right."""
    found = company_identities(store)
    total = len(found.canonical)
    doubled = [key for key, canonical in found.canonical.items() if key != canonical]
    if doubled:
        yield QualityFinding("duplicate", "company", (), len(doubled), total, tuple(doubled[:EXAMPLES]))
    if found.proposals:
        pairs = tuple(f"{p.first} = {p.second}" for p in found.proposals[:EXAMPLES])
        yield QualityFinding("possible_duplicate", "company", (), len(found.proposals), total, pairs)
    for name in sorted({field for _, field, _ in found.invalid}):
        keys = [key for key, field, _ in found.invalid if field == name]
        yield QualityFinding("invalid_number", "company", (name,), len(keys), total, tuple(keys[:EXAMPLES]))


def _set_aside(store: Store) -> Iterator[QualityFinding]:
    """Rows set aside by the last import of each table, by fact and reason."""
    last = "SELECT file, sheet, fact, max(batch) AS batch FROM receipt GROUP BY file, sheet, fact"
    totals = dict(
        _rows(
            store,
            f"SELECT r.fact, sum(r.rows_read)::BIGINT FROM receipt r JOIN ({last}) l ON r.file = l.file AND "
            "r.sheet IS NOT DISTINCT FROM l.sheet AND r.fact = l.fact AND r.batch = l.batch GROUP BY r.fact",
        )
    )
    found = _rows(
        store,
        "SELECT s.fact, s.reason, count(*), list(s.file || ':' || s.line ORDER BY s.file, s.line)[:5] "
        f"FROM set_aside s JOIN ({last}) l ON s.file = l.file AND s.sheet IS NOT DISTINCT FROM l.sheet "
        "AND s.fact = l.fact AND s.batch = l.batch GROUP BY s.fact, s.reason ORDER BY s.fact, s.reason",
    )
    for fact, reason, count, examples in found:
        yield QualityFinding("set_aside", fact, (), count, totals[fact], tuple(examples), reason)
