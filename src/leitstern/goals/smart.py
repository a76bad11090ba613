"""Whether a goal is SMART, computed from facts: specific, measurable, accepted, realistic, time-bound.

Each letter gets the first thing that is wrong with it, its figures and one fix; where nothing is, it is ok.
Texts stand in ``messages.toml`` as ``smart_<reason>`` and ``fix_<fix>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from leitstern.goals.realism import FEWEST
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.goals.goal import Kind
    from leitstern.goals.offers import State
    from leitstern.goals.realism import Chance, Realism

LetterState = Literal["ok", "open", "wrong"]

#: A source older than this is stale; with less than this share of past periods complete, it is too thin.
STALE_DAYS = 7
COMPLETE_SHARE = Decimal("0.8")
#: A chance below or above these is worth a word: hardly to be reached, or reached without effort.
HARDLY = 0.1
EASILY = 0.95
#: What never happened so far is ambitious below an even chance; below a quarter, anything is.
AMBITIOUS, EVEN = 0.25, 0.5


@dataclass(frozen=True, slots=True)
class SmartInput:
    """The facts about one goal that its letters are computed from.

    ``defined``: the KPI has a definition with a meaning in words. ``owner``: who answers for the goal, by
    name. ``subject_found``: whom the goal is for exists in the data. ``rivals``: other goals in force with
    the same KPI and subject whose period overlaps, by their labels. ``newest``: the day the source has
    reached, None where there is no source. ``complete_periods`` of ``past_periods`` earlier ones have a
    complete value. ``management_asked``: the goal needs management's yes as well, which
    ``management_accepted`` tells. ``realism``: how often such a value (or change) happened; None if unknown.
    """

    today: date
    start: date
    end: date
    kind: Kind
    state: State
    defined: bool = True
    owner: str | None = None
    subject_found: bool = True
    rivals: tuple[str, ...] = ()
    newest: date | None = None
    complete_periods: int = 0
    past_periods: int = 0
    management_asked: bool = False
    management_accepted: bool = False
    realism: Realism | None = None
    chance: Chance | None = None
    review_on: date | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of SMART: ``reason`` says why, ``values`` fill its text, ``fix`` is what to do about it."""

    letter: Literal["S", "M", "A", "R", "T"]
    state: LetterState
    reason: str
    values: Mapping[str, object]
    fix: str | None = None

    def text(self, language: str) -> str:
        """The reason in ``de`` or ``en``."""
        return message(f"goals.smart_{self.reason}", language, **self.values)

    def fix_text(self, language: str) -> str | None:
        """What to click, in ``de`` or ``en``; None where there is nothing to do."""
        return None if self.fix is None else message(f"goals.fix_{self.fix}", language)

    def frozen(self) -> dict[str, object]:
        """The letter as plain JSON with its texts, to be kept as it was at the moment of the offer."""
        languages = ("de", "en")
        return {
            "letter": self.letter,
            "state": self.state,
            "reason": self.reason,
            "fix": self.fix,
            "text": {language: self.text(language) for language in languages},
            "fix_text": {language: self.fix_text(language) for language in languages},
        }


@dataclass(frozen=True, slots=True)
class Smart:
    """The five letters, in order."""

    letters: tuple[Letter, Letter, Letter, Letter, Letter]

    @property
    def ok(self) -> bool:
        """Whether nothing is open or wrong."""
        return all(letter.state == "ok" for letter in self.letters)

    def letter(self, name: str) -> Letter:
        """The letter with this name."""
        return next(letter for letter in self.letters if letter.letter == name)


def smart(facts: SmartInput) -> Smart:
    """The five letters of a goal."""
    return Smart((_specific(facts), _measurable(facts), _accepted(facts), _realistic(facts), _timed(facts)))


def _specific(facts: SmartInput) -> Letter:
    if not facts.defined:
        return Letter("S", "wrong", "not_defined", {}, "define_kpi")
    if not facts.subject_found:
        return Letter("S", "wrong", "subject_unknown", {}, "set_subject")
    if facts.rivals:
        return Letter("S", "wrong", "rival", {"goals": ", ".join(facts.rivals)}, "open_rival")
    if facts.owner is None:
        return Letter("S", "open", "no_owner", {}, "set_owner")
    return Letter("S", "ok", "specific", {"owner": facts.owner})


def _measurable(facts: SmartInput) -> Letter:
    if facts.newest is None:
        return Letter("M", "wrong", "no_source", {}, "connect_source")
    values = {
        "newest": facts.newest,
        "days": max((facts.today - facts.newest).days, 0),
        "complete": facts.complete_periods,
        "periods": facts.past_periods,
    }
    if (facts.today - facts.newest).days > STALE_DAYS:
        return Letter("M", "wrong", "stale", values, "refresh_data")
    if not facts.past_periods:
        return Letter("M", "open", "no_past", values, "import_history")
    if facts.complete_periods < COMPLETE_SHARE * facts.past_periods:
        return Letter("M", "wrong", "incomplete", values, "import_history")
    return Letter("M", "ok", "measurable", values)


#: State of the offer -> state of the letter, reason, fix.
_ACCEPTANCE: dict[State, tuple[LetterState, str, str | None]] = {
    "draft": ("open", "not_offered", "send_offer"),
    "offered": ("open", "waits_for_owner", "remind_owner"),
    "countered": ("open", "countered", "answer_counter"),
    "declined": ("wrong", "declined", "offer_again"),
    "withdrawn": ("wrong", "withdrawn", "send_offer"),
    "replaced": ("wrong", "replaced", "open_successor"),
    # A directive holds without a yes, so it is neither accepted nor wrong.
    "directed": ("open", "directed", None),
    "accepted": ("ok", "accepted", None),
}


def _accepted(facts: SmartInput) -> Letter:
    state, reason, fix = _ACCEPTANCE[facts.state]
    if facts.state == "draft" and facts.kind == "directive":
        return Letter("A", "open", "not_directed", {}, "put_in_force")
    if state == "ok" and facts.management_asked and not facts.management_accepted:
        return Letter("A", "open", "waits_for_management", {}, "ask_management")
    return Letter("A", state, reason, {}, fix)


def _realistic(facts: SmartInput) -> Letter:
    past, chance = facts.realism, facts.chance
    if past is None or past.n < FEWEST:
        return Letter("R", "open", "no_record", {"n": past.n if past else 0}, "import_history")
    if chance is None or chance.probability is None:
        values: dict[str, object] = {"times": past.times, "n": past.n}
        if not past.times:
            return Letter("R", "wrong", "never_happened", values, "lower_target")
        return Letter("R", "ok", "happened", values)
    likely = chance.probability
    values = {"times": past.times, "n": past.n, "percent": round(likely * 100)}
    state, reason, fix = _likely(likely, reached=past.times > 0)
    return Letter("R", state, reason, values, fix)


def _likely(chance: float, *, reached: bool) -> tuple[LetterState, str, str | None]:
    """State, reason and fix by the chance, and by whether it happened before."""
    if chance < HARDLY:
        return "wrong", "hardly", "lower_target"
    if chance > EASILY:
        return "open", "easily", "raise_target"
    if chance < AMBITIOUS or (chance < EVEN and not reached):
        return "open", "ambitious", "lower_target"
    return "ok", "realistic", None


def _timed(facts: SmartInput) -> Letter:
    values: dict[str, object] = {"start": facts.start, "end": facts.end}
    if facts.end < facts.start:
        return Letter("T", "wrong", "reversed", values, "set_dates")
    if facts.review_on is None:
        return Letter("T", "open", "no_review", values, "set_review")
    values["review"] = facts.review_on
    if not facts.start <= facts.review_on <= facts.end:
        return Letter("T", "wrong", "review_outside", values, "set_review")
    if facts.due_on is None:
        return Letter("T", "open", "no_due", values, "set_due")
    values["due"] = facts.due_on
    if facts.due_on >= facts.start:
        return Letter("T", "wrong", "due_late", values, "set_due")
    return Letter("T", "ok", "timed", values)
