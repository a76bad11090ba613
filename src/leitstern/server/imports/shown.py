"""An import as its page shows it: each table with its columns, words and questions side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from leitstern.access.policy import OF_PEOPLE
from leitstern.facts.asking import ANY_DAY, AREA, KEY, STATUS, TAX
from leitstern.facts.mapping import READ_KINDS, place
from leitstern.facts.model import FACTS
from leitstern.kpis.labels import choice_label
from leitstern.server import frame, words
from leitstern.server.imports.run import corrections_of

if TYPE_CHECKING:
    from leitstern.facts.receipts import ColumnPreview, Planned, Question, Receipt
    from leitstern.server.models import Import
    from leitstern.sources.files import Landed

#: Rows of a table that are shown.
ROWS = 5
_NUMBERS = ("de", "en", "ch", "plain")
_DATES = ("DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYY-MM-DD", "words", "excel")


@dataclass(frozen=True, slots=True)
class Pick:
    """One entry of a list to choose from."""

    text: str
    value: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A question that is open: what is asked, and what can be answered, or any ``day``. ``name`` is that of
    its field in the form."""

    name: str
    text: str
    examples: str
    options: list[tuple[str, str]]
    day: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A choice of the model and the words of the file for it: (name of the field, word, its meanings)."""

    title: str
    column: str
    rows: list[tuple[str, str, list[Pick]]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how it is read, examples, and the field it fills. ``others`` are more fields it fills."""

    number: int
    name: str
    examples: str
    reading: str
    readings: list[Pick]
    targets: list[Pick]
    others: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of an import. ``number`` tells its fields from those of the others."""

    number: int
    file: str
    sheet: str | None
    rows: str
    head: Sequence[str]
    first: list[Sequence[str]]
    fact: str
    facts: list[Pick]
    left: bool
    refused: bool
    mapping: str | None
    keys: list[Pick]
    columns: list[Column]
    words: list[Words]
    constants: list[tuple[str, str]]
    missing: list[str]
    unused: Sequence[str]
    questions: list[Choice]
    notes: list[str] = field(default_factory=list)


def tables(one: Import, receipt: Receipt, landed: Sequence[Landed], may_take_people: bool) -> list[Table]:
    """The tables of an import that was tried, in the order of its files."""
    language = frame.language()
    planned = {place(p.file, p.sheet): p for p in receipt.planned}
    corrections = corrections_of(one)
    found = []
    for number, table in enumerate(landed):
        where = place(table.file, table.sheet)
        plan = planned.get(where)
        correction = corrections.get(where)
        left = correction is not None and correction.leave
        asked = [q for q in receipt.questions if (q.file, q.sheet) == (table.file, table.sheet)]
        columns = [c for c in receipt.columns if (c.file, c.sheet) == (table.file, table.sheet)]
        refused = plan is not None and plan.fact in OF_PEOPLE and not may_take_people
        head, first = ((), []) if refused else first_rows(table)
        found.append(
            Table(
                number, table.file, table.sheet, frame.figures().plain(table.rows_landed), head, first,
                words.fact_name(plan.fact, language) if plan else "",
                _facts(plan, left, may_take_people), left, refused,
                plan.mapping if plan else None,
                _keys(plan) if plan and not any(q.column == KEY for q in asked) else [],
                list(_columns(plan, columns)) if plan else [],
                list(_words(number, plan)) if plan else [],
                _constants(plan) if plan else [],
                [words.field_name(plan.fact, name, language) for name in plan.missing] if plan else [],
                plan.unused if plan else (),
                [_question(q, plan) for q in asked],
                [note.text(language) for note in table.notes],
            )
        )  # fmt: skip
    return found


def first_rows(table: Landed) -> tuple[Sequence[str], list[Sequence[str]]]:
    """The columns of a raw table and its first rows, read without the rest."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(table.parquet) as file:
        batch = next(file.iter_batches(batch_size=ROWS, columns=list(table.columns)), None)
    rows = [] if batch is None else batch.to_pylist()
    return table.columns, [[row[name] or "" for name in table.columns] for row in rows]


def _facts(plan: Planned | None, left: bool, may_take_people: bool) -> list[Pick]:
    """What the rows can be; the last choice is not to take the table."""
    language = frame.language()
    known = [name for name, fact in FACTS.items() if not fact.derived]
    known = [name for name in known if may_take_people or name not in OF_PEOPLE]
    options = [Pick(words.fact_name(n, language), n, plan is not None and plan.fact == n) for n in known]
    options.sort(key=lambda option: option.text)
    first = [] if plan or left else [Pick(_("please choose"), "", True)]
    return [*first, *options, Pick(_("do not import this table"), "-", left)]


def _keys(plan: Planned) -> list[Pick]:
    """What can identify the rows."""
    options = [Pick(column, column, plan.key == (column,)) for column in plan.columns]
    if len(plan.key) > 1:
        options.insert(0, Pick(" + ".join(plan.key), "", True))
    by_row = plan.by_row or not plan.key
    return [*options, Pick(_("nothing: each row is a record of its own"), "rows", by_row)]


def filled_by(plan: Planned) -> dict[str, list[str]]:
    """Column -> the fields it fills."""
    found: dict[str, list[str]] = {}
    for name, mapped in plan.fields.items():
        for column in mapped.read_columns:
            found.setdefault(column, []).append(name)
    for name, (column, _unknown) in plan.unclear.items():
        if name not in found.get(column, []):
            found.setdefault(column, []).append(name)
    return found


def _columns(plan: Planned, columns: Sequence[ColumnPreview]) -> Iterator[Column]:
    fills, language = filled_by(plan), frame.language()
    model = FACTS[plan.fact]
    free = sorted(
        ((words.field_name(plan.fact, f.name, language), f.name) for f in model.fields if not f.derived),
        key=lambda pair: pair[0].casefold(),
    )
    for place_, column in enumerate(columns):
        targets = fills.get(column.column, [])
        main = targets[0] if targets else ""
        options = [Pick(_("no field"), "", not main), *(Pick(t, n, n == main) for t, n in free)]
        read = main and model.by_name[main].kind in READ_KINDS
        yield Column(
            place_, column.column, " · ".join(column.examples), reading_name(column.reading),
            _readings(column.reading) if read and not column.question else [],
            options,
            ", ".join(_target(plan.fact, told) for told in column.targets if told != f"{plan.fact}.{main}"),
        )  # fmt: skip


def _target(fact: str, told: str) -> str:
    """A field that a column fills, such as ``deal.status``; of another fact it is named with it."""
    of, _dot, name = told.partition(".")
    if name == "key":
        return _("what tells the rows apart")
    text = words.field_name(of, name, frame.language())
    return text if of == fact else f"{text} ({words.fact_name(of, frame.language())})"


def reading_name(code: str) -> str:
    """A reading in words."""
    return {
        "text": _("text"),
        "empty": _("empty"),
        "words": _("date in words"),
        "excel": _("day number of Excel"),
        "yesno": _("yes or no"),
        "de": "1.234,56",
        "en": "1,234.56",
        "ch": "1'234.56",
        "plain": "1234.56",
    }.get(code, code)


def _readings(code: str) -> list[Pick]:
    known = _NUMBERS if code.partition(" ")[0] in _NUMBERS else _DATES
    codes = [code, *(one for one in known if one != code)]
    return [Pick(reading_name(one), one, one == code) for one in codes]


def _words(number: int, plan: Planned) -> Iterator[Words]:
    """The words of choices that are known, to be corrected; those that are not are questions."""
    language = frame.language()
    for name, mapped in plan.fields.items():
        field_ = FACTS[plan.fact].by_name[name]
        if field_.kind != "choice" or not mapped.values or mapped.column is None:
            continue
        rows = [
            (
                f"word:{number}:{name}:{word}",
                word,
                [
                    *(
                        Pick(choice_label(plan.fact, name, choice, language), choice, choice == meaning)
                        for choice in field_.choices
                    ),
                    Pick(_("nothing"), "", not meaning),
                ],
            )
            for word, meaning in mapped.values.items()
        ]
        yield Words(words.field_name(plan.fact, name, language), mapped.column, rows)


def _constants(plan: Planned) -> list[tuple[str, str]]:
    """Fields with the same value in every row."""
    language = frame.language()
    return [
        (words.field_name(plan.fact, name, language), _constant(plan.fact, name, str(mapped.value)))
        for name, mapped in plan.fields.items()
        if mapped.value is not None
    ]


def _constant(fact: str, name: str, value: str) -> str:
    choices = FACTS[fact].by_name[name].choices
    return choice_label(fact, name, value, frame.language()) if value in choices else value


def _question(question: Question, plan: Planned | None) -> Choice:
    """A question in the reader's words; what the library says of its choices is said beside them."""
    meanings = question.meanings or question.choices
    options = list(zip(question.choices, meanings, strict=True))
    name = f"answer:{question.name}"
    if word := _word(question, plan):
        options = [(choice, _meant(plan, word[0], choice, said)) for choice, said in options]
        text = _("What does “%(word)s” in “%(column)s” mean?") % {"word": word[2], "column": word[1]}
        return Choice(name, text, "", options)
    if question.choices == (ANY_DAY,):
        return Choice(name, _("On which day do the rows count?"), "", [], day=True)
    known = {
        KEY: _("What tells the rows apart?"),
        AREA: _("Whose costs are these?"),
        STATUS: _("What are the deals of this list?"),
    }
    if question.column in known:
        return Choice(name, known[question.column], "", options)
    if question.column.endswith(TAX):
        text = _("Is tax in “%(column)s”?") % {"column": question.column.removesuffix(TAX)}
        return Choice(name, text, "", options)
    if plan is not None and question.column in FACTS[plan.fact].by_name:
        return Choice(name, _("On which day do the rows count?"), "", options)
    text = _("How is “%(column)s” to be read?") % {"column": question.column}
    return Choice(name, text, " · ".join(example for example in question.examples if example), options)


def _word(question: Question, plan: Planned | None) -> tuple[str, str, str] | None:
    """The field, column and word that a question about a word of the file asks for."""
    for name, (column, unknown) in (plan.unclear if plan else {}).items():
        for word in unknown:
            if question.column == f"{column}: {word}":
                return name, column, word
    return None


def _meant(plan: Planned | None, name: str, choice: str, said: str) -> str:
    if plan is None or choice not in FACTS[plan.fact].by_name[name].choices:
        return said
    return choice_label(plan.fact, name, choice, frame.language())
