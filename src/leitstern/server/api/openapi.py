"""The schema of the API: what ninja knows, made complete and exact.

Added is what every operation can answer besides success: problem documents.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from pydantic.json_schema import models_json_schema

from leitstern.server.api.documents import ProblemDocument
from leitstern.server.api.problems import MEDIA_TYPE

REF = "#/components/schemas/{model}"
#: What any operation can answer.
ALWAYS = (400, 401, 403, 422, 429, 500, 503)
#: What an operation can answer in addition, by what it is.
WITH_PATH, WITH_CHANGE, WITH_BODY = (404,), (404, 409), (413, 415)
#: ``Page[Goal]``, as pydantic calls it.
_PAGE = re.compile(r"\bPage_(\w+?)_(?=\")")


def complete(schema: OpenAPISchema) -> dict[str, Any]:
    """The schema with everything an operation can answer."""
    found: dict[str, Any] = json.loads(_PAGE.sub(r"\1Page", json.dumps(schema)))
    _, definitions = models_json_schema([(ProblemDocument, "serialization")], ref_template=REF)
    found["components"]["schemas"].update(definitions["$defs"])
    statuses: set[int] = set()
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            statuses |= _errors(path, method, operation)
    found["components"]["responses"] = {f"Problem{status}": _answer(status) for status in sorted(statuses)}
    return found


def _errors(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    """Add what an operation can answer besides success; returns these statuses."""
    statuses = {*ALWAYS, *operation.pop("x-errors", [])}
    if "{" in path:
        statuses.update(WITH_PATH)
    if method != "get":
        statuses.update(WITH_CHANGE)
    if "requestBody" in operation:
        statuses.update(WITH_BODY)
        for content in operation["requestBody"]["content"].values():
            if "properties" in content["schema"]:  # a form; what is JSON refers to a document
                content["schema"]["additionalProperties"] = False
    for status in sorted(statuses):
        reference = {"$ref": f"#/components/responses/Problem{status}"}
        operation["responses"].setdefault(str(status), reference)
    return statuses


def _answer(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="ProblemDocument")}}},
    }
    if status == 429:
        wait = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        answer["headers"] = {"Retry-After": wait}
    return answer
