"""Sources that bring files by themselves: their folders, their addresses, and what came of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from leitstern.errors import Problem
from leitstern.server import frame
from leitstern.server.imports import files, result, sources
from leitstern.server.models import Source
from leitstern.server.reader import reader
from leitstern.server.views.administration import actor, moment, needs

#: Runs of a source that the page lists.
RUNS = 10


class SourceForm(forms.Form):
    """A new source."""

    name = forms.CharField(label=gettext_lazy("What comes from there"), max_length=100)
    at_hour = forms.IntegerField(
        label=gettext_lazy("Take files once a day, from this hour on"),
        required=False,
        min_value=0,
        max_value=23,
        help_text=gettext_lazy("Empty: as soon as they have come."),
    )
    every_days = forms.IntegerField(
        label=gettext_lazy("Tell me when nothing came for more than so many days"),
        required=False,
        min_value=1,
        max_value=400,
        help_text=gettext_lazy("Empty: do not tell me."),
    )


@needs("import")
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """All sources with their last runs; make one, give it an address, stop it."""
    form, key = SourceForm(request.POST if request.POST.get("action") == "make" else None), ""
    if request.method == "POST":
        action = request.POST.get("action")
        if action == "make" and form.is_valid():
            try:
                sources.make(actor(request), **form.cleaned_data)
            except Problem as problem:
                form.add_error("name", problem.text(frame.language()))
            else:
                return redirect("data_sources")
        elif action in ("address", "stop"):
            source = get_object_or_404(Source, pk=request.POST.get("source", ""), stopped_at=None)
            if action == "address":
                key = sources.new_address(actor(request), source)
            else:
                sources.stop(actor(request), source)
                messages.success(request, _("The source is stopped."))
                return redirect("data_sources")
        elif action != "make":
            raise Http404
    context = {
        "title": _("Files that come by themselves"),
        "form": form,
        "sources": [_source(one) for one in Source.objects.order_by("stopped_at", "name")],
        "address": request.build_absolute_uri(reverse("deliver", args=[key, "deals.csv"])) if key else "",
    }
    return render(request, "leitstern/sources.html", context)


def _source(one: Source) -> dict[str, Any]:
    since = sources.silent_since(one, reader().today())
    return {
        "id": one.pk,
        "name": one.name,
        "folder": f"inbox/{one.folder}",
        "owner": str(one.owner),
        "address": one.start,
        "at_hour": one.at_hour,
        "every_days": one.every_days,
        "silent": frame.calendar().day(since) if since else "",
        "stopped": moment(one.stopped_at) if one.stopped_at else "",
        "runs": [result.line(run) for run in one.imports.order_by("-pk")[:RUNS]],
    }


@csrf_exempt
@require_http_methods(["PUT", "POST"])
def deliver(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Take a file that a program sends to the address of a source; the worker does the rest."""
    source = sources.of_address(key)
    if source is None:
        return JsonResponse({"problem": _("This address takes no files.")}, status=404)
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > files.MOST_BYTES:
        problem = Problem("leitstern.upload_too_big", file=name, most=files.MOST_BYTES // 1024**2)
        return JsonResponse({"problem": problem.text(frame.language())}, status=413)
    try:
        size = sources.put(source, name, request)
    except Problem as problem:
        status = 507 if problem.code == "leitstern.disk_full" else 422
        return JsonResponse({"problem": problem.text(frame.language())}, status=status)
    return JsonResponse({"received": size}, status=202)
