"""Mappings: which there are, what each says, who changed it when; edit one, or go back to an older one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from leitstern.errors import Problem
from leitstern.facts import mapping as mappings_of
from leitstern.server import frame, words
from leitstern.server.imports import mappings
from leitstern.server.models import MappingVersion
from leitstern.server.reader import reader
from leitstern.server.views.administration import actor, moment, needs

#: The longest text that is taken for a mapping.
_LONGEST = 200_000


@needs("import")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All mappings with the files and records they are for."""
    found = mappings.note(reader())
    count = len(found)
    title = ngettext("%(count)s mapping", "%(count)s mappings", count) % {"count": count}
    rows = [{"name": name, **_about(version), **_when(version)} for name, version in found.items()]
    return render(request, "leitstern/mappings.html", {"title": title, "rows": rows})


def _about(version: MappingVersion) -> dict[str, str]:
    """The files a mapping is for and the records they bring; else what is wrong with it."""
    try:
        known = mappings_of.parse(version.text or "", version.name)
    except Problem as problem:
        return {"problem": problem.text(frame.language())}
    facts = dict.fromkeys(words.fact_name(table.fact, frame.language()) for table in known.table)
    places = dict.fromkeys(mappings_of.place(table.file, table.sheet) for table in known.table)
    return {"facts": ", ".join(facts), "files": ", ".join(places)}


def _when(version: MappingVersion) -> dict[str, str]:
    who = str(version.created_by) if version.created_by else _("outside of the pages")
    return {"who": who, "when": moment(version.created_at)}


@needs("import")
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, name: str) -> HttpResponse:
    """One mapping as text to be changed, with its versions."""
    newest = mappings.note(reader()).get(name)
    versions = mappings.history(name)
    if not versions:
        raise Http404
    text, problem, status = (newest.text if newest else "") or "", "", 200
    if request.method == "POST":
        try:
            changed = _changed(request, versions)
            mappings.save(reader(), actor(request), name, changed)
        except Problem as wrong:
            text, problem, status = request.POST.get("text", ""), wrong.text(frame.language()), 422
        else:
            said = _("The mapping is removed.") if changed is None else _("The mapping is saved.")
            messages.success(request, f"{said} {_('It holds from the next import on.')}")
            return redirect("data_mappings" if changed is None else request.path)
    context: dict[str, Any] = {
        "title": _("Mapping %(name)s") % {"name": name},
        "text": text,
        "problem": problem,
        "there": newest is not None,
        "versions": [
            {"id": v.pk, "text": v.text, "here": newest is not None and v.pk == newest.pk, **_when(v)}
            for v in versions
        ],
    }
    return render(request, "leitstern/mapping.html", context, status=status)


def _changed(request: HttpRequest, versions: list[MappingVersion]) -> str | None:
    """The text that is to be the mapping from now on; None to remove it."""
    action = request.POST.get("action", "")
    if action == "remove":
        return None
    if action == "take":
        found = [v for v in versions if str(v.pk) == request.POST.get("version")]
        if not found:
            raise Http404
        return found[0].text
    if action != "save":
        raise Http404
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if len(text) > _LONGEST:
        raise Problem("leitstern.mapping_too_long", most=_LONGEST)
    return text
