"""Lists of invoices as accounting programs write them: cancelled ones, and credit notes without a sign."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from leitstern.facts.choices import different
from leitstern.facts.mapping import Condition, FieldMapping
from leitstern.facts.naming import plain
from leitstern.sources.spelling import folded

if TYPE_CHECKING:
    import pyarrow as pa

#: Columns that tell the state of a voucher.
_STATES = frozenset([
    "status", "state", "zustand", "rechnungsstatus", "belegstatus", "zahlungsstatus", "buchungsstatus",
    "invoicestatus", "documentstatus", "paymentstatus", "stand", "bezahlstatus"
])  # fmt: skip
#: Columns that say yes where a voucher does not count.
_ASKED = frozenset([
    "storniert", "iststorniert", "annulliert", "entwurf", "cancelled", "canceled", "iscancelled",
    "iscanceled", "void", "voided", "draft", "isdraft", "geloescht", "deleted", "isdeleted"
])  # fmt: skip
_YES = ("ja", "yes", "true", "wahr", "1", "x", "j", "y")
_KIND = re.compile(r"\b(?:art|typ|type|kind)$|art$|typ$")
#: Words for what was never issued, and for what was taken back.
_UNISSUED = frozenset([
    "entwurf", "draft", "geloescht", "deleted", "verworfen", "discarded"
])  # fmt: skip
_CANCELLED = frozenset([
    "storniert", "stornierte", "annulliert", "ungueltig", "cancelled", "canceled", "voided", "void"
])  # fmt: skip
_USUAL_UNISSUED: tuple[str, ...] = ("Entwurf", "Draft")
_USUAL_CANCELLED = ("Storniert", "Cancelled", "Canceled", "Void")
_USUAL_YES: tuple[str, ...] = ("Ja", "Yes", "True", "1", "x")
_DENYING = frozenset(["nicht", "not", "teilweise", "partly", "partially"])
#: Vouchers that take back another one.
_TAKES_BACK = re.compile(r"\bstorno(?!kosten)|\bcancellation\b")
#: A minus before or behind an amount, or brackets around it.
_SIGNED = re.compile(r"^\s*(?:[-−–(]|[A-Z€$ ]+[-−–])|[-−–]\s*$")


def cancelled(
    columns: Sequence[str], rows: pa.Table, amount: str | None
) -> tuple[Condition | None, tuple[str, ...]]:
    """The condition that leaves out vouchers that say of themselves that they do not count (None where no
    column can), and the words for it that there are.

    The usual words are in the condition, too, for the next file. Where each cancelled voucher is taken back
    by one of its own, of the same ``amount``, both count.
    """
    best: tuple[Condition | None, tuple[str, ...]] = None, ()
    for column in columns:
        name = _named(column)
        if name in _STATES:
            back = _taken_back(rows, column, amount)
            ends = _UNISSUED if back else _UNISSUED | _CANCELLED
            usual = _USUAL_UNISSUED if back else (*_USUAL_UNISSUED, *_USUAL_CANCELLED)
            found = tuple(w for w in different(rows[column]) if _ended(plain(w).split(), ends))
        elif name in _ASKED:
            usual = _USUAL_YES
            found = tuple(w for w in different(rows[column]) if plain(w) in _YES)
        else:
            continue
        if best[0] is None or (found and not best[1]):
            words = {folded(word): word for word in (*usual, *found)}
            best = Condition(column=column, not_in=tuple(words.values())), found
    return best


def _taken_back(rows: pa.Table, state: str, amount: str | None) -> bool:
    """Whether there are cancelled vouchers, and for each of them one that takes it back."""
    if amount is None:
        return False
    sums = [(text or "").strip(" -−–()") for text in rows[amount].to_pylist()]
    ended = [_ended(plain(word or "").split(), _CANCELLED) for word in rows[state].to_pylist()]
    back = {
        total
        for column in rows.column_names
        if _KIND.search(plain(column))
        for total, word in zip(sums, rows[column].to_pylist(), strict=True)
        if _TAKES_BACK.search(plain(word or ""))
    }
    gone = [total for total, end in zip(sums, ended, strict=True) if end]
    return bool(gone) and back.issuperset(gone)


def _named(column: str) -> str:
    return plain(column).replace(" ", "")


def _ended(words: Sequence[str], ends: frozenset[str]) -> bool:
    return not ends.isdisjoint(words) and _DENYING.isdisjoint(words)


def both(one: Condition | None, other: Condition) -> Condition:
    """A row has to meet both conditions."""
    return other if one is None else other.model_copy(update={"also": one})


def kept(rows: pa.Table, where: Condition | None, deleted: Condition | None = None) -> pa.Table:
    """The rows that count, without those that are deletions."""
    from leitstern.facts.words import meets
    from leitstern.sources.arrow import pc

    found = rows if where is None else rows.filter(meets(rows, where))
    return found if deleted is None else found.filter(pc.invert(meets(found, deleted)))


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
