"""Lists of invoices as accounting programs write them: cancelled ones, and credit notes without a sign."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from leitstern.facts.choices import different
from leitstern.facts.mapping import Condition, FieldMapping
from leitstern.facts.naming import plain

if TYPE_CHECKING:
    import pyarrow as pa

#: Columns that tell the state of a voucher, and the words for one that does not count.
_STATES = ("status", "zustand", "state", "rechnungsstatus", "belegstatus", "invoice status")
_CANCELLED = ("storniert", "annulliert", "ungueltig", "cancelled", "canceled", "voided", "void", "entwurf")
#: A minus before or behind an amount, or brackets around it.
_SIGNED = re.compile(r"^\s*(?:[-−–(]|[A-Z€$ ]+[-−–])|[-−–]\s*$")


def cancelled(columns: Sequence[str], rows: pa.Table) -> Condition | None:
    """The condition that leaves out vouchers whose state says that they do not count; None without any."""
    for column in columns:
        if plain(column) in _STATES:
            words = tuple(word for word in different(rows[column]) if plain(word) in _CANCELLED)
            if words:
                return Condition(column=column, not_in=words)
    return None


def without(rows: pa.Table, condition: Condition) -> pa.Table:
    """The rows that a condition on those that count keeps, or that one on deletions leaves."""
    from leitstern.facts.words import meets
    from leitstern.sources.arrow import pc

    met = meets(rows, condition)
    return rows.filter(met if condition.not_in is not None else pc.invert(met))


def signed(fields: Mapping[str, FieldMapping], rows: pa.Table) -> dict[str, FieldMapping]:
    """The fields of invoices with the sign of credit notes turned where the file writes none."""
    kind, amount = fields.get("kind"), fields.get("amount")
    if kind is None or amount is None or kind.column is None or amount.column is None or not kind.values:
        return dict(fields)
    notes = tuple(word for word, choice in kind.values.items() if choice == "credit_note")
    written = [
        text
        for word, text in zip(rows[kind.column].to_pylist(), rows[amount.column].to_pylist(), strict=True)
        if word in notes and text
    ]
    if not written or any(_SIGNED.search(text) for text in written):
        return dict(fields)
    condition = Condition.model_validate({"column": kind.column, "in": notes})
    return {**fields, "amount": amount.model_copy(update={"negate_if": condition})}
