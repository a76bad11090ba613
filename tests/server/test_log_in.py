"""Logging in: who gets in, how long it lasts, and what guessing is told."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, RequestFactory, override_settings
from django.urls import get_resolver

from leitstern import clock
from leitstern.server import guessing
from leitstern.server.models import Account, AuditEntry

from . import accounts
from .accounts import PASSWORD
from .fake import FakeWorkspace

LOG_IN = "/account/login/"
WRONG = "E-Mail-Adresse oder Passwort ist falsch."
TOO_MANY = "Zu viele Versuche."


@pytest.fixture
def visitor(db, show) -> Client:
    show(FakeWorkspace())
    return accounts.client_of(None)


@pytest.fixture
def ada(visitor) -> Account:
    return accounts.make("analyst", email="ada@example.org", password=PASSWORD)


def log_in(client: Client, email="ada@example.org", password=PASSWORD, **more):
    return client.post(LOG_IN, {"login": email, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/kpis").status_code == 200


def text(response) -> str:
    return response.content.decode()


def test_every_address_leads_to_the_log_in_and_back(visitor, ada):
    for address in ("/kpis?q=umsatz", "/kpi/won_value", "/kpi/nothing", "/nowhere", "/administration/audit"):
        response = visitor.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith(f"{LOG_IN}?next=%2F")
    assert visitor.post("/kpis")["Location"] == LOG_IN
    assert log_in(visitor, next="/kpis?q=umsatz")["Location"] == "/kpis?q=umsatz"
    assert is_in(visitor)


def test_an_address_is_the_same_in_capitals(visitor, ada):
    assert log_in(visitor, " ADA@Example.org")["Location"] == "/"


def test_what_is_wrong_is_told_in_one_way(visitor, ada):
    accounts.make(email="gone@example.org", password=PASSWORD, is_active=False)
    accounts.make(email="invited@example.org")
    tries = [
        ("ada@example.org", "something else"),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
        ("gone@example.org", "something else"),
        ("invited@example.org", PASSWORD),
    ]
    answers = []
    for email, password in tries:
        response = log_in(visitor, email, password)
        page = re.sub(r'value="[^"]*"', "", text(response))
        answers.append((response.status_code, page, sorted(response.headers)))
        assert WRONG in page
    assert len({repr(answer) for answer in answers}) == 1
    assert not is_in(visitor)


def test_the_password_of_nobody_takes_a_hash_as_well(visitor, ada, monkeypatch):
    """As long as that of somebody: counted, not timed."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    hashed = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a, **k: hashed.append(1) or encode(*a, **k))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a, **k: hashed.append(1) or verify(*a, **k))
    accounts.make(email="invited@example.org")
    hashed.clear()
    for email in ("ada@example.org", "nobody@example.org"):
        log_in(visitor, email, "something else")
        assert hashed == [1], email
        hashed.clear()


def guesses(client: Client, count: int, email: str = "ada@example.org") -> list[str]:
    return [text(log_in(client, email, f"guess {number}")) for number in range(count)]


def stranger(address: str) -> Client:
    return Client(REMOTE_ADDR=address, headers={"accept-language": "de"})


def test_guessing_one_password_is_slowed_down(visitor, ada, at):
    assert all(WRONG in answer for answer in guesses(visitor, 10))
    assert f"{TOO_MANY} Versuchen Sie es in 1 Sekunde erneut." in text(log_in(visitor))
    at(clock.now() + timedelta(seconds=1))
    assert WRONG in text(log_in(visitor, password="guess"))
    assert "in 2 Sekunden" in text(log_in(visitor))  # although it is the right one
    at(clock.now() + timedelta(seconds=2))
    log_in(visitor)
    assert is_in(visitor)


def test_seven_wrong_ones_keep_no_owner_out(visitor, ada):
    guesses(visitor, 7)
    log_in(visitor)
    assert is_in(visitor)


def test_a_guesser_elsewhere_keeps_no_owner_out(visitor, ada):
    failures("10.9.8.7", *["ada@example.org"] * 20)
    log_in(visitor)
    assert is_in(visitor)


def test_a_guesser_behind_the_same_address_keeps_no_owner_out_of_a_known_browser(visitor, ada):
    log_in(visitor)
    visitor.post("/account/logout/")
    failures("127.0.0.1", *["ada@example.org"] * 20)
    log_in(visitor)
    assert is_in(visitor)


def test_a_known_browser_is_slowed_down_as_well(visitor, ada):
    log_in(visitor)
    visitor.post("/account/logout/")
    assert TOO_MANY in guesses(visitor, 11)[-1]


def test_a_browser_is_known_for_its_own_account_only(visitor, ada):
    accounts.make(email="eve@example.org", password=PASSWORD)
    eve = stranger("127.0.0.1")
    log_in(eve, "eve@example.org")
    eve.post("/account/logout/")
    failures("127.0.0.1", *["ada@example.org"] * 10)
    assert TOO_MANY in text(log_in(eve, "ada@example.org"))


def test_a_new_password_makes_browsers_strangers(visitor, ada):
    log_in(visitor)
    visitor.post("/account/logout/")
    ada.set_password("Nebelkrähe-im-Dezember-3")
    ada.save()
    failures("127.0.0.1", *["ada@example.org"] * 10)
    assert TOO_MANY in text(log_in(visitor, password="Nebelkrähe-im-Dezember-3"))


def failures(address: str, *emails: str) -> None:
    """Wrong passwords that were tried before."""
    for email in emails:
        guessing.failed(RequestFactory(REMOTE_ADDR=address).get("/"), email)


def test_guessing_over_many_accounts_is_slowed_down(visitor, ada):
    failures("127.0.0.1", *(f"somebody{n}@example.org" for n in range(99)))
    assert WRONG in guesses(visitor, 1, "nobody@example.org")[0]
    assert TOO_MANY in text(log_in(visitor))
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    log_in(elsewhere)
    assert is_in(elsewhere)


def test_guessing_from_many_addresses_is_slowed_down(visitor, ada):
    for number in range(50):
        failures(f"10.0.0.{number}", "ada@example.org")
    assert TOO_MANY in text(log_in(stranger("10.0.1.1")))


def test_a_forwarded_address_is_not_believed_without_a_proxy(visitor, ada):
    failures("127.0.0.1", *["ada@example.org"] * 9)
    log_in(Client(headers={"x-forwarded-for": "10.0.0.1"}), password="guess")
    answer = log_in(Client(headers={"x-forwarded-for": "10.0.1.1", "accept-language": "de"}))
    assert TOO_MANY in text(answer)


def test_behind_a_proxy_addresses_are_told_apart(visitor, ada):
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        failures("10.0.0.1", *["ada@example.org"] * 20)
        colleague = Client(headers={"x-forwarded-for": "10.0.0.2"})
        log_in(colleague)
        assert is_in(colleague)


def test_another_name_of_the_server_is_no_second_try(visitor, ada):
    failures("127.0.0.1", *["ada@example.org"] * 8)
    for number, host in enumerate(("localhost", "127.0.0.1")):
        visitor.post(LOG_IN, {"login": "ada@example.org", "password": f"{number}"}, headers={"host": host})
    assert TOO_MANY in text(log_in(visitor))


def test_log_ins_and_wrong_passwords_are_in_the_log(visitor, ada):
    guesses(visitor, 1)
    guesses(visitor, 1, "my-password@typed.too-early")
    log_in(visitor)
    found = AuditEntry.objects.filter(action__startswith="login.").order_by("pk")
    assert [(one.action, one.object) for one in found] == [
        ("login.failed", f"account:{ada.pk}"),
        ("login.failed", ""),
        ("login.done", f"account:{ada.pk}"),
    ]


def test_more_attempts_than_a_company_makes_are_refused(visitor):
    found = [log_in(visitor, "", "").status_code for _ in range(301)]
    assert found == [200] * 300 + [429]
    assert TOO_MANY in text(log_in(visitor))


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_the_log_in_leads_nowhere_else(visitor, ada, next_):
    assert log_in(visitor, next=next_)["Location"] == "/"
    assert visitor.get(f"{LOG_IN}?next={next_}")["Location"] == "/"


def test_the_session_is_another_one_after_the_log_in(visitor, ada):
    session = visitor.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    visitor.cookies["sessionid"] = before
    log_in(visitor)
    assert is_in(visitor)
    assert visitor.session.session_key != before
    assert not is_in(_with_session(before))


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor, ada):
    log_in(visitor)
    cookie = visitor.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]
    with override_settings(SESSION_COOKIE_SECURE=True):
        other = Client(REMOTE_ADDR="10.9.8.7")
        log_in(other)
        assert other.cookies["sessionid"]["secure"]


def test_logging_out_takes_a_form_and_ends_the_session(visitor, ada):
    log_in(visitor)
    key = visitor.cookies["sessionid"].value
    assert visitor.get("/account/logout/").status_code == 200
    assert is_in(visitor)
    assert visitor.post("/account/logout/").status_code == 302
    assert not is_in(visitor)
    assert not is_in(_with_session(key))


def test_a_session_ends_when_nobody_uses_it_and_in_any_case(visitor, ada, at):
    begin = datetime(2026, 11, 23, 8, tzinfo=UTC)
    at(begin)
    visitor.force_login(ada)
    assert is_in(visitor)
    at(begin + timedelta(hours=11))
    assert is_in(visitor)
    at(begin + timedelta(hours=22))
    assert is_in(visitor)
    at(begin + timedelta(hours=34, minutes=1))
    assert not is_in(visitor)
    visitor.force_login(ada)
    at(begin)
    visitor.force_login(ada)
    for hours in range(0, 24 * 7, 8):
        at(begin + timedelta(hours=hours))
        assert is_in(visitor)
    at(begin + timedelta(days=7, minutes=1))
    assert not is_in(visitor)


def test_another_password_ends_the_other_sessions(visitor, ada):
    here, there = accounts.client_of(None), accounts.client_of(None)
    for client in (here, there):
        log_in(client)
    form = {
        "oldpassword": PASSWORD,
        "password1": "Windrad-hinter-dem-Deich",
        "password2": "Windrad-hinter-dem-Deich",
    }
    assert here.post("/account/password/", form).status_code == 302
    assert is_in(here)
    assert not is_in(there)


@pytest.mark.parametrize(
    "password", ["kurz-11-chr", "123456789012345", "password1234", "ada@example.org", "Lovelace1815"]
)
def test_weak_passwords_are_refused(visitor, ada, password):
    Account.objects.filter(pk=ada.pk).update(name="Ada Lovelace1815")
    log_in(visitor)
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    response = visitor.post("/account/password/", form)
    assert response.status_code == 200
    assert 'class="problem"' in text(response)


def test_passwords_are_kept_as_argon2(ada):
    assert ada.password.startswith("argon2$argon2id$")


def test_a_deactivated_account_is_out_at_once(visitor, ada):
    log_in(visitor)
    Account.objects.filter(pk=ada.pk).update(is_active=False)
    assert not is_in(visitor)


def test_nobody_signs_up_and_nothing_is_reset_by_mail(visitor):
    for address in (
        "signup/",
        "password/reset/",
        "email/",
        "confirm-email/",
        "login/code/",
        "3rdparty/signup/",
    ):
        assert visitor.get(f"/account/{address}").status_code == 404


def test_passwords_and_addresses_are_not_in_the_log(visitor, ada, caplog):
    caplog.set_level(logging.DEBUG)
    log_in(visitor, password="a-secret-that-is-wrong")
    log_in(visitor)
    assert "a-secret-that-is-wrong" not in caplog.text
    assert PASSWORD not in caplog.text


def _addresses() -> list[str]:
    """An address of every page of ours, with something in its blanks."""
    found = []
    for patterns in get_resolver().reverse_dict.lists():
        for forms, *_rest in patterns[1]:
            for form, names in forms:
                found.append("/" + form % dict.fromkeys(names, 1))
    return sorted(set(found))


@pytest.mark.parametrize("address", _addresses())
def test_no_form_is_taken_without_its_token(db, show, address):
    """Every address that answers to POST at all asks for the form's token first."""
    show(FakeWorkspace())
    client = Client(enforce_csrf_checks=True)
    client.force_login(accounts.make("administrator", "analyst", "management"))
    assert client.post(address, {"action": "x"}).status_code in (403, 404, 405)


def _with_session(key: str | None) -> Client:
    client = accounts.client_of(None)
    client.cookies["sessionid"] = key or ""
    return client
