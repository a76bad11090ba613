"""The table of goals under somebody's hands: pasting from a spreadsheet, keys, taking back, sums."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from leitstern.server.models import Account, GoalRow

from .goals import goal
from .test_browser import chromium, inside, page

__all__ = ["chromium", "inside", "page"]

pytestmark = pytest.mark.browser

TABLE = "/goals?by=team&kpi=won_value&grain=quarter&period=2027"
#: Rows by name: Großkunden (T4), Vertrieb Nord (T1), Süd (T2), West (T3).
T4, T1, T2, T3 = "T4", "T1", "T2", "T3"


@pytest.fixture
def grid(page: Page, site: str, inside: BrowserContext) -> Page:
    """The table of the teams' goals; the company's goal for the first quarter is 100,000 euros."""
    inside.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    company = GoalRow(created_by=Account.objects.get(), state="accepted")
    company.put(goal("won_value", "company", "100000", period="2027-Q1"))
    company.save()
    page.goto(site + TABLE)
    return page


def field(page: Page, team: str, quarter: int = 1):
    return page.locator(f'[name="won_value~2027-Q{quarter}~{team}"]')


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def values(page: Page, *teams: str, quarter: int = 1) -> list[str]:
    return [field(page, team, quarter).input_value() for team in teams]


def test_cells_from_a_spreadsheet_land_in_many_fields_and_are_taken_back_at_once(grid):
    field(grid, T1).fill("1.000")
    field(grid, T1).press("Tab")
    field(grid, T4).focus()
    paste(grid, "10.000\t11.000\r\n20.000,50\t21.000\r\n30.000\t31.000\r\n")
    assert values(grid, T4, T1, T2, T3) == ["10.000", "20.000,50", "30.000", ""]
    assert values(grid, T4, T1, T2, quarter=2) == ["11.000", "21.000", "31.000"]
    expect(grid.locator("[data-status]")).to_have_text("Eingefügt: 6, gesperrt: 0, außerhalb der Tabelle: 0")
    expect(grid.locator("output[data-unsaved]")).to_have_text("Noch nicht gespeichert: 6")
    grid.keyboard.press("Control+z")
    assert values(grid, T4, T1, T2) == ["", "1.000", ""]
    grid.keyboard.press("Control+z")
    assert values(grid, T4, T1, T2) == ["", "", ""]
    expect(grid.locator("output[data-unsaved]")).to_have_text("")
    grid.keyboard.press("Control+y")
    grid.keyboard.press("Control+Shift+z")
    assert values(grid, T4, T1, T2, T3) == ["10.000", "20.000,50", "30.000", ""]
    grid.get_by_role("button", name="Als Entwürfe speichern").click()
    grid.get_by_text("6 Ziele als Entwürfe gespeichert.").wait_for()
    saved = GoalRow.objects.filter(state="draft", period="2027-Q1").order_by("subject_id")
    assert [(row.subject_id, row.target) for row in saved] == [
        ("T1", Decimal("20000.5")),
        ("T2", Decimal(30000)),
        ("T4", Decimal(10000)),
    ]


def test_a_paste_beyond_the_table_says_what_was_left_out(grid):
    field(grid, T3, 4).focus()
    paste(grid, "1\t2\n3\t4")
    assert values(grid, T3, quarter=4) == ["1"]
    expect(grid.locator("[data-status]")).to_have_text("Eingefügt: 1, gesperrt: 0, außerhalb der Tabelle: 3")


def test_one_number_is_pasted_like_anywhere(grid):
    field(grid, T1).focus()
    paste(grid, "12.345")
    assert values(grid, T1) == ["12.345"]


def test_sum_and_gap_follow_the_fields_to_the_cent(grid):
    total = grid.locator('[data-column="0"] [data-sum]')
    gap = grid.locator('[data-gap-of="0"]')
    expect(gap).to_have_text(re.compile("100.000.€ offen"))
    field(grid, T1).fill("0,1")
    field(grid, T2).fill("0,2")
    expect(total).to_have_text(re.compile(r"^0,30.€$"))
    expect(gap).to_have_text(re.compile(r"^99.999,70.€ offen$"))
    field(grid, T3).fill("123.456,789")
    expect(gap).to_have_text(re.compile(r"^23.457,09.€ zu viel$"))
    field(grid, T3).fill("99.999,70")
    expect(gap).to_have_text("genau verteilt")
    field(grid, T3).fill("viel")
    expect(total).to_have_text("…")


def test_keys_move_between_fields(grid):
    field(grid, T4).focus()

    def at():
        return grid.evaluate("document.activeElement.name")

    for key, name in (
        ("Enter", "won_value~2027-Q1~T1"),
        ("ArrowDown", "won_value~2027-Q1~T2"),
        ("ArrowRight", "won_value~2027-Q2~T2"),
        ("ArrowUp", "won_value~2027-Q2~T1"),
        ("ArrowLeft", "won_value~2027-Q1~T1"),
        ("Shift+Enter", "won_value~2027-Q1~T4"),
        ("ArrowUp", "won_value~2027-Q1~T4"),
        ("Tab", "won_value~2027-Q2~T4"),
    ):
        grid.keyboard.press(key)
        assert at() == name, key
    grid.keyboard.type("77")
    grid.keyboard.press("Escape")
    assert values(grid, T4, quarter=2) == [""]
    grid.keyboard.type("1234")
    grid.keyboard.press("ArrowLeft")  # inside a number the caret moves
    assert at() == "won_value~2027-Q2~T4"


def test_leaving_with_unsaved_numbers_is_asked_about(grid, site):
    field(grid, T1).fill("5")
    asked = []
    grid.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    grid.goto(f"{site}/kpis")
    assert asked == ["beforeunload"]


def test_without_script_the_table_is_a_form(chromium, grid, site):
    page = chromium.new_page()
    page.route("**/grid.js*", lambda route: route.abort())
    page.goto(site + TABLE)
    field(page, T1).fill("4.000")
    page.get_by_role("button", name="Als Entwürfe speichern").click()
    page.get_by_text("1 Ziel als Entwurf gespeichert.").wait_for()
    page.close()
    assert GoalRow.objects.get(state="draft").target == Decimal(4000)


def test_pages_of_goals_fit_every_window(grid, site):
    for address in (TABLE, "/", "/company", "/team/T1", "/team?all=1", "/goals/paste"):
        for width in (360, 768, 1280, 1920):
            grid.set_viewport_size({"width": width, "height": 800})
            grid.goto(site + address)
            assert grid.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


def test_on_a_narrow_screen_the_sections_are_a_menu_that_opens_without_script(grid, site):
    grid.set_viewport_size({"width": 360, "height": 800})
    grid.goto(f"{site}/company")
    link = grid.get_by_role("link", name="Kennzahlen", exact=True)
    assert not link.is_visible()
    grid.get_by_text("Menü", exact=True).click()
    link.click()
    grid.wait_for_url("**/kpis")
    grid.locator(".account summary").click()
    assert grid.get_by_role("button", name="EN", exact=True).is_visible()
    assert grid.get_by_role("link", name="Kennzahlen", exact=True).is_visible() is False


def test_somebody_logs_out_from_the_menu_of_their_name(grid, site):
    grid.goto(f"{site}/company")
    grid.locator(".account summary").click()
    grid.get_by_role("button", name="Abmelden").click()
    grid.wait_for_load_state()
    grid.goto(f"{site}/company")
    assert "/account/login" in grid.url
