"""What was read of a typed sentence: the draft, its questions and its suppositions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from leitstern.messages import message

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from leitstern.goals.goal import Against, Direction, Whom
    from leitstern.goals.sentence_words import Language
    from leitstern.kpis.definition import Definition

Asked = Literal["kpi", "whom", "direction", "amount", "time"]
LETTER: dict[Asked, Literal["S", "M", "T"]] = {
    "kpi": "S",
    "whom": "S",
    "direction": "M",
    "amount": "M",
    "time": "T",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """What has to be asked: the SMART letter it belongs to, what is asked for, and the question's code.
    ``choices`` are KPIs, or subjects as ``team:T-1``, one of which may be meant."""

    letter: Literal["S", "M", "T"]
    asks: Asked
    question: str
    values: Mapping[str, object] = field(default_factory=dict)
    choices: tuple[str, ...] = ()

    def text(self, language: str) -> str:
        """The question in ``de`` or ``en``."""
        return message(f"goals.ask_{self.question}", language, **self.values)


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the sentence left open and was supposed: ``start_today``, ``next_year``, ``until_end``,
    ``until_middle``, ``direction``, ``last_year``, ``base``."""

    what: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The supposition in ``de`` or ``en``."""
        return message(f"goals.assumed_{self.what}", language, **self.values)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was chosen when it was asked for; it stands above what the sentence says."""

    kpi: str | None = None
    whom: Whom | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """Who types, and where. ``person`` is the id of whoever says "ich", "my"; ``language`` decides what
    ``1.234`` is where the sentence's own words do not tell the language; an amount in another ``currency`` is
    asked about."""

    person: str | None = None
    language: Language | None = None
    fiscal_start: int = 1
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change: 0.14 more, of the base if ``relative`` (14 %), else in the KPI's unit (50,000 euros, 0.03 for
    three percentage points). Below 0 for a decrease."""

    amount: Decimal
    relative: bool
    against: Against = "previous_year"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. ``change`` or ``target`` (with ``upper`` for between), not both. ``unused`` are the
    words that say nothing known; each is asked about."""

    language: Language
    kpi: str | None = None
    version: int | None = None
    whom: Whom | None = None
    start: date | None = None
    end: date | None = None
    grain: str | None = None
    period: str | None = None
    direction: Direction | None = None
    target: Decimal | None = None
    upper: Decimal | None = None
    change: Change | None = None
    missing: tuple[Missing, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    unused: tuple[str, ...] = ()


def title(definition: Definition, language: Language) -> str:
    """The KPI's name in the language of the sentence."""
    return definition.name.de if language == "de" else definition.name.en
