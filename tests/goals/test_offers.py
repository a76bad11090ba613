"""An offer's states: every move of the table is allowed, every other one says what is possible."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest

from leitstern.errors import Problem
from leitstern.goals.goal import Kind, Levels
from leitstern.goals.offers import (
    ACTIONS,
    ACTORS,
    IN_FORCE,
    STATES,
    Action,
    Actor,
    State,
    check_due,
    due_problem,
    move,
    possible,
    reminder_due,
    require,
)

#: state, action, actor, new state: for an agreed goal.
AGREED: list[tuple[State, Action, Actor, State]] = [
    ("draft", "offer", "offerer", "offered"),
    ("offered", "accept", "owner", "accepted"),
    ("offered", "counter", "owner", "countered"),
    ("offered", "decline", "owner", "declined"),
    ("offered", "withdraw", "offerer", "withdrawn"),
    ("countered", "agree", "offerer", "accepted"),
    ("countered", "offer_again", "offerer", "offered"),
    ("countered", "withdraw", "offerer", "withdrawn"),
    ("declined", "offer_again", "offerer", "offered"),
    ("declined", "withdraw", "offerer", "withdrawn"),
    ("accepted", "replace", "offerer", "replaced"),
    ("accepted", "replace", "owner", "replaced"),
    ("directed", "replace", "offerer", "replaced"),
    ("directed", "replace", "owner", "replaced"),
]
DIRECTIVE: list[tuple[State, Action, Actor, State]] = [
    ("draft", "offer", "offerer", "directed"),
    ("directed", "replace", "offerer", "replaced"),
    ("directed", "replace", "owner", "replaced"),
    ("accepted", "replace", "offerer", "replaced"),
    ("accepted", "replace", "owner", "replaced"),
]
ALLOWED = {("agreed", *row[:3]): row[3] for row in AGREED} | {
    ("directive", *row[:3]): row[3] for row in DIRECTIVE
}
KINDS: tuple[Kind, ...] = ("agreed", "directive")


@pytest.mark.parametrize(("kind", "state"), list(product(KINDS, STATES)))
def test_every_state_action_and_actor(kind: Kind, state: State) -> None:
    for action, actor in product(ACTIONS, ACTORS):
        wanted = ALLOWED.get((kind, state, action, actor))
        assert (action in possible(state, actor, kind)) == (wanted is not None)
        if wanted is not None:
            assert move(state, action, actor, kind) == wanted
            continue
        with pytest.raises(Problem) as problem:
            move(state, action, actor, kind)
        assert problem.value.code == f"goals.move_{state}"
        assert "jetzt" in problem.value.text("de")
        assert " now" in problem.value.text("en")


def test_what_is_in_force_only_ends_by_being_replaced() -> None:
    for state, actor, kind in product(IN_FORCE, ACTORS, KINDS):
        assert possible(state, actor, kind) == ("replace",)


def test_withdrawn_and_replaced_are_the_end() -> None:
    ends: tuple[State, ...] = ("withdrawn", "replaced")
    for state, actor, kind in product(ends, ACTORS, KINDS):
        assert possible(state, actor, kind) == ()


def test_a_counter_needs_a_value_and_a_reason() -> None:
    levels = Levels(Decimal(90))
    with pytest.raises(Problem, match="value you propose is missing"):
        require("counter", None, "too much")
    with pytest.raises(Problem, match="reason is missing"):
        require("counter", levels, "  ")
    require("counter", levels, "Two large customers are leaving")


def test_declining_needs_a_reason_and_accepting_nothing() -> None:
    with pytest.raises(Problem, match="reason is missing"):
        require("decline", None, "")
    require("decline", None, "not my region")
    require("accept", None, "")


def test_offering_again_needs_other_levels() -> None:
    with pytest.raises(Problem, match="value you propose is missing"):
        require("offer_again", None, "")
    require("offer_again", Levels(Decimal(95)), "")


def test_an_answer_due_before_the_period_needs_no_warning() -> None:
    assert due_problem(date(2026, 12, 31), date(2027, 1, 1)) is None


def test_an_answer_due_in_the_period_is_warned_about() -> None:
    warning = due_problem(date(2027, 1, 1), date(2027, 1, 1))
    assert warning is not None
    assert "01.01.2027" in warning.text("de")
    assert "10 AZR 57/24" in warning.text("de")
    assert "2027-01-01" in warning.text("en")


def test_an_answer_cannot_be_due_before_the_offer() -> None:
    check_due(date(2026, 11, 22), date(2026, 11, 22))
    with pytest.raises(Problem, match="2026-11-21 has already passed"):
        check_due(date(2026, 11, 21), date(2026, 11, 22))


def _reminded(offered: date, due: date, days: int, state: State = "offered") -> list[date]:
    """The days on which reminders go out when somebody looks every day, and twice."""
    sent, last = [], offered
    for number in range(days):
        today = offered + timedelta(days=number)
        for _ in range(2):
            if reminder_due(state, due, today, last):
                sent.append(today)
                last = today
    return sent


def test_reminders_seven_days_before_and_on_the_due_day() -> None:
    assert _reminded(date(2026, 11, 2), date(2026, 11, 20), 40) == [date(2026, 11, 13), date(2026, 11, 20)]


def test_an_offer_made_shortly_before_is_reminded_of_on_the_due_day_only() -> None:
    assert _reminded(date(2026, 11, 16), date(2026, 11, 20), 40) == [date(2026, 11, 20)]


@pytest.mark.parametrize(
    ("today", "last", "wanted"),
    [
        (date(2026, 11, 12), date(2026, 11, 2), False),
        (date(2026, 11, 15), date(2026, 11, 2), True),  # the 13th was missed
        (date(2026, 11, 15), date(2026, 11, 13), False),
        (date(2026, 11, 23), date(2026, 11, 13), True),  # the 20th was missed
        (date(2026, 11, 23), date(2026, 11, 2), True),  # both were missed: still only one
        (date(2026, 11, 24), date(2026, 11, 23), False),
        (date(2026, 11, 13), None, True),
    ],
)
def test_a_missed_reminder_is_made_up_for_once(today: date, last: date | None, wanted: bool) -> None:
    assert reminder_due("offered", date(2026, 11, 20), today, last) is wanted


@pytest.mark.parametrize("state", STATES)
def test_only_what_waits_for_an_answer_is_reminded_of(state: State) -> None:
    due = date(2026, 11, 20)
    assert reminder_due(state, due, due, date(2026, 11, 2)) is (state in ("offered", "countered"))
