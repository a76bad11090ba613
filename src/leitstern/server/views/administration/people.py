"""People and teams: files in, who worked where, and invitations for everybody."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.errors import Problem
from leitstern.server import accounts, audit, frame, words
from leitstern.server.quality import reason
from leitstern.server.reader import reader
from leitstern.server.views.administration import actor, needs, page
from leitstern.server.views.administration.accounts import known, links

if TYPE_CHECKING:
    from leitstern.facts.receipts import Receipt

FACTS = ("person", "team", "membership")
MOST_BYTES = 50 * 1024 * 1024


@needs("administer")
def index(request: HttpRequest) -> HttpResponse:
    """What is known of people and teams; upload files, refresh, invite."""
    if request.method == "POST":
        action = request.POST.get("action")
        if action == "import":
            return _import(request)
        if action == "refresh":
            return _refresh(request)
        if action == "invite":
            found = accounts.invite_everybody(actor(request), known(reader()), reader().today())
            return links(request, found) if found else redirect("administration_people")
        raise Http404
    return _show(request)


def _show(request: HttpRequest, receipt: Receipt | None = None, status: int = 200) -> HttpResponse:
    people, today = known(reader()), reader().today()
    here = [p for p in people.people.values() if p.left is None or p.left >= today]
    title = ngettext("%(count)s person in %(teams)s teams", "%(count)s people in %(teams)s teams", len(here))
    rows = [
        {
            "team": team.name,
            "members": len(people.own_members(team.id, today, today)),
            "lead": people.people[team.lead].name if team.lead in people.people else "–",
        }
        for team in people.teams.values()
    ]
    context = page(
        request,
        title % {"count": len(here), "teams": len(people.teams)},
        teams=rows,
        uninvited=accounts.uninvited(people, today),
        facts=[(fact, words.fact_name(fact, frame.language())) for fact in FACTS],
        newer=reader().workspace.has_data() and _newer(),
        receipt=_receipt(receipt) if receipt else None,
    )
    return render(request, "leitstern/administration/people.html", context, status=status)


def _newer() -> bool:
    workspace = reader().workspace
    return workspace.generation() is None or workspace.newer_data()


def _import(request: HttpRequest) -> HttpResponse:
    """Import the files and show what became of every row. The page is the answer to the form, as the
    receipt is kept by the workspace and shown again on the data page."""
    fact = request.POST.get("fact", "")
    files = request.FILES.getlist("files")
    if fact not in ("", *FACTS) or not files:
        messages.error(request, _("Choose at least one file."))
        return redirect("administration_people")
    if sum(file.size or 0 for file in files) > MOST_BYTES:
        messages.error(request, _("The files are larger than 50 MB. Import them on the page “Import files”."))
        return redirect("administration_people")
    answers = {
        name.removeprefix("answer:"): str(value)
        for name, value in request.POST.items()
        if name.startswith("answer:") and value
    }
    workspace = reader().workspace
    try:
        with _kept(files) as paths:
            receipt = workspace.import_files(paths, fact=fact or None, answers=answers)
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
        return redirect("administration_people")
    if receipt.batch is not None:
        after = {"batch": receipt.batch, "files": [path.name for path in paths]}
        audit.note(actor(request), "data.imported", f"batch:{receipt.batch}", after=after)
    return _show(request, receipt)


def _refresh(request: HttpRequest) -> HttpResponse:
    workspace = reader().workspace
    changed = workspace.changed_meanings()
    try:
        info = workspace.refresh()
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
    else:
        audit.note(actor(request), "data.refreshed", f"generation:{info.number}")
        for change in changed:
            messages.info(request, change.problem.inner.text(frame.language()))
        messages.success(request, _("The pages show generation %(number)s now.") % {"number": info.number})
    return redirect("administration_people")


@contextmanager
def _kept(files: list[Any]) -> Iterator[list[Path]]:
    """The files in a folder for as long as they are read, under the last part of their names."""
    with TemporaryDirectory() as folder:
        paths = []
        for number, file in enumerate(files):
            # Django has cut the name down to its last part; two of the same name are kept apart.
            path = Path(folder) / str(number) / Path(str(file.name)).name
            path.parent.mkdir()
            with path.open("wb") as target:
                shutil.copyfileobj(file, target)
            paths.append(path)
        yield paths


def _receipt(receipt: Receipt) -> dict[str, Any]:
    figures, language = frame.figures(), frame.language()
    return {
        "tables": [
            {
                "file": f"{table.file} · {table.sheet}" if table.sheet else table.file,
                "fact": words.fact_name(table.fact, language),
                "read": figures.plain(table.rows_read),
                "loaded": figures.plain(table.loaded),
                "updated": figures.plain(table.updated),
                "unchanged": figures.plain(table.unchanged),
                "set_aside": figures.plain(table.rows_set_aside),
                "reasons": [(reason(code), figures.plain(n)) for code, n in sorted(table.set_aside.items())],
                "already": table.already,
            }
            for table in receipt.tables
        ],
        "unmatched": [(other.file, other.problem) for other in receipt.unmatched],
        "questions": [
            {
                "name": f"answer:{question.name}",
                "file": question.file,
                "column": question.column,
                "choices": list(zip(question.choices, question.meanings, strict=True)),
            }
            for question in receipt.questions
        ],
        "notes": receipt.notes,
    }
