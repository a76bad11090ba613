"""Files in: the account of every row, and the rows that were set aside."""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Status, UploadedFile
from pydantic import Field

from leitstern.access.policy import ALLOWED, OF_PEOPLE
from leitstern.facts.model import FACTS
from leitstern.facts.receipts import SetAsideRow, TableReceipt, reason_text
from leitstern.server import audit
from leitstern.server.api.callers import caller
from leitstern.server.api.fields import Out
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.permissions import require
from leitstern.server.api.refusals import Refused
from leitstern.server.api.texts import problem_text
from leitstern.server.frame import language

if TYPE_CHECKING:
    from leitstern.facts.receipts import Receipt

router = Router()

#: Rows set aside that can be asked for.
MOST = 10_000


class TableOut(Out):
    """What became of the rows of one file or sheet: read = loaded + updated + unchanged + set_aside."""

    batch: int
    mapping: str
    file: str
    sheet: str | None
    fact: str
    read: int
    loaded: int
    updated: int
    unchanged: int
    left_out: int = Field(description="Rows the mapping does not choose; no part of those read.")
    set_aside: int
    reasons: dict[str, int] = Field(description="Rows set aside, by the code of the reason.")
    already: bool = Field(description="The file was imported before; nothing was written.")


class ImportQuestion(Out):
    """A column that can be read in more than one way; nothing is imported until it is answered."""

    name: str = Field(description="What the answer is given under: FILE:COLUMN.")
    choices: list[str]
    meanings: list[str]
    examples: list[str]


class UnmatchedOut(Out):
    """A file or sheet that no mapping is meant for, or that cannot be read."""

    file: str
    sheet: str | None
    problem: str | None


class ReceiptOut(Out):
    """The account of one import."""

    batch: int | None = Field(description="Null where nothing was written.")
    dry_run: bool
    tables: list[TableOut]
    questions: list[ImportQuestion]
    unmatched: list[UnmatchedOut]
    notes: list[str]


class RowOut(Out):
    """A row that was not loaded."""

    batch: int
    file: str
    sheet: str | None
    fact: str
    line: int
    column: str | None
    value: str | None
    reason: str
    detail: str = Field(description="The reason in the caller's language.")


class AskedImport(Out):
    """How a file is imported."""

    fact: str | None = Field(None, max_length=60, description="What its rows are: deal, lead, activity, ...")
    dry_run: bool = Field(False, description="Only show how it would be read.")
    answer: list[str] = Field(
        [], description="How to read a column that can be read in two ways: FILE:COLUMN=READING; repeat."
    )


@router.get(
    "/imports", response=Page[TableOut], operation_id="list_imports", url_name="imports",
    summary="Receipts of imports",
)  # fmt: skip
def imports(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """What became of the rows of every import, newest first. For analysts and administrators."""
    ask = require(request, "import")
    found = list(reversed(ask.workspace.receipts()))
    return paged(request, response, found, window, table_document)


@router.post(
    "/imports", response={201: ReceiptOut}, operation_id="import_file", url_name="imports",
    summary="Import a file",
)  # fmt: skip
def import_file(
    request: HttpRequest,
    file: Annotated[UploadedFile, File(description="CSV, TSV, XLSX, Parquet or JSON lines.")],
    asked: Annotated[AskedImport, Form()],
) -> Status[dict[str, Any]]:
    """Import a file; the receipt accounts for every row. For analysts and administrators; lists of people,
    teams and who was in which team for administrators.

    Values change with the next generation.
    """
    ask = require(request, "import")
    _known_fields(request)
    answers = dict(_answer(one) for one in asked.answer)
    if asked.fact and asked.fact not in FACTS:
        raise Refused(400, "fact_unknown", given=asked.fact, known=", ".join(FACTS))
    name = PurePath((file.name or "upload").replace("\\", "/")).name
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        take = partial(ask.workspace.import_files, [path], fact=asked.fact or None, answers=answers)
        if not ask.viewer.has(*ALLOWED["import_people"]) and _of_people(take(dry_run=True)):
            require(request, "import_people")
        receipt = take(dry_run=asked.dry_run)
    if not asked.dry_run:
        audit.note(caller(request).account, "data.imported", f"file:{name}", after={"batch": receipt.batch})
    return Status(201, _receipt(receipt))


@router.get(
    "/imports/set-aside", response=Page[RowOut], operation_id="list_set_aside", url_name="set_aside",
    summary="Rows set aside",
)  # fmt: skip
def set_aside(
    request: HttpRequest,
    response: HttpResponse,
    window: Paging,
    batch: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only those of this import.")] = None,
) -> dict[str, Any]:
    """Rows that were not loaded, newest import first, with line, column and reason. For analysts and
    administrators."""
    ask = require(request, "import")
    found = [row for row in ask.workspace.set_aside(limit=MOST) if batch in (None, row.batch)]
    return paged(request, response, found, window, _row)


def _of_people(tried: Receipt) -> bool:
    """Whether some of the rows decide whom a value is about."""
    return not OF_PEOPLE.isdisjoint(planned.fact for planned in tried.planned)


def _known_fields(request: HttpRequest) -> None:
    """A misspelt field of the form is refused as one of a document is."""
    code = "extra_forbidden"
    errors = [
        {"in": "form", "field": name, "code": code, "detail": problem_text(f"field_{code}", language())}
        for name in request.POST
        if name not in AskedImport.model_fields
    ]
    if errors:
        raise Refused(422, "invalid", more={"errors": errors})


def _answer(given: str) -> tuple[str, str]:
    column, equals, reading = given.rpartition("=")
    if not (column and equals and reading):
        raise Refused(400, "answer_form", given=given)
    return column, reading


def table_document(table: TableReceipt) -> dict[str, Any]:
    """The account of a table's rows."""
    return {
        "batch": table.batch,
        "mapping": table.mapping,
        "file": table.file,
        "sheet": table.sheet,
        "fact": table.fact,
        "read": table.rows_read,
        "loaded": table.loaded,
        "updated": table.updated,
        "unchanged": table.unchanged,
        "left_out": table.left_out,
        "set_aside": table.rows_set_aside,
        "reasons": table.set_aside,
        "already": table.already,
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "batch": receipt.batch,
        "dry_run": receipt.dry_run,
        "tables": [table_document(table) for table in receipt.tables],
        "questions": [
            {
                "name": q.name,
                "choices": list(q.choices),
                "meanings": list(q.meanings),
                "examples": list(q.examples),
            }
            for q in receipt.questions
        ],
        "unmatched": [{"file": u.file, "sheet": u.sheet, "problem": u.problem} for u in receipt.unmatched],
        "notes": list(receipt.notes),
    }


def _row(row: SetAsideRow) -> dict[str, Any]:
    return {
        "batch": row.batch,
        "file": row.file,
        "sheet": row.sheet,
        "fact": row.fact,
        "line": row.line,
        "column": row.column,
        "value": row.value,
        "reason": row.reason,
        "detail": str(reason_text(row.reason, language())),
    }
