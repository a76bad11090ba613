"""Verdicts on goals in words, colour and shape, so that they read without colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from leitstern.goals.offers import State
    from leitstern.goals.pace import Reason, Standing, Verdict

#: Worst first: the order in which verdicts are counted and in which one's own goals stand.
ORDER: tuple[Verdict, ...] = (
    "missed", "exceeded_limit", "behind", "at_risk", "on_course", "reached", "too_early", "unknown",
    "not_begun",
)  # fmt: skip
#: Verdicts that ask for something to be done.
LAGGING: frozenset[Verdict] = frozenset({"exceeded_limit", "behind", "at_risk"})

_TONES: dict[Verdict, str] = {
    "reached": "good",
    "on_course": "good",
    "at_risk": "warn",
    "behind": "bad",
    "missed": "bad",
    "exceeded_limit": "bad",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict ready to be shown. ``shape`` names the drawing, ``reason`` a sentence if there is one."""

    text: str
    tone: str
    shape: str
    reason: str = ""
    count: int = 0


def text(verdict: Verdict) -> str:
    """The word for a verdict."""
    return {
        "not_begun": _("not begun"),
        "too_early": _("too early to tell"),
        "reached": _("reached"),
        "on_course": _("on course"),
        "at_risk": _("at risk"),
        "behind": _("behind plan"),
        "missed": _("missed"),
        "exceeded_limit": _("limit exceeded"),
        "unknown": _("cannot be told"),
    }[verdict]


def reason_word(reason: Reason | None) -> str:
    """Why there is no verdict, in the place of one; empty where that needs a sentence."""
    return {
        "source_late": _("source late"),
        "no_data": _("no data"),
        "no_base": _("nothing to divide by"),
        "no_source": _("no source"),
        "protected": _("protected"),
        "incomplete": _("waiting for data"),
        "ripening": _("still ripening"),
    }.get(reason or "", "")


def reason_text(reason: Reason | None) -> str:
    """Why there is no verdict."""
    return {
        "source_late": _("A source does not reach the end of the period yet."),
        "no_data": _("There are no records for this period."),
        "no_base": _(
            "There is nothing to divide by: the denominator is zero, or a growth has a base of zero or below."
        ),
        "no_source": _("Nothing has been imported for this KPI yet."),
        "not_begun": _("The period lies ahead."),
        "protected": _("The value is protected: it would tell about single persons."),
        "incomplete": _("The source has not reached the end of the period yet."),
        "ripening": _("What began in this period has not had its time yet."),
    }.get(reason or "", "")


def mark(verdict: Verdict, reason: Reason | None = None) -> Mark:
    """A verdict as a page shows it."""
    said = reason_word(reason) or text(verdict)
    return Mark(said, _TONES.get(verdict, "none"), verdict, reason_text(reason))


def mark_of(standing: Standing) -> Mark:
    """The verdict of a standing. Who is ahead of plan with a poor chance is not called behind plan."""
    found = mark(standing.verdict, standing.reason)
    if standing.verdict == "behind" and standing.split == "ahead":
        return replace(found, text=_("off course"))
    return found


def state_mark(state: State) -> Mark:
    """The state of an offer in the place of a verdict, for a goal that is not in force."""
    words = {
        "draft": _("draft"),
        "offered": _("offered, no answer yet"),
        "accepted": _("accepted"),
        "countered": _("countered"),
        "declined": _("declined"),
        "withdrawn": _("withdrawn"),
        "replaced": _("replaced"),
        "directed": _("in force as a directive"),
    }
    return Mark(words[state], "none", "waiting")


def counts(verdicts: Iterable[Verdict]) -> list[Mark]:
    """How often each verdict was given, worst first."""
    found = Counter(verdicts)
    return [
        Mark(text(verdict), _TONES.get(verdict, "none"), verdict, count=found[verdict])
        for verdict in ORDER
        if found[verdict]
    ]


def headline(verdicts: Iterable[Verdict]) -> str:
    """How many of the goals that can be judged hold: 2 of 3 goals on course. Empty without such goals."""
    judged = [v for v in verdicts if _TONES.get(v)]
    if not judged:
        return ""
    good = sum(_TONES[v] == "good" for v in judged)
    return ngettext(
        "%(good)s of %(all)s goal on course or reached",
        "%(good)s of %(all)s goals on course or reached",
        len(judged),
    ) % {"good": good, "all": len(judged)}
