"""The account of the data: each record has a place in it, and each of its numbers a list."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from hypothesis import given

from leitstern.engine import layout
from leitstern.engine.account.facts import FactAccount, accounts_of, remark_records
from leitstern.engine.generation import Generation
from leitstern.facts.model import FACTS
from leitstern.kpis.load import Catalogue

from .cases import PLAIN, catalogue
from .conftest import Workshop, examples
from .worlds import TODAY, Row, World, local, worlds

ACCOUNTED = tuple(name for name, fact in FACTS.items() if not fact.derived and name not in layout.CONSUMED)


def found_in(generation: Generation, own: Catalogue) -> dict[str, FactAccount]:
    return {one.fact: one for one in accounts_of(generation, own, FACTS)}


@examples(3)
@given(world=worlds())
def test_every_record_has_a_place_and_every_number_a_list(workshop: Workshop, world: World) -> None:
    own = catalogue(PLAIN)
    with workshop.both(world, own) as (first, second):
        found = found_in(first, own)
        assert found == found_in(second, own)
        for fact in ACCOUNTED:
            account, rows = found.get(fact), world.rows(fact)
            if account is None:
                assert not rows, fact
                continue
            assert account.delivered == len(rows) == sum(group.count for group in account.groups) or (
                account.split_by is None and account.delivered == len(rows)
            )
            assert account.counted + sum(one.count for one in account.nowhere) == len(rows), account
            if account.split_by:
                words = Counter(row.get(account.split_by) for row in rows)
                assert {g.choice: g.count for g in account.groups} == words, fact
            nowhere: list[str] = []
            for remark in (*account.nowhere, *account.partly):
                keys = [one.key for one in remark_records(first, own, remark)]
                assert len(keys) == len(set(keys)) == remark.count, remark
                assert remark.example == min(keys)
                assert set(keys) <= {row["key"] for row in rows}
                nowhere += keys if remark.nowhere else []
            assert len(nowhere) == len(set(nowhere)), f"{fact}: a record has two reasons"


def deal(key: str, status: str | None, owner: str | None = "p1", **more: object) -> Row:
    """A deal of 10 EUR of January."""
    given: Row = {"created_at": local("2026-01-05 09:00"), "amount": Decimal(10), "currency": "EUR", **more}
    return {"key": key, "status": status, "owner": owner, **given}


def texts(account: FactAccount, language: str = "en") -> list[str]:
    return [one.text(language) for one in (*account.nowhere, *account.partly)]


#: The shipped KPIs.
SHIPPED = Catalogue.load()


def test_deals_that_count_less_than_they_should_are_told_of(workshop: Workshop) -> None:
    won = local("2026-02-01 12:00")
    world = World(
        {
            "deal": [
                *(deal(f"w{n}", "won", closed_at=won) for n in range(4)),
                *(deal(f"c{n}", "won", closed_at=won, currency="CHF") for n in range(3)),
                *(deal(f"n{n}", "won") for n in range(2)),
                deal("l1", "lost"),
                deal("o1", "open", owner="Kim"),
                deal("o2", "open", owner="Lou", amount=None),
                deal("o3", "open", owner="Lou"),
                deal("o4", "open", owner=None),
                deal("o5", "open", owner="p2"),
                deal("o6", None),
                deal("ahead", "open", created_at=local("2026-05-01 09:00")),
            ],
            "person": [{"key": "p1", "name": "Ada"}, {"key": "p2", "name": "Ben"}],
            "team": [{"key": "t1", "name": "North"}],
            "membership": [{"key": "m1", "person": "p1", "team": "t1", "valid_from": date(2025, 1, 1)}],
        }
    )
    assert date(2026, 2, 1) < TODAY < date(2026, 5, 1)
    with workshop.duckdb(world, SHIPPED) as generation:
        account = found_in(generation, SHIPPED)["deal"]
    assert account.text("en") == "17 deals: 6 open, 9 won, 1 lost, 1 without status"
    assert account.text("de") == "17 Deals: 6 offen, 9 gewonnen, 1 verloren, 1 ohne Status"
    assert account.counted == 13
    assert texts(account) == [
        "3 in a currency without an exchange rate (CHF): in no KPI",
        "1 with creation date in the future: counted from that day on",
        "2 won without closing date: in no month, and not open either",
        "1 lost without closing date: in no month, and not open either",
        "1 without amount: in the counts, but with no value",
        "1 without an owner: for the company only, for nobody and no team",
        "owner: 2 not in the staff list (Lou, Kim); records: 3",
        "1 whose owner was in no team on the day (Ben): for the company and the person, for no team",
    ]


def test_what_no_filter_lets_in_is_named_by_its_word(workshop: Workshop) -> None:
    spend = [
        {"key": "s1", "area": "marketing", "amount": Decimal(5), "at": date(2026, 1, 1)},
        {"key": "s2", "area": None, "amount": Decimal(5), "at": date(2026, 1, 1)},
    ]
    kinds = ("download", "click", "download", None, "event")
    touched = [
        {"key": f"a{n}", "kind": kind, "at": local("2026-01-05 09:00")} for n, kind in enumerate(kinds)
    ]
    typed = [
        {"key": f"v{n}", "measure": measure, "value": Decimal(1), "at": date(2026, 1, 1)}
        for n, measure in enumerate(["employees_stayed", "fans", "likes", "fans"])
    ]
    world = World({"spend": spend, "manual_value": typed, "touchpoint": touched})
    with workshop.duckdb(world, SHIPPED) as generation:
        found = found_in(generation, SHIPPED)
        listed = {
            one.choice: [record.key for record in remark_records(generation, SHIPPED, one)]
            for one in found["touchpoint"].nowhere
        }
    assert listed == {"download": ["a0", "a2"], None: ["a3"], "event": ["a4"]}
    assert texts(found["spend"]) == ["1 without area: in no KPI, as none has a filter that lets them in"]
    assert [(one.choice, one.count, one.example) for one in found["touchpoint"].nowhere] == [
        ("download", 2, "a0"),
        (None, 1, "a3"),
        ("event", 1, "a4"),
    ]
    assert texts(found["manual_value"]) == [
        "3 (fans, likes): in no KPI, as none has a filter that lets them in"
    ]
    assert found["manual_value"].counted == 1
