"""An offer's way from draft to in force: who may do what in which state.

    draft ──offer──> offered ──accept──> accepted ──replace──> replaced
      │                │ ├──counter──> countered ──agree──> accepted
      │                │ └──decline──> declined
      │                └──withdraw──> withdrawn (from countered and declined, too)
      │              countered, declined ──offer_again──> offered
      └──offer (a directive)──> directed ──replace──> replaced

A goal in force is immutable: a change is a new offer, and when that comes into force, it replaces this one.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from leitstern.errors import Problem

if TYPE_CHECKING:
    from leitstern.goals.goal import Kind, Levels

State = Literal[
    "draft", "offered", "accepted", "countered", "declined", "withdrawn", "replaced", "directed"
]  # fmt: skip
Action = Literal["offer", "accept", "counter", "decline", "agree", "offer_again", "withdraw", "replace"]
Actor = Literal["offerer", "owner"]

STATES: tuple[State, ...] = (
    "draft", "offered", "accepted", "countered", "declined", "withdrawn", "replaced", "directed",
)  # fmt: skip
ACTIONS: tuple[Action, ...] = (
    "offer", "accept", "counter", "decline", "agree", "offer_again", "withdraw", "replace",
)  # fmt: skip
ACTORS: tuple[Actor, ...] = ("offerer", "owner")

#: States whose levels count.
IN_FORCE: frozenset[State] = frozenset({"accepted", "directed"})
#: States that wait for somebody's answer, and for whose.
WAITS_FOR: dict[State, Actor] = {"offered": "owner", "countered": "offerer"}
#: What must be said with an action: other levels, a reason.
NEEDS_LEVELS: frozenset[Action] = frozenset({"counter", "offer_again"})
NEEDS_REASON: frozenset[Action] = frozenset({"counter", "decline"})

#: (state, action) -> (who may, new state). What is not here cannot be done. A directive is not offered
#: but put in force; the owner has no say, so only "replace" follows.
_MOVES: dict[tuple[State, Action], tuple[Actor | None, State]] = {
    ("draft", "offer"): ("offerer", "offered"),
    ("offered", "accept"): ("owner", "accepted"),
    ("offered", "counter"): ("owner", "countered"),
    ("offered", "decline"): ("owner", "declined"),
    ("offered", "withdraw"): ("offerer", "withdrawn"),
    ("countered", "agree"): ("offerer", "accepted"),
    ("countered", "offer_again"): ("offerer", "offered"),
    ("countered", "withdraw"): ("offerer", "withdrawn"),
    ("declined", "offer_again"): ("offerer", "offered"),
    ("declined", "withdraw"): ("offerer", "withdrawn"),
    # Whoever brings the successor into force, its owner or its offerer, replaces this one.
    ("accepted", "replace"): (None, "replaced"),
    ("directed", "replace"): (None, "replaced"),
}

REMIND_BEFORE = timedelta(days=7)


def move(state: State, action: Action, actor: Actor, kind: Kind = "agreed") -> State:
    """The state after ``actor`` did ``action``.

    ``offerer`` is whoever offers the goal, ``owner`` whoever it is for. After ``agree`` the countered
    levels count. Problem ``goals.move_<state>``, which says what the state is and what is possible in it.
    """
    if action not in possible(state, actor, kind):
        raise Problem(f"goals.move_{state}")
    new = _MOVES[state, action][1]
    return "directed" if kind == "directive" and new == "offered" else new


def possible(state: State, actor: Actor, kind: Kind = "agreed") -> tuple[Action, ...]:
    """What ``actor`` may do in a state, in the order of ``ACTIONS``; a directive knows offer and replace."""
    known = ("offer", "replace") if kind == "directive" else ACTIONS
    allowed = ((action, _MOVES.get((state, action))) for action in ACTIONS if action in known)
    return tuple(action for action, to in allowed if to is not None and to[0] in (actor, None))


def require(action: Action, levels: Levels | None, reason: str) -> None:
    """Problem if an action lacks what belongs to it: ``goals.levels_missing``, ``goals.reason_missing``."""
    if action in NEEDS_LEVELS and levels is None:
        raise Problem("goals.levels_missing")
    if action in NEEDS_REASON and not reason.strip():
        raise Problem("goals.reason_missing")


def due_problem(due_on: date, start: date) -> Problem | None:
    """A warning for an answer that is due only once the period has begun; None if it is due before.

    To be shown, not raised: a late offer is possible, but a goal that comes late can no longer steer what
    has been done, and an employer who sets goals late may owe damages (BAG, 19 February 2025, 10 AZR 57/24).
    """
    if due_on < start:
        return None
    return Problem("goals.due_after_start", due=due_on, start=start)


def check_due(due_on: date, today: date) -> None:
    """Problem ``goals.due_passed`` if an answer would be due before the day of the offer."""
    if due_on < today:
        raise Problem("goals.due_passed", due=due_on, today=today)


def reminder_due(state: State, due_on: date, today: date, last_reminder: date | None) -> bool:
    """Whether whoever has to answer is to be reminded today: seven days before the due day and on it.

    ``last_reminder`` is the day of the last reminder, or of the offer if there was none yet. A day on which
    no reminder could be sent is made up for on the next, and there is never more than one on a day.
    """
    if state not in WAITS_FOR:
        return False
    marks = (due_on - REMIND_BEFORE, due_on)
    return any(mark <= today and (last_reminder is None or last_reminder < mark) for mark in marks)
