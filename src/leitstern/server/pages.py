"""Paging: which rows a page shows, and the links to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from leitstern.server.links import with_query


@dataclass(frozen=True)
class Pages:
    """``count`` rows in pages of ``size``; the page asked for is moved into what there is."""

    request: HttpRequest
    count: int
    size: int

    @property
    def last(self) -> int:
        """The number of pages, at least one."""
        return max(1, -(-self.count // self.size))

    @property
    def page(self) -> int:
        """The current page, from 1."""
        asked = self.request.GET.get("page", "1")
        return min(int(asked), self.last) if asked.isdecimal() and int(asked) > 0 else 1

    @property
    def first_row(self) -> int:
        """The number of the first row shown, from 1; 0 without rows."""
        return min(self.count, (self.page - 1) * self.size + 1)

    @property
    def last_row(self) -> int:
        """The number of the last row shown."""
        return min(self.count, self.page * self.size)

    @property
    def previous(self) -> str | None:
        """The address of the page before."""
        return with_query(self.request, page=str(self.page - 1)) if self.page > 1 else None

    @property
    def next(self) -> str | None:
        """The address of the page after."""
        return with_query(self.request, page=str(self.page + 1)) if self.page < self.last else None
