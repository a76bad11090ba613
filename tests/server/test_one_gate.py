"""No page of a goal tells what the values keep: curve, last year, history and plan, for every viewer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import parse
from leitstern.server import book
from leitstern.server.book.rights import seeing
from leitstern.server.models import Account, GoalRow, PrivacySetting
from leitstern.server.reader import reader

from . import accounts
from .fake import CATALOGUE, FakeWorkspace
from .goals import goal, in_force
from .known import KnownWorkspace


@pytest.fixture
def people(show: Callable[[FakeWorkspace], None], db: None) -> dict[str, Account]:
    show(KnownWorkspace())
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


@pytest.fixture
def rows(people: dict[str, Account]) -> list[GoalRow]:
    """A goal for each team that has a lead, and for a person who came from another team in July."""
    more = {"spread": "season"}
    teams = [
        in_force(people["management"], people[lead], goal("won_value", f"team:{team}", "1000", **more))
        for team, lead in (("T1", "lead"), ("T3", "other_lead"))
    ]
    mover = in_force(people["other_lead"], people["other_lead"], goal("won_value", "person:P4", "9000"))
    return [*teams, mover]


def shown(viewer: Account, row: GoalRow, start: date, end: date) -> Decimal | None:
    """What `compute` and the policy give the viewer for a stretch of days of the goal's subject."""
    sight = seeing(viewer.viewer)
    if row.subject_type == "person" and not sight.sees(row.kpi, row.whom, start, end):
        return None
    found = sight.stretches(f"{row.kpi}@1", row.subject_type, ((start, end),), frozenset({row.subject_id}))
    return next((Decimal(str(o.value)) for o in found if o.value is not None), None)


def told(viewer: Account, row: GoalRow) -> Iterator[tuple[date, date, Decimal]]:
    """Each stretch whose value follows from what the goal's pages show."""
    curve = book.curve(viewer.viewer, row)
    for shift, line in ((0, curve.actual), (1, curve.previous)):
        first, before = row.start.replace(year=row.start.year - shift), Decimal(0)
        for day, value in zip(curve.days, line, strict=True):
            if value is None:
                continue
            last = day.replace(year=day.year - shift)
            if not shift or (last + timedelta(days=1)).day == 1:  # last year is matched by working days
                yield first, last, value - before
            before, first = value, last + timedelta(days=1)
    for past in book.evidence(viewer.viewer, row).past:
        if past.value is not None:
            yield past.start, past.end, past.value
    for kept in book.history_seen(seeing(viewer.viewer), row):
        period = parse(str(kept["period"]))
        if kept["value"] is not None:
            yield period.start, period.end, Decimal(str(kept["value"]))


@pytest.mark.parametrize("mode", ["team_only", "own", "own_team", "full"])
@pytest.mark.parametrize("floor", [3, 7])
def test_goals_tell_nothing_that_values_keep(
    people: dict[str, Account], rows: list[GoalRow], mode: str, floor: int
) -> None:
    PrivacySetting.objects.create(mode=mode, floor=floor)
    for viewer in people.values():
        for row in rows:
            kept = [
                (row.kpi, start, end, value)
                for start, end, value in told(viewer, row)
                if value and shown(viewer, row, start, end) is None
            ]
            assert kept == [], (viewer.email, row.whom, mode, floor)


def test_a_new_lead_sees_a_person_from_the_day_they_came(
    people: dict[str, Account], rows: list[GoalRow]
) -> None:
    mover = rows[2]
    new = accounts.make(leads=("T3",), email="new.lead@example.org")
    known = book.evidence(new.viewer, mover)
    assert [one.label for one in known.past] == ["2026-Q3"]
    assert known.forecast is None
    own = accounts.Account.objects.get(person="P4")
    assert len(book.evidence(own.viewer, mover).past) > 4


def test_ends_of_months_are_there_for_whom_days_are_not(
    people: dict[str, Account], rows: list[GoalRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    PrivacySetting.objects.create(mode="own_team", floor=3, dominance=Decimal(1))
    seen = book.curve(people["lead"].viewer, rows[0])
    assert sum(value is not None for value in seen.actual) == 51  # to 20 November
    outside = book.curve(people["analyst"].viewer, rows[0])
    known = {day: value for day, value in zip(outside.days, outside.actual, strict=True) if value is not None}
    assert set(known) == {date(2026, 10, 31), date(2026, 11, 20)}
    assert all(value == seen.actual[seen.days.index(day)] for day, value in known.items())


@pytest.mark.parametrize(("whom", "basis"), [("team:T1", "pooled"), ("person:P1", "pooled")])
def test_a_plan_by_season_is_made_of_the_companys_months(
    people: dict[str, Account], whom: str, basis: str
) -> None:
    row = book.create(people["management" if "team" in whom else "lead"].viewer,
                      goal("won_value", whom, "1000", spread="season"))  # fmt: skip
    found = book.evidence(people["lead"].viewer, row).season
    assert found is not None
    assert found.basis == basis


def test_a_goal_on_a_kpi_of_one_person_is_protected(
    people: dict[str, Account], show: Callable[[FakeWorkspace], None]
) -> None:
    entry = CATALOGUE.entry("won_deals")
    name, one = next(iter(entry.definition.measures.items()))
    where = one.model_copy(update={"where": f"({one.where}) and owner.email = 'p1@example.org'"})
    singled = entry.definition.model_copy(update={"measures": {name: where}})
    others = [e for e in CATALOGUE.entries() if e.definition.kpi != "won_deals"]
    show(KnownWorkspace(catalogue=Catalogue([*others, type(entry)(singled, entry.file, entry.lines, False)])))
    row = book.create(people["analyst"].viewer, goal("won_deals", "company:", "50", spread="season"))
    standing = book.standings(people["analyst"].viewer, [row])[row.pk]
    assert (standing.value, standing.reason) == (None, "protected")
    known = book.evidence(people["analyst"].viewer, row)
    assert known.protected
    assert known.season is not None
    assert known.season.basis == "none"
    client = accounts.client_of(people["analyst"])
    for path in ("kpi=won_deals&by=company&grain=month&from=2026-01-01&to=2026-10-31",):
        values = client.get(f"/api/v1/values?{path}").json()["items"]
        assert {one["reason"] for one in values} == {"protected"}
    assert client.get("/api/v1/records?kpi=won_deals&period=2026-10").status_code == 404
    assert client.get("/api/v1/kpis/won_deals").json()["records"] == []
    assert reader().singles("won_deals")
