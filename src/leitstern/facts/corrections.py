"""What a person changes of the mapping that was proposed for one table.

Everything that is not changed stays as the proposal has it, so that a correction of one field keeps what was
found for the others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from leitstern.facts.choices import different, translate
from leitstern.facts.keys import AND
from leitstern.facts.mapping import Document, FieldMapping
from leitstern.facts.model import FACTS

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.facts.propose import Proposal

#: The key of a list in which each row is a record of its own.
ROWS = "rows"


class Correction(Document):
    """Changes to the proposal for one table.

    ``fact``: what the rows are. ``fields``: field -> column that fills it, ``""`` for none. ``words``:
    field -> word of the file -> choice of the model, ``""`` for nothing. ``values``: field -> the same
    value in every row. ``key``: the columns that identify the rows, joined by ``keys.AND``, or ``ROWS``.
    ``leave``: the table is not imported.
    """

    fact: str | None = None
    fields: dict[str, str] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    values: dict[str, str] = Field(default_factory=dict)
    key: str | None = None
    leave: bool = False

    @property
    def changes(self) -> bool:
        """Whether another mapping comes of it than without it."""
        return bool(self.fact or self.fields or self.words or self.values or self.key)


def corrected(proposal: Proposal, correction: Correction, rows: pa.Table) -> Proposal:
    """The proposal for the table ``rows`` with what a person changed in it.

    What the table or the model does not have is passed over: the table may be another export than the one
    that was corrected.
    """
    found = proposal
    model = FACTS[proposal.fact].by_name
    for name, column in correction.fields.items():
        if name in model and not model[name].derived and (not column or column in rows.column_names):
            found = _filled(found, name, column, rows)
    fields = dict(found.fields)
    for name, value in correction.values.items():
        if name in model and not model[name].derived:
            fields[name] = FieldMapping(value=value)
    found = replace(found, fields=fields)
    for name, words in correction.words.items():
        found = _translated(found, name, words)
    if correction.key == ROWS:
        found = replace(found, key=None, by_row=True)
    elif correction.key and {*correction.key.split(AND)} <= {*rows.column_names}:
        found = replace(found, key=tuple(correction.key.split(AND)), by_row=False)
    return _accounted(found, rows)


def _filled(proposal: Proposal, name: str, column: str, rows: pa.Table) -> Proposal:
    """A field filled by another column, or by none."""
    fact = FACTS[proposal.fact]
    fields = {field: mapped for field, mapped in proposal.fields.items() if field != name}
    unclear = {field: words for field, words in proposal.unclear.items() if field != name}
    known = {field: words for field, words in proposal.known.items() if field != name}
    if column and fact.by_name[name].kind == "choice":
        values, unknown, default = translate(fact, fact.by_name[name], different(rows[column]))
        if unknown and default is None:
            unclear[name], known[name] = (column, tuple(unknown)), values
        else:
            fields[name] = FieldMapping(
                column=column,
                values=values or None,
                default=default,
                others="known" if values and default is None else None,
            )
    elif column:
        fields[name] = FieldMapping(column=column)
    return replace(proposal, fields=fields, unclear=unclear, known=known)


def _translated(proposal: Proposal, name: str, words: dict[str, str]) -> Proposal:
    """Words of a choice with the meaning a person gave them."""
    choices = FACTS[proposal.fact].by_name[name].choices if name in FACTS[proposal.fact].by_name else ()
    told = {word: choice for word, choice in words.items() if choice in ("", *choices)}
    if name in proposal.fields:
        mapped = proposal.fields[name]
        values = {**(mapped.values or {}), **told}
        return replace(
            proposal, fields={**proposal.fields, name: mapped.model_copy(update={"values": values})}
        )
    if name not in proposal.unclear:
        return proposal
    column, unknown = proposal.unclear[name]
    left = tuple(word for word in unknown if word not in told)
    known = {**proposal.known.get(name, {}), **told}
    if left:
        return replace(
            proposal,
            unclear={**proposal.unclear, name: (column, left)},
            known={**proposal.known, name: known},
        )
    unclear = {field: words for field, words in proposal.unclear.items() if field != name}
    mapped = FieldMapping(column=column, values=known, others="known")
    return replace(proposal, unclear=unclear, fields={**proposal.fields, name: mapped})


def _accounted(proposal: Proposal, rows: pa.Table) -> Proposal:
    """What is missing and what is left over, after the changes."""
    used = {column for mapped in proposal.fields.values() for column in mapped.used_columns}
    used |= {column for column, _ in proposal.unclear.values()}
    used |= {column for table in proposal.also for column in table.used_columns}
    used |= {*(proposal.key or ()), "_line", *(() if proposal.where is None else proposal.where.columns)}
    filled = {*proposal.fields, *proposal.unclear}
    undated = None if proposal.undated in filled else proposal.undated
    needed = [f.name for f in FACTS[proposal.fact].fields if f.required and f.name != undated]
    amount = proposal.fields.get("amount")
    return replace(
        proposal,
        missing=tuple(name for name in needed if name not in filled),
        undated=undated,
        gross=proposal.gross if amount is not None and amount.column == proposal.gross else None,
        unused=tuple(column for column in rows.column_names if column not in used),
    )
