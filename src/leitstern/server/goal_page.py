"""What a goal's page shows, made ready for one reader: answers first, then what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.goals import offers
from leitstern.server import book, frame, goal_forecast, goal_words, verdicts, words
from leitstern.server.book.acts import countered_levels, usual_due
from leitstern.server.book.rights import frozen_since, may_edit, why_not
from leitstern.server.book.splits import kinds
from leitstern.server.book.store import levels_from
from leitstern.server.curve import records_href
from leitstern.server.goal_chart import Drawn
from leitstern.server.goal_line import Lines, subject_name
from leitstern.server.tasks import due_text

if TYPE_CHECKING:
    from leitstern.goals.goal import Levels
    from leitstern.goals.pace import Standing
    from leitstern.goals.smart import Letter
    from leitstern.server.models import GoalRow, Step
    from leitstern.server.sight import Sight


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A letter of SMART: what it stands for, how it is, why, and one thing to click."""

    letter: str
    name: str
    state: str
    state_text: str
    text: str
    fix: str
    href: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step of the offer, as shown."""

    at: str
    who: str
    what: str
    levels: str
    reason: str
    state: str


class GoalPage:
    """One goal for one reader."""

    def __init__(self, ask: Sight, row: GoalRow) -> None:
        self.ask = ask
        self.row = row
        self.standing: Standing = book.standings(ask.viewer, [row], ask.surface)[row.pk]
        self.lines = Lines.of(ask, {row.pk: self.standing})
        self.definition = self.lines.definition(row)
        self.unit = self.definition.unit
        self.figures, self.calendar = self.lines.figures, self.lines.calendar
        self.name = self._name()

    def _name(self) -> str:
        kpi = words.text(self.definition.name, self.lines.language)
        if self.row.subject_type == "company":
            return kpi
        return _("%(kpi)s %(subject)s") % {"kpi": kpi, "subject": subject_name(self.ask, self.row.whom)}

    def context(self) -> dict[str, Any]:
        """Everything the template needs."""
        row = self.row
        title = goal_words.title(self.lines, row, self.standing, self.name)
        curve = book.curve(self.ask.viewer, row)
        known = book.evidence(self.ask.viewer, row)
        ahead = goal_forecast.fan(known.forecast, row.start) if curve.cumulative else []
        drawn = Drawn(curve, row, self.standing, title, self.sentence(), self.figures, self.calendar, ahead)
        return {
            "title": title,
            "row": row,
            "line": self.lines.line(row),
            "mark": self._mark(),
            "facts": self.facts(),
            "what": self.what(),
            "sentence": self.sentence(),
            "curve": curve,
            "drawings": drawn.drawings(),
            "table": drawn.table(),
            "unit_name": self.figures.unit_name(self.unit),
            "scaled": drawn.scaled,
            "events": [(self.calendar.short_day(e.day), e.text, e.author) for e in curve.events],
            "letters": [self._letter(letter) for letter in known.smart.letters],
            "forecast": None
            if known.protected
            else goal_forecast.shown(known.forecast, row, self.standing, self.lines),
            "fan": bool(ahead),
            "realism": None if known.protected else goal_words.realism_text(known.realism),
            "records": self._records(),
            "offer": self.offer(),
            "steps": [self.shown_step(one) for one in row.steps.select_related("account").order_by("pk")],
            "family": self.family(),
            "comments": [
                (self._moment(c.at), str(c.account), c.text, self.calendar.day(c.day) if c.day else "")
                for c in book.comments(row)
            ],
            "frozen": self.frozen(protected=known.protected),
            "may_review": bool(self._roles()),
        }

    def _mark(self) -> verdicts.Mark:
        return self.lines.line(self.row).mark

    def sentence(self) -> str:
        """The verdict in words, with what is needed from here."""
        if self.row.state not in offers.IN_FORCE:
            return _("This goal is not in force; the curve shows what it would ask for.")
        line = self.lines.line(self.row)
        parts = [line.mark.reason] if line.mark.reason else []
        if line.gap:
            parts.append(line.gap[0].upper() + line.gap[1:] + ".")
        if apart := goal_words.apart(self.standing, self.figures, self.unit):
            parts.append(apart)
        if line.needed:
            parts.append(_("Needed: %(amount)s %(of)s.") % {"amount": line.needed, "of": line.needed_of})
        return " ".join(parts)

    def facts(self) -> list[tuple[str, str, str]]:
        """The numbers beside the verdict: name, number, what it is compared with."""
        s, figures = self.standing, self.figures
        through = self.calendar.short_day(s.through)
        found = [
            (_("Actual"), figures.short(s.value, self.unit), ""),
            (_("Target"), self.lines.target(self.row, self.unit), ""),
        ]
        if s.ripe is None:
            found.append((_("Attainment"), figures.short(s.attainment, "percent"), ""))
        if s.ripe is None and s.through >= self.row.start and self.row.direction != "between":
            plan_to_date = _("Plan to %(day)s") % {"day": through}
            found.append((plan_to_date, figures.short(s.planned, self.unit), ""))
        if s.gap is not None:
            days = ""
            if s.gap_days:
                count = figures.plain(abs(s.gap_days), 1)
                ahead = (
                    _("%(days)s working days ahead") if s.gap_days > 0 else _("%(days)s working days behind")
                )
                days = ahead % {"days": count}
            found.append((_("Gap"), figures.difference(s.gap, self.unit), days))
        found += self._outlook()
        if s.needed_per_day is not None:
            line = self.lines.line(self.row)
            found.append((_("Needed"), line.needed, line.needed_of))
        return found

    def _outlook(self) -> list[tuple[str, str, str]]:
        """What is expected, and how far a cohort has ripened."""
        s, figures, found = self.standing, self.figures, []
        if s.outlook.expected is not None and s.outlook.chance is not None:
            chance = figures.chance(s.outlook.chance)
            expected = figures.short(s.outlook.expected, self.unit)
            found.append((_("Expected"), expected, _("chance %(chance)s") % {"chance": chance}))
        if s.ripe is not None:
            left = "" if s.ripe.open is None else figures.short(s.ripe.open, "percent")
            still = _("%(share)s still open") % {"share": left} if left else ""
            found.append((_("Ripe on"), self.calendar.day(s.ripe.on), still))
        return found

    def what(self) -> list[tuple[str, str]]:
        """What was agreed."""
        row = self.row
        found = [
            (_("For"), f"{goal_words.subject_word(row.subject_type)}: {subject_name(self.ask, row.whom)}"),
            (_("Period"), self._dates()),
            (_("Levels"), self.levels(row.goal.levels)),
            (_("Spread"), goal_words.spread_word(row.spread)),
            (_("Kind"), goal_words.kind_word(row.kind)),
            (_("Weight"), self.figures.plain(row.weight, 0 if row.weight == int(row.weight) else 2)),
            (_("Corridor"), self.figures.short(row.corridor, "percent")),
        ]
        if row.change is not None and row.against is not None:
            against = goal_words.against_word(row.against)
            if row.base is not None:
                against += f" ({self.figures.short(row.base, self.unit)})"
            change = self.figures.change(row.change)
            if not row.relative:
                change = self.figures.difference(row.change, self.unit, exact=True)
            found.insert(
                3, (_("Improvement"), _("%(change)s on the %(base)s") % {"change": change, "base": against})
            )
        if row.review_on:
            found.append((_("Review"), self.calendar.day(row.review_on)))
        if row.note:
            found.append((_("Note"), row.note))
        return found

    def _dates(self) -> str:
        start, end = self.calendar.day(self.row.start), self.calendar.day(self.row.end)
        return f"{self.lines.period(self.row)} ({start} – {end})" if self.row.period else f"{start} – {end}"

    def levels(self, levels: Levels) -> str:
        """Levels in one line: Minimum 30, target 40, stretch 50."""

        def show(value: Decimal | None) -> str:
            return self.figures.exact(value, self.unit)

        if levels.upper is not None:
            return _("%(low)s to %(high)s") % {"low": show(levels.target), "high": show(levels.upper)}
        target = f"{goal_words.direction_word(self.row.direction)} {show(levels.target)}"
        parts = [target]
        if levels.minimum is not None:
            parts.append(f"{_('minimum')} {show(levels.minimum)}")
        if levels.stretch is not None:
            parts.append(f"{_('stretch')} {show(levels.stretch)}")
        return ", ".join(parts)

    def _records(self) -> str | None:
        """Where the records behind the value are listed."""
        row = self.row
        if row.period is None or row.subject_type == "segment" or self.standing.value is None:
            return None
        return records_href(row.kpi, row.period, row.subject_type, row.subject_id)

    def offer(self) -> dict[str, Any]:
        """Where the offer stands, and what the reader can do."""
        row = self.row
        actions = book.actions(self.ask, row)
        proposed = countered_levels(row) if row.state == "countered" and row.countered else None
        return {
            "state": verdicts.state_mark(row.state),  # type: ignore[arg-type] # only states are stored
            "owner": str(row.owner) if row.owner else "",
            "offered_by": str(row.offered_by) if row.offered_by else "",
            "due": due_text(self.calendar, row.due_on, self.ask.today())
            if row.state in offers.WAITS_FOR
            else "",
            "actions": actions,
            "simple": [
                (one, goal_words.action_word(one))
                for one in actions
                if one in ("accept", "agree", "withdraw")
            ],
            "countered": self.levels(proposed) if proposed else "",
            "countered_reason": (row.countered or {}).get("reason", ""),
            "usual_due": usual_due(self.ask.today(), row.start).isoformat(),
            "due_warning": self._due_warning(),
            "may_edit": row.state == "draft" and may_edit(self.ask, row),
            "why_not": self._why_not(),
            "may_split": may_edit(self.ask, row)
            and bool(kinds(self.ask.whole, row.goal))
            and row.state in (*offers.IN_FORCE, "draft"),
            "may_replace": row.state in offers.IN_FORCE
            and may_edit(self.ask, row)
            and frozen_since(self.ask, row) is None,
            "agreement": row.state in offers.IN_FORCE or row.state == "replaced",
            "successor": row.replaced_by.order_by("-pk").first(),
            "target": self.figures.plain(
                row.target * (100 if self.unit == "percent" else 1), 1 if self.unit == "percent" else 0
            ),
        }

    def _why_not(self) -> str:
        """Who has to act where the reader, who may write such goals, cannot."""
        problem = why_not(self.ask, self.row)
        return problem.text(self.lines.language) if problem else ""

    def _due_warning(self) -> str:
        """Why an offer that could only be answered after the period began is late."""
        if self.row.state != "draft":
            return ""
        late = offers.due_problem(usual_due(self.ask.today(), self.row.start), self.row.start)
        return late.text(self.lines.language) if late else ""

    def _roles(self) -> tuple[str, ...]:
        from leitstern.server.book.rights import actors

        return actors(self.ask, self.row)

    def shown_step(self, step: Step) -> ShownStep:
        """A step in the reader's words."""
        levels = levels_from(step.levels) if step.levels else None
        action = "direct" if step.action == "offer" and step.state == "directed" else step.action
        return ShownStep(
            self._moment(step.at),
            str(step.account),
            goal_words.done_word(action),
            self.levels(levels) if levels else "",
            step.reason,
            step.state,
        )

    def _moment(self, at: datetime) -> str:
        from zoneinfo import ZoneInfo

        there = at.astimezone(ZoneInfo(self.ask.settings.timezone))
        return f"{self.calendar.day(there.date())}, {there:%H:%M}"

    def _letter(self, letter: Letter) -> ShownLetter:
        language = self.lines.language
        names = {
            "S": _("specific"),
            "M": _("measurable"),
            "A": _("accepted"),
            "R": _("realistic"),
            "T": _("time-bound"),
        }
        states = {"ok": _("in order"), "open": _("open"), "wrong": _("to be put right")}
        return ShownLetter(
            letter.letter,
            names[letter.letter],
            letter.state,
            states[letter.state],
            letter.text(language),
            letter.fix_text(language) or "",
            self._fix(letter.fix) if letter.fix else "",
        )

    def _fix(self, fix: str) -> str:
        """Where a letter is put right."""
        row = self.row
        if fix in ("connect_source", "refresh_data", "import_history"):
            return reverse("data")
        if fix == "define_kpi":
            return reverse("kpi", args=[row.kpi])
        if fix in ("set_owner", "set_subject", "set_dates", "set_due", "lower_target", "raise_target"):
            return self._change()
        successor = row.replaced_by.order_by("-pk").first()
        if fix == "open_successor" and successor is not None:
            return reverse("goal", args=[successor.pk])
        return "#review" if fix == "set_review" else "#offer"

    def _change(self) -> str:
        """Where the goal itself is changed: a draft in its form, one in force by a new offer."""
        if self.row.state == "draft":
            return reverse("goal_edit", args=[self.row.pk])
        may_change = may_edit(self.ask, self.row) and frozen_since(self.ask, self.row) is None
        if self.row.state in offers.IN_FORCE and may_change:
            return f"{reverse('goal_new')}?replaces={self.row.pk}"
        return "#offer"

    def family(self) -> dict[str, Any]:
        """The goal this one was split from, and its own parts with what is left open."""
        row, viewer = self.row, self.ask.viewer
        parent = book.get(viewer, row.parent_id) if row.parent_id else None
        shown = book.visible(viewer, parent=row.pk)
        standings = book.standings(viewer, list(shown), self.ask.surface)
        lines = Lines.of(self.ask, standings)
        gap = book.open_part(self.ask.whole, row)
        return {
            "parent": self.lines.line(parent) if parent else None,
            "children": [lines.line(child) for child in shown],
            "assigned": self.figures.short(gap.assigned, self.unit) if gap else "",
            "open": self.figures.short(gap.open, self.unit) if gap and gap.open else "",
            "over": self.figures.short(gap.over, self.unit) if gap and gap.over else "",
        }

    def frozen(self, *, protected: bool) -> dict[str, Any] | None:
        """What was known at the moment of the offer."""
        kept = self.row.evidence
        if not kept:
            return None
        language = frame.language()
        history = [] if protected else book.history_seen(self.ask, self.row)
        protected = protected or len(history) < len(kept["history"])
        return {
            "at": self._moment(datetime.fromisoformat(kept["at"])),
            "kpi": kept["kpi"]["name"][language],
            "means": kept["kpi"]["means"][language],
            "formula": kept["kpi"]["formula"],
            "version": kept["kpi"]["version"],
            "generation": kept["generation"],
            "history": [
                (self._period_name(str(one["period"])), self.figures.exact(_number(one["value"]), self.unit))
                for one in history[-12:]
            ],
            "letters": [
                (one["letter"], one["state"], one["text"][language])
                for one in kept["smart"]
                if not (protected and one["letter"] == "R")
            ],
        }

    def _period_name(self, label: str) -> str:
        from leitstern.periods.grains import parse

        if ".." in label:
            return label
        return self.calendar.period(parse(label, self.ask.settings.fiscal_year_start))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
