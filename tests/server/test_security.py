"""The pages keep to themselves: headers, hosts, forms, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client, override_settings

import leitstern.server
from leitstern.errors import Problem
from leitstern.server import is_loopback, run
from leitstern.server.settings import ALLOWED_HOSTS

from .fake import FakeWorkspace
from .test_pages import PAGES, text_of

PACKAGE = Path(leitstern.server.__file__).parent


@pytest.mark.parametrize("address", ["/", "/nowhere", "/static/css/base.css", "/preferences"])
def test_everything_carries_the_headers(client, address):
    response = client.get(address)
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]
    response.close()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_inline_style_script_or_an_address_elsewhere(client, page):
    text = text_of(client.get(page))
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"""(?:href|src|action)=["'](?:https?:)?//""", text)


def test_style_sheets_ask_for_nothing(client):
    sheets = list((PACKAGE / "static" / "css").glob("*.css"))
    assert sheets
    for sheet in sheets:
        content = sheet.read_text(encoding="utf-8")
        assert "url(" not in content
        assert "@import" not in content
        assert len(content.splitlines()) < 400


def test_other_hosts_are_refused(client):
    for host in ("example.org", "10.0.0.5", "127.0.0.1.example.org"):
        assert client.get("/", headers={"host": host}).status_code == 400
    for host in ("127.0.0.1:8321", "localhost", "[::1]:8321"):
        assert client.get("/kpis", headers={"host": host}).status_code == 200


def test_only_loopback_names_are_allowed():
    assert set(ALLOWED_HOSTS) - {"testserver"} == {"localhost", "127.0.0.1", "[::1]"}


@pytest.mark.parametrize(
    ("host", "only_here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("example.org", False),
    ],
)
def test_only_loopback_addresses_are_bound_without_a_name(host, only_here, tmp_path, monkeypatch):
    assert is_loopback(host) is only_here
    monkeypatch.delenv("LEITSTERN_HOSTS", raising=False)
    (tmp_path / "leitstern.toml").write_text('[workspace]\nname = "Acme"\n')
    if not only_here:
        with pytest.raises(Problem, match="LEITSTERN_HOSTS") as refused:
            run(tmp_path, host=host)
        assert host in refused.value.text("de")


def test_a_folder_that_is_no_workspace_is_not_served(tmp_path):
    with pytest.raises(Problem, match="not a workspace"):
        run(tmp_path)


def test_a_switch_needs_the_forms_token(client):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/preferences", {"language": "en"}).status_code == 403
    page = text_of(strict.get("/account/login/"))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    sent = {"language": "en", "next": "/kpis", "csrfmiddlewaretoken": token[1]}
    assert strict.post("/preferences", sent).status_code == 302


@pytest.mark.parametrize("next_", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_a_switch_leads_nowhere_else(client, next_):
    assert client.post("/preferences", {"language": "en", "next": next_})["Location"] == "/"


def test_cookies_are_kept_from_scripts_and_other_sites(client):
    client.post("/preferences", {"language": "en", "next": "/"})
    cookie = client.cookies["language"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_pages_are_not_stored_but_style_sheets_are(client):
    assert client.get("/")["Cache-Control"] == "no-store"
    address = re.search(r'href="(/static/css/base\.css\?v=\w+)"', text_of(client.get("/")))
    assert address
    sheet = client.get(address[1])
    assert "max-age=86400" in sheet["Cache-Control"]
    sheet.close()


@pytest.mark.parametrize("address", ["/account/login/", "/api/v1/openapi.json", "/nowhere"])
def test_browsers_come_by_https_only_where_it_is_there(address: str, db: None, show) -> None:
    show(FakeWorkspace())
    assert "Strict-Transport-Security" not in Client().get(address).headers
    with override_settings(HTTPS=True):
        found = Client().get(address).headers["Strict-Transport-Security"]
    assert found == "max-age=31536000"
