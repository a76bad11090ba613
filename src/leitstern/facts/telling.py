"""What a proposed mapping decided, said to the user: nothing of it is hidden in a file that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leitstern.facts.model import FACTS
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.facts.propose import Proposal

#: So many words or columns are named.
_SHOWN = 12


def told(proposal: Proposal, file: str, language: str) -> list[str]:
    """The notes on a proposal for the file called ``file``."""
    return [message(f"facts.note_{code}", language, file=file, **values) for code, values in _notes(proposal)]


def _notes(proposal: Proposal) -> Iterator[tuple[str, dict[str, str]]]:
    if proposal.vendor is not None:
        yield "vendor", {"vendor": proposal.vendor, "fact": proposal.fact}
    ended = proposal.deleted or proposal.where
    if ended is not None and proposal.left_out:
        yield "left_out", {"column": ended.column, "words": _listed(proposal.left_out)}
    for mapped in proposal.fields.values():
        if mapped.less is not None:
            yield "less", {"column": str(mapped.column), "tax": mapped.less}
        if mapped.times is not None:
            yield "times", {"column": str(mapped.column), "times": str(mapped.times)}
    for end, plan in FACTS[proposal.fact].planned:
        closed, planned = proposal.fields.get(end), proposal.fields.get(plan)
        if closed is not None and planned is not None and closed.column == planned.column:
            yield "only_plan", {"column": str(closed.column)}
    for name, (column, words) in proposal.unclear.items():
        if name not in proposal.fields:
            yield "unclear", {"column": column, "field": name, "words": _listed(words)}
    for column, words in proposal.guessed.items():
        name = next(name for name, mapped in proposal.fields.items() if mapped.column == column)
        values = {"column": column, "words": _listed(words), "default": str(proposal.fields[name].default)}
        yield "guessed", values
    if proposal.unused:
        yield "unused", {"columns": ", ".join(proposal.unused)}


def _listed(words: tuple[str, ...]) -> str:
    more = ", ..." if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more
