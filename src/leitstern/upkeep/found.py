"""What a look at a workspace finds: part by part, and for what is damaged where, what and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leitstern.messages import message

#: ``busy``: could not be looked at, as somebody is writing; ``none``: there is nothing of it yet.
State = Literal["whole", "damaged", "busy", "none"]


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not as it was written. ``code`` says what is wrong with ``place``, a path in the
    workspace; ``detail`` is what the library that reads it said."""

    place: str
    code: str
    detail: str = ""
    found: int = 0
    wanted: int = 0

    def text(self, language: str) -> str:
        """What is wrong."""
        return message(f"upkeep.{self.code}", language, found=self.found, wanted=self.wanted)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a workspace: how many files (or databases) were looked at, and what is damaged.

    ``waiting``: how many changes of its tables the next start makes.
    """

    name: str
    checked: int
    damages: tuple[Damage, ...] = ()
    busy: bool = False
    waiting: int = 0

    @property
    def state(self) -> State:
        """In one word."""
        if self.damages:
            return "damaged"
        if self.busy:
            return "busy"
        return "whole" if self.checked else "none"

    def remedy(self, language: str) -> str:
        """What to do about its damages."""
        return message(f"upkeep.remedy_{self.name}", language)


def said(error: BaseException) -> str:
    """What a library said of a file, short enough for a line."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]
