"""Versions: what exists from one day to another, cut where it changed, or changed hands.

A stock of a past day (open deals, customers, tickets, people) counts what was there that day, as it was: a
deal with its amount, stage and owner of that day, and everything for the team its person was in. For every
fact in ``layout.LIVES`` a table holds one row for each stretch of days between two changes, from the day a
record began to the day before it ended (``since``, ``until``; no end: it is still there).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from leitstern.engine import asides, history, layout
from leitstern.engine.amounts import RATES, converted, exclude_beyond_sums, product, unconverted
from leitstern.engine.members import LAST_DAY
from leitstern.engine.regions import region_of
from leitstern.facts.model import FACTS

if TYPE_CHECKING:
    import duckdb

#: The days on which something about a record begins to hold. ``{whose}``: (id, person) of everybody it
#: belonged to; a person's move to another team is a change, too.
CUTS = """
    CREATE TEMP TABLE cut AS
    WITH alive AS (
        SELECT id, {begin}_day AS first, {end}_day AS after FROM {table}
        WHERE {begin}_day IS NOT NULL AND ({end}_day IS NULL OR {end}_day > {begin}_day) AND {only}),
    moved AS (
        SELECT person, first_day AS day FROM stay
        UNION SELECT person, last_day + 1 FROM stay WHERE last_day < {last_day}),
    changed AS (SELECT w.id, m.day FROM ({whose}) w JOIN moved m ON m.person = w.person {more}),
    cuts AS (
        SELECT id, first AS day FROM alive
        UNION SELECT a.id, c.day FROM alive a
        JOIN changed c ON c.id = a.id AND c.day > a.first AND (a.after IS NULL OR c.day < a.after))
    SELECT CAST(row_number() OVER (ORDER BY c.day, c.id) AS INTEGER) AS version, c.id, c.day AS since_day,
           coalesce(lead(c.day) OVER (PARTITION BY c.id ORDER BY c.day), a.after) AS until_day
    FROM cuts c JOIN alive a ON a.id = c.id
"""

#: Everybody a deal ever belonged to.
DEALS_WHOSE = """
    SELECT id, owner AS person FROM {table} UNION SELECT deal, value FROM was_owner
    UNION SELECT k.id, p.id
    FROM in_deal_share s JOIN key_deal k ON k.key = s.deal JOIN key_person p ON p.key = s.person
"""

#: A deal's fields on the first day of each version, as they were said; without events as they are today.
#: Before its closing date a deal was open, unless its stage of that day, or an event, says otherwise.
DEALS_THEN = """
    CREATE TEMP TABLE deal_then AS
    WITH told AS (
        SELECT c.*, f.key, f.region, f.cost, d.company, CAST(d.status AS VARCHAR) AS now, {fields},
               {told_status} AS by_status, w_status.value AS status, {told_stage} AS by_stage
        FROM cut c JOIN {table} d ON d.id = c.id JOIN full_deal f ON f.key = d.key {changes})
    SELECT t.* REPLACE (
               CASE WHEN by_status THEN status WHEN by_stage THEN coalesce(CAST(s.outcome AS VARCHAR), 'open')
                    WHEN now IN ('won', 'lost') THEN 'open' ELSE now END AS status),
           {weighted} AS weighted_amount
    FROM told t LEFT JOIN stage s ON s.id = t.stage
"""

#: The same in the workspace's currency, with the region that follows from the owner of that day.
DEALS_VALUED = """
    SELECT d.* REPLACE ({money}, f.owner AS owner, f.stage AS stage, f.probability AS probability,
                        f.currency AS currency, CAST(f.status AS deal_status) AS status,
                        f.expected_close_at AS expected_close_at,
                        {plan} AS expected_close_at_day, {plan_month} AS expected_close_at_month,
                        coalesce(r.id, 0) AS region),
           f.version, f.since_day, f.until_day, {unconverted} AS unconverted
    FROM (SELECT t.*, day.rate_day FROM deal_then t JOIN deal_rate_day day ON day.key = t.key) f
    JOIN {table} d ON d.id = f.id {rates} {regions}
    WHERE f.status IS NULL OR f.status = 'open'
"""


def write(con: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Write ``<fact>_version`` of every fact whose records live; all facts are encoded already.

    Versions of records that are set aside, or of which only the version lacks a rate, lie beside.
    """
    history.read(con, timezone)
    _deals(con)
    for name in (name for name in layout.LIVES if name != layout.SHARED_FACT):
        for table in (name, layout.aside(name)):
            if asides.there(con, table):
                _cut(con, name, table, f"SELECT id, {_person(name)} AS person FROM {table}")
                versions = f"SELECT f.*, c.* EXCLUDE (id) FROM cut c JOIN {table} f ON f.id = c.id"
                _place(con, name, layout.versions(table), versions)
                con.execute("DROP TABLE temp.cut")


def _person(name: str) -> str:
    person = layout.person_field(FACTS[name])
    assert person is not None, f"whose {name} is it?"
    return person


def _cut(con: duckdb.DuckDBPyConnection, name: str, table: str, whose: str, more: str = "") -> None:
    begin, end = layout.LIVES[name]
    over = ", ".join(f"'{word}'" for word in dict(FACTS[name].over).get(end, ()))
    undated = f"status IN ({over}) AND {end}_day IS NULL" if over else "false"
    only = f"NOT coalesce({undated}, false)"  # what is over, nobody knows since when, is in no stock
    con.execute(
        CUTS.format(table=table, begin=begin, end=end, last_day=LAST_DAY, whose=whose, only=only, more=more)
    )


def _place(con: duckdb.DuckDBPyConnection, name: str, table: str, versions: str) -> None:
    """Write the table: ``versions`` with months, and the member of each version's first day."""
    person, team = _person(name), layout.team_field(FACTS[name])
    con.execute(
        f"CREATE TABLE {table} AS SELECT f.*, "
        f"{_month('f.since_day')} AS since_month, {_month('f.until_day')} AS until_month, "
        "coalesce(s.member, fallback.id, alone.id, 0) AS since_member "
        f"FROM ({versions}) f "
        f"LEFT JOIN member fallback ON fallback.person = f.{person} "
        f"AND fallback.team = {f'f.{team}' if team else '0'} "
        f"LEFT JOIN member alone ON alone.person = f.{person} AND alone.team = 0 "
        f"LEFT JOIN stay s ON s.person = f.{person} "
        "AND f.since_day BETWEEN s.first_day AND s.last_day ORDER BY f.version"
    )


def _deals(con: duckdb.DuckDBPyConnection) -> None:
    fact, table, versions = FACTS[layout.SHARED_FACT], "all_deal", layout.versions(layout.SHARED_FACT)
    con.execute(f"CREATE TEMP VIEW {table} AS FROM {asides.delivered(con, fact.name)}")
    events = "".join(f" UNION SELECT deal, day FROM was_{field}" for field in history.FIELDS)
    _cut(con, fact.name, table, DEALS_WHOSE.format(table=table), events)
    told = "w_{0}.deal IS NOT NULL AND (NOT w_{0}.last OR d.status IN ('won', 'lost'))"
    changes = " ".join(
        f"ASOF LEFT JOIN was_{field} w_{field} ON w_{field}.deal = c.id AND c.since_day >= w_{field}.day"
        for field in history.FIELDS
    )
    con.execute(
        DEALS_THEN.format(
            table=table,
            fields=", ".join(_then(field) for field in history.FIELDS if field != "status"),
            told_status=told.format("status"),
            told_stage=told.format("stage"),
            changes=changes,
            weighted=product("t.amount", "coalesce(s.probability, t.probability, 0)"),
        )
    )
    money = [f.name for f in fact.fields if f.kind == "money"]
    joins, region = region_of(fact, "f.owner", "f.region")
    plan = f"CAST(f.expected_close_at - DATE '{date.min}' + 1 AS INTEGER)"
    con.execute(
        "CREATE TEMP TABLE valued AS "
        + DEALS_VALUED.format(
            table=table,
            money=", ".join(f"{converted(f'f.{name}')} AS {name}" for name in money),
            plan=plan,
            plan_month=_month(plan),
            rates=RATES,
            unconverted=unconverted([f"f.{name}" for name in money]),
            regions=f"{joins} LEFT JOIN region r ON r.name = {region}",
        )
    )
    aside = layout.aside(fact.name)
    whole = f"id IN (SELECT id FROM {aside})" if asides.there(con, aside) else "false"
    lacking = f"SELECT DISTINCT key, 'currency' AS field, currency AS detail FROM valued WHERE NOT {whole}"
    asides.note(con, fact.name, "rate_missing", f"{lacking} AND unconverted")
    chosen = "SELECT * EXCLUDE (unconverted) FROM valued WHERE"
    _place(con, fact.name, versions, f"{chosen} NOT (unconverted OR {whole})")
    if asides.wanted(con, f"SELECT bool_or(unconverted OR {whole}) FROM valued"):
        _place(con, fact.name, layout.aside(versions), f"{chosen} (unconverted OR {whole})")
    exclude_beyond_sums(con, fact, versions)
    for kind, done in (("VIEW", table), ("TABLE", "cut"), ("TABLE", "deal_then"), ("TABLE", "valued")):
        con.execute(f"DROP {kind} temp.{done}")


def _then(field: str) -> str:
    today = f"d.{field}" if field in history.POINTING else f"f.{field}"
    value = f"CASE WHEN w_{field}.deal IS NULL OR w_{field}.last THEN {today} ELSE w_{field}.value END"
    return f"coalesce({value}, 0) AS {field}" if field in history.POINTING else f"{value} AS {field}"


def _month(day: str) -> str:
    """The month number of a day number."""
    then = f"(DATE '{date.min}' + ({day} - 1))"
    return f"CAST(year({then}) * 12 + month({then}) - 1 AS INTEGER)"
