"""Decides how a column of text is to be read, looking at every value of it.

The rule: if one reading fails on a value and another never does, the other is right. If two readings
take the column and give different results (``1.234`` everywhere, or ``03.04.2025``), nobody can know,
and the reading is a question; one day after the twelfth settles it. Conventions, so that no question
is asked where there is no doubt:

- of a two-digit year it is assumed that it stands last;
- where dates are written with dots day first (see ``Usual``), ``03.04.2025`` is in April, unless some
  value of the column can only be month first;
- a column of shares is in percent if its numbers go beyond 1, and asked where that leaves a doubt;
- whole numbers without any mark are numbers; with leading zeros they are keys and stay text.

A column that mixes styles gets the reading that reads most of it; the rest is counted here and set
aside when the column is typed. Words for "no value" (``-``, ``NULL``, ``n/a``, ``k. A.``) are empty.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from leitstern.sources import numbers, percent
from leitstern.sources.arrow import listed, pc
from leitstern.sources.arrow import mask as _mask
from leitstern.sources.candidates import MOST, Candidate, Counted, as_text, texts_of
from leitstern.sources.day_columns import days
from leitstern.sources.readings import Example, Reading, in_percent, reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leitstern.sources.arrow import Bools, Column, Texts

__all__ = ["Reading", "decide", "reading"]

YES = ("true", "yes", "ja", "wahr", "y", "j", "1", "x")
NO = ("false", "no", "nein", "falsch", "n", "0")
_EXAMPLES = 3
#: Rows whose values are told apart at a time.
_PIECE = 131_072
#: Leading zeros, or more digits than a number has: a key. Letters at digits: a code such as 85123A.
_KEY = r"^(?:0\d+|\d{16,})$"
_CODE = r"(?i)^(?:[a-z]+[-/]?\d|\d+[-/]?[a-z]{1,3}$)"


class Usual(NamedTuple):
    """What is known beside the column: whether the workspace's country writes dates with dots day first,
    the code by which the column was read in the last file of its sort, and what all of a whole is in a
    column of shares (1 or 100)."""

    dots_day_first: bool = False
    before: str | None = None
    whole: int | None = None


NOTHING_USUAL = Usual()


def decide(
    values: Column, *, name: str = "", kind: str | None = None, usual: Usual = NOTHING_USUAL
) -> Reading:
    """The reading of a whole column.

    ``kind`` is how the model's field reads that the column is meant for (``Field.reads_as``), if
    known: then only readings that give this kind are considered, keys and texts stay as they are,
    and a column of ``20250304`` for a day is a date. Without it, the values speak for themselves.
    A reading with ``choices`` is a question; see ``Reading.question``.
    """
    everything = _column(values)
    if kind in ("text", "choice", "ref"):
        column, best = everything, []
    else:
        column = everything.with_values()
        best = _best(column, kind, usual, name)
    if len(column.texts) == 0:
        return Reading(kind="empty", code="text", name=name, empty=column.empty)
    if not best or not _convinces(best[0], column, kind):
        return _finish(as_text(everything), everything, name)
    made = [_finish(candidate, column, name) for candidate in best]
    return made[0] if len(made) == 1 else replace(made[0], choices=tuple(made))


def _best(column: Counted, kind: str | None, usual: Usual, name: str) -> list[Candidate]:
    """The candidates of the family (numbers, dates, yes and no) that reads most; several are a question."""
    found: list[list[Candidate]] = []
    if kind in (None, "money", "number", "whole", "count"):
        found.append(_numbers(column, whole=kind in ("whole", "count"), counted=kind == "count"))
    if kind == "share":
        found.append(_shares(column, usual, name))
    if kind in (None, "day", "time"):
        found.append(days(column, asked=kind is not None, dots_day_first=usual.dots_day_first))
    if kind in (None, "yesno"):
        found.append(_yesno(column, asked=kind is not None))
    return max((c for c in found if c), key=lambda c: column.count(c[0].mask), default=[])


def _convinces(candidate: Candidate, column: Counted, kind: str | None) -> bool:
    if kind is not None:
        return True
    if column.count(candidate.mask) <= MOST * int(column.weights.sum()):
        return False
    if candidate.reading.kind != "number":
        return True
    return not column.some(_KEY) and not (_only_digits(column, candidate) and column.some(_CODE))


def _only_digits(column: Counted, candidate: Candidate) -> bool:
    plain = _mask(pc.match_substring_regex(column.texts, r"^\d+$"))
    return bool(plain[candidate.mask].all())


def _column(values: Column) -> Counted:
    """The different values, in the order in which they first occur; piece by piece, as most repeat."""
    if not isinstance(values, pa.ChunkedArray) or len(values) <= _PIECE:
        return _counted([texts_of(values).dictionary_encode()])
    pieces = (values.slice(start, _PIECE) for start in range(0, len(values), _PIECE))
    encoded = pa.chunked_array([texts_of(piece).dictionary_encode() for piece in pieces])
    return _counted(encoded.unify_dictionaries().chunks)


def _counted(encoded: Sequence[Any]) -> Counted:
    """Counts of arrays that have the same dictionary."""
    texts: Texts = encoded[0].dictionary
    weights = np.zeros(len(texts), np.int64)
    for piece in encoded:
        filled = piece.indices.drop_null().to_numpy(zero_copy_only=False)
        weights += np.bincount(filled, minlength=len(texts))
    return Counted(texts, weights, sum(piece.null_count for piece in encoded))


def _numbers(column: Counted, *, whole: bool, counted: bool = False) -> list[Candidate]:
    """Candidates for numbers: how marks are read. ``counted``: nobody writes a count with decimals."""
    comma = _mask(numbers.is_number(column.texts, reading("de")))
    point = _mask(numbers.is_number(column.texts, reading("en")))
    if not (comma.any() or point.any()):
        return []
    marked = _mask(pc.match_substring_regex(column.texts, r"\d[.,]\d"))
    if not (marked & (comma | point)).any():
        return [_unmarked(column, comma, point)]
    doubtful = comma & point & marked
    only_comma, only_point = column.count(comma & ~point), column.count(point & ~comma)
    de = Candidate(_unit(reading("de"), column, comma), comma, doubtful)
    en = Candidate(_unit(reading(_point_code(column, point)), column, point), point, doubtful)
    if doubtful.any() and bool(only_comma) == bool(only_point):
        if counted or (whole and not column.taken(doubtful).equals(_zeros(column.taken(doubtful)))):
            # A whole number has no decimals, so the mark stands between thousands; 1.000 may be 1.
            return [_whole(de, en, column)]
        return [_narrow(de, column), _narrow(en, column)]
    return [_narrow(de if only_comma >= only_point else en, column)]


def _shares(column: Counted, usual: Usual, name: str) -> list[Candidate]:
    """Numbers from 0 to 1 or to 100: which of both, and by which marks, the whole column says."""
    before = usual.before is not None and reading(usual.before).hundredths
    named = percent.says_percent(name)
    found: list[tuple[int, list[Candidate]]] = []
    for candidate in _numbers(column, whole=False):
        bare = replace(candidate.reading, currency=None, percent=None)
        assert bare.decimal is not None
        mask = _mask(numbers.is_number(column.texts, bare))
        texts, weights = column.taken(mask), column.weights[mask]
        signed = _mask(pc.match_substring(texts, "%"))
        exact = numbers.canonical(texts, bare.decimal).cast(pa.float64()).to_numpy(zero_copy_only=False)
        told = percent.told(usual.whole, exact, signed)
        meant = told or percent.written(exact, signed, weights, before=before, named=named)
        both = {"shares": [bare], "percent": [in_percent(bare)], "unclear": [in_percent(bare), bare]}
        over = int(weights[np.abs(exact) > 100].sum())
        found.append((over, [candidate._replace(reading=one, mask=mask) for one in both[meant]]))
    fewest = min((over for over, _ in found), default=0)
    return [candidate for over, made in found if over == fewest for candidate in made]


def _point_code(column: Counted, point: Bools) -> str:
    """``en``, ``ch`` or ``plain``, by the thousands marks that occur."""
    taken = column._replace(texts=column.taken(point))
    if taken.some(","):
        return "en"
    return "ch" if taken.some(rf"\d[{numbers.SPACES}{numbers.APOSTROPHES}]\d") else "plain"


def _unmarked(column: Counted, comma: Bools, point: Bools) -> Candidate:
    """No decimal mark anywhere: both readings say the same, and the code tells what occurs."""
    code = "plain"
    taken = column._replace(texts=column.taken(comma | point))
    if taken.some(rf"\d[{numbers.APOSTROPHES}]\d|\.[-–—]"):
        code = "ch"
    elif taken.some(rf"\d[{numbers.SPACES}]\d|,[-–—]"):
        code = "de"
    mask = comma if code == "de" else point
    return _narrow(Candidate(_unit(reading(code), column, mask), mask), column)


def _zeros(texts: Texts) -> Texts:
    """Those that have nothing but zeros after their mark."""
    zeros: Texts = texts.filter(pc.match_substring_regex(texts, r"[.,]0+\D*$"))
    return zeros


def _whole(de: Candidate, en: Candidate, column: Counted) -> Candidate:
    points = column.count(_mask(pc.match_substring_regex(column.texts, r"\d\.\d")))
    commas = column.count(_mask(pc.match_substring_regex(column.texts, r"\d,\d")))
    return _narrow(de if points >= commas else en._replace(reading=reading("en")), column)


def _unit(base: Reading, column: Counted, mask: Bools) -> Reading:
    """Adds the currency and whether the column is in percent, by majority."""
    texts = column.texts
    counts = {c: column.count(mask & _mask(numbers.has_currency(texts, c))) for c in numbers.CURRENCIES}
    most = max(counts, key=lambda c: counts[c])
    percent = column.count(mask & _mask(pc.match_substring(texts, "%")))
    not_zero = column.count(mask & _mask(pc.match_substring_regex(texts, "[1-9]")))
    currency = most if counts[most] else None
    return replace(base, currency=currency, percent=percent * 2 > not_zero)


def _narrow(candidate: Candidate, column: Counted) -> Candidate:
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


def _yesno(column: Counted, *, asked: bool) -> list[Candidate]:
    """Yes and no; unasked only if every value is, and not all are single letters or digits."""
    if len(column.texts) > len(YES + NO) * 4 and not asked:
        return []
    lower = pc.utf8_lower(column.texts)
    mask = _mask(pc.is_in(lower, pa.array(YES + NO, lower.type)))
    digits = _mask(pc.is_in(lower, pa.array(["0", "1", "x", "n", "y", "j"], lower.type)))
    if not mask.any() or (not asked and (bool(digits[mask].all()) or not mask.all())):
        return []
    return [Candidate(reading("yesno"), mask)]


def _finish(candidate: Candidate, column: Counted, name: str) -> Reading:
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
