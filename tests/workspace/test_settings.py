"""A workspace's settings: written for people, checked when read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import leitstern
from leitstern.errors import Problem
from leitstern.settings import FILE


def test_a_new_workspace_opens_with_what_it_was_made_with(tmp_path: Path) -> None:
    made = leitstern.init(
        tmp_path / "acme", name='Müller "& Söhne"', language="de", country="CH", region="Zürich",
        currency="CHF", timezone="Europe/Zurich", fiscal_year_start=7, closing_days=(date(2026, 12, 28),),
    )  # fmt: skip
    opened = leitstern.open(tmp_path / "acme")
    assert opened.settings == made.settings
    assert opened.settings.name == 'Müller "& Söhne"'
    assert opened.settings.region == "ZH"


def test_the_name_of_the_folder_is_the_name_of_the_company(tmp_path: Path) -> None:
    assert leitstern.init(tmp_path / "acme").settings.name == "acme"


def test_settings_decide_on_working_days(tmp_path: Path) -> None:
    workspace = leitstern.init(tmp_path / "acme", country="DE", region="BY", closing_days=[date(2026, 1, 7)])
    # 1 to 9 January 2026 in Bavaria: Thu holiday, Fri, Mon, Tue Epiphany, Wed closed, Thu, Fri.
    assert workspace.settings.calendar().working_days(date(2026, 1, 1), date(2026, 1, 9)) == Decimal(4)


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="leitstern init") as problem:
        leitstern.open(tmp_path / "nothing")
    assert problem.value.code == "leitstern.no_workspace"
    assert "kein Arbeitsbereich" in problem.value.text("de")


def test_a_workspace_is_not_overwritten(tmp_path: Path) -> None:
    leitstern.init(tmp_path, name="first")
    with pytest.raises(Problem, match="already"):
        leitstern.init(tmp_path, name="second")
    assert leitstern.open(tmp_path).settings.name == "first"


def test_a_file_is_no_place_for_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Problem, match="is a file"):
        leitstern.init(tmp_path / "file")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[workspace]\ncurrency = 'Euro'", "currency cannot be “Euro”. currency of all amounts"),
        ("[workspace]\ntimezone = 'Berlin'", "timezone cannot be “Berlin”"),
        ("[workspace]\nfiscal_year_start = 13", "fiscal_year_start cannot be “13”"),
        ("[workspace]\nlanguage = 'fr'", "language: de or en"),
        ("[workspace]\ncurency = 'EUR'", "there is no setting “curency”"),
        ("[workspace]\nregion = 'XX'", "not a region of DE"),
        ("[workspace]\ncountry = 'DE'\nregion = 5", "region cannot be “5”"),
        ("name = 'acme'", "no section [workspace]"),
        ("[workspace", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(Problem) as problem:
        leitstern.open(tmp_path)
    assert says in problem.value.text("en")
    assert problem.value.text("de")
