"""Array types of the simulator and three small tools that every part of it uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
#: Local wall time, minutes; NaT where there is none.
Moments: TypeAlias = npt.NDArray[np.datetime64]
#: Texts as Python strings in an object array, None where there is none.
Texts: TypeAlias = npt.NDArray[np.object_]
#: One fact: field name -> column. All columns are equally long.
Table: TypeAlias = dict[str, npt.NDArray[Any]]

NO_MOMENT = np.datetime64("NaT", "m")


def stream(seed: int, part: str) -> np.random.Generator:
    """A random stream of its own for each part, so that a change in one part leaves the others alone."""
    return np.random.default_rng([seed, *part.encode()])


def keys(prefix: str, count: int, *, first: int = 1, width: int = 5) -> Texts:
    """Keys such as ``K-00001``, as many as asked for."""
    return texts([f"{prefix}{number:0{width}d}" for number in range(first, first + count)])


def texts(values: Sequence[str | None]) -> Texts:
    """A list as an object array (numpy would otherwise choose fixed-width strings)."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def pick(choices: Texts, index: Ints) -> Texts:
    """``choices[index]``, with None where the index is negative."""
    out = np.empty(len(index), dtype=object)
    known = index >= 0
    out[known] = choices[index[known]]
    return out


def where(known: Bools, column: Texts | str) -> Texts:
    """The column (or the same text everywhere) where ``known``, else None."""
    out = np.full(len(known), None, dtype=object)
    out[known] = column if isinstance(column, str) else column[known]
    return out


def share(rng: np.random.Generator, count: int, probability: float | Floats) -> Bools:
    """True with the given probability, for each of ``count`` records."""
    return np.asarray(rng.random(count) < probability, dtype=np.bool_)


def sigmoid(x: Floats) -> Floats:
    """Log-odds to probability."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)


def logit(p: float | Floats) -> Floats:
    """Probability to log-odds."""
    return np.asarray(np.log(np.asarray(p) / (1.0 - np.asarray(p))), dtype=np.float64)
