"""Which values of teams and regions are shown: size, complement, dominance, time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.access.people import FIRST_QUARTER, JANUARY, each, observation, organisation

from leitstern.access.modes import Privacy
from leitstern.access.policy import Policy
from leitstern.access.viewer import OPERATOR, Viewer
from leitstern.engine.observations import Observation
from leitstern.engine.organisation import Organisation, Person, Stay
from leitstern.periods.grains import Grain, Period, parse, period_of

BOARD = Viewer(1, roles=frozenset({"management"}))


def even(people: Organisation, amount: int = 100):
    def ask(_kpi: str, grain: str, start: date, end: date) -> Iterable[Observation]:
        periods = [period_of(start, Grain(grain))]
        while periods[-1].end < end:
            periods.append(periods[-1].shifted(1))
        return [o for p in periods for o in each(dict.fromkeys(people.people, amount), p)]

    return ask


def shown(
    policy: Policy, viewer: Viewer, groups: Iterable[str | None], kind: str = "team", **more
) -> set[str | None]:
    """The groups whose value is shown; the others must come back protected and empty."""
    people = more.pop("people", even(policy.organisation))
    asked = [observation(kind, g, 700, **more) for g in groups]
    found = policy.observations(viewer, asked, people)
    assert [o.subject for o in found] == [o.subject for o in asked]
    for before, after in zip(asked, found, strict=True):
        hidden = replace(before, value=None, numerator=None, denominator=None, rows=0, reason="protected")
        assert after in (before, hidden)
    return {o.subject.id for o in found if o.reason != "protected"}


def test_a_team_of_seven_is_shown_and_one_of_six_is_not():
    policy = Policy(Privacy(), organisation({"north": 7, "south": 8, "west": 6, "east": 5}))
    assert shown(policy, BOARD, ["north", "south", "west", "east"]) == {"north", "south"}


def test_oneself_does_not_count_among_the_seven():
    policy = Policy(Privacy(), organisation({"north": 7, "south": 8, "west": 9, "east": 7}))
    teams = ["north", "south", "west", "east"]
    # To a member, north has six others, and with them the smallest further team is hidden.
    assert shown(policy, Viewer(2, "north1"), teams) == {"south", "west"}
    assert shown(policy, BOARD, teams) == set(teams)


def test_what_is_left_of_the_company_holds_the_floor():
    policy = Policy(Privacy(), organisation({"north": 9, "south": 8, "west": 3, "east": 12}))
    # The total minus north, south and east would be the three people of west.
    assert shown(policy, BOARD, ["north", "south", "west", "east"]) == {"north", "east"}


def test_people_without_a_team_are_a_group_of_their_own():
    people = organisation({"north": 9, "south": 8})
    staff = {f"staff{n}": Person(f"staff{n}", f"Staff {n}") for n in range(2)}
    with_staff = replace(people, people=people.people | staff)
    teams = ["north", "south", None]
    assert shown(Policy(Privacy(), people), BOARD, teams) == {"north", "south", None}
    assert shown(Policy(Privacy(), with_staff), BOARD, teams) == {"north"}


def test_a_company_below_the_floor_shows_its_total_and_nothing_else():
    policy = Policy(Privacy(), organisation({"north": 3, "south": 2}))
    assert shown(policy, BOARD, ["north", "south"]) == set()
    total = observation("company", None, 500)
    assert policy.observations(BOARD, [total]) == [total]


def test_a_lead_sees_the_own_team_whatever_its_size():
    people = organisation({"north": 3, "south": 9, "west": 9}, leads={"north": "north1"})
    policy = Policy(Privacy(), people)
    assert shown(policy, Viewer(2, "north1"), ["north", "south", "west"]) == {"north", "south", "west"}
    # A colleague does not, and the total must not tell.
    assert shown(policy, Viewer(3, "north2"), ["north", "south", "west"]) == {"west"}


def test_what_a_lead_knows_counts_against_the_others():
    people = organisation({"north": 9, "south": 9, "west": 9}, leads={"north": "boss"})
    people.people["north2"] = replace(people.people["north2"], manager="west1")
    people.people["north3"] = replace(people.people["north3"], manager="west1")
    people.people["north4"] = replace(people.people["north4"], manager="west1")
    policy = Policy(Privacy(), people)
    # west1 sees three of north: six are hidden there. The boss is nobody's team: one more hidden.
    assert shown(policy, Viewer(2, "west1"), ["north", "south", "west"]) == {"south", "west"}


@pytest.mark.parametrize(("mode", "expected"), [("own_team", {"south"}), ("own", {"south"}), ("full", None)])
def test_modes(mode, expected):
    policy = Policy(Privacy(mode), organisation({"north": 4, "south": 9, "west": 3}))
    teams = {"north", "south", "west"}
    assert shown(policy, BOARD, sorted(teams)) == (teams if expected is None else expected)


def test_whoever_runs_the_machine_sees_all_and_nobody_sees_nothing():
    policy = Policy(Privacy("team_only"), organisation({"north": 2}))
    assert shown(policy, OPERATOR, ["north"]) == {"north"}
    assert policy.observations(Viewer(), [observation("company", None, 1)]) == []


def test_a_higher_floor():
    policy = Policy(Privacy(floor=9), organisation({"north": 9, "south": 10, "west": 8}))
    assert shown(policy, BOARD, ["north", "south", "west"]) == {"south"}


# Teams above teams

TREE = {"sales": 1, "north": 9, "south": 8, "coast": 7, "office": 12}
PARENTS = {"north": "sales", "south": "sales", "coast": "south"}


def test_a_team_above_teams_is_as_large_as_its_tree():
    policy = Policy(Privacy(), organisation({"sales": 0, "north": 4, "south": 3, "staff": 9}, PARENTS))
    teams = {"sales", "north", "south", "staff"}
    assert shown(policy, BOARD, teams) == {"sales", "staff"}
    assert shown(policy, BOARD, teams, "own_team") == {"staff"}


def test_own_members_may_not_follow_from_the_tree_and_the_teams_beneath():
    policy = Policy(Privacy(), organisation(TREE, PARENTS))
    # Sales less North and South would be one person: North is hidden (of South two groups would have to be).
    assert shown(policy, BOARD, TREE) == {"sales", "south", "coast", "office"}
    assert shown(policy, BOARD, TREE, "own_team") == {"south", "coast", "office"}
    # With seven of its own, nothing needs to be hidden.
    policy = Policy(Privacy(), organisation(TREE | {"sales": 7}, PARENTS))
    assert shown(policy, BOARD, TREE) == set(TREE)
    assert shown(policy, BOARD, TREE, "own_team") == set(TREE)


def test_a_tree_is_seen_whole_by_whom_sees_all_its_people():
    people = organisation({"sales": 2, "north": 3, "staff": 20}, {"north": "sales"}, {"sales": "sales1"})
    policy = Policy(Privacy(), people)
    lead = Viewer(2, "sales1")
    assert shown(policy, lead, ["sales", "north", "staff"]) == {"sales", "north", "staff"}
    assert policy.groups.sees_whole(lead, "team", "sales", JANUARY.start, JANUARY.end)
    assert not policy.groups.sees_whole(Viewer(3, "north1"), "team", "sales", JANUARY.start, JANUARY.end)


def test_teams_in_a_circle_are_one_group():
    policy = Policy(Privacy(), organisation({"a": 4, "b": 4, "c": 9}, {"a": "b", "b": "a"}))
    assert shown(policy, BOARD, "abc") == {"a", "b", "c"}
    assert shown(policy, BOARD, "abc", "own_team") == {"c"}


def test_what_is_left_of_a_tree_may_not_be_one_persons():
    people = organisation(TREE | {"sales": 8}, PARENTS)
    policy = Policy(Privacy(), people)
    values = dict.fromkeys(people.people, 10) | {"sales1": 900}
    # Sales has 900 of 1210 (.74), its own members 900 of 970 (.93), those with North's .849.
    assert shown(policy, BOARD, TREE, people=amounts(values)) == {"sales", "south", "coast", "office"}
    assert shown(policy, BOARD, TREE, "own_team", people=amounts(values)) == {"south", "coast", "office"}


def test_a_team_with_all_amounts_tells_no_more_than_the_company():
    people = organisation({"sales": 0, "north": 8, "south": 8, "staff": 9}, PARENTS)
    policy = Policy(Privacy(), people)
    values = dict.fromkeys(people.people, 0) | {"north1": 900, "north2": 5, "south1": 5}
    teams = ["sales", "north", "south", "staff"]
    assert shown(policy, BOARD, teams, people=amounts(values)) == {"sales", "staff"}
    # As soon as somebody else has an amount, the difference would be a new number about one person.
    assert shown(policy, BOARD, teams, people=amounts(values | {"staff1": 50})) == set()


# Regions


def test_regions_are_groups_too():
    teams = {"a": 9, "b": 9}
    regions = {f"a{n}": "Süd" for n in range(1, 10)} | {f"b{n}": "Nord" for n in range(1, 10)}
    policy = Policy(Privacy(), organisation(teams, regions=regions))
    assert shown(policy, BOARD, ["Süd", "Nord"], "region") == {"Süd", "Nord"}
    regions["b9"] = "Ost"
    policy = Policy(Privacy(), organisation(teams, regions=regions))
    # Ost is one person; the smaller of the two others is hidden with it, and then Süd is team a.
    assert shown(policy, BOARD, ["Süd", "Nord", "Ost"], "region") == {"Süd"}


def test_a_region_that_is_a_team_and_two_people_more_is_hidden():
    teams = {"a": 9, "b": 9}
    regions = {f"a{n}": "Süd" for n in range(1, 10)} | {f"b{n}": "Nord" for n in range(1, 10)}
    regions |= {"b8": "Süd", "b9": "Süd"}
    policy = Policy(Privacy(), organisation(teams, regions=regions))
    # Süd (11) minus team a (9) would be two people of b.
    assert shown(policy, BOARD, ["Süd", "Nord"], "region") == set()
    assert shown(policy, BOARD, ["a", "b"]) == {"a", "b"}


def test_regions_across_teams_that_share_enough_people_are_shown():
    teams = {"a": 16, "b": 16}
    regions = {f"{t}{n}": "Süd" if n <= 8 else "Nord" for t in teams for n in range(1, 17)}
    policy = Policy(Privacy(), organisation(teams, regions=regions))
    assert shown(policy, BOARD, ["Süd", "Nord"], "region") == {"Süd", "Nord"}


def test_a_region_where_no_person_belongs_is_a_place():
    policy = Policy(Privacy(), organisation({"a": 9}))
    assert shown(policy, BOARD, ["Übersee"], "region") == {"Übersee"}


# Dominance


def amounts(by_person: dict[str, int]):
    return lambda _kpi, grain, start, end: each(by_person, period_of(start, Grain(grain)))


def test_one_persons_share_may_not_exceed_the_limit():
    people = organisation({"a": 8, "b": 8, "c": 8})
    policy = Policy(Privacy(), people)
    values = dict.fromkeys(people.people, 10)
    values |= dict.fromkeys([f"a{n}" for n in range(2, 9)], 3) | {"a1": 119}
    # 119 of 140 is .85: just allowed.
    assert shown(policy, BOARD, ["a", "b", "c"], people=amounts(values)) == {"a", "b", "c"}
    # 120 of 141 is .851; alone a would be the rest of the company, so another one is hidden.
    values["a1"] = 120
    assert shown(policy, BOARD, ["a", "b", "c"], people=amounts(values)) == {"c"}
    # Together with b (80) a1 has .54.
    assert shown(Policy(Privacy(dominance=Decimal(1)), people), BOARD, ["a"], people=amounts(values)) == {"a"}


@pytest.mark.parametrize("dominated", ["numerator", "denominator", None])
def test_a_ratio_is_shown_where_both_its_parts_are(dominated: str | None) -> None:
    who = organisation({"a": 8, "b": 8, "c": 8})

    def ask(_kpi: str, grain: str, start: date, _end: date) -> Iterable[Observation]:
        period = period_of(start, Grain(grain))
        for person in who.people:
            known = replace(observation("person", person, 1, period), numerator=10, denominator=10)
            large = {dominated: 5000} if dominated and person == "a1" else {}
            yield replace(known, **large)

    asked = [replace(observation("team", team, 1, denominator=700), numerator=700) for team in "abc"]
    found = Policy(Privacy(), who).observations(BOARD, asked, lambda *question: list(ask(*question)))
    hidden = {o.subject.id for o in found if o.reason == "protected"}
    assert ("a" in hidden) == (dominated is not None)


def test_a_dominated_rest_hides_groups_until_it_is_not():
    people = organisation({"a": 8, "b": 8, "c": 8, "d": 8})
    values = dict.fromkeys(people.people, 10) | {"a1": 1000}
    # a has 1000 of 1070 (.93); with b 1000 of 1150 (.87); with b and c 1000 of 1230 (.81).
    assert shown(Policy(Privacy(), people), BOARD, "abcd", people=amounts(values)) == {"d"}


def test_ones_own_amount_protects_nobody():
    people = organisation({"a": 9, "b": 9, "c": 9})
    policy = Policy(Privacy(), people)
    values = dict.fromkeys(people.people, 10) | dict.fromkeys([f"a{n}" for n in range(1, 10)], 0)
    values |= {"a1": 500, "a2": 500}
    assert shown(policy, BOARD, "abc", people=amounts(values)) == {"a", "b", "c"}
    # a1 knows the own half: the rest of a is a2 alone.
    assert shown(policy, Viewer(2, "a1"), "abc", people=amounts(values)) == {"c"}


def test_a_team_without_results_is_shown():
    people = organisation({"a": 9, "b": 9})
    values = dict.fromkeys(people.people, 10) | dict.fromkeys([f"a{n}" for n in range(1, 10)], 0)
    assert shown(Policy(Privacy(), people), BOARD, "ab", people=amounts(values)) == {"a", "b"}


def test_a_ratio_is_checked_on_its_denominator():
    people = organisation({"a": 8, "b": 8, "c": 8})
    values = dict.fromkeys(people.people, 10) | dict.fromkeys([f"a{n}" for n in range(1, 9)], 0)
    values |= {"a1": 4}

    def ask(_kpi: str, _grain: str, _start: date, _end: date) -> list[Observation]:
        return [replace(o, unit="percent", value=Decimal("0.5"), denominator=o.value) for o in each(values)]

    policy = Policy(Privacy(), people)
    ratio = {"unit": "percent", "people": ask}
    assert shown(policy, BOARD, "abc", denominator=4, **ratio) == {"c"}
    # Without parts there is nothing to take a share of: the size decides.
    assert shown(policy, BOARD, "abc", **ratio) == {"a", "b", "c"}


def test_what_does_not_add_up_is_decided_by_size_and_what_cannot_be_checked_is_protected():
    policy = Policy(Privacy(), organisation({"a": 8, "b": 8}))
    assert shown(policy, BOARD, "ab", people=lambda *_: None) == {"a", "b"}
    assert shown(policy, BOARD, "ab", people=lambda *_: []) == set()
    assert shown(policy, BOARD, "ab", people=None) == set()


def test_somebody_who_moved_is_counted_whole_where_the_amount_may_be():
    people = organisation({"a": 9, "b": 9, "c": 9})
    stays = [s for s in people.stays if s.person != "a1"]
    stays += [Stay("a1", "a", date.min, date(2026, 1, 15)), Stay("a1", "b", date(2026, 1, 16), date.max)]
    moved = replace(people, stays=tuple(stays))
    values = dict.fromkeys(people.people, 10) | {"a1": 900}
    # a: 900 of 980, b: 900 of 990; as a rest, both together are 900 of 1070 (.84).
    assert shown(Policy(Privacy(), moved), BOARD, "abc", people=amounts(values)) == {"c"}


def test_a_region_without_its_team_may_not_be_one_persons():
    teams = {"a": 9, "b": 18}
    regions = {f"a{n}": "Süd" for n in range(1, 10)}
    regions |= {f"b{n}": "Süd" if n <= 8 else "Nord" for n in range(1, 19)}
    people = organisation(teams, regions=regions)
    policy = Policy(Privacy(), people)
    values = dict.fromkeys(people.people, 100)
    both = {"Süd", "Nord"}
    assert shown(policy, BOARD, both, "region", people=amounts(values)) == both
    # Süd minus a would be b1 to b8: 1000 of 1070. The total minus Nord would be Süd again.
    values |= dict.fromkeys([f"b{n}" for n in range(2, 9)], 10) | {"b1": 1000}
    assert shown(policy, BOARD, both, "region", people=amounts(values)) == set()
    assert shown(policy, BOARD, teams, people=amounts(values)) == {"a", "b"}


# Time


def test_a_team_is_shown_only_if_it_was_large_enough_on_every_day():
    people = organisation({"a": 8, "b": 9, "c": 20})
    stays = [s for s in people.stays if s.person not in ("a1", "a2")]
    stays += [Stay(p, "a", date(2026, 2, 10), date.max) for p in ("a1", "a2")]
    stays += [Stay(p, "c", date.min, date(2026, 2, 9)) for p in ("a1", "a2")]
    policy = Policy(Privacy(), replace(people, stays=tuple(stays)))
    ask = even(people)
    for label, expected in {
        "2026-01": {"c"},
        "2026-02": {"c"},
        "2026-03": {"a", "b", "c"},
        "2026-Q1": {"c"},
        "2026-Q2": {"a", "b", "c"},
        "2026": {"c"},
    }.items():
        assert shown(policy, BOARD, "abc", period=parse(label), people=ask) == expected, label


def test_weeks_and_days_of_amounts_are_for_those_who_see_the_whole_team():
    people = organisation({"a": 9, "b": 9}, leads={"a": "a1"})
    policy = Policy(Privacy(), people)
    for label in ("2026-W03", "2026-01-14"):
        assert shown(policy, BOARD, "ab", period=parse(label)) == set()
        assert shown(policy, Viewer(2, "a1"), "ab", period=parse(label)) == {"a"}
        # A score has no amounts.
        assert shown(policy, BOARD, "ab", period=parse(label), unit="score") == {"a", "b"}


def stretch(start: date, end: date) -> Period:
    return Period(Grain.DAY, start.toordinal(), start, end, f"{start}..{end}")


def test_the_running_month_and_free_dates():
    people = organisation({"a": 9, "b": 9})
    newest = date(2026, 3, 20)
    policy = Policy(Privacy(), people, newest)

    def ask(_kpi: str, grain: str, start: date, end: date) -> Iterable[Observation]:
        if grain == "stretch":
            return each(dict.fromkeys(people.people, 5), stretch(start, end))
        return even(people)(_kpi, grain, start, end)

    def seen(period: Period) -> bool:
        return shown(policy, BOARD, "ab", period=period, as_of=newest, people=ask) == {"a", "b"}

    assert seen(FIRST_QUARTER)
    assert seen(parse("2026-03"))
    assert seen(stretch(date(2026, 1, 1), date(2026, 3, 18)))  # a source two days late
    assert seen(stretch(date(2025, 2, 1), date(2025, 4, 30)))  # three whole months
    assert not seen(stretch(date(2026, 1, 5), date(2026, 3, 18)))
    assert not seen(stretch(date(2026, 1, 1), date(2026, 2, 10)))
    # A question as of an earlier day is a stretch that ends there.
    early = date(2026, 2, 10)
    assert shown(policy, BOARD, "ab", period=FIRST_QUARTER, as_of=early, people=ask) == set()


def test_a_quarter_is_shown_only_if_each_of_its_months_is():
    people = organisation({"a": 8, "b": 8, "c": 8})

    def ask(_kpi: str, grain: str, start: date, end: date) -> Iterable[Observation]:
        found = []
        for o in even(people)(_kpi, grain, start, end):
            alone = o.subject.id == "a1" and o.start == date(2026, 2, 1)
            others = str(o.subject.id).startswith("a") and o.start == date(2026, 2, 1) and not alone
            found.append(replace(o, value=100 if alone else 0 if others else o.value))
        return found

    policy = Policy(Privacy(), people)
    for label, expected in {"2026-01": "abc", "2026-02": "c", "2026-Q1": "c", "2026-Q2": "abc"}.items():
        assert shown(policy, BOARD, "abc", period=parse(label), people=ask) == set(expected), label


def test_a_team_nobody_is_known_in_shows_nothing_but_that_it_is_empty():
    people = organisation({"a": 9, "b": 9, "top": 0})
    policy = Policy(Privacy(), people)
    assert shown(policy, BOARD, ["top"]) == set()
    nothing = replace(observation("team", "top", 0), rows=0)
    assert policy.observations(BOARD, [nothing], even(people)) == [nothing]


def test_who_left_no_longer_counts():
    people = organisation({"a": 8, "b": 8, "c": 9})
    for p in ("a1", "a2"):
        people.people[p] = replace(people.people[p], left=date(2026, 1, 31))
    policy = Policy(Privacy(), people)
    assert shown(policy, BOARD, "abc", period=JANUARY) == {"a", "b", "c"}
    assert shown(policy, BOARD, "abc", period=parse("2026-02")) == {"c"}
