"""The paper of a goal: what its page says, put together for `reports.agreement`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import override

from leitstern.goals.offers import IN_FORCE
from leitstern.periods.grains import Grain, period_of
from leitstern.reports.agreement import Agreement, Evidence, Language, label, pdf
from leitstern.server import audit
from leitstern.server.book.rights import seeing
from leitstern.server.goal_page import GoalPage

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.server.models import GoalRow


def agreement_of(viewer: Viewer, row: GoalRow, language: Language) -> bytes:
    """The agreement on a goal as PDF, as its reader may see it."""
    with override(language):
        return pdf(_agreement(GoalPage(seeing(viewer, "agreement"), row), language), language)


def _agreement(page: GoalPage, language: Language) -> Agreement:
    row = page.row
    frozen = page.frozen(protected=page.standing.reason == "protected")
    kpi = frozen or {
        "kpi": page.definition.name.model_dump()[language],
        "means": page.definition.means.model_dump()[language],
        "formula": page.definition.formula,
        "version": row.version,
    }
    goal = [
        (label("kpi", language), f"{kpi['kpi']} ({row.kpi}, {label('version', language)} {kpi['version']})"),
        (label("means", language), kpi["means"]),
        (label("formula", language), kpi["formula"]),
        *page.what(),
    ]
    steps = [page.shown_step(step) for step in row.steps.select_related("account").order_by("pk")]
    assert row.decided_at is not None  # a goal that is or was in force was decided
    if frozen and frozen["history"]:
        person = row.subject_id if row.subject_type == "person" else None
        audit.seen(page.ask.viewer, {person} if person else set(), row.kpi, "agreement")
    return Agreement(
        number=str(row.pk),
        kind="directive" if row.kind == "directive" else "agreed",
        company=str(page.ask.settings.name),
        offered_by=str(row.offered_by or ""),
        owner=str(row.owner or page.lines.line(row).subject),
        goal=goal,
        plan=_plan(page),
        steps=[
            (one.at, one.who, " ".join(part for part in (_said(one.what, one.levels), one.reason) if part))
            for one in steps
            if one.state in (*IN_FORCE, "offered", "countered", "declined")
        ],
        decided_at=row.decided_at,
        evidence=_evidence(frozen, language),
        replaced=row.state == "replaced",
    )


def _said(what: str, levels: str) -> str:
    return f"{what}: {levels}" if levels else what


def _plan(page: GoalPage) -> list[tuple[str, str]]:
    """The amount of each month, as it was frozen."""
    evidence = page.row.evidence or {}
    kept = evidence.get("plan", [])
    if evidence.get("season") == "own" and page.row.subject_type in ("person", "team", "region"):
        return []  # an early version drew such plans from months that may be protected
    if page.row.goal.direction == "between" or len({part["amount"] for part in kept}) <= 1:
        return []
    return [
        (
            page.calendar.period(period_of(date.fromisoformat(part["start"]), Grain.MONTH)),
            page.figures.exact(Decimal(part["amount"]), page.unit),
        )
        for part in kept
    ]


def _evidence(frozen: dict[str, object] | None, language: Language) -> Evidence | None:
    if frozen is None:
        return None
    rows = [(label("when", language), str(frozen["at"]))]
    generation = frozen["generation"]
    if isinstance(generation, dict):
        rows.append((label("generation", language), f"{_('Generation')} {generation['number']}"))
    letters = frozen["letters"]
    assert isinstance(letters, list)
    rows += [(f"{label('smart', language)}: {letter}", text) for letter, _state, text in letters]
    history = frozen["history"]
    assert isinstance(history, list)
    return Evidence(rows, history)
