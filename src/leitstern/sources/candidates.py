"""What deciding works on: the different texts of a column, and the ways in which they can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from leitstern.sources.arrow import mask as _mask
from leitstern.sources.arrow import pc
from leitstern.sources.readings import Reading, reading
from leitstern.sources.spelling import spelled

if TYPE_CHECKING:
    from leitstern.sources import dates
    from leitstern.sources.arrow import Bools, Column, Ints, Texts

#: Texts that say "no value" where a number, a date or yes and no are expected; case does not count.
NO_VALUE = ("-", "--", "–", "—", "null", "\\n", "n/a", "#n/a", "#nv", "n.a.", "k.a.", "k. a.", "nan", "none")
#: Without knowing what a column is for, more than this share of it must be readable to call it so.
MOST = 0.5


class Counted(NamedTuple):
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

    def with_values(self) -> Counted:
        """The column without the words for "no value"."""
        kept = ~no_value(self.texts)
        return Counted(self.taken(kept), self.weights[kept], self.empty + self.count(~kept))


class Candidate(NamedTuple):
    """A reading, the values it takes, and a preference for which values to show."""

    reading: Reading
    mask: Bools
    telling: Bools | None = None
    days: dates.Dates | None = None


def texts_of(values: Column) -> Texts:
    """Any column as one Arrow string array in one spelling (see ``spelling``) and without outer blanks;
    texts of blanks only are null."""
    if isinstance(values, pa.ChunkedArray):
        joined = values.combine_chunks()
        # Arrow leaves more than 2 GB of text in chunks.
        array = joined if isinstance(joined, pa.Array) else values.cast(pa.large_string()).combine_chunks()
    else:
        array = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    if not pa.types.is_large_string(array.type):
        array = array.cast(pa.string())
    trimmed: Texts = pc.utf8_trim_whitespace(spelled(array))
    texts: Texts = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)
    return texts


def no_value(texts: Texts) -> Bools:
    """Which texts are words for "no value"."""
    short = pc.less_equal(pc.binary_length(texts), 5)
    if not pc.any(short).as_py():
        return np.zeros(len(texts), np.bool_)
    return _mask(pc.is_in(pc.utf8_lower(texts), pa.array(NO_VALUE, texts.type)))


def as_text(column: Counted) -> Candidate:
    return Candidate(reading("text"), np.ones(len(column.texts), np.bool_))
