"""Everybody who takes part in the walk: a browser of their own, and what they do on the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "Regen-auf-dem-Deich-21"


@dataclass
class Somebody:
    """A person with a browser. All that is wrong in it is kept in ``wrong``."""

    site: str
    browser: Browser
    email: str
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self._at_home(request.url))

    def _at_home(self, url: str) -> None:
        if not url.startswith((self.site, "data:")):
            self.wrong.append(f"left the machine: {url}")

    def go(self, address: str) -> Page:
        """Open a page; log in first where the log-in has ended."""
        self.page.goto(self.site + address)
        if "/account/login/" in self.page.url:
            self.page.fill("[name=login]", self.email)
            self.page.fill("[name=password]", PASSWORD)
            self.page.locator("main form.fields button[type=submit]").click()
            self.page.goto(self.site + address)
        return self.page

    def welcome(self, link: str, name: str | None = None) -> None:
        """Set the password behind an invitation, or make the first account."""
        self.page.goto(link)
        if name is not None:
            self.page.fill("[name=name]", name)
            self.page.fill("[name=email]", self.email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.fill("[name=again]", PASSWORD)
        self.page.locator("main form button[type=submit]").click()
        assert "/welcome/" not in self.page.url, self.page.inner_text("main")

    def act(self, goal: int, action: str, **fields: str) -> None:
        """Press the button of an offer's action on a goal's page."""
        page = self.go(f"/goal/{goal}")
        form = page.locator(f"form[action='/goal/{goal}/{action}']")
        if not form.locator("button").is_visible():
            page.locator("details", has=form).locator("summary").click()
        for name, value in fields.items():
            form.locator(f"[name={name}]").fill(value)
        form.locator("button").click()
        assert page.url.endswith(f"/goal/{goal}"), page.url

    def facts(self, goal: int) -> dict[str, str]:
        """The figures at the top of a goal's page by their names, and ``verdict``."""
        page = self.go(f"/goal/{goal}")
        found = {
            re.sub(r" \d.*", "", one.locator("dt").inner_text()): one.locator("dd").inner_text()
            for one in page.locator("dl.facts > div").all()
        }
        return found | {"verdict": page.locator(".head .verdict").first.inner_text().strip()}
