"""The API against its own schema: requests made up from it, valid and invalid, find no server error.

The caller is an administrator, analyst and member of the management at once, so that nothing is refused for
want of a role, on a real workspace.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as limits
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.transport.serialization import Binary

import leitstern
from leitstern.server import insight, tokens
from leitstern.server.api.main import api
from leitstern.server.reader import Reader, _readers
from leitstern.server.wsgi import application

from . import accounts, company

CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            # What a schema cannot say: a period that is none, dates out of order, a KPI that is not there, a
            # goal that is offered already. These are answered as problems with 400, 404, 409, 412 or 403.
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "412", "413"],
            },
        }
    }
)
# The client that sends these requests makes a field without a file of an empty file.
schemathesis.openapi.format("binary", st.binary(min_size=1).map(Binary))
schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"), config=CONFIG)
schema.app = application


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("api") / "halvorsen"
    company.build(folder)
    return folder


@pytest.fixture
def key(folder: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The key of a caller who may do everything, as often as wanted."""
    ask = Reader(folder, leitstern.open)
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), ask)
    for analysis in insight.analyses():
        if insight.document(ask, analysis.name) is None:
            insight.keep(ask, ask.generation(), analysis.name, analysis.run(ask, lambda *_: None))
    monkeypatch.setattr("leitstern.server.api.limits.REQUESTS", 10**9)
    monkeypatch.setattr("leitstern.server.api.limits.FAILURES", 10**9)
    # As Django's own test client does it: the test's transaction lives longer than a request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    caller = accounts.make("administrator", "analyst", "management", person="P10", email="all@example.org")
    yield tokens.create(caller, "schemathesis", ["read", "write"])[1]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@limits(
    max_examples=15,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_the_schema(case: schemathesis.Case, key: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"})
