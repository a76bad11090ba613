"""What is planted in the demo data, as data: what, where, since when, and how it can be recognised.

The simulator takes its effects from here, and tests and later pieces look for them here. ``days_ago`` counts
back from the last simulated day; a story without it holds for the whole time. A company can also be simulated
without the stories (``clean``), to see what a detector raises where there is nothing to find.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

#: Team keys that stories name; ``leitstern.demo.people`` builds the teams.
TEAM_NORTH, TEAM_SOUTH, TEAM_WEST, TEAM_EAST = "T-NORD", "T-SUED", "T-WEST", "T-OST"
TEAM_AUSTRIA, TEAM_SWITZERLAND = "T-AT", "T-CH"
TEAM_INSIDE, TEAM_MARKETING, TEAM_SERVICE = "T-ID", "T-MKT", "T-SRV"

STAGE_QUOTE = "Angebot"
MASS_CAMPAIGN = "C-MASSE"


@dataclass(frozen=True, slots=True)
class Story:
    """One planted effect.

    ``where`` names facts, fields and subjects; ``effect`` the size as planted (factors, shares, counts).
    """

    name: str
    de: str
    en: str
    where: MappingProxyType[str, str]
    effect: MappingProxyType[str, float]
    days_ago: int | None = None
    kpis: tuple[str, ...] = field(default=())
    #: The effect in a company without the stories; empty where the story cannot be left out (dirt, demand).
    neutral: MappingProxyType[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def size(self, *, told: bool) -> MappingProxyType[str, float]:
        """The effect, as planted (``told``) or as in a company without the stories."""
        return self.effect if told else self.neutral

    def since(self, until: date) -> date | None:
        """The day the effect begins, if it does not hold for the whole time."""
        return None if self.days_ago is None else until - timedelta(days=self.days_ago)


#: The effects in a company without the stories, by story. The founded team is there from the beginning.
_NEUTRAL: dict[str, dict[str, float]] = {
    "bottleneck": {"stay_factor": 1.0, "loss_log_odds": 0.0},
    "vanity_metric": {"growth_factor": 1.0},
    "conflicting_teams": {"leads_factor": 1.0},
    "unrealistic_goal": {"times_best_year": 1.05},
    "stale_source": {"missing_days": 0.0},
    "level_shift": {"median_hours_before": 22.0, "median_hours_after": 22.0},
    "team_split": {"share_of_people": 0.4},
}


def _story(
    name: str, de: str, en: str, *, where: dict[str, str], effect: dict[str, float],
    days_ago: int | None = None, kpis: tuple[str, ...] = (),
) -> Story:  # fmt: skip
    neutral = MappingProxyType(_NEUTRAL.get(name, {}))
    return Story(name, de, en, MappingProxyType(where), MappingProxyType(effect), days_ago, kpis, neutral)


BOTTLENECK = _story(
    "bottleneck",
    "Im Team Vertrieb West bleiben Deals in der Phase Angebot dreimal so lange liegen; viele gehen verloren.",
    "In team Vertrieb West deals stay three times as long in the stage Angebot, and many are lost there.",
    where={"fact": "deal_event", "team": TEAM_WEST, "stage": STAGE_QUOTE},
    effect={"stay_factor": 3.0, "loss_log_odds": 1.3},
    days_ago=420,
    kpis=("time_in_stage", "win_rate", "sales_cycle"),
)

VANITY = _story(
    "vanity_metric",
    "Reichweite und neue Follower auf LinkedIn versechsfachen sich; Leads und Abschlüsse folgen nicht.",
    "Reach and new followers on LinkedIn rise sixfold; leads and deals do not follow.",
    where={"fact": "touchpoint", "channel": "LinkedIn", "kinds": "impression follower"},
    effect={"growth_factor": 6.0},
    days_ago=540,
    kpis=("campaign_reach", "followers"),
)

CONFLICT = _story(
    "conflicting_teams",
    "Das Marketing liefert seit der Whitepaper-Offensive fast doppelt so viele Leads; sie sind schlechter, "
    "und der Vertrieb gewinnt aus ihnen einen immer kleineren Teil.",
    "Since the white paper campaign marketing delivers almost twice as many leads; they are worse, and sales "
    "wins an ever smaller share of them.",
    where={
        "fact": "lead", "campaign": MASS_CAMPAIGN, "rises": TEAM_MARKETING,
        "falls": f"{TEAM_NORTH} {TEAM_SOUTH} {TEAM_WEST}",
    },
    effect={"leads_factor": 1.9, "sql_share": 0.12, "win_log_odds": -1.3},
    days_ago=365,
    kpis=("new_leads", "lead_to_customer_rate", "win_rate"),
)  # fmt: skip

UNREALISTIC_GOAL = _story(
    "unrealistic_goal",
    "Vertrieb Schweiz soll im nächsten Jahr das 2,5-Fache seines besten Jahres verkaufen.",
    "Vertrieb Schweiz is asked to sell 2.5 times its best year in the next year.",
    where={"fact": "deal", "team": TEAM_SWITZERLAND, "field": "amount", "period": "next year"},
    effect={"times_best_year": 2.5},
    kpis=("won_value",),
)

STALE_SOURCE = _story(
    "stale_source",
    "Der Export der Umfragen ist seit gut drei Wochen stehen geblieben.",
    "The survey export stopped a good three weeks ago.",
    where={"fact": "survey_response", "file": "Umfragen.csv"},
    effect={"missing_days": 24},
    days_ago=24,
    kpis=("nps", "csat"),
)

LEVEL_SHIFT = _story(
    "level_shift",
    "Seit die Leads verteilt werden, kommt die erste Antwort in weniger als der halben Zeit.",
    "Since lead routing was introduced, leads get their first response in less than half the time.",
    where={"fact": "lead", "from": "created_at", "to": "first_response_at"},
    effect={"median_hours_before": 22.0, "median_hours_after": 4.0},
    days_ago=210,
    kpis=("response_time",),
)

TEAM_SPLIT = _story(
    "team_split",
    "Vertrieb Ost wird gegründet: einige aus Vertrieb Nord wechseln, das Gebiet Ost wandert mit.",
    "Vertrieb Ost is founded: some of Vertrieb Nord move, and the region Ost moves with them.",
    where={"fact": "membership", "from": TEAM_NORTH, "to": TEAM_EAST},
    effect={"share_of_people": 0.4},
    days_ago=480,
)

LEADING = _story(
    "leading_indicator",
    "Die Nachfrage schwankt: neue Leads und Termine gehen den Abschlüssen um Wochen voraus.",
    "Demand moves: new leads and meetings run some weeks ahead of deals won.",
    where={"fact": "lead", "outcome": "deal"},
    effect={"weekly_autocorrelation": 0.7},
    kpis=("new_leads", "booked_meetings", "won_deals"),
)

DIRT = _story(
    "dirty_data",
    "Wie in jedem CRM: doppelte Firmen, fehlende Kunden, falsche Verweise, unlesbare Beträge.",
    "As in every CRM: duplicate companies, missing customers, broken references, unreadable amounts.",
    where={"fact": "company deal lead activity invoice"},
    effect={
        "duplicate_companies": 12, "deals_without_company": 25, "unknown_company": 8, "unknown_owner": 6,
        "closed_before_created": 9, "unreadable_amount": 8, "unknown_value": 9, "missing_date": 3,
        "impossible_date": 2, "trailing_spaces": 60,
    },
)  # fmt: skip

STORIES = (
    BOTTLENECK, VANITY, CONFLICT, UNREALISTIC_GOAL, STALE_SOURCE, LEVEL_SHIFT, TEAM_SPLIT, LEADING, DIRT,
)  # fmt: skip
