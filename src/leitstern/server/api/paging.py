"""Long lists in pages: ``limit`` and ``offset``; the answer names the total and the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import BaseModel, Field

from leitstern.server.api.fields import Out

Item = TypeVar("Item")
Row = TypeVar("Row")


class Window(BaseModel):
    """Which part of a list is asked for."""

    limit: int = Field(50, ge=1, le=500, description="How many entries at most.")
    offset: int = Field(0, ge=0, le=10_000_000, description="How many entries to leave out before.")


Paging = Annotated[Window, Query()]


class Page(Out, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    total: int = Field(description="How many entries there are in all.")
    next: str | None = Field(description="Address of the next page; null on the last one.")


def paged(
    request: HttpRequest,
    response: HttpResponse,
    rows: Sequence[Row] | QuerySet[Any],
    window: Window,
    make: Callable[[Row], Any],
) -> dict[str, Any]:
    """One page of ``rows``, each made by ``make``; the header Link names the next one, too."""
    return page(request, response, rows, window, lambda part: [make(row) for row in part])


def page(
    request: HttpRequest,
    response: HttpResponse,
    rows: Sequence[Row] | QuerySet[Any],
    window: Window,
    make: Callable[[list[Row]], list[Any]],
) -> dict[str, Any]:
    """The same where the entries of a page are best made all at once."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    shown = list(rows[window.offset : window.offset + window.limit])
    after = window.offset + window.limit
    following = _address(request, window, after) if after < total else None
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return {"items": make(shown), "total": total, "next": following}


def _address(request: HttpRequest, window: Window, offset: int) -> str:
    query = [
        (name, value)
        for name, values in request.GET.lists()
        if name not in ("limit", "offset")
        for value in values
    ]
    return f"{request.path}?{urlencode([*query, ('limit', window.limit), ('offset', offset)])}"
