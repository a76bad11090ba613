"""Where a generation's tables lie and statements run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from sqlglot import exp

    from leitstern.engine.compile import Speech

Array: TypeAlias = "np.ndarray[Any, Any]"
Columns: TypeAlias = dict[str, Array]


#: Tables of the generation itself; while it is built, the one before is attached beside it.
OWN_TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"


class Backend(Protocol):
    """A database that holds one generation's encoded tables.

    ``query`` runs a statement and returns its columns as arrays: whole numbers as int64, the rest
    as float64 with NaN for nothing. ``rows`` runs one and returns plain Python rows.
    """

    #: Whether whole columns travel to arrays at little cost, so that ids can be counted there.
    streams: bool
    dialect: str
    speech: Speech

    def query(self, statement: exp.Expr) -> Columns: ...

    def rows(self, statement: exp.Expr) -> tuple[list[str], list[tuple[object, ...]]]: ...

    def sql(self, statement: exp.Expr) -> str: ...

    def has(self, table: str) -> bool: ...

    def close(self) -> None: ...
