"""Alerts on real changes only, and the process-behaviour chart.

`watch` says what changed in one KPI, day by day as it could have been said then; `behaviour` draws the
natural limits of a series; `budget` shares the alarms one can bear among the KPIs that are watched.
"""

from leitstern.insight.signals.behaviour import Behaviour, behaviour
from leitstern.insight.signals.budget import budget
from leitstern.insight.signals.watch import Signal, Watch, amounts, counts, weekly

__all__ = ["Behaviour", "Signal", "Watch", "amounts", "behaviour", "budget", "counts", "weekly"]
