"""Closed rows in a generation: what closings keep, with the keys they name turned into ids.

Who or what a closed row names has an id, also where no file tells of it any more, and a company that is the
same as another today still has its own. Whose a row is, is a member apart from those of today: person, own
team and the teams above are what they were when the period was closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.engine import layout
from leitstern.engine.closing import Closed, KeptPart, recognised
from leitstern.engine.counted import NAMED, schema
from leitstern.engine.stands import BY_SHARES, EVERYBODY, MEMBERS, PARTS, ROWS, TREES, WHOLE
from leitstern.facts.model import SUBJECT_FACTS
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from leitstern.kpis.load import Catalogue


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A kept part of one closing under a number of its own among all closings."""

    number: int
    closing: int
    kept: KeptPart


def take(con: duckdb.DuckDBPyConnection, closings: Sequence[Closed], catalogue: Catalogue) -> None:
    """Write ``closed_part``, and the temporary tables that ``write`` and encoding read:

    ``in_closed`` (rows as closings keep them, parts and members numbered across closings),
    ``in_closed_part``, ``in_closed_member``, ``in_closed_tree``, and ``closed_key`` (fact, key, name): all
    whom closed rows name.
    """
    import pyarrow as pa

    parts: list[_Numbered] = []
    stands: list[tuple[object, ...]] = []
    rows = [schema().empty_table()]
    members: list[tuple[int, str | None, str | None]] = []
    trees: list[tuple[int, str]] = []
    keys: dict[tuple[str, str], str] = {}
    for closing, closed in enumerate(closings):
        first_part, first_member = len(parts), len(members)
        parts += [_Numbered(first_part + n, closing, kept) for n, kept in enumerate(closed.parts)]
        for n, kept, id_ in recognised(closed, catalogue):
            place = (id_, kept.kind, first_part + n, kept.fact, kept.on)
            stands += [(*place, *days) for days in kept.days]
        told, names = closed.told()
        for n, (person, team, tree) in enumerate(told, first_member):
            members.append((n, person, team))
            trees += [(n, above) for above in tree]
        for kind, known in names.items():
            keys |= {(SUBJECT_FACTS.get(kind, kind), key): name for key, name in known.items()}
        rows.append(_shifted(closed.rows(), first_part, first_member))
    _keep(con, "in_closed", pa.concat_tables(rows))
    about = [
        (
            p.number,
            p.closing,
            p.kept.fact,
            p.kept.on in (layout.SINCE, layout.UNTIL),
            p.kept.refs,
            p.kept.divided,
        )
        for p in parts
    ]
    columns: dict[str, pa.DataType]
    columns = {"part": pa.int32(), "closing": pa.int32(), "fact": pa.string(), "versions": pa.bool_()}
    columns |= {"refs": pa.string()}
    _keep(con, "in_closed_part", _table(columns | {"divided": pa.bool_()}, about))
    columns = {"member": pa.int32(), "person": pa.string(), "team": pa.string()}
    _keep(con, "in_closed_member", _table(columns, members))
    _keep(con, "in_closed_tree", _table({"member": pa.int32(), "team": pa.string()}, trees))
    named = [(fact, key, name) for (fact, key), name in keys.items()]
    _keep(con, "closed_key", _table(dict.fromkeys(("fact", "key", "name"), pa.string()), named))
    con.execute(
        "INSERT INTO closed_key SELECT DISTINCT p.refs, c.ref, c.ref FROM in_closed c "
        "JOIN in_closed_part p ON p.part = c.part WHERE p.refs IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM closed_key k WHERE k.fact = p.refs AND k.key = c.ref)"
    )
    columns = {"id": pa.string(), "kind": pa.string(), "number": pa.int32(), "fact": pa.string()}
    columns |= {"on": pa.string(), "first_day": pa.int32(), "last_day": pa.int32()}
    con.register("stands", _table(columns, stands))
    con.execute(f"CREATE TABLE {PARTS} AS SELECT * FROM stands ORDER BY ALL")
    con.unregister("stands")


def _shifted(rows: pa.Table, parts: int, members: int) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    for name, by in (("part", parts), ("member", members)):
        shifted = pc.cast(pc.add(rows[name], by), pa.int32())
        rows = rows.set_column(rows.schema.get_field_index(name), name, shifted)
    return rows.replace_schema_metadata(None)


def _table(columns: dict[str, pa.DataType], rows: Sequence[tuple[object, ...]]) -> pa.Table:
    import pyarrow as pa

    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(found, kind) for found, kind in zip(values, columns.values(), strict=True)]
    return pa.table(arrays, names=list(columns))


def _keep(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    con.register("incoming", table)
    con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM incoming")
    con.unregister("incoming")


def are_shared(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether some closed record is kept by its shares, so that deals must be divided as well."""
    return first_row(con, f"SELECT 1 FROM in_closed WHERE scope = {BY_SHARES} LIMIT 1") is not None


def write(con: duckdb.DuckDBPyConnection) -> None:
    """Write ``closed_row``, ``closed_member`` and ``closed_member_team``; all facts are encoded."""
    con.execute(
        f"CREATE TABLE {MEMBERS} AS "
        "SELECT CAST(c.member + 1 + (SELECT max(id) FROM member) AS INTEGER) AS id, "
        "coalesce(p.id, 0) AS person, coalesce(t.id, 0) AS team FROM in_closed_member c "
        "LEFT JOIN key_person p ON p.key = c.person LEFT JOIN key_team t ON t.key = c.team ORDER BY c.member"
    )
    con.execute(
        f"CREATE TABLE {TREES} AS SELECT m.id AS member, coalesce(t.id, 0) AS team FROM {MEMBERS} m "
        "LEFT JOIN in_closed_tree c ON c.member + 1 + (SELECT max(id) FROM member) = m.id "
        "LEFT JOIN key_team t ON t.key = c.team ORDER BY m.id, t.id"
    )
    _references(con)
    subjects = {kind: SUBJECT_FACTS.get(kind, kind) for kind in NAMED}
    ids = ", ".join(f"coalesce(k_{kind}.id, 0) AS {kind}" for kind in subjects)
    joins = " ".join(
        f"LEFT JOIN closed_id k_{kind} ON k_{kind}.fact = '{fact}' AND k_{kind}.key = c.{kind}"
        for kind, fact in subjects.items()
    )
    con.execute(
        f"""
        CREATE TABLE {ROWS} AS
        WITH shared AS (SELECT count(*) > 0 AS yes FROM duckdb_tables()
            WHERE database_name = current_database() AND table_name = '{layout.SHARED}'),
        ways AS (  -- kept whole, a record counts for persons with the digits that shares have
            SELECT c.*, p.closing, p.fact, p.versions, p.refs, 1 AS times,
                   CASE WHEN c.scope = {EVERYBODY} AND p.divided AND shared.yes THEN {WHOLE} ELSE c.scope END
                   AS how
            FROM in_closed c JOIN in_closed_part p ON p.part = c.part, shared
            UNION ALL
            SELECT c.*, p.closing, p.fact, p.versions, p.refs, {10**layout.SHARE_DIGITS}, {BY_SHARES}
            FROM in_closed c JOIN in_closed_part p ON p.part = c.part, shared
            WHERE c.scope = {EVERYBODY} AND p.divided AND shared.yes)
        SELECT c.part, CAST(c.how AS TINYINT) AS scope, c.day,
               CAST(year(d.on) * 12 + month(d.on) - 1 AS INTEGER) AS month,
               CAST(dense_rank() OVER (ORDER BY c.closing, c.fact, c.versions, c.record)
                    + {_most_records(con)} AS INTEGER) AS record,
               c.since, c.key, c.title,
               CAST(c.member + 1 + (SELECT max(id) FROM member) AS INTEGER) AS member,
               {ids}, c.until, c.gone, c.whole * c.times AS whole, c.number, r.id AS ref, c.text
        FROM ways c {joins}
        LEFT JOIN closed_id r ON r.fact = c.refs AND r.key = c.ref,
        LATERAL (SELECT DATE '0001-01-01' + (c.day - 1) AS on) d
        ORDER BY c.part, c.day, c.key
        """
    )


def _most_records(con: duckdb.DuckDBPyConnection) -> int:
    """How many records, or versions of them, of shared deals there are; closed ones are others."""
    tables = {layout.SHARED_FACT: "id", layout.versions(layout.SHARED_FACT): "version"}
    return max(
        int((first_row(con, f"SELECT coalesce(max({column}), 0) FROM {table}") or (0,))[0])
        for table, column in tables.items()
    )


def _references(con: duckdb.DuckDBPyConnection) -> None:
    """``closed_id`` (fact, key, id): ids of all that closed rows name, new ones where nothing is known."""
    con.execute("CREATE TEMP TABLE closed_id (fact VARCHAR, key VARCHAR, id INTEGER)")
    for (fact,) in con.execute("SELECT DISTINCT fact FROM closed_key").fetchall():
        known = "id_of_root" if fact == "company" else f"key_{fact}"
        con.execute(
            f"""
            INSERT INTO closed_id
            SELECT c.fact, c.key, coalesce(k.id, (SELECT coalesce(max(id), 0) FROM {known})
                   + row_number() OVER (PARTITION BY k.id IS NULL ORDER BY c.key))
            FROM closed_key c LEFT JOIN {known} k ON k.key = c.key WHERE c.fact = ?
            """,
            [fact],
        )
