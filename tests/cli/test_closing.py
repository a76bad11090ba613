"""`leitstern close` and `restatements`: a closed month stands, and what changed behind it is listed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import DEALS, Call


def change(workspace: Path, call: Call, folder: Path, old: str, new: str) -> None:
    """A newer export of the same deals."""
    newer = folder / "deals-newer.csv"
    newer.write_text(DEALS.replace(old, new), encoding="utf-8")
    assert call("-w", workspace, "import", newer).code == 0
    assert call("-w", workspace, "refresh").code == 0


def january(workspace: Path, call: Call) -> float:
    out = call("-w", workspace, "show", "won_value", "--json", "--to", "2026-01-31").out
    return float(json.loads(out)[0]["value"])


def test_a_closed_month_stands(refreshed: Path, call: Call, tmp_path: Path) -> None:
    assert call("-w", refreshed, "close", "2026-01", "--by", "Frau Meyer").code == 0
    change(refreshed, call, tmp_path, "1.200,50", "1.900,50")
    assert january(refreshed, call) == 1200.5
    found = json.loads(call("-w", refreshed, "restatements", "--json").out)
    company = [r for r in found if r["kpi"] == "won_value" and r["subject"]["type"] == "company"]
    assert [(r["period"], r["was"], r["now"], r["effect"]) for r in company] == [
        ("2026-01", 1200.5, 1900.5, 700.0)
    ]
    people = [r for r in found if r["kpi"] == "won_value" and r["subject"]["type"] == "person"]
    assert [r["subject"]["id"] for r in people] == ["anna"]


def test_an_open_month_follows_the_data(refreshed: Path, call: Call, tmp_path: Path) -> None:
    change(refreshed, call, tmp_path, "1.200,50", "1.900,50")
    assert january(refreshed, call) == 1900.5


def test_closing_twice_is_refused(refreshed: Path, call: Call) -> None:
    assert call("-w", refreshed, "close", "2026-01", "--by", "Frau Meyer").code == 0
    again = call("-w", refreshed, "close", "2026-01", "--by", "Herr Kurz")
    assert again.code == 1
    assert "Frau Meyer" in again.err


def test_a_running_period_cannot_be_closed(refreshed: Path, call: Call) -> None:
    done = call("-w", refreshed, "close", "2199", "--by", "Frau Meyer")
    assert done.code == 1
    assert "2199-12-31" in done.err


def test_nothing_to_restate_is_said(refreshed: Path, call: Call) -> None:
    call("-w", refreshed, "close", "2026-01", "--by", "Frau Meyer")
    done = call("-w", refreshed, "restatements")
    assert "agree with all closed periods" in done.err
