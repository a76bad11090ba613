"""SMART, letter by letter: the first thing that is wrong, its figures, and one fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from leitstern.goals.offers import STATES
from leitstern.goals.realism import Chance, Realism
from leitstern.goals.smart import Letter, SmartInput, smart

#: A goal that is SMART in every letter.
GOOD = SmartInput(
    today=date(2026, 11, 22),
    start=date(2027, 1, 1),
    end=date(2027, 3, 31),
    kind="agreed",
    state="accepted",
    defined=True,
    owner="Jana Müller",
    subject_found=True,
    newest=date(2026, 11, 20),
    complete_periods=11,
    past_periods=12,
    realism=Realism(4, 12),
    chance=Chance(0.42, 12, "own"),
    review_on=date(2027, 2, 15),
    due_on=date(2026, 12, 15),
)


def _letter(name: str, **changes: Any) -> Letter:
    return smart(replace(GOOD, **changes)).letter(name)


def test_a_goal_that_is_smart() -> None:
    found = smart(GOOD)
    assert found.ok
    assert "".join(letter.letter for letter in found.letters) == "SMART"
    assert [letter.reason for letter in found.letters] == [
        "specific", "measurable", "accepted", "realistic", "timed",
    ]  # fmt: skip
    assert all(letter.fix is None for letter in found.letters)


#: letter, what is different, state, reason, fix.
CASES: list[tuple[str, Mapping[str, object], str, str, str | None]] = [
    ("S", {"defined": False}, "wrong", "not_defined", "define_kpi"),
    ("S", {"subject_found": False}, "wrong", "subject_unknown", "set_subject"),
    ("S", {"rivals": ("Umsatz Q1 2027",)}, "wrong", "rival", "open_rival"),
    ("S", {"owner": None}, "open", "no_owner", "set_owner"),
    ("M", {"newest": None}, "wrong", "no_source", "connect_source"),
    ("M", {"newest": date(2026, 11, 15)}, "ok", "measurable", None),
    ("M", {"newest": date(2026, 11, 14)}, "wrong", "stale", "refresh_data"),
    ("M", {"past_periods": 0, "complete_periods": 0}, "open", "no_past", "import_history"),
    ("M", {"past_periods": 10, "complete_periods": 8}, "ok", "measurable", None),
    ("M", {"past_periods": 10, "complete_periods": 7}, "wrong", "incomplete", "import_history"),
    ("A", {"state": "draft"}, "open", "not_offered", "send_offer"),
    ("A", {"state": "draft", "kind": "directive"}, "open", "not_directed", "put_in_force"),
    ("A", {"state": "offered"}, "open", "waits_for_owner", "remind_owner"),
    ("A", {"state": "countered"}, "open", "countered", "answer_counter"),
    ("A", {"state": "declined"}, "wrong", "declined", "offer_again"),
    ("A", {"state": "withdrawn"}, "wrong", "withdrawn", "send_offer"),
    ("A", {"state": "replaced"}, "wrong", "replaced", "open_successor"),
    ("A", {"state": "directed", "kind": "directive"}, "open", "directed", None),
    ("A", {"management_asked": True}, "open", "waits_for_management", "ask_management"),
    ("A", {"management_asked": True, "management_accepted": True}, "ok", "accepted", None),
    ("R", {"realism": None}, "open", "no_record", "import_history"),
    ("R", {"realism": Realism(5, 5)}, "open", "no_record", "import_history"),
    ("R", {"chance": Chance(0.09, 12, "own")}, "wrong", "hardly", "lower_target"),
    ("R", {"chance": Chance(0.1, 12, "own")}, "open", "ambitious", "lower_target"),
    ("R", {"chance": Chance(0.25, 12, "own")}, "ok", "realistic", None),
    (
        "R",
        {"chance": Chance(0.49, 12, "own"), "realism": Realism(0, 12)},
        "open",
        "ambitious",
        "lower_target",
    ),
    ("R", {"chance": Chance(0.5, 12, "own"), "realism": Realism(0, 12)}, "ok", "realistic", None),
    ("R", {"chance": Chance(0.96, 12, "own")}, "open", "easily", "raise_target"),
    ("R", {"chance": None}, "ok", "happened", None),
    ("R", {"chance": Chance(None, 5, "too_little")}, "ok", "happened", None),
    ("R", {"chance": None, "realism": Realism(0, 8)}, "wrong", "never_happened", "lower_target"),
    ("T", {"end": date(2026, 12, 31)}, "wrong", "reversed", "set_dates"),
    ("T", {"review_on": None}, "open", "no_review", "set_review"),
    ("T", {"review_on": date(2027, 4, 1)}, "wrong", "review_outside", "set_review"),
    ("T", {"review_on": date(2027, 3, 31)}, "ok", "timed", None),
    ("T", {"due_on": None}, "open", "no_due", "set_due"),
    ("T", {"due_on": date(2027, 1, 1)}, "wrong", "due_late", "set_due"),
    ("T", {"due_on": date(2026, 12, 31)}, "ok", "timed", None),
]


@pytest.mark.parametrize(("name", "changes", "state", "reason", "fix"), CASES)
def test_letters(name: str, changes: Mapping[str, Any], state: str, reason: str, fix: str | None) -> None:
    found = _letter(name, **changes)
    assert (found.state, found.reason, found.fix) == (state, reason, fix)


@pytest.mark.parametrize(("name", "changes", "state", "reason", "fix"), CASES)
def test_every_reason_and_fix_has_its_words(
    name: str, changes: Mapping[str, Any], state: str, reason: str, fix: str | None
) -> None:
    found = _letter(name, **changes)
    assert found.text("de") != found.text("en")
    assert (found.fix_text("de") is None) == (fix is None)


def test_one_letter_does_not_touch_the_others() -> None:
    for name, changes, *_ in CASES:
        others = [each for each in smart(replace(GOOD, **changes)).letters if each.letter != name]  # type: ignore[arg-type]
        assert [each.state for each in others] == ["ok"] * 4, (name, changes)


def test_a_letter_names_its_figures() -> None:
    assert _letter("M", newest=date(2026, 11, 1)).text("de") == (
        "Die Daten reichen nur bis 01.11.2026 und sind 21 Tage alt."
    )
    assert _letter("M", newest=date(2026, 11, 1)).text("en") == (
        "The data reach only 2026-11-01 and are 21 days old."
    )
    assert _letter("R").text("de") == (
        "Das gelang bisher in 4 von 12 Zeiträumen, die Chance liegt heute bei 42 %."
    )
    assert "Umsatz Q1 2027" in _letter("S", rivals=("Umsatz Q1 2027",)).text("en")


def test_only_an_accepted_goal_is_accepted() -> None:
    for state in STATES:
        assert (_letter("A", state=state).state == "ok") is (state == "accepted")


def test_a_frozen_letter_is_plain_json_with_its_texts() -> None:
    assert _letter("T", review_on=None).frozen() == {
        "letter": "T",
        "state": "open",
        "reason": "no_review",
        "fix": "set_review",
        "text": {
            "de": "Vom 01.01.2027 bis 31.03.2027, aber ohne Tag der Überprüfung.",
            "en": "From 2027-01-01 to 2027-03-31, but without a review date.",
        },
        "fix_text": {"de": "Tag der Überprüfung setzen", "en": "Set the review date"},
    }
