"""What deals were: the changes that events tell, as typed values of each day.

An event holds texts, whatever the field. Amounts, shares and days are read as a column of them would be
(``sources.columns``); owners and stages are looked up by key, or by a name that only one of them has. An
event that cannot be read counts for nothing and goes to ``excluded``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.engine import asides
from leitstern.facts.model import FACTS
from leitstern.sources.columns import decide
from leitstern.sources.typed import to_kind

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

#: Fields of a deal that events tell about, and the fact that some of them point at.
FIELDS = ("amount", "currency", "owner", "stage", "probability", "status", "expected_close_at")
POINTING = {"owner": "person", "stage": "stage"}

#: Keys of the owners and stages that events name: by key, by the name of one alone, or the text itself.
REFERENCES = """
    CREATE TEMP TABLE event_reference AS
    WITH texts AS (
        SELECT DISTINCT e.field, t.text
        FROM in_deal_event e JOIN in_deal d ON d.key = e.deal, LATERAL (VALUES (e.old), (e.new)) t(text)
        WHERE e.field IN ('owner', 'stage') AND t.text IS NOT NULL),
    known AS (SELECT 'owner' AS field, key FROM in_person UNION ALL SELECT 'stage', key FROM in_stage),
    said AS (
        SELECT 'owner' AS field, key, name FROM in_person UNION SELECT 'owner', key, email FROM in_person
        UNION SELECT 'stage', key, name FROM in_stage),
    named AS (
        SELECT field, lower(name) AS name, min(key) AS key FROM said WHERE name IS NOT NULL
        GROUP BY field, lower(name) HAVING count(DISTINCT key) = 1)
    SELECT t.field, t.text, coalesce(known.key, named.key, t.text) AS key
    FROM texts t
    LEFT JOIN known ON known.field = t.field AND known.key = t.text
    LEFT JOIN named ON named.field = t.field AND named.name = lower(t.text)
"""

#: From which day on a field had which value. Day 0 is before the first change; after the last one (``last``)
#: the deal's own field counts.
WAS = """
    CREATE TEMP TABLE was_{field} AS
    WITH change AS (
        SELECT deal, {day} AS day, "at", key, old.value AS old, new.value AS new
        FROM event
        LEFT JOIN read_{field} old ON old.text = event.old
        LEFT JOIN read_{field} new ON new.text = event.new
        WHERE field = '{field}' AND NOT coalesce(old.bad, false) AND NOT coalesce(new.bad, false))
    SELECT deal, 0 AS day, first(old ORDER BY "at", key) AS value, false AS last FROM change GROUP BY deal
    UNION ALL
    SELECT deal, day, last(new ORDER BY "at", key), day = max(day) OVER (PARTITION BY deal)
    FROM change GROUP BY deal, day
"""

UNREADABLE = """
    SELECT e.key, '{field}' AS field, min(r.text) AS detail
    FROM event e JOIN read_{field} r ON r.bad AND (r.text = e.old OR r.text = e.new)
    WHERE e.field = '{field}' GROUP BY e.key
"""


def look_up(con: duckdb.DuckDBPyConnection) -> None:
    """Write ``event_reference`` (field, text, key) of the owners and stages that events name."""
    con.execute(REFERENCES)


def read(con: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Write ``was_<field>`` (deal, day, value, last) of every field; what it points at has its ids."""
    con.execute(
        "CREATE TEMP VIEW event AS SELECT k.id AS deal, e.at, e.key, e.field, e.old, e.new "
        "FROM in_deal_event e JOIN key_deal k ON k.key = e.deal"
    )
    local = f"CAST(timezone('{timezone}', timezone('UTC', \"at\")) AS DATE)"
    day = f"CAST({local} - DATE '0001-01-01' + 1 AS INTEGER)"
    for field in FIELDS:
        _read(con, field)
        asides.note(con, "deal_event", "event_unreadable", UNREADABLE.format(field=field))
        con.execute(WAS.format(field=field, day=day))


def _read(con: duckdb.DuckDBPyConnection, field: str) -> None:
    """``read_<field>`` (text, value, bad): what each text of the field's events means."""
    if field in POINTING:
        con.execute(
            f"CREATE TEMP TABLE read_{field} AS SELECT r.text, k.id AS value, false AS bad "
            f"FROM event_reference r JOIN key_{POINTING[field]} k ON k.key = r.key WHERE r.field = '{field}'"
        )
        return
    texts = con.execute(
        "SELECT DISTINCT t.text FROM event e, LATERAL (VALUES (e.old), (e.new)) t(text) "
        "WHERE e.field = ? AND t.text IS NOT NULL ORDER BY 1",
        [field],
    ).fetchall()
    con.register("meant", _meant(con, field, [text for (text,) in texts]))
    percent = "CASE WHEN value > 1 THEN value / 100 ELSE value END"  # 60 and 0.6 are the same chance
    value = f"CAST({percent} AS DECIMAL(18, 6)) AS value" if field == "probability" else "value"
    con.execute(f"CREATE TEMP TABLE read_{field} AS SELECT text, {value}, bad FROM meant")
    con.unregister("meant")


def _meant(con: duckdb.DuckDBPyConnection, field: str, listed: list[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    model, texts = FACTS["deal"].by_name[field], pa.array(listed, pa.string())
    if model.kind in ("choice", "text"):
        words = pc.utf8_lower(texts) if model.choices else pc.utf8_upper(texts)
        bad = pc.invert(pc.is_in(words, pa.array(model.choices))) if model.choices else pc.is_null(texts)
        return pa.table({"text": texts, "value": words, "bad": bad})
    reading = decide(texts, name=field, kind=model.kind)
    if reading.is_question:  # the one under which more of the texts are values that deals have
        known = {value for (value,) in con.execute(f"SELECT DISTINCT {field} FROM in_deal").fetchall()}
        reading = max(
            reading.choices,
            key=lambda one: len(known.intersection(to_kind(texts, model.kind, one).values.to_pylist())),
        )
    typed = to_kind(texts, model.kind, reading)
    unread = set(typed.bad.rows.to_pylist())
    bads = [n in unread for n in range(len(texts))]
    return pa.table({"text": texts, "value": typed.values, "bad": bads})
