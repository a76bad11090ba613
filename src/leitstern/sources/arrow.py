"""Arrow's compute functions and arrays, as our types know them.

The published stubs describe each function by dozens of overloads over exact element types; columns
read from outside have a type only known at run time. Here both are typed loosely, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    import pyarrow as pa
    from numpy.typing import NDArray

    Texts: TypeAlias = pa.Array[Any]
    Values: TypeAlias = pa.Array[Any]
    #: What callers may hand in as a column.
    Column: TypeAlias = pa.Array[Any] | pa.ChunkedArray[Any] | Iterable[str | None]
    Bools: TypeAlias = NDArray[np.bool_]
    Ints: TypeAlias = NDArray[np.int64]

pc: Any = pyarrow.compute


def mask(values: Values) -> Bools:
    """An Arrow column of booleans as numpy; null is false."""
    found: Bools = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
    return found


def listed(values: Values) -> list[Any]:
    """An Arrow column as a Python list."""
    return values.to_pylist()
