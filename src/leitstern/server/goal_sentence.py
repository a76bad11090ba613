"""A goal said in a sentence: read for the viewer, its questions with what can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from leitstern.goals.goal import Whom
from leitstern.goals.sentence import Answers, Asking, Reading, read
from leitstern.server import words
from leitstern.server.goal_names import names

if TYPE_CHECKING:
    from leitstern.goals.sentence import Missing
    from leitstern.server.sight import Sight


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question: ``value`` is a KPI or a subject (``team:T-1``), ``name`` its name."""

    value: str
    name: str


def read_sentence(ask: Sight, said: str, language: str, answers: Answers | None = None) -> Reading:
    """What a sentence says, with the subjects the viewer may see; ``answers`` to what was asked before."""
    return read(
        said,
        ask.today(),
        ask.catalogue,
        names(ask),
        Asking(
            ask.viewer.person,
            "de" if language == "de" else "en",
            ask.settings.fiscal_year_start,
            ask.settings.currency,
        ),
        answers or Answers(),
    )


def answers_of(ask: Sight, sent: Mapping[str, str]) -> Answers:
    """The answers in an address (``kpi``, ``whom``), as far as they exist for the viewer."""
    kpi = sent.get("kpi", "")
    kind, _sep, key = sent.get("whom", "").partition(":")
    whom = Whom(kind, key or None) if kind else None
    known = whom is not None and (whom == Whom("company") or names(ask).knows(whom))
    return Answers(kpi if kpi in ask.catalogue else None, whom if known else None)


def choices(ask: Sight, missing: Missing, language: str) -> list[Choice]:
    """What can be chosen, by name, where a question knows it."""
    if missing.asks == "kpi":
        return [Choice(kpi, words.text(ask.catalogue.get(kpi).name, language)) for kpi in missing.choices]
    found = []
    for key in missing.choices:
        kind, _sep, id_ = key.partition(":")
        name = names(ask).label(Whom(kind, id_ or None)) if id_ else str(ask.settings.name)
        found.append(Choice(key, name))
    return found


def links(ask: Sight, missing: Missing, said: str, answers: Answers, language: str) -> list[tuple[str, str]]:
    """The choices as (name, query of the same page with this answer)."""
    given = {"say": said}
    if answers.kpi:
        given["kpi"] = answers.kpi
    if answers.whom:
        given["whom"] = f"{answers.whom.type}:{answers.whom.id or ''}"
    return [
        (one.name, "?" + urlencode({**given, missing.asks: one.value}))
        for one in choices(ask, missing, language)
    ]
