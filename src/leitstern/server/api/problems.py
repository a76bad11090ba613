"""Errors as RFC 9457 problem documents, in the caller's language, for whatever went wrong.

What must not be seen is answered like what does not exist: with `Hidden`, which says nothing about the
thing but the address that was asked for.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from leitstern.errors import Problem
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.api.texts import problem_text, title
from leitstern.server.frame import language

MEDIA_TYPE = "application/problem+json"
ROOT = "/api/"

_log = logging.getLogger("leitstern.api")

#: Statuses of the library's problems, by code; 400 for all others.
_STATUS = {
    # What is asked for stands against the present state.
    "engine.closed_already": 409,
    "engine.not_over": 409,
    "facts.store_busy": 409,
    "leitstern.busy": 409,
    "leitstern.nothing_imported": 409,
    "leitstern.goal_meanwhile": 409,
    "leitstern.goal_no_draft": 409,
    "leitstern.goal_period_over": 409,
    "leitstern.goal_replaces_other": 409,
    "leitstern.goal_in_force_agreed": 409,
    "leitstern.goal_in_force_owner": 409,
    "leitstern.privacy_unchanged": 409,
    "leitstern.privacy_open": 409,
    "leitstern.privacy_decided": 409,
    "leitstern.account_email_taken": 409,
    "leitstern.account_second_needed": 409,
    "leitstern.account_change_decided": 409,
    "leitstern.account_person_taken": 409,
    # The caller may see it, but not do that.
    "leitstern.not_allowed": 403,
    "leitstern.goal_not_allowed": 403,
    "leitstern.goal_not_yours": 403,
    "leitstern.goal_draft_only": 403,
    "leitstern.goal_own_offer": 403,
    "leitstern.goal_in_force_of": 403,
    "leitstern.goal_no_account": 403,
    "leitstern.privacy_own": 403,
    "leitstern.account_own_roles": 403,
    "leitstern.account_second_other": 403,
    "leitstern.account_own_end": 403,
    # KPIs are known to everybody who logs in.
    "kpis.kpi_unknown": 404,
    "kpis.version_unknown": 404,
    "leitstern.no_workspace": 503,
    "engine.no_generation": 503,
    "engine.broken": 503,
}
_MOVE = "goals.move_"


def answer(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str | None = None,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem document in the language that is active."""
    document = {
        "type": f"urn:leitstern:problem:{code}",
        "title": title(status, language()),
        "status": status,
        "detail": detail if detail is not None else problem_text(code, language()),
        "code": code,
        "instance": request.path,
        **(more or {}),
    }
    content = json.dumps(document, ensure_ascii=False, default=str)
    response = HttpResponse(content, status=status, content_type=MEDIA_TYPE)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    response.headers["Content-Language"] = language()
    return response


def of_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem of the library, with the status that fits it."""
    if problem.code == "leitstern.goal_gone":
        return _refused(request, Hidden())
    move = problem.code.startswith(_MOVE)
    status = 409 if move else _STATUS.get(problem.code, 400)
    more = {"state": problem.code.removeprefix(_MOVE)} if move else None
    return answer(request, status, problem.code, problem.text(language()), more)


def install(api: NinjaAPI) -> None:
    """Let ``api`` answer with problem documents."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Exception: _failed,
        Problem: of_problem,
        Refused: _refused,
        Http404: lambda request, _error: _refused(request, Hidden()),
        HttpError: _http,
        AuthenticationError: lambda request, _error: unauthenticated(request),
        ValidationError: _invalid,
        RequestDataTooBig: lambda request, _error: answer(request, 413, "too_large"),
        SuspiciousOperation: lambda request, _error: answer(request, 400, "bad_request"),
    }
    for error, handler in handlers.items():
        api.add_exception_handler(error, handler)


def unauthenticated(request: HttpRequest, code: str = "unauthenticated") -> HttpResponse:
    """401 with the way to log in."""
    return answer(request, 401, code, headers={"WWW-Authenticate": 'Bearer realm="leitstern"'})


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    detail = problem_text(error.code, language(), error.values)
    return answer(request, error.status, error.code, detail, error.more, error.headers)


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that ninja could not read: for a reason of ours, as too large, or as no JSON."""
    match error.__cause__:
        case Refused() as refused:
            return _refused(request, refused)
        case RequestDataTooBig():
            return answer(request, 413, "too_large")
    return answer(request, error.status_code, _code(error.status_code))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {
            "in": str(found["loc"][0]),
            "field": ".".join(str(part) for part in found["loc"][1:]),
            "code": str(found["type"]),
            "detail": _said(found),
        }
        for found in error.errors
    ]
    return answer(request, 422, "invalid", more={"errors": errors})


def _said(found: Mapping[str, Any]) -> str:
    """What is wrong with a field. Checks of our own say it as a code; pydantic speaks English only."""
    return problem_text(f"field_{found['type']}", language(), found.get("ctx") or {}, str(found["msg"]))


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    # Neither headers nor body are logged: they may hold a token.
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer(request, 500, "failed")


def _code(status: int) -> str:
    return {
        400: "bad_request",
        401: "unauthenticated",
        403: "forbidden",
        404: "not_found",
        405: "method_not_allowed",
        413: "too_large",
        415: "media_type",
        429: "too_many",
    }.get(status, "failed" if status >= 500 else "bad_request")


def only_problems(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Turn every error under /api/ that was not made here into a problem document: unknown addresses,
    methods, hosts, and what fails outside the API. Answers are never stored on their way."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path_info.startswith(ROOT):
            return response
        if response.status_code >= 400 and response.get("Content-Type") != MEDIA_TYPE:
            with translation.override(response.get("Content-Language") or "en"):
                allow = {"Allow": response["Allow"]} if response.has_header("Allow") else None
                code = _code(response.status_code)
                response = answer(request, response.status_code, code, headers=allow)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
