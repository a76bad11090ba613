"""Hygiene and conflicts: the job, and what of it a viewer may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from leitstern import clock
from leitstern.analyses.conflicts import conflicts
from leitstern.analyses.hygiene import Looks, hygiene
from leitstern.analyses.leads import tradeoffs
from leitstern.insight.hygiene.notes import GoalNote
from leitstern.server import book, frame, looks, words
from leitstern.server.book.names import name_of
from leitstern.server.insight import Analysis, Document
from leitstern.server.insight.hygiene_words import Words
from leitstern.server.models import Account, GoalRow

if TYPE_CHECKING:
    from leitstern.server.insight import Tell
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

#: States in which a goal is meant.
MEANT = ("offered", "countered", "accepted", "directed")


def _run(ask: Reader, tell: Tell) -> Document:
    goals = notes(GoalRow.objects.filter(state__in=MEANT))
    tell("hygiene", 0, 3)
    found = hygiene(ask.workspace, goals, Looks(looks.last(), looks.since()))
    tell("conflicts", 1, 3)
    against = conflicts(ask.workspace, [goal for goal in goals if goal.open_on(ask.as_of())])
    tell("tradeoffs", 2, 3)
    both = tradeoffs(ask.workspace, found.used)
    return {"hygiene": found.as_json(), "conflicts": against.as_json(), "tradeoffs": both.as_json()}


def _inputs() -> str:
    """Goals, and the day: with it, KPIs become unseen."""
    about = GoalRow.objects.aggregate(count=Count("pk"), last=Max("changed_at"))
    return f"{about['count']} {about['last']} {clock.now().date()}"


ANALYSIS = Analysis("hygiene", _run, _inputs)


def notes(rows: Iterable[GoalRow]) -> list[GoalNote]:
    """Goals as the guards know them."""
    return [
        GoalNote(
            str(row.pk),
            row.kpi,
            None if row.owner_id is None else str(row.owner_id),
            row.subject_type if row.subject_id is None else f"{row.subject_type}:{row.subject_id}",
            row.start,
            row.end,
            row.direction,  # type: ignore[arg-type]
            float(row.target),
            row.review_on,
        )
        for row in rows
    ]


def title() -> str:
    """What the page is called."""
    return _("KPI hygiene")


def headline(ask: Sight, document: Document) -> str:
    """How many points there are, and how many goals work against each other."""
    seen, said = shown(ask, document), said_by(ask)
    counts, whole = seen["hygiene"]["counts"], seen["hygiene"]
    code = "sum" if counts["high"] or counts["medium"] else "fine"
    values = {**counts, "used": len(whole["used"]), "goals": whole["goals"]}
    against = [one for one in seen["conflicts"]["conflicts"] if one["goals"]]
    if not against:
        return f"{said(f'hygiene.{code}', **values)} {said('conflicts.fine')}"
    collided = sum(1 for one in against if one["evidence"] and one["evidence"]["verdict"] == "collided")
    of_pairs = "sum" if len(against) > 1 else "sum_one_collided" if collided else "sum_one"
    pairs = said(f"conflicts.{of_pairs}", both=len(against), collided=collided)
    return f"{said(f'hygiene.{code}', **values)} {pairs}"


def said_by(ask: Sight) -> Words:
    """Words for the page's language, with the names of people and subjects."""
    owners = {str(one.pk): str(one) for one in Account.objects.all()}
    catalogue, language = ask.catalogue, frame.language()

    def whom(key: str) -> str:
        from leitstern.goals.goal import Whom

        kind, _colon, name = key.partition(":")
        return name_of(ask.whole, Whom(kind, name)) or name

    return Words(
        language,
        frame.figures(),
        lambda name: words.text(catalogue.get(name).name, language) if name in catalogue else name,
        lambda name: str(catalogue.get(name).unit) if name in catalogue else "ratio",
        lambda key: owners.get(key, key),
        whom,
        frame.calendar().day,
    )


def shown(ask: Sight, document: Document) -> dict[str, Any]:
    """What a viewer may see: findings on goals that exist for them, and on people all of whose goals do."""
    from leitstern.server.views.insight.common import company_shown

    mine = set(book.visible(ask.viewer).filter(state__in=MEANT).values_list("pk", flat=True))
    visible = {str(key) for key in mine}
    owned: dict[str, set[str]] = defaultdict(set)
    rows = GoalRow.objects.filter(state__in=MEANT).exclude(owner=None).values_list("owner_id", "pk")
    for owner, key in rows:
        owned[str(owner)].add(str(key))
    known = {owner for owner, keys in owned.items() if keys <= visible}
    findings = [kept for one in document["hygiene"]["findings"] if (kept := _kept(one, visible, known))]
    counts = Counter(one["severity"] for one in findings)
    pairs = [_pair(one, visible) for one in document["conflicts"]["conflicts"]]
    for one in pairs:
        if one["evidence"] is not None and not company_shown(ask, one["second"]):
            one["evidence"] = None
    both = document["tradeoffs"]
    told = [
        one for one in both["found"] if all(company_shown(ask, one[name]) for name in ("first", "second"))
    ]
    counted = {severity: counts[severity] for severity in ("high", "medium", "low")}
    return {
        "hygiene": {**document["hygiene"], "findings": findings, "counts": counted},
        "conflicts": {**document["conflicts"], "conflicts": pairs},
        "tradeoffs": {**both, "found": told},
    }


def _kept(one: dict[str, Any], visible: set[str], known: set[str]) -> dict[str, Any] | None:
    if one["goal"] is not None:
        return one if one["goal"] in visible else None
    if not one["owners"]:
        return one
    owners = [owner for owner in one["owners"] if owner in known]
    return {**one, "owners": owners} if owners else None


def _pair(one: dict[str, Any], visible: set[str]) -> dict[str, Any]:
    """A pair of goals is one to a viewer for whom both exist."""
    goals = [pair for pair in one["goals"] if set(pair) <= visible]
    if goals or not one["goals"]:
        return {**one, "goals": goals}
    return {**one, "goals": [], "standing": "no_goal", "evidence": None}
