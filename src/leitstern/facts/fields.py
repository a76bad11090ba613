"""What facts and fields are: the kinds of fields, and what is said of each.

Kinds of fields:

====== ====================================================== =======================
kind   meaning                                                 stored as
====== ====================================================== =======================
text   free text or a name                                     VARCHAR
choice one of few words; ``choices`` lists the canonical ones   VARCHAR (ENUM when encoded)
ref    the source's key of another fact (``to``)               VARCHAR
day    a calendar day                                          DATE
time   a moment; kept in UTC                                   TIMESTAMP
money  an amount in the record's currency                      DECIMAL(18, 4)
number a decimal number that is not money                      DECIMAL(18, 6)
whole  a whole number                                          BIGINT
yesno  true or false                                           BOOLEAN
====== ====================================================== =======================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Kind = Literal["text", "choice", "ref", "day", "time", "money", "number", "whole", "yesno"]

#: How each kind of field is stored.
SQL_TYPES = {
    "text": "VARCHAR",
    "choice": "VARCHAR",
    "ref": "VARCHAR",
    "day": "DATE",
    "time": "TIMESTAMP",
    "money": "DECIMAL(18, 4)",
    "number": "DECIMAL(18, 6)",
    "whole": "BIGINT",
    "yesno": "BOOLEAN",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a fact. ``to`` names the fact a ``ref`` points at.

    ``means`` says more of some texts and numbers: a ``share`` is a part of a whole, 0 to 1, and files
    write it in percent, too; a ``count`` is of things that are whole; a ``currency`` is a code of ISO 4217.
    ``least`` and ``most`` bound what a number can be. A ``derived`` field is worked out from other facts when
    a generation is built; no file is mapped to it.
    """

    name: str
    kind: Kind
    to: str | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    derived: bool = False
    means: Literal["share", "currency", "count"] | None = None
    least: Decimal | None = None
    most: Decimal | None = None

    @property
    def reads_as(self) -> str:
        """The kind by which the text of a file is read."""
        return self.means if self.means in ("share", "count") else self.kind


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the canonical model.

    ``fields`` excludes the technical columns that every stored fact has (see ``TECHNICAL``).
    ``person`` names the field that says whom a record belongs to; ``main_date`` the date that
    orders the table and by which its age is judged (none for entities).
    ``before`` lists pairs of dates of which the first must not be later than the second, ``over`` dates
    of ends with the words of ``status`` that say that the end has come, ``planned`` such dates with the one
    they are planned for: before the end has come, both are the plan.
    A ``derived`` fact is worked out as a whole when a generation is built.
    """

    name: str
    fields: tuple[Field, ...]
    main_date: str | None = None
    person: str | None = None
    before: tuple[tuple[str, str], ...] = ()
    over: tuple[tuple[str, tuple[str, ...]], ...] = ()
    planned: tuple[tuple[str, str], ...] = ()
    derived: bool = False
    by_name: MappingProxyType[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", MappingProxyType({f.name: f for f in self.fields}))

    @property
    def dates(self) -> tuple[Field, ...]:
        """The fields a KPI can be counted on."""
        return tuple(f for f in self.fields if f.kind in ("day", "time"))
