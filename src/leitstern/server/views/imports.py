"""Importing files: receive them, show what was read and proposed, take answers, and start the worker."""

from __future__ import annotations

import json
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leitstern.access.policy import OF_PEOPLE
from leitstern.errors import Problem
from leitstern.server import frame
from leitstern.server.assets import asset
from leitstern.server.imports import answered, aside, files, result, run, shown
from leitstern.server.middleware import CONTENT_SECURITY_POLICY
from leitstern.server.models import Import, ImportFile
from leitstern.server.reader import reader
from leitstern.server.sight import sight
from leitstern.server.views.administration import actor, may, needs
from leitstern.sources.formats.pick import ENDINGS

if TYPE_CHECKING:
    from leitstern.facts.receipts import Receipt
    from leitstern.sources.files import Landed

#: Imports that the page lists.
LISTED = 30
#: States in which the worker has the import.
_BUSY = ("queued", "running")


@needs("import")
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Where files are dropped, and the imports so far; without the script the form brings the files."""
    if request.method == "POST":
        given = request.FILES.getlist("files")
        try:
            named = [files.Announced(file.name or "", file.size or 0) for file in given]
            made = files.begin(actor(request), named, frame.language())
            for file, sent in zip(made.files.order_by("pk"), given, strict=True):
                files.receive(file, 0, sent)
        except Problem as problem:
            messages.error(request, problem.text(frame.language()))
            return redirect("data_import")
        _queue(made, "read")
        return redirect("data_import_of", made.pk)
    context = {
        "title": _("Import files"),
        "imports": [result.line(one) for one in Import.objects.order_by("-pk")[:LISTED]],
        "most": files.MOST_BYTES // 1024**2,
        "accept": ",".join(ENDINGS),
    }
    return _with_script(request, "leitstern/import.html", context)


@needs("import")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A new import of files with the names and sizes that the script sends; what it goes on with."""
    try:
        named = [
            files.Announced(str(one["name"]), int(one["size"]), str(one.get("changed", ""))[:20])
            for one in json.loads(request.body)
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"problem": _("The list of files cannot be read.")}, status=400)
    try:
        made = files.broken_off(actor(request), named) or files.begin(actor(request), named, frame.language())
    except Problem as problem:
        return JsonResponse({"problem": problem.text(frame.language())}, status=422)
    return JsonResponse(
        {
            "address": reverse("data_import_of", args=[made.pk]),
            "files": [
                {
                    "address": reverse("data_import_piece", args=[made.pk, file.pk]),
                    "received": files.received(file),
                }
                for file in made.files.order_by("pk")
            ],
        }
    )


@needs("import")
@require_POST
def piece(request: HttpRequest, id: int, file: int) -> HttpResponse:  # noqa: A002 - part of the address
    """The next piece of a file. 409 where it does not go on from what is there, which the answer says."""
    one = ImportFile.objects.filter(pk=file, of=id, of__created_by=actor(request)).first()
    given = request.GET.get("from", "")
    if one is None or not given.isdecimal():
        raise Http404
    before = int(given)
    try:
        there = files.receive(one, before, request)
    except Problem as problem:
        status = 409 if problem.code == "leitstern.busy" else 422
        said = {"problem": problem.text(frame.language()), "received": files.received(one)}
        return JsonResponse(said, status=status)
    sent = int(request.headers.get("Content-Length") or 0)
    return JsonResponse({"received": there}, status=200 if there == before + sent else 409)


@needs("import")
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - part of the address
    """One import: how far it is, what was read, what is asked, and what became of it."""
    found = _found(id)
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("action", ""))
        if act is None:
            raise Http404
        return act(request, found) or redirect("data_import_of", found.pk)
    context: dict[str, Any] = {
        "title": result.title(found),
        "one": result.line(found),
        "busy": found.state in _BUSY,
        "people_refused": result.people_refused(),
        "problem": result.problem(found),
        "aside": aside.shown(run.receipt_of(found).aside, may(request, "import_people")),
        "undoable": found.state == "done" and found.batch is not None,
        "again": found.files.exclude(sha256="").exists(),
    }
    if found.state == "ready":
        context |= _ready(request, found)
    elif found.state == "done":
        context |= result.done(sight(request), found)
    return _with_script(request, "leitstern/import_of.html", context)


def _ready(request: HttpRequest, found: Import) -> dict[str, Any]:
    """What the page of an import shows that was read and tried."""
    receipt = run.receipt_of(found)
    landed, problem = _landed(found)
    tables = shown.tables(found, receipt, landed, may(request, "import_people"))
    open_ = [t for t in tables if not t.left and (t.questions or t.missing or not t.fact)]
    return {
        "problem": problem or result.problem(found),
        "tables": tables,
        "notes": receipt.notes,
        "unreadable": list(found.files.exclude(problem="")),
        "account": result.account(receipt),
        "open": len(open_),
        "refused": any(table.refused and not table.left for table in tables),
        "may_take": bool(receipt.tables) and not open_ and not found.problem,
    }


def _landed(found: Import) -> tuple[list[Landed], str]:
    try:
        return run.tables_of(reader(), found), ""
    except Problem as problem:
        return [], problem.text(frame.language())


@needs("import")
@require_GET
def set_aside(request: HttpRequest, id: int) -> FileResponse:  # noqa: A002 - part of the address
    """The rows of an import that were set aside, as a workbook."""
    found = _found(id)
    if found.state != "done" or found.batch is None:
        raise Http404
    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    aside.write(reader(), found, target, may(request, "import_people"))
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=_("set-aside-%(id)s.xlsx") % {"id": found.pk})


@needs("import")
@require_GET
def state(_request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - part of the address
    """How far an import is, for the script of its page."""
    found = _found(id)
    line = result.line(found)
    return JsonResponse({"state": f"{found.state}:{found.task}", "step": line.step, "percent": line.percent})


def _found(id: int) -> Import:  # noqa: A002 - part of the address
    one = Import.objects.filter(pk=id).first()
    if one is None:
        raise Http404
    return one


def _queue(one: Import, task: str) -> None:
    one.state, one.task, one.attempts, one.cancel, one.problem = "queued", task, 0, False, None
    one.save()


def _read(request: HttpRequest, one: Import) -> HttpResponse | None:
    """All files have come: read them."""
    lacking = [file.name for file in one.files.all() if files.received(file) < file.size]
    if one.state == "receiving" and not lacking:
        _queue(one, "read")
    elif lacking:
        said = ngettext("%(files)s has not come whole.", "%(files)s have not come whole.", len(lacking))
        messages.error(request, said % {"files": ", ".join(lacking)})
    return None


def _check(request: HttpRequest, one: Import) -> HttpResponse | None:
    """Keep what was answered and changed, and try the import with it."""
    if one.state == "ready":
        _save(request, one)
        _queue(one, "try")
    return None


def _save(request: HttpRequest, one: Import) -> bool:
    """Keep what was answered and changed; whether that was anything."""
    receipt, (landed, _problem) = run.receipt_of(one), _landed(one)
    before = (one.answers, one.corrections)
    form = request.POST.dict()
    kept = answered.answers(form, receipt, one.answers) | answered.readings(form, receipt, landed)
    changed = answered.corrections(form, receipt, landed, run.corrections_of(one))
    one.answers = kept
    one.corrections = {where: c.model_dump(mode="json") for where, c in changed.items()}
    return (one.answers, one.corrections) != before


def _take(request: HttpRequest, one: Import) -> HttpResponse | None:
    """Import; with something changed since it was tried, try it first and show what would become of it."""
    if one.state != "ready":
        return None
    if _save(request, one):
        messages.info(request, _("You changed something: here is what would become of the rows now."))
        _queue(one, "try")
    elif _people(run.receipt_of(one)) and not may(request, "import_people"):
        messages.error(request, result.people_refused())
    else:
        _queue(one, "take")
    return None


def _people(receipt: Receipt) -> bool:
    return any(table.fact in OF_PEOPLE for table in receipt.tables)


def _cancel(_request: HttpRequest, one: Import) -> HttpResponse | None:
    """End what is waiting or running; what was not taken stays to be looked at."""
    if one.state == "queued":
        one.state = "ready" if one.receipt and not one.kind else "dropped"
        one.save(update_fields=["state"])
    elif one.state == "running":
        one.cancel = True
        one.save(update_fields=["cancel"])
    return None


def _drop(_request: HttpRequest, one: Import) -> HttpResponse | None:
    """Put an import away that was not taken."""
    if one.state in ("receiving", "ready"):
        one.state = "dropped"
        one.save(update_fields=["state"])
        files.forget(one)
    return redirect("data_import")


def _build(_request: HttpRequest, one: Import) -> HttpResponse | None:
    """Build once more, where that failed."""
    if one.state == "done":
        _queue(one, "build")
    return None


def _undo(request: HttpRequest, one: Import) -> HttpResponse | None:
    """Take an import back; whoever could not bring the records cannot take them away."""
    if one.state != "done" or one.batch is None:
        return None
    if _people(run.receipt_of(one)) and not may(request, "import_people"):
        messages.error(request, result.people_refused())
    else:
        _queue(one, "undo")
    return None


def _again(request: HttpRequest, one: Import) -> HttpResponse | None:
    """The same files once more, as they were read, to be mapped otherwise; nothing is sent again. What was
    typed is taken once more as it was typed."""
    read = list(one.files.exclude(sha256="").order_by("pk"))
    if one.state not in ("done", "undone", "dropped") or not read:
        return None
    if one.kind:
        if one.state != "done" and (one.kind != "people" or may(request, "import_people")):
            _queue(one, "enter")
        return None
    replaces = one if one.batch is not None else None
    made = Import.objects.create(created_by=actor(request), language=frame.language(), replaces=replaces)
    for file in read:
        ImportFile.objects.create(of=made, name=file.name, size=file.size, sha256=file.sha256)
    _queue(made, "try")
    return redirect("data_import_of", made.pk)


_ACTS = {
    "undo": _undo,
    "again": _again,
    "read": _read,
    "check": _check,
    "take": _take,
    "cancel": _cancel,
    "drop": _drop,
    "build": _build,
}


def _with_script(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, {**context, "script": asset("js/import.js")})
    own = "script-src 'self'; connect-src 'self'"
    response["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; {own}"
    return response
