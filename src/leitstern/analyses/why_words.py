"""Why a KPI changed, in plain sentences with numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from leitstern.analyses.why import REST
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.analyses.why import Piece, Why


class Figures(Protocol):
    """How numbers are written."""

    def exact(self, value: float | None, unit: str) -> str:
        """A value with its unit."""

    def difference(self, value: float | None, unit: str, *, exact: bool = False) -> str:
        """A signed difference."""


def sentences(why: Why, kpi: str, period: str, then: str, language: str, figures: Figures) -> Iterator[str]:
    """What happened, what it is made of, who contributed most and who worked against it.

    ``kpi``, ``period`` and ``then`` are names as people say them.
    """

    def say(code: str, **values: object) -> str:
        # A number may end with the point of an abbreviation; a sentence needs no second one.
        return message(f"why.{code}", language, **values).replace("..", ".")

    def signed(value: float | None) -> str:
        return figures.difference(value, why.unit, exact=True)

    change = why.difference
    if change is None:
        yield say("too_little", kpi=kpi, period=period, then=then)
        return
    code = "rose" if change > 0 else "fell" if change < 0 else "unchanged"
    before, after = figures.exact(why.before, why.unit), figures.exact(why.after, why.unit)
    yield say(code, kpi=kpi, before=before, after=after, difference=signed(change), period=period, then=then)
    if why.verdict == "not_exact":
        yield say("not_exact")
    elif change:
        if why.way in ("volume_rate", "mix_rate", "above_below"):
            yield say(why.way, volume=signed(why.volume), mix=signed(why.mix), rate=signed(why.rate))
        for code, piece in _main(why, change):
            yield say(code, name=name(piece, language), total=signed(piece.total))
    if not why.complete:
        yield say("unfinished")
    if why.other_version:
        yield say("other_version")


def _main(why: Why, change: float) -> Iterator[tuple[str, Piece]]:
    """The largest piece in the direction of the change, and the largest against it."""
    for code, sign in (("most", 1), ("against", -1)):
        pieces = [p for p in why.pieces if (p.total or 0) * sign * change > 0]
        if pieces:
            yield code, pieces[0]


def name(piece: Piece, language: str) -> str:
    """What a piece is called."""
    if piece.id is None or piece.id == REST:
        return message("why.not_assigned" if piece.id is None else "why.rest", language)
    return piece.name or piece.id
