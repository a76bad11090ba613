"""Links that keep the page's state and change one part of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a switch: its text, where it leads, and whether it is the current one."""

    name: str
    href: str
    here: bool


def with_query(request: HttpRequest, **changes: str | None) -> str:
    """The page's own address with parameters set, or taken out (None)."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path
