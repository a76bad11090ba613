"""Decides how a column of text is to be read, looking at every value of it.

The rule: if one reading fails on a value and another never does, the other is right. If two readings
take the column and give different results (``1.234`` everywhere, or ``03/04/2025``), nobody can know,
and the reading is a question. Conventions, so that no question is asked where there is no doubt:

- dotted dates are day first (``03.04.2025`` is 3 April), unless only month first reads the column;
- of a two-digit year it is assumed that it stands last;
- whole numbers without any mark are numbers; with leading zeros they are keys and stay text.

A column that mixes styles gets the reading that reads most of it; the rest is counted here and set
aside when the column is typed. Words for "no value" (``-``, ``NULL``, ``n/a``, ``k. A.``) are empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leitstern.sources import dates, numbers
from leitstern.sources.readings import DateOrder, Example, Reading, ReadingKind, reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["Reading", "decide", "reading"]

#: Texts that say "no value"; compared without case. Dates of zeros are how SAP writes an empty date.
NO_VALUE = (
    *("-", "--", "–", "—", "null", "\\n", "n/a", "#n/a", "#nv", "n.a.", "k.a.", "k. a.", "nan", "none"),
    *("00.00.0000", "0000-00-00", "00000000", "0000-00-00 00:00:00"),
)
YES = ("true", "yes", "ja", "wahr", "y", "j", "1", "x")
NO = ("false", "no", "nein", "falsch", "n", "0")
_EXAMPLES = 3
_SEPARATORS = (".", "-", "/")
#: Without knowing what a column is for, more than this share of it must be readable to call it so.
_MOST = 0.5


class _Column(NamedTuple):
    """The different values of a column and how often each occurs."""

    texts: pa.Array
    weights: Ints
    empty: int

    def count(self, mask: Bools) -> int:
        return int(self.weights[mask].sum())


def decide(
    values: pa.Array | pa.ChunkedArray | Iterable[str | None], *, name: str = "", kind: str | None = None
) -> Reading:
    """The reading of a whole column.

    ``kind`` is the kind of the model's field the column is meant for (``facts.model.Kind``), if
    known: then only readings that give this kind are considered, keys and texts stay as they are,
    and a column of ``20250304`` for a day is a date. Without it, the values speak for themselves.
    A reading with ``choices`` is a question; see ``Reading.question``.
    """
    column = _column(values)
    if len(column.texts) == 0:
        return Reading(kind="empty", code="text", name=name, empty=column.empty)
    if kind in ("text", "choice", "ref"):
        return _finish(_text(column), column, name)
    found: list[list[_Candidate]] = []
    if kind in (None, "money", "number", "whole"):
        found.append(_numbers(column, whole=kind == "whole"))
    if kind in (None, "day", "time"):
        found.append(_days(column, asked=kind is not None))
    if kind in (None, "yesno"):
        found.append(_yesno(column, asked=kind is not None))
    best = max((c for c in found if c), key=lambda c: column.count(c[0].mask), default=[])
    if not best or not _convinces(best[0], column, kind):
        return _finish(_text(column), column, name)
    made = [_finish(c, column, name) for c in best]
    return made[0] if len(made) == 1 else replace(made[0], choices=tuple(made))


class _Candidate(NamedTuple):
    """A reading, the values it takes, and a preference for which values to show."""

    reading: Reading
    mask: Bools
    telling: Bools | None = None


def _convinces(candidate: _Candidate, column: _Column, kind: str | None) -> bool:
    if kind is not None:
        return True
    if column.count(candidate.mask) <= _MOST * int(column.weights.sum()):
        return False
    if candidate.reading.kind != "number":
        return True
    keys = _mask(pc.match_substring_regex(column.texts, r"^(?:0\d+|\d{16,})$"))
    return not bool(keys.any())


def _column(values: pa.Array | pa.ChunkedArray | Iterable[str | None]) -> _Column:
    texts = texts_of(values)
    total = len(texts)
    counts = pc.value_counts(texts.drop_null())
    different, weights = counts.field(0), counts.field(1).to_numpy(zero_copy_only=False)
    kept = ~no_value(different)
    return _Column(different.filter(pa.array(kept)), weights[kept], total - int(weights[kept].sum()))


def texts_of(values: pa.Array | pa.ChunkedArray | Iterable[str | None]) -> pa.Array:
    """Any column as one Arrow string array without outer blanks; texts of blanks only are null."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    array = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    if isinstance(array, pa.ChunkedArray):  # more than 2 GB of text stays in chunks
        array = pa.concat_arrays([c.cast(pa.large_string()) for c in array.chunks])
    if pa.types.is_dictionary(array.type) or pa.types.is_null(array.type):
        array = array.cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)


def no_value(texts: pa.Array) -> Bools:
    """Which texts are words for "no value"."""
    short = pc.less_equal(pc.binary_length(texts), 19)
    if not pc.any(short).as_py():
        return np.zeros(len(texts), np.bool_)
    return _mask(pc.is_in(pc.utf8_lower(texts), pa.array(NO_VALUE, texts.type)))


def _numbers(column: _Column, *, whole: bool) -> list[_Candidate]:
    comma = _mask(numbers.is_number(column.texts, reading("de")))
    point = _mask(numbers.is_number(column.texts, reading("en")))
    if not (comma.any() or point.any()):
        return []
    marked = _mask(pc.match_substring_regex(column.texts, r"\d[.,]\d"))
    doubtful = comma & point & marked
    only_comma, only_point = column.count(comma & ~point), column.count(point & ~comma)
    de = _Candidate(_unit(reading("de"), column, comma), comma, doubtful)
    other = reading(_point_code(column, point))
    en = _Candidate(_unit(other, column, point), point, doubtful)
    if not marked.any():
        return [_unmarked(column, comma, point)]
    if doubtful.any() and bool(only_comma) == bool(only_point):
        if whole:  # a whole number has no decimals: the mark can only stand between thousands
            return [_whole(de, en, column)]
        return [_narrow(de, column), _narrow(en, column)]
    return [_narrow(de if only_comma >= only_point else en, column)]


def _point_code(column: _Column, point: Bools) -> str:
    """``en``, ``ch`` or ``plain``, by the thousands marks that occur."""
    taken = column.texts.filter(pa.array(point))
    if pc.any(pc.match_substring(taken, ",")).as_py():
        return "en"
    blanks = pc.match_substring_regex(taken, rf"\d[{numbers.SPACES}{numbers.APOSTROPHES}]\d")
    return "ch" if pc.any(blanks).as_py() else "plain"


def _unmarked(column: _Column, comma: Bools, point: Bools) -> _Candidate:
    """No decimal mark anywhere: both readings say the same."""
    code = "plain"
    taken = column.texts.filter(pa.array(comma | point))
    if pc.any(pc.match_substring_regex(taken, rf"\d[{numbers.APOSTROPHES}]\d")).as_py():
        code = "ch"
    elif pc.any(pc.match_substring_regex(taken, rf"\d[{numbers.SPACES}]\d|,[-–—]")).as_py():
        code = "de"
    elif pc.any(pc.match_substring_regex(taken, r"\.[-–—]")).as_py():
        code = "ch"
    mask = comma if code == "de" else point
    return _narrow(_Candidate(_unit(reading(code), column, mask), mask), column)


def _whole(de: _Candidate, en: _Candidate, column: _Column) -> _Candidate:
    points = column.count(_mask(pc.match_substring_regex(column.texts, r"\d\.\d")))
    commas = column.count(_mask(pc.match_substring_regex(column.texts, r"\d,\d")))
    return _narrow(de if points >= commas else en._replace(reading=reading("en")), column)


def _unit(base: Reading, column: _Column, mask: Bools) -> Reading:
    """Adds the currency and whether the column is in percent, by majority."""
    currencies = {c: column.count(mask & _mask(numbers.has_currency(column.texts, c))) for c in numbers.CURRENCIES}
    most = max(currencies, key=lambda c: currencies[c])
    percent = column.count(mask & _mask(pc.match_substring(column.texts, "%")))
    return replace(
        base, currency=most if currencies[most] else None, percent=percent * 2 > column.count(mask)
    )


def _narrow(candidate: _Candidate, column: _Column) -> _Candidate:
    """Takes out the values in another currency, and those with or without percent sign unlike most."""
    return candidate._replace(mask=candidate.mask & ~strangers(column.texts, candidate.reading))


def strangers(texts: pa.Array, chosen: Reading) -> Bools:
    """Which numbers carry another currency than the column, or differ from it in the percent sign."""
    wrong = np.zeros(len(texts), np.bool_)
    if chosen.currency is not None:
        for code in numbers.CURRENCIES:
            if code != chosen.currency:
                wrong |= _mask(numbers.has_currency(texts, code))
    if chosen.percent is not None:
        sign = _mask(pc.match_substring(texts, "%"))
        zero = _mask(pc.invert(pc.match_substring_regex(texts, "[1-9]")))
        wrong |= ~zero & ~sign if chosen.percent else sign
    return wrong


def _days(column: _Column, *, asked: bool) -> list[_Candidate]:
    made = {}
    if asked and _mask(pc.match_substring_regex(column.texts, r"^\d{8}\b")).any():
        made["YMD", ""] = _day(column, reading("YYYYMMDD"))
    for separator in _SEPARATORS:
        part = rf"^\s*\d+\{separator} ?\d+\{separator} ?\d"
        if not _mask(pc.match_substring_regex(column.texts, part)).any():
            continue
        orders: tuple[DateOrder, ...] = ("DMY", "MDY", "YMD")
        for order in orders:
            made[order, separator] = _day(column, _date_reading(order, separator))
    counted = {key: column.count(c.mask) for key, c in made.items()}
    most = max(counted.values(), default=0)
    if most == 0:
        return _serials(column) if asked else []
    best = [key for key, count in counted.items() if count == most]
    for order, separator in (("DMY", "."), ("YMD", "-")):
        if (order, separator) in best and (separator == "." or _iso(column, made[order, separator])):
            return [_coded(made[order, separator], column)]
    if len(best) > 1:
        best = [key for key in best if key[0] != "YMD"] or best[:1]
    tied = best[:1] if _same(column, [made[key] for key in best]) else best
    return [_coded(made[key], column) for key in tied]


def _day(column: _Column, candidate: Reading) -> _Candidate:
    return _Candidate(candidate, dates.parse(column.texts, candidate).valid)


def _date_reading(order: DateOrder, separator: str) -> Reading:
    words = {"D": "DD", "M": "MM", "Y": "YYYY"}
    return reading(separator.join(words[letter] for letter in order))


def _iso(column: _Column, candidate: _Candidate) -> bool:
    """Whether every value taken has its year of four digits in front."""
    taken = column.texts.filter(pa.array(candidate.mask))
    return bool(pc.all(pc.match_substring_regex(taken, r"^\s*\d{4}\D")).as_py())


def _same(column: _Column, candidates: list[_Candidate]) -> bool:
    """Whether all candidates give the same days (01/01/2025 everywhere)."""
    first, *others = (dates.parse(column.texts, c.reading).micros for c in candidates)
    mask = candidates[0].mask
    return all(bool((first[mask] == other[mask]).all()) for other in others)


def _coded(candidate: _Candidate, column: _Column) -> _Candidate:
    """Completes the code: two-digit years if most have two, HH:MM if there are times."""
    found = dates.parse(column.texts, candidate.reading)
    code = candidate.reading.code
    short = _mask(pc.match_substring_regex(column.texts, r"^\s*\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2}(?:\D|$)"))
    if candidate.reading.separator and column.count(short & candidate.mask) * 2 > column.count(candidate.mask):
        code = code.replace("YYYY", "YY")
    kind: ReadingKind = "date"
    if (found.timed & candidate.mask).any():
        kind, code = "time", code + " HH:MM"
    return candidate._replace(reading=replace(candidate.reading, kind=kind, code=code))


def _serials(column: _Column) -> list[_Candidate]:
    """Numbers where days are expected may be Excel's; that is asked, never assumed."""
    serial = dates.parse(column.texts, reading("excel")).valid
    if column.count(serial) <= _MOST * int(column.weights.sum()):
        return []
    return [_Candidate(reading("excel"), serial), _text(column)]


def _yesno(column: _Column, *, asked: bool) -> list[_Candidate]:
    if len(column.texts) > 100 and not asked:
        return []
    lower = pc.utf8_lower(column.texts)
    mask = _mask(pc.is_in(lower, pa.array(YES + NO, lower.type)))
    digits = _mask(pc.is_in(lower, pa.array(["0", "1", "x", "n", "y", "j"], lower.type)))
    if not mask.any() or (not asked and (bool(digits[mask].all()) or not mask.all())):
        return []
    return [_Candidate(reading("yesno"), mask)]


def _text(column: _Column) -> _Candidate:
    return _Candidate(reading("text"), np.ones(len(column.texts), np.bool_))


def _finish(candidate: _Candidate, column: _Column, name: str) -> Reading:
    """Fills in counts and examples: telling values first, then what was not read."""
    from leitstern.sources.typed import shown

    taken = candidate.mask
    first = taken & candidate.telling if candidate.telling is not None else taken
    order = [*np.flatnonzero(first)[:_EXAMPLES], *np.flatnonzero(taken & ~first)[:_EXAMPLES]][:_EXAMPLES]
    texts = column.texts.take(pa.array(order, pa.int64()))
    missed = column.texts.filter(pa.array(~taken)).slice(0, _EXAMPLES)
    pairs = zip(texts.to_pylist(), shown(texts, candidate.reading), strict=True)
    return replace(
        candidate.reading,
        name=name,
        read=column.count(taken),
        unread=column.count(~taken),
        empty=column.empty,
        examples=tuple(Example(text, value) for text, value in pairs),
        unread_examples=tuple(missed.to_pylist()),
    )


def _mask(values: pa.Array) -> Bools:
    return pc.fill_null(values, False).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


