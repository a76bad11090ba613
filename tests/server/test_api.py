"""The API's manners: tokens and scopes, limits, languages, problems, pages, locking, keeping keys secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from leitstern.server import tokens
from leitstern.server.api import limits
from leitstern.server.api.problems import MEDIA_TYPE
from leitstern.server.models import Account, AuditEntry, GoalRow, Token

from . import accounts

Clients = dict[str, Client]
MONDAY = datetime(2026, 11, 23, 8, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_minute", -1)


def call(
    key: str, method: str = "GET", path: str = "me", body: object = None, **headers: str
) -> HttpResponse:
    """A request with a key, from a program: no cookies."""
    return Client().generic(
        method,
        f"/api/v1/{path}",
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", **headers},
    )


def key_of(kind: str, *scopes: str, expires: datetime | None = None) -> str:
    return tokens.create(accounts.make_kind(kind), "test", scopes or ("read",), expires)[1]


GOAL = {"kpi": "won_value", "subject": {"type": "company"}, "period": "2027-Q1", "target": 1000.5}


# --- who calls ---


def test_a_token_reads_and_writes_by_its_scopes(clients: Clients) -> None:
    read, write = key_of("management"), key_of("management", "read", "write")
    assert call(read).status_code == 200
    refused = call(read, "POST", "goals", GOAL)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert 'error="insufficient_scope", scope="write"' in refused["WWW-Authenticate"]
    assert GoalRow.objects.count() == 0
    assert call(write, "POST", "goals", GOAL).status_code == 201
    # Reading a text changes nothing.
    assert call(read, "POST", "goals/read-sentence", {"text": "Umsatz"}).status_code == 200
    only_write = key_of("management", "write")
    assert call(only_write).status_code == 403


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ls_wrong", "Basic bHM6eA==", "ls_wrong", "Bearer ls_\xe4"]
)
def test_anything_else_in_the_header_is_no_way_in(clients: Clients, given: str) -> None:
    # Not even with a session beside it: a program that sends a key means the key.
    answer = clients["management"].get("/api/v1/me", headers={"Authorization": given})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_key_ends(clients: Clients, at: Callable[[datetime], None]) -> None:
    at(MONDAY)
    key = key_of("person", expires=MONDAY + timedelta(days=1))
    assert call(key).status_code == 200
    at(MONDAY + timedelta(days=1))
    assert call(key).status_code == 401
    revoked = key_of("person")
    tokens.revoke(accounts.make_kind("person"), Token.objects.latest("pk"))
    assert call(revoked).status_code == 401
    inactive = key_of("person")
    Account.objects.filter(person="P1").update(is_active=False)
    assert call(inactive).status_code == 401


def test_a_key_in_the_address_is_no_way_in(clients: Clients) -> None:
    key = key_of("person")
    for name in ("token", "key", "access_token", "api_key"):
        assert Client().get(f"/api/v1/me?{name}={key}").status_code == 401


def test_a_session_needs_the_csrf_header_for_changes(clients: Clients) -> None:
    session = clients["management"].cookies[settings.SESSION_COOKIE_NAME].value
    browser = Client(enforce_csrf_checks=True)
    browser.cookies[settings.SESSION_COOKIE_NAME] = session
    send = {"data": json.dumps(GOAL), "content_type": "application/json"}
    refused = browser.post("/api/v1/goals", **send)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    assert GoalRow.objects.count() == 0
    browser.get("/goals")  # a page with a form sets the cookie
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    assert browser.post("/api/v1/goals", **send, headers={"X-CSRFToken": token}).status_code == 201


def test_no_token_makes_another_one(clients: Clients) -> None:
    key = key_of("person", "read", "write")
    refused = call(key, "POST", "tokens", {"name": "-", "scopes": ["read"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "session_needed")
    made = clients["person"].post(
        "/api/v1/tokens", {"name": "Power BI", "scopes": ["read"], "days": 7}, content_type="application/json"
    )
    assert made.status_code == 201
    assert call(made.json()["key"]).json()["email"] == "person@example.org"
    listed = clients["person"].get("/api/v1/tokens").json()
    assert [one["name"] for one in listed["items"]] == ["Power BI", "test"]
    assert "key" not in listed["items"][0]


# --- limits ---


def test_a_token_has_so_many_requests_a_minute(
    clients: Clients, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REQUESTS", 3)
    at(MONDAY)
    key, other = key_of("person"), key_of("colleague")
    assert [call(key).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = call(key)
    assert (refused["Retry-After"], refused.json()["code"]) == ("30", "too_many")
    assert call(other).status_code == 200
    at(MONDAY + timedelta(seconds=30))
    assert call(key).status_code == 200


def test_guessing_keys_is_stopped_by_address(
    clients: Clients, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FAILURES", 2)
    at(MONDAY)
    assert [call(f"ls_{n}").status_code for n in range(3)] == [401, 401, 429]
    # A right key from that address has to wait as well: whoever guesses learns nothing.
    right = key_of("person")
    assert call(right).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7").get(
        "/api/v1/me", headers={"Authorization": f"Bearer {right}"}
    )
    assert elsewhere.status_code == 200
    at(MONDAY + timedelta(minutes=1))
    assert call(right).status_code == 200


# --- problems ---


def test_every_error_is_a_problem_document_in_the_callers_language(clients: Clients) -> None:
    key = key_of("management", "read", "write")
    plain = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    answers = {
        404: call(key, path="nothing"),
        405: call(key, "PUT", "me"),
        400: Client().post("/api/v1/goals", "{", content_type="application/json", **plain),
        415: Client().post("/api/v1/goals", "<a/>", content_type="text/xml", **plain),
        422: call(key, "POST", "goals", {**GOAL, "target": "5", "more": 1}),
        403: call(key, path="audit"),
        401: Client().get("/api/v1/me"),
    }
    for status, answer in answers.items():
        document = answer.json()
        assert (answer.status_code, answer["Content-Type"]) == (status, MEDIA_TYPE), status
        assert document["status"] == status
        assert document["type"] == f"urn:leitstern:problem:{document['code']}"
        assert document["instance"] == answer.wsgi_request.path
        assert answer["Cache-Control"] == "no-store"
    assert answers[405]["Allow"] == "GET"
    said = {error["field"]: error["code"] for error in answers[422].json()["errors"]}
    assert said == {"given.target": "number", "given.more": "extra_forbidden"}


def test_languages(clients: Clients) -> None:
    key = key_of("person")
    titles = {
        language: call(key, path="nothing", **{"Accept-Language": language}).json()["title"]
        for language in ("de", "en-GB,de;q=0.5", "fr")
    }
    # Nobody asked for French, so it is the workspace's language.
    assert titles == {
        "de": "Hier ist nichts", "en-GB,de;q=0.5": "There is nothing here", "fr": "Hier ist nichts"
    }  # fmt: skip
    unknown = call(key, path="values?kpi=nothing", **{"Accept-Language": "en"})
    assert unknown.json()["detail"].startswith("There is no KPI nothing.")


def test_an_error_of_the_program_tells_nothing(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    key = key_of("person")

    def fail(*_args: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("leitstern.server.api.routes.me.sight", fail)
    with caplog.at_level(logging.DEBUG):
        answer = call(key)
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert b"boom" not in answer.content
    assert "boom" in caplog.text


# --- keys stay secret ---


def test_a_key_is_in_no_answer_log_or_table(
    clients: Clients, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        made = clients["management"].post(
            "/api/v1/tokens", {"name": "-", "scopes": ["read", "write"]}, content_type="application/json"
        )
        key = made.json()["key"]
        answers = [
            call(key, path="nothing"),
            call(key, "POST", "goals", {"kpi": 1}),
            call(key, "PUT", "me"),
            call(key + "x"),
            call(key, path="tokens"),
            call(key, "POST", "goals", GOAL),
            clients["council"].get("/api/v1/audit"),
        ]
    secret = key[8:]
    for answer in answers:
        assert secret not in answer.content.decode()
        assert secret not in str(answer.headers)
    assert secret not in caplog.text
    assert secret not in "".join(capsys.readouterr())
    kept = [str(row) for row in [*Token.objects.values(), *AuditEntry.objects.values()]]
    assert not any(secret in row for row in kept)
    assert made["Cache-Control"] == "no-store"


# --- pages and locking ---


def test_pages_lead_to_each_other_and_end(clients: Clients) -> None:
    key = key_of("person")
    whole = call(key, path="kpis?limit=500").json()
    names, address, count = [], "/api/v1/kpis?limit=17", 0
    while address:
        answer = call(key, path=address.removeprefix("/api/v1/"))
        page = answer.json()
        names += [one["kpi"] for one in page["items"]]
        assert page["total"] == whole["total"]
        assert answer.headers.get("Link") == (f'<{page["next"]}>; rel="next"' if page["next"] else None)
        address, count = page["next"], count + 1
    assert names == [one["kpi"] for one in whole["items"]]
    assert count == -(-whole["total"] // 17)
    assert call(key, path="kpis?limit=501").status_code == 422
    far = call(key, path="kpis?offset=9999").json()
    assert (far["items"], far["next"]) == ([], None)


def test_a_goal_is_changed_by_whoever_saw_it_last(clients: Clients) -> None:
    key = key_of("management", "read", "write")
    made = call(key, "POST", "goals", GOAL)
    goal, first = made.json(), made["ETag"]
    assert (goal["target"], goal["state"], goal["unit"]) == (1000.5, "draft", "currency")
    assert (goal["from"], goal["to"]) == ("2027-01-01", "2027-03-31")
    assert made["Location"] == f"/api/v1/goals/{goal['id']}"
    path = f"goals/{goal['id']}"
    changed = call(key, "PATCH", path, {"target": 900}, **{"If-Match": first})
    assert (changed.status_code, changed.json()["target"]) == (200, 900)
    late = call(key, "PATCH", path, {"target": 800}, **{"If-Match": first})
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert call(key, path=path).json()["target"] == 900
    assert call(key, "DELETE", path, **{"If-Match": first}).status_code == 412
    assert call(key, "DELETE", path).status_code == 204
    assert call(key, path=path).status_code == 404


def test_what_was_offered_is_changed_no_more_and_offered_once(clients: Clients) -> None:
    key = key_of("management", "read", "write")
    path = f"goals/{call(key, 'POST', 'goals', {**GOAL, 'kind': 'directive'}).json()['id']}"
    assert call(key, "POST", f"{path}/offer").json()["state"] == "directed"
    again = call(key, "POST", f"{path}/offer")
    assert (again.status_code, again.json()["state"]) == (409, "directed")
    late = call(key, "PATCH", path, {"target": 1})
    assert (late.status_code, late.json()["code"], late.json()["state"]) == (409, "not_a_draft", "directed")
    assert call(key, "DELETE", path).status_code == 409


def test_values_are_those_of_show(clients: Clients) -> None:
    key = key_of("person")
    asked = "values?kpi=won_value&kpi=win_rate&grain=quarter&from=2026-01-01&to=2026-06-30"
    rows = call(key, path=asked).json()["items"]
    assert [(row["kpi"], row["period"]) for row in rows] == [
        ("won_value", "2026-Q1"), ("won_value", "2026-Q2"), ("win_rate", "2026-Q1"), ("win_rate", "2026-Q2"),
    ]  # fmt: skip
    assert list(rows[0]) == [
        "kpi", "version", "unit", "grain", "period", "from", "to", "subject", "value", "numerator",
        "denominator", "rows", "complete", "reason", "set_aside", "as_of",
    ]  # fmt: skip
    assert (rows[0]["from"], rows[0]["to"], rows[0]["as_of"]) == ("2026-01-01", "2026-03-31", "2026-11-21")
    assert 0 < rows[2]["value"] < 1
    assert rows[2]["value"] == rows[2]["numerator"] / rows[2]["denominator"]
    much = call(key, path="values?kpi=won_value&by=customer&grain=day&from=1970-01-01&to=2199-12-31")
    assert (much.status_code, much.json()["code"]) == (400, "too_much")
    order = call(key, path="values?kpi=won_value&from=2026-02-01&to=2026-01-01")
    assert (order.status_code, order.json()["code"]) == (400, "dates_order")
