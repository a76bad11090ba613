"""What a person does in a browser: read, click, switch, use the keyboard, narrow the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from leitstern.server.models import Account
from tests.chromium import ARGUMENTS, program

from . import accounts

LogIn = Callable[[BrowserContext, Account], None]

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/overview",
    "/wall",
    "/kpis",
    "/kpi/won_value",
    "/kpi/win_rate?grain=day",
    "/kpi/won_value?by=customer",
    "/data",
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=program(), args=ARGUMENTS, locale="de-DE"
        )
        yield context
        context.close()


@pytest.fixture
def inside(chromium: BrowserContext, site: str, log_in: LogIn) -> BrowserContext:
    """The browser, logged in as somebody who may see everything."""
    chromium.clear_cookies()
    log_in(chromium, accounts.make("analyst", "management", person="P10"))
    return chromium


@pytest.fixture
def page(inside: BrowserContext, site: str) -> Iterator[Page]:
    """A page that fails the test on a violation, an error, or a request that leaves the machine."""
    page = inside.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def failed(url: str, why: str | None) -> None:
        if why != "net::ERR_ABORTED":  # the next page was asked for before this one was whole
            wrong.append(f"failed: {url} {why}")

    page.on("requestfailed", lambda request: failed(request.url, request.failure))

    def at_home(url: str) -> None:
        if not url.startswith((site, "data:")):
            wrong.append(f"left the machine: {url}")

    page.on("request", lambda request: at_home(request.url))
    page.goto(f"{site}/overview")
    yield page
    page.close()
    assert wrong == []


def test_from_the_start_page_to_the_records_by_clicking(page):
    page.get_by_role("link", name="Gewonnene Deals", exact=True).click()
    assert "/kpi/won_deals" in page.url
    page.get_by_role("heading", level=1).wait_for()
    point = page.locator(".chart.middle a.point, .chart.wide a.point").locator("visible=true").last
    point.click()
    assert "/kpi/won_deals/records/2026-11" in page.url
    assert page.get_by_text("Liste und Zahl stimmen überein").is_visible()
    page.get_by_role("link", name="Zurück zum Verlauf").click()
    assert "period=2026-11" in page.url
    page.go_back()
    page.go_back()
    page.go_back()
    assert page.url.endswith("/overview")


def test_a_search_leads_to_a_sheet(page):
    page.get_by_role("searchbox").fill("Umsatz")
    page.keyboard.press("Enter")
    page.locator(".glossary dt a").first.click()
    assert page.locator("#sheet").is_visible()
    page.get_by_text("SQL", exact=True).click()
    assert page.locator(".sheet details[open] pre").is_visible()


def test_the_language_switch_stays_on_the_page_and_is_remembered(page, site):
    page.goto(f"{site}/kpi/won_value?grain=quarter")
    page.get_by_role("button", name="EN").click()
    assert page.url == f"{site}/kpi/won_value?grain=quarter"
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(f"{site}/overview")
    assert "better than a year ago" in page.locator("h1").inner_text()


def test_the_theme_switch_changes_the_colours(page):
    def ground():
        page.wait_for_load_state()
        return page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")

    page.emulate_media(color_scheme="light")
    light = ground()
    page.get_by_role("button", name="Dunkel").click()
    dark = ground()
    assert light != dark
    page.get_by_role("button", name="Hell").click()
    assert ground() == light
    page.get_by_role("button", name="Wie das System").click()
    page.emulate_media(color_scheme="dark")
    assert ground() == dark


def test_the_keyboard_reaches_everything_and_the_focus_is_seen(page, site):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.goto(f"{site}/kpi/won_deals")
    points = page.locator("a.point").locator("visible=true")
    assert points.count() == 24
    points.first.focus()
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("Januar 2025: ")
    assert "Datensätze" in focused
    hit = page.evaluate("getComputedStyle(document.activeElement.querySelector('.hit')).stroke")
    assert hit != "none"
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/2025-01")


def test_the_focus_ring_shows_on_cards_and_switches(page):
    for selector in (".options a", ".switch button", ".search input"):
        page.locator(selector).first.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid", selector


@pytest.mark.parametrize("address", [*PAGES, "/kpi/won_value/records/2026-10", "/nowhere"])
@pytest.mark.parametrize("width", [360, 768, 1920])
def test_no_page_is_wider_than_the_window(inside, site, address, width):
    page = inside.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site + address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("address", PAGES)
def test_pages_break_no_rule_of_their_own(page, site, address):
    page.goto(site + address)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.styleSheets.length") >= 9


def test_a_chart_is_shown_in_one_size_only(page, site):
    for width, shown in ((360, "narrow"), (800, "middle"), (1500, "wide")):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site}/kpi/won_deals")
        for picture in page.locator(".picture").all():
            charts = picture.locator("svg.chart").locator("visible=true")
            assert charts.count() == 1
            assert shown in charts.first.get_attribute("class")


def test_the_wallboard_fills_one_screen(page, site):
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{site}/wall")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    assert page.locator(".card").count() == 12


def test_text_stands_out_from_its_ground(page):
    """WCAG AA: 4.5 for text, in both themes, for the colours that carry text."""
    for theme in ("Hell", "Dunkel"):
        page.get_by_role("button", name=theme).click()
        for selector in ("h1", ".card .faint", ".card .standing", ".delta.better", ".delta.worse", ".bottom"):
            assert page.locator(selector).first.evaluate(CONTRAST) >= 4.5, (theme, selector)


#: Contrast of an element's text with the first ground behind it that is not transparent.
CONTRAST = """element => {
  const channels = colour => {
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const linear = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  let behind = element;
  while (channels(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [text, ground] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
    .map(colour => light(channels(colour)));
  return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
}"""
