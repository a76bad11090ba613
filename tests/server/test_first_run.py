"""The first account, invitations, and serving: who gets in before there is anybody."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

import leitstern
from leitstern.errors import Problem
from leitstern.server import invitations, run
from leitstern.server.models import Account, AuditEntry, Invitation
from leitstern.server.prepare import LOG_INS, prepare

from . import accounts
from .accounts import PASSWORD
from .fake import FakeWorkspace

FORM = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD, "again": PASSWORD}
NO_LONGER = "Dieser Link gilt nicht mehr"


@pytest.fixture
def visitor(db, show) -> Client:
    show(FakeWorkspace())
    return accounts.client_of(None)


def text(response) -> str:
    return response.content.decode()


def is_in(client: Client) -> bool:
    return client.get("/kpis").status_code == 200


def test_the_first_account_administers(visitor):
    token = invitations.first_run()
    page = visitor.get(f"/welcome/{token}")
    assert "Das erste Konto" in text(page)
    assert page["Referrer-Policy"] == "strict-origin"
    assert page["Cache-Control"] == "no-store"
    assert visitor.post(f"/welcome/{token}", FORM)["Location"] == "/"
    account = Account.objects.get()
    assert (account.email, account.name, account.roles) == ("ada@example.org", "Ada", ["administrator"])
    assert visitor.get("/administration/accounts").status_code == 200
    assert [e.action for e in AuditEntry.objects.all()] == ["account.first"]


def test_its_address_is_good_once_and_kept_as_a_digest(visitor):
    token = invitations.first_run()
    assert token is not None
    assert len(token) == 43
    assert token not in str(Invitation.objects.values())
    visitor.post(f"/welcome/{token}", FORM)
    other = accounts.client_of(None)
    for response in (other.get(f"/welcome/{token}"), other.post(f"/welcome/{token}", FORM)):
        assert response.status_code == 404
        assert NO_LONGER in text(response)
    assert Account.objects.count() == 1
    assert invitations.first_run() is None


def test_a_newer_address_replaces_the_older(visitor):
    older, newer = invitations.first_run(), invitations.first_run()
    assert visitor.get(f"/welcome/{older}").status_code == 404
    assert visitor.get(f"/welcome/{newer}").status_code == 200


def test_an_account_that_came_otherwise_ends_the_first_run(visitor):
    token = invitations.first_run()
    accounts.make("administrator")
    assert visitor.post(f"/welcome/{token}", FORM).status_code == 404
    assert Account.objects.count() == 1


def test_the_form_says_what_is_wrong(visitor):
    token = invitations.first_run()
    for change, said in (
        ({"again": "another"}, "Die beiden Passwörter sind verschieden."),
        ({"password": "kurz", "again": "kurz"}, "12 Zeichen"),
        ({"password": "ada@example.org", "again": "ada@example.org"}, "E-Mail"),
        ({"email": "no address"}, "problem"),
    ):
        response = visitor.post(f"/welcome/{token}", {**FORM, **change})
        assert response.status_code == 200
        assert said in text(response)
        assert PASSWORD not in text(response)
    assert not Account.objects.exists()


def test_an_invitation_sets_the_password_of_one_account(visitor):
    boss, guest = accounts.make("administrator"), accounts.make(person="P1", email="guest@example.org")
    token = invitations.invite(boss, guest)
    page = text(visitor.get(f"/welcome/{token}"))
    assert "guest@example.org" in page
    sent = {**FORM, "email": "somebody.else@example.org"}
    assert visitor.post(f"/welcome/{token}", sent)["Location"] == "/"
    guest.refresh_from_db()
    assert (guest.email, guest.roles, guest.person) == ("guest@example.org", [], "P1")
    assert guest.check_password(PASSWORD)
    assert is_in(visitor)
    assert visitor.get(f"/welcome/{token}").status_code == 404


def test_an_invitation_expires_after_a_week(visitor, at):
    begin = datetime(2026, 11, 22, 8, tzinfo=UTC)
    at(begin)
    token = invitations.invite(accounts.make("administrator"), accounts.make())
    at(begin + timedelta(days=7, seconds=-1))
    assert visitor.get(f"/welcome/{token}").status_code == 200
    at(begin + timedelta(days=7))
    assert visitor.get(f"/welcome/{token}").status_code == 404


def test_a_new_invitation_voids_the_old_one_and_ends_sessions(visitor):
    boss, guest = accounts.make("administrator"), accounts.make(password=PASSWORD)
    older, newer = invitations.invite(boss, guest), invitations.invite(boss, guest)
    assert visitor.get(f"/welcome/{older}").status_code == 404
    before = accounts.client_of(guest)
    assert is_in(before)
    visitor.post(f"/welcome/{newer}", {**FORM, "password": f"{PASSWORD}8", "again": f"{PASSWORD}8"})
    assert is_in(visitor)
    assert not is_in(before)


def test_the_invitation_of_a_deactivated_account_is_void(visitor):
    guest = accounts.make()
    token = invitations.invite(accounts.make("administrator"), guest)
    Account.objects.filter(pk=guest.pk).update(is_active=False)
    assert visitor.get(f"/welcome/{token}").status_code == 404


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "%C3%A4"])
def test_a_made_up_token_is_answered_like_a_used_one(visitor, token):
    response = visitor.get(f"/welcome/{token}")
    assert response.status_code == 404
    assert NO_LONGER in text(response)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("LEITSTERN_HOSTS", "LEITSTERN_DATABASE", "LEITSTERN_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    leitstern.init(tmp_path / "acme", name="Acme", language="de")
    return tmp_path / "acme"


def test_a_workspace_is_prepared_once_and_again(folder):
    first, again = prepare(folder), prepare(folder)
    assert first.welcome
    assert again.welcome
    assert first.welcome != again.welcome
    assert first.log_ins is None
    assert stat.S_IMODE((folder / ".secret-key").stat().st_mode) == 0o600


def test_a_database_that_cannot_be_reached_is_said(folder, monkeypatch):
    monkeypatch.setenv("LEITSTERN_DATABASE", f"sqlite:////{folder}/no/such/folder/app.sqlite3")
    with pytest.raises(Problem, match="LEITSTERN_DATABASE"):
        prepare(folder)


def test_other_machines_come_in_only_once_there_is_an_account_and_a_name(folder, monkeypatch):
    with pytest.raises(Problem, match="LEITSTERN_HOSTS") as refused:
        run(folder, host="0.0.0.0", port=0)
    assert "0.0.0.0" in refused.value.text("de")
    monkeypatch.setenv("LEITSTERN_HOSTS", "kpis.example.com")
    with pytest.raises(Problem, match="no account"):
        run(folder, host="0.0.0.0", port=0)
    make = (
        "import django; django.setup(); from leitstern.server.models import Account;"
        "Account.objects.create_user('a@example.org')"
    )
    environment = {"LEITSTERN_WORKSPACE": str(folder), "DJANGO_SETTINGS_MODULE": "leitstern.server.settings"}
    subprocess.run([sys.executable, "-c", make], check=True, env=environment)
    reached = []

    def about_to(prepared):
        reached.append(prepared)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(folder, host="0.0.0.0", port=0, about_to=about_to)
    assert reached[0].welcome is None


def test_commands_do_not_wait_for_the_pages(folder):
    """Importing the commands, and what serves, loads no Django."""
    check = (
        "import sys, leitstern.cli, leitstern.cli.serve_, leitstern.cli.demo_, leitstern.server.prepare;"
        "assert 'django' not in sys.modules, 'loaded'"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


def test_the_demo_has_accounts_and_one_password_of_its_own(tmp_path, monkeypatch):
    monkeypatch.delenv("LEITSTERN_DATABASE", raising=False)
    one, two = tmp_path / "one", tmp_path / "two"
    done = subprocess.run(
        [sys.executable, "-m", "leitstern.cli", "demo", str(one), "--scale", "0.05"],
        check=True,
        capture_output=True,
        text=True,
    )
    said = (one / LOG_INS).read_text()
    assert stat.S_IMODE((one / LOG_INS).stat().st_mode) == 0o600
    assert said.strip() in done.stderr
    kinds = [line.split()[0] for line in said.splitlines() if "@" in line]
    assert kinds[:4] == ["administrator", "management", "head-of-sales", "team-lead"]
    assert {"marketing-lead", "analyst", "council"} <= set(kinds)
    shutil.copytree(one, two, ignore=shutil.ignore_patterns("app.sqlite3*", LOG_INS, ".secret-key"))
    passwords = [_password(said), _password(prepare(two, demo="stories").log_ins or "")]
    assert all(len(password) == 19 for password in passwords)
    assert passwords[0] != passwords[1]


def _password(said: str) -> str:
    found = re.search(r"^password +(\S+)$", said, re.MULTILINE)
    assert found
    return found[1]
