"""What a mapping file says: which columns of a file become which fields of which fact.

A mapping is a TOML document that a user reads and corrects. Everything in it is checked against the
canonical model before a row is touched; a mistake is reported with file, table, field and remedy.

A field is one of

=====================================  ==================================================================
``field = "Column"``                   the column
``{column = "Column", ...}``           the column, with ``read``, ``values``, ``default``, ``others``,
                                       ``negate_if``
``{columns = ["First", "Last"]}``      several columns: a name (joined by a space) or a compound key
``{first_of = ["Won", "Lost"]}``       the first of several columns that is filled
``{product = ["Quantity", "Price"]}``  the product of two or more numeric columns
``{value = "EUR"}``                    the same value in every row
=====================================  ==================================================================
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from leitstern import toml
from leitstern.errors import Problem
from leitstern.facts.model import FACTS, Fact
from leitstern.facts.model import Field as ModelField
from leitstern.sources.spelling import folded

#: Kinds whose text has to be read; text, references and choices are taken as they stand.
READ_KINDS = frozenset({"day", "time", "money", "number", "whole", "yesno"})
NUMERIC_KINDS = frozenset({"money", "number", "whole"})


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _spelled_out(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


Columns = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]


class Document(BaseModel):
    """Base of all parts: unknown settings are errors, values do not change after checking."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Document):
    """A choice of rows by the words in one column; ``C*`` stands for every word that begins with C. ``also``
    is a further condition on the same rows."""

    column: str
    among: Columns | None = Field(default=None, alias="in")
    not_in: Columns | None = None
    also: Condition | None = None

    @model_validator(mode="after")
    def _one_list(self) -> Condition:
        if (self.among is None) == (self.not_in is None):
            raise _wrong("condition_lists", column=self.column)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is looked at."""
        return (self.column, *(() if self.also is None else self.also.columns))


class FieldMapping(Document):
    """Where one field of a fact comes from; see the table at the top of this module.

    ``values`` translates words (upper and lower case are the same, ß and SS, and blanks; ``"C*"`` stands
    for every word that begins with C, ``""`` for an empty cell; on the right ``""`` is nothing). A word
    without translation takes ``default``; without one its row is set aside, unless ``others = "keep"`` lets
    it pass or ``others = "known"`` knows it as a word of exports. ``default`` also fills empty cells.
    ``read`` fixes how numbers or dates are read. ``scale`` says of a share of a whole what all of it is: 1,
    or 100. Amounts can be in thousands (``times``), can have tax in them (``tax`` in percent), or a column
    of it (``less``) that goes off. ``negate_if`` turns the sign of an amount.
    """

    column: str | None = None
    columns: tuple[str, ...] | None = Field(default=None, min_length=2)
    first_of: tuple[str, ...] | None = Field(default=None, min_length=2)
    product: tuple[str, ...] | None = Field(default=None, min_length=2)
    value: str | int | float | bool | None = None
    values: dict[str, str] | None = None
    default: str | None = None
    others: Literal["keep", "known"] | None = None
    read: Columns | None = None
    scale: Literal[1, 100] | None = None
    times: int | None = Field(default=None, ge=1)
    less: str | None = None
    tax: Decimal | None = Field(default=None, ge=0, lt=100)
    negate_if: Condition | None = None

    @field_validator("values", mode="before")
    @classmethod
    def _words(cls, values: object) -> object:
        """A TOML value map may hold bare numbers and booleans on its right."""
        if isinstance(values, dict):
            return {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in values.items()}
        return values

    @model_validator(mode="after")
    def _one_origin(self) -> FieldMapping:
        given = [
            n for n in ("column", "columns", "first_of", "product", "value") if getattr(self, n) is not None
        ]
        if len(given) != 1:
            raise _wrong("one_origin", found=", ".join(given) or "-")
        words = [folded(word) for word in self.values or ()]
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise _wrong("word_twice", word=twice)
        if self.read is not None and len(self.read) not in (1, len(self.read_columns)):
            raise _wrong("read_count", given=len(self.read), columns=len(self.read_columns))
        return self

    @property
    def used_columns(self) -> tuple[str, ...]:
        """Every column of the file this field looks at."""
        extra = self.negate_if.columns if self.negate_if else ()
        return (*self.read_columns, *extra)

    @property
    def read_columns(self) -> tuple[str, ...]:
        """The columns whose text becomes the value."""
        several = self.columns or self.first_of or self.product
        less = () if self.less is None else (self.less,)
        return (*(several or ((self.column,) if self.column is not None else ())), *less)

    def reading_of(self, column: str) -> str | None:
        """The reading the mapping fixes for one of its columns, if it does."""
        if self.read is None:
            return None
        return self.read[self.read_columns.index(column)] if len(self.read) > 1 else self.read[0]


class TableMapping(Document):
    """One file (or sheet) feeding one fact.

    ``repeats = true``: the same record stands in several rows on purpose (a manager beside each of
    her agents); equal repetitions are then unchanged rows, not duplicates.
    ``extends = true``: the rows add fields to records that another table brings; a key that is not
    there is set aside.
    ``where`` chooses rows, ``deleted`` says which rows mean that the record was deleted.
    ``part`` tells apart the records that several tables of one fact make of the same rows (clicks and
    impressions of a report); it goes before their keys.
    """

    file: str
    sheet: str | None = None
    fact: str
    key: Columns | None = None
    repeats: bool = False
    extends: bool = False
    part: str | None = None
    where: Condition | None = None
    deleted: Condition | None = None
    timezone: str | None = None
    fields: dict[str, Annotated[FieldMapping, BeforeValidator(_spelled_out)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_the_model(self) -> TableMapping:
        fact = FACTS.get(self.fact)
        if fact is None or fact.derived:
            known = [name for name, f in FACTS.items() if not f.derived]
            raise _wrong("fact_unknown", fact=self.fact, nearest=nearest(self.fact, known))
        if self.timezone is not None and self.timezone not in available_timezones():
            raise _wrong("timezone_unknown", timezone=self.timezone)
        if self.key is None and (self.repeats or self.extends or self.deleted):
            raise _wrong("key_needed", fact=self.fact)
        missing = [f.name for f in fact.fields if f.required and f.name not in self.fields]
        if missing and not self.extends:
            raise _wrong("required_unmapped", fact=self.fact, fields=", ".join(missing))
        for name, mapped in self.fields.items():
            _check_field(fact, name, mapped)
        return self

    @property
    def used_columns(self) -> tuple[str, ...]:
        """Every column of the file that the mapping looks at, each once, in order."""
        names = list(self.key or ())
        names += [column for c in (self.where, self.deleted) if c for column in c.columns]
        for mapped in self.fields.values():
            names += mapped.used_columns
        return tuple(dict.fromkeys(names))

    def matches(self, file_name: str, sheet: str | None = None) -> bool:
        """Whether this table is meant for a file (and sheet); upper and lower case are the same."""
        if not fnmatchcase(file_name.casefold(), self.file.casefold()):
            return False
        return self.sheet is None or sheet is None or fnmatchcase(sheet.casefold(), self.sheet.casefold())

    def of_its_sort(self, source: str) -> bool:
        """Whether a place that rows come from (see ``place``) is one of this table's."""
        file, _, sheet = source.rpartition("#")
        return self.matches(source) or (bool(file) and self.matches(file, sheet))

    def digest(self) -> str:
        """Changes whenever the meaning of the mapping does."""
        return sha256(self.model_dump_json(exclude_none=True).encode()).hexdigest()


class Mapping(Document):
    """A mapping file: a name and the tables it feeds."""

    name: str
    table: tuple[TableMapping, ...] = Field(min_length=1)


def load(path: Path) -> Mapping:
    """Read a mapping file; a ``Problem`` names the file, the place and the remedy."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Problem("facts.mapping_missing", file=str(path)) from None
    except UnicodeDecodeError:
        raise Problem("facts.mapping_encoding", file=path.name) from None
    return parse(text, path.name)


def parse(text: str, file_name: str) -> Mapping:
    """Check the text of a mapping file; ``file_name`` is named in messages."""
    try:
        data = toml.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem("facts.mapping_toml", file=file_name, detail=str(error)) from None
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise _problem(error, data, file_name) from None


def write(path: Path, text: str) -> None:
    """Write a mapping file in one step: an import that begins meanwhile reads the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writing = path.with_name(f".{path.name}")
    writing.write_text(text, encoding="utf-8")
    writing.replace(path)


def place(file: str, sheet: str | None) -> str:
    """Where rows come from, in one word: the file, with its sheet after ``#``."""
    return file if sheet is None else f"{file}#{sheet}"


def nearest(word: str, known: list[str]) -> str:
    """The known name closest to ``word``, or all of them when none is close."""
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return close[0] if close else ", ".join(sorted(known))


def _wrong(code: str, **values: object) -> PydanticCustomError:
    """A mistake that ``_problem`` turns into a message in the user's language."""
    return PydanticCustomError("facts_" + code, code, values)


def _check_field(fact: Fact, name: str, mapped: FieldMapping) -> None:
    field = fact.by_name.get(name)
    if field is None:
        known = [f.name for f in fact.fields if not f.derived]
        raise _wrong("field_unknown", fact=fact.name, field=name, nearest=nearest(name, known))
    if field.derived:
        raise _wrong("field_derived", field=name)
    if mapped.product is not None and field.kind not in ("money", "number"):
        raise _wrong("product_kind", field=name, kind=field.kind)
    if mapped.columns is not None and field.kind not in ("text", "ref"):
        raise _wrong("columns_kind", field=name, kind=field.kind)
    if mapped.scale is not None and field.means != "share":
        raise _wrong("scale_kind", field=name)
    if (mapped.times or mapped.less or mapped.tax) and field.kind != "money":
        raise _wrong("amount_kind", field=name)
    if mapped.negate_if is not None and field.kind not in NUMERIC_KINDS:
        raise _wrong("negate_kind", field=name, kind=field.kind)
    _check_words(field, mapped)


def _check_words(field: ModelField, mapped: FieldMapping) -> None:
    if field.kind != "choice":
        return
    words = [*(mapped.values or {}).values(), mapped.default, mapped.value]
    for word in words:
        if word not in (None, "", *field.choices):
            raise _wrong("word_unknown", field=field.name, word=word, choices=", ".join(field.choices))


def _problem(error: ValidationError, data: dict[str, Any], file_name: str) -> Problem:
    """The first mistake, as a message that says where it is and what to do."""
    first = error.errors(include_url=False)[0]
    kind, place = str(first["type"]), first["loc"]
    values: dict[str, object] = {"file": file_name, "place": _place(place, data)}
    if kind.startswith("facts_"):
        return Problem("facts." + kind.removeprefix("facts_"), **values, **dict(first.get("ctx", {})))
    setting = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        return Problem(
            "facts.setting_unknown", **values, setting=setting, nearest=nearest(setting, _settings(place))
        )
    if kind == "missing":
        return Problem("facts.setting_missing", **values, setting=setting)
    return Problem("facts.setting_wrong", **values, setting=setting, found=repr(first["input"]))


def _settings(place: tuple[int | str, ...]) -> list[str]:
    """The settings that are allowed where an unknown one was found."""
    part: type[Document] = Mapping
    if len(place) > 1:
        inner = place[-2]
        part = (
            Condition
            if inner in ("where", "deleted", "negate_if", "also")
            else FieldMapping
            if "fields" in place
            else TableMapping
        )
    return [info.alias or name for name, info in part.model_fields.items()]


def _place(place: tuple[int | str, ...], data: dict[str, Any]) -> str:
    """``[[table]] 2 (deals.csv) amount`` from pydantic's path."""
    words: list[str] = []
    for step in place:
        if isinstance(step, int) and words == ["[[table]]"]:
            table = data["table"][step]
            file = table.get("file", "?") if isinstance(table, dict) else "?"
            words.append(f"{step + 1} ({file})")
        elif step == "table" and not words:
            words.append("[[table]]")
        elif step != "fields":
            words.append(str(step))
    return " ".join(words) or "-"
