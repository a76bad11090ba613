"""Every page and every operation of the API, for everybody: the table of `visibility`, which is whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import leitstern
from leitstern import clock
from leitstern.server import work
from leitstern.server.api.main import api
from leitstern.server.reader import Reader, _readers

from . import accounts, company
from .kept import Kept, told
from .visibility import COLUMNS, Line, people, table, world

TABLE = table()
MONTH = f"{clock.today('Europe/Berlin').replace(day=1) - timedelta(days=1):%Y-%m}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("visibility") / "halvorsen"
    company.build(folder)
    return folder


class Visitors:
    """A client for each column, and what the blanks of the addresses stand for."""

    def __init__(self) -> None:
        self.who = who = people()
        self.blanks = {**world(who), "month": MONTH}
        self.clients = {kind: accounts.client_of(who.get(kind)) for kind in COLUMNS}

    def ask(self, kind: str, line: Line) -> HttpResponse:
        """The answer; what it changed is undone."""
        with transaction.atomic():
            response = self._send(self.clients[kind], line)
            transaction.set_rollback(True)
        return response

    def _send(self, client: Client, line: Line) -> HttpResponse:
        address = line.address.format(**self.blanks)
        if line.body == "FILE":
            rows = b"id,name,manager,joined\nP1,Jasper Oldehus,P8,2024-01-01\n"
            return client.post(address, {"file": SimpleUploadedFile("people.csv", rows), "dry_run": "true"})
        if line.body.startswith("FORM "):
            name, _, value = line.body.removeprefix("FORM ").partition("=")
            return client.post(address, {name: value})
        if line.body:
            body = line.body.replace('"{goal}"', self.blanks["goal"])
            return client.generic(line.method, address, body, content_type="application/json")
        return client.post(address) if line.method == "POST" else client.generic(line.method, address)


@pytest.fixture
def visitors(folder: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Visitors:
    ask = Reader(folder, leitstern.open)
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), ask)
    visitors = Visitors()
    work.run_pending(ask)
    return visitors


def test_everybody_gets_what_the_table_says_and_no_value_that_is_kept(visitors: Visitors) -> None:
    ask = _readers[Path(settings.WORKSPACE)]
    kept = Kept(ask, ask.today() - timedelta(days=730), ask.today())
    secrets = {kind: kept.from_(visitors.who.get(kind)) for kind in COLUMNS}
    assert {kind for kind, numbers in secrets.items() if not numbers} == {"management"}
    assert _unexpected(visitors, secrets) == {}


@pytest.mark.calendar
def test_whatever_the_day_two_of_them_get_it(visitors: Visitors) -> None:
    # Which numbers are told is held on one day: among those of sixty days two are equal by chance.
    assert _unexpected(visitors, dict.fromkeys(("lead", "management"), frozenset())) == {}


def _unexpected(visitors: Visitors, secrets: Mapping[str, frozenset[str]]) -> dict[str, dict[str, str]]:
    """What these get otherwise than the table says, by request: another status, or a value kept from them."""
    wrong: dict[str, dict[str, str]] = {}
    for line in TABLE:
        for kind, secret in secrets.items():
            answer = visitors.ask(kind, line)
            if str(answer.status_code) != line.expected[kind]:
                said = f"{answer.status_code}, not {line.expected[kind]}"
                wrong.setdefault(line.request, {})[kind] = said
            elif numbers := told(answer, secret):
                wrong.setdefault(line.request, {})[kind] = f"tells {sorted(numbers)}"
    return wrong


def test_no_one_but_who_logged_in_gets_past_the_door() -> None:
    """Of all addresses these alone answer somebody unknown with anything but the log-in or 401."""
    free = {line.address for line in TABLE if line.expected["anonymous"] not in ("302", "401")}
    assert free == {
        "/account/login/",
        "/account/oidc/company/login/",
        "/account/oidc/company/login/callback/",
        "/account/oidc/refused/",
        "/api/v1/",
        "/api/v1/openapi.json",
        "/deliver/nothing/deals.csv",
        "/welcome/nothing",
    }


def test_every_address_is_in_the_table() -> None:
    operations = {
        (operation["operationId"], method.upper())
        for methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].values()
        for method, operation in methods.items()
    }
    known = {(line.name, line.method) for line in TABLE}
    assert operations - known == set()
    pages = {name for name, of_api in _names(get_resolver()) if not of_api}
    assert pages - {line.name for line in TABLE} == set()
    of_api = {"openapi-json", "api-root"}
    assert {line.name for line in TABLE} == pages | {name for name, _ in operations} | of_api


def test_the_api_has_no_address_beside_its_operations() -> None:
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    served = {name for name, of_api in _names(get_resolver()) if of_api} - {"openapi-json", "api-root"}
    assert len(served) <= len(schema["paths"])


def _names(resolver: URLResolver, of_api: bool = False) -> Iterator[tuple[str, bool]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern, of_api or pattern.app_name == "ninja")
        elif isinstance(pattern, URLPattern):
            assert pattern.name, pattern
            yield pattern.name, of_api


#: What there is but may not be seen, beside what there is not. Persons B's and strangers' view.
HIDDEN = (
    ("GET /goal/{goal}", "GET /goal/999999"),
    ("GET /goal/{draft}", "GET /goal/999999"),
    ("GET /goal/{draft}/edit", "GET /goal/999999/edit"),
    ("GET /goal/{goal}/agreement.pdf", "GET /goal/999999/agreement.pdf"),
    ("POST /goal/{draft}/offer", "POST /goal/999999/offer"),
    ("GET /kpi/won_value?by=person&subject=P1", "GET /kpi/won_value?by=person&subject=P999"),
    (
        "GET /kpi/won_value/records/{month}?by=person&subject=P1",
        "GET /kpi/won_value/records/{month}?by=person&subject=P999",
    ),
    ("GET /administration/accounts/{account}", "GET /administration/accounts/999999"),
    ("GET /api/v1/people/P1", "GET /api/v1/people/P999"),
    (
        "GET /api/v1/records?kpi=won_value&period={month}&by=person&subject=P1",
        "GET /api/v1/records?kpi=won_value&period={month}&by=person&subject=P999",
    ),
    ("GET /api/v1/goals/{goal}", "GET /api/v1/goals/999999"),
    ("GET /api/v1/goals/{draft}", "GET /api/v1/goals/999999"),
    ("PATCH /api/v1/goals/{draft}", "PATCH /api/v1/goals/999999"),
    ("DELETE /api/v1/goals/{draft}", "DELETE /api/v1/goals/999999"),
    ("POST /api/v1/goals/{draft}/offer", "POST /api/v1/goals/999999/offer"),
    ("GET /api/v1/goals/{goal}/standing", "GET /api/v1/goals/999999/standing"),
    ("GET /api/v1/goals/{goal}/curve", "GET /api/v1/goals/999999/curve"),
    ("GET /api/v1/goals/{goal}/smart", "GET /api/v1/goals/999999/smart"),
    ("GET /api/v1/goals/{goal}/comments", "GET /api/v1/goals/999999/comments"),
    ("GET /api/v1/goals/{goal}/agreement.pdf", "GET /api/v1/goals/999999/agreement.pdf"),
    ("DELETE /api/v1/tokens/{token}", "DELETE /api/v1/tokens/999999"),
)
_CHANGING = {"PATCH": '{"target": 6}', "POST": "{}"}


@pytest.mark.parametrize("kind", ["colleague", "other_lead", "council"])
def test_what_is_hidden_is_answered_like_what_does_not_exist(kind: str, visitors: Visitors) -> None:
    for hidden, missing in HIDDEN:
        answers = [_bare(visitors, kind, request) for request in (hidden, missing)]
        assert answers[0] == answers[1], hidden
        assert answers[0][0] == 404, hidden


def test_a_goal_for_a_hidden_person_is_refused_like_one_for_nobody(visitors: Visitors) -> None:
    body = '{"kpi": "won_value", "subject": {"type": "person", "id": "%s"}, "period": "2031", "target": 5}'
    lines = [Line("", "POST /api/v1/goals", "", body % id_) for id_ in ("P1", "P999")]
    answers = [visitors.ask("other_lead", line).content for line in lines]
    assert answers[0] == answers[1]


def _bare(visitors: Visitors, kind: str, request: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, without the address and what is drawn by lot for each page."""
    body = _CHANGING.get(request.split(maxsplit=1)[0], "") if "/api/" in request else ""
    response = visitors.ask(kind, Line("", request, "", body))
    text = response.content.decode()
    address = request.split()[1].format(**visitors.blanks)
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    for said in (address, address.replace("&", "&amp;"), address.partition("?")[0]):
        text = text.replace(said, "HERE")
    # The one thing a page may repeat is what was asked for.
    text = re.sub(r"\bP999?\b|\bP1\b", "ID", text)
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return response.status_code, headers, text.encode()


SEEN = {
    "person": {"P1"},
    "colleague": {"P2"},
    "lead": {"P1", "P2", "P3", "P8"},
    "other_lead": {"P4", "P6", "P9"},
    "management": {"P1", "P2", "P3", "P4", "P6", "P8", "P9", "P10"},
    "council": set(),
    "administrator": set(),
    "analyst": set(),
}


@pytest.mark.parametrize("kind", SEEN)
def test_lists_name_only_the_people_one_may_see(kind: str, visitors: Visitors) -> None:
    def items(address: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = visitors.clients[kind].get(address).json()["items"]
        return found

    assert {one["id"] for one in items("/api/v1/people")} == SEEN[kind]
    assert {one["id"] for one in items("/api/v1/subjects/person")} == SEEN[kind]
    values = items("/api/v1/values?kpi=won_value&by=person&limit=500")
    assert {one["subject"]["id"] for one in values} - {None} == SEEN[kind]  # type: ignore[index]
    members = {id_ for team in items("/api/v1/teams") for id_ in team["members"]}  # type: ignore[attr-defined]
    assert members == SEEN[kind]
