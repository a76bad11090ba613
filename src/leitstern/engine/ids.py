"""Dense ids for people, companies and all else that records point at; who was known keeps the number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from leitstern.engine import asides, history, layout
from leitstern.facts.model import FACTS
from leitstern.facts.queries import lent

if TYPE_CHECKING:
    import duckdb


def tables(con: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [database]
    ).fetchall()
    return {name for (name,) in rows}


def _references(to: str) -> Iterable[tuple[str, str]]:
    for fact in FACTS.values():
        if not fact.derived:
            for field in fact.fields:
                if field.kind == "ref" and field.to == to:
                    yield fact.name, field.name


def identify(con: duckdb.DuckDBPyConnection, canonical: dict[str, str]) -> None:
    """``key_<fact>`` (key, id): dense ids from 1, of facts that others refer to.

    A company's key leads to the id of the company it is the same as.
    """
    for fact in layout.ENCODED:
        if not layout.is_referred_to(fact):
            continue
        sources = [f"SELECT key FROM in_{fact.name}"]
        if fact.name in layout.STUBBED:
            sources += [
                f'SELECT "{field}" FROM in_{name} WHERE "{field}" IS NOT NULL'
                for name, field in _references(fact.name)
            ]
            if fact.name != "company":
                sources.append(f"SELECT key FROM closed_key WHERE fact = '{fact.name}'")
        named = [field for field, to in history.POINTING.items() if to == fact.name]
        sources += [f"SELECT key FROM event_reference WHERE field = '{field}'" for field in named]
        keys = " UNION ".join(sources)
        if fact.name == "company":
            _identify_companies(con, keys, canonical)
            continue
        number(con, f"key_{fact.name}", keys, fact.name)


def known(con: duckdb.DuckDBPyConnection, table: str, columns: str) -> str:
    """The ids the previous generation gave, if there is one: who was known keeps the number."""
    if table in tables(con, "previous"):
        return f"SELECT id, {columns} FROM previous.{table}"
    nothing = ", ".join(f"NULL AS {column}" for column in columns.split(", "))
    return f"SELECT NULL::INTEGER AS id, {nothing} LIMIT 0"


def number(con: duckdb.DuckDBPyConnection, target: str, keys: str, known_in: str) -> None:
    """A temporary table (key, id) for the ``keys`` of a query; new ones follow in their order."""
    con.execute(
        f"""
        CREATE TEMP TABLE {target} AS
        WITH known AS ({known(con, known_in, "key")}),
        named AS (SELECT DISTINCT key FROM ({keys}))
        SELECT named.key, CAST(coalesce(known.id, (SELECT coalesce(max(id), 0) FROM known)
               + row_number() OVER (PARTITION BY known.id IS NULL ORDER BY named.key)) AS INTEGER) AS id
        FROM named LEFT JOIN known ON known.key = named.key
        """
    )


def _identify_companies(con: duckdb.DuckDBPyConnection, keys: str, canonical: dict[str, str]) -> None:
    import pyarrow as pa

    same = pa.table(
        {"key": pa.array(canonical.keys(), pa.string()), "same_as": pa.array(canonical.values(), pa.string())}
    )
    with lent(con, "same_company", same):
        con.execute(
            "CREATE TEMP TABLE root_company AS "
            "SELECT k.key, coalesce(s.same_as, k.key) AS root "
            f"FROM ({keys}) k LEFT JOIN same_company s ON s.key = k.key"
        )
    # A company that closed values name is itself there, also if it is the same as another by now.
    roots = "SELECT root AS key FROM root_company UNION SELECT key FROM closed_key WHERE fact = 'company'"
    number(con, "id_of_root", roots, "company")
    con.execute(
        "CREATE TEMP TABLE key_company AS SELECT r.key, i.id, r.key = r.root AS is_root "
        "FROM root_company r JOIN id_of_root i ON i.key = r.root"
    )
    asides.note(
        con,
        "company",
        "merged",
        "SELECT key, NULL AS field, root AS detail FROM in_company JOIN root_company USING (key) "
        "WHERE key <> root",
    )
