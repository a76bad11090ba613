"""The documents that many addresses share: problems, subjects, accounts."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from leitstern.server.api.fields import Out


class FieldProblem(Out):
    """What is wrong with one entry of a request."""

    in_: str = Field(alias="in", description="Where it stands: body, query, path, form or file.")
    field: str = Field(description="Its name; parts of a nested one are separated by points.")
    code: str
    detail: str = Field(description="What is wrong, in the caller's language.")


class ProblemDocument(Out):
    """An error (RFC 9457). What may not be seen is answered like what does not exist, with 404."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:leitstern:problem:not_found",
                    "title": "There is nothing here",
                    "status": 404,
                    "detail": "There is nothing at this address that you can see.",
                    "code": "not_found",
                    "instance": "/api/v1/kpis/nothing",
                }
            ]
        },
    )

    type: str = Field(description="The kind of problem as a URN: urn:leitstern:problem:CODE.")
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="What is wrong and what to do, in the caller's language.")
    code: str = Field(description="The kind of problem, stable across languages and releases.")
    instance: str = Field(description="The address that was asked for.")
    errors: list[FieldProblem] | None = Field(None, description="With 422: what is wrong, by field.")
    state: str | None = Field(None, description="With 409 about a goal: the state it is in.")


class Texts(Out):
    """A text in both languages."""

    de: str
    en: str


class SubjectOut(Out):
    """Whom a value or goal is about. id and name are null for the company, and for records that are not
    assigned to anybody."""

    type: str
    id: str | None
    name: str | None


class AccountBrief(Out):
    """An account in few words."""

    id: int
    name: str


def brief(account: Any) -> dict[str, Any] | None:
    """An account as `AccountBrief`; None without one."""
    return None if account is None else {"id": account.pk, "name": str(account)}
