"""Writing a goal: from a typed sentence or in fields, as a draft that is offered later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.goals.goal import DIRECTIONS
from leitstern.server import book, frame, goal_words, words
from leitstern.server.book.rights import may_edit
from leitstern.server.book.store import About
from leitstern.server.goal_form import GoalForm, usual_periods
from leitstern.server.goal_names import choices
from leitstern.server.goal_sentence import answers_of, links, read_sentence
from leitstern.server.models import Account
from leitstern.server.sight import Sight, sight, viewer_of
from leitstern.server.views import errors
from leitstern.server.views.goal import found

if TYPE_CHECKING:
    from leitstern.server.figures import Figures
    from leitstern.server.models import GoalRow

_LONGEST = 400


def new(request: HttpRequest) -> HttpResponse:
    """A new goal, or one that is to replace another (``?replaces=17``)."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    groups = choices(ask, ask.today())
    if not groups:
        raise Http404(_("You write no goals. Whoever leads your team offers you goals."))
    older = _older(request)
    if request.method == "POST":
        form = GoalForm.sent(request.POST)
        if row := _created(request, ask, form, older):
            messages.success(request, _("The draft is kept. Offer it when it is ready."))
            return HttpResponseRedirect(reverse("goal", args=[row.pk]))
        return _page(request, ask, form, {"groups": groups, "older": older})
    said = request.GET.get("say", "").strip()[:_LONGEST]
    more: dict[str, Any] = {"groups": groups, "older": older, "said": said}
    if older is not None:
        unit = ask.catalogue.get(older.kpi, older.version).unit
        return _page(request, ask, GoalForm.of_row(older, unit, frame.figures()), more)
    if said:
        answers = answers_of(ask, request.GET)
        reading = read_sentence(ask, said, frame.language(), answers)
        unit = ask.catalogue.get(reading.kpi, reading.version).unit if reading.kpi else None
        more |= {
            "missing": [
                (one.letter, one.text(frame.language()), links(ask, one, said, answers, frame.language()))
                for one in reading.missing
            ],
            "assumed": [one.text(frame.language()) for one in reading.assumed],
        }
        form = GoalForm.of_reading(reading, unit, frame.figures())
        if open_base := form.open_base(ask, frame.language()):
            more["missing"].append(("M", open_base, []))
        return _page(request, ask, form, more)
    form = GoalForm.empty()
    named = request.GET.get("kpi", "")
    if named in ask.catalogue:
        good = ask.catalogue.get(named).good
        form.values |= {"kpi": named, "direction": "at_most" if good == "down" else "at_least"}
    return _page(request, ask, form, more)


def edit(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - part of the address
    """Change a draft."""
    ask = sight(request)
    row = found(request, id)
    if row.state != "draft" or not may_edit(ask, row):
        return HttpResponseRedirect(reverse("goal", args=[row.pk]))
    more = {"groups": choices(ask, ask.today()), "row": row}
    if request.method != "POST":
        unit = ask.catalogue.get(row.kpi, row.version).unit
        return _page(request, ask, GoalForm.of_row(row, unit, frame.figures()), more)
    form = GoalForm.sent(request.POST)
    goal, about = form.goal(ask, frame.language()), form.about()
    if goal is not None and about is not None:
        kept = About(about.owner, about.due_on, about.review_on, about.note, row.parent_id, row.replaces_id)
        try:
            book.update(ask.viewer, row, goal, kept)
        except Problem as problem:
            form.problems[""] = problem.text(frame.language())
        else:
            messages.success(request, _("The draft is changed."))
            return HttpResponseRedirect(reverse("goal", args=[row.pk]))
    return _page(request, ask, form, more)


def _older(request: HttpRequest) -> GoalRow | None:
    """The goal that the new one is to replace."""
    named = request.POST.get("replaces") or request.GET.get("replaces") or ""
    return found(request, int(named)) if named.isdecimal() else None


def _created(request: HttpRequest, ask: Sight, form: GoalForm, older: GoalRow | None) -> GoalRow | None:
    goal, about = form.goal(ask, frame.language()), form.about()
    if goal is None or about is None:
        return None
    if older is not None:
        about = About(
            about.owner, about.due_on, about.review_on, about.note, older.parent_id, older.pk
        )  # fmt: skip
    try:
        return book.create(viewer_of(request), goal, about)
    except Problem as problem:
        form.problems[""] = problem.text(frame.language())
        return None


def _againsts(form: GoalForm, unit: str, figures: Figures) -> list[tuple[str, str]]:
    """What a change can be counted from; what is offered instead of an incomplete period with its value."""
    keys = dict.fromkeys(("previous_year", "previous_period", *(b.against for b in form.bases), form.against))
    values = {str(one.against): figures.short(one.value, unit) for one in form.bases}
    periods = {str(one.against): one.period for one in form.bases if one.period}
    shown = {key: " ".join(filter(None, (periods.get(key), values[key]))) for key in values}
    return [
        (key, goal_words.against_word(key) + (f" ({shown[key]})" if key in shown else "")) for key in keys
    ]


def _points(unit: str, name: str) -> str:
    """What a change in the KPI's own unit is counted in."""
    if unit == "percent":
        return _("percentage points")
    if unit == "score":
        return _("points")
    return name or _("the KPI's unit (points, euros, days)")


def _page(request: HttpRequest, ask: Sight, form: GoalForm, more: dict[str, Any]) -> HttpResponse:
    language, figures = frame.language(), frame.figures()
    known = sorted(
        ((words.text(d.name, language), d.kpi) for d in ask.catalogue), key=lambda p: p[0].casefold()
    )
    unit = ask.catalogue.get(form.values["kpi"]).unit if form.values["kpi"] in ask.catalogue else ""
    title = _("New goal")
    if "row" in more:
        title = _("Edit the draft")
    elif more.get("older") is not None:
        title = _("Offer a change of a goal")
    context = {
        "title": title,
        "form": form,
        "values": form.values,
        "problems": form.problems,
        "kpis": known,
        "unit_name": figures.unit_name(unit) if unit else "",
        "points": _points(unit, figures.unit_name(unit) if unit else ""),
        "periods": usual_periods(ask.today(), ask.settings.fiscal_year_start),
        "directions": [(one, goal_words.direction_word(one)) for one in DIRECTIONS],
        "bases": form.bases,
        "againsts": _againsts(form, unit, figures),
        "spreads": [(one, goal_words.spread_word(one)) for one in ("working_days", "season", "by_hand")],
        "kinds": [(one, goal_words.kind_word(one)) for one in ("agreed", "directive")],
        "accounts": [
            (str(a.pk), str(a)) for a in Account.objects.filter(is_active=True).order_by("name", "email")
        ],
        **more,
    }
    status = 400 if form.problems else 200
    return render(request, "leitstern/goal_new.html", context, status=status)
