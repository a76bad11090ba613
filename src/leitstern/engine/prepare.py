"""From typed facts to encoded facts: the first half of building a generation.

Everything here runs as SQL inside DuckDB, over names that come from the canonical model alone. The
steps, in order: dense ids, derived facts and fields, money in the workspace's currency, days and
members, regions, shared deals. A record that cannot be converted goes to ``excluded`` with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from leitstern.engine import layout
from leitstern.engine.members import intervals
from leitstern.facts.model import FACTS, Fact, Field
from leitstern.facts.store import SQL_TYPES, stored_fields

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


def encode(
    con: duckdb.DuckDBPyConnection,
    *,
    timezone: str,
    currency: str,
    canonical: dict[str, str],
    step: Callable[[str], None] = lambda _: None,
) -> None:
    """Write the encoded tables of a generation into ``con``'s main database.

    ``con`` has the workspace's facts attached as ``store``. ``canonical`` maps keys of companies to
    the key of the company they are the same as; keys that are missing stand for themselves.
    """
    con.execute("CREATE TABLE excluded (fact VARCHAR, key VARCHAR, reason VARCHAR, detail VARCHAR)")
    for fact in FACTS.values():
        if not fact.derived:
            _take(con, fact)
    step("ids")
    _identify(con, canonical)
    _derive(con)
    _rates(con, currency)
    _members(con)
    _regions(con)
    for fact in layout.ENCODED:
        step(fact.name)
        _encode_fact(con, fact, timezone)
    _share(con)
    for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall():
        con.execute(f'DROP TABLE temp."{name}"')


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [database]
    ).fetchall()
    return {name for (name,) in rows}


def _take(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    """A temporary view ``in_<fact>`` on the stored facts, with the columns a derived field fills."""
    stored = stored_fields(fact)
    if fact.name in _tables(con, "store"):
        columns = ", ".join(["key", *(f'"{f.name}"' for f in stored)])
        con.execute(f"CREATE TEMP VIEW in_{fact.name} AS SELECT {columns} FROM store.{fact.name}")
        return
    columns = ", ".join(
        ["NULL::VARCHAR AS key", *(f'NULL::{SQL_TYPES[f.kind]} AS "{f.name}"' for f in stored)]
    )
    con.execute(f"CREATE TEMP VIEW in_{fact.name} AS SELECT {columns} LIMIT 0")


def _references(to: str) -> Iterable[tuple[str, str]]:
    for fact in FACTS.values():
        if not fact.derived:
            for field in fact.fields:
                if field.kind == "ref" and field.to == to:
                    yield fact.name, field.name


def _identify(con: duckdb.DuckDBPyConnection, canonical: dict[str, str]) -> None:
    """``key_<fact>`` (key, id): dense ids from 1. A company's key leads to its canonical id."""
    for fact in layout.ENCODED:
        if fact.derived:
            continue
        sources = [f"SELECT key FROM in_{fact.name}"]
        if fact.name in layout.STUBBED:
            sources += [
                f'SELECT "{field}" FROM in_{name} WHERE "{field}" IS NOT NULL'
                for name, field in _references(fact.name)
            ]
        order = f'"{fact.main_date}" NULLS FIRST, key' if fact.main_date else "key"
        if fact.name == "company":
            _identify_companies(con, " UNION ".join(sources), canonical)
        elif fact.main_date:
            con.execute(
                f"CREATE TEMP TABLE key_{fact.name} AS "
                f"SELECT key, CAST(row_number() OVER (ORDER BY {order}) AS INTEGER) AS id FROM in_{fact.name}"
            )
        else:
            con.execute(
                f"CREATE TEMP TABLE key_{fact.name} AS SELECT key, CAST(row_number() OVER (ORDER BY key) AS INTEGER) AS id "
                f"FROM ({' UNION '.join(sources)})"
            )


def _identify_companies(con: duckdb.DuckDBPyConnection, keys: str, canonical: dict[str, str]) -> None:
    import pyarrow as pa

    same = pa.table(
        {"key": pa.array(canonical.keys(), pa.string()), "same_as": pa.array(canonical.values(), pa.string())}
    )
    con.register("same_company", same)
    con.execute(
        "CREATE TEMP TABLE key_company AS "
        "WITH known AS (SELECT k.key, coalesce(s.same_as, k.key) AS root "
        f"              FROM ({keys}) k LEFT JOIN same_company s ON s.key = k.key) "
        "SELECT key, CAST(dense_rank() OVER (ORDER BY root) AS INTEGER) AS id, key = root AS is_root FROM known"
    )
    con.unregister("same_company")


def _derive(con: duckdb.DuckDBPyConnection) -> None:
    """Derived facts and fields, and blanks that other facts can fill. Results are ``full_<fact>``."""
    con.execute(
        """
        CREATE TEMP TABLE lead_of_deal AS
        SELECT d.key AS deal, min(l.key) AS lead, min(l.created_at) AS created_at, min(l.campaign) AS campaign
        FROM in_deal d JOIN in_lead l ON l.key = d.lead OR l.deal = d.key GROUP BY d.key
        """
        if con.execute("SELECT count(*) FROM in_lead").fetchone() != (0,)
        else "CREATE TEMP TABLE lead_of_deal (deal VARCHAR, lead VARCHAR, created_at TIMESTAMP, campaign VARCHAR)"
    )
    con.execute(
        """
        CREATE TEMP TABLE bought AS
        SELECT company, min("at") AS "at" FROM (
            SELECT k.id AS company, closed_at AS "at" FROM in_deal JOIN key_company k ON k.key = company WHERE status = 'won'
            UNION ALL
            SELECT k.id, "at" FROM in_invoice JOIN key_company k ON k.key = company WHERE kind IS DISTINCT FROM 'credit_note'
        ) WHERE "at" IS NOT NULL GROUP BY company
        """
    )
    con.execute(
        """
        CREATE TEMP TABLE full_deal AS
        WITH first_won AS (
            SELECT k.id AS company, arg_min(d.key, (d.closed_at, d.key)) AS key
            FROM in_deal d JOIN key_company k ON k.key = d.company
            WHERE d.status = 'won' AND d.closed_at IS NOT NULL GROUP BY k.id),
        after_win AS (
            SELECT d.key, min(a.at) AS "at"
            FROM in_deal d JOIN key_company k ON k.key = d.company
            JOIN (SELECT k.id AS company, "at" FROM in_activity JOIN key_company k ON k.key = company) a
              ON a.company = k.id AND a.at > d.closed_at
            WHERE d.status = 'won' GROUP BY d.key)
        SELECT d.* EXCLUDE (lead, campaign, first_contact_at),
               coalesce(d.lead, l.lead) AS lead, coalesce(d.campaign, l.campaign) AS campaign,
               coalesce(d.first_contact_at, least(l.created_at, d.created_at)) AS first_contact_at,
               CASE WHEN d.status = 'won' THEN d.closed_at END AS won_at,
               f.key IS NOT NULL AS is_first, w.at AS first_contact_after_win_at
        FROM in_deal d
        LEFT JOIN lead_of_deal l ON l.deal = d.key
        LEFT JOIN first_won f ON f.key = d.key
        LEFT JOIN after_win w ON w.key = d.key
        """
    )
    con.execute(
        """
        CREATE TEMP VIEW full_invoice AS
        SELECT i.*,
               i.company IS NOT NULL AND i.kind IS DISTINCT FROM 'credit_note' AND row_number() OVER (
                   PARTITION BY k.id, i.kind IS DISTINCT FROM 'credit_note' ORDER BY i.at, i.key) > 1 AS is_repeat,
               i.company IS NOT NULL AND i.product IS NOT NULL AND i.kind IS DISTINCT FROM 'credit_note' AND row_number() OVER (
                   PARTITION BY k.id, i.product, i.kind IS DISTINCT FROM 'credit_note' ORDER BY i.at, i.key) = 1 AS is_new_product
        FROM in_invoice i LEFT JOIN key_company k ON k.key = i.company
        """
    )
    con.execute(
        """
        CREATE TEMP VIEW full_activity AS
        SELECT a.*, coalesce(a.at > b.at, false) AS after_win
        FROM in_activity a LEFT JOIN key_company k ON k.key = a.company LEFT JOIN bought b ON b.company = k.id
        """
    )
    con.execute(
        """
        CREATE TEMP VIEW full_company AS
        SELECT c.* EXCLUDE (customer_since), coalesce(c.customer_since, CAST(b.at AS DATE)) AS customer_since
        FROM in_company c LEFT JOIN key_company k ON k.key = c.key LEFT JOIN bought b ON b.company = k.id
        """
    )
    con.execute(
        """
        CREATE TEMP VIEW full_lead AS
        SELECT l.*, w.won_at FROM in_lead l LEFT JOIN (
            SELECT x.lead, min(d.won_at) AS won_at FROM full_deal d JOIN (
                SELECT deal, lead FROM lead_of_deal UNION SELECT deal, key FROM in_lead WHERE deal IS NOT NULL
                UNION SELECT key, lead FROM in_deal WHERE lead IS NOT NULL) x ON x.deal = d.key
            GROUP BY x.lead) w ON w.lead = l.key
        """
    )
    _stage_visits(con)
    for fact in layout.ENCODED:
        if fact.name not in ("lead", "deal", "invoice", "activity", "company", "stage_visit"):
            con.execute(f"CREATE TEMP VIEW full_{fact.name} AS SELECT * FROM in_{fact.name}")


def _stage_visits(con: duckdb.DuckDBPyConnection) -> None:
    """One row for each stay of a deal in a stage.

    A deal without events has one inferred stay in its present stage, from creation to close.
    """
    con.execute(
        """
        CREATE TEMP TABLE full_stage_visit AS
        WITH told AS (
            SELECT e.key, e.deal, e.new AS stage, e.at AS entered_at,
                   lead(e.at) OVER (PARTITION BY e.deal ORDER BY e.at, e.key) AS next_at
            FROM in_deal_event e WHERE e.field = 'stage'),
        inferred AS (
            SELECT d.key || ':stage' AS key, d.key AS deal, d.stage, d.created_at AS entered_at, NULL AS next_at
            FROM full_deal d WHERE d.stage IS NOT NULL AND d.key NOT IN (SELECT deal FROM told)),
        visits AS (SELECT * FROM told UNION ALL SELECT * FROM inferred)
        SELECT v.key, v.deal, v.stage, d.company, d.owner, d.campaign, d.product, d.region, d.currency,
               coalesce(s.outcome, 'open') AS outcome, d.amount,
               CAST(d.amount * coalesce(s.probability, d.probability, 0) AS DECIMAL(18, 4)) AS weighted_amount,
               v.entered_at,
               coalesce(v.next_at, CASE WHEN d.closed_at >= v.entered_at THEN d.closed_at END) AS left_at
        FROM visits v JOIN full_deal d ON d.key = v.deal LEFT JOIN in_stage s ON s.key = v.stage
        """
    )
    con.execute(
        "CREATE TEMP TABLE key_stage_visit AS SELECT key, "
        "CAST(row_number() OVER (ORDER BY entered_at NULLS FIRST, key) AS INTEGER) AS id FROM full_stage_visit"
    )


def _rates(con: duckdb.DuckDBPyConnection, currency: str) -> None:
    """``rate`` (currency, day, rate): the workspace's own currency is 1 for ever."""
    con.execute(
        "CREATE TEMP TABLE rate AS SELECT currency, day, CAST(max(rate) AS DECIMAL(18, 8)) AS rate "
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
    con.register("stays", stays)
    con.execute("CREATE TEMP TABLE stay_of AS SELECT * FROM stays")
    con.unregister("stays")
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
    con.execute(
        f"""
        CREATE TABLE member AS
        SELECT CAST(row_number() OVER (ORDER BY person, team) - 1 AS INTEGER) AS id, person, team FROM (
            SELECT person, team FROM stay_of UNION SELECT id, 0 FROM key_person UNION SELECT 0, id FROM key_team
            UNION SELECT 0, 0 UNION {named})
        """
    )
    con.execute(
        "CREATE TABLE stay AS SELECT s.person, s.first_day, s.last_day, m.id AS member "
        "FROM stay_of s JOIN member m ON m.person = s.person AND m.team = s.team"
    )


def _regions(con: duckdb.DuckDBPyConnection) -> None:
    named = [f for f in layout.ENCODED if "region" in f.by_name]
    union = " UNION ".join(
        f"SELECT region AS name FROM full_{f.name} WHERE region IS NOT NULL" for f in named
    )
    con.execute(
        "CREATE TABLE region AS SELECT CAST(row_number() OVER (ORDER BY name) AS INTEGER) AS id, name AS key, name "
        f"FROM ({union})"
    )


def _date_columns(field: Field, timezone: str) -> list[str]:
    local = f'f."{field.name}"'
    if field.kind == "time":
        local = f"CAST(timezone('{timezone}', timezone('UTC', {local})) AS DATE)"
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


def _money_day(fact: Fact) -> str:
    known = ", ".join([*(f'"{date}"' for date in RATE_DATES.get(fact.name, ())), "current_date"])
    return f"CAST(coalesce({known}) AS DATE)"


def _encode_fact(con: duckdb.DuckDBPyConnection, fact: Fact, timezone: str) -> None:
    """``<fact>``: references as ids, days, members, region and money, one row for each record."""
    columns, joins = ["k.id AS id", "f.key AS key"], [f"JOIN key_{fact.name} k ON k.key = f.key"]
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
        columns += _converted(fact, money)
        joins.append(
            "LEFT JOIN home ON home.currency = coalesce(f.currency, home.currency) "
            "ASOF LEFT JOIN rate ON rate.currency = f.currency AND f.rate_day >= rate.day"
        )
    if "region" in fact.by_name:
        columns.append("f.region AS own_region")
    source = (
        f"(SELECT *, {_money_day(fact)} AS rate_day FROM full_{fact.name})" if money else f"full_{fact.name}"
    )
    only = " AND k.is_root" if fact.name == "company" else ""
    con.execute(
        f"CREATE TEMP TABLE based AS SELECT {', '.join(columns)} FROM {source} f {' '.join(joins)} WHERE true{only}"
    )
    if fact.name in layout.STUBBED:
        _add_stubs(con, fact)
    if money:
        _exclude_unconverted(con, fact, money)
    _place(con, fact)
    con.execute("DROP TABLE temp.based")


def _converted(fact: Fact, money: list[Field]) -> list[str]:
    return [
        *(
            f"CASE WHEN home.currency IS NOT NULL THEN f.{m.name} "
            f"ELSE CAST(round(f.{m.name} * rate.rate, 4) AS DECIMAL(18, 4)) END AS {m.name}"
            for m in money
        ),
        "home.currency IS NULL AND rate.rate IS NULL AND ("
        + " OR ".join(f"f.{m.name} IS NOT NULL" for m in money)
        + ") AS unconverted",
    ]


def _exclude_unconverted(con: duckdb.DuckDBPyConnection, fact: Fact, money: list[Field]) -> None:
    """A missing rate sets a record aside, visibly; an entity stays, without its amount."""
    con.execute(
        f"INSERT INTO excluded SELECT '{fact.name}', key, 'rate_missing', currency FROM based WHERE unconverted"
    )
    if fact.name in layout.STUBBED:
        sets = ", ".join(f"{m.name} = NULL" for m in money)
        con.execute(f"UPDATE based SET {sets} WHERE unconverted")
    else:
        con.execute("DELETE FROM based WHERE unconverted")
    con.execute("ALTER TABLE based DROP COLUMN unconverted")


def _add_stubs(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    """Entities that others refer to and no file described: their key is their name."""
    root = " AND k.is_root" if fact.name == "company" else ""
    con.execute(
        f"INSERT INTO based BY NAME SELECT k.id, k.key, k.key AS name FROM key_{fact.name} k "
        f"WHERE k.id NOT IN (SELECT id FROM based){root}"
    )
    for field in fact.fields:
        if field.kind == "ref":
            con.execute(f'UPDATE based SET "{field.name}" = 0 WHERE "{field.name}" IS NULL')


def _place(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    """Add member and region to ``based`` and write the final table, ordered by day."""
    columns, joins = ["f.*" + (" EXCLUDE (own_region)" if "region" in fact.by_name else "")], []
    person, team = layout.person_field(fact), layout.team_field(fact)
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
        own = ["f.own_region"] if "region" in fact.by_name else []
        if person and fact.name != "person":
            joins.append(
                f"LEFT JOIN key_person kp ON kp.id = {owner} LEFT JOIN in_person op ON op.key = kp.key"
            )
            own.append("op.region")
        if "company" in fact.by_name:
            joins.append(
                "LEFT JOIN key_company kc ON kc.id = f.company AND kc.is_root LEFT JOIN in_company oc ON oc.key = kc.key"
            )
            own.append("oc.region")
        region = f"coalesce({', '.join(own)})" if own else "NULL"
        joins.append(f"LEFT JOIN region r ON r.name = {region}")
        columns.append("coalesce(r.id, 0) AS region")
    con.execute(
        f"CREATE TABLE {fact.name} AS SELECT {', '.join(columns)} FROM based f {' '.join(joins)} ORDER BY f.id"
    )


def _share(con: duckdb.DuckDBPyConnection) -> None:
    """``deal_part``: one row for each person's share of a deal; shares of a deal add up to 1 exactly.

    Shares are scaled to their sum; what rounding leaves over goes to the largest share. A deal
    without shares is wholly its owner's. The table exists only where some deal is shared.
    """
    if con.execute("SELECT count(*) FROM in_deal_share").fetchone() == (0,):
        return
    fact = FACTS[layout.SHARED_FACT]
    money = [f.name for f in fact.fields if f.kind == "money"]
    splits = ", ".join(
        f"CAST(round({m} * share, {layout.SHARE_DIGITS}) AS DECIMAL(18, 4)) + CASE WHEN place = 1 THEN {m} - "
        f"sum(CAST(round({m} * share, {layout.SHARE_DIGITS}) AS DECIMAL(18, 4))) OVER (PARTITION BY id) ELSE 0 END "
        f"AS {layout.part(m)}"
        for m in money
    )
    con.execute(
        f"""
        CREATE TEMP TABLE shares AS
        WITH given AS (
            SELECT d.id AS deal, p.id AS person, sum(s.share) AS share
            FROM in_deal_share s JOIN key_deal d ON d.key = s.deal JOIN key_person p ON p.key = s.person
            WHERE s.share > 0 GROUP BY d.id, p.id),
        scaled AS (
            SELECT deal, person, row_number() OVER (PARTITION BY deal ORDER BY share DESC, person) AS place,
                   CAST(round(CAST(share AS DOUBLE) / sum(CAST(share AS DOUBLE)) OVER (PARTITION BY deal), {layout.SHARE_DIGITS})
                        AS DECIMAL(9, {layout.SHARE_DIGITS})) AS share
            FROM given)
        SELECT deal, person, place, share + CASE WHEN place = 1 THEN 1 - sum(share) OVER (PARTITION BY deal) ELSE 0 END AS share
        FROM scaled
        """
    )
    con.execute(
        f"CREATE TEMP TABLE based AS SELECT whole.*, {splits} FROM ("
        "SELECT d.* REPLACE (coalesce(s.person, d.owner) AS owner), coalesce(s.place, 1) AS place, "
        "CAST(coalesce(s.share, 1) AS DECIMAL(9, 4)) AS share FROM deal d LEFT JOIN shares s ON s.deal = d.id) whole"
    )
    moved = []
    joins = ["LEFT JOIN member fallback ON fallback.person = f.owner AND fallback.team = f.team"]
    for date in fact.dates:
        d = date.name
        joins.append(
            f"LEFT JOIN stay s_{d} ON s_{d}.person = f.owner "
            f"AND f.{layout.day(d)} BETWEEN s_{d}.first_day AND s_{d}.last_day"
        )
        moved.append(f"coalesce(s_{d}.member, fallback.id, lone.id, 0) AS {layout.member(d)}")
    joins.append("LEFT JOIN member lone ON lone.person = f.owner AND lone.team = 0")
    con.execute(
        f"CREATE TABLE {layout.SHARED} AS SELECT f.* EXCLUDE (place) REPLACE ({', '.join(moved)}) "
        f"FROM based f {' '.join(joins)} ORDER BY f.id, f.place"
    )
    con.execute("DROP TABLE temp.based")
