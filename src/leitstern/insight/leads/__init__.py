"""Leading, lagging or vanity: does a KPI move its outcome later; and which KPIs trade off in fact.

`leads` answers many claims at once, `lead` one pair of weekly series, `tradeoffs` looks for pairs where one
gets better as the other gets worse. `worlds` are simulated series of which the truth is known.
"""

from leitstern.insight.leads.findings import Chance, Claim, Finding, lead, leads
from leitstern.insight.leads.tradeoffs import TradeOff, tradeoffs

__all__ = ["Chance", "Claim", "Finding", "TradeOff", "lead", "leads", "tradeoffs"]
