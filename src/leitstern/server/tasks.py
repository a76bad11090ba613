"""What somebody has to do next: answers that wait, drafts, dates that lack, numbers to take note of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.goals.offers import IN_FORCE, REMIND_BEFORE
from leitstern.server import closings, words
from leitstern.server.goal_line import Lines, subject_name
from leitstern.server.imports.sources import silent_since
from leitstern.server.models import GoalRow, Source
from leitstern.server.when import Calendar

if TYPE_CHECKING:
    from leitstern.server.models import Account
    from leitstern.server.sight import Sight

#: A review that lies this far ahead is announced.
_REVIEW_SOON = timedelta(days=7)
#: Single answers shown; the page of offers has them all.
MOST = 8


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: what, where, why now. ``kind`` names the drawing, ``due`` is a day in words."""

    kind: str
    text: str
    href: str
    about: str = ""
    due: str = ""
    urgent: bool = False


def tasks(lines: Lines, account: Account, today: date) -> list[Task]:
    """Everything that waits for an account, most urgent first."""
    found = [
        *_answers(lines, account, today),
        *_closing(lines.sight),
        *_sources(lines, account, today),
        *_reviews(lines, account, today),
        *_drafts(account),
        *_without_review(account, today),
    ]
    return sorted(found, key=lambda task: not task.urgent)


def _answers(lines: Lines, account: Account, today: date) -> Iterator[Task]:
    """Offers to answer, counters to decide, and refusals to take up, the earliest due first."""
    mine = Q(state="offered", owner=account) | Q(state__in=("countered", "declined"), offered_by=account)
    rows = list(GoalRow.objects.filter(mine).order_by("due_on", "start", "pk")[: MOST + 1])
    texts = {
        "offered": _("Answer the offer: %(goal)s"),
        "countered": _("Decide on the counter-offer: %(goal)s"),
        "declined": _("Declined, offer anew or withdraw: %(goal)s"),
    }
    for row in rows[:MOST]:
        soon = row.state != "declined" and row.due_on is not None and row.due_on <= today + REMIND_BEFORE
        yield Task(
            kind=row.state,
            text=texts[row.state] % {"goal": _goal(lines, row)},
            href=reverse("goal", args=[row.pk]),
            about=f"{subject_name(lines.sight, row.whom)} · {lines.period(row)}",
            due=due_text(lines.calendar, row.due_on, today) if row.state != "declined" else "",
            urgent=soon,
        )
    if len(rows) > MOST:
        yield Task("offered", _("More offers wait for an answer"), reverse("offers"))


def due_text(calendar: Calendar, due: date | None, today: date) -> str:
    """Until when an answer is due: by 30 Nov (in 3 days), overdue since 18 Nov."""
    if due is None:
        return ""
    day, days = calendar.short_day(due), (due - today).days
    if days < 0:
        return _("overdue since %(day)s") % {"day": day}
    if days == 0:
        return _("due today")
    return ngettext(
        "due by %(day)s (in %(days)s day)", "due by %(day)s (in %(days)s days)", days
    ) % {"day": day, "days": days}  # fmt: skip


def _reviews(lines: Lines, account: Account, today: date) -> Iterator[Task]:
    """Reviews that are due or come soon."""
    rows = (
        _concerning(account, today)
        .filter(review_on__lte=today + _REVIEW_SOON, review_on__gte=today - _REVIEW_SOON)
        .order_by("review_on", "pk")[:MOST]
    )
    for row in rows:
        yield Task(
            kind="review",
            text=_("Review: %(goal)s") % {"goal": _goal(lines, row)},
            href=reverse("goal", args=[row.pk]),
            about=f"{subject_name(lines.sight, row.whom)} · {lines.period(row)}",
            due=lines.calendar.day(row.review_on) if row.review_on else "",
        )


def _drafts(account: Account) -> Iterator[Task]:
    count = GoalRow.objects.filter(state="draft", created_by=account).count()
    if count:
        text = ngettext("%(count)s draft waits to be offered", "%(count)s drafts wait to be offered", count)
        yield Task("draft", text % {"count": count}, reverse("goals"))


def _without_review(account: Account, today: date) -> Iterator[Task]:
    rows = _concerning(account, today).filter(review_on=None)
    count = rows.count()
    if not count:
        return
    first = rows.order_by("start", "pk").first()
    text = ngettext("%(count)s goal has no review date", "%(count)s goals have no review date", count)
    about = _("Without one, nobody looks before it is too late.")
    href = reverse("goal", args=[first.pk]) if first else reverse("goals")
    yield Task("review", text % {"count": count}, href, about)


def _closing(ask: Sight) -> Iterator[Task]:
    """Restatements nobody took note of, for whoever closes periods."""
    if not ask.policy.may(ask.viewer, "close") or not ask.workspace.closed():
        return
    new = sum(row.acknowledged is None for row in closings.restatements(ask))
    if new:
        text = ngettext(
            "%(count)s closed number would be another one today",
            "%(count)s closed numbers would be others today",
            new,
        )
        yield Task("closing", text % {"count": new}, reverse("closing"), _("Take note of what was restated."))


def _sources(lines: Lines, account: Account, today: date) -> Iterator[Task]:
    """Sources of files one owns that are silent, and what they brought that waits for an answer or failed."""
    for source in Source.objects.filter(owner=account, stopped_at=None).order_by("name"):
        since = silent_since(source, today)
        if since is not None:
            text = _("Nothing came from the source %(name)s") % {"name": source.name}
            due = _("since %(day)s") % {"day": lines.calendar.day(since)}
            yield Task("source", text, reverse("data_sources"), due=due, urgent=True)
        for one in source.imports.filter(state="ready").order_by("pk")[:MOST]:
            text = _("Files of the source %(name)s wait for you") % {"name": source.name}
            about = ", ".join(file.name for file in one.files.order_by("pk"))
            yield Task("source", text, reverse("data_import_of", args=[one.pk]), about, urgent=True)


def _concerning(account: Account, today: date) -> QuerySet[GoalRow]:
    """Goals in force now that somebody owns or offered."""
    return GoalRow.objects.filter(
        Q(owner=account) | Q(offered_by=account), state__in=IN_FORCE, start__lte=today, end__gte=today
    )


def _goal(lines: Lines, row: GoalRow) -> str:
    definition = lines.definition(row)
    return f"{words.text(definition.name, lines.language)} {lines.target(row, definition.unit)}"
