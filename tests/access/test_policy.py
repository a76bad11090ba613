"""The policy as a table written by hand: who sees and edits which goals, and does what; and records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.access.people import JANUARY, each, observation, organisation
from tests.access.test_people import HOUSE, moved

from leitstern.access.modes import MODES, Privacy
from leitstern.access.policy import ALLOWED, Policy
from leitstern.access.viewer import OPERATOR, Viewer
from leitstern.engine.records import Record, Records
from leitstern.goals.goal import Whom

DAYS = (date(2026, 1, 1), date(2026, 3, 31))


def role(name: str) -> Viewer:
    return Viewer(1, roles=frozenset({name}))  # type: ignore[arg-type]


VIEWERS = {
    "nobody": Viewer(),
    "nele": Viewer(1, "nele"),  # in north
    "sven": Viewer(2, "sven"),  # in staff
    "ben": Viewer(3, "ben"),  # leads north
    "cem": Viewer(4, "cem"),  # leads coast, beneath north
    "ada": Viewer(5, "ada"),  # leads sales, above north
    "management": role("management"),
    "analyst": role("analyst"),
    "administrator": role("administrator"),
    "council": role("council"),
    "operator": OPERATOR,
}

SUBJECTS = {
    "company": Whom("company"),
    "customer": Whom("customer", "c1"),
    "segment": Whom("segment", "large"),
    "campaign": Whom("campaign", "k1"),
    "product": Whom("product", "p1"),
    "region": Whom("region", "Süd"),
    "north": Whom("team", "north"),
    "staff": Whom("team", "staff"),
    "nele": Whom("person", "nele"),
    "sven": Whom("person", "sven"),
    "ben": Whom("person", "ben"),
    "cem": Whom("person", "cem"),
}

#: Who sees that there is a goal. Modes: t team_only, o own, w own_team, f full.
SEES = """
            company customer segment campaign product region north staff nele sven ben  cem
nobody        -       -        -       -        -       -     -     -     -    -    -    -
nele        towf    towf     towf    towf     towf    towf  towf   f    owf    f    f    f
sven        towf    towf     towf    towf     towf    towf    f   towf    f   owf   f    f
ben         towf    towf     towf    towf     towf    towf  towf    f   owf    f   owf  owf
cem         towf    towf     towf    towf     towf    towf    f     f     f    f    f   owf
ada         towf    towf     towf    towf     towf    towf  towf    f   owf    f   owf  owf
management  towf    towf     towf    towf     towf    towf  towf  towf    f    f   owf  owf
analyst     towf    towf     towf    towf     towf    towf  towf  towf    f    f    f    f
administrator towf  towf     towf    towf     towf    towf    f     f     f    f    f    f
council     towf    towf     towf    towf     towf    towf    f     f     f    f    f    f
operator    towf    towf     towf    towf     towf    towf  towf  towf  towf towf towf towf
"""

#: Who writes goals and offers them.
EDITS = """
            company customer segment campaign product region north staff nele sven ben  cem
nobody        -       -        -       -        -       -     -     -     -    -    -    -
nele          -       -        -       -        -       -     -     -     -    -    -    -
sven          -       -        -       -        -       -     -     -     -    -    -    -
ben           -     towf       -       -        -       -   towf    -   owf    -    -   owf
cem           -     towf       -       -        -       -     -     -     -    -    -    -
ada           -     towf       -       -        -       -   towf    -   owf    -   owf  owf
management  towf    towf     towf    towf     towf    towf  towf  towf    -    -   owf  owf
analyst     towf    towf     towf    towf     towf    towf  towf  towf    -    -    -    -
administrator -       -        -       -        -       -     -     -     -    -    -    -
council       -       -        -       -        -       -     -     -     -    -    -    -
operator    towf    towf     towf    towf     towf    towf  towf  towf  towf towf towf towf
"""


def cases(table: str) -> list[tuple[str, str, str]]:
    head, *lines = table.split("\n")[1:-1]
    subjects = head.split()
    assert subjects == list(SUBJECTS)
    rows = [line.split() for line in lines]
    assert [r[0] for r in rows] == list(VIEWERS)
    return [(r[0], s, modes) for r in rows for s, modes in zip(subjects, r[1:], strict=True)]


def in_modes(ask) -> str:
    letters = dict(zip(MODES, "towf", strict=True))
    return "".join(letters[m] for m in MODES if ask(Policy(Privacy(m), HOUSE))) or "-"


@pytest.mark.parametrize(("viewer", "subject", "modes"), cases(SEES))
def test_who_sees_that_there_is_a_goal(viewer, subject, modes):
    assert in_modes(lambda p: p.may_see(VIEWERS[viewer], SUBJECTS[subject], *DAYS)) == modes


@pytest.mark.parametrize(("viewer", "subject", "modes"), cases(EDITS))
def test_who_writes_goals(viewer, subject, modes):
    assert in_modes(lambda p: p.may_edit_goals(VIEWERS[viewer], SUBJECTS[subject], *DAYS)) == modes


def test_goals_are_there_for_who_leads_on_a_day_of_them_and_results_for_who_does_on_all():
    policy = Policy(Privacy(), moved())
    nele = Whom("person", "nele")
    year = (date(2026, 1, 1), date(2026, 12, 31))
    ben, staff = VIEWERS["ben"], Viewer(9, leads=frozenset({"staff"}))
    for lead in (ben, staff):
        assert policy.may_see(lead, nele, *year)
        assert policy.may_edit_goals(lead, nele, *year)
        assert "nele" not in policy.people(lead, *year)
    assert not policy.may_see(ben, nele, date(2026, 5, 1), date(2026, 12, 31))
    assert not policy.may_edit_goals(staff, nele, date(2026, 1, 1), date(2026, 4, 30))
    # Members see a team's goal if they were in the team on a day of it.
    assert policy.may_see(VIEWERS["nele"], Whom("team", "north"), *year)
    assert not policy.may_see(VIEWERS["nele"], Whom("team", "north"), date(2026, 5, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("administer", {"administrator"}),
        ("define", {"administrator", "analyst"}),
        ("import", {"administrator", "analyst"}),
        ("close", {"management", "analyst"}),
        ("read_audit", {"administrator", "council"}),
        ("read_access_log", {"council"}),
        ("change_privacy", {"administrator"}),
        ("approve_privacy", {"management", "council"}),
        ("approve_account", {"management", "council"}),
    ],
)
def test_actions(action, allowed):
    policy = Policy(Privacy("full"), HOUSE)
    assert {name for name, v in VIEWERS.items() if policy.may(v, action)} == allowed | {"operator"}


def test_all_actions_are_tested():
    assert len(ALLOWED) == 10


# Values of persons and things


def test_values_of_people_one_may_not_see_are_left_out():
    asked = [*each(dict.fromkeys(HOUSE.people, 5)), observation("person", None, 7)]
    policy = Policy(Privacy(), HOUSE)
    seen = policy.observations(VIEWERS["cem"], asked)
    assert [o.subject.id for o in seen] == ["cem", "cleo", "dora", None]
    assert [o.value for o in seen] == [5, 5, 5, 7]
    only = Policy(Privacy("team_only"), HOUSE)
    assert only.observations(VIEWERS["cem"], asked) == []
    assert only.observations(OPERATOR, asked) == asked
    assert Policy(Privacy("full"), HOUSE).observations(VIEWERS["council"], asked) == asked


def test_a_value_that_ends_earlier_is_seen_by_who_leads_until_then():
    policy = Policy(Privacy(), moved())
    running = replace(
        observation("person", "nele", 5),
        end=date(2026, 6, 30), start=date(2026, 4, 1), as_of=date(2026, 4, 20),
    )  # fmt: skip
    assert policy.observations(VIEWERS["ben"], [running]) == [running]
    assert policy.observations(VIEWERS["ben"], [replace(running, as_of=date(2026, 5, 1))]) == []


@pytest.mark.parametrize("kind", ["company", "customer", "campaign", "product"])
def test_things_are_shown_to_everybody_who_logged_in(kind):
    asked = [observation(kind, "x", 5)]
    policy = Policy(Privacy("team_only"), HOUSE)
    assert policy.observations(VIEWERS["council"], asked) == asked
    assert policy.observations(VIEWERS["nobody"], asked) == []


# Records

PARTS = ("won_value",)


def record(key: str, person: str | None, team: str | None, day: date = JANUARY.start) -> Record:
    return Record("deal", key, day, f"Deal {key}", person, team, "Muster GmbH", (10,))


LIST = Records(
    PARTS,
    ("sum",),
    (
        record("1", "Nele", "North"),
        record("2", "Cleo", "Coast"),
        record("3", "Sven", "Staff"),
        record("4", None, None),
        record("5", "Somebody Else", "Elsewhere"),
    ),
)


def names(found: Records | None) -> list[tuple[str | None, str | None]] | None:
    return None if found is None else [(r.person, r.team) for r in found]


def listed(viewer: str, by: str, subject: str | None, mode: str = "own_team"):
    policy = Policy(Privacy(mode), HOUSE)  # type: ignore[arg-type]
    return names(policy.records(VIEWERS[viewer], LIST, by, subject, JANUARY.start, JANUARY.end))


WHOLE = [
    ("Nele", "North"),
    ("Cleo", "Coast"),
    ("Sven", "Staff"),
    (None, None),
    ("Somebody Else", "Elsewhere"),
]


def test_the_companys_list_bears_the_names_one_may_see():
    hidden = (None, None)
    assert listed("cem", "company", None) == [hidden, ("Cleo", "Coast"), hidden, hidden, hidden]
    assert listed("sven", "customer", "c1") == [hidden, hidden, ("Sven", None), hidden, hidden]
    assert listed("management", "customer", "c1") == [hidden] * 5
    assert listed("sven", "company", None, "team_only") == [hidden] * 5
    assert listed("sven", "company", None, "full") == WHOLE
    assert listed("operator", "company", None, "team_only") == WHOLE
    assert listed("nobody", "company", None, "full") is None


def test_the_amounts_in_the_list_stay():
    policy = Policy(Privacy(), HOUSE)
    found = policy.records(VIEWERS["management"], LIST, "company", None, JANUARY.start, JANUARY.end)
    assert found is not None
    assert found.total("won_value") == 50


def test_lists_by_person_and_group_are_for_those_who_see_them_whole():
    assert listed("cem", "person", "cleo") is not None
    assert listed("cem", "person", "nele") is None
    assert listed("cem", "person", None) is None
    assert listed("cem", "team", "coast") is not None
    assert listed("cem", "team", "north") is None
    assert listed("ben", "team", "north") is not None
    assert listed("management", "team", "staff") is None
    assert listed("management", "region", "Süd") is not None  # a place: nobody belongs to it


def test_of_people_called_the_same_all_must_be_visible():
    house = organisation({"a": ["x", "y"], "b": ["z"]}, leads={"a": "x"})
    for p in ("y", "z"):
        house.people[p] = replace(house.people[p], name="Kim Koch")
    policy = Policy(Privacy(), house)
    found = policy.records(
        Viewer(1, "x"), Records(PARTS, ("sum",), (record("1", "Kim Koch", "A"),)), "company", None, *DAYS
    )
    assert names(found) == [(None, "A")]
