"""Single sign-on at a real provider: the visitor goes there, logs in, and comes back."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from django.test import Client

from leitstern.server import oidc
from leitstern.server.models import Account, AuditEntry

from . import accounts
from .fake import FakeWorkspace

HERE = Path(__file__).parent
BEGIN = "/account/oidc/sso/login/"
REFUSED = "/account/oidc/refused/"
SECRET = "only-for-this-test"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a provider process."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node is not installed (apt install nodejs npm)")
    subprocess.run([HERE.parents[1] / "scripts" / "node_parts.sh"], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        ["node", "provider.mjs", str(port)],
        cwd=HERE / "oidc",
        env={**os.environ, "TEST_CLIENT_SECRET": SECRET, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert any(line.startswith("ready") for line in process.stdout)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture
def set_up(tmp_path, monkeypatch, settings):
    """Puts a provider into leitstern.toml, and lets the pages read it."""

    def use(issuer: str, client_id: str = "leitstern", secret: str = SECRET) -> None:
        monkeypatch.setenv("TEST_SECRET", secret)
        (tmp_path / "leitstern.toml").write_text(
            f'[workspace]\nname = "Acme"\n[oidc]\nname = "Firmenkonto"\nissuer = "{issuer}"\n'
            f'client_id = "{client_id}"\nclient_secret_env = "TEST_SECRET"\n'
        )
        settings.SOCIALACCOUNT_PROVIDERS = oidc.provider(tmp_path)

    return use


@pytest.fixture
def visitor(db, show, issuer, set_up) -> Client:
    """Somebody who is not logged in, on pages that the provider is set for."""
    show(FakeWorkspace())
    set_up(issuer)
    client = Client()
    client.cookies["language"] = "de"
    return client


def at_the_provider(address: str, login: str) -> str:
    """Log in as somebody and agree, as a browser would; returns where the provider sends the visitor."""
    session = requests.Session()
    answer = session.get(address, allow_redirects=False)
    while True:
        if answer.is_redirect:
            there = urljoin(answer.url, answer.headers["Location"])
            if urlsplit(there).path.startswith("/account/"):
                return there
            answer = session.get(there, allow_redirects=False)
            continue
        assert answer.status_code == 200, answer.text
        action = re.search(r'action="([^"]+)"', answer.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert action
        assert prompt
        sent = {"prompt": prompt[1], "login": login, "password": "any"}
        answer = session.post(urljoin(answer.url, action[1]), sent, allow_redirects=False)


def come_back(client: Client, login: str, begin: str = BEGIN):
    """The whole way: to the provider, logged in there, and back; the answer to the last step."""
    going = client.get(begin)
    assert going.status_code == 302, going.content
    back = urlsplit(at_the_provider(going["Location"], login))
    return client.get(f"{back.path}?{back.query}")


def is_in(client: Client) -> bool:
    return client.get("/kpis").status_code == 200


def test_the_log_in_page_offers_it_as_a_link(visitor):
    page = visitor.get("/account/login/?next=/kpis").content.decode()
    assert f'href="{BEGIN}?next=/kpis"' in page
    assert "Mit Firmenkonto anmelden" in page


def test_somebody_with_an_account_is_let_in_and_known_again(visitor):
    account = accounts.make(email="Ada@example.org")
    response = come_back(visitor, "ada@example.org", f"{BEGIN}?next=/kpis")
    assert (response.status_code, response["Location"]) == (302, "/kpis")
    assert visitor.get("/kpis").wsgi_request.user == account
    assert {e.action for e in AuditEntry.objects.all()} == {"account.linked", "login.done"}
    Account.objects.filter(pk=account.pk).update(email="renamed@example.org")
    visitor.post("/account/logout/")
    assert not is_in(visitor)
    assert come_back(visitor, "ada@example.org")["Location"] == "/"
    assert visitor.get("/kpis").wsgi_request.user == account


def test_an_unknown_address_is_refused_and_makes_no_account(visitor):
    accounts.make(email="ada@example.org")
    assert come_back(visitor, "eve@example.org")["Location"] == REFUSED
    assert not is_in(visitor)
    assert Account.objects.count() == 1
    page = visitor.get(REFUSED)
    assert page.status_code == 403
    assert "Zu dieser Anmeldung gibt es kein Konto" in page.content.decode()


def test_an_address_that_is_not_verified_is_refused(visitor):
    accounts.make(email="ada@example.org")
    assert come_back(visitor, "unverified-ada@example.org")["Location"] == REFUSED
    assert not is_in(visitor)


def test_a_deactivated_account_is_refused_even_if_linked(visitor):
    account = accounts.make(email="ada@example.org")
    assert come_back(visitor, "ada@example.org")["Location"] == "/"
    visitor.post("/account/logout/")
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert come_back(visitor, "ada@example.org")["Location"] == REFUSED
    assert not is_in(visitor)


def test_another_issuer_than_the_one_set_is_refused(visitor, issuer, set_up):
    accounts.make(email="ada@example.org")
    set_up(issuer.replace("127.0.0.1", "localhost"))
    assert come_back(visitor, "ada@example.org")["Location"] == REFUSED
    assert not is_in(visitor)


def test_a_wrong_secret_is_refused(visitor, issuer, set_up):
    accounts.make(email="ada@example.org")
    set_up(issuer, secret="wrong")
    assert come_back(visitor, "ada@example.org")["Location"] == REFUSED
    assert not is_in(visitor)


def test_a_provider_that_does_not_answer_is_said(visitor, set_up, caplog):
    set_up("http://127.0.0.1:9")
    assert visitor.get(BEGIN)["Location"] == REFUSED


def test_an_answer_that_was_not_asked_for_is_refused(visitor, issuer):
    accounts.make(email="ada@example.org")
    back = urlsplit(at_the_provider(Client().get(BEGIN)["Location"], "ada@example.org"))
    assert visitor.get(f"{back.path}?{back.query}")["Location"] == REFUSED
    assert not is_in(visitor)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_it_cannot_be_begun_from_elsewhere(visitor, site):
    assert visitor.get(BEGIN, headers={"sec-fetch-site": site})["Location"] == "/account/login/"
    assert visitor.get(f"{BEGIN}?process=connect")["Location"] == "/account/login/"


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_nowhere_else(visitor, next_):
    accounts.make(email="ada@example.org")
    assert come_back(visitor, "ada@example.org", f"{BEGIN}?next={next_}")["Location"] == "/"


def test_without_a_provider_there_is_no_link_and_no_way(visitor, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "oidc" not in visitor.get("/account/login/").content.decode()
    assert visitor.get(BEGIN).status_code == 404
