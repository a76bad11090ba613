"""From typed facts to encoded facts: the first half of building a generation.

Everything here runs as SQL inside DuckDB, over names that come from the canonical model alone. The
steps, in order: dense ids, derived facts and fields, money in the workspace's currency, days and
members, regions, shared deals. A record that cannot be converted is set aside (see ``asides``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from leitstern.engine import amounts, asides, closed_rows, history, layout, versions
from leitstern.engine.derive import derive
from leitstern.engine.ids import identify, known, number, tables
from leitstern.engine.members import intervals
from leitstern.engine.regions import region_of
from leitstern.engine.shares import share
from leitstern.facts.fields import SQL_TYPES
from leitstern.facts.model import FACTS, Fact, Field
from leitstern.facts.queries import lent
from leitstern.facts.store import stored_fields

if TYPE_CHECKING:
    import duckdb

#: The date whose exchange rate converts a fact's money: the first that is known.
RATE_DATES = {
    "deal": ("closed_at", "created_at"),
    "stage_visit": ("left_at", "entered_at"),
    "campaign": ("started_at",),
    "quote": ("sent_at", "created_at"),
    "invoice": ("at",),
    "spend": ("at",),
    "product": (),
}

#: For each member the teams it counts for: its own and all above, each once, also where parents form a
#: circle; 0 for a member without a team. Trees hang on members, so that whoever counts for other teams
#: than those of today can be a member of its own.
TREES = """
    CREATE TABLE member_team AS
    WITH RECURSIVE parent AS (
        SELECT t.id AS team, p.id AS above
        FROM in_team f JOIN key_team t ON t.key = f.key JOIN key_team p ON p.key = f.parent),
    tree AS (
        SELECT id AS team, id AS above FROM key_team
        UNION SELECT tree.team, parent.above FROM tree JOIN parent ON parent.team = tree.above)
    SELECT m.id AS member, coalesce(tree.above, 0) AS team
    FROM member m LEFT JOIN tree ON tree.team = m.team ORDER BY member, team
"""


def encode(
    con: duckdb.DuckDBPyConnection,
    *,
    timezone: str,
    currency: str,
    today: date,
    canonical: dict[str, str],
    step: Callable[[str], None] = lambda _: None,
) -> None:
    """Write the encoded tables of a generation into ``con``'s main database.

    ``con`` has the workspace's facts attached as ``store``, and the generation before, if there is one,
    as ``previous``: whoever is in it keeps the id. Money without a date is
    converted at ``today``'s rate. ``canonical`` maps keys of companies to the key of the company they are the
    same as; keys that are missing stand for themselves. What
    closings keep was taken before (see ``closed_rows``).
    """
    asides.create(con)
    for fact in FACTS.values():
        if not fact.derived:
            _take(con, fact)
    step("ids")
    history.look_up(con)
    identify(con, canonical)
    derive(con, timezone)
    _undated(con)
    _rates(con, currency)
    _members(con)
    _regions(con)
    for fact in layout.ENCODED:
        step(fact.name)
        _encode_fact(con, fact, timezone, today)
        amounts.exclude_beyond_sums(con, fact)
    step("versions")
    day = _money_day(FACTS["deal"], timezone, today)
    con.execute(f"CREATE TEMP TABLE deal_rate_day AS SELECT key, {day} AS rate_day FROM full_deal")
    versions.write(con, timezone)
    share(con)
    closed_rows.write(con)
    for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall():
        con.execute(f'DROP TABLE temp."{name}"')


def _take(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    """A temporary view ``in_<fact>`` on the stored facts, with the columns a derived field fills."""
    stored = stored_fields(fact)
    if fact.name in tables(con, "store"):
        columns = ", ".join(["key", *(f'"{f.name}"' for f in stored)])
        con.execute(f"CREATE TEMP VIEW in_{fact.name} AS SELECT {columns} FROM store.{fact.name}")
        return
    columns = ", ".join(
        ["NULL::VARCHAR AS key", *(f'NULL::{SQL_TYPES[f.kind]} AS "{f.name}"' for f in stored)]
    )
    con.execute(f"CREATE TEMP VIEW in_{fact.name} AS SELECT {columns} LIMIT 0")


def _undated(con: duckdb.DuckDBPyConnection) -> None:
    """Records that are over by their status, and nobody knows since when: they count on no such date."""
    for fact in (one for one in FACTS.values() if not one.derived):
        for end, over in fact.over:
            words = ", ".join(f"'{word}'" for word in over)
            asides.note(
                con,
                fact.name,
                "closed_without_date",
                f"SELECT key, '{end}' AS field, status AS detail FROM in_{fact.name} "
                f"WHERE status IN ({words}) AND {end} IS NULL",
            )


def _rates(con: duckdb.DuckDBPyConnection, currency: str) -> None:
    """``rate`` (currency, day, rate): the workspace's own currency is 1 for ever."""
    con.execute(
        "CREATE TEMP TABLE rate AS SELECT currency, day, TRY_CAST(max(rate) AS DECIMAL(18, 8)) AS rate "
        "FROM in_exchange_rate WHERE currency <> ? GROUP BY currency, day",
        [currency],
    )
    con.execute("CREATE TEMP TABLE home AS SELECT ? AS currency", [currency])


def _members(con: duckdb.DuckDBPyConnection) -> None:
    """``member`` (id, person, team) and ``stay`` (person, member, first_day, last_day)."""
    import pyarrow as pa

    rows = con.execute(
        """
        SELECT p.id, t.id, m.valid_from, m.valid_to
        FROM in_membership m JOIN key_person p ON p.key = m.person JOIN key_team t ON t.key = m.team
        ORDER BY p.id, m.valid_from NULLS FIRST, m.key
        """
    ).fetchall()
    columns = list(zip(*intervals(rows), strict=True)) or [(), (), (), ()]
    names = ("person", "team", "first_day", "last_day")
    stays = pa.table({n: pa.array(c, pa.int32()) for n, c in zip(names, columns, strict=True)})
    with lent(con, "stays", stays):
        con.execute("CREATE TEMP TABLE stay_of AS SELECT * FROM stays")
    named = " UNION ".join(
        f"SELECT coalesce(p.id, 0) AS person, coalesce(t.id, 0) AS team FROM full_{f.name} f "
        + (
            f"LEFT JOIN key_person p ON p.key = f.{f.person} "
            if f.person
            else "LEFT JOIN key_person p ON false "
        )
        + "JOIN key_team t ON t.key = f.team"
        for f in layout.ENCODED
        if "team" in f.by_name
    )
    named += (  # whoever shares a deal and was in no team that day counts for the team the deal names
        " UNION SELECT p.id, t.id FROM in_deal_share s JOIN key_person p ON p.key = s.person "
        "JOIN in_deal d ON d.key = s.deal JOIN key_team t ON t.key = d.team"
    )
    named += (  # and so does whoever owned it before
        " UNION SELECT p.id, t.id FROM in_deal_event e "
        "JOIN event_reference r ON r.field = e.field AND (r.text = e.old OR r.text = e.new) "
        "JOIN key_person p ON p.key = r.key JOIN in_deal d ON d.key = e.deal "
        "JOIN key_team t ON t.key = d.team WHERE e.field = 'owner'"
    )
    con.execute(
        f"""
        CREATE TABLE member AS
        WITH known AS ({known(con, "member", "person, team")}),
        named AS (SELECT person, team FROM known UNION SELECT person, team FROM stay_of
                  UNION SELECT id, 0 FROM key_person UNION SELECT 0, id FROM key_team
                  UNION SELECT 0, 0 UNION {named})
        SELECT CAST(coalesce(known.id, (SELECT coalesce(max(id), -1) FROM known) + row_number() OVER (
                   PARTITION BY known.id IS NULL ORDER BY named.person, named.team)) AS INTEGER) AS id,
               named.person, named.team
        FROM named LEFT JOIN known ON known.person = named.person AND known.team = named.team
        """
    )
    con.execute(
        "CREATE TABLE stay AS SELECT s.person, s.first_day, s.last_day, m.id AS member "
        "FROM stay_of s JOIN member m ON m.person = s.person AND m.team = s.team"
    )
    con.execute(TREES)


def _regions(con: duckdb.DuckDBPyConnection) -> None:
    named = [f for f in layout.ENCODED if "region" in f.by_name]
    keys = [f"SELECT region AS key FROM full_{f.name} WHERE region IS NOT NULL" for f in named]
    keys.append("SELECT key FROM closed_key WHERE fact = 'region'")
    number(con, "key_region", " UNION ".join(keys), "region")
    con.execute("CREATE TABLE region AS SELECT id, key, key AS name FROM key_region ORDER BY id")


def _date_columns(field: Field, timezone: str) -> list[str]:
    local = _local_day(field, f'f."{field.name}"', timezone)
    name = field.name
    return [
        f'f."{name}" AS "{name}"',
        f"CAST({local} - DATE '0001-01-01' + 1 AS INTEGER) AS {layout.day(name)}",
        f"CAST(year({local}) * 12 + month({local}) - 1 AS INTEGER) AS {layout.month(name)}",
    ]


def _plain_column(con: duckdb.DuckDBPyConnection, fact: Fact, field: Field) -> str:
    if field.kind == "choice":
        kind = f"{fact.name}_{field.name}"
        words = ", ".join(f"'{word}'" for word in field.choices)
        con.execute(f"CREATE TYPE {kind} AS ENUM ({words})")
        return f'CAST(f."{field.name}" AS {kind}) AS "{field.name}"'
    return f'f."{field.name}" AS "{field.name}"'


def _local_day(field: Field, column: str, timezone: str) -> str:
    if field.kind == "day":
        return column
    return f"CAST(timezone('{timezone}', timezone('UTC', {column})) AS DATE)"


def _money_day(fact: Fact, timezone: str, today: date) -> str:
    """The day whose rate counts, in the workspace's zone."""
    dates = [fact.by_name[name] for name in RATE_DATES.get(fact.name, ())]
    known = [_local_day(date, f'"{date.name}"', timezone) for date in dates]
    known.append(f"DATE '{today}'")
    return f"coalesce({', '.join(known)})"


def _encode_fact(con: duckdb.DuckDBPyConnection, fact: Fact, timezone: str, today: date) -> None:
    """``<fact>``: references as ids, days, members, region and money, one row for each record."""
    columns, joins = ["f.key AS key"], []
    if fact.name in layout.STUBBED:
        columns.append(f"false AS {layout.STUB}")
    if layout.is_referred_to(fact):
        columns.insert(0, "k.id AS id")
        joins.append(f"JOIN key_{fact.name} k ON k.key = f.key")
    money = [f for f in fact.fields if f.kind == "money"] if "currency" in fact.by_name else []
    for field in fact.fields:
        if field.kind == "ref":
            columns.append(f'coalesce(r_{field.name}.id, 0) AS "{field.name}"')
            joins.append(f'LEFT JOIN key_{field.to} r_{field.name} ON r_{field.name}.key = f."{field.name}"')
        elif field.kind in ("day", "time"):
            columns += _date_columns(field, timezone)
        elif field not in money and field.name != "region":
            columns.append(_plain_column(con, fact, field))
    if money:
        columns += _converted(money)
        joins.append(amounts.RATES)
    if "region" in fact.by_name:
        columns.append("f.region AS own_region")
    source = (
        f"(SELECT *, {_money_day(fact, timezone, today)} AS rate_day FROM full_{fact.name})"
        if money
        else f"full_{fact.name}"
    )
    only = " AND k.is_root" if fact.name == "company" else ""
    changes = money or fact.name in layout.STUBBED
    con.execute(
        f"CREATE TEMP {'TABLE' if changes else 'VIEW'} based AS SELECT {', '.join(columns)} "
        f"FROM {source} f {' '.join(joins)} WHERE true{only}"
    )
    if fact.name in layout.STUBBED:
        _add_stubs(con, fact)
    if money:
        _exclude_unconverted(con, fact, money)
    _place(con, fact, converted=bool(money) and fact.name not in layout.STUBBED)
    con.execute(f"DROP {'TABLE' if changes else 'VIEW'} temp.based")


def _converted(money: list[Field]) -> list[str]:
    columns = [f"f.{m.name}" for m in money]
    return [
        *(f"{amounts.converted(f'f.{m.name}')} AS {m.name}" for m in money),
        f"{amounts.unconverted(columns)} AS unconverted",
    ]


def _exclude_unconverted(con: duckdb.DuckDBPyConnection, fact: Fact, money: list[Field]) -> None:
    """A missing rate sets a record aside, visibly; an entity stays, without its amount."""
    unconverted = "SELECT key, 'currency' AS field, currency AS detail FROM based WHERE unconverted"
    stays = fact.name in layout.STUBBED
    asides.note(con, fact.name, "amount_without_rate" if stays else "rate_missing", unconverted)
    if stays:
        sets = ", ".join(f"{m.name} = NULL" for m in money)
        con.execute(f"UPDATE based SET {sets} WHERE unconverted")
        con.execute("ALTER TABLE based DROP COLUMN unconverted")


def _add_stubs(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    """Entities that others refer to and no file described: their key, or what they were called in closed
    values, is their name."""
    known = "id_of_root" if fact.name == "company" else f"key_{fact.name}"
    con.execute(
        "INSERT INTO based BY NAME "
        f"SELECT k.id, k.key, coalesce(c.name, k.key) AS name, true AS {layout.STUB} "
        f"FROM {known} k LEFT JOIN closed_key c ON c.fact = '{fact.name}' AND c.key = k.key "
        "WHERE k.id NOT IN (SELECT id FROM based)"
    )
    for field in fact.fields:
        if field.kind == "ref":
            con.execute(f'UPDATE based SET "{field.name}" = 0 WHERE "{field.name}" IS NULL')


def _place(con: duckdb.DuckDBPyConnection, fact: Fact, *, converted: bool) -> None:
    """Add member and region to ``based`` and write the final table, ordered by day.

    Where amounts were ``converted``, records without a rate go to a table of their own beside it.
    """
    inner = [*(["own_region"] if "region" in fact.by_name else []), *(["unconverted"] if converted else [])]
    columns, joins = ["f.*" + (f" EXCLUDE ({', '.join(inner)})" if inner else "")], []
    person, team = layout.person_field(fact), layout.team_field(fact)
    order = layout.day(fact.main_date) if fact.main_date else "key"
    owner = f"f.{person}" if person else "0"
    if layout.has_member(fact):
        team_id = f"f.{team}" if team else "0"
        joins.append(f"LEFT JOIN member fallback ON fallback.person = {owner} AND fallback.team = {team_id}")
        for date in fact.dates:
            name = layout.day(date.name)
            if person:
                joins.append(
                    f"LEFT JOIN stay s_{date.name} ON s_{date.name}.person = {owner} "
                    f"AND f.{name} BETWEEN s_{date.name}.first_day AND s_{date.name}.last_day"
                )
                columns.append(
                    f"coalesce(s_{date.name}.member, fallback.id, 0) AS {layout.member(date.name)}"
                )
            else:
                columns.append(f"coalesce(fallback.id, 0) AS {layout.member(date.name)}")
    if layout.has_region(fact):
        more, region = region_of(fact, owner, "f.own_region")
        joins.append(f"{more} LEFT JOIN region r ON r.name = {region}")
        columns.append("coalesce(r.id, 0) AS region")
    chosen = f"SELECT {', '.join(columns)} FROM based f {' '.join(joins)}"
    _write(con, fact, fact.name, f"{chosen} WHERE NOT f.unconverted" if converted else chosen, order)
    if converted and asides.wanted(con, "SELECT bool_or(unconverted) FROM based"):
        _write(con, fact, layout.aside(fact.name), f"{chosen} WHERE f.unconverted", order)


def _write(con: duckdb.DuckDBPyConnection, fact: Fact, table: str, chosen: str, order: str) -> None:
    placed = f"{chosen} ORDER BY f.{order}"
    if not layout.is_referred_to(fact):
        placed = f"SELECT CAST(row_number() OVER () AS INTEGER) AS id, * FROM ({placed})"
    con.execute(f"CREATE TABLE {table} AS {placed}")
