"""A typed sentence as a draft goal: "Innerhalb von drei Monaten wird der Vertrieb seinen Umsatz um 14 Prozent
steigern", "Within three months sales will increase its revenue by 14 percent".

Read by rules, with nothing learned: the KPI by names and synonyms of the catalogue, the subject by names,
the time and the amount by the forms people use. What the sentence does not say is listed as missing, with its
SMART letter and a question; what had to be supposed is listed as assumed. Nothing is guessed silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from leitstern.errors import Problem
from leitstern.goals.goal import Whom
from leitstern.goals.sentence_amounts import amounts_in
from leitstern.goals.sentence_subjects import about
from leitstern.goals.sentence_times import times
from leitstern.goals.sentence_words import (
    AGAINST,
    NEGATION,
    PER_PERIOD,
    VERBS,
    Language,
    blanked,
    language_of,
)
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.goals.goal import Against, Direction
    from leitstern.goals.names import Names
    from leitstern.goals.sentence_amounts import Limit, Spoken
    from leitstern.goals.sentence_subjects import About
    from leitstern.kpis.definition import Definition
    from leitstern.kpis.load import Catalogue

LONGEST = 500
Asked = Literal["kpi", "whom", "direction", "amount", "time"]
_LETTER: dict[Asked, Literal["S", "M", "T"]] = {
    "kpi": "S",
    "whom": "S",
    "direction": "M",
    "amount": "M",
    "time": "T",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """What has to be asked: the SMART letter it belongs to, what is asked for, and the question's code."""

    letter: Literal["S", "M", "T"]
    asks: Asked
    question: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The question in ``de`` or ``en``."""
        return message(f"goals.ask_{self.question}", language, **self.values)


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the sentence left open and was supposed: ``start_today``, ``next_year``, ``until_end``,
    ``direction``, ``last_year``."""

    what: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The supposition in ``de`` or ``en``."""
        return message(f"goals.assumed_{self.what}", language, **self.values)


@dataclass(frozen=True, slots=True)
class Change:
    """A change: 0.14 more, of the base if ``relative`` (14 %), else in the KPI's unit (50,000 euros, 0.03 for
    three percentage points). Below 0 for a decrease."""

    amount: Decimal
    relative: bool
    against: Against = "previous_year"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. ``change`` or ``target`` (with ``upper`` for between), not both."""

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


def read(
    text: str,
    today: date,
    catalogue: Catalogue,
    names: Names,
    *,
    language: Language | None = None,
    me: str | None = None,
    fiscal_start: int = 1,
) -> Reading:
    """The draft goal a sentence says, as far as it says it.

    ``me`` is the person id of whoever types ("ich", "my"). ``language`` decides what ``1.234`` is where the
    sentence's own words do not tell the language. Problem ``goals.sentence_too_long`` above 500 characters.
    """
    if len(text) > LONGEST:
        raise Problem("goals.sentence_too_long", length=len(text), limit=LONGEST)
    small = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    spoken = language_of(small, language)
    found = about(text, catalogue, names, lambda word: any(verb.fullmatch(word) for verb in VERBS.values()))
    rest = blanked(small, found.taken)
    draft = _Draft(spoken, rest)
    draft.take_kpi(found, catalogue)
    draft.take_whom(found, me)
    draft.take_time(today, fiscal_start)
    draft.take_amount()
    return draft.reading()


class _Draft:
    """What has been read so far, and the text that is left."""

    def __init__(self, language: Language, rest: str) -> None:
        self.rest = rest
        self.found = Reading(language)
        self.missing: list[Missing] = []
        self.assumed: list[Assumed] = []
        self.definition: Definition | None = None

    def reading(self) -> Reading:
        return replace(self.found, missing=tuple(self.missing), assumed=tuple(self.assumed))

    def ask(self, about: Asked, question: str, **values: object) -> None:
        self.missing.append(Missing(_LETTER[about], about, question, values))

    # --- S ---

    def take_kpi(self, found: About, catalogue: Catalogue) -> None:
        titles = [_title(catalogue.get(kpi), self.found.language) for kpi in found.kpis]
        if len(found.kpis) > 1:
            self.ask("kpi", "one_kpi", choices=", ".join(titles))
        elif not found.kpis:
            self.ask("kpi", "kpi")
        elif found.qualified is not None:
            self.ask("kpi", "qualified_kpi", said=found.qualified, kpi=titles[0])
        else:
            self.definition = catalogue.get(found.kpis[0])
            self.found = replace(self.found, kpi=self.definition.kpi, version=self.definition.version)

    def take_whom(self, found: About, me: str | None) -> None:
        whom = found.subjects[0] if len(found.subjects) == 1 else None
        if found.myself and me is not None:
            whom = Whom("person", me)
        elif found.myself:
            self.ask("whom", "who_are_you")
        elif found.department is not None:
            whom = Whom("company")
            self.ask("whom", "which_team", word=found.department)
        elif len(found.subjects) > 1:
            choices = ", ".join(f"{each.type} {each.id}" for each in found.subjects)
            self.ask("whom", "one_subject", choices=choices)
        elif whom is None:
            self.ask("whom", "whom")
        self.found = replace(self.found, whom=whom)

    # --- T ---

    def take_time(self, today: date, fiscal_start: int) -> None:
        self.against: Against | None = None
        for against, pattern in AGAINST:
            if match := pattern.search(self.rest):
                self.against = self.against or against
                self.rest = blanked(self.rest, [match.span()])
        found = times(self.rest, today, fiscal_start)
        self.rest = blanked(self.rest, [(each.at, each.to) for each in found])
        if len(found) != 1:
            self.ask("time", "one_time" if found else "time")
            return
        stretch = found[0].stretch
        if stretch is None:
            self.ask("time", "no_such_day")
        elif stretch.end < today:
            self.ask("time", "past", end=stretch.end)
        else:
            self.found = replace(
                self.found,
                start=stretch.start,
                end=stretch.end,
                grain=str(stretch.period.grain) if stretch.period else None,
                period=stretch.period.label if stretch.period else None,
            )
            named = {
                "start": Assumed("start_today", {"start": stretch.start}),
                "year": Assumed("next_year", {"year": stretch.end.year}),
                "end": Assumed("until_end", {"end": stretch.end}),
            }
            self.assumed += [named[what] for what in stretch.assumed]

    # --- M ---

    def take_amount(self) -> None:
        found = amounts_in(self.rest, self.found.language)
        # "to no more than 4": the words around an amount tell its limit, and no direction.
        rest = blanked(self.rest, [(each.at, each.to) for each in found])
        verbs = [kind for kind, pattern in VERBS.items() if pattern.search(rest)]
        if NEGATION.search(rest):
            self.ask("direction", "negated")
            return
        if "up" in verbs and "down" in verbs:
            self.ask("direction", "one_direction")
            return
        if len(found) != 1:
            self.ask("amount", "one_amount" if found else "amount")
            self._towards(verbs, None)
            return
        self._amount(found[0].spoken, verbs)

    def _amount(self, spoken: Spoken, verbs: list[str]) -> None:
        if spoken.role == "bare" and self._is_change(spoken, verbs):
            spoken = replace(spoken, role="change")
        question = self._unclear(spoken)
        if question is not None:
            self.ask("amount", question[0], **question[1])
        if spoken.role == "change":
            self._change(spoken, verbs, clear=question is None)
            return
        if question is None:
            self.found = replace(self.found, target=spoken.value, upper=spoken.upper)
        if spoken.role == "between":
            self.found = replace(self.found, direction="between")
        else:
            self._towards(verbs, spoken.limit)

    def _is_change(self, spoken: Spoken, verbs: list[str]) -> bool:
        """A percentage of what is not measured in percent, beside a verb that moves it."""
        return spoken.unit == "percent" and not self._in_percent() and bool({"up", "down"} & set(verbs))

    def _in_percent(self) -> bool:
        return self.definition is not None and self.definition.unit == "percent"

    def _unclear(self, spoken: Spoken) -> tuple[str, dict[str, object]] | None:
        """The question an amount leaves open, if any."""
        if spoken.readings:
            return "number", {"readings": " / ".join(map(str, spoken.readings))}
        if spoken.limit == "up_to" or PER_PERIOD.search(self.rest):
            return ("up_to" if spoken.limit == "up_to" else "per_period"), {}
        return None if self.definition is None else self._misfit(spoken, self.definition)

    def _misfit(self, spoken: Spoken, definition: Definition) -> tuple[str, dict[str, object]] | None:
        """The question if the amount does not go with the KPI's unit."""
        unit, change = definition.unit, spoken.role == "change"
        if unit == "percent" and spoken.unit is None and abs(spoken.value) > 1:
            return "percent_sign", {"value": spoken.value}
        if unit == "percent" and change and spoken.unit == "percent":
            return "points_or_percent", {"percent": f"{spoken.value * 100:f}".rstrip("0").rstrip(".")}
        fits = {
            "percent": unit == "percent" or change,
            "factor": True,
            "points": unit in ("percent", "score"),
            "currency": unit == "currency",
            "days": unit == "days",
            "hours": unit == "hours",
            None: True,
        }[spoken.unit]
        return None if fits else ("unit", {"kpi": _title(definition, self.found.language)})

    def _change(self, spoken: Spoken, verbs: list[str], *, clear: bool) -> None:
        sign = spoken.sign or (1 if "up" in verbs else -1 if "down" in verbs else 0)
        if not sign and "better" in verbs and self.definition and self.definition.good != "between":
            sign = 1 if self.definition.good == "up" else -1
            self.assumed.append(Assumed("direction"))
        if not sign:
            self.ask("direction", "direction")
            return
        self.found = replace(self.found, direction="at_least" if sign > 0 else "at_most")
        if not clear:
            return
        if self.against is None:
            self.assumed.append(Assumed("last_year"))
        change = Change(
            sign * spoken.value, spoken.unit in ("percent", "factor"), self.against or "previous_year"
        )
        self.found = replace(self.found, change=change)

    def _towards(self, verbs: list[str], limit: Limit | None) -> None:
        """The direction of a target: by its limit, else its verb, else what is good for the KPI."""
        by_verb: Direction | None = "at_least" if "up" in verbs else "at_most" if "down" in verbs else None
        said = limit if limit != "up_to" else None
        if said and by_verb and said != by_verb:
            self.ask("direction", "contradiction")
            return
        direction: Direction | None = said or by_verb
        if direction is None and self.definition is not None and self.definition.good != "between":
            direction = "at_least" if self.definition.good == "up" else "at_most"
            self.assumed.append(Assumed("direction"))
        if direction is None:
            self.ask("direction", "direction")
        self.found = replace(self.found, direction=direction)


def _title(definition: Definition, language: Language) -> str:
    return definition.name.de if language == "de" else definition.name.en
