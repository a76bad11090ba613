"""Every page keeps the accessibility rules, in both languages and themes, by keyboard, and stays at home.

The rules are axe-core's for WCAG 2.2 A and AA; the pages are those of the demo with its goals.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.chromium import ARGUMENTS, program

pytestmark = pytest.mark.browser

HERE = Path(__file__).resolve().parent
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

#: Who looks at which pages. The goal {offered} waits for an answer, {split} has parts, {draft} is a draft.
PAGES = {
    None: ("/account/login/", "/welcome/unknown"),
    "management": (
        "/", "/company", "/team", "/team/T-SUED", "/overview", "/wall", "/goals", "/goals/new",
        "/goals/paste", "/offers", "/goal/{split}", "/goal/{split}/split", "/closing", "/kpis",
        "/kpis?q=umsatz", "/kpi/won_value", "/kpi/won_value?by=team", "/kpi/won_value/records/2026-10",
        "/data", "/me", "/goals/new?say=In+drei+Monaten+wird+der+Vertrieb+den+Umsatz+um+14+Prozent+steigern",
    ),
    "team-lead": ("/", "/team/T-SUED", "/goals", "/goal/{draft}", "/goal/{draft}/edit", "/offers"),
    "sales-1": (
        "/", "/company", "/goal/{offered}", "/offers", "/goals", "/me", "/account/password/",
        "/nothing-here",
    ),
    "administrator": (
        "/", "/administration", "/administration/accounts", "/administration/people",
        "/administration/privacy", "/administration/audit", "/administration/defaults",
    ),
    "analyst": ("/data", "/goals", "/closing"),
    "council": (
        "/", "/administration/privacy", "/administration/access-log", "/administration/audit",
        "/administration/rules",
    ),
}  # fmt: skip
#: Addresses that are answered with a page that says that there is nothing.
ABSENT = ("/welcome/unknown", "/nothing-here", "/administration/defaults", "/administration/rules")
LOOKS = (("de", "light"), ("en", "dark"))
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  const add = list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; };
  new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 60);
})"""
#: Parts of a date are focused inside its field, where no page can look.
FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const ring = node => {
    const look = getComputedStyle(node);
    return (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== 'none';
  };
  const marked = [...at.querySelectorAll('.hit')].some(hit => getComputedStyle(hit).stroke !== 'none');
  const around = [at, at.parentElement, at.closest('li, article, tr')].filter(Boolean);
  return [marked || at.type === 'date' || around.some(ring), at.outerHTML.slice(0, 120)];
}"""


@dataclass
class Demo:
    """The served demo: its address, accounts by what they are called, and the goals looked at."""

    address: str
    emails: dict[str, str]
    password: str
    goals: dict[str, int]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "workspace"
    environment = {k: v for k, v in os.environ.items() if k != "LEITSTERN_DATABASE"}
    leitstern = Path(sys.executable).with_name("leitstern")
    subprocess.run([leitstern, "demo", folder], env=environment, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    clock = folder.with_name("clock")
    clock.write_text(datetime.now(UTC).isoformat(), encoding="ascii")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.walk.serve", str(folder), port, str(clock)],
        env={**environment, "LEITSTERN_WORKSPACE": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "ready"
        lines = [line.split() for line in (folder / "log-ins.txt").read_text(encoding="utf-8").splitlines()]
        known = {pair[0]: pair[1] for pair in lines if len(pair) == 2}
        password = known.pop("password")
        yield Demo(f"http://127.0.0.1:{port}", known, password, _goals(folder, known["sales-1"]))
    finally:
        server.terminate()
        server.communicate()


def _goals(folder: Path, seller: str) -> dict[str, int]:
    """Goals of the kinds that are looked at, by what the demo's database says; the offer is the seller's."""
    import sqlite3

    with sqlite3.connect(folder / "app.sqlite3") as con:

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
            "draft": first("WHERE state = 'draft' AND subject_type = 'person'"),
            "offered": first(f"{of} WHERE g.state = 'offered' AND a.email = ?", seller),
        }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def rules() -> str:
    """The text of axe-core."""
    subprocess.run([HERE.parents[1] / "scripts" / "node_parts.sh"], check=True)
    return (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "theme"), LOOKS)
@pytest.mark.parametrize("who", PAGES)
def test_pages_keep_the_rules(
    demo: Demo, browser: Browser, rules: str, who: str | None, language: str, theme: str
) -> None:
    context = _context(demo, browser, who, language, theme)
    faults: list[Any] = []
    context.on(
        "request", lambda r: None if r.url.startswith((demo.address, "data:")) else faults.append(r.url)
    )
    context.on("console", lambda m: None if "404" in m.text or "403" in m.text else faults.append(m.text))
    page = context.new_page()
    for address in PAGES[who]:
        answer = page.goto(demo.address + address.format(**demo.goals))
        assert answer is not None
        assert answer.status == 200 or address in ABSENT, (address, answer.status)
        assert (who is None) == ("/account/login/" in page.url or "/welcome/" in page.url), page.url
        faults += _faults(page, rules)
    context.close()
    assert not faults, "\n".join(map(str, faults[:12]))


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_an_invitation_keeps_the_rules(
    demo: Demo, browser: Browser, rules: str, language: str, theme: str
) -> None:
    """From the account to its link, which is shown once, and to what the invited sees behind it."""
    inside = _context(demo, browser, "administrator", language, theme)
    page = inside.new_page()
    page.goto(demo.address + "/administration/accounts")
    page.locator("main tbody a").last.click()
    faults = _faults(page, rules)
    page.locator("button[value=invite]").click()
    faults += _faults(page, rules)
    link = page.locator("main code").inner_text()
    inside.close()

    outside = _context(demo, browser, None, language, theme)
    page = outside.new_page()
    page.goto(link)
    assert page.locator("[name=password]").count() == 1
    faults += _faults(page, rules)
    outside.close()
    assert not faults, "\n".join(map(str, faults[:12]))


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_setting_up_codes_keeps_the_rules(
    demo: Demo, browser: Browser, rules: str, language: str, theme: str
) -> None:
    """The password is asked for once more, then the secret is shown."""
    context = _context(demo, browser, "sales-1", language, theme)
    page = context.new_page()
    page.goto(demo.address + "/account/reauthenticate/?next=/account/2fa/totp/")
    faults = _faults(page, rules)
    page.fill("[name=password]", demo.password)
    page.locator("main form.fields button[type=submit]").click()
    page.wait_for_url("**/account/2fa/totp/")
    faults += _faults(page, rules)
    context.close()
    assert not faults, "\n".join(map(str, faults[:12]))


def _context(demo: Demo, browser: Browser, who: str | None, language: str, theme: str) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    context.add_cookies(
        [
            {"name": name, "value": value, "url": demo.address}
            for name, value in (("language", language), ("theme", theme))
        ]
    )
    if who is not None:
        page = context.new_page()
        page.goto(demo.address + "/account/login/")
        page.fill("[name=login]", demo.emails[who])
        page.fill("[name=password]", demo.password)
        page.locator("main form.fields button[type=submit]").click()
        page.close()
    return context


def _faults(page: Page, rules: str) -> list[Any]:
    """All that is wrong with the page as it is shown: address, rule, what breaks it."""
    shift = page.evaluate(SHIFTS)
    return [
        *((page.url, *fault) for fault in _violations(page, rules)),
        *([(page.url, "layout shift", shift)] if shift > 0.01 else []),
        *((page.url, "no focus ring", what) for what in _without_ring(page)),
    ]


def _violations(page: Page, rules: str) -> list[tuple[str, str, str]]:
    """What axe-core finds: rule, element, what is wrong."""
    page.evaluate(rules)
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        (violation["id"], node["html"][:160], re.sub(r"\s+", " ", node["failureSummary"])[:200])
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]


def _without_ring(page: Page) -> list[str]:
    """Of the first elements the tab key reaches: those on which focus cannot be seen."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    hidden = []
    for _ in range(25):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is not None and not found[0]:
            hidden.append(found[1])
    return hidden


def test_a_fault_is_found(demo: Demo, browser: Browser, rules: str) -> None:
    """The rules do find what is wrong: a picture without a text, pale words, a hidden focus."""
    context = _context(demo, browser, None, "de", "light")
    page = context.new_page()
    page.goto(demo.address + "/account/login/")
    page.evaluate(
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
    found = {violation[0] for violation in _violations(page, rules)}
    assert {"color-contrast", "image-alt"} <= found
    assert _without_ring(page)
    context.close()
