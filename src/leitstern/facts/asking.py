"""What a proposed mapping leaves open, as questions to the user, and what the answers make of it.

Some things decide about numbers and stand in no column: which of the company's own words mean won and lost
or that a row does not count, what identifies the rows of a list without an id, whose costs a list of costs
holds, what all deals of a list without a state are, the day of a report of a period, the tax in amounts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from leitstern.errors import Problem
from leitstern.facts.choices import usual
from leitstern.facts.corrections import ROWS
from leitstern.facts.keys import AND, identifying
from leitstern.facts.mapping import Condition, FieldMapping, place
from leitstern.facts.model import FACTS
from leitstern.facts.naming import plain
from leitstern.facts.propose import KEYLESS, Proposal
from leitstern.facts.receipts import Question
from leitstern.facts.titles import days_in
from leitstern.facts.vouchers import both, kept, signed
from leitstern.messages import message

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.facts.profiles import Ask

#: Choices whose words decide what counts; an unknown word of another choice leaves its field empty.
DECISIVE = frozenset(
    {
        ("deal", "status"), ("stage", "outcome"), ("invoice", "kind"), ("quote", "status"),
        ("touchpoint", "kind"), ("survey_response", "kind"), ("activity", "outcome"),
        ("ticket", "status"), ("spend", "area"),
    }
)  # fmt: skip
#: Choices without which a record counts nowhere: where no column has them, all rows are the same.
WITHOUT = {"deal": "status", "activity": "kind", "touchpoint": "kind", "survey_response": "kind"}
#: Of other choices than a deal's status, a column with more unknown words is something else.
_MOST_ASKED = 12
#: Names under which answers are given that belong to no column.
KEY, AREA, STATUS = "key", "area", "status"
#: What a question about the tax in a column ends in.
TAX = ": tax"
#: The answer by which the rows with a word do not count.
LEAVE_OUT = "leave_out"
#: The answers to how much tax is in amounts, in percent.
TAXES = ("0", "7", "8.1", "19", "20")
#: How a day is answered.
ANY_DAY = "YYYY-MM-DD"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: Words in names of files and columns that tell of advertising.
_ADVERTISING = re.compile(
    r"\b(?:kampagnen?|campaigns?|werbe\w*|werbung|anzeigen?|ads?|adset|impr\w*|clicks?|klicks?|media\w*"
    r"|marketing\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal with the answers in it, and the questions that are still open."""

    proposal: Proposal
    questions: tuple[Question, ...]


def ask(
    proposal: Proposal, file: str, rows: pa.Table, answers: Mapping[str, str], language: str,
    titles: Sequence[str] = (),
) -> Asked:  # fmt: skip
    """Put the answers into a proposal for the table ``rows`` of ``file``.

    ``answers`` maps ``file:name`` or ``name`` to what was chosen; ``name`` is ``Column: word``, ``key``,
    ``area``, ``status``, ``at``, or what a profile asks. ``titles`` stood above the table. Raises ``Problem``
    for an answer that is none of the choices.
    """
    asking = _Asking(proposal, file, answers, language)
    found = _rows(_words(proposal, asking), asking)
    fields = dict(found.fields)
    if found.undated is not None:
        dated = asking.dated(found.undated, found.dates, [*titles, file])
        if dated is not None:
            fields[found.undated] = dated
            found = replace(found, undated=None)
    if found.gross is not None and (tax := asking.tax(found.gross)) is not None:
        fields["amount"] = fields["amount"].model_copy(update={"tax": Decimal(tax)})
    if found.fact == "invoice":
        fields = signed(fields, kept(rows, found.where, found.deleted))
    needed = WITHOUT.get(found.fact)
    if needed is not None and needed not in fields and needed not in found.unclear:
        same = _named(found.fact, needed, file, found.sheet) or asking.all_of(needed)
        if same is not None:
            fields[needed] = FieldMapping(value=same)
    if found.key is None and not found.by_row and found.fact not in KEYLESS:
        known = identifying(found.fact, rows, _changing(found.fact, fields))
        key = asking.key([AND.join(columns) for columns in known])
        found = replace(found, key=None if key in (None, ROWS) else tuple(key.split(AND)), by_row=key == ROWS)
    if found.fact == "spend" and "area" not in fields:
        area = "marketing" if _advertises(file, rows.column_names) else asking.area()
        if area is not None:
            fields["area"] = FieldMapping(value=area)
    taken = {column for mapped in fields.values() for column in mapped.used_columns}
    unused = tuple(column for column in found.unused if column not in taken)
    return Asked(_gone(replace(found, fields=fields, unused=unused)), tuple(asking.questions))


def _gone(proposal: Proposal) -> Proposal:
    """Words whose rows do not count delete what counted before, where a key tells which record that is."""
    where = proposal.where
    if (
        proposal.key is None
        or proposal.deleted is not None
        or where is None
        or not where.not_in
        or where.also
    ):
        return proposal
    deleted = Condition.model_validate({"column": where.column, "in": where.not_in})
    return replace(proposal, where=None, deleted=deleted)


def _named(fact: str, field: str, file: str, sheet: str | None) -> str | None:
    """What the names of the file and sheet say that all rows are: ``Anrufe 2026.csv``."""
    if fact == "deal":
        return None
    model = FACTS[fact].by_name[field]
    told = {usual(fact, model, word) for word in plain(f"{file.rsplit('.', 1)[0]} {sheet or ''}").split()}
    found = told - {None}
    return found.pop() if len(found) == 1 else None


def _changing(fact: str, fields: Mapping[str, FieldMapping]) -> set[str]:
    """The columns of amounts, chances and states: what they hold is another thing in the next export."""
    model = FACTS[fact].by_name
    kinds = {"money", "number", "whole", "choice", "yesno"}
    return {
        column
        for name, mapped in fields.items()
        if model[name].kind in kinds or name in ("stage", "closed_at", "expected_close_at")
        for column in mapped.used_columns
    }


def _words(proposal: Proposal, asking: _Asking) -> Proposal:
    """What the company's own words mean, and which of them say that a row does not count."""
    fields, where = dict(proposal.fields), proposal.where
    for name, (column, words) in proposal.unclear.items():
        if (proposal.fact, name) not in DECISIVE or (name != "status" and len(words) > _MOST_ASKED):
            continue
        chosen = {word: asking.word(name, column, word) for word in words}
        told = {w: "" if c == LEAVE_OUT else c for w, c in chosen.items() if c is not None}
        values = {**proposal.known.get(name, {}), **told}
        fields[name] = FieldMapping(column=column, values=values, others="known")
        gone = tuple(word for word, choice in chosen.items() if choice == LEAVE_OUT)
        if gone:
            where = both(where, Condition(column=column, not_in=gone))
    return replace(proposal, fields=fields, where=where)


def _rows(proposal: Proposal, asking: _Asking) -> Proposal:
    """Which rows count, where only the company knows."""
    where = proposal.where
    for one in proposal.asks:
        answer = asking.asked(one)
        if answer is not None and one.choices[answer] != ("*",):
            condition = Condition.model_validate({"column": one.column[0], "in": one.choices[answer]})
            where = both(where, condition)
    return replace(proposal, where=where)


class _Asking:
    """Looks answers up, and collects the questions that have none."""

    def __init__(self, proposal: Proposal, file: str, answers: Mapping[str, str], language: str) -> None:
        self._proposal = proposal
        self._file = file
        self._answers = answers
        self._language = language
        self._language_of_means: Literal["de", "en"] = "de" if language == "de" else "en"
        self.questions: list[Question] = []

    def word(self, field: str, column: str, word: str) -> str | None:
        """What one of the company's words means."""
        choices = FACTS[self._proposal.fact].by_name[field].choices
        meanings = [*(f"{word} = {choice}" for choice in choices), self._say("leave_out", word=word)]
        return self._choice(f"{column}: {word}", (*choices, LEAVE_OUT), meanings, word)

    def asked(self, one: Ask) -> str | None:
        """What a profile asks."""
        meanings = [one.means[choice][self._language_of_means] for choice in one.choices]
        return self._choice(one.name, tuple(one.choices), meanings, one.column[0])

    def tax(self, column: str) -> str | None:
        """How much tax is in the amounts of a column, in percent."""
        meanings = [self._say("tax_none" if tax == "0" else "tax", column=column, tax=tax) for tax in TAXES]
        return self._choice(f"{column}{TAX}", TAXES, meanings, column)

    def all_of(self, field: str) -> str | None:
        """What all rows of a list are that has no column for it."""
        choices = FACTS[self._proposal.fact].by_name[field].choices
        said = [
            self._say(f"status_{choice}") if field == STATUS else self._say("all_of", choice=choice)
            for choice in choices
        ]
        return self._choice(field, choices, said, "")

    def dated(self, field: str, columns: Sequence[str], titles: Sequence[str]) -> FieldMapping | None:
        """The column of days, of those that may be it; where there is none, the day on which all rows count:
        one that the titles tell, or any other."""
        if columns:
            meanings = [self._say("at_column", column=column) for column in columns]
            column = self._choice(field, columns, meanings, columns[0])
            return None if column is None else FieldMapping(column=column)
        answer = self._answer(field)
        if answer is None or not _DAY.fullmatch(answer):
            choices = tuple(days_in(titles)) or (ANY_DAY,)
            answer = self._choice(field, choices, [self._say("at", day=day) for day in choices], "")
        return None if answer is None else FieldMapping(value=answer)

    def key(self, columns: Sequence[str]) -> str | None:
        """The column that identifies the rows, or ``ROWS``."""
        meanings = [*(self._say("key_column", column=column) for column in columns), self._say("key_rows")]
        return self._choice(KEY, (*columns, ROWS), meanings, ", ".join(columns))

    def area(self) -> str | None:
        """Whose costs they are."""
        choices = FACTS["spend"].by_name["area"].choices
        return self._choice(AREA, choices, [self._say(f"area_{choice}") for choice in choices], "")

    def _answer(self, name: str) -> str | None:
        return answer_to(self._answers, self._file, self._proposal.sheet, name)

    def _say(self, code: str, **values: object) -> str:
        return message(f"facts.question_{code}", self._language, **values)

    def _choice(self, name: str, choices: Sequence[str], meanings: Sequence[str], example: str) -> str | None:
        answer = self._answer(name)
        if answer is None:
            found = Question(
                self._file, self._proposal.sheet, name, tuple(choices), (example,), tuple(meanings)
            )
            self.questions.append(found)
        elif answer not in choices:
            raise Problem("facts.answer_unknown", name=name, answer=answer, choices=", ".join(choices))
        return answer


def answer_to(answers: Mapping[str, str], file: str, sheet: str | None, name: str) -> str | None:
    """What was answered to a question about a table: for its sheet, for its file, or for all."""
    names = (f"{place(file, sheet)}:{name}", f"{file}:{name}", name)
    return next((answers[one] for one in names if one in answers), None)


def _advertises(file: str, columns: Sequence[str]) -> bool:
    """Whether names of the file and its columns tell of advertising."""
    return _ADVERTISING.search(plain(" ".join([file.rsplit(".", 1)[0], *columns]))) is not None
