"""A small company's first day, in Chromium and German: from its files to an accepted goal, without a command.

Clicks are counted: presses of the pointer, choices in lists, files picked. Typing and the tab key are none.
How long it took is told in the log (``-s``); no test depends on it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Browser, Page, sync_playwright

import leitstern
from leitstern import clock
from leitstern.server.prepare import prepare
from tests.chromium import ARGUMENTS, program

from .people import Somebody
from .test_walk import _free_port

pytestmark = pytest.mark.browser

MOST_CLICKS = 40
COUNT = "addEventListener('pointerdown', () => window.pressed(), true)"
#: What only this company knows: words in questions, and what is answered.
MEANT = {"„Handschlag“": "gewonnen", "„Angebot“": "offen", "Zeilen zu unterscheiden": "„Lead-Nr“"}


def deals() -> list[list[object]]:
    """Sixty deals of the last months, won, lost and open in turn, some with a stage of the company's own."""
    today = clock.today("Europe/Berlin")
    head: list[object] = ["Vorgangsnr", "Bezeichnung", "Kunde", "Phase", "Auftragswert", "Angelegt am"]
    rows = [[*head, "Abgeschlossen am", "Verantwortlich"]]
    for number in range(60):
        closed = today - timedelta(days=3 * number + 1)
        stage = ("Gewonnen", "Verloren", "Handschlag", "Angebot")[number % 4]
        rows.append(
            [
                f"V-{number:04}", f"Förderanlage {number}", f"Müller & Söhne {number % 7}", stage,
                1500 + 100 * number, closed - timedelta(days=30), "" if stage == "Angebot" else closed,
                ("Jörg Baumann", "Silke Krüger")[number % 2],
            ]
        )  # fmt: skip
    return rows


def leads() -> list[list[object]]:
    today = clock.today("Europe/Berlin")
    rows: list[list[object]] = [["Lead-Nr", "Name", "Firma", "Quelle", "Erstellt am", "Status"]]
    for number in range(30):
        created = today - timedelta(days=5 * number + 2)
        rows.append([f"L{number:03}", f"Anfrage {number}", f"Kunde {number}", "Messe", created, "Neu"])
    return rows


STAFF: list[list[object]] = [
    ["Name", "E-Mail", "Eintritt"],
    ["Jörg Baumann", "baumann@example.org", date(2020, 4, 1)],
    ["Silke Krüger", "krueger@example.org", date(2021, 9, 15)],
]
SPEND: list[list[object]] = [
    ["Datum", "Kampagne", "Kosten"],
    *([date(2026, month, 1), "Anzeigen Frühjahr", 800 + month] for month in range(1, 11)),
]


def as_csv(folder: Path) -> list[Path]:
    """Four files as a German Windows program writes them."""
    named = {"Verkaufschancen": deals(), "Leads": leads(), "Mitarbeiter": STAFF, "Werbekosten": SPEND}
    for name, rows in named.items():
        lines = [";".join(_german(cell) for cell in row) for row in rows]
        (folder / f"{name}.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    return sorted(folder.iterdir())


def _german(cell: object) -> str:
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    if isinstance(cell, int):
        return f"{cell:,}".replace(",", ".") + ",00"
    return str(cell)


def as_workbook(folder: Path) -> list[Path]:
    """The same as people keep it by hand: titles above, a customer merged over his rows, a total beneath."""
    path = folder / "Vertrieb.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day, money = (
            book.add_format({"num_format": "dd.mm.yyyy"}),
            book.add_format({"num_format": "#,##0.00"}),
        )
        for name, rows in (
            ("Verkaufschancen", sorted_by_customer(deals())), ("Leads", leads()), ("Mitarbeiter", STAFF),
            ("Werbekosten", SPEND),
        ):  # fmt: skip
            sheet = book.add_worksheet(name)
            sheet.write(0, 0, f"{name} der Nordlicht Fördertechnik GmbH")
            sheet.write(1, 0, "Stand: heute")
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(at + 3, column, cell, day)
                    elif cell != "":
                        sheet.write(at + 3, column, cell, money if isinstance(cell, int) else None)
            if name == "Verkaufschancen":
                _merge_customers(sheet, rows)
                sheet.write(len(rows) + 3, 0, "Summe")
                sheet.write(len(rows) + 3, 4, sum(row[4] for row in rows[1:]))  # type: ignore[misc]
    return [path]


def sorted_by_customer(rows: list[list[object]]) -> list[list[object]]:
    return [rows[0], *sorted(rows[1:], key=lambda row: str(row[2]))]


def _merge_customers(sheet: object, rows: list[list[object]]) -> None:
    first = 1
    for at in range(2, len(rows) + 1):
        if at == len(rows) or rows[at][2] != rows[first][2]:
            if at - 1 > first:
                sheet.merge_range(first + 3, 2, at + 2, 2, rows[first][2])  # type: ignore[attr-defined]
            first = at


@dataclass
class Site:
    """A served workspace that is empty, with its worker of imports."""

    address: str
    welcome: str
    folder: Path


@contextmanager
def served(place: Path) -> Iterator[Site]:
    """An empty workspace in a folder, served with its worker of imports."""
    folder = place / "workspace"
    leitstern.init(folder, name="Nordlicht Fördertechnik GmbH", language="de", timezone="Europe/Berlin")
    port = _free_port()
    welcome = prepare(folder).welcome
    now = place / "clock"
    now.write_text(clock.now().isoformat(), encoding="ascii")
    environment = {**os.environ, "LEITSTERN_WORKSPACE": str(folder)}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.walk.serve", str(folder), str(port), str(now)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = subprocess.Popen([sys.executable, "-m", "leitstern.server.imports.work"], env=environment)
    try:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "ready"
        address = f"http://127.0.0.1:{port}"
        yield Site(address, f"{address}/welcome/{welcome}", folder)
    finally:
        for process in (server, worker):
            process.terminate()
            process.communicate()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.delenv("LEITSTERN_DATABASE", raising=False)
    with served(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        yield found
        found.close()


@dataclass
class Hand:
    """The clicks of everybody in this walk, and the time since it began."""

    clicks: int = 0
    began: float = field(default_factory=time.monotonic)

    def of(self, somebody: Somebody) -> Page:
        somebody.context.expose_binding("pressed", lambda _source: self.press())
        somebody.context.add_init_script(COUNT)
        return somebody.page

    def press(self) -> None:
        self.clicks += 1

    def choose(self, page: Page, field_: str, **option: str) -> None:
        page.locator(field_).select_option(**option)
        self.press()

    def pick(self, page: Page, paths: list[Path]) -> None:
        page.set_input_files("#files", [str(path) for path in paths])
        self.press()

    def say(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s {self.clicks:3} clicks  {what}")


@pytest.mark.parametrize("made", [as_csv, as_workbook])
def test_from_files_to_an_accepted_goal(
    site: Site, browser: Browser, tmp_path: Path, made: Callable[[Path], list[Path]]
) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    paths, hand = made(exports), Hand()
    ada = Somebody(site.address, browser, "ada@example.org")
    page = hand.of(ada)
    ada.welcome(site.welcome, "Ada Nordlicht")
    page.get_by_role("link", name="Dateien importieren").click()
    hand.pick(page, paths)
    page.get_by_role("button", name="Hochladen und ansehen").click()
    hand.say("files sent")
    _answer(page)
    hand.say("questions answered")
    page.get_by_role("button", name="Importieren", exact=True).click()
    page.locator("#kpis").wait_for()
    hand.say("imported")
    shown = page.locator("main").inner_text()
    assert "60 Deals: 15 offen, 30 gewonnen, 15 verloren" in shown, shown
    assert "Gewonnener Auftragswert" in shown, shown

    chief = _invite(site, browser, hand, ada)
    page = chief.page
    page.goto(f"{site.address}/goals/new")
    page.locator("#say").fill("Im Dezember 2026 gewinnt die Firma mindestens 12 Deals")
    page.get_by_role("button", name="Lesen").click()
    hand.choose(page, "#whom", value="company:")
    hand.choose(page, "#owner", label="Ada Nordlicht")
    page.get_by_role("button", name="Entwurf behalten").click()
    page.get_by_role("button", name="Ziel anbieten").click()
    hand.say("goal offered")

    page = ada.page
    page.goto(f"{site.address}/")
    page.locator("main a", has_text="Angebot beantworten").first.click()
    page.get_by_role("button", name="Annehmen").click()
    assert "angenommen" in page.locator("main").inner_text().lower()
    hand.say("goal accepted")
    assert hand.clicks <= MOST_CLICKS
    assert ada.wrong == chief.wrong == []


def _answer(page: Page) -> None:
    """Answer what is asked as this company would, and try the import."""
    page.locator("form.import").wait_for()
    for question in page.locator("fieldset.question").all():
        asked = question.locator("legend").inner_text()
        meaning = next(answer for words, answer in MEANT.items() if words in asked)
        question.locator("label", has_text=meaning).click()
    page.get_by_role("button", name="Übernehmen und proben").click()
    page.get_by_role("button", name="Importieren", exact=True).wait_for()


def _invite(site: Site, browser: Browser, hand: Hand, ada: Somebody) -> Somebody:
    """The managing director gets an account, follows the link, and is in."""
    page = ada.page
    page.goto(f"{site.address}/administration/accounts")
    page.locator("main [name=email]").fill("chef@example.org")
    page.locator("main [name=name]").fill("Hinnerk Nordlicht")
    page.get_by_label("Geschäftsleitung").click()
    page.get_by_role("button", name="Konto und Einladung anlegen").click()
    link = page.locator("main code").inner_text()
    chief = Somebody(site.address, browser, "chef@example.org")
    hand.of(chief)
    chief.welcome(link)
    hand.say("the managing director is in")
    return chief
