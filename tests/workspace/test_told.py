"""What the CRM says beside what Leitstern says: a match, or the records that explain the difference."""

from __future__ import annotations

from decimal import Decimal

import pytest

import leitstern
from leitstern.engine.account.told import Compared, Told
from leitstern.errors import Problem
from leitstern.facts.receipts import reason_text
from leitstern.workspace import Workspace

#: 2026: six deals of 1000 EUR are won, one of them twice (D7 as D6), one in CHF, one without a date; one was
#: won at half past midnight of 1 January by the clock of Berlin.
DEALS = """Deal,Name,Owner,Amount,Currency,Status,Created,Closed
D1,One,Kim,1000,EUR,won,2025-12-05 10:00,2026-01-20 10:00
D2,Two,Kim,1000,EUR,won,2025-12-05 10:00,2026-02-20 10:00
D3,Three,Kim,1000,EUR,won,2025-12-05 10:00,2026-03-20 10:00
D4,Four,Kim,1000,EUR,won,2026-01-05 10:00,2026-03-21 10:00
D5,Night,Kim,1000,EUR,won,2026-01-01 00:10,2026-01-01 00:30
D6,Six,Kim,1000,EUR,won,2026-01-05 10:00,2026-04-02 10:00
D7,Six,Kim,1000,EUR,won,2026-01-05 10:00,2026-04-02 10:00
D8,Swiss,Kim,250,CHF,won,2026-01-05 10:00,2026-04-03 10:00
D9,Undated,Kim,70,EUR,won,2026-01-05 10:00,
D10,Lost,Kim,5,EUR,lost,2026-01-05 10:00,2026-04-03 10:00
D11,Before,Kim,400,EUR,won,2025-01-05 10:00,2025-04-03 10:00
"""
MAPPING = """
name = "crm"

[[table]]
file = "deals*.csv"
fact = "deal"
key = "Deal"

[table.fields]
name = "Name"
owner = "Owner"
amount = {column = "Amount", read = "plain"}
currency = "Currency"
status = {column = "Status", values = {won = "won", lost = "lost"}}
created_at = {column = "Created", read = "YYYY-MM-DD"}
closed_at = {column = "Closed", read = "YYYY-MM-DD"}
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("told")
    (folder / "crm.toml").write_text(MAPPING, encoding="utf-8")
    (folder / "deals.csv").write_text(DEALS, encoding="utf-8")
    made = leitstern.init(folder / "firm", language="en")
    made.import_files([folder / "deals.csv"], mapping=folder / "crm.toml")
    made.refresh()
    return made


def compared(workspace: Workspace, won: int, value: str, period: str = "2026") -> Compared:
    told = [Told("won_deals", period, Decimal(won)), Told("won_value", period, Decimal(value))]
    return workspace.compare_told(told)


def explained(found: Compared, language: str = "en") -> list[str]:
    return [one.text(language) for one in found.explanations if one.explains]


def test_the_same_numbers_match(workspace: Workspace) -> None:
    found = compared(workspace, 7, "7000")
    assert found.matches
    assert found.explanations == ()
    assert [(line.ours, line.difference) for line in found.lines] == [(7, 0), (7000, 0)]


def test_records_without_a_rate_explain_what_the_crm_has_more(workspace: Workspace) -> None:
    found = compared(workspace, 8, "7250")
    assert not found.matches
    assert [line.difference for line in found.lines] == [-1, -250]
    assert explained(found) == ["1 deal not counted here: has a currency without an exchange rate"]
    assert found.explanations[0].keys == ("D8",)


def test_records_without_a_date_explain_it(workspace: Workspace) -> None:
    found = compared(workspace, 8, "7070")
    assert [one.keys for one in found.explanations if one.explains] == [("D9",)]


def test_two_reasons_explain_together(workspace: Workspace) -> None:
    found = compared(workspace, 9, "7320")
    (both,) = [one for one in found.explanations if one.explains]
    assert sorted(both.keys) == ["D8", "D9"]
    assert both.codes == ("aside", "aside")


def test_what_is_here_twice_explains_what_the_crm_has_less(workspace: Workspace) -> None:
    found = compared(workspace, 6, "6000")
    twice = "1 Deal hier doppelt (gleicher Name, Kunde, Tag und Betrag)"
    (one,) = [one for one in found.explanations if one.text("de") == twice]
    assert (one.explains, one.keys) == (True, ("D7",))


def test_days_by_another_clock_explain_it(workspace: Workspace) -> None:
    january = compared(workspace, 1, "1000", "2026-01")
    assert "dort beginnen die Tage um Mitternacht UTC" in explained(january, "de")


def test_another_date_or_period_explains_it(workspace: Workspace) -> None:
    # D4, D5, D6, D7 of 1000 and D9 of 70 were made in 2026.
    assert explained(compared(workspace, 6, "4070")) == []
    assert explained(compared(workspace, 5, "4070")) == ["counted there by another date: creation date"]
    assert explained(compared(workspace, 1, "400")) == ["that is our value for 2025"]


def test_tax_explains_amounts_while_the_numbers_match(workspace: Workspace) -> None:
    assert explained(compared(workspace, 7, "8330")) == ["with 19 % value added tax there, without here"]
    assert explained(compared(workspace, 8, "8330")) == []


def test_what_nothing_explains_is_no_match(workspace: Workspace) -> None:
    found = compared(workspace, 700, "12345.67")
    assert not found.matches
    assert not any(one.explains for one in found.explanations)
    ratio = workspace.compare_told([Told("win_rate", "2026", Decimal("0.5"))])
    assert not ratio.matches
    assert ratio.explanations == ()
    assert workspace.compare_told([Told("win_rate", "2026", Decimal("0.875"))]).matches


def test_a_list_of_the_crm_shows_which_records_differ(workspace: Workspace) -> None:
    ids = ("D1", "D2", "D3", "D4", "D8", "D9", "D10", "D11", "D99")
    theirs = dict.fromkeys(ids, Decimal(1000))
    found = workspace.compare_records("won_value", "2026", {**theirs, "D2": Decimal("1000.50"), "D3": None})
    assert [(one.key, one.text("en")) for one in found] == [
        ("D8", "does not count here: has a currency without an exchange rate"),
        ("D9", f"does not count here: {reason_text('closed_without_date', 'en')}"),
        ("D10", "is lost here"),
        ("D11", "counts on another day here"),
        ("D99", "was never imported"),
        ("D5", "is missing in the other list"),
        ("D6", "is missing in the other list"),
        ("D7", "is missing in the other list"),
        ("D2", "has another amount here"),
    ]  # fmt: skip
    assert str(found[3].day) == "2025-04-03"
    assert (found[-1].theirs, found[-1].ours) == (Decimal("1000.50"), 1000)
    with pytest.raises(Problem, match="no plain number"):
        workspace.compare_records("win_rate", "2026", {"D1": None})
