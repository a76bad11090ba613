"""Rule 5: dates fall into periods in the workspace's zone, DST included; weeks are ISO weeks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.run import Request, compute
from leitstern.periods.grains import Grain

from .cases import COUNTS, PLAIN, catalogue
from .comparing import Expected, check, request_for
from .conftest import Workshop, examples
from .oracle import Oracle
from .worlds import TODAY, World, worlds

FIRST, LAST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2026-03-01")

NEW_LEADS = next(c for c in COUNTS if c.name == "web_leads")


def _leads(*moments: str) -> dict[str, list[dict[str, object]]]:
    rows = [
        {"key": f"l{n}", "source": "web", "company": "c1", "created_at": datetime.fromisoformat(moment)}
        for n, moment in enumerate(moments)
    ]
    return {"lead": rows}


#: Zone, moment in UTC, and the day, week and month it falls on there.
MOMENTS = [
    # Winter and summer time, one second on either side of midnight.
    ("Europe/Berlin", "2025-01-31 22:59:59", "2025-01-31", "2025-W05", "2025-01"),
    ("Europe/Berlin", "2025-01-31 23:00:00", "2025-02-01", "2025-W05", "2025-02"),
    ("Europe/Berlin", "2025-06-30 21:59:59.999999", "2025-06-30", "2025-W27", "2025-06"),
    ("Europe/Berlin", "2025-06-30 22:00:00", "2025-07-01", "2025-W27", "2025-07"),
    # The day the clocks go forward has 23 hours, the day they go back 25.
    ("Europe/Berlin", "2025-03-29 23:00:00", "2025-03-30", "2025-W13", "2025-03"),
    ("Europe/Berlin", "2025-03-30 21:59:59", "2025-03-30", "2025-W13", "2025-03"),
    ("Europe/Berlin", "2025-03-30 22:00:00", "2025-03-31", "2025-W14", "2025-03"),
    ("Europe/Berlin", "2025-10-25 22:00:00", "2025-10-26", "2025-W43", "2025-10"),
    ("Europe/Berlin", "2025-10-26 22:59:59", "2025-10-26", "2025-W43", "2025-10"),
    ("Europe/Berlin", "2025-10-26 23:00:00", "2025-10-27", "2025-W44", "2025-10"),
    # The week of a year's end belongs to the year of its Thursday.
    ("Europe/Berlin", "2024-12-30 12:00:00", "2024-12-30", "2025-W01", "2024-12"),
    ("Europe/Berlin", "2021-01-03 12:00:00", "2021-01-03", "2020-W53", "2021-01"),
    ("America/New_York", "2025-01-01 04:59:59", "2024-12-31", "2025-W01", "2024-12"),
    ("Pacific/Auckland", "2024-12-31 10:59:59", "2024-12-31", "2025-W01", "2024-12"),
    ("Pacific/Auckland", "2024-12-31 11:00:00", "2025-01-01", "2025-W01", "2025-01"),
    ("Asia/Kathmandu", "2025-05-31 18:15:00", "2025-06-01", "2025-W22", "2025-06"),
    ("UTC", "2024-02-29 23:59:59", "2024-02-29", "2024-W09", "2024-02"),
]


@pytest.mark.parametrize("zone", sorted({zone for zone, *_ in MOMENTS}))
def test_where_a_moment_falls(workshop: Workshop, zone: str) -> None:
    """Each moment is the only record of a customer of its own."""
    mine = [row[1:] for row in MOMENTS if row[0] == zone]
    world = World(_leads(*(utc for utc, *_ in mine)), timezone=zone)
    for number, lead in enumerate(world.rows("lead")):
        lead["company"] = f"c{number}"
    own = catalogue([NEW_LEADS])
    with workshop.duckdb(world, own) as generation:
        for place, grain in enumerate((Grain.DAY, Grain.WEEK, Grain.MONTH)):
            request = Request((NEW_LEADS.name,), ("customer",), grain, as_of=TODAY)
            found = {o.subject.id: o.period for o in compute(generation, own, request) if o.value}
            assert found == {f"c{n}": labels[place] for n, (_, *labels) in enumerate(mine)}


@examples(5)
@given(
    moments=st.lists(st.datetimes(FIRST, LAST), min_size=1, max_size=20),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tehran"]
    ),
)
def test_every_moment_falls_on_its_local_day(workshop: Workshop, moments: list[datetime], zone: str) -> None:
    world = World(_leads(*(m.isoformat() for m in moments)), timezone=zone)
    own, oracle = catalogue([NEW_LEADS]), Oracle(world)
    with workshop.duckdb(world, own) as generation:
        for start in {oracle.day(m) for m in moments}:
            assert start is not None
            request = Request((NEW_LEADS.name,), ("company", "customer"), Grain.DAY, start, start)
            check(generation, own, Expected(oracle), [NEW_LEADS], request)


@examples(2)
@given(world=worlds(), grain=st.sampled_from([Grain.DAY, Grain.WEEK]))
def test_the_language_moves_nothing(workshop: Workshop, world: World, grain: Grain) -> None:
    own, found = catalogue(PLAIN), []
    request = request_for(PLAIN, ("company", "region"), grain, date(2025, 12, 31), 4)
    for language in ("de", "en"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LEITSTERN_LANGUAGE", language)
            patch.setenv("LC_ALL", "de_DE.UTF-8" if language == "de" else "en_US.UTF-8")
            with workshop.duckdb(world, own) as generation:
                found.append(compute(generation, own, request).to_json_rows())
    assert found[0] == found[1]


def test_money_is_converted_with_the_rate_of_the_local_day(workshop: Workshop) -> None:
    """23:30 in UTC on 30 June is 1 July in Berlin, where another rate holds."""
    billed = next(c for c in PLAIN if c.name == "billed")
    world = World(
        {
            "invoice": [
                {
                    "key": "i1",
                    "currency": "CHF",
                    "amount": Decimal(100),
                    "at": datetime.fromisoformat("2025-06-30 21:30"),
                },
                {
                    "key": "i2",
                    "currency": "CHF",
                    "amount": Decimal(100),
                    "at": datetime.fromisoformat("2025-06-30 23:30"),
                },
            ],
            "exchange_rate": [
                {"key": "a", "currency": "CHF", "day": date(2025, 6, 30), "rate": Decimal("1.05")},
                {"key": "b", "currency": "CHF", "day": date(2025, 7, 1), "rate": Decimal("1.07")},
            ],
        }
    )
    own = catalogue([billed])
    with workshop.duckdb(world, own) as generation:
        request = Request(("billed",), grain=Grain.DAY, start=date(2025, 6, 30), end=date(2025, 7, 1))
        assert [o.value for o in compute(generation, own, request)] == [105, 107]
