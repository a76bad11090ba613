"""Every page keeps the accessibility rules, in both languages and themes, by keyboard, and stays at home.

The rules are axe-core's for WCAG 2.2 A and AA; the pages are those of the demo with its goals. No call to
the browser may wait for ever: each page has so many seconds, and the trace back names what did not answer.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, async_playwright

from leitstern import clock
from tests.chromium import ARGUMENTS, program

pytestmark = pytest.mark.browser

Look = tuple[str, Literal["light", "dark"]]
Run = Callable[[Coroutine[Any, Any, None]], None]
Fault = tuple[str, ...]

HERE = Path(__file__).resolve().parent
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS: tuple[Look, ...] = (("de", "light"), ("en", "dark"))
#: The longest a page may take to be loaded and looked at, and a log-in, in seconds: far more than it takes.
LONGEST = 60
TABS = 25

#: Which page is looked at by whom; ``nobody`` is not logged in. The goal {offered} waits for an answer,
#: {split} has parts, {draft} is a draft, {running} is the company's.
PAGES = {
    "/": "management team-lead sales-1 administrator council",
    "/account/login/": "nobody",
    "/account/password/": "sales-1",
    "/administration": "administrator",
    "/administration/access-log": "council",
    "/administration/accounts": "administrator",
    "/administration/audit": "administrator council",
    "/administration/company": "administrator",
    "/administration/people": "administrator",
    "/administration/people/staff": "administrator",
    "/administration/privacy": "administrator council",
    "/administration/rules": "council",
    "/closing": "management analyst",
    "/company": "management sales-1",
    "/data": "management analyst",
    "/data/import": "analyst administrator",
    "/data/mappings": "analyst",
    "/data/sources": "analyst",
    "/data/spend": "analyst",
    "/data/values": "analyst",
    "/data/values?by=team&what=employee_satisfaction&grain=quarter": "administrator",
    "/first-steps": "management",
    "/goal/{draft}": "team-lead",
    "/goal/{draft}/edit": "team-lead",
    "/goal/{offered}": "sales-1",
    "/goal/{split}": "management",
    "/goal/{split}/split": "management",
    "/goals": "management team-lead sales-1 analyst",
    "/goals/new": "management",
    "/goals/new?say=In+drei+Monaten+wird+der+Vertrieb+den+Umsatz+um+14+Prozent+steigern": "management",
    "/goals/paste": "management",
    "/insight": "management sales-1",
    "/insight/choice": "management",
    "/insight/compare": "management",
    "/insight/customers": "management",
    "/insight/funnel": "management",
    "/insight/hygiene": "management",
    "/insight/leads": "management",
    "/insight/pipeline": "management",
    "/insight/reverse": "management",
    "/insight/signals": "management",
    "/insight/track-record": "management",
    "/insight/why?kpi=won_value": "management",
    "/kpi/won_value": "management",
    "/kpi/won_value/records/2026-10": "management",
    "/kpi/won_value?by=team": "management",
    "/kpis": "management",
    "/kpis?q=umsatz": "management",
    "/me": "management sales-1",
    "/offers": "management team-lead sales-1",
    "/overview": "management",
    "/team": "management",
    "/team/T-SUED": "management team-lead",
    "/team/T-SUED/defaults": "team-lead",
    "/wall": "management",
    "/welcome/unknown": "nobody",
    "/nothing-here": "sales-1",
}
#: Addresses that are answered with a page that says that there is nothing.
ABSENT = ("/welcome/unknown", "/nothing-here")
WHO = sorted({who for several in PAGES.values() for who in several.split()})

SHIFTS = """() => new Promise(done => {
  let sum = 0;
  const add = list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; };
  new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 60);
})"""
AXE = "tags => axe.run({runOnly: {type: 'tag', values: tags}})"
#: Notes each element that takes the focus, and whether that can be seen. Parts of a date are focused inside
#: its field, where no page can look.
WATCH_FOCUS = """() => {
  if (document.activeElement) document.activeElement.blur();
  const ring = node => {
    const look = getComputedStyle(node);
    return (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== 'none';
  };
  window.focused = [];
  document.addEventListener('focusin', ({target: at}) => {
    const marked = [...at.querySelectorAll('.hit')].some(hit => getComputedStyle(hit).stroke !== 'none');
    const around = [at, at.parentElement, at.closest('li, article, tr')].filter(Boolean);
    window.focused.push([marked || at.type === 'date' || around.some(ring), at.outerHTML.slice(0, 120)]);
  });
}"""


@dataclass
class Demo:
    """The served demo: its address, accounts by what they are called, and the goals looked at."""

    address: str
    emails: dict[str, str]
    password: str
    goals: dict[str, int]
    folder: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "workspace"
    environment = {k: v for k, v in os.environ.items() if k != "LEITSTERN_DATABASE"}
    leitstern = Path(sys.executable).with_name("leitstern")
    subprocess.run([leitstern, "demo", folder], env=environment, check=True, capture_output=True)
    environment["LEITSTERN_WORKSPACE"] = str(folder)
    subprocess.run([sys.executable, "-m", "leitstern.server.work", "once"], env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    time = folder.with_name("clock")
    time.write_text(clock.now().isoformat(), encoding="ascii")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.walk.serve", str(folder), port, str(time)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "ready"
        lines = [line.split() for line in (folder / "log-ins.txt").read_text(encoding="utf-8").splitlines()]
        known = {pair[0]: pair[1] for pair in lines if len(pair) == 2}
        password = known.pop("password")
        yield Demo(f"http://127.0.0.1:{port}", known, password, _goals(folder, known["sales-1"]), folder)
    finally:
        server.terminate()
        server.communicate()


def _goals(folder: Path, seller: str) -> dict[str, int]:
    """Goals of the kinds that are looked at, by what the demo's database says; the offer is the seller's."""
    with closing(sqlite3.connect(folder / "app.sqlite3")) as con:

        def first(where: str, *values: str) -> int:
            [number] = con.execute(
                f"SELECT g.id FROM leitstern_goalrow g {where} ORDER BY g.id LIMIT 1", values
            ).fetchone()
            return int(number)

        of = "JOIN leitstern_account a ON a.id = g.owner_id"
        return {
            "split": first(
                "WHERE subject_type = 'company' AND id IN (SELECT parent_id FROM leitstern_goalrow)"
            ),
            "running": first(
                "WHERE kpi = 'won_value' AND subject_type = 'company' AND state = 'accepted' "
                "AND date() BETWEEN start AND end"
            ),
            "draft": first("WHERE state = 'draft' AND subject_type = 'person'"),
            "offered": first(f"{of} WHERE g.state = 'offered' AND a.email = ?", seller),
        }


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs a test's part in the browser, in the one event loop that the browser belongs to."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="module")
def browser(run: Callable[[Any], Any]) -> Iterator[Browser]:
    async def start() -> tuple[Any, Browser]:
        async with asyncio.timeout(LONGEST):
            playwright = await async_playwright().start()
            return playwright, await playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)

    async def stop() -> None:
        async with asyncio.timeout(LONGEST):
            await found.close()
            await playwright.stop()

    playwright, found = run(start())
    yield found
    run(stop())


@pytest.fixture(scope="module")
def rules() -> str:
    """The text of axe-core."""
    subprocess.run([HERE.parents[1] / "scripts" / "node_parts.sh"], check=True)
    return (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@dataclass
class Visit:
    """A page open for one reader in one look, and all that was wrong in it so far."""

    demo: Demo
    page: Page
    faults: list[Fault]

    async def go(self, address: str) -> None:
        """Load a page and hold it against the rules."""
        async with asyncio.timeout(LONGEST):
            answer = await self.page.goto(self.demo.address + address)
            assert answer is not None
            assert answer.status == (404 if address in ABSENT else 200), (address, answer.status)
        await self.look()

    async def look(self) -> None:
        """Hold the page that is shown against the rules."""
        async with asyncio.timeout(LONGEST):
            where = self.page.url
            shift = await self.page.evaluate(SHIFTS)
            if shift > 0.01:
                self.faults.append((where, "layout shift", str(shift)))
            self.faults += [(where, *fault) for fault in await self.violations()]
            self.faults += [(where, "no focus ring", what) for what in await self.without_ring()]

    async def violations(self) -> list[Fault]:
        """What axe-core finds: rule, element, what is wrong."""
        found = await self.page.evaluate(AXE, TAGS)
        return [
            (violation["id"], node["html"][:160], re.sub(r"\s+", " ", node["failureSummary"])[:200])
            for violation in found["violations"]
            for node in violation["nodes"][:3]
        ]

    async def without_ring(self) -> list[str]:
        """Of the first elements the tab key reaches: those on which focus cannot be seen."""
        await self.page.evaluate(WATCH_FOCUS)
        for _ in range(TABS):
            await self.page.keyboard.press("Tab")
        found = await self.page.evaluate("window.focused")
        assert found, f"the tab key reaches nothing on {self.page.url}"
        return [what for seen, what in found if not seen]

    async def log_in(self, who: str) -> None:
        async with asyncio.timeout(LONGEST):
            await self.page.goto(self.demo.address + "/account/login/")
            await self.page.fill("[name=login]", self.demo.emails[who])
            await self.page.fill("[name=password]", self.demo.password)
            await self.page.locator("main form.fields button[type=submit]").click()
            await self.page.wait_for_url(self.demo.address + "/")

    def hear(self, text: str) -> None:
        """Take down what the browser says; it says so of every page that is not there, too."""
        if "404" not in text:
            self.faults.append((self.page.url, "console", text))


@asynccontextmanager
async def visit(demo: Demo, browser: Browser, rules: str, look: Look, who: str) -> AsyncIterator[Visit]:
    """One page in a context of its own, logged in; in the end nothing may be wrong."""
    language, theme = look
    async with asyncio.timeout(LONGEST):
        context = await browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=theme)
        context.set_default_timeout(20_000)
        cookies = (("language", language), ("theme", theme))
        await context.add_cookies([{"name": n, "value": v, "url": demo.address} for n, v in cookies])
        await context.add_init_script(rules)
        found = Visit(demo, await context.new_page(), [])
    if who != "nobody":
        await found.log_in(who)
    at_home = (demo.address, "data:")
    context.on(
        "request", lambda r: r.url.startswith(at_home) or found.faults.append((r.url, "asked elsewhere"))
    )
    context.on("console", lambda message: found.hear(message.text))
    yield found
    async with asyncio.timeout(LONGEST):
        await context.close()
    assert not found.faults, "\n".join(map(str, found.faults[:12]))


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
@pytest.mark.parametrize("who", WHO)
def test_pages_keep_the_rules(
    demo: Demo, browser: Browser, rules: str, run: Run, who: str, look: Look
) -> None:
    async def check() -> None:
        async with visit(demo, browser, rules, look, who) as seen:
            for address, several in PAGES.items():
                if who in several.split():
                    await seen.go(address.format(**demo.goals))

    run(check())


DEALS = (
    "Vorgang;Kunde;Phase;Betrag;Angelegt am;Abgeschlossen am\n"
    "N1;Müller GmbH;Gewonnen;1.000,50;01.02.2026;03.03.2026\n"
    "N2;Ahrens AG;Handschlag;viel;01.02.2026;04.03.2026\n"
)


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
def test_importing_a_file_keeps_the_rules(
    demo: Demo, browser: Browser, rules: str, run: Run, look: Look
) -> None:
    """While it waits, with its questions and columns, and once it is put away; then the mappings."""

    async def check() -> None:
        async with visit(demo, browser, rules, look, "analyst") as seen:
            await seen.page.goto(demo.address + "/data/import")
            name = f"Neue Deals {look[0]}.csv"
            file = {"name": name, "mimeType": "text/csv", "buffer": DEALS.encode()}
            await seen.page.set_input_files("#files", files=[file])  # type: ignore[list-item]
            await seen.page.locator("form.drop button").click()
            await seen.page.wait_for_url("**/data/import/*")
            await seen.look()
            environment = {**os.environ, "LEITSTERN_WORKSPACE": str(demo.folder)}
            subprocess.run(
                [sys.executable, "-m", "leitstern.server.imports.work", "once"], env=environment, check=True
            )
            await seen.page.locator("form.import").wait_for()
            await seen.look()
            await seen.page.locator("button[value=drop]").click()
            await seen.go("/data/mappings")
            await seen.page.locator("main tbody a").first.click()
            await seen.look()

    run(check())


#: What the pages of analyses tell about the demo company, of what was planted in it and besides.
TOLD = {
    "/insight/funnel": ("Engpass: Vertrieb West, Phase Angebot",),
    "/insight/hygiene": ("Vertrieb Schweiz: Das Soll", "Quelle für Umfrageantworten", "Lead-zu-Kunde-Quote"),
    "/insight/signals": ("Reaktionszeit auf Leads liegt seit etwa", "Die Quelle ist im Rückstand"),
    "/insight/leads": ("Reichweite der Kampagnen",),
    "/insight/pipeline": ("in 8 von 10 Fällen",),
    "/insight/customers": ("Ein Neukunde kostete",),
    "/insight/compare": ("Whitepaper-Offensive",),
    "/insight/reverse": ("Was in welchem Monat kommen muss",),
    "/insight/track-record": ("Brier-Wert",),
    "/insight/why?kpi=won_value": ("Gewonnener Auftragswert",),
    "/goal/{running}": ("8 von 10 Fällen",),
}


def test_analyses_tell_what_is_in_the_demo(demo: Demo, browser: Browser, rules: str, run: Run) -> None:
    """Each page shows its finding, and the call that finds it again; none waits any more."""

    async def check() -> None:
        async with visit(demo, browser, rules, LOOKS[0], "management") as seen:
            for address, texts in TOLD.items():
                async with asyncio.timeout(LONGEST):
                    await seen.page.goto(demo.address + address.format(**demo.goals))
                    shown = await seen.page.locator("main").inner_text()
                    assert await seen.page.locator("details.call pre").count() >= 2, address
                for text in texts:
                    assert text in shown, (address, text)

    run(check())


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
def test_an_invitation_keeps_the_rules(
    demo: Demo, browser: Browser, rules: str, run: Run, look: Look
) -> None:
    """From the account to its link, which is shown once, and to what the invited sees behind it."""

    async def check() -> None:
        async with visit(demo, browser, rules, look, "administrator") as inside:
            await inside.page.goto(demo.address + "/administration/accounts")
            await inside.page.locator("main tbody a").last.click()
            await inside.page.wait_for_url("**/administration/accounts/*")
            await inside.look()
            await inside.page.locator("button[value=invite]").click()
            link = await inside.page.locator("main code").inner_text()
            await inside.look()
        async with visit(demo, browser, rules, look, "nobody") as outside:
            await outside.go(link.removeprefix(demo.address))
            assert await outside.page.locator("[name=password]").count() == 1

    run(check())


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
def test_setting_up_codes_keeps_the_rules(
    demo: Demo, browser: Browser, rules: str, run: Run, look: Look
) -> None:
    """The password is asked for once more, then the secret is shown."""

    async def check() -> None:
        async with visit(demo, browser, rules, look, "sales-1") as seen:
            await seen.go("/account/reauthenticate/?next=/account/2fa/totp/")
            await seen.page.fill("[name=password]", demo.password)
            await seen.page.locator("main form.fields button[type=submit]").click()
            await seen.page.wait_for_url("**/account/2fa/totp/")
            await seen.look()

    run(check())


def test_faults_are_found(demo: Demo, browser: Browser, rules: str, run: Run) -> None:
    """The rules do find what is wrong: a picture without a text, pale words, a hidden focus."""

    async def check() -> None:
        async with visit(demo, browser, rules, LOOKS[0], "nobody") as seen, asyncio.timeout(LONGEST):
            await seen.page.goto(demo.address + "/account/login/")
            await seen.page.evaluate(
                """() => {
                  const p = document.createElement('p'), picture = document.createElement('img');
                  const sheet = new CSSStyleSheet();
                  p.append('blass', picture);
                  document.querySelector('main').append(p);
                  sheet.replaceSync(`main p {color: #ddd}
                    :focus {outline: none !important; box-shadow: none !important}`);
                  document.adoptedStyleSheets = [sheet];
                }"""
            )
            assert {"color-contrast", "image-alt"} <= {fault[0] for fault in await seen.violations()}
            assert await seen.without_ring()

    run(check())
