"""What somebody answered and changed on the page of an import, as the library takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from leitstern.facts.asking import ANY_DAY
from leitstern.facts.corrections import Correction
from leitstern.facts.mapping import place
from leitstern.server.imports.shown import filled_by

if TYPE_CHECKING:
    from leitstern.facts.receipts import Planned, Receipt
    from leitstern.sources.files import Landed

#: What is chosen where a table is not to be imported.
LEAVE = "-"

_DAY = re.compile(r"\d{4}-\d\d-\d\d")

Form = Mapping[str, str]


def answers(form: Form, receipt: Receipt, before: Mapping[str, str]) -> dict[str, str]:
    """The answers so far with those of the form; what is none of the choices is no answer."""
    found = dict(before)
    for question in receipt.questions:
        chosen = form.get(f"answer:{question.name}", "")
        if chosen in question.choices or (ANY_DAY in question.choices and _DAY.fullmatch(chosen)):
            found[question.name] = chosen
    return found


def readings(form: Form, receipt: Receipt, landed: list[Landed]) -> dict[str, str]:
    """Columns that are to be read otherwise than they are, by ``file:column``."""
    found: dict[str, str] = {}
    for number, table in enumerate(landed):
        columns = [c for c in receipt.columns if (c.file, c.sheet) == (table.file, table.sheet)]
        for at, column in enumerate(columns):
            chosen = form.get(f"read:{number}:{at}", column.reading)
            if chosen != column.reading:
                found[f"{place(table.file, table.sheet)}:{column.column}"] = chosen
    return found


def corrections(
    form: Form, receipt: Receipt, landed: list[Landed], before: Mapping[str, Correction]
) -> dict[str, Correction]:
    """The changes so far with those of the form."""
    planned = {place(p.file, p.sheet): p for p in receipt.planned}
    found = dict(before)
    for number, table in enumerate(landed):
        where = place(table.file, table.sheet)
        changed = _table(form, number, planned.get(where), before.get(where, Correction()))
        if changed != found.get(where, Correction()):
            found[where] = changed
    return found


def _table(form: Form, number: int, plan: Planned | None, before: Correction) -> Correction:
    fact = form.get(f"fact:{number}")
    if fact is None:
        return before
    if fact == LEAVE:
        return before.model_copy(update={"leave": True})
    if plan is None or fact != plan.fact:
        # What was changed for other records means nothing for these.
        return Correction(fact=fact) if fact else before.model_copy(update={"leave": False})
    key = form.get(f"key:{number}", "")
    now = plan.key[0] if plan.key else "rows"
    return before.model_copy(
        update={
            "leave": False,
            "fields": {**before.fields, **_fields(form, number, plan)},
            "words": _words(form, number, plan, before),
            "key": key if key and key != now else before.key,
        }
    )


def _fields(form: Form, number: int, plan: Planned) -> dict[str, str]:
    """Fields that another column fills now, or none."""
    fills = filled_by(plan)
    chosen: dict[str, str] = {}
    left: dict[str, str] = {}
    for at, column in enumerate(plan.columns):
        main = next(iter(fills.get(column, [])), "")
        target = form.get(f"field:{number}:{at}", main)
        if target == main:
            continue
        if main:
            left[main] = ""
        if target:
            chosen[target] = column
    return {**left, **chosen}


def _words(form: Form, number: int, plan: Planned, before: Correction) -> dict[str, dict[str, str]]:
    """Words that mean something else now."""
    found = {name: dict(words) for name, words in before.words.items()}
    for name, mapped in plan.fields.items():
        for word, meaning in (mapped.values or {}).items():
            chosen = form.get(f"word:{number}:{name}:{word}", meaning)
            if chosen != meaning:
                found.setdefault(name, {})[word] = chosen
    return found
