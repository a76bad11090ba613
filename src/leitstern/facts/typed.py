"""What people type in: on its way into the store, and as it stands there.

Rows that are typed become a file of JSON lines, which is landed and loaded like any other: it has a receipt,
counts in the account and the quality, and can be taken back. The file says itself which fields it fills; who
typed, when, and what stood there before stay in the raw table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from leitstern.facts.convert import MODEL_READINGS
from leitstern.facts.mapping import READ_KINDS, Condition, FieldMapping, TableMapping
from leitstern.facts.mapping import Mapping as MappingFile
from leitstern.facts.model import FACTS

if TYPE_CHECKING:
    from leitstern.facts.store import Store
    from leitstern.sources.files import Landed

#: What the mapping of typed rows is called in receipts.
NAME = "typed"
_DELETED, _YES = "deleted", "yes"


@dataclass(frozen=True, slots=True)
class Row:
    """A record as somebody typed it: its fields as the model writes them (plain numbers, ISO dates), or that
    it goes. ``told`` is kept beside it in the raw table only."""

    fact: str
    key: str
    fields: Mapping[str, str | None]
    deleted: bool = False
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A fact whose numbers are typed: ``place`` are the fields that say what a number is about, ``amount``
    is the number itself, and the fact's main date the day on which it counts."""

    fact: str
    place: tuple[str, ...]
    amount: str

    @property
    def date(self) -> str:
        """The field of the day."""
        found = FACTS[self.fact].main_date
        assert found is not None, "a number that is typed has a day"
        return found


#: Numbers without a source of their own.
VALUES = Sheet("manual_value", ("measure", "team", "person", "region"), "value")
#: Contacts that are only counted, such as new followers.
CONTACTS = Sheet("touchpoint", ("kind",), "quantity")
SPEND = Sheet("spend", ("area", "kind", "campaign"), "amount")


@dataclass(frozen=True, slots=True)
class Entry:
    """A number that is in the store: what it is about (the fields of ``Sheet.place``), its day, and the file
    and import that brought it last. ``currency`` is None where the fact has none."""

    key: str
    place: tuple[str | None, ...]
    at: date
    value: Decimal
    currency: str | None
    file: str
    batch: int


def lines(rows: Iterable[Row]) -> dict[str, str]:
    """The rows as JSON lines: one text for each fact and set of fields, under a name that says which."""
    found: dict[str, list[str]] = {}
    for row in rows:
        document = {
            "key": row.key,
            _DELETED: _YES if row.deleted else None,
            row.fact: dict(row.fields),
            "told": dict(row.told),
        }
        name = "-".join((row.fact, *sorted(row.fields)))
        found.setdefault(name, []).append(json.dumps(document, ensure_ascii=False))
    return {name: "\n".join(texts) + "\n" for name, texts in found.items()}


def mapping(tables: Sequence[Landed]) -> MappingFile:
    """How files of typed rows are read."""
    return MappingFile(name=NAME, table=tuple(_table(table) for table in tables))


def _table(table: Landed) -> TableMapping:
    fact = next(name.partition(".")[0] for name in table.columns if name.partition(".")[0] in FACTS)
    names = [name.removeprefix(f"{fact}.") for name in table.columns if name.startswith(f"{fact}.")]
    return TableMapping(
        file=table.file,
        fact=fact,
        key=("key",),
        deleted=Condition.model_validate({"column": _DELETED, "in": _YES}),
        fields={name: _field(fact, name) for name in names},
    )


def _field(fact: str, name: str) -> FieldMapping:
    kind = FACTS[fact].by_name[name].kind
    read = (MODEL_READINGS.get(kind, "plain"),) if kind in READ_KINDS else None
    return FieldMapping(column=f"{fact}.{name}", read=read)


def entries(store: Store, sheet: Sheet, start: date, end: date, timezone: str) -> list[Entry]:
    """The numbers of a sheet whose day lies between ``start`` and ``end``, in the order of days."""
    fact = FACTS[sheet.fact]
    currency = "currency" if "currency" in fact.by_name else "NULL"
    names = ", ".join(f'"{name}"' for name in sheet.place)
    rows = store.connection.execute(
        f'SELECT key, source_file, batch, {currency}, "{sheet.amount}", "{sheet.date}", {names} '
        f'FROM "{fact.name}" WHERE "{sheet.amount}" IS NOT NULL '
        f'AND "{sheet.date}" BETWEEN ?::DATE - INTERVAL 1 DAY AND ?::DATE + INTERVAL 2 DAY ORDER BY 6, key',
        [start, end],
    ).fetchall()
    zone = ZoneInfo(timezone)
    found = (
        Entry(key, tuple(place), _day(at, zone), value, currency, file or "", batch)
        for key, file, batch, currency, value, at, *place in rows
    )
    return [entry for entry in found if start <= entry.at <= end]


def _day(at: Any, zone: ZoneInfo) -> date:
    """The calendar day of a stored date or moment."""
    if isinstance(at, datetime):
        return at.replace(tzinfo=UTC).astimezone(zone).date()
    found: date = at
    return found
