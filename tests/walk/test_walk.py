"""A quarter from the set-up to a late change, as its people live it, in Chromium, on both databases."""

from __future__ import annotations

import gc
import os
import re
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

from leitstern import clock, demo
from leitstern.server.prepare import prepare
from leitstern.workspace import Workspace
from tests.chromium import ARGUMENTS, program

from .independent import END, START, Staff, day_of, meetings
from .people import Somebody

pytestmark = pytest.mark.browser

PEOPLE_FILES = ("Mitarbeiter.csv", "Teams.csv", "Teamzugehoerigkeit.csv")
SET_UP, MIDDLE, OVER = date(2026, 6, 22), date(2026, 8, 17), date(2026, 10, 5)
COMPANY_TARGET, COUNTERED = Decimal(900), Decimal(12)


@dataclass
class Site:
    """A served workspace whose time is what the test says."""

    workspace: Path
    exports: Path
    address: str
    clock: Path
    welcome: str

    def set_day(self, day: date, hour: int = 7) -> None:
        self.clock.write_text(datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN).isoformat())

    def refresh(self, monkeypatch: pytest.MonkeyPatch, *files: Path) -> None:
        """Import files and build a generation on the day the clock says, as a nightly job would."""
        now = datetime.fromisoformat(self.clock.read_text())
        with monkeypatch.context() as patch:
            patch.setattr(clock, "read", lambda: now)
            workspace = Workspace.open(self.workspace)
            if files:
                assert not workspace.import_files(list(files)).questions
            workspace.refresh()


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years of the demo company up to the end of the quarter."""
    folder = tmp_path_factory.mktemp("exports")
    demo.write(folder, until=END)
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """The workspace without people, served on the day of the set-up."""
    folder = tmp_path / "workspace"
    workspace = Workspace.create(folder, name="Tannhagen Fördertechnik GmbH", language="de", region="NI")
    shutil.copyfile(demo.mapping_path(), folder / "mappings" / "demo.toml")
    workspace.import_files([file for file in sorted(exports.iterdir()) if file.name not in PEOPLE_FILES])
    monkeypatch.delenv("LEITSTERN_DATABASE", raising=False)
    if request.param == "postgresql":
        monkeypatch.setenv("LEITSTERN_DATABASE", _database(request.getfixturevalue("postgres_dsn")))
    found = Site(folder, exports, f"http://127.0.0.1:{_free_port()}", tmp_path / "clock", "")
    found.set_day(SET_UP)
    found.refresh(monkeypatch)
    del workspace
    gc.collect()
    found.welcome = f"{found.address}/welcome/{prepare(folder).welcome}"
    environment = {**os.environ, "LEITSTERN_WORKSPACE": str(folder)}
    port = found.address.rpartition(":")[2]
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.walk.serve", str(folder), port, str(found.clock)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "ready"
        yield found
    finally:
        server.terminate()
        server.communicate()


def _database(dsn: str) -> str:
    """A new database on the private server."""
    with psycopg.connect(dsn, autocommit=True) as con:
        con.execute("DROP DATABASE IF EXISTS walk WITH (FORCE)")
        con.execute("CREATE DATABASE walk")
    return dsn.replace("/leitstern?", "/walk?")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        yield found
        found.close()


@dataclass
class Cast:
    """The team whose quarter it is: its lead and all other members who are there from start to end."""

    team: str
    lead: str
    members: list[str]

    @classmethod
    def of(cls, staff: Staff) -> Cast:
        people = staff.people()
        teams: dict[str, list[str]] = {}
        for person, team, since, last in staff.stays():
            if since <= SET_UP and last >= END and (day_of(people[person]["Austritt"]) or END) >= END:
                teams.setdefault(team, []).append(person)
        team = max(teams, key=lambda t: (t.startswith("T-") and t != "T-GL", len(teams[t])))
        named = Counter(people[p]["Vorgesetzt"] for p in teams[team])
        lead = max(teams[team], key=lambda p: named[p])
        return cls(team, lead, [p for p in sorted(teams[team]) if p != lead])


def test_the_walk_of_a_quarter(site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = Staff(site.exports)
    cast, people = Cast.of(staff), staff.people()
    boss = next(p for p, row in people.items() if not row["Vorgesetzt"] and not row["Austritt"])
    first, second, third = cast.members[:3]

    # The administrator sets up, imports the people and invites them.
    admin = Somebody(site.address, browser, "admin@tannhagen.example")
    admin.welcome(site.welcome, "Ada Admin")
    links = _people_come_in(admin, site)
    everybody = {
        p: Somebody(site.address, browser, people[p]["E-Mail"])
        for p in (boss, cast.lead, first, second, third)
    }
    for person in everybody.values():
        person.welcome(links[person.email])
    _grant(admin, everybody[boss].email, "management")

    # The manager sets a goal for the company, and splits it from team to team, down the tree of teams.
    company = _new_goal(everybody[boss], owner=people[cast.lead]["Name"])
    everybody[boss].act(company, "offer", due_on="2026-06-29")
    everybody[cast.lead].act(company, "accept")
    team_goal = company
    # All are in the one tree on top, which is the company: the teams beneath it share its goal.
    for at, team in enumerate(staff.from_top(cast.team)[1:]):
        teams = _split(everybody[boss], team_goal, "team", "last_year")
        assert set(teams) <= staff.names_beside(team)
        team_goal = teams[staff.team_names()[team]]
        if at == 0:
            shared = [_amount(everybody[boss].facts(goal)["Ziel"]) for goal in teams.values()]
            assert sum(shared) == COMPANY_TARGET
    everybody[boss].act(team_goal, "offer", due_on="2026-06-29")
    everybody[cast.lead].act(team_goal, "accept")
    parts = _split(everybody[cast.lead], team_goal, "person", "working_share")
    # A lead who sells has a part as well, but does not write the own goal: it stays open.
    left = _left_open(everybody[cast.lead], team_goal, "person", "working_share")
    assert set(left) == {people[cast.lead]["Name"]}
    assert people[cast.lead]["Name"] not in parts
    given = sum(_amount(everybody[cast.lead].facts(goal)["Ziel"]) for goal in parts.values())
    open_part = left[people[cast.lead]["Name"]]
    assert given + open_part == _amount(everybody[cast.lead].facts(team_goal)["Ziel"])
    said = everybody[cast.lead].page.locator("section:has(#children) .heading").inner_text()
    assert _amount(said.partition(",")[2].strip()) == open_part, said

    # Two accept, one counters, the lead agrees.
    goals = {p: parts[people[p]["Name"]] for p in (first, second, third)}
    targets = {p: _amount(everybody[cast.lead].facts(goal)["Ziel"]) for p, goal in goals.items()}
    for goal in goals.values():
        everybody[cast.lead].act(goal, "offer", due_on="2026-06-29")
    everybody[first].act(goals[first], "accept")
    everybody[second].act(goals[second], "accept")
    everybody[third].act(
        goals[third], "counter", target=str(COUNTERED), reason="Im August bin ich in Elternzeit."
    )
    everybody[cast.lead].act(goals[third], "agree")
    targets[third] = COUNTERED

    # Days pass.
    site.set_day(MIDDLE)
    site.refresh(monkeypatch)
    for person, goal in goals.items():
        shown = everybody[person].facts(goal)
        planned = (
            targets[person]
            * staff.work([person], START, date(2026, 8, 16))
            / staff.work([person], START, END)
        )
        done = meetings(site.exports, START, MIDDLE, person)
        assert _amount(shown["Ist"]) == done
        assert shown["Soll bis"] == _short(planned)
        assert shown["verdict"] == _verdict(done, planned, targets[person]), (done, planned)
        assert everybody[person].go("/").locator("main").inner_text().count(shown["verdict"]) >= 1
    everyone = list(people)
    planned = (
        COMPANY_TARGET * staff.work(everyone, START, date(2026, 8, 16)) / staff.work(everyone, START, END)
    )
    shown = everybody[boss].facts(company)
    assert _amount(shown["Ist"]) == meetings(site.exports, START, MIDDLE)
    assert shown["Soll bis"] == _short(planned)

    # What colleagues may not see does not exist for them; the lead sees it.
    assert everybody[first].context.request.get(f"{site.address}/goal/{goals[second]}").status == 404
    assert everybody[cast.lead].go(f"/team/{cast.team}").get_by_text(people[second]["Name"]).count() >= 1

    # The quarter is over, and is closed; a late change in the CRM is a restatement.
    site.set_day(OVER)
    site.refresh(monkeypatch)
    before = meetings(site.exports, START, END)
    page = everybody[boss].go("/closing")
    page.select_option("[name=close]", "2026-Q3")
    page.locator("form:has([name=close]) button").click()
    assert page.get_by_text("ist abgeschlossen").is_visible()
    late = _one_meeting_was_a_call(site.exports, first, tmp=site.clock.parent)
    site.refresh(monkeypatch, late)
    text = everybody[boss].go("/closing").locator("table").first.inner_text()
    row = next(
        line
        for line in text.splitlines()
        if "Vereinbarte Termine" in line and "Tannhagen" in line and "Q3" in line
    )
    assert [str(before), str(before - 1), "−1"] == re.findall(r"−?\d+", row.split("Q3 2026")[1])[:3]
    assert _amount(everybody[boss].facts(company)["Ist"]) == before
    page = everybody[boss].go("/closing")
    page.fill("[name=note]", "Ein Termin war ein Anruf.")
    page.locator("button[name=acknowledge]").click()
    assert "Ein Termin war ein Anruf." in page.locator("table").first.inner_text()
    assert "Abgeschlossene Zeiträume" in page.locator("h1").inner_text()

    for person in (admin, *everybody.values()):
        assert person.wrong == [], person.email


def _people_come_in(admin: Somebody, site: Site) -> dict[str, str]:
    """Upload people, teams and memberships, build a generation, invite everybody: links by e-mail."""
    page = admin.go("/administration/people")
    page.set_input_files("[name=files]", [str(site.exports / name) for name in PEOPLE_FILES])
    page.locator("form:has([name=files]) button[type=submit]").click()
    page.goto(site.address + "/administration/people")
    page.locator("button[value=refresh]").click()
    page.locator("button[value=invite]").click()
    found = {}
    for row in page.locator("tbody tr").all():
        found[row.locator("td").first.inner_text()] = row.locator("code").inner_text()
    return found


def _grant(admin: Somebody, email: str, role: str) -> None:
    page = admin.go("/administration/accounts")
    row = page.locator("tr", has_text=email)
    while not row.count():
        page.locator("a[rel=next]").click()
    row.locator("a").first.click()
    page.locator(f"input[name=roles][value={role}]").check()
    page.locator("form:has(input[value=save]) button[type=submit]").click()


def _new_goal(manager: Somebody, owner: str) -> int:
    page = manager.go("/goals/new")
    page.select_option("#kpi", "booked_meetings")
    page.select_option("#whom", "company:")
    page.fill("#period", "Q3 2026")
    page.fill("#target", "900,0")
    page.select_option("#owner", label=owner)
    page.fill("#review_on", "2026-08-14")
    page.locator(".goal-form button.primary").click()
    assert "/goal/" in page.url, page.locator("[role=alert]").all_inner_texts()
    return int(page.url.rpartition("/")[2])


def _split(somebody: Somebody, goal: int, kind: str, by: str) -> dict[str, int]:
    """Split a goal as proposed; the drafts by the name of whom they are for."""
    page = somebody.go(f"/goal/{goal}/split?to={kind}&by={by}")
    assert page.locator(".split-table").count(), page.locator("main").inner_text()
    page.locator("form:has(.split-table) button.primary").click()
    found = {}
    for link in page.locator("section:has(#children) li a").all():
        href = link.get_attribute("href") or ""
        if number := re.fullmatch(r"/goal/(\d+)", href):
            item = page.locator("section:has(#children) li", has=page.locator(f"a[href='{href}']")).first
            found[item.inner_text()] = int(number[1])
    return _by_name(found)


def _left_open(somebody: Somebody, goal: int, kind: str, by: str) -> dict[str, Decimal]:
    """The parts of a proposal that nobody gets by this split, by the name of whom they are for."""
    page = somebody.go(f"/goal/{goal}/split?to={kind}&by={by}")
    rows = page.locator(".split-table tbody tr:has(th .help)").all()
    return {
        row.locator("th").inner_text().splitlines()[0].strip(): _amount(row.locator("td").last.inner_text())
        for row in rows
    }


def _by_name(found: dict[str, int]) -> dict[str, int]:
    """The line under a goal's name says for whom it is: ``Vertrieb Süd · Q3 2026``."""
    named = {}
    for text, goal in found.items():
        line = next(line for line in text.splitlines() if "·" in line)
        named[line.partition("·")[0].strip()] = goal
    return named


def _amount(text: str) -> Decimal:
    """1.234,56 at the beginning of a text."""
    found = re.match(r"[\d.]+(,\d+)?", text)
    assert found, text
    return Decimal(found[0].replace(".", "").replace(",", "."))


def _short(value: Decimal) -> str:
    """Three significant digits, as cards write them."""
    whole = value == value.to_integral_value()
    places = 0 if whole or value >= 1000 else max(0, 2 - value.adjusted())
    return f"{value:.{min(2, places)}f}".replace(".", ",")


def _verdict(done: int, planned: Decimal, target: Decimal) -> str:
    """By the words of the page: a corridor of 5 %, at risk down to twice that."""
    if done >= target:
        return "erreicht"
    if done >= planned * Decimal("0.95"):
        return "auf Kurs"
    return "gefährdet" if done >= planned * Decimal("0.9") else "hinter Plan"


def _one_meeting_was_a_call(exports: Path, person: str, tmp: Path) -> Path:
    """The same export with one meeting of the quarter changed to a call."""
    lines = (exports / "Aktivitaeten.csv").read_text(encoding="cp1252").splitlines(keepends=True)
    for at, line in enumerate(lines):
        cells = line.rstrip("\r\n").split(";")
        booked = day_of(cells[13]) if at else None
        if cells[7] == person and cells[1] == "Termin" and booked and START <= booked <= END:
            lines[at] = line.replace(";Termin;", ";Anruf;", 1)
            break
    else:
        raise AssertionError("no meeting to change")
    changed = tmp / "later" / "Aktivitaeten.csv"
    changed.parent.mkdir()
    changed.write_text("".join(lines), encoding="cp1252")
    return changed
