"""The questions everybody is asked, and the shape of an answer.

An answer to a level is one table: ``month`` (its first day, in local time), ``subject`` (the key of the
team or person; null for the company, and for records that belong to nobody), and one column per KPI.
What each KPI means is said by its definition under ``kpis/``; this list only adds how to compare.
"""

from __future__ import annotations

LEVELS = ("company", "team", "person")

#: KPIs for which no record means 0. For the others it means no value.
ADDITIVE = (
    "bench_calls",
    "bench_emails_sent",
    "bench_meetings_held",
    "bench_call_minutes",
    "bench_companies_contacted",
    "bench_deals_created",
    "bench_pipeline_created",
    "bench_won_deals",
    "bench_won_value",
    "bench_proposals",
    "bench_new_leads",
    "bench_sql",
)
RATIOS = (
    "bench_no_show_rate",
    "bench_meeting_minutes",
    "bench_win_rate",
    "bench_deal_value",
    "bench_sales_cycle",
    "bench_lead_conversion",
    "bench_cost_per_lead",
    "bench_nps",
)
KPIS = (*ADDITIVE, *RATIOS)

#: Asked separately: the same measures over the last 28 days, and since the beginning.
SHAPES = (
    "bench_calls_28_days",
    "bench_won_value_28_days",
    "bench_won_value_so_far",
    "bench_won_deals_so_far",
)

#: Kinds of activity in which people meet.
MEETINGS = "('meeting', 'visit', 'demo')"
#: Days within which a lead must convert.
CONVERSION_DAYS = 90
