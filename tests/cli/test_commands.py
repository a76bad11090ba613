"""The other commands: catalogue, quality, demo, serve, and what holds for all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leitstern.cli import progress
from tests.cli.conftest import Call


def test_a_new_workspace_says_what_is_next(tmp_path: Path, call: Call) -> None:
    done = call("init", tmp_path / "acme", "--language", "de", "--country", "CH", "--region", "ZH")
    assert done.code == 0
    assert "import --dry-run" in done.out
    assert "angelegt" in done.out
    again = call("init", tmp_path / "acme")
    assert (again.code, again.out) == (1, "")


@pytest.mark.parametrize("option", [["--currency", "Euro"], ["--region", "XX"], ["--timezone", "Berlin"]])
def test_an_impossible_setting_makes_no_workspace(option: list[str], tmp_path: Path, call: Call) -> None:
    done = call("init", tmp_path / "acme", *option)
    assert done.code == 1
    assert option[1] in done.err
    assert not (tmp_path / "acme").exists()


def test_the_workspace_from_the_environment(
    refreshed: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEITSTERN_WORKSPACE", str(refreshed))
    monkeypatch.setenv("LEITSTERN_LANGUAGE", "de")
    done = call("show", "won_deals")
    assert done.code == 0
    assert done.out.startswith("Gewonnene Deals")


def test_the_catalogue(workspace: Path, call: Call) -> None:
    found = {d["kpi"]: d for d in json.loads(call("-w", workspace, "kpis", "--json").out)}
    assert len(found) >= 45
    assert found["win_rate"]["name"] == {"de": "Abschlussquote", "en": "Win rate"}


@pytest.mark.parametrize("words", [["close", "rate"], ["Gewinnquote"], ["close rate"]])
def test_a_kpi_is_found_by_its_other_names(words: list[str], workspace: Path, call: Call) -> None:
    done = call("-w", workspace, "kpis", *words, "--json")
    assert "win_rate" in [d["kpi"] for d in json.loads(done.out)]


def test_the_sheet_of_a_kpi(workspace: Path, call: Call) -> None:
    done = call("-w", workspace, "--language", "de", "kpis", "win_rate")
    assert "won_deals / decided_deals" in done.out
    assert "Anzahl Deals" in done.out
    sheet = json.loads(call("-w", workspace, "kpis", "win_rate", "--json").out)
    assert (sheet["kpi"], sheet["unit"], sheet["formula"]) == (
        "win_rate",
        "percent",
        "won_deals / decided_deals",
    )


def test_a_kpi_that_is_not_there(workspace: Path, call: Call) -> None:
    done = call("-w", workspace, "kpis", "wnrate")
    assert done.code == 1
    assert "win_rate" in done.err


def test_a_kpi_of_ones_own(workspace: Path, call: Call) -> None:
    own = workspace / "kpis" / "big_deals.yaml"
    own.write_text(
        "kpi: big_deals\nname: {de: Große Deals, en: Big deals}\nmeans: {de: Ab 1000., en: From 1000 on.}\n"
        "owner: sales\nunit: count\ngood: up\nlevel: operational\ntiming: lagging\nabout: result\n"
        'formula: big\nmeasures:\n  big: {count: deal, where: "amount >= 1000", on: created_at}\n',
        encoding="utf-8",
    )
    assert "Big deals" in call("-w", workspace, "kpis", "big_deals").out
    own.write_text("kpi: big_deals\nunit: kilos\n", encoding="utf-8")
    done = call("-w", workspace, "kpis")
    assert done.code == 1
    assert "big_deals.yaml" in done.err


def test_the_quality_report(imported: Path, call: Call) -> None:
    found = json.loads(call("-w", imported, "quality", "--json").out)
    aside = [f for f in found if f["check"] == "set_aside"]
    assert [(f["fact"], f["count"], f["total"], f["share"]) for f in aside] == [("deal", 1, 5, 0.2)]
    assert "won_value" in aside[0]["kpis"]
    assert "20,00\xa0%" in call("-w", imported, "--language", "de", "quality").out


def test_nothing_to_report_is_said(workspace: Path, call: Call) -> None:
    done = call("-w", workspace, "quality")
    assert (done.code, done.out, done.err) == (0, "", "Nothing to report.\n")


def test_a_demo_is_imported_like_the_users_files(tmp_path: Path, call: Call) -> None:
    folder = tmp_path / "demo"
    done = call("demo", folder, "--scale", "0.05", "--seed", "7")
    assert done.code == 0, done.err
    assert not list(tmp_path.glob(".demo*"))
    receipts = json.loads(call("-w", folder, "data", "--imports", "--json").out)
    assert {receipt["file"] for receipt in receipts} == {path.name for path in (folder / "exports").iterdir()}
    shown = json.loads(call("-w", folder, "show", "won_deals", "--grain", "year", "--json").out)
    assert sum(row["value"] for row in shown) > 0
    again = call("demo", folder)
    assert again.code == 1
    assert "not empty" in again.err


def test_a_demo_that_fails_leaves_nothing(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "Deals.csv")

    monkeypatch.setattr("leitstern.demo.write", fail)
    done = call("demo", tmp_path / "demo", "--scale", "0.05")
    assert (done.code, done.out) == (1, "")
    assert "No space left on device" in done.err
    assert list(tmp_path.iterdir()) == []


def test_pages_are_served_to_this_machine_only(refreshed: Path, call: Call) -> None:
    done = call("-w", refreshed, "serve", "--host", "0.0.0.0")
    assert done.code == 1
    assert "0.0.0.0" in done.err


def test_no_command_is_wrong_usage(call: Call) -> None:
    assert call().code == 2
    assert call("unknown").code == 2


def test_short_work_draws_no_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress.reporting() as tell:
        tell("deals.csv", 1, 2)
    assert capsys.readouterr().err == ""


def test_long_work_draws_a_bar_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.reporting() as tell:
        tell("[bold]deals.csv", 1, 2)
    captured = capsys.readouterr()
    assert "[bold]deals.csv" in captured.err
    assert captured.out == ""
