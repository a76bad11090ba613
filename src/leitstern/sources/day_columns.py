"""Which of the readings of dates a column can have; see ``columns`` for the rule and its conventions."""

from __future__ import annotations

from dataclasses import replace

from leitstern.sources import dates, words
from leitstern.sources.arrow import mask as _mask
from leitstern.sources.arrow import pc
from leitstern.sources.candidates import MOST, Candidate, Counted, as_text
from leitstern.sources.readings import DateOrder, Reading, reading

_SEPARATORS = (".", "-", "/")
_MONTH_WORD = rf"(?i)(?:^|[^a-zäöü])(?:{words.MONTH})(?:$|[^a-zäöü])"
#: The order tried first is the one usual with the separator.
_ORDERS: dict[str, tuple[DateOrder, ...]] = {
    ".": ("DMY", "MDY", "YMD"),
    "-": ("YMD", "DMY", "MDY"),
    "/": ("DMY", "MDY", "YMD"),
}


def days(column: Counted, *, asked: bool, dots_day_first: bool) -> list[Candidate]:
    """Candidates for dates, first the conventions (see above), then whatever reads most."""
    made: list[Candidate] = []
    if asked and column.some(r"^\d{8}\b"):
        made.append(_day(column, reading("YYYYMMDD")))
    if column.some(_MONTH_WORD):
        made.append(_day(column, reading("words")))
    for separator in _SEPARATORS:
        marked = rf"^{dates.WEEKDAY}\d+\{separator} ?\d+\{separator} ?\d"
        dated = _mask(pc.match_substring_regex(column.texts, marked))
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
    if dots_day_first and not usual:
        usual = _dotted(made, best)
    year_last = [c for c in best if c.reading.date_order != "YMD"]
    chosen = usual[:1] or year_last or best[:1]
    return [_coded(c, column) for c in (chosen[:1] if _same(chosen) else chosen)]


def _contested(made: list[Candidate], column: Counted) -> list[Candidate]:
    """Day first and month first, if some values are only the one, some only the other, and some both."""
    for separator in "-/":
        pair = [c for c in made if c.reading.separator == separator and c.reading.date_order != "YMD"]
        if len(pair) == 2 and all(column.count(c.mask) for c in pair):
            day, month = (c.mask for c in pair)
            if (day & ~month).any() and (month & ~day).any() and not _same(pair):
                return pair
    return []


def _dotted(made: list[Candidate], best: list[Candidate]) -> list[Candidate]:
    """Day first, of dates with dots, if it is among the best and no value can only be month first."""
    orders = {c.reading.date_order: c for c in made if c.reading.separator == "."}
    day, month = orders.get("DMY"), orders.get("MDY")
    if day is None or month is None or not any(c is day for c in best) or (month.mask & ~day.mask).any():
        return []
    return [day]


def _day(column: Counted, candidate: Reading) -> Candidate:
    found = dates.parse(column.texts, candidate)
    mask = found.valid | dates.no_date(column.texts) if found.valid.any() else found.valid
    return Candidate(candidate, mask, telling=found.valid, days=found)


def _date_reading(order: DateOrder, separator: str) -> Reading:
    parts = {"D": "DD", "M": "MM", "Y": "YYYY"}
    return reading(separator.join(parts[letter] for letter in order))


def _conventional(candidate: Candidate, column: Counted) -> bool:
    """Four digits of a year in front of all values."""
    if candidate.reading.date_order != "YMD" or candidate.telling is None:
        return False
    taken = column.taken(candidate.telling)
    return bool(_mask(pc.match_substring_regex(taken, r"^\d{4}")).all())


def _same(candidates: list[Candidate]) -> bool:
    """Whether all candidates give the same days (01/01/2025 everywhere)."""
    first, *others = (c.days for c in candidates)
    if first is None:
        return True
    pairs = [(first, other) for other in others if other is not None]
    return all(bool((a.micros == b.micros)[a.valid & b.valid].all()) for a, b in pairs)


def _coded(candidate: Candidate, column: Counted) -> Candidate:
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


def _serials(column: Counted) -> list[Candidate]:
    """Numbers where days are expected may be Excel's; that is asked, never assumed."""
    serial = dates.parse(column.texts, reading("excel")).valid
    if column.count(serial) <= MOST * int(column.weights.sum()):
        return []
    return [Candidate(reading("excel"), serial), as_text(column)]
