"""What a change is compared with, in a typed sentence: ``als 2026``, ``than last quarter``.

The time behind such a word is the base, never the goal's own period.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from leitstern.goals.sentence_when import WHEN, Stretch, known
from leitstern.periods.grains import Grain

if TYPE_CHECKING:
    from leitstern.goals.goal import Against

_THAN = (
    r"(?:als|wie|than|gegenüber|ggü\.?|verglichen\s+(?:mit|zu[mr]?)|im\s+vergleich\s+(?:zu[mr]?|mit)|auf\s+basis\s+von|relative\s+to"
    r"|(?:as\s+)?compared\s+(?:with|to)|versus|vs\.?|against|as\s+in)"
)
_FILL = r"(?:\s+(?:noch|es|wir|war|im|in|dem|der|des|den|das|von|the|that|of|was|were|we|had|made|on))*"
_PAST = r"(?:letzte[nmrs]?|vergangene[nmrs]?|vorige[nmrs]?|last|previous|prior)"
_YEARS = (
    r"(?:vorjahr(?:es|e)?(?:s?(?:zeitraum|quartal|monat|wert|niveau|ergebnis)\w*)?"
    rf"|(?:(?:selben|gleichen|same)\s+(?:zeitraum|quartal|monat|period|quarter|month|time|stretch)\s+(?:(?:des|im|of|in|the|a)\s+)*)?"
    rf"(?:{_PAST}\s+(?:jahr(?:es)?|year)(?:['’]s)?|vorjahr\w*|(?:a|one)\s+year\s+(?:earlier|before|ago)|year\s+(?:earlier|before|ago))"
    r"|(?:a|one)\s+year\s+(?:earlier|before|ago)|vor\s+einem\s+jahr)"
)
_PERIODS = (
    r"(?:vor(?:quartal|monat|woche|zeitraum|periode|halbjahr)\w*"
    rf"|{_PAST}\s+(?:quartal|monat|woche|halbjahr|zeitraum|quarter|month|week|period|half[- ]?year)\w*"
    r"|(?:quartal|monat|quarter|month|period|year|jahr)\s+(?:davor|zuvor|before)|(?:the\s+)?one\s+before)"
)
_NOW = (
    r"(?:heute|jetzt|aktuell\w*|heutigen?\s+(?:stand|wert|niveau)|bisher\w*|today|now|currently|at\s+present)"
)
_RELATIVE: tuple[tuple[Against, re.Pattern[str]], ...] = (
    (
        "previous_year",
        re.compile(
            rf"\b(?:{_THAN}|zum|over|on|above|below|über|unter){_FILL}\s+{_YEARS}\b"
            r"|\byear[- ](?:on|over)[- ]year\b|\byoy\b"
        ),
    ),
    (
        "previous_period",
        re.compile(
            rf"\b(?:{_THAN}|zum|over|on|above|below|über|unter){_FILL}\s+{_PERIODS}\b"
            r"|\b(?:quarter|month)[- ](?:on|over)[- ](?:quarter|month)\b|\b(?:qoq|mom)\b"
        ),
    ),
)
_OTHER = re.compile(rf"\b{_THAN}{_FILL}\s+{_NOW}\b(?!\s*·)")
#: "mehr als 2026 Kunden": a dot stands for what was read before, here a KPI, and tells an amount from a year.
_NAMED = re.compile(
    rf"\b{_THAN}{_FILL}\s+(?:(?:the|dem|das)\s+)?{WHEN}(?!\s*(?:·|[%€$£]|eur|chf|pro[cz]ent|per\s?cent))",
    re.VERBOSE,
)


_GRAINS = (
    (Grain.WEEK, r"woche|week"),
    (Grain.MONTH, r"monat|month"),
    (Grain.HALF_YEAR, r"halbjahr|half"),
    (Grain.QUARTER, r"quartal|quarter"),
    (Grain.YEAR, r"jahr|year"),
)


@dataclass(frozen=True, slots=True)
class Base:
    """What the sentence compares with: ``against`` where it says so by itself (a ``grain``, if it named one),
    else the ``stretch`` it names; neither for something there is no base for (today's value). ``loose``: said
    as seen from today ("last quarter"), which need not be the one before the goal's. ``taken`` are the places
    of its words."""

    against: Against | None
    stretch: Stretch | None
    taken: tuple[tuple[int, int], ...]
    grain: Grain | None = None
    loose: bool = False


def base_in(text: str, today: date, fiscal_start: int) -> Base | None:
    """The base that a text in small letters names; None where it names none. Of two, none is known."""
    found = [
        Base(against, None, (match.span(),), _grain_of(match[0], against), bool(re.search(_PAST, match[0])))
        for against, pattern in _RELATIVE
        for match in pattern.finditer(text)
    ]
    found += [Base(None, None, (match.span(),)) for match in _OTHER.finditer(text)]
    for match in _NAMED.finditer(text):
        if not any(at < match.end() and match.start() < to for one in found for at, to in one.taken):
            found.append(Base(None, known(match, today, fiscal_start), (match.span(),)))
    if not found:
        return None
    taken = tuple(span for one in found for span in one.taken)
    same = len({(one.against, one.stretch) for one in found}) == 1
    return replace(found[0], taken=taken) if same else Base(None, None, taken)


def _grain_of(text: str, against: Against) -> Grain | None:
    if against == "previous_year":
        return None
    return next((grain for grain, pattern in _GRAINS if re.search(pattern, text)), None)


def compared(base: Base, goal: Stretch) -> tuple[Against, Stretch] | None:
    """What ``against`` the base is for a goal's stretch, and that stretch; None where it is neither the
    period before nor that of the year before.

    "By the end of 2027 more than in 2026" compares years, so a deadline becomes the period that it closes.
    """
    closed = goal
    if goal.period is None and goal.closes is not None:
        said = tuple(one for one in goal.assumed if one not in ("start", "end"))
        closed = Stretch(goal.closes.start, goal.closes.end, goal.closes, said)
    if base.against is not None:
        if base.grain is None:
            return base.against, goal
        fits = closed.period is not None and closed.period.grain is base.grain
        return (base.against, closed) if fits else None
    then = base.stretch.period if base.stretch is not None else None
    period = closed.period
    if then is None or period is None or base.stretch is None:
        return None
    while "year" in base.stretch.assumed and then.start >= closed.start:
        then = then.same_last_year()  # "more than in March": the one before
    if then == period.same_last_year():
        return "previous_year", closed
    return ("previous_period", closed) if then == period.previous() else None
