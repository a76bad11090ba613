"""Facts and fields that follow from other facts, and blanks that other facts can fill.

Everything is SQL over the temporary views ``in_<fact>`` and tables ``key_<fact>`` of ``prepare``;
results are ``full_<fact>``. Companies are compared by their resolved ids, never by their keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.engine import layout
from leitstern.engine.amounts import product

if TYPE_CHECKING:
    import duckdb

#: Leads of deals, whichever side names the other.
LEAD_OF_DEAL = """
    CREATE TEMP TABLE lead_of_deal AS
    SELECT named.deal, min(l.key) AS lead, min(l.created_at) AS created_at, min(l.campaign) AS campaign
    FROM (SELECT key AS deal, lead FROM in_deal WHERE lead IS NOT NULL
          UNION SELECT deal, key AS lead FROM in_lead WHERE deal IS NOT NULL) named
    JOIN in_lead l ON l.key = named.lead
    GROUP BY named.deal
"""

#: When each company first bought: its first won deal or invoice.
BOUGHT = """
    CREATE TEMP TABLE bought AS
    SELECT company, min("at") AS "at" FROM (
        SELECT k.id AS company, d.closed_at AS "at"
        FROM in_deal d JOIN key_company k ON k.key = d.company WHERE d.status = 'won'
        UNION ALL
        SELECT k.id, i.at FROM in_invoice i JOIN key_company k ON k.key = i.company
        WHERE i.kind IS DISTINCT FROM 'credit_note')
    WHERE "at" IS NOT NULL GROUP BY company
"""

DEAL = """
    CREATE TEMP TABLE full_deal AS
    WITH won AS (
        SELECT d.key, k.id AS company, d.closed_at
        FROM in_deal d JOIN key_company k ON k.key = d.company
        WHERE d.status = 'won' AND d.closed_at IS NOT NULL),
    first_won AS (SELECT arg_min(key, (closed_at, key)) AS key FROM won GROUP BY company),
    touched AS (
        SELECT k.id AS company, a.at FROM in_activity a JOIN key_company k ON k.key = a.company),
    after_win AS (
        SELECT won.key, t.at FROM won ASOF JOIN touched t ON t.company = won.company AND won.closed_at < t.at)
    SELECT d.* EXCLUDE (lead, campaign, first_contact_at),
           coalesce(d.lead, l.lead) AS lead,
           coalesce(d.campaign, l.campaign) AS campaign,
           coalesce(d.first_contact_at, least(l.created_at, d.created_at)) AS first_contact_at,
           CASE WHEN d.status = 'won' THEN d.closed_at END AS won_at,
           f.key IS NOT NULL AS is_first,
           w.at AS first_contact_after_win_at,
           {weighted} AS weighted_amount
    FROM in_deal d
    LEFT JOIN in_stage s ON s.key = d.stage
    LEFT JOIN lead_of_deal l ON l.deal = d.key
    LEFT JOIN first_won f ON f.key = d.key
    LEFT JOIN after_win w ON w.key = d.key
"""

LEAD = """
    CREATE TEMP VIEW full_lead AS
    SELECT l.*, w.won_at FROM in_lead l LEFT JOIN (
        SELECT named.lead, min(d.won_at) AS won_at
        FROM (SELECT key AS deal, lead FROM in_deal WHERE lead IS NOT NULL
              UNION SELECT deal, key FROM in_lead WHERE deal IS NOT NULL) named
        JOIN full_deal d ON d.key = named.deal
        GROUP BY named.lead) w ON w.lead = l.key
"""

INVOICE = """
    CREATE TEMP VIEW full_invoice AS
    WITH known AS (
        SELECT i.*, k.id AS buyer, i.kind IS DISTINCT FROM 'credit_note' AS bills
        FROM in_invoice i LEFT JOIN key_company k ON k.key = i.company)
    SELECT * EXCLUDE (buyer, bills),
           buyer IS NOT NULL AND bills
           AND row_number() OVER (PARTITION BY buyer, bills ORDER BY known.at, key) > 1 AS is_repeat,
           buyer IS NOT NULL AND bills AND product IS NOT NULL
           AND row_number() OVER (PARTITION BY buyer, product, bills ORDER BY known.at, key) = 1
           AS is_new_product
    FROM known
"""

ACTIVITY = """
    CREATE TEMP VIEW full_activity AS
    SELECT a.*, coalesce(a.at > b.at, false) AS after_win
    FROM in_activity a
    LEFT JOIN key_company k ON k.key = a.company
    LEFT JOIN bought b ON b.company = k.id
"""

COMPANY = """
    CREATE TEMP VIEW full_company AS
    SELECT c.* EXCLUDE (customer_since), coalesce(
               c.customer_since, CAST(timezone('{timezone}', timezone('UTC', b.at)) AS DATE)
           ) AS customer_since
    FROM in_company c
    LEFT JOIN key_company k ON k.key = c.key
    LEFT JOIN bought b ON b.company = k.id
"""

#: One row for each stay of a deal in a stage. A deal without events has one inferred stay in its
#: present stage, from creation to close.
STAGE_VISIT = """
    CREATE TEMP TABLE full_stage_visit AS
    WITH told AS (
        SELECT e.key, e.deal, r.key AS stage, e.at AS entered_at,
               lead(e.at) OVER (PARTITION BY e.deal ORDER BY e.at, e.key) AS next_at
        FROM in_deal_event e LEFT JOIN event_reference r ON r.field = e.field AND r.text = e.new
        WHERE e.field = 'stage'),
    inferred AS (
        SELECT d.key || ':stage' AS key, d.key AS deal, d.stage, d.created_at AS entered_at, NULL AS next_at
        FROM full_deal d
        WHERE d.stage IS NOT NULL AND NOT EXISTS (SELECT 1 FROM told WHERE told.deal = d.key)),
    visits AS (SELECT * FROM told UNION ALL SELECT * FROM inferred)
    SELECT v.key, v.deal, v.stage, d.company, d.owner, d.campaign, d.product, d.region, d.currency,
           coalesce(s.outcome, 'open') AS outcome, d.status, d.amount,
           {weighted} AS weighted_amount,
           v.entered_at,
           coalesce(v.next_at, CASE WHEN d.closed_at >= v.entered_at THEN d.closed_at END) AS left_at
    FROM visits v JOIN full_deal d ON d.key = v.deal LEFT JOIN in_stage s ON s.key = v.stage
"""

#: In an order in which each finds what it reads.
STEPS = (LEAD_OF_DEAL, BOUGHT, DEAL, LEAD, INVOICE, ACTIVITY, COMPANY, STAGE_VISIT)
FILLED = ("deal", "lead", "invoice", "activity", "company", "stage_visit")


def derive(con: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Make ``full_<fact>`` for every encoded fact; moments become days in ``timezone``."""
    weighted = product("d.amount", "coalesce(s.probability, d.probability, 0)")
    for statement in STEPS:
        con.execute(statement.format(timezone=timezone, weighted=weighted))
    for fact in layout.ENCODED:
        if fact.name not in FILLED:
            con.execute(f"CREATE TEMP VIEW full_{fact.name} AS SELECT * FROM in_{fact.name}")
