"""The kinds of values that travel: exact numbers, days, short texts; and the base of all documents.

What comes in is read strictly: ``"5"`` is no number, and an unknown field is an error. Amounts are Decimal
inside and JSON numbers outside.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from leitstern.engine.observations import Number as Value
from leitstern.server.api.refusals import Refused

#: What the application database keeps of a number: 14 digits before the point, 6 behind it.
_MOST = Decimal(10) ** 13
_STEP = Decimal("0.000001")
#: Years that calendars and periods are asked about.
_YEARS = (1970, 2199)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def plain(number: Value | None) -> int | float | None:
    """A number as JSON has it: whole ones without a point."""
    if isinstance(number, Decimal):
        return int(number) if number == number.to_integral_value() else float(number)
    return number


def _number(given: Any) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise PydanticCustomError("number", "must be a number")
    exact = given if isinstance(given, Decimal) else Decimal(str(given))
    if not exact.is_finite():
        raise PydanticCustomError("number", "must be a number")
    if abs(exact) > _MOST:
        raise PydanticCustomError("less_than_equal", "too large", {"le": int(_MOST)})
    return exact.quantize(_STEP)


def _whole(given: Any) -> int:
    """JSON knows one kind of number: 5.0 is a whole one."""
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal) or given % 1:
        raise PydanticCustomError("int_type", "must be a whole number")
    return int(given)


def _day(given: Any) -> date:
    if isinstance(given, date):
        return given
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise PydanticCustomError("day", "must be a day such as 2026-11-23")
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise PydanticCustomError("day", "must be a day such as 2026-11-23") from error
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise Refused(400, "day_range")  # a schema has no words for the least and the last day
    return day


Amount = Annotated[
    Decimal,
    BeforeValidator(_number),
    PlainSerializer(plain, return_type=int | float),
    WithJsonSchema({"type": "number", "minimum": -int(_MOST), "maximum": int(_MOST)}),
]
Number = Annotated[
    Decimal | float | int,
    PlainSerializer(plain, return_type=int | float),
    WithJsonSchema({"type": "number"}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-23"]}),
]
# A text that databases keep: PostgreSQL has no place for the character 0.
_KEPT = r"^[^\x00]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_KEPT)]
ShortName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_KEPT)]
Text = Annotated[str, StringConstraints(max_length=5000, pattern=_KEPT)]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
#: For whole numbers in what comes in: ``Annotated[int, Field(ge=1), WHOLE]``, so that the bounds are known.
WHOLE = BeforeValidator(_whole)
Flag = StrictBool
Code = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_@.-]+$")]


class In(BaseModel):
    """What a caller sends: an object with these fields, and nothing that merely looks like one."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What the API answers."""
