"""Logging in as people do it, in a browser that keeps the pages' own security policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from leitstern.server import invitations
from leitstern.server.models import Account

from . import accounts
from .accounts import PASSWORD
from .test_browser import chromium  # noqa: F401 - a fixture
from .test_single_sign_on import SECRET, issuer, set_up  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: BrowserContext, site: str):  # noqa: F811
    chromium.clear_cookies()
    chromium.add_cookies([{"name": "language", "value": "de", "url": site}])
    page = chromium.new_page()
    wrong: list[str] = []
    # The provider's own pages ask for a font from elsewhere, and are told that there is none.
    page.route(lambda url: not url.startswith(("http://127.0.0.1:", "data:")), lambda route: route.abort())

    def said(what: str) -> None:
        if page.url.startswith(site):
            wrong.append(what)

    page.on("console", lambda message: said(message.text))
    page.on("pageerror", lambda error: said(str(error)))
    page.wrong = wrong  # type: ignore[attr-defined]
    yield page
    page.close()


def test_from_an_invitation_to_the_log_out_and_in_again(page: Page, site: str):
    token = invitations.invite(
        accounts.make("administrator"), accounts.make("analyst", email="ada@example.org")
    )
    page.goto(f"{site}/welcome/{token}")
    page.get_by_label("Ihr Name").fill("Ada Lang")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_label("Dasselbe Passwort noch einmal").fill(PASSWORD)
    page.get_by_role("button", name="Speichern und anmelden").click()
    page.goto(f"{site}/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lang")
    page.locator(".menu.account summary").click()
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
    page.goto(f"{site}/kpis?q=umsatz")
    page.get_by_label("E-Mail-Adresse").fill("ada@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url("**/kpis?q=umsatz")
    assert page.wrong == []  # type: ignore[attr-defined]


def test_single_sign_on_by_clicking(page: Page, site: str, issuer: str, set_up):  # noqa: F811
    accounts.make(email="ada@example.org")
    set_up(issuer)
    page.goto(f"{site}/kpis")
    page.get_by_role("link", name="Mit Firmenkonto anmelden").click()
    page.wait_for_url(f"{issuer}/interaction/**")
    page.locator("[name=login]").fill("ada@example.org")
    page.locator("[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{site}/kpis")
    assert page.wrong == []  # type: ignore[attr-defined]
    assert Account.objects.get().last_login is not None
