"""Deals that several people share: each person's part, exact to the last digit.

Shares that come to more than 1 are scaled to their sum (60 and 40, three times 1); of those that come to
less, the rest stays with the deal's owner, or is not assigned. Rounded, what is left over of the share
and of the money goes to the largest share, so that the parts of a deal add up to the deal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.engine import asides, layout
from leitstern.engine.amounts import product
from leitstern.facts.model import FACTS
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

SHARE = f"DECIMAL(9, {layout.SHARE_DIGITS})"
MONEY = "DECIMAL(18, 4)"

SHARES = f"""
    CREATE TEMP TABLE shares AS
    WITH listed AS (
        SELECT d.id AS deal, p.id AS person, s.share
        FROM in_deal_share s JOIN key_deal d ON d.key = s.deal JOIN key_person p ON p.key = s.person
        WHERE s.share > 0),
    rest AS (
        SELECT l.deal, any_value(d.owner) AS person, 1 - sum(l.share) AS share
        FROM listed l JOIN {{deals}} d ON d.id = l.deal GROUP BY l.deal HAVING sum(l.share) < 1),
    given AS (
        SELECT deal, person, CAST(sum(share) AS DOUBLE) AS share
        FROM (SELECT * FROM listed UNION ALL SELECT * FROM rest) GROUP BY deal, person),
    scaled AS (
        SELECT deal, person,
               row_number() OVER (PARTITION BY deal ORDER BY share DESC, p.key NULLS LAST) AS place,
               CAST(round(share / sum(share) OVER (PARTITION BY deal), {layout.SHARE_DIGITS}) AS {SHARE})
               AS share
        FROM given LEFT JOIN key_person p ON p.id = given.person),
    left_over AS (SELECT deal, 1 - sum(share) AS rest FROM scaled GROUP BY deal)
    SELECT s.deal, s.person, s.place,
           CAST(s.share + CASE WHEN s.place = 1 THEN l.rest ELSE 0 END AS {SHARE}) AS share
    FROM scaled s JOIN left_over l ON l.deal = s.deal
"""


def share(con: duckdb.DuckDBPyConnection) -> None:
    """Write ``deal_part``: one row for each person's share of a deal, a deal without shares whole.

    The table exists only where some deal is shared. Deals that are set aside are divided alike, beside it.
    """
    if first_row(con, "SELECT count(*) FROM in_deal_share") == (0,):
        return
    con.execute(SHARES.format(deals=asides.delivered(con, FACTS[layout.SHARED_FACT])))
    _divide(con, layout.SHARED_FACT, layout.SHARED)
    if asides.there(con, layout.aside(layout.SHARED_FACT)):
        _divide(con, layout.aside(layout.SHARED_FACT), layout.aside(layout.SHARED))


def _divide(con: duckdb.DuckDBPyConnection, deals: str, parts: str) -> None:
    fact = FACTS[layout.SHARED_FACT]
    con.execute(
        "CREATE TEMP TABLE based AS "
        "SELECT d.*, coalesce(s.person, d.owner) AS sharer, coalesce(s.place, 1) AS place, "
        f"CAST(coalesce(s.share, 1) AS {SHARE}) AS share FROM {deals} d LEFT JOIN shares s ON s.deal = d.id"
    )
    splits = [_split(f.name) for f in fact.fields if f.kind == "money"]
    members = [_member(date.name) for date in fact.dates]
    joins = [
        "LEFT JOIN member fallback ON fallback.person = f.sharer AND fallback.team = f.team",
        "LEFT JOIN member alone ON alone.person = f.sharer AND alone.team = 0",
        *(_stay(date.name) for date in fact.dates),
    ]
    con.execute(
        "CREATE TEMP VIEW divided AS "
        f"SELECT f.* REPLACE ({', '.join(members)}), {', '.join(splits)} FROM based f {' '.join(joins)}"
    )
    con.execute(f"CREATE TABLE {parts} AS SELECT p.* EXCLUDE (place) FROM divided p ORDER BY p.id, p.place")
    con.execute("DROP VIEW temp.divided")
    con.execute("DROP TABLE temp.based")


def _split(money: str) -> str:
    rounded = product(f"f.{money}", "f.share")
    rest = f"f.{money} - sum({rounded}) OVER (PARTITION BY f.id)"
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
