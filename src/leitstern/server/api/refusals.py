"""Requests that the API itself refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):  # noqa: N818 - like Problem, it is no error of the program
    """A request the API itself refuses. ``code`` names a text of `texts`; ``more`` are further members."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
        **values: object,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.values = values
        self.headers = dict(headers or {})
        self.more = dict(more or {})


class Hidden(Refused):
    """There is nothing here, or nothing the caller may see."""

    def __init__(self) -> None:
        super().__init__(404, "not_found")


class Forbidden(Refused):
    """The caller is known, but is not given what this address is for."""

    def __init__(self) -> None:
        super().__init__(403, "forbidden")
