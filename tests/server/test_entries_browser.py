"""Numbers under somebody's hands: pasted from a spreadsheet, saved, taken back; and without the script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

import leitstern
from leitstern.server.imports import run
from leitstern.server.reader import Reader, _readers

from .test_browser import chromium, inside, page

__all__ = ["chromium", "inside", "page"]

pytestmark = pytest.mark.browser

CELL = '[name="employee_satisfaction~~2026-{}"]'


@pytest.fixture
def work(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A real and empty workspace behind the pages, and what its worker does."""
    leitstern.init(tmp_path / "acme", name="Acme", language="de", timezone="Europe/Berlin")
    place = Reader(tmp_path / "acme", leitstern.open)
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), place)

    def until_done() -> None:
        place.look()
        while run.run_next(place):
            place.look()

    return until_done


def values(page: Page) -> list[str]:
    return [page.locator(CELL.format(month)).input_value() for month in ("08", "09", "10")]


def test_cells_from_a_spreadsheet_are_pasted_saved_and_taken_back(
    page: Page, site: str, inside: BrowserContext, work: Callable[[], None]
) -> None:
    inside.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page.goto(f"{site}/data/values?period=2026")
    page.locator(CELL.format("08")).focus()
    page.evaluate("text => navigator.clipboard.writeText(text)", "7,4\t7,6\t7,8\r\n")
    page.keyboard.press("Control+v")
    assert values(page) == ["7,4", "7,6", "7,8"]
    expect(page.locator("output[data-unsaved]")).to_have_text("Noch nicht gespeichert: 3")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_text("3 Zahlen werden gespeichert").wait_for()
    assert page.get_by_text("wird gerade gespeichert").count() > 2
    work()
    page.reload()
    assert values(page) == ["7,4", "7,6", "7,8"]
    page.goto(f"{site}/kpi/employee_satisfaction?grain=month&period=2026-10")
    assert "7,8" in page.locator("h1").inner_text()
    page.goto(f"{site}/data/values?period=2026")
    page.get_by_role("button", name="Zurücknehmen").click()
    page.get_by_text("Beginnt gleich").wait_for()
    page.goto("about:blank")  # the page looks itself whether it is done, and would come in between
    work()
    page.goto(f"{site}/data/values?period=2026")
    assert values(page) == ["", "", ""]


def test_without_the_script_a_whole_table_is_pasted_and_asked_about(
    page: Page, site: str, work: Callable[[], None]
) -> None:
    page.route("**/grid.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"{site}/data/values?period=2026")
    page.get_by_text("Ganze Tabelle einfügen").click()
    table = "Kennzahl\tAug 2026\tSep 2026\nMitarbeiterzufriedenheit\t7,4\t740\nWetter\t1\t2"
    page.get_by_label("Tabelle, aus Excel eingefügt").fill(table)
    page.get_by_role("button", name="In die Tabelle übernehmen").click()
    assert values(page) == ["7,4", "740", ""]
    assert page.get_by_text("Wetter").count() == 1
    page.locator(CELL.format("09")).fill("7,4")
    page.get_by_role("button", name="Speichern", exact=True).click()
    page.get_by_text("2 Zahlen werden gespeichert").wait_for()
