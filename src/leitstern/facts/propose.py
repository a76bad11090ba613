"""A mapping proposed from the names of the columns and the words in them.

The proposal is a start for the user to correct, not a decision: which fact the rows are, which column
is which field (German and English names, see ``synonyms.toml``), what the words of choices mean
(``words.toml``). A column is proposed for a date or a number only if its values can be read as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from leitstern.facts.choices import different, translate
from leitstern.facts.further import further
from leitstern.facts.keys import NATURAL, identify
from leitstern.facts.mapping import READ_KINDS, Condition, FieldMapping, TableMapping
from leitstern.facts.model import FACTS, Fact, Field
from leitstern.facts.naming import field_likeness, likeness, named, names_of, plain, without_prefix
from leitstern.facts.net import FACTS_OF_MONEY, Amount, currency_in, net_amount, times_in
from leitstern.facts.profiles import Ask, Recognised, recognise
from leitstern.facts.vouchers import cancelled, kept
from leitstern.sources.words import month

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows looked at to see whether a column fits; readings are decided over all rows later.
_SAMPLE = 20_000
#: A choice has few different words; a column with more is something else.
_MOST_WORDS = 40
#: What the name of the file or sheet is worth, against one for a column of the right name.
_NAMED = 2.5
#: How much a missing required field speaks against a fact.
_MISSING = 2.0
#: What speaks against a fact whose records change when nothing identifies the rows.
_NAMELESS = 3.0
#: The same where the file's name says what the rows are: then it is asked what identifies them.
_ASKED_FOR = 1.0
#: Facts whose records are written once: rows without a key are told apart by their text.
KEYLESS = frozenset({"activity", "invoice", "spend", "touchpoint", "survey_response", "deal_event"})
#: What the name of a column is worth that a vendor's profile knows, against one for a name of the list.
_SURELY = 2.0
#: Below this a fact is not proposed at all.
_LEAST = 2.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed mapping of one table.

    ``table`` is None where required fields (``missing``) have no column, or where a key is needed and
    no column is one: the user has to complete it.
    ``unused`` are columns that nothing was found for, ``unclear`` maps a choice field to its column and
    the words that could not be translated, ``known`` has those of its words that could. ``where`` leaves out
    rows that say of themselves that they do not count, ``deleted`` marks deletions; ``by_row``: each row is a
    record of its own. ``vendor`` is the program whose export it is, ``also`` are made of the same rows.
    ``guessed`` are the words that become a choice's "everything else", by column; ``left_out`` those whose
    rows do not count. ``undated`` is the required date that no column has by its name, ``dates`` are columns
    that may be it. ``asks`` are questions that the program's exports leave open, ``gross`` is a column of
    amounts with an unknown tax in them.
    """

    file: str
    sheet: str | None
    fact: str
    key: tuple[str, ...] | None
    fields: dict[str, FieldMapping]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    unclear: dict[str, tuple[str, tuple[str, ...]]]
    known: dict[str, dict[str, str]]
    where: Condition | None = None
    by_row: bool = False
    deleted: Condition | None = None
    vendor: str | None = None
    also: tuple[TableMapping, ...] = ()
    guessed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    undated: str | None = None
    dates: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    gross: str | None = None

    @property
    def table(self) -> TableMapping | None:
        """The table as the import takes it, if it is complete."""
        if self.key is None and not self.by_row and self.fact not in KEYLESS:
            return None
        return self.reads

    @property
    def reads(self) -> TableMapping | None:
        """The table as its columns are read, whether or not it is known what identifies the rows."""
        if self.missing or self.undated or not self.fields:
            return None
        return TableMapping(
            file=self.file, sheet=self.sheet, fact=self.fact, key=self.key, where=self.where,
            deleted=None if self.key is None else self.deleted, fields=self.fields,
        )  # fmt: skip


def propose(
    file: str, sheet: str | None, columns: Sequence[str], rows: pa.Table, *, fact: str | None = None
) -> Proposal | None:
    """Propose a mapping for a landed table; ``fact`` says what the rows are, if the user has said so.

    None if nothing in the table looks like a fact of the model.
    """
    sample = rows.slice(0, _SAMPLE)
    shape = recognise(columns, fact)
    found, assigned = _fact(file, sheet, columns, sample, fact, shape)
    if found is None:
        return None
    amount = _amount(found, columns, sample, assigned)
    where, deleted, left_out = _conditions(found, columns, sample, shape, assigned.get("amount"))
    mapped = _mapped(found, assigned, kept(sample, where, deleted), shape)
    if amount is not None and "amount" in mapped.fields:
        mapped.fields["amount"] = mapped.fields["amount"].model_copy(update={"less": amount.less})
    key = _key(found, columns, rows, assigned, shape)
    also = () if shape is None else further(shape, file_pattern(file), sheet, key, mapped.fields, sample)
    used = {*(key or ()), *(column for column, _ in mapped.unclear.values())}
    used |= {column for one in mapped.fields.values() for column in one.used_columns}
    used |= {column for table in also for column in table.used_columns}
    used |= {condition.column for condition in (where, deleted) if condition is not None}
    missing = tuple(f.name for f in found.fields if f.required and f.name not in mapped.fields)
    dateless = missing == (found.main_date,) and found.name in KEYLESS and not any(map(month, columns))
    undated = found.main_date if dateless else None
    dates = _dates(columns, used, sample) if dateless else ()
    return Proposal(
        file=file_pattern(file),
        sheet=sheet,
        fact=found.name,
        key=key,
        fields=mapped.fields,
        missing=() if undated else missing,
        unused=tuple(column for column in columns if column not in used),
        unclear=mapped.unclear,
        known=mapped.known,
        where=where,
        deleted=deleted,
        vendor=None if shape is None else shape.vendor,
        also=also,
        guessed=mapped.guessed,
        left_out=left_out,
        undated=undated,
        dates=dates,
        asks=() if shape is None else tuple(one for one in shape.shape.ask if shape.columns(one.column)),
        gross=_gross(amount, mapped.fields, shape),
    )


def _fact(
    file: str, sheet: str | None, columns: Sequence[str], sample: pa.Table, fact: str | None,
    shape: Recognised | None,
) -> tuple[Fact | None, dict[str, str]]:  # fmt: skip
    """What the rows are, and the best column for each field; None where they are nothing that is known."""
    if shape is not None:
        found = FACTS[shape.shape.fact]
        return found, _assign(found, columns, sample, shape)[0]
    candidates = [FACTS[fact]] if fact else [f for f in FACTS.values() if not f.derived]
    best: tuple[float, Fact, dict[str, str]] | None = None
    for candidate in candidates:
        assigned, score = _assign(candidate, columns, sample, None)
        says = named(candidate, sheet or file)
        score += _NAMED * says
        if candidate.name not in KEYLESS and _key(candidate, columns, sample, assigned, None) is None:
            score -= _ASKED_FOR if says else _NAMELESS
        score -= _MISSING * sum(f.required and f.name not in assigned for f in candidate.fields)
        if assigned and (best is None or score > best[0]):
            best = (score, candidate, assigned)
    if best is None or (best[0] < _LEAST and fact is None):
        return None, {}
    return best[1], best[2]


def _dates(columns: Sequence[str], used: set[str], sample: pa.Table) -> tuple[str, ...]:
    """The columns of dates that no field takes."""
    from leitstern.sources.columns import decide

    free = [column for column in columns if column not in used]
    return tuple(c for c in free if decide(sample[c], name=c).kind in ("date", "time"))


def _conditions(
    fact: Fact, columns: Sequence[str], sample: pa.Table, shape: Recognised | None, amount: str | None
) -> tuple[Condition | None, Condition | None, tuple[str, ...]]:
    """The rows that count, those that are deletions, and the words of rows that do not count."""
    where, words = cancelled(columns, sample, amount) if fact.name == "invoice" else (None, ())
    if shape is None:
        return where, None, words
    left_out, deleted = (shape.chosen(c) for c in (shape.shape.leave_out, shape.shape.deleted))
    if left_out is not None:
        where, words = Condition(column=left_out[0], not_in=left_out[1]), left_out[1]
    gone = None if deleted is None else Condition.model_validate({"column": deleted[0], "in": deleted[1]})
    return where, gone, words


def _amount(fact: Fact, columns: Sequence[str], sample: pa.Table, assigned: dict[str, str]) -> Amount | None:
    """The amount without tax, put in the place of the one that the names suggest."""
    if fact.name not in FACTS_OF_MONEY:
        return None
    free = [c for c in columns if c not in assigned.values() or c == assigned.get("amount")]
    found = net_amount(free, sample, assigned.get("amount"))
    if found is not None:
        assigned["amount"] = found.column
    return found


def _gross(amount: Amount | None, fields: Mapping[str, FieldMapping], shape: Recognised | None) -> str | None:
    """The column of amounts whose tax is not known."""
    if shape is not None and shape.shape.gross:
        return fields["amount"].column if "amount" in fields else None
    return amount.column if amount is not None and amount.gross else None


def file_pattern(file: str) -> str:
    """The file's name with ``*`` for what looks like a date or a counter, for the next export."""
    literal = re.sub(r"([\[?*])", r"[\1]", file)
    return re.sub(r"\d{4,}(?:[-_.]\d{1,2}){0,2}|\(\d+\)", "*", literal)


def _assign(
    fact: Fact, columns: Sequence[str], sample: pa.Table, shape: Recognised | None
) -> tuple[dict[str, str], float]:
    """The best column for each field, each column once; and how well the names fit in all."""
    bare = without_prefix(columns)
    pairs = [] if shape is None else _told(fact, shape)
    never = set() if shape is None else set(shape.columns(shape.shape.never))
    pairs += [
        (found, place, model, column)
        for place, column in enumerate(columns)
        for model in fact.fields
        if not model.derived
        and column not in never
        and (found := field_likeness(fact, model, plain(bare[place]))) >= 0.35
    ]
    assigned: dict[str, str] = {}
    score = 0.0
    for found, _, model, column in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if model.name not in assigned and column not in assigned.values() and _fits(model, column, sample):
            assigned[model.name] = column
            score += found
    return assigned, score


def _told(fact: Fact, shape: Recognised) -> list[tuple[float, int, Field, str]]:
    """What a shape says of the columns, as names that fit better than any other."""
    return [
        (_SURELY - place / 100, place, fact.by_name[name], column)
        for name, names in shape.shape.fields.items()
        for place, column in enumerate(shape.columns(names))
    ]


def _fits(field: Field, column: str, sample: pa.Table) -> bool:
    """Whether the values can be what the field wants; an empty column fits everything."""
    texts = sample[column]
    if field.kind in READ_KINDS:
        from leitstern.sources.columns import decide

        reading = decide(texts, name=column, kind=field.reads_as)
        return reading.kind == "empty" or (reading.kind != "text" and reading.read >= reading.unread)
    if field.kind == "choice":
        return len(different(texts)) <= _MOST_WORDS
    return True


@dataclass(slots=True)
class _Mapped:
    """Fields as mappings, and what is told of their words, as in `Proposal`."""

    fields: dict[str, FieldMapping] = field(default_factory=dict)
    unclear: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    known: dict[str, dict[str, str]] = field(default_factory=dict)
    guessed: dict[str, tuple[str, ...]] = field(default_factory=dict)


def _mapped(fact: Fact, assigned: Mapping[str, str], sample: pa.Table, shape: Recognised | None) -> _Mapped:
    """The fields as mappings: words of choices translated; choices with unknown words are unclear, and the
    words known of them are told apart."""
    found = _Mapped()
    columns = dict(assigned)
    if fact.name == "deal":
        _derive(columns)
    for model in fact.fields:
        column = columns.get(model.name)
        if column is None:
            continue
        if model.kind == "choice":
            _choice(found, fact, model, column, sample, shape)
        else:
            found.fields[model.name] = _column(model, column, sample, shape)
    constants = {} if shape is None else dict(shape.shape.values)
    said = currency_in(columns.get("amount", ""))
    if said is not None and "currency" in fact.by_name:
        constants.setdefault("currency", said)
    for name, value in constants.items():
        if name not in found.fields and name not in found.unclear:
            found.fields[name] = FieldMapping(value=value)
    return found


def _derive(columns: dict[str, str]) -> None:
    """In many exports the phase alone says whether a deal was won, and one date stands for plan and end."""
    if "status" not in columns and "stage" in columns:
        columns["status"] = columns["stage"]
    if "closed_at" not in columns and "expected_close_at" in columns and "status" in columns:
        columns["closed_at"] = columns["expected_close_at"]


def _choice(
    found: _Mapped, fact: Fact, model: Field, column: str, sample: pa.Table, shape: Recognised | None
) -> None:
    own = {} if shape is None else shape.shape.words.get(model.name, {})
    several = _several(model, sample, shape)
    words = [word for name in several or (column,) for word in different(sample[name])]
    values, unknown, default = translate(fact, model, words, own)
    if unknown and default is None:
        found.unclear[model.name], found.known[model.name] = (column, tuple(unknown)), values
        return
    if unknown:
        found.guessed[column] = tuple(unknown)
    others: Literal["known"] | None = "known" if values and default is None else None
    found.fields[model.name] = FieldMapping(
        column=None if several else column, first_of=several, values=values or None, default=default,
        others=others,
    )  # fmt: skip


def _column(model: Field, column: str, sample: pa.Table, shape: Recognised | None) -> FieldMapping:
    several = _several(model, sample, shape)
    if several:
        return FieldMapping(first_of=several)
    named = () if shape is None else shape.columns(shape.shape.fields.get("probability", ()))
    scale = shape.shape.whole if shape is not None and column in named else None
    times = times_in(column) if model.kind == "money" else None
    return FieldMapping(column=column, scale=scale, times=times)


def _several(model: Field, sample: pa.Table, shape: Recognised | None) -> tuple[str, ...] | None:
    """The columns of which the first that is filled counts; None where the field has one column."""
    if shape is None or model.name not in shape.shape.first_of:
        return None
    found = [name for name in shape.columns(shape.shape.fields[model.name]) if _fits(model, name, sample)]
    return tuple(found) if len(found) > 1 else None


def _key(
    fact: Fact, columns: Sequence[str], rows: pa.Table, assigned: Mapping[str, str],
    shape: Recognised | None,
) -> tuple[str, ...] | None:  # fmt: skip
    """The columns that identify the rows: those that the shape names, else the one with the best name, of
    those that are filled and unique."""
    for key in () if shape is None else shape.keys():
        if identify(rows, key):
            return key
    natural = tuple(assigned.get(name, "") for name in NATURAL.get(fact.name, ()))
    if natural and all(natural) and identify(rows, natural):
        return natural
    names = names_of(fact.name, "key")
    fits = {
        column: likeness(plain(bare), names)
        for column, bare in zip(columns, without_prefix(columns), strict=True)
    }
    for column in sorted(columns, key=lambda column: -fits[column]):
        if fits[column] >= 0.35 and identify(rows, (column,)):
            return (column,)
    name = assigned.get("name")
    return (name,) if fact.main_date is None and name is not None and identify(rows, (name,)) else None
