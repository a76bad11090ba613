"""Changing the privacy rules takes two: one proposes with a reason, another one approves or rejects."""

from __future__ import annotations

from django.db import transaction

from leitstern import clock
from leitstern.access.modes import Privacy
from leitstern.errors import Problem
from leitstern.server import audit
from leitstern.server.account_changes import APPROVE
from leitstern.server.models import Account, PrivacyChange, PrivacySetting, Purpose
from leitstern.server.privacy import privacy


def propose(actor: Account, rules: Privacy, reason: str) -> PrivacyChange:
    """Propose rules. Raises ``Problem`` without a reason, or where nothing would change or one is open."""
    if not reason.strip():
        raise Problem("leitstern.privacy_reason_missing")
    if rules == privacy():
        raise Problem("leitstern.privacy_unchanged")
    with transaction.atomic():
        if PrivacyChange.objects.filter(approved=None).exists():
            raise Problem("leitstern.privacy_open")
        change = PrivacyChange.objects.create(
            mode=rules.mode,
            floor=rules.floor,
            dominance=rules.dominance,
            rankings=rules.rankings,
            reason=reason.strip(),
            proposed_by=actor,
            proposed_at=clock.now(),
        )
        audit.note(
            actor, "privacy.proposed", f"privacy:{change.pk}", _said(privacy()), _said(rules_of(change))
        )
        return change


def decide(actor: Account, change: PrivacyChange, approved: bool) -> None:
    """Approve or reject a proposal of somebody else; an approved one holds at once.

    Whoever proposed it may take it back, which is a rejection. Raises ``Problem`` for one's own approval
    and where it was decided meanwhile.
    """
    if approved and (change.proposed_by_id == actor.pk or not APPROVE & set(actor.roles)):
        raise Problem("leitstern.privacy_own")
    with transaction.atomic():
        before = privacy()
        open_ = PrivacyChange.objects.filter(pk=change.pk, approved=None)
        if not open_.update(approved=approved, decided_by=actor, decided_at=clock.now()):
            raise Problem("leitstern.privacy_decided")
        if approved:
            setting = PrivacySetting.objects.order_by("pk").last() or PrivacySetting()
            setting.mode, setting.floor = change.mode, change.floor
            setting.dominance, setting.rankings = change.dominance, change.rankings
            setting.changed_at = clock.now()
            setting.save()
        action = "privacy.approved" if approved else "privacy.rejected"
        audit.note(actor, action, f"privacy:{change.pk}", _said(before), _said(privacy()))


def state_purpose(actor: Account, kpi: str, text: str, months: int) -> None:
    """Write down what a KPI's values about persons are used for, and for how many months back."""
    before = Purpose.objects.filter(kpi=kpi).first()
    said = {"text": before.text, "months": before.months} if before else None
    values = {"text": text.strip(), "months": months, "changed_by": actor, "changed_at": clock.now()}
    Purpose.objects.update_or_create(kpi=kpi, defaults=values)
    audit.note(actor, "purpose.stated", f"kpi:{kpi}", said, {"text": text.strip(), "months": months})


def rules_of(change: PrivacyChange) -> Privacy:
    """The rules that a change proposes."""
    return Privacy(change.mode, change.floor, change.dominance, change.rankings)  # type: ignore[arg-type]


def _said(rules: Privacy) -> dict[str, object]:
    return {
        "mode": rules.mode,
        "floor": rules.floor,
        "dominance": str(rules.dominance),
        "rankings": rules.rankings,
    }
