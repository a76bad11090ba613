"""A proposed mapping as a TOML file, with remarks on what is left to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leitstern.facts.model import FACTS

if TYPE_CHECKING:
    from leitstern.facts.mapping import Condition, FieldMapping, TableMapping
    from leitstern.facts.propose import Proposal


def to_toml(proposal: Proposal, language: str) -> str:
    """The proposal as a mapping file, with remarks on what is left to do."""
    return "\n".join(_lines(proposal, language)) + "\n"


def _lines(proposal: Proposal, language: str) -> Iterator[str]:
    from leitstern.messages import message

    def say(code: str, **values: object) -> str:
        return "# " + message(f"facts.proposal_{code}", language, **values)

    yield say("head" if proposal.table is not None else "draft")
    yield f"name = {_quoted(proposal.file)}"
    yield ""
    yield "[[table]]"
    yield f"file = {_quoted(proposal.file)}"
    if proposal.sheet is not None:
        yield f"sheet = {_quoted(proposal.sheet)}"
    yield f"fact = {_quoted(proposal.fact)}"
    yield f"key = {_listed(proposal.key)}" if proposal.key is not None else say("no_key")
    if proposal.where is not None:
        yield f"where = {_condition(proposal.where)}"
    if proposal.deleted is not None and proposal.key is not None:
        yield f"deleted = {_condition(proposal.deleted)}"
    yield ""
    yield "[table.fields]"
    for name, mapped in proposal.fields.items():
        yield f"{name} = {_inline(mapped)}"
    for name in proposal.missing:
        yield say("missing", field=name)
    for name, (column, words) in proposal.unclear.items():
        choices = ", ".join(FACTS[proposal.fact].by_name[name].choices)
        yield say("unclear", field=name, choices=choices)
        pairs = ", ".join(f'{_quoted(word)} = "?"' for word in words)
        yield f"# {name} = {{ column = {_quoted(column)}, values = {{ {pairs} }} }}"
    for table in proposal.also:
        yield from ("", *_table(table))
    if proposal.unused:
        yield say("unused", columns=", ".join(proposal.unused).replace("\n", " "))


def _table(table: TableMapping) -> Iterator[str]:
    """A further table that is made of the same rows."""
    yield "[[table]]"
    yield f"file = {_quoted(table.file)}"
    if table.sheet is not None:
        yield f"sheet = {_quoted(table.sheet)}"
    yield f"fact = {_quoted(table.fact)}"
    if table.key is not None:
        yield f"key = {_listed(table.key)}"
    yield f"part = {_quoted(table.part or '')}"
    yield ""
    yield "[table.fields]"
    for name, mapped in table.fields.items():
        yield f"{name} = {_inline(mapped)}"


def _inline(mapped: FieldMapping) -> str:
    """One field of a proposal in TOML."""
    if mapped.value is not None:
        return f"{{ value = {_quoted(str(mapped.value))} }}"
    settings = (
        mapped.values, mapped.default, mapped.negate_if, mapped.scale, mapped.read, mapped.times,
        mapped.less, mapped.tax,
    )  # fmt: skip
    if mapped.column is not None and all(setting is None for setting in settings):
        return _quoted(mapped.column)
    parts = [_origin(mapped)]
    if mapped.read is not None:
        parts.append(f"read = {_listed(mapped.read)}")
    if mapped.scale is not None:
        parts.append(f"scale = {mapped.scale}")
    if mapped.times is not None:
        parts.append(f"times = {mapped.times}")
    if mapped.less is not None:
        parts.append(f"less = {_quoted(mapped.less)}")
    if mapped.tax is not None:
        parts.append(f"tax = {mapped.tax}")
    if mapped.values is not None:
        pairs = ", ".join(f"{_quoted(word)} = {_quoted(choice)}" for word, choice in mapped.values.items())
        parts.append(f"values = {{ {pairs} }}")
    if mapped.others is not None:
        parts.append(f"others = {_quoted(mapped.others)}")
    if mapped.default is not None:
        parts.append(f"default = {_quoted(mapped.default)}")
    if mapped.negate_if is not None:
        parts.append(f"negate_if = {_condition(mapped.negate_if)}")
    return "{ " + ", ".join(parts) + " }"


def _origin(mapped: FieldMapping) -> str:
    """The column a field comes from, or its columns and how they make it."""
    for name, columns in (
        ("first_of", mapped.first_of),
        ("columns", mapped.columns),
        ("product", mapped.product),
    ):
        if columns is not None:
            return f"{name} = {_listed(columns)}"
    return f"column = {_quoted(str(mapped.column))}"


def _condition(condition: Condition) -> str:
    name, words = ("in", condition.among) if condition.among is not None else ("not_in", condition.not_in)
    listed = ", ".join(_quoted(word) for word in words or ())
    also = "" if condition.also is None else f", also = {_condition(condition.also)}"
    return f"{{ column = {_quoted(condition.column)}, {name} = [{listed}]{also} }}"


def _listed(names: Sequence[str]) -> str:
    return _quoted(names[0]) if len(names) == 1 else "[" + ", ".join(map(_quoted, names)) + "]"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
