"""The one error a user is meant to read: what is wrong, where, and what to do, in their language."""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 - a problem of the input or the request, not of the program
    """A request that cannot be carried out.

    ``code`` names the message in ``leitstern.messages``; ``values`` fill its blanks. ``str()`` is
    the English text; surfaces ask ``text(language)``.
    """

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(code)

    def text(self, language: str) -> str:
        """The message in ``de`` or ``en``."""
        from leitstern.messages import message

        return message(self.code, language, **self.values)

    def __str__(self) -> str:
        return self.text("en")
