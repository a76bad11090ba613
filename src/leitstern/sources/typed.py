"""Turns a column of text into typed values, and names every row that refuses.

Every row of the column is either empty, typed, or bad with a reason: nothing disappears. The work is
done once per different text and with Arrow's vectorised functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from leitstern.errors import Problem
from leitstern.sources import dates, numbers
from leitstern.sources.arrow import listed, mask, pc
from leitstern.sources.candidates import no_value, texts_of
from leitstern.sources.columns import NO, YES, strangers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from leitstern.sources.arrow import Column, Texts, Values
    from leitstern.sources.readings import Reading

    Codes = NDArray[np.int8]

#: Kind of a field of the model -> Arrow type of its values. Times are UTC without a zone.
TYPES: dict[str, Any] = {
    "text": pa.string(),
    "choice": pa.string(),
    "ref": pa.string(),
    "money": pa.decimal128(18, 4),
    "number": pa.decimal128(18, 6),
    "share": pa.decimal128(18, 6),
    "count": pa.decimal128(18, 6),
    "whole": pa.int64(),
    "day": pa.date32(),
    "time": pa.timestamp("us"),
    "yesno": pa.bool_(),
}
#: Reason codes of bad rows; the position is the number used inside.
REASONS = (
    "",
    "not_a_number",
    "other_currency",
    "other_percent",
    "number_too_big",
    "not_whole",
    "not_a_date",
    "impossible_date",
    "date_out_of_range",
    "not_yes_or_no",
)
_CODE = {reason: code for code, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True)
class Bad:
    """The rows that could not be typed: positions from 0, and a reason code for each.

    Iterates as pairs; ``sources.reason_<code>`` is the text of a reason.
    """

    rows: Values
    reasons: Texts

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return zip(listed(self.rows), listed(self.reasons), strict=True)


class Typed(NamedTuple):
    """Typed values, as long as the column; null where the text was empty or bad."""

    values: Values
    bad: Bad


def to_kind(column: Column, kind: str, reading: Reading, timezone: str = "UTC") -> Typed:
    """Types a column for a field of ``kind`` under a reading.

    ``money`` is rounded half away from zero to 4 decimals, ``number`` and ``share`` to 6; a percent
    sign divides by 100. ``day`` of a moment with an offset is its day in ``timezone``; ``time`` of a
    moment without one is taken as local there, of a day as its first moment; see ``dates``.
    Problem ``sources.unanswered`` if the reading is an open question.
    """
    if reading.is_question and kind not in ("text", "choice", "ref"):
        choices = ", ".join(choice.code for choice in reading.choices)
        raise Problem("sources.unanswered", column=reading.name, choices=choices)
    texts = texts_of(column)
    if kind in ("text", "choice", "ref"):
        return Typed(texts.cast(pa.string()), _bad(np.zeros(len(texts), np.int8)))
    encoded = texts.dictionary_encode()
    different = encoded.dictionary
    different = pc.if_else(pa.array(no_value(different)), pa.scalar(None, different.type), different)
    values, codes = _convert(different, kind, reading, timezone)
    indices = encoded.indices
    places = pc.fill_null(indices, len(codes)).to_numpy(zero_copy_only=False)
    return Typed(values.take(indices), _bad(np.append(codes, np.int8(0))[places]))


def _bad(codes: Codes) -> Bad:
    rows = np.flatnonzero(codes)
    reasons = pa.DictionaryArray.from_arrays(pa.array(codes[rows], pa.int8()), pa.array(REASONS))
    return Bad(pa.array(rows, pa.int64()), reasons.cast(pa.string()))


def _convert(texts: Texts, kind: str, reading: Reading, timezone: str) -> tuple[Values, Codes]:
    if kind in numbers.INTEGER_DIGITS:
        return _number(texts, kind, reading)
    if kind in ("day", "time"):
        return _date(texts, kind, reading, timezone)
    if kind == "yesno":
        return _yesno(texts)
    raise ValueError(kind)


def _number(texts: Texts, kind: str, reading: Reading) -> tuple[Values, Codes]:
    codes = np.zeros(len(texts), np.int8)
    if reading.decimal is None:
        return _refused(texts, kind, "not_a_number")
    if reading.hundredths:
        texts = numbers.with_sign(texts)
    codes[~mask(numbers.is_number(texts, reading))] = _CODE["not_a_number"]
    strange = strangers(texts, reading) & (codes == 0)
    percent = mask(pc.match_substring(texts, "%")) != bool(reading.percent)
    codes[strange] = _CODE["other_currency"]
    codes[strange & percent & (reading.percent is not None)] = _CODE["other_percent"]
    plain = numbers.canonical(_only(texts, codes), reading.decimal)
    big = mask(pc.match_substring_regex(plain, rf"^-?0*[1-9]\d{{{numbers.INTEGER_DIGITS[kind]},}}"))
    codes[big & (codes == 0)] = _CODE["number_too_big"]
    exact = _only(plain, codes).cast(pa.decimal128(38, 10))
    if kind == "whole":
        whole = pc.round(exact, 0)
        codes[mask(pc.not_equal(whole, exact))] = _CODE["not_whole"]
        values = _only(whole, codes).cast(pa.int64())
    else:
        values = _rounded(exact, kind, codes)
    codes[mask(pc.is_null(texts))] = 0
    return values, codes


def _rounded(exact: Values, kind: str, codes: Codes) -> Values:
    rounded = pc.round(exact, numbers.SCALE[kind], round_mode="half_towards_infinity")
    limit = pa.scalar(10 ** numbers.INTEGER_DIGITS[kind], pa.decimal128(38, 10))
    over = mask(pc.greater_equal(pc.abs(rounded), limit))  # 99...9,99999 may be rounded up to the limit
    codes[over] = _CODE["number_too_big"]
    return _only(rounded, codes).cast(TYPES[kind])


def _date(texts: Texts, kind: str, reading: Reading, timezone: str) -> tuple[Values, Codes]:
    if reading.kind not in ("date", "time"):
        return _refused(texts, kind, "not_a_date")
    texts = pc.if_else(pa.array(dates.no_date(texts)), pa.scalar(None, texts.type), texts)
    found = dates.parse(texts, reading)
    codes = np.zeros(len(texts), np.int8)
    codes[~found.valid] = _CODE["not_a_date"]
    codes[~found.valid & found.impossible] = _CODE["impossible_date"]
    far = found.valid & ~dates.in_range(found)
    codes[far] = _CODE["date_out_of_range"]
    codes[mask(pc.is_null(texts))] = 0
    found = found._replace(valid=found.valid & ~far)
    missing = ~found.valid
    if kind == "day":
        return pa.array(dates.local_days(found, timezone).astype(np.int32), pa.date32(), mask=missing), codes
    moments = found._replace(micros=np.where(found.valid, found.micros, 0))
    return pa.array(dates.to_utc(moments, timezone), pa.timestamp("us"), mask=missing), codes


def _yesno(texts: Texts) -> tuple[Values, Codes]:
    lower = pc.utf8_lower(texts)
    yes, no = (mask(pc.is_in(lower, pa.array(words, lower.type))) for words in (YES, NO))
    codes = np.where(yes | no | mask(pc.is_null(texts)), 0, _CODE["not_yes_or_no"]).astype(np.int8)
    return pa.array(yes, mask=~(yes | no)), codes


def _refused(texts: Texts, kind: str, reason: str) -> tuple[Values, Codes]:
    """Nothing can be typed: the column was left as text."""
    codes = np.where(mask(pc.is_null(texts)), 0, _CODE[reason]).astype(np.int8)
    return pa.nulls(len(texts), TYPES[kind]), codes


def _only(values: Values, codes: Codes) -> Values:
    """The values of rows that are good so far; null elsewhere."""
    if not codes.any():
        return values
    kept: Values = pc.if_else(pa.array(codes == 0), values, pa.scalar(None, values.type))
    return kept


def _shown(plain: str) -> str:
    """A number in plain digits, however many they are."""
    text = format(Decimal(plain), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(texts: Texts, reading: Reading) -> list[str]:
    """What texts are under a reading, as plain text: ``1234.56``, ``2025-04-03``, ``2025-04-03 10:30``."""
    if reading.kind == "number":
        assert reading.decimal is not None
        texts = numbers.with_sign(texts) if reading.hundredths else texts
        return [_shown(plain) for plain in listed(numbers.canonical(texts, reading.decimal))]
    if reading.kind in ("date", "time"):
        micros = dates.parse(texts, reading).micros
        moments = listed(pa.array(micros, pa.timestamp("us")))
        return [m.isoformat(" ").removesuffix(" 00:00:00") for m in moments]
    if reading.kind == "yesno":
        return ["true" if text.lower() in YES else "false" for text in listed(texts)]
    return listed(texts)
