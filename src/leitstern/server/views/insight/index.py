"""All analyses on one page, each with its main sentence."""

from __future__ import annotations

from importlib import import_module

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leitstern.server import insight
from leitstern.server.sight import sight
from leitstern.server.views import errors


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The sentence each topic's ``headline`` says to this viewer; None: the topic is not for them."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    rows = []
    for topic in insight.TOPICS:
        module = import_module(f"{insight.__name__}.{topic}")
        if not hasattr(module, "headline"):
            continue  # a topic without a page of its own
        document = insight.document(ask, module.ANALYSIS.name)
        said = _("Is being analysed.") if document is None else module.headline(ask, document)
        if said is not None:
            rows.append({"title": module.title(), "href": reverse(f"insight_{topic}"), "said": said})
    return render(request, "leitstern/insight/index.html", {"title": _("Analysis"), "rows": rows})
