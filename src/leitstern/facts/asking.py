"""What a proposed mapping leaves open, as questions to the user, and what the answers make of it.

Three things decide about numbers and stand in no column: which of the company's own words mean won and lost,
what identifies the rows of a list without an id, and whose costs a list of costs holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.facts.corrections import ROWS
from leitstern.facts.keys import AND, identifying
from leitstern.facts.mapping import FieldMapping
from leitstern.facts.model import FACTS
from leitstern.facts.naming import plain
from leitstern.facts.propose import KEYLESS, Proposal
from leitstern.facts.receipts import Question
from leitstern.facts.vouchers import signed, without
from leitstern.messages import message

if TYPE_CHECKING:
    import pyarrow as pa

#: Choices whose words decide what counts; an unknown word of another choice leaves its field empty.
DECISIVE = frozenset({("deal", "status"), ("stage", "outcome"), ("invoice", "kind")})
#: Names under which answers are given that belong to no column.
KEY, AREA = "key", "area"
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


def ask(proposal: Proposal, file: str, rows: pa.Table, answers: Mapping[str, str], language: str) -> Asked:
    """Put the answers into a proposal for the table ``rows`` of ``file``.

    ``answers`` maps ``file:name`` or ``name`` to what was chosen; ``name`` is ``Column: word``, ``key`` or
    ``area``. Raises ``Problem`` for an answer that is none of the choices.
    """
    asking = _Asking(proposal, file, answers, language)
    fields = dict(proposal.fields)
    for name, (column, words) in proposal.unclear.items():
        if (proposal.fact, name) in DECISIVE:
            chosen = {word: asking.word(name, column, word) for word in words}
            known = proposal.known.get(name, {})
            told = {word: choice for word, choice in chosen.items() if choice is not None}
            fields[name] = FieldMapping(column=column, values={**known, **told}, others="known")
    if proposal.fact == "invoice":
        fields = signed(fields, rows if proposal.where is None else without(rows, proposal.where))
    found = replace(proposal, fields=fields)
    if proposal.key is None and not proposal.by_row and proposal.fact not in KEYLESS:
        key = asking.key([AND.join(columns) for columns in identifying(proposal.fact, rows)])
        found = replace(found, key=None if key in (None, ROWS) else tuple(key.split(AND)), by_row=key == ROWS)
    if proposal.fact == "spend" and "area" not in fields:
        area = "marketing" if _advertises(file, rows.column_names) else asking.area()
        if area is not None:
            found = replace(found, fields={**fields, "area": FieldMapping(value=area)})
    return Asked(found, tuple(asking.questions))


class _Asking:
    """Looks answers up, and collects the questions that have none."""

    def __init__(self, proposal: Proposal, file: str, answers: Mapping[str, str], language: str) -> None:
        self._proposal = proposal
        self._file = file
        self._answers = answers
        self._language = language
        self.questions: list[Question] = []

    def word(self, field: str, column: str, word: str) -> str | None:
        """What one of the company's words means."""
        choices = FACTS[self._proposal.fact].by_name[field].choices
        return self._choice(f"{column}: {word}", choices, [f"{word} = {choice}" for choice in choices], word)

    def key(self, columns: Sequence[str]) -> str | None:
        """The column that identifies the rows, or ``ROWS``."""
        meanings = [*(self._say("key_column", column=column) for column in columns), self._say("key_rows")]
        return self._choice(KEY, (*columns, ROWS), meanings, ", ".join(columns))

    def area(self) -> str | None:
        """Whose costs they are."""
        choices = FACTS["spend"].by_name["area"].choices
        return self._choice(AREA, choices, [self._say(f"area_{choice}") for choice in choices], "")

    def _say(self, code: str, **values: object) -> str:
        return message(f"facts.question_{code}", self._language, **values)

    def _choice(self, name: str, choices: Sequence[str], meanings: Sequence[str], example: str) -> str | None:
        answer = self._answers.get(f"{self._file}:{name}", self._answers.get(name))
        if answer is None:
            found = Question(
                self._file, self._proposal.sheet, name, tuple(choices), (example,), tuple(meanings)
            )
            self.questions.append(found)
        elif answer not in choices:
            raise Problem("facts.answer_unknown", name=name, answer=answer, choices=", ".join(choices))
        return answer


def _advertises(file: str, columns: Sequence[str]) -> bool:
    """Whether names of the file and its columns tell of advertising."""
    return _ADVERTISING.search(plain(" ".join([file.rsplit(".", 1)[0], *columns]))) is not None
