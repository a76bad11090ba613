"""PostgreSQL: a generation is one schema; statements are the same trees in its dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import psycopg
from psycopg import sql as names
from sqlglot import exp

from leitstern.engine.compile import Speech

if TYPE_CHECKING:
    import duckdb

    from leitstern.engine.backends import Columns

COLUMNS = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
TYPES = {
    "DOUBLE": "double precision",
    "TIMESTAMP": "timestamp",
    "TINYINT": "smallint",
    "UBIGINT": "bigint",
    "HUGEINT": "numeric",
}


def _seconds(begin: exp.Expr, end: exp.Expr) -> exp.Expr:
    elapsed = exp.Extract(
        this=exp.var("EPOCH"), expression=exp.Paren(this=exp.Sub(this=end, expression=begin))
    )
    return exp.Cast(this=exp.Anonymous(this="trunc", expressions=[elapsed]), to=exp.DataType.build("bigint"))


def _quantile(value: exp.Expr, p: float) -> exp.Expr:
    order = exp.Order(expressions=[exp.Ordered(this=value)])
    return exp.WithinGroup(this=exp.PercentileCont(this=exp.Literal.number(p)), expression=order)


class Postgres:
    """A generation in a schema of a PostgreSQL database."""

    streams = False
    dialect = "postgres"
    speech = Speech(seconds=_seconds, quantile=_quantile)

    def __init__(self, dsn: str, schema: str) -> None:
        self.con = psycopg.connect(dsn, autocommit=True)
        self.schema = schema
        self.con.execute(names.SQL("SET search_path TO {}").format(names.Identifier(schema)))
        self.con.execute("SET TimeZone TO 'UTC'")
        self._tables = {
            name
            for (name,) in self.con.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [schema]
            )
        }

    def sql(self, statement: exp.Expr) -> str:
        return statement.sql(dialect=self.dialect)

    def query(self, statement: exp.Expr) -> Columns:
        columns, rows = self.rows(statement)
        lists = zip(*rows, strict=True) if rows else ([] for _ in columns)
        return {name: _array(list(values)) for name, values in zip(columns, lists, strict=True)}

    def rows(self, statement: exp.Expr) -> tuple[list[str], list[tuple[object, ...]]]:
        cursor = self.con.execute(self.sql(statement).encode())
        return [c.name for c in cursor.description or ()], cursor.fetchall()

    def has(self, table: str) -> bool:
        return table in self._tables

    def close(self) -> None:
        self.con.close()


def _array(values: list[object]) -> np.ndarray:
    if all(isinstance(v, int) for v in values):
        return np.array(values, dtype=np.int64)
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def copy_generation(source: duckdb.DuckDBPyConnection, dsn: str, schema: str) -> None:
    """Copy a generation's tables into a new schema, all or nothing."""
    tables = source.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY table_name"
    ).fetchall()
    with psycopg.connect(dsn) as con:
        con.execute(names.SQL("CREATE SCHEMA {}").format(names.Identifier(schema)))
        con.execute(names.SQL("SET LOCAL search_path TO {}").format(names.Identifier(schema)))
        for (table,) in tables:
            columns = source.execute(COLUMNS, [table]).fetchall()
            kinds = [
                (name, TYPES.get(kind, "text" if kind.startswith("ENUM") else kind)) for name, kind in columns
            ]
            con.execute(
                names.SQL("CREATE TABLE {} ({})").format(
                    names.Identifier(table),
                    names.SQL(", ").join(names.Identifier(n) + names.SQL(" " + k) for n, k in kinds),
                )
            )
            with con.cursor().copy(names.SQL("COPY {} FROM STDIN").format(names.Identifier(table))) as copy:
                rows = source.execute(f'SELECT * FROM "{table}"')
                while batch := rows.fetchmany(10_000):
                    for row in batch:
                        copy.write_row(row)
