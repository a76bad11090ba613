"""The first days of a workspace: which step comes next, and what is already done."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from leitstern.server.first_steps import Step, for_whom, steps
from leitstern.server.sight import sight


@require_safe
def first_steps(request: HttpRequest) -> HttpResponse:
    """Six steps with their state, for whoever can take them."""
    ask = sight(request)
    if not for_whom(ask.viewer):
        raise Http404
    found = steps(ask)
    following = next((step for step in found if not step.done), None)
    context = {"title": _title(found), "steps": found, "following": following}
    return render(request, "leitstern/first_steps.html", context)


def _title(found: list[Step]) -> str:
    """The page's answer in one sentence."""
    ahead = [step for step in found if not step.done]
    if not ahead:
        return _("All six steps are done")
    if len(ahead) == len(found):
        return _("From your data to the first goal in six steps")
    minutes = sum(step.minutes for step in ahead)
    said = ngettext(
        "%(count)s step to go, about %(minutes)s minutes",
        "%(count)s steps to go, about %(minutes)s minutes",
        len(ahead),
    )
    return said % {"count": len(ahead), "minutes": minutes}
