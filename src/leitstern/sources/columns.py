"""Decides how a column of text is to be read, looking at every value of it.

The rule: if one reading fails on a value and another never does, the other is right. If two readings
take the column and give different results (``1.234`` everywhere, or ``03.04.2025``), nobody can know,
and the reading is a question; one day after the twelfth settles it. Conventions, so that no question
is asked where there is no doubt:

- of a two-digit year it is assumed that it stands last;
- whole numbers without any mark are numbers; with leading zeros they are keys and stay text.

A column that mixes styles gets the reading that reads most of it; the rest is counted here and set
aside when the column is typed. Words for "no value" (``-``, ``NULL``, ``n/a``, ``k. A.``) are empty.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from leitstern.sources import dates, numbers
from leitstern.sources.arrow import listed, pc
from leitstern.sources.arrow import mask as _mask
from leitstern.sources.readings import DateOrder, Example, Reading, reading

if TYPE_CHECKING:
    from leitstern.sources.arrow import Bools, Column, Ints, Texts

__all__ = ["Reading", "decide", "reading"]

#: Texts that say "no value" where a number, a date or yes and no are expected; case does not count.
NO_VALUE = ("-", "--", "–", "—", "null", "\\n", "n/a", "#n/a", "#nv", "n.a.", "k.a.", "k. a.", "nan", "none")
YES = ("true", "yes", "ja", "wahr", "y", "j", "1", "x")
NO = ("false", "no", "nein", "falsch", "n", "0")
_EXAMPLES = 3
#: Leading zeros, or more digits than a number has: a key. Letters at digits: a code such as 85123A.
_KEY = r"^(?:0\d+|\d{16,})$"
_CODE = r"(?i)^(?:[a-z]+[-/]?\d|\d+[-/]?[a-z]{1,3}$)"
_SEPARATORS = (".", "-", "/")
#: The order tried first is the one usual with the separator.
_ORDERS: dict[str, tuple[DateOrder, ...]] = {
    ".": ("DMY", "MDY", "YMD"),
    "-": ("YMD", "DMY", "MDY"),
    "/": ("DMY", "MDY", "YMD"),
}
#: Without knowing what a column is for, more than this share of it must be readable to call it so.
_MOST = 0.5


class _Column(NamedTuple):
    """The different values of a column and how often each occurs."""

    texts: Texts
    weights: Ints
    empty: int

    def count(self, mask: Bools) -> int:
        return int(self.weights[mask].sum())

    def taken(self, mask: Bools) -> Texts:
        return self.texts.filter(pa.array(mask))

    def some(self, pattern: str) -> bool:
        """Whether any value contains the expression."""
        return bool(_mask(pc.match_substring_regex(self.texts, pattern)).any())

    def with_values(self) -> _Column:
        """The column without the words for "no value"."""
        kept = ~no_value(self.texts)
        return _Column(self.taken(kept), self.weights[kept], self.empty + self.count(~kept))


def decide(values: Column, *, name: str = "", kind: str | None = None) -> Reading:
    """The reading of a whole column.

    ``kind`` is the kind of the model's field the column is meant for (``facts.model.Kind``), if
    known: then only readings that give this kind are considered, keys and texts stay as they are,
    and a column of ``20250304`` for a day is a date. Without it, the values speak for themselves.
    A reading with ``choices`` is a question; see ``Reading.question``.
    """
    everything = _column(values)
    if kind in ("text", "choice", "ref"):
        column, best = everything, []
    else:
        column = everything.with_values()
        best = _best(column, kind)
    if len(column.texts) == 0:
        return Reading(kind="empty", code="text", name=name, empty=column.empty)
    if not best or not _convinces(best[0], column, kind):
        return _finish(_text(everything), everything, name)
    made = [_finish(candidate, column, name) for candidate in best]
    return made[0] if len(made) == 1 else replace(made[0], choices=tuple(made))


class _Candidate(NamedTuple):
    """A reading, the values it takes, and a preference for which values to show."""

    reading: Reading
    mask: Bools
    telling: Bools | None = None
    days: dates.Dates | None = None


def _best(column: _Column, kind: str | None) -> list[_Candidate]:
    """The candidates of the family (numbers, dates, yes and no) that reads most; several are a question."""
    found: list[list[_Candidate]] = []
    if kind in (None, "money", "number", "whole"):
        found.append(_numbers(column, whole=kind == "whole"))
    if kind in (None, "day", "time"):
        found.append(_days(column, asked=kind is not None))
    if kind in (None, "yesno"):
        found.append(_yesno(column, asked=kind is not None))
    return max((c for c in found if c), key=lambda c: column.count(c[0].mask), default=[])


def _convinces(candidate: _Candidate, column: _Column, kind: str | None) -> bool:
    if kind is not None:
        return True
    if column.count(candidate.mask) <= _MOST * int(column.weights.sum()):
        return False
    if candidate.reading.kind != "number":
        return True
    return not column.some(_KEY) and not (_only_digits(column, candidate) and column.some(_CODE))


def _only_digits(column: _Column, candidate: _Candidate) -> bool:
    plain = _mask(pc.match_substring_regex(column.texts, r"^\d+$"))
    return bool(plain[candidate.mask].all())


def _column(values: Column) -> _Column:
    texts = texts_of(values)
    counts = pc.value_counts(texts.drop_null())
    weights = counts.field(1).to_numpy(zero_copy_only=False)
    return _Column(counts.field(0), weights, len(texts) - int(weights.sum()))


def texts_of(values: Column) -> Texts:
    """Any column as one Arrow string array without outer blanks; texts of blanks only are null."""
    if isinstance(values, pa.ChunkedArray):
        joined = values.combine_chunks()
        # Arrow leaves more than 2 GB of text in chunks.
        array = joined if isinstance(joined, pa.Array) else values.cast(pa.large_string()).combine_chunks()
    else:
        array = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    if not pa.types.is_large_string(array.type):
        array = array.cast(pa.string())
    trimmed: Texts = pc.utf8_trim_whitespace(array)
    texts: Texts = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)
    return texts


def no_value(texts: Texts) -> Bools:
    """Which texts are words for "no value"."""
    short = pc.less_equal(pc.binary_length(texts), 5)
    if not pc.any(short).as_py():
        return np.zeros(len(texts), np.bool_)
    return _mask(pc.is_in(pc.utf8_lower(texts), pa.array(NO_VALUE, texts.type)))


def _numbers(column: _Column, *, whole: bool) -> list[_Candidate]:
    comma = _mask(numbers.is_number(column.texts, reading("de")))
    point = _mask(numbers.is_number(column.texts, reading("en")))
    if not (comma.any() or point.any()):
        return []
    marked = _mask(pc.match_substring_regex(column.texts, r"\d[.,]\d"))
    if not (marked & (comma | point)).any():
        return [_unmarked(column, comma, point)]
    doubtful = comma & point & marked
    only_comma, only_point = column.count(comma & ~point), column.count(point & ~comma)
    de = _Candidate(_unit(reading("de"), column, comma), comma, doubtful)
    en = _Candidate(_unit(reading(_point_code(column, point)), column, point), point, doubtful)
    if doubtful.any() and bool(only_comma) == bool(only_point):
        if whole and not column.taken(doubtful).equals(_zeros(column.taken(doubtful))):
            # A whole number has no decimals, so the mark stands between thousands; 1.000 may be 1.
            return [_whole(de, en, column)]
        return [_narrow(de, column), _narrow(en, column)]
    return [_narrow(de if only_comma >= only_point else en, column)]


def _point_code(column: _Column, point: Bools) -> str:
    """``en``, ``ch`` or ``plain``, by the thousands marks that occur."""
    taken = column._replace(texts=column.taken(point))
    if taken.some(","):
        return "en"
    return "ch" if taken.some(rf"\d[{numbers.SPACES}{numbers.APOSTROPHES}]\d") else "plain"


def _unmarked(column: _Column, comma: Bools, point: Bools) -> _Candidate:
    """No decimal mark anywhere: both readings say the same, and the code tells what occurs."""
    code = "plain"
    taken = column._replace(texts=column.taken(comma | point))
    if taken.some(rf"\d[{numbers.APOSTROPHES}]\d|\.[-–—]"):
        code = "ch"
    elif taken.some(rf"\d[{numbers.SPACES}]\d|,[-–—]"):
        code = "de"
    mask = comma if code == "de" else point
    return _narrow(_Candidate(_unit(reading(code), column, mask), mask), column)


def _zeros(texts: Texts) -> Texts:
    """Those that have nothing but zeros after their mark."""
    zeros: Texts = texts.filter(pc.match_substring_regex(texts, r"[.,]0+\D*$"))
    return zeros


def _whole(de: _Candidate, en: _Candidate, column: _Column) -> _Candidate:
    points = column.count(_mask(pc.match_substring_regex(column.texts, r"\d\.\d")))
    commas = column.count(_mask(pc.match_substring_regex(column.texts, r"\d,\d")))
    return _narrow(de if points >= commas else en._replace(reading=reading("en")), column)


def _unit(base: Reading, column: _Column, mask: Bools) -> Reading:
    """Adds the currency and whether the column is in percent, by majority."""
    texts = column.texts
    counts = {c: column.count(mask & _mask(numbers.has_currency(texts, c))) for c in numbers.CURRENCIES}
    most = max(counts, key=lambda c: counts[c])
    percent = column.count(mask & _mask(pc.match_substring(texts, "%")))
    not_zero = column.count(mask & _mask(pc.match_substring_regex(texts, "[1-9]")))
    currency = most if counts[most] else None
    return replace(base, currency=currency, percent=percent * 2 > not_zero)


def _narrow(candidate: _Candidate, column: _Column) -> _Candidate:
    """Takes out the values in another currency, and those with or without percent sign unlike most."""
    return candidate._replace(mask=candidate.mask & ~strangers(column.texts, candidate.reading))


def strangers(texts: Texts, chosen: Reading) -> Bools:
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
    """Candidates for dates, first the conventions (see above), then whatever reads most."""
    made: list[_Candidate] = []
    if asked and column.some(r"^\d{8}\b"):
        made.append(_day(column, reading("YYYYMMDD")))
    for separator in _SEPARATORS:
        dated = _mask(pc.match_substring_regex(column.texts, rf"^\d+\{separator} ?\d+\{separator} ?\d"))
        if not dated.any():
            continue
        for order in _ORDERS[separator]:
            made.append(_day(column, _date_reading(order, separator)))
            if separator != "/" and made[-1].mask[dated].all() and _conventional(made[-1], column):
                break  # ISO: nothing else has to be tried
    most = max((column.count(c.mask) for c in made), default=0)
    if most == 0:
        return _serials(column) if asked else []
    best = _contested(made, column) or [c for c in made if column.count(c.mask) == most]
    usual = [c for c in best if _conventional(c, column)]
    year_last = [c for c in best if c.reading.date_order != "YMD"]
    chosen = usual[:1] or year_last or best[:1]
    return [_coded(c, column) for c in (chosen[:1] if _same(chosen) else chosen)]


def _contested(made: list[_Candidate], column: _Column) -> list[_Candidate]:
    """Day first and month first, if some values are only the one, some only the other, and some both."""
    for separator in "-/":
        pair = [c for c in made if c.reading.separator == separator and c.reading.date_order != "YMD"]
        if len(pair) == 2 and all(column.count(c.mask) for c in pair):
            day, month = (c.mask for c in pair)
            if (day & ~month).any() and (month & ~day).any() and not _same(pair):
                return pair
    return []


def _day(column: _Column, candidate: Reading) -> _Candidate:
    found = dates.parse(column.texts, candidate)
    mask = found.valid | dates.no_date(column.texts) if found.valid.any() else found.valid
    return _Candidate(candidate, mask, telling=found.valid, days=found)


def _date_reading(order: DateOrder, separator: str) -> Reading:
    words = {"D": "DD", "M": "MM", "Y": "YYYY"}
    return reading(separator.join(words[letter] for letter in order))


def _conventional(candidate: _Candidate, column: _Column) -> bool:
    """Four digits of a year in front of all values."""
    if candidate.reading.date_order != "YMD" or candidate.telling is None:
        return False
    taken = column.taken(candidate.telling)
    return bool(_mask(pc.match_substring_regex(taken, r"^\d{4}")).all())


def _same(candidates: list[_Candidate]) -> bool:
    """Whether all candidates give the same days (01/01/2025 everywhere)."""
    first, *others = (c.days for c in candidates)
    if first is None:
        return True
    pairs = [(first, other) for other in others if other is not None]
    return all(bool((a.micros == b.micros)[a.valid & b.valid].all()) for a, b in pairs)


def _coded(candidate: _Candidate, column: _Column) -> _Candidate:
    """Completes the code: two-digit years if most have two, HH:MM if there are times."""
    base, found = candidate.reading, candidate.days
    kind, code = base.kind, base.code
    if base.separator and base.date_order != "YMD":
        short = _mask(pc.match_substring_regex(column.texts, r"^\d+[./-] ?\d+[./-] ?\d{2}(?:\D|$)"))
        if column.count(short & candidate.mask) * 2 > column.count(candidate.mask):
            code = code.replace("YYYY", "YY")
    elif base.separator and not _conventional(candidate, column):
        code = code.replace("YYYY", "YY")
    if found is not None and (found.timed & found.valid).any():
        kind, code = "time", code + " HH:MM"
    return candidate._replace(reading=replace(base, kind=kind, code=code))


def _serials(column: _Column) -> list[_Candidate]:
    """Numbers where days are expected may be Excel's; that is asked, never assumed."""
    serial = dates.parse(column.texts, reading("excel")).valid
    if column.count(serial) <= _MOST * int(column.weights.sum()):
        return []
    return [_Candidate(reading("excel"), serial), _text(column)]


def _yesno(column: _Column, *, asked: bool) -> list[_Candidate]:
    """Yes and no; unasked only if every value is, and not all are single letters or digits."""
    if len(column.texts) > len(YES + NO) * 4 and not asked:
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
    missed = column.taken(~taken).slice(0, _EXAMPLES)
    pairs = zip(listed(texts), shown(texts, candidate.reading), strict=True)
    return replace(
        candidate.reading,
        name=name,
        read=column.count(taken),
        unread=column.count(~taken),
        empty=column.empty,
        examples=tuple(Example(text, value) for text, value in pairs),
        unread_examples=tuple(listed(missed)),
    )
