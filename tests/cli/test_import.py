"""`leitstern import`: what the user sees, and what is left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import DEALS, Call


def test_the_receipt_accounts_for_every_row(workspace: Path, files: Path, call: Call) -> None:
    done = call("-w", workspace, "import", files / "deals.csv", "--mapping", files / "crm.toml", "--json")
    assert done.code == 0
    (table,) = json.loads(done.out)["tables"]
    assert (table["rows_read"], table["loaded"], table["set_aside"]) == (5, 4, {"not_a_number": 1})


def test_the_receipt_as_a_table(workspace: Path, files: Path, call: Call) -> None:
    done = call("-w", workspace, "import", files / "deals.csv", "--mapping", files / "crm.toml")
    head, _, row = done.out.splitlines()
    assert head.split() == [
        "File",
        "Fact",
        "Read",
        "New",
        "Changed",
        "Unchanged",
        "Set",
        "aside",
        "Left",
        "out",
    ]
    assert row.split() == ["deals.csv", "deal", "5", "4", "0", "0", "1", "0"]
    assert f"leitstern -w {workspace} refresh" in done.err


def test_the_same_file_twice_changes_nothing(imported: Path, files: Path, call: Call) -> None:
    done = call("-w", imported, "import", files / "deals.csv", "--mapping", files / "crm.toml")
    assert done.code == 0
    assert "deals.csv: imported before, nothing changed." in done.err
    assert "refresh" not in done.err


def test_a_newer_export_updates_by_key(imported: Path, files: Path, call: Call) -> None:
    (files / "deals.csv").write_text(DEALS.replace("5.000,00;offen", "6.000,00;offen"), encoding="cp1252")
    done = call("-w", imported, "import", files / "deals.csv", "--mapping", files / "crm.toml", "--json")
    (table,) = json.loads(done.out)["tables"]
    assert (table["loaded"], table["updated"], table["unchanged"]) == (0, 1, 3)


def test_a_dry_run_shows_readings_and_leaves_nothing(workspace: Path, files: Path, call: Call) -> None:
    before = sorted(path for path in workspace.rglob("*"))
    done = call(
        "-w", workspace, "import", files / "deals.csv", "--mapping", files / "crm.toml", "--dry-run", "--json"
    )
    assert done.code == 0
    readings = {column["column"]: column["reading"] for column in json.loads(done.out)["columns"]}
    assert readings["Betrag"] == "de"
    assert readings["Erstellt am"] == "DD.MM.YYYY"
    assert readings["Deal-ID"] == "text"
    assert "nothing was changed" in done.err
    assert sorted(path for path in workspace.rglob("*")) == before


def ambiguous(files: Path) -> Path:
    """An export whose amounts and days can be read in two ways."""
    path = files / "deals_2.csv"
    path.write_text(
        "Deal-ID;Name;Firma;Verantwortlich;Betrag;Status;Erstellt am;Abgeschlossen am\n"
        "D8;X;F1;anna;1.234;gewonnen;03.04.2025;05.06.2025\n",
        encoding="utf-8",
    )
    return path


def test_a_question_stops_the_import(workspace: Path, files: Path, call: Call) -> None:
    done = call("-w", workspace, "import", ambiguous(files), "--mapping", files / "crm.toml")
    assert done.code == 1
    assert done.out == ""
    assert "column “Betrag” can be read in different ways" in done.err
    assert '--answer "Betrag=' in done.err
    assert "Nothing was imported" in done.err
    assert call("-w", workspace, "data", "--imports", "--json").out == "[]\n"


@pytest.mark.parametrize(("answer", "value"), [("de", 1234), ("plain", 1.234)])
def test_an_answer_settles_it(answer: str, value: float, workspace: Path, files: Path, call: Call) -> None:
    done = call(
        "-w", workspace, "import", ambiguous(files), "--mapping", files / "crm.toml",
        "--answer", f"Betrag={answer}", "--answer", "Erstellt am=DD.MM.YYYY",
        "--answer", "deals_2.csv:Abgeschlossen am=DD.MM.YYYY",
    )  # fmt: skip
    assert done.code == 0, done.err
    shown = call("-w", workspace, "show", "won_value", "--grain", "year", "--json")
    assert [row["value"] for row in json.loads(shown.out)] == [value]


@pytest.mark.parametrize("answer", ["Betrag", "=de", "Betrag="])
def test_an_answer_without_its_parts_is_wrong_usage(answer: str, workspace: Path, call: Call) -> None:
    done = call("-w", workspace, "import", "x.csv", "--answer", answer)
    assert done.code == 2
    assert "COLUMN=READING" in done.err


def test_a_file_that_is_not_there(workspace: Path, call: Call) -> None:
    done = call("-w", workspace, "import", "nothing.csv")
    assert done.code == 1
    assert "nothing.csv" in done.err


def test_rows_set_aside_say_where_and_why(imported: Path, call: Call) -> None:
    (row,) = json.loads(call("-w", imported, "data", "--set-aside", "--json").out)
    assert (row["file"], row["line"], row["column"], row["value"]) == ("deals.csv", 6, "Betrag", "abc")
    table = call("-w", imported, "--language", "de", "data", "--set-aside")
    assert "keine Zahl" in table.out


def test_messages_follow_the_chosen_language(workspace: Path, files: Path, call: Call) -> None:
    done = call(
        "-w", workspace, "--language", "de", "import", files / "deals.csv", "--mapping", files / "crm.toml"
    )
    assert "Zurückgelegt" in done.out
    assert "Weiter mit" in done.err
