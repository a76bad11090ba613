"""DuckDB: the embedded default. A generation is one file, opened read-only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from sqlglot import exp

from leitstern.engine.backends import OWN_TABLES
from leitstern.engine.compile import Speech

if TYPE_CHECKING:
    from leitstern.engine.backends import Array, Columns

MICROS = 1_000_000


def _seconds(begin: exp.Expr, end: exp.Expr) -> exp.Expr:
    micros = exp.Sub(
        this=exp.Anonymous(this="epoch_us", expressions=[end]),
        expression=exp.Anonymous(this="epoch_us", expressions=[begin]),
    )
    return exp.IntDiv(this=exp.Paren(this=micros), expression=exp.Literal.number(MICROS))


def _quantile(value: exp.Expr, p: float) -> exp.Expr:
    return exp.Anonymous(this="quantile_cont", expressions=[value, exp.Literal.number(p)])


def connect(path: Path | str, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open a database that reaches nothing outside itself: no extensions, no files, no network."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    con = duckdb.connect(str(path), read_only=read_only, config=config)
    con.execute("SET TimeZone = 'UTC'")
    return con


class DuckDB:
    """A generation in a DuckDB file, or one that is being built over an open connection."""

    streams = True
    dialect = "duckdb"
    speech = Speech(seconds=_seconds, quantile=_quantile)

    def __init__(self, source: Path | duckdb.DuckDBPyConnection) -> None:
        self.con = connect(source, read_only=True) if isinstance(source, Path) else source
        rows = self.con.execute(OWN_TABLES).fetchall()
        self._tables = {name for (name,) in rows}

    def sql(self, statement: exp.Expr) -> str:
        return statement.sql(dialect=self.dialect)

    def query(self, statement: exp.Expr) -> Columns:
        # A cursor of its own, so that threads of a server do not share a result.
        found = self.con.cursor().execute(self.sql(statement)).fetchnumpy()
        return {name: _plain(values) for name, values in found.items()}

    def rows(self, statement: exp.Expr) -> tuple[list[str], list[tuple[object, ...]]]:
        cursor = self.con.cursor().execute(self.sql(statement))
        return [c[0] for c in cursor.description or ()], cursor.fetchall()

    def has(self, table: str) -> bool:
        return table in self._tables

    def close(self) -> None:
        self.con.close()


def _plain(values: Any) -> Array:
    """Whole numbers as int64, the rest as float64; nothing is 0 or NaN."""
    if values.dtype.kind in "iu":
        return np.ma.filled(values, 0).astype(np.int64, copy=False)
    return np.ma.filled(values.astype(np.float64, copy=False), np.nan)
