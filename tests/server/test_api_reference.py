"""The reference of the API is current, and its schema says everything."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from leitstern.server import api as package
from leitstern.server.api.main import api
from leitstern.server.api.problems import MEDIA_TYPE
from leitstern.server.api.reference import page

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
OPERATIONS = [o for path in SCHEMA["paths"].values() for o in path.values()]


def test_the_page_is_current() -> None:
    """If this fails: ``python -m leitstern.server.api.reference``."""
    assert (ROOT / "docs" / "api.md").read_text(encoding="utf-8") == page()


def test_every_operation_is_described_and_says_how_it_fails() -> None:
    assert len({o["operationId"] for o in OPERATIONS}) == len(OPERATIONS)
    for operation in OPERATIONS:
        assert operation["description"].endswith("."), operation["operationId"]
        assert operation["tags"]
        assert operation["security"] == [{"AccessToken": []}, {"Session": []}]
        assert {"401", "403", "429", "500"} <= operation["responses"].keys()
    for answer in SCHEMA["components"]["responses"].values():
        assert list(answer["content"]) == [MEDIA_TYPE]
    assert SCHEMA["components"]["securitySchemes"] == {
        "AccessToken": {"type": "http", "scheme": "bearer"},
        "Session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
    }


def test_no_two_documents_have_one_name() -> None:
    """Ninja names documents by their class alone, and keeps the last one."""
    found: dict[str, str] = {}
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        for name, value in vars(importlib.import_module(module.name)).items():
            own = isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == module.name
            if own and "[" not in name:
                assert name not in found, (name, module.name, found[name])
                found[name] = module.name


def test_nothing_is_loaded_from_elsewhere(clients: dict[str, Any]) -> None:
    """The pages of documentation that ninja offers would load their scripts from other servers."""
    for path in ("docs", "redoc", ""):
        assert clients["administrator"].get(f"/api/v1/{path}").status_code == 404
