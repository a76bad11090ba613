"""A typed sentence as a draft goal: "Innerhalb von drei Monaten wird der Vertrieb seinen Umsatz um 14 Prozent
steigern", "Within three months sales will increase its revenue by 14 percent".

Read by rules, with nothing learned: the KPI by names and synonyms of the catalogue, the subject by names,
the time and the amount by the forms people use. What the sentence does not say is listed as missing, with its
SMART letter and a question; what had to be supposed is listed as assumed. Nothing is guessed silently: a word
that was not used is asked about, and what it may be about is left empty.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.goals.goal import Whom
from leitstern.goals.sentence_amounts import amounts_in
from leitstern.goals.sentence_bases import base_in, compared
from leitstern.goals.sentence_kpis import in_money
from leitstern.goals.sentence_reading import (
    LETTER,
    Answers,
    Asked,
    Asking,
    Assumed,
    Change,
    Missing,
    Reading,
    title,
)
from leitstern.goals.sentence_subjects import about
from leitstern.goals.sentence_targets import Amount, AmountReader
from leitstern.goals.sentence_times import Found, times
from leitstern.goals.sentence_unused import Unused, candidates, unused
from leitstern.goals.sentence_words import PER_PERIOD, VERBS, Language, blanked, language_of, used

if TYPE_CHECKING:
    from datetime import date

    from leitstern.goals.goal import Against
    from leitstern.goals.names import Names
    from leitstern.goals.sentence_bases import Base
    from leitstern.goals.sentence_subjects import About
    from leitstern.goals.sentence_when import Stretch
    from leitstern.kpis.definition import Definition
    from leitstern.kpis.load import Catalogue

__all__ = ["LONGEST", "Answers", "Asking", "Assumed", "Change", "Missing", "Reading", "read"]

LONGEST = 500
_ANYBODY = Asking()
_NO_ANSWERS = Answers()


def read(
    text: str,
    today: date,
    catalogue: Catalogue,
    names: Names,
    asking: Asking = _ANYBODY,
    answers: Answers = _NO_ANSWERS,
) -> Reading:
    """The draft goal a sentence says, as far as it says it.

    ``answers`` are the KPI and the subject chosen when they were asked for. Problem
    ``goals.sentence_too_long`` above 500 characters.
    """
    if len(text) > LONGEST:
        raise Problem("goals.sentence_too_long", length=len(text), limit=LONGEST)
    small = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    spoken = language_of(small, asking.language)
    found = about(text, catalogue, names, _is_verb, me=asking.person, today=today)
    rest = blanked(blanked(small, found.taken), found.named, "·")
    draft = _Draft(spoken, rest, catalogue, names, answers)
    draft.take_kpi(found)
    draft.take_whom(found, asking.person)
    draft.take_time(today, asking.fiscal_start)
    draft.take_amount(asking.currency, text)
    return draft.reading()


def _is_verb(word: str) -> bool:
    return any(verb.fullmatch(word) for verb in VERBS.values())


class _Draft:
    """What has been read so far, and the text that is left."""

    def __init__(
        self, language: Language, rest: str, catalogue: Catalogue, names: Names, answers: Answers
    ) -> None:
        self.rest, self.catalogue, self.names, self.answers = rest, catalogue, names, answers
        self.found = Reading(language)
        self.missing: list[Missing] = []
        self.assumed: list[Assumed] = []
        self.definition: Definition | None = None
        self.base: Base | None = None
        self.against: Against | None = None
        self.per_period = False
        self.instead_of: tuple[str, ...] = ()

    def reading(self) -> Reading:
        return replace(self.found, missing=tuple(self.missing), assumed=tuple(self.assumed))

    def ask(self, about: Asked, question: str, offered: tuple[str, ...] = (), **values: object) -> None:
        self.missing.append(Missing(LETTER[about], about, question, values, offered))

    def take(self, places: list[tuple[int, int]]) -> None:
        self.rest = blanked(self.rest, places)

    # --- S ---

    def take_kpi(self, found: About) -> None:
        if self.answers.kpi is not None:
            self._set_kpi(self.answers.kpi)
        elif len(found.kpis) > 1:
            self._ask_which(found.kpis)
        elif not found.kpis:
            self.ask("kpi", "kpi")
        else:
            self._set_kpi(found.kpis[0])
            self.instead_of = found.instead_of

    def _ask_which(self, kpis: tuple[str, ...]) -> None:
        titles = [title(self.catalogue.get(kpi), self.found.language) for kpi in kpis]
        self.ask("kpi", "one_kpi", kpis, choices=", ".join(titles))
        self.definition = None
        self.found = replace(self.found, kpi=None, version=None)

    def _set_kpi(self, kpi: str) -> None:
        self.definition = self.catalogue.get(kpi)
        self.found = replace(self.found, kpi=self.definition.kpi, version=self.definition.version)

    def take_whom(self, found: About, me: str | None) -> None:
        whom = found.subjects[0] if len(found.subjects) == 1 else None
        if self.answers.whom is not None:
            whom = self.answers.whom
        elif found.unknown is not None:
            self.ask("whom", "unknown_subject", word=found.unknown)
        elif found.myself and me is not None:
            whom = Whom("person", me)
        elif found.myself:
            self.ask("whom", "who_are_you")
        elif found.department is not None:
            self.ask("whom", "which_team", ("company:", *found.teams), word=found.department)
        elif len(found.subjects) > 1:
            keys = tuple(f"{each.type}:{each.id or ''}" for each in found.subjects)
            named = ", ".join(self.names.label(each) for each in found.subjects)
            self.ask("whom", "one_subject", keys, choices=named)
        elif whom is None:
            self.ask("whom", "whom")
        self.found = replace(self.found, whom=whom)

    # --- T ---

    def take_time(self, today: date, fiscal_start: int) -> None:
        rhythm = [match.span() for match in PER_PERIOD.finditer(self.rest)]
        self.per_period = bool(rhythm)
        self.take(rhythm)
        self.base = base_in(self.rest, today, fiscal_start)
        if self.base is not None:
            self.take(list(self.base.taken))
        found = times(self.rest, today, fiscal_start) or self._year(today, fiscal_start)
        self.take([(each.at, each.to) for each in found])
        stretch = found[0].stretch if len(found) == 1 else None
        if self.base is not None and self.base.grain is None:
            self.against = self.base.against
        if len(found) != 1:
            self.ask("time", "one_time" if found else "time")
        elif stretch is None:
            self.ask("time", found[0].question or "time")
        elif stretch.end < today:
            self.ask("time", "past", end=stretch.end)
        else:
            self._set_time(self._compared(stretch))

    def _year(self, today: date, fiscal_start: int) -> list[Found]:
        """A year right before the KPI, where another number is the amount: "2027 Umsatz um 5 % steigern"."""
        match = _YEAR.search(self.rest)
        if match is None or not amounts_in(blanked(self.rest, [match.span()]), self.found.language):
            return []
        return [
            Found(match.start(), match.end(), one.stretch)
            for one in times(f"in {match[0]}", today, fiscal_start)
        ]

    def _compared(self, stretch: Stretch) -> Stretch:
        """The stretch, and what is ``against`` it; where the two do not go together, that is asked for."""
        if self.base is None:
            return stretch
        fitting = compared(self.base, stretch)
        if fitting is None:
            return stretch
        self.against, stretch = fitting
        return stretch

    def _set_time(self, stretch: Stretch) -> None:
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
            "middle": Assumed("until_middle", {"end": stretch.end}),
        }
        self.assumed += [named[what] for what in stretch.assumed]
        if self.base is not None and self.base.loose and self.against == "previous_period" and stretch.period:
            before = stretch.period.previous()
            self.assumed.append(Assumed("base", {"start": before.start, "end": before.end}))

    # --- M, and what was not used ---

    def take_amount(self, currency: str | None, text: str) -> None:
        """Read the amount, and ask about every word that was not used; what it may be about is left empty."""
        reader = self._reader(currency)
        said = reader.read()
        left = unused(text, blanked(self.rest, [*reader.taken, *used(self.rest)]))
        left = self._without_names(left)
        if left.other and self.answers.kpi is None:
            self._ask_kpi(left.other)
            said = self._reader(currency).read()  # whatever fits the KPI's unit fits no more
        elif self._counts_what_is_said_in_money(said):
            said = self._reader(currency).read()
        elif self.definition and self.instead_of and any(one.question in _MISFITS for one in said.missing):
            self._ask_which((self.definition.kpi, *self.instead_of))
            said = self._reader(currency).read()
        self.missing += said.missing
        self.assumed += said.assumed
        self.found = replace(
            self.found,
            direction=said.direction,
            target=said.target,
            upper=said.upper,
            change=said.change,
            unused=left.words,
        )
        if left.time:
            self._unclear("time", left.time)
            self.found = replace(self.found, start=None, end=None, grain=None, period=None)
            self.assumed = [one for one in self.assumed if one.what not in _OF_TIME]
        if left.amount:
            self._unclear("amount", left.amount)
            self.found = replace(self.found, target=None, upper=None, change=None)

    def _counts_what_is_said_in_money(self, said: Amount) -> bool:
        """Whether the KPI counts and the amount is money: "orders for 150,000 euros" means their value."""
        if self.definition is None or self.answers.kpi is not None:
            return False
        if not any(one.question == "unit" and one.values.get("said") == "currency" for one in said.missing):
            return False
        value = in_money(self.definition, self.catalogue)
        if value is not None:
            self._set_kpi(value)
        return value is not None

    def _without_names(self, left: Unused) -> Unused:
        """What was not used beside words of subjects' names: of these, whom is meant is asked."""
        names = tuple(word for word in left.other if word[0].isupper() and self.names.has_word(word))
        if not names or self.answers.whom is not None or self.found.whom is None:
            return left
        self.ask("whom", "unknown_subject", word=_quoted(names))
        self.found = replace(self.found, whom=None)
        return replace(left, other=tuple(word for word in left.other if word not in names), names=names)

    def _reader(self, currency: str | None) -> AmountReader:
        unclear = self.base is not None and self.against is None
        return AmountReader(
            self.rest,
            self.found.language,
            self.definition,
            currency,
            self.against,
            base_is_unclear=unclear,
            per_period=self.per_period,
        )

    def _ask_kpi(self, said: tuple[str, ...]) -> None:
        """Which KPI is meant, as words around its name may make it another one."""
        known = self.definition
        several = next((one.choices for one in self.missing if one.question == "one_kpi"), ())
        near = (known.kpi,) if known else several or candidates(said, self.catalogue, self.found.language)
        self.missing = [one for one in self.missing if one.asks != "kpi"]
        named = title(known, self.found.language) if known else ""
        self.ask("kpi", "unused_word" if known else "unused_kpi", near, words=_quoted(said), kpi=named)
        self.definition = None
        self.found = replace(self.found, kpi=None, version=None)

    def _unclear(self, about: Asked, said: tuple[str, ...]) -> None:
        self.missing = [one for one in self.missing if (one.asks, one.question) != (about, about)]
        self.ask(about, f"unused_{about}", words=_quoted(said))


_YEAR = re.compile(r"(?<![\d.,'’€$£+-])\b20[2-4]\d\b(?=\s*·)")
_MISFITS = ("unit", "percent_sign")
_OF_TIME = ("start_today", "next_year", "until_end", "until_middle", "base")


def _quoted(said: tuple[str, ...]) -> str:
    return ", ".join(said)
