"""A small workspace that the commands are tried on, and a way to call them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from leitstern.cli import run
from leitstern.server.prepare import prepare

DEALS = """\
Deal-ID;Name;Firma;Verantwortlich;Betrag;Status;Erstellt am;Abgeschlossen am
D1;Alpha;F1;anna;1.200,50;gewonnen;01.01.2026;15.01.2026
D2;Beta;F2;ben;800,00;verloren;03.01.2026;20.02.2026
D3;Gamma;F1;anna;5.000,00;offen;04.02.2026;
D4;Delta;F3;;300,00;gewonnen;25.02.2026;28.02.2026
D5;Epsilon;F3;ben;abc;gewonnen;25.02.2026;28.02.2026
"""

MAPPING = """\
name = "CRM"
[[table]]
file = "deals*.csv"
fact = "deal"
key = "Deal-ID"
[table.fields]
name = "Name"
owner = "Verantwortlich"
company = "Firma"
amount = "Betrag"
created_at = "Erstellt am"
closed_at = "Abgeschlossen am"
status = {column = "Status", values = {gewonnen = "won", verloren = "lost", offen = "open"}}
"""

KPI = """\
kpi: big_deals
name: {de: Große Geschäfte, en: Big deals}
means: {de: Gewonnene Geschäfte ab 1000 Euro., en: Deals of 1000 and more that were won.}
owner: sales
unit: count
good: up
level: operational
timing: lagging
about: result
formula: big
measures:
  big: {count: deal, where: "status = 'won' and amount >= 1000", on: closed_at}
"""


@dataclass(frozen=True)
class Done:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Call = Callable[..., Done]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command in this process, in English unless it says otherwise."""
    for name in ("LEITSTERN_WORKSPACE", "LEITSTERN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def done(*arguments: object) -> Done:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return done


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace at three stages: `empty`, `imported`, `refreshed`, each built on the one before."""
    folder = tmp_path_factory.mktemp("stages")
    files = _write_files(folder / "files")
    steps: dict[str, list[object]] = {
        "empty": ["init", folder / "empty" / "acme", "--language", "en"],
        "imported": ["import", files / "deals.csv", "--mapping", files / "crm.toml"],
        "refreshed": ["refresh"],
    }
    before: str | None = None
    for stage, step in steps.items():
        arguments = step
        if before:
            shutil.copytree(folder / before, folder / stage)
            arguments = ["-w", folder / stage / "acme", *step]
        assert run([str(argument) for argument in arguments]) == 0
        before = stage
    return folder


def _write_files(folder: Path) -> Path:
    folder.mkdir()
    (folder / "deals.csv").write_text(DEALS, encoding="cp1252")
    (folder / "crm.toml").write_text(MAPPING, encoding="utf-8")
    return folder


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with an export and a mapping for it."""
    return _write_files(tmp_path / "files")


@pytest.fixture
def workspace(tmp_path: Path, stages: Path) -> Path:
    """An empty workspace in English."""
    return shutil.copytree(stages / "empty" / "acme", tmp_path / "acme")


@pytest.fixture
def imported(tmp_path: Path, stages: Path) -> Path:
    """A workspace with the export imported: four deals, one row set aside."""
    return shutil.copytree(stages / "imported" / "acme", tmp_path / "acme")


@pytest.fixture
def refreshed(tmp_path: Path, stages: Path) -> Path:
    """The same with a generation."""
    return shutil.copytree(stages / "refreshed" / "acme", tmp_path / "acme")


@pytest.fixture(scope="session")
def with_everything(stages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with something of every part: two generations, a closed period, an own KPI, accounts."""
    folder = shutil.copytree(stages / "refreshed" / "acme", tmp_path_factory.mktemp("whole") / "acme")
    (folder / "kpis" / "big.yaml").write_text(KPI, encoding="utf-8")
    for words in (["close", "2026-01", "--by", "Anna"], ["refresh"]):
        assert run(["-w", str(folder), *words]) == 0
    prepare(folder)
    return folder


@pytest.fixture
def whole(with_everything: Path, tmp_path: Path) -> Path:
    """The same, to try something on."""
    return shutil.copytree(with_everything, tmp_path / "whole")
