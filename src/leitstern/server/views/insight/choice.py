"""A guided selection of KPIs for a business goal, chosen from a list or said in words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leitstern.analyses.choice import choice as chosen_for
from leitstern.errors import Problem
from leitstern.insight.choice.choose import AIMS
from leitstern.kpis.definition import Definition
from leitstern.messages import message
from leitstern.server import frame, sheet, words
from leitstern.server.goal_names import choices
from leitstern.server.sight import Sight, sight

_LONGEST = 200


@require_safe
def choice(request: HttpRequest) -> HttpResponse:
    """Three to five KPIs with the reason for each; from each a goal can be written."""
    ask, language = sight(request), frame.language()
    said = " ".join(request.GET.get("for", "").split())[:_LONGEST]
    aims = [(aim.code, message(f"choice.{aim.code}", language)) for aim in AIMS]
    context: dict[str, Any] = {"title": _("Which KPIs?"), "aims": aims, "said": said}
    if said:
        try:
            found = chosen_for(ask.workspace, said)
        except Problem as problem:
            context["problem"] = problem.text(language)
        else:
            may_write = bool(choices(ask, ask.today()))
            context |= {
                "aim": message(f"choice.{found.aim}", language),
                "here": found.aim,
                "said": "" if said in dict(aims) else said,
                "rows": [_row(ask, one, language, may_write) for one in found.as_json()["chosen"]],
                "too_little": found.choice.verdict == "too_little" and message("choice.too_little", language),
                "command": f"leitstern -w DIR hygiene --for {found.aim}",
                "python": f'leitstern.analyses.choice.choice(ws, "{found.aim}")',
            }
    return render(request, "leitstern/insight/choice.html", context)


def _row(ask: Sight, one: dict[str, Any], language: str, may_write: bool) -> dict[str, Any]:
    definition: Definition = ask.catalogue.get(one["kpi"])
    role = "leading_one" if one["role"] == "leading" and one["steps"] == 1 else one["role"]
    of = words.text(ask.catalogue.get(one["of"]).name, language) if one["of"] else ""
    name = words.text(definition.name, language)
    return {
        "name": name,
        "href": reverse("kpi", args=[one["kpi"]]),
        "means": words.text(definition.means, language),
        "why": message(f"choice.{role}", language, of=of, steps=one["steps"]),
        "timing": sheet.timing(definition.timing),
        "level": sheet.level(definition.level),
        "goal": f"{reverse('goal_new')}?{urlencode({'kpi': one['kpi']})}" if may_write else "",
    }
