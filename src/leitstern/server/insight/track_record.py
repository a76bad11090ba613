"""The track record: forecasts are published once a day for each goal, and scored when its period is over.

Until enough goals are over, forecasts made again for past months (with what was known then) stand in. A
family whose forecasts did worse than the plain pace is withdrawn: its goals show the pace's chance instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.translation import gettext as _

from leitstern import clock
from leitstern.access.viewer import OPERATOR
from leitstern.analyses.track_record import family_of, track_record
from leitstern.goals.offers import IN_FORCE
from leitstern.insight.record.scores import Past, score
from leitstern.server import insight
from leitstern.server.book.standings import counted_through
from leitstern.server.book.values import actual
from leitstern.server.insight import Analysis, Document
from leitstern.server.models import GoalRow, PublishedForecast
from leitstern.server.privacy import privacy
from leitstern.server.sight import Sight

if TYPE_CHECKING:
    from leitstern.server.insight import Tell
    from leitstern.server.reader import Reader

#: Replayed where no goal says what matters.
_USUAL = ("won_value", "won_deals", "new_leads", "win_rate")


def _inputs() -> str:
    """Goals in force, and the day: every day publishes."""
    newest = GoalRow.objects.filter(state__in=IN_FORCE).order_by("-changed_at").first()
    return f"{clock.now():%Y-%m-%d} {newest.changed_at.isoformat() if newest else ''}"


def _run(ask: Reader, tell: Tell) -> Document:
    publish(ask)
    settle(ask)
    kpis = list(
        GoalRow.objects.filter(state__in=IN_FORCE).order_by("kpi").values_list("kpi", flat=True).distinct()
    )
    known = [kpi for kpi in kpis or _USUAL if any(d.kpi == kpi for d in ask.catalogue)]
    replayed = track_record(ask.workspace, known, tell=lambda at, of: tell("track_record", at, of))
    families = {kpi: str(family_of(ask.workspace, kpi)) for kpi in known}
    published = _published(ask)
    return {
        "replayed": [one.as_json() for one in replayed],
        "published": published,
        "families": families,
        "withdrawn": withdrawn_by(published, [one.as_json() for one in replayed]),
    }


ANALYSIS = Analysis("track_record", _run, _inputs)


def withdrawn_by(published: Sequence[Mapping[str, Any]], replayed: Sequence[Mapping[str, Any]]) -> list[str]:
    """The families that do worse than the plain pace: by what was published, or made again where that is
    too little."""
    told = {one["family"]: one["verdict"] for one in replayed}
    told |= {one["family"]: one["verdict"] for one in published if one["verdict"] != "too_little"}
    return sorted(family for family, verdict in told.items() if verdict == "worse")


def withdrawn(ask: Reader, kpi: str) -> bool:
    """Whether forecasts of this KPI are withdrawn."""
    document = insight.document(ask, ANALYSIS.name)
    return document is not None and document["families"].get(kpi) in document["withdrawn"]


def publish(ask: Reader) -> int:
    """Keep today's forecasts of running goals; returns how many are new."""
    document = insight.document(ask, "forecasts")
    info = ask.generation()
    if document is None or info is None:
        return 0
    today = ask.today()
    rows = {
        row.pk: row for row in GoalRow.objects.filter(state__in=IN_FORCE, start__lte=today, end__gte=today)
    }
    new = [
        PublishedForecast(
            goal=rows[int(goal)],
            made_on=today,
            generation=info.number,
            elapsed=found["elapsed"],
            quantiles=found["quantiles"],
            chances=found["chances"],
            pace_point=found["pace_point"],
            pace_chances=found["pace_chances"],
            levels={"direction": rows[int(goal)].direction, **_levels(rows[int(goal)])},
            method=found["method"],
            n=found["n"],
        )
        for goal, found in document["goals"].items()
        if int(goal) in rows and found["verdict"] == "ok"
    ]
    before = PublishedForecast.objects.count()
    PublishedForecast.objects.bulk_create(new, ignore_conflicts=True)
    return PublishedForecast.objects.count() - before


def _levels(row: GoalRow) -> dict[str, float | None]:
    levels = asdict(row.goal.levels)
    return {name: None if value is None else float(value) for name, value in levels.items()}


def settle(ask: Reader) -> int:
    """Fill in how periods ended whose sources have reached their end; returns how many forecasts."""
    sight = Sight(ask, OPERATOR, privacy(), "track_record")
    open_ones = PublishedForecast.objects.filter(outcome__isnull=True, goal__end__lt=ask.today())
    settled = 0
    for row in GoalRow.objects.filter(pk__in=open_ones.values("goal")).order_by("pk"):
        found = actual(sight, row.goal)
        young = found.ripe is not None
        if found.value is not None and not young and counted_through(sight, row.goal, found) >= row.end:
            settled += open_ones.filter(goal=row).update(outcome=float(found.value), scored_at=clock.now())
    return settled


def _published(ask: Reader) -> list[dict[str, Any]]:
    """The scores of what was published and is over, by family."""
    by_family: dict[str, list[PublishedForecast]] = {}
    for one in PublishedForecast.objects.filter(outcome__isnull=False).select_related("goal").order_by("pk"):
        if one.pace_chances.get("target") is not None and one.chances.get("target") is not None:
            name = f"{one.goal.kpi}@{one.goal.version}"
            by_family.setdefault(str(family_of(ask.workspace, name)), []).append(one)
    return [
        {
            "family": family,
            "kpis": sorted({one.goal.kpi for one in rows}),
            **asdict(score(_past(rows))),
        }
        for family, rows in sorted(by_family.items())
    ]


def _past(rows: Sequence[PublishedForecast]) -> Past:
    """Published forecasts as arrays."""
    columns = [
        (
            one.chances["target"],
            one.pace_chances["target"],
            float(_hit(one)),
            one.quantiles["10"],
            one.quantiles["90"],
            one.outcome,
        )
        for one in rows
    ]
    return Past(np.array([one.goal_id for one in rows]), *np.array(columns, float).T)


def _hit(one: PublishedForecast) -> bool:
    levels = one.levels
    assert one.outcome is not None
    if levels["direction"] == "at_most":
        return bool(one.outcome <= levels["target"])
    upper = levels.get("upper")
    return bool(one.outcome >= levels["target"] and (upper is None or one.outcome <= upper))


def title() -> str:
    """What the page is called."""
    return _("Track record")


def headline(ask: Sight, document: Document) -> str:
    """How far chances can be trusted, in a sentence."""
    del ask
    scored = [one for one in document["replayed"] if one["verdict"] != "too_little"]
    if not scored:
        return _("There is not enough history yet to say how often forecasts come true.")
    if document["withdrawn"]:
        return _("Some forecasts did worse than the plain pace and are withdrawn.")
    better = [one for one in scored if one["verdict"] == "better"]
    return _("Forecasts did better than the plain pace for %(better)s of %(all)s kinds of KPIs.") % {
        "better": len(better),
        "all": len(scored),
    }
