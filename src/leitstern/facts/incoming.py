"""Typed rows of a table on their way into the store: piece by piece, so that no file has to fit in memory.

They lie in temporary tables of the store's connection, which spill to disk: ``incoming`` holds the rows that
can be loaded, ``incoming_keys`` the keys of all rows, those set aside too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.facts.fields import SQL_TYPES
from leitstern.facts.model import FACTS
from leitstern.facts.queries import lent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from leitstern.facts.convert import Converted


class Incoming:
    """The rows of one table. ``add`` its pieces, then ``finish``; ``drop`` when they are written."""

    def __init__(self, con: duckdb.DuckDBPyConnection, first: Converted) -> None:
        self._con = con
        self.fact = FACTS[first.fact].name
        self.repeats, self.extends, self.by_text = first.repeats, first.extends, first.by_text
        #: The fields that are mapped, as SQL names.
        self.fields = [f'"{FACTS[first.fact].by_name[name].name}"' for name in first.fields]
        self.rows_read = self.left_out = self.planned = self._rows = 0
        kinds = [SQL_TYPES[FACTS[first.fact].by_name[name].kind] for name in first.fields]
        fields = ", ".join(f"{name} {kind}" for name, kind in zip(self.fields, kinds, strict=True))
        con.execute(
            "CREATE OR REPLACE TEMP TABLE incoming "
            f"(key VARCHAR, source_row BIGINT, place BIGINT, deleted BOOLEAN, {fields})"
        )
        con.execute("CREATE OR REPLACE TEMP TABLE incoming_keys (key VARCHAR, place BIGINT)")

    def add(self, piece: Converted) -> None:
        """Add the rows of a piece of the table."""
        columns = ", ".join(["key", "source_row", "place + ?", "deleted", *self.fields])
        begin = [self._rows]
        self._rows += piece.keys.num_rows
        self.rows_read += piece.rows_read
        self.left_out += piece.left_out
        self.planned += piece.planned
        with lent(self._con, "piece", piece.table):
            self._con.execute(f"INSERT INTO incoming SELECT {columns} FROM piece", begin)
        with lent(self._con, "piece", piece.keys):
            self._con.execute("INSERT INTO incoming_keys SELECT key, place + ? FROM piece", begin)

    def finish(self) -> None:
        """Tell rows of equal text apart, by which occurrence of it they are."""
        if not self.by_text:
            return
        run = self._con.execute
        run(
            "CREATE OR REPLACE TEMP TABLE numbered AS SELECT place, "
            "key || '-' || row_number() OVER (PARTITION BY key ORDER BY place) AS key FROM incoming_keys"
        )
        names: Sequence[str] = [
            "n.key",
            "i.source_row",
            "i.place",
            "i.deleted",
            *(f"i.{name}" for name in self.fields),
        ]
        run(
            f"CREATE TEMP TABLE renamed AS SELECT {', '.join(names)} FROM incoming i "
            "JOIN numbered n ON n.place = i.place"
        )
        run("DROP TABLE incoming")
        run("DROP TABLE numbered")
        run("ALTER TABLE renamed RENAME TO incoming")

    def drop(self) -> None:
        """Forget the rows."""
        self._con.execute("DROP TABLE incoming")
        self._con.execute("DROP TABLE incoming_keys")
