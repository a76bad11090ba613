"""The printable table of the rules: its answers by hand for the default mode, its texts in two languages."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from decimal import Decimal
from importlib import resources

import pytest

from leitstern.access.modes import MODES, Privacy
from leitstern.access.report import QUESTIONS, VIEWERS, report

#: person lead administrator analyst management council; . does not arise
DEFAULT = """
value_company      y y y y y y
value_thing        y y y y y y
value_oneself      y y . . . .
value_colleague    n y . . . .
value_somebody     n n n n n n
value_own_team     y y y y y y
value_large_team   y y y y y y
value_small_team   n n n n n n
list_company       y y y y y y
list_oneself       y y . . . .
list_colleague     n y . . . .
list_somebody      n n n n n n
list_own_team      n y n n n n
list_large_team    n n n n n n
goal_company       y y y y y y
goal_own_team      y y n y y n
goal_other_team    n n n y y n
goal_oneself       y y . . . .
goal_colleague     n y . . . .
goal_lead          n n n n y n
goal_somebody      n n n n n n
edit_company       n n n y y n
edit_own_team      n y n y y n
edit_other_team    n n n y y n
edit_customer      n y n y y n
edit_oneself       n n . . . .
edit_colleague     n y . . . .
edit_lead          n n n n y n
may_administer     n n y n n n
may_define         n n y y n n
may_import         n n y y n n
may_import_people  n n y n n n
may_close          n n n y y n
may_read_audit     n n y n n y
may_read_access_log n n n n n y
may_change_privacy n n y n n n
may_approve_privacy n n n n y y
may_approve_account n n n n y y
"""


def table(privacy: Privacy) -> dict[str, str]:
    letters = {True: "y", False: "n", None: "."}
    return {
        row.code: " ".join(letters[a] for a in row.answers.values())
        for section in report(privacy, "en").sections
        for row in section.rows
    }


def test_the_default_mode():
    by_hand = dict(line.split(maxsplit=1) for line in DEFAULT.split("\n")[1:-1])
    assert table(Privacy()) == by_hand
    assert table(Privacy(floor=12)) == by_hand


def test_the_other_modes_differ_in_persons():
    default = table(Privacy())

    def changed(mode: str) -> dict[str, str]:
        found = table(Privacy(mode))  # type: ignore[arg-type]
        return {code: row for code, row in found.items() if row != default[code]}

    nobody = "n n . . . ."
    assert changed("own") == {
        "value_colleague": nobody,
        "list_colleague": nobody,
        "list_own_team": "n n n n n n",
    }
    assert changed("team_only") == {
        **dict.fromkeys(["value_oneself", "value_colleague", "list_oneself", "list_colleague"], nobody),
        **dict.fromkeys(["goal_oneself", "goal_colleague", "edit_colleague"], nobody),
        **dict.fromkeys(["list_own_team", "goal_lead", "edit_lead"], "n n n n n n"),
    }
    full = changed("full")
    assert set(full) == {
        code for code, row in default.items() if "n" in row and not code.startswith(("edit", "may"))
    }
    assert not any("n" in row for row in full.values())


@pytest.mark.parametrize("mode", MODES)
def test_every_text_is_there_in_both_languages(mode):
    german, english = (report(Privacy(mode, 9, Decimal("0.8")), language) for language in ("de", "en"))
    assert list(german.roles) == list(english.roles) == list(VIEWERS)
    assert "9" in german.rules[1]
    assert "80 %" in german.rules[2]
    assert "80 %" in english.rules[2]
    assert "{" not in "".join(german.rules + english.rules)
    for name in (f.name for f in fields(german)):
        assert getattr(german, name) != getattr(english, name)
    assert [len(s.rows) for s in german.sections] == [len(q) for q in QUESTIONS.values()]


def test_no_text_is_left_over():
    file = resources.files("leitstern").joinpath("access", "messages.toml")
    texts = tomllib.loads(file.read_text(encoding="utf-8"))
    codes = {code for questions in QUESTIONS.values() for code in questions}
    assert {c for questions in QUESTIONS.values() for c in questions} <= {
        code.removeprefix("report_") for code in texts
    }
    rows = {
        code.removeprefix("report_")
        for code in texts
        if code.startswith(("report_value", "report_list", "report_goal", "report_edit", "report_may"))
    }
    assert rows == codes
