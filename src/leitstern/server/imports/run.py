"""What the worker does with an import: read its files, try it, take it, build, each again from its beginning
where it was interrupted.

The store takes an import whole or not at all, and knows files that it has taken; so what is done again is
neither lost nor doubled.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from pydantic import TypeAdapter

from leitstern import clock
from leitstern.errors import Problem
from leitstern.facts.corrections import Correction
from leitstern.facts.receipts import Receipt
from leitstern.server import audit
from leitstern.server.imports import files, mappings
from leitstern.server.imports.sources import takes_itself
from leitstern.server.models import Import, ImportFile

if TYPE_CHECKING:
    from leitstern.server.reader import Reader
    from leitstern.sources.files import Landed

_MOST_ATTEMPTS = 2
#: Seconds between notes of progress, which are also looks at whether somebody cancelled.
_NOTED = 0.5
#: What another process that writes makes the library say: the import waits for it.
_BUSY = frozenset({"leitstern.busy", "facts.store_busy"})
_RECEIPT: TypeAdapter[Receipt] = TypeAdapter(Receipt)
_CORRECTIONS: TypeAdapter[dict[str, Correction]] = TypeAdapter(dict[str, Correction])

Tell = Callable[[str, int, int], None]


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """Somebody asked for the import to be ended."""


def run_next(ask: Reader) -> bool:
    """Do what has waited longest; False where nothing waits."""
    one = _next()
    return one is not None and _run(ask, one)


def _next() -> Import | None:
    """What was interrupted comes first, then what has waited longest."""
    waiting = Import.objects.order_by("pk")
    return waiting.filter(state="running").first() or waiting.filter(state="queued").first()


def _run(ask: Reader, one: Import) -> bool:
    """Do an import's task; False where it has to wait for another process."""
    if one.attempts >= _MOST_ATTEMPTS:
        _end(one, Problem("leitstern.import_gave_up"))
        return True
    _note(one, state="running", attempts=one.attempts + 1, problem=None, step="", at=0, of=0)
    ask.workspace.language = one.language
    try:
        _TASKS[one.task](ask, one, _telling(one))
    except Problem as problem:
        if problem.code in _BUSY:
            _note(one, state="queued", attempts=one.attempts - 1, problem=told(problem))
            return False
        _end(one, problem)
    except Cancelled:
        _end(one, None)
    return True


def _end(one: Import, problem: Problem | None) -> None:
    """Show the import as it stands, with what kept it from going on."""
    state = "ready" if one.files.exclude(sha256="").exists() and not one.kind else "dropped"
    if one.task in ("build", "undo"):
        state = "done"
    _note(one, state=state, attempts=0, cancel=False, problem=None if problem is None else told(problem))


def _note(one: Import, **values: object) -> None:
    """Write down some of an import's state, and no more: others may be writing the rest."""
    for name, value in values.items():
        setattr(one, name, value)
    one.save(update_fields=list(values))


def _read(ask: Reader, one: Import, tell: Tell) -> None:
    """Read the files that came into raw tables, then try the import."""
    _land(ask, one, tell)
    _try(ask, one, tell)


def _enter(ask: Reader, one: Import, tell: Tell) -> None:
    """Take what was typed: whoever typed it has seen and confirmed it."""
    _land(ask, one, tell)
    _take(ask, one, tell)


def _land(ask: Reader, one: Import, tell: Tell) -> None:
    for file in one.files.filter(sha256="", problem=""):
        tables, unreadable = _landed(ask, file, tell)
        if tables:
            file.sha256 = tables[0].sha256
        elif unreadable:
            file.problem = unreadable
        file.save()
    files.forget(one)


def _landed(ask: Reader, file: ImportFile, tell: Tell) -> tuple[list[Landed], str]:
    try:
        tables, _ = ask.workspace.land([files.place(file)], tell)
    except Problem as problem:
        if problem.code in (*_BUSY, "leitstern.disk_full"):
            raise
        return [], told_of(told(problem)).text(file.of.language)
    return tables, ""


def tables_of(ask: Reader, one: Import) -> list[Landed]:
    """The raw tables of an import's files; raises ``Problem`` where they are gone."""
    found: list[Landed] = []
    for file in one.files.exclude(sha256="").order_by("pk"):
        tables = ask.workspace.landed(file.name, file.sha256)
        if tables is None:
            raise Problem("leitstern.landed_gone", file=file.name)
        found += tables
    return found


def _try(ask: Reader, one: Import, tell: Tell) -> None:
    """Do all of the import, take it back, and keep what it would make."""
    receipt = ask.workspace.import_landed(
        tables_of(ask, one),
        one.answers,
        corrections_of(one),
        trial=True,
        instead_of=_instead_of(ask, one),
        progress=tell,
    )
    _note(one, receipt=_document(receipt), state="ready", attempts=0)
    if takes_itself(one, receipt):
        _note(one, state="queued", task="take")


def _take(ask: Reader, one: Import, tell: Tell) -> None:
    """Import, then build; once it is in the store it is never taken again."""
    receipt = _imported(ask, one, tell)
    if receipt.questions or not receipt.tables:
        _note(one, receipt=_document(receipt), state="ready", attempts=0)
        return
    batches = [table.batch for table in receipt.tables]
    with transaction.atomic():
        if one.attempts > 1:  # it may have been taken before it was interrupted
            receipt = replace(receipt, tables=tuple(replace(t, already=False) for t in receipt.tables))
        before = receipt_of(one)
        receipt = replace(receipt, planned=before.planned, columns=before.columns)
        batch = receipt.batch or (max(batches) if one.attempts > 1 else None)
        _note(one, receipt=_document(receipt), batch=batch, task="build", attempts=0)
        if one.replaces is not None:
            _note(one.replaces, state="undone", batch=None)
        after = {"batch": one.batch, "files": [file.name for file in one.files.order_by("pk")]}
        audit.note(
            one.created_by,
            "data.people" if one.kind == "people" else "data.typed" if one.kind else "data.imported",
            f"batch:{one.batch}",
            after=after,
        )
        mappings.note(ask, one.created_by)
    _build(ask, one, tell)


def _imported(ask: Reader, one: Import, tell: Tell) -> Receipt:
    tables = tables_of(ask, one)
    if one.kind:
        return ask.workspace.import_typed(tables, tell)
    return ask.workspace.import_landed(
        tables, one.answers, corrections_of(one), instead_of=_instead_of(ask, one), progress=tell
    )


def _instead_of(ask: Reader, one: Import) -> int | None:
    """The import that this one corrects, while it is in the store."""
    batch = None if one.replaces is None else one.replaces.batch
    return batch if any(table.batch == batch for table in ask.workspace.receipts()) else None


def _build(ask: Reader, one: Import, tell: Tell) -> None:
    """Build a new generation of all that is in the store."""
    info = ask.workspace.refresh(tell)
    _note(one, generation=info.number, state="done", ended_at=clock.now(), attempts=0)
    audit.note(one.created_by, "data.refreshed", f"generation:{info.number}")


def _undo(ask: Reader, one: Import, tell: Tell) -> None:
    """Take the import back, then build without it."""
    if one.batch is not None:
        ask.workspace.undo_import(one.batch)
        audit.note(one.created_by, "data.undone", f"batch:{one.batch}")
        _note(one, batch=None)
    info = ask.workspace.refresh(tell)
    _note(one, generation=info.number, state="undone", ended_at=clock.now(), attempts=0)


_TASKS: dict[str, Callable[[Reader, Import, Tell], None]] = {
    "read": _read,
    "try": _try,
    "take": _take,
    "enter": _enter,
    "build": _build,
    "undo": _undo,
}


def receipt_of(one: Import) -> Receipt:
    """The account of the last trial or import."""
    return _RECEIPT.validate_python(one.receipt) if one.receipt else Receipt(None)


def corrections_of(one: Import) -> dict[str, Correction]:
    """What was changed of the proposals, by table."""
    return _CORRECTIONS.validate_python(one.corrections)


def _document(receipt: Receipt) -> object:
    return _RECEIPT.dump_python(receipt, mode="json", by_alias=True)


def told(problem: Problem) -> dict[str, Any]:
    """A library's message, to be said later and in another language. No page shows a path of the server."""
    values = {name: str(value) for name, value in problem.values.items() if name != "path"}
    return {"code": problem.code, "values": {**values, "path": "Leitstern"}}


def told_of(kept: dict[str, Any]) -> Problem:
    """The message that was kept."""
    return Problem(kept["code"], **kept["values"])


def _telling(one: Import) -> Tell:
    """Notes progress, and raises ``Cancelled`` where somebody asked for that."""
    last = 0.0

    def tell(step: str, at: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _NOTED:
            last = time.monotonic()
            if (
                one.task in ("read", "try", "take", "enter")
                and Import.objects.filter(pk=one.pk, cancel=True).exists()
            ):
                raise Cancelled
            Import.objects.filter(pk=one.pk).update(step=step[:200], at=at, of=of)

    return tell
