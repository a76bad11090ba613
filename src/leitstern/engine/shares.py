"""Deals that several people share: each person's part, exact to the last digit.

Shares that come to more than 1 are scaled to their sum (60 and 40, three times 1); of those that come to
less, the rest stays with the deal's owner, or is not assigned. Rounded, what is left over of the share
and of the money goes to the largest share, so that the parts of a deal add up to the deal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.engine import asides, closed_rows, layout
from leitstern.engine.amounts import product
from leitstern.facts.model import FACTS
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

SHARE = f"DECIMAL(9, {layout.SHARE_DIGITS})"
MONEY = "DECIMAL(18, 4)"

#: ``part``: of a row of a table (a deal, or one of its versions) for a person.
SHARES = """
    CREATE TEMP TABLE part AS
    WITH listed AS (
        SELECT d.{row}, p.id AS person, s.share
        FROM in_deal_share s JOIN key_deal k ON k.key = s.deal JOIN {table} d ON d.id = k.id
        JOIN key_person p ON p.key = s.person
        WHERE s.share > 0),
    rest AS (
        SELECT l.{row}, any_value(d.owner) AS person, 1 - sum(l.share) AS share
        FROM listed l JOIN {table} d ON d.{row} = l.{row} GROUP BY l.{row} HAVING sum(l.share) < 1),
    given AS (
        SELECT {row}, person, CAST(sum(share) AS DOUBLE) AS share
        FROM (SELECT * FROM listed UNION ALL SELECT * FROM rest) GROUP BY {row}, person),
    scaled AS (
        SELECT g.{row}, g.person,
               row_number() OVER (PARTITION BY g.{row} ORDER BY g.share DESC, p.key NULLS LAST) AS place,
               CAST(round(g.share / sum(g.share) OVER (PARTITION BY g.{row}), {digits}) AS {kind}) AS share
        FROM given g LEFT JOIN key_person p ON p.id = g.person),
    left_over AS (SELECT {row}, 1 - sum(share) AS rest FROM scaled GROUP BY {row})
    SELECT s.{row}, s.person, s.place,
           CAST(s.share + CASE WHEN s.place = 1 THEN l.rest ELSE 0 END AS {kind}) AS share
    FROM scaled s JOIN left_over l ON l.{row} = s.{row}
"""


def share(con: duckdb.DuckDBPyConnection) -> None:
    """Write ``deal_part`` and ``deal_version_part``: one row for each person's share, the rest whole.

    The tables exist only where some deal is shared, or was in a closed period. What is set aside is
    divided alike, beside them.
    """
    if first_row(con, "SELECT count(*) FROM in_deal_share") == (0,) and not closed_rows.are_shared(con):
        return
    deals = [date.name for date in FACTS[layout.SHARED_FACT].dates]
    dates = {layout.SHARED_FACT: deals, layout.versions(layout.SHARED_FACT): [layout.SINCE]}
    for table, counted_on in dates.items():
        for there in (table, layout.aside(table)):
            if asides.there(con, there):
                _share(con, there, counted_on)


def _share(con: duckdb.DuckDBPyConnection, table: str, dates: list[str]) -> None:
    row = layout.row_id(table)
    con.execute(SHARES.format(table=table, row=row, digits=layout.SHARE_DIGITS, kind=SHARE))
    con.execute(
        "CREATE TEMP TABLE based AS "
        "SELECT d.*, coalesce(s.person, d.owner) AS sharer, coalesce(s.place, 1) AS place, "
        f"CAST(coalesce(s.share, 1) AS {SHARE}) AS share FROM {table} d LEFT JOIN part s ON s.{row} = d.{row}"
    )
    money = [f.name for f in FACTS[layout.SHARED_FACT].fields if f.kind == "money"]
    splits = [_split(name, row) for name in money]
    members = [_member(date) for date in dates]
    joins = [
        "LEFT JOIN member fallback ON fallback.person = f.sharer AND fallback.team = f.team",
        "LEFT JOIN member alone ON alone.person = f.sharer AND alone.team = 0",
        *(_stay(date) for date in dates),
    ]
    con.execute(
        "CREATE TEMP VIEW divided AS "
        f"SELECT f.* REPLACE ({', '.join(members)}), {', '.join(splits)} FROM based f {' '.join(joins)}"
    )
    con.execute(
        f"CREATE TABLE {layout.parts_of(table)} AS "
        f"SELECT p.* EXCLUDE (place) FROM divided p ORDER BY p.{row}, p.place"
    )
    con.execute("DROP VIEW temp.divided")
    con.execute("DROP TABLE temp.based")
    con.execute("DROP TABLE temp.part")


def _split(money: str, row: str) -> str:
    rounded = product(f"f.{money}", "f.share")
    rest = f"f.{money} - sum({rounded}) OVER (PARTITION BY f.{row})"
    return (
        f"CAST({rounded} + CASE WHEN f.place = 1 THEN {rest} ELSE 0 END AS {MONEY}) AS {layout.part(money)}"
    )


def _stay(date: str) -> str:
    return (
        f"LEFT JOIN stay s_{date} ON s_{date}.person = f.sharer "
        f"AND f.{layout.day(date)} BETWEEN s_{date}.first_day AND s_{date}.last_day"
    )


def _member(date: str) -> str:
    return f"coalesce(s_{date}.member, fallback.id, alone.id, 0) AS {layout.member(date)}"
