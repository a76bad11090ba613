"""One-time codes, recovery codes, and keys: what protects an account and what opens it."""

from __future__ import annotations

import base64
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from django.test import Client

from leitstern import clock
from leitstern.errors import Problem
from leitstern.server import accounts as server_accounts
from leitstern.server import invitations, tokens
from leitstern.server.models import Account, AuditEntry, Token
from leitstern.server.second_factor import named_roles

from . import accounts
from .accounts import PASSWORD
from .fake import FakeWorkspace


@pytest.fixture
def ada(db, show) -> Account:
    show(FakeWorkspace())
    return accounts.make("analyst", email="ada@example.org", password=PASSWORD)


@pytest.fixture
def inside(ada) -> Client:
    """Logged in by password just now."""
    client = accounts.client_of(None)
    client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    return client


def code_of(secret: str, *, later: bool = False) -> str:
    """A code that is right now; ``later``: another one than the first."""
    counters = list(yield_hotp_counters_from_time())
    return f"{hotp_value(secret, counters[-1 if later else 0]):06d}"


def switch_on(client: Client) -> tuple[str, list[str]]:
    """Set the codes up; the key and the recovery codes that were shown."""
    asked = client.get("/account/2fa/totp/")["Location"]
    assert asked.startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": "something else"})
    assert client.get("/account/2fa/totp/").status_code == 302
    assert client.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
    page = client.get("/account/2fa/totp/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found
    response = client.post("/account/2fa/totp/", {"code": code_of(found[1])})
    assert response["Location"] == "/account/2fa/recovery/"
    codes = re.findall(r"<code>(\d{8})</code>", client.get(response["Location"]).content.decode())
    assert len(codes) == 10
    return found[1], codes


def is_in(client: Client) -> bool:
    return client.get("/kpis").status_code == 200


def test_a_log_in_takes_password_and_code(inside, ada):
    secret, _codes = switch_on(inside)
    client = accounts.client_of(None)
    response = client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    assert response["Location"] == "/account/2fa/authenticate/"
    assert not is_in(client)
    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "Der Code ist falsch oder abgelaufen." in wrong.content.decode()
    code = code_of(secret, later=True)
    assert client.post("/account/2fa/authenticate/", {"code": code})["Location"] == "/"
    assert is_in(client)


def test_a_recovery_code_lets_in_once(inside, ada):
    _secret, codes = switch_on(inside)
    for expected in (302, 200):
        client = accounts.client_of(None)
        client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
        assert client.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == expected
        assert is_in(client) is (expected == 302)


def test_guessing_codes_is_slowed_down(inside, ada):
    secret, _codes = switch_on(inside)
    client = accounts.client_of(None)
    client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    for number in range(12):
        client.post("/account/2fa/authenticate/", {"code": f"{number:06d}"})
    page = client.post("/account/2fa/authenticate/", {"code": code_of(secret)}).content.decode()
    assert "Zu viele Versuche." in page
    assert not is_in(client)


def test_the_keys_of_codes_are_kept_encrypted_and_not_shown_again(inside):
    secret, codes = switch_on(inside)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert base64.b32decode(secret + "=" * (-len(secret) % 8)).hex() not in kept
    inside.get("/me")
    again = inside.get("/account/2fa/recovery/").content.decode()
    assert codes[0] not in again
    assert secret not in inside.get("/me").content.decode()


def test_switching_off_takes_the_password_again_after_a_while(inside, monkeypatch):
    switch_on(inside)
    session = inside.session
    session["account_authentication_methods"] = [
        {**record, "at": record["at"] - 3600} for record in session["account_authentication_methods"]
    ]
    session.save()
    response = inside.post("/account/2fa/totp/off/")
    assert "reauthenticate" in response["Location"]
    assert Authenticator.objects.filter(type="totp").exists()


def test_an_invitation_does_not_go_around_the_codes(inside, ada):
    from leitstern.server import invitations

    switch_on(inside)
    token = invitations.invite(accounts.make("administrator"), ada)
    client = accounts.client_of(None)
    sent = {"name": "Ada", "password": f"{PASSWORD}9", "again": f"{PASSWORD}9"}
    assert client.post(f"/welcome/{token}", sent)["Location"] == "/account/login/"
    assert not is_in(client)


def test_a_key_is_shown_once_and_kept_as_a_digest(inside, ada, caplog):
    caplog.set_level(logging.DEBUG)
    form = {"action": "key", "name": "Bericht", "scopes": "read", "days": "30"}
    response = inside.post("/me", form)
    keys = re.findall(r"<code>(ls_[\w-]{43})</code>", response.content.decode())
    assert len(keys) == 1
    assert response["Cache-Control"] == "no-store"
    assert keys[0] not in inside.get("/me").content.decode()
    assert keys[0] not in str(list(Token.objects.values())) + str(list(AuditEntry.objects.values()))
    assert keys[0] not in caplog.text
    found = tokens.find(keys[0])
    assert found is not None
    assert (found.account, found.scopes, found.name) == (ada, ["read"], "Bericht")


def test_a_key_ends_by_its_day_by_revoking_and_with_its_account(inside, ada, at):
    begin = datetime(2026, 11, 22, 8, tzinfo=UTC)
    at(begin)
    token, key = tokens.create(ada, "a", ["read", "write"], begin + timedelta(days=30))
    assert token.scopes == ["read", "write"]
    assert tokens.find(key) == token
    at(begin + timedelta(days=30))
    assert tokens.find(key) is None
    at(begin)
    ada.is_active = False
    ada.save()
    assert tokens.find(key) is None
    ada.is_active = True
    ada.save()
    inside.post("/me", {"action": "revoke", "token": token.pk})
    assert tokens.find(key) is None
    for nothing in ("", "ls_", key[:-1], f"{key}x"):
        assert tokens.find(nothing) is None


def test_nobody_revokes_the_key_of_somebody_else(inside):
    token, key = tokens.create(accounts.make(), "a", ["read"])
    assert inside.post("/me", {"action": "revoke", "token": token.pk}).status_code == 404
    assert tokens.find(key) == token


def test_a_key_has_no_other_scope(ada):
    with pytest.raises(Problem, match="everything"):
        tokens.create(ada, "a", ["read", "everything"])


def test_the_language_of_the_account_holds_on_every_machine(inside, ada):
    assert inside.post("/me", {"action": "language", "language": "en"})["Location"] == "/me"
    fresh = Client(headers={"accept-language": "de"})
    fresh.force_login(Account.objects.get(pk=ada.pk))
    assert fresh.get("/me")["Content-Language"] == "en"
    assert inside.post("/me", {"action": "language", "language": "fr"}).status_code == 404


def test_the_code_that_switches_codes_on_does_not_log_in_as_well(inside, ada):
    secret, _codes = switch_on(inside)
    inside.post("/account/logout/")
    inside.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    inside.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert not is_in(inside)


@pytest.mark.parametrize("way", ["page", "invitation", "disabling", "codes"])
def test_keys_end_with_the_password_and_whatever_else_closes_an_account(inside, ada, way):
    boss = accounts.make("administrator", email="boss@example.org")
    _token, key = tokens.create(ada, "Power BI", ["read"])
    assert tokens.find(key) is not None
    new = "Nebelkrähe-im-Dezember-3"
    if way == "page":
        fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        inside.post("/account/password/", fields)
        ada.refresh_from_db()
        assert ada.check_password(new)
    elif way == "invitation":
        link = invitations.find(invitations.invite(boss, ada))
        assert link is not None
        invitations.accept(link, "Ada", ada.email, new)
    elif way == "disabling":
        server_accounts.activate(boss, ada, False)
        server_accounts.activate(boss, ada, True)
    else:
        server_accounts.forget_second_factor(boss, ada)
    assert tokens.find(key) is None
    assert AuditEntry.objects.filter(action="token.all_revoked", object=f"account:{ada.pk}").exists()


def test_whoever_was_disabled_and_let_in_again_logs_in_anew(inside, ada):
    boss = accounts.make("administrator", email="boss@example.org")
    server_accounts.activate(boss, ada, False)
    server_accounts.activate(boss, ada, True)
    assert not is_in(inside)


def test_every_key_has_an_end(ada, at):
    at(datetime(2026, 11, 24, 9, tzinfo=UTC))
    token, key = tokens.create(ada, "Power BI", ["read"])
    assert token.expires_at == clock.now() + timedelta(days=90)
    long, _key = tokens.create(ada, "Years", ["read"], clock.now() + timedelta(days=3000))
    assert long.expires_at == clock.now() + timedelta(days=366)
    Token.objects.filter(pk=token.pk).update(expires_at=None)  # as an early version made them
    assert tokens.find(key) is not None
    at(clock.now() + timedelta(days=367))
    assert tokens.find(key) is None


def test_a_role_can_have_to_log_in_with_codes(inside: Client, settings) -> None:
    assert is_in(inside)
    assert inside.get("/api/v1/me").status_code == 200
    settings.SECOND_FACTOR = named_roles("analyst, administrator")
    led = inside.get("/kpis")
    assert led["Location"] == "/account/2fa/totp/"
    refused = inside.get("/api/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_missing")
    inside.get("/account/2fa/totp/")
    inside.post("/account/reauthenticate/", {"password": PASSWORD})
    page = inside.get("/account/2fa/totp/").content.decode()
    assert "melden sich hier mit Einmalcode an" in page
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert secret
    inside.post("/account/2fa/totp/", {"code": code_of(secret[1])})
    assert is_in(inside)
    assert inside.get("/api/v1/me").status_code == 200
    settings.SECOND_FACTOR = named_roles("management")
    assert is_in(accounts.client_of(accounts.make("council", email="other@example.org")))


def test_a_key_is_of_no_use_where_the_codes_are_missing(ada: Account, settings) -> None:
    key = tokens.create(ada, "nightly", ["read"])[1]
    client = accounts.client_of(None)

    def asked() -> int:
        return client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code

    assert asked() == 200
    settings.SECOND_FACTOR = named_roles("all")
    assert asked() == 403
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert asked() == 200


def test_whoever_comes_by_single_sign_on_is_the_providers(inside: Client, settings) -> None:
    settings.SECOND_FACTOR = named_roles("all")
    assert not is_in(inside)
    session = inside.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "provider": "sso", "uid": "1"}]
    session.save()
    assert is_in(inside)


def test_only_roles_can_be_named() -> None:
    with pytest.raises(Problem, match="“boss”, which is no role"):
        named_roles("management,boss")
    assert named_roles("") == frozenset()
