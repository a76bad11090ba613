"""What was typed, on its way into the data and afterwards: an import of its own, read back from its file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from leitstern.disk import with_room
from leitstern.facts import typed
from leitstern.server import frame, words
from leitstern.server.imports import files
from leitstern.server.models import Import, ImportFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from leitstern.facts.typed import Row
    from leitstern.server.models import Account
    from leitstern.server.reader import Reader

#: States and tasks in which what was typed is not in the data yet.
WAITING = ("queued", "running")
ENTER = "enter"


@dataclass(frozen=True, slots=True)
class Typed:
    """A row as its file has it: key, whether it goes, the fields of its fact, and what is told beside it."""

    key: str
    deleted: bool
    fields: dict[str, str | None]
    told: dict[str, str]


def take(account: Account, kind: str, rows: Sequence[Row]) -> Import:
    """Hand rows to the worker of imports. Raises ``Problem`` where the disk is full."""
    with transaction.atomic(), with_room():
        made = Import.objects.create(created_by=account, language=frame.language(), kind=kind, task=ENTER)
        texts = typed.lines(rows)
        facts = [words.fact_name(name.partition("-")[0], frame.language()) for name in texts]
        named = files.different(f"{_('Typed in')} {made.pk} {fact}.jsonl" for fact in facts)
        for name, text in zip(named, texts.values(), strict=True):
            content = text.encode()
            file = ImportFile.objects.create(of=made, name=name, size=len(content))
            target = files.place(file)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        made.state = "queued"
        made.save(update_fields=["state"])
    return made


def rows_of(ask: Reader, one: Import) -> list[Typed]:
    """What was typed, from the file that waits or from its raw table; nothing where both are gone."""
    found: list[Typed] = []
    for file in one.files.order_by("pk"):
        if file.sha256:
            landed = ask.workspace.landed(file.name, file.sha256) or []
            found += [_flat(row) for table in landed for row in _raw(table.parquet)]
        elif files.place(file).exists():
            text = files.place(file).read_text(encoding="utf-8")
            found += [_nested(json.loads(line)) for line in text.splitlines()]
    return found


def _raw(parquet: Any) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(parquet).to_pylist()
    return rows


def _flat(row: dict[str, Any]) -> Typed:
    told = {k.removeprefix("told."): v for k, v in row.items() if k.startswith("told.") and v is not None}
    fields = {k.partition(".")[2]: v for k, v in row.items() if "." in k and not k.startswith("told.")}
    return Typed(row["key"], row["deleted"] is not None, fields, told)


def _nested(row: dict[str, Any]) -> Typed:
    fields = next(v for k, v in row.items() if isinstance(v, dict) and k != "told")
    return Typed(row["key"], row["deleted"] is not None, fields, row["told"])


def said(told: Mapping[str, str], name: str) -> str:
    """A number that is told beside a row, in the reader's writing; a dash for none."""
    number = told.get(name)
    return frame.figures().exact(Decimal(number) if number else None, told.get("unit", "count"))
