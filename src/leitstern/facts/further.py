"""Further records that the rows of an export tell of: clicks and impressions beside a campaign's cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.facts.mapping import READ_KINDS, FieldMapping, TableMapping
from leitstern.facts.model import FACTS, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from leitstern.facts.profiles import Also, Recognised


def further(
    shape: Recognised, file: str, sheet: str | None, key: tuple[str, ...] | None,
    shared: Mapping[str, FieldMapping], sample: pa.Table,
) -> tuple[TableMapping, ...]:  # fmt: skip
    """The further tables of a shape whose columns are all there and can be read.

    ``shared`` are the fields of the shape's own records; those that both facts have are the same in both.
    """
    made = (_table(also, shape, shared, sample) for also in shape.shape.also)
    return tuple(
        TableMapping(file=file, sheet=sheet, fact=also.fact, key=key, part=also.part, fields=fields)
        for also, fields in zip(shape.shape.also, made, strict=True)
        if fields is not None
    )


def _table(
    also: Also, shape: Recognised, shared: Mapping[str, FieldMapping], sample: pa.Table
) -> dict[str, FieldMapping] | None:
    model = FACTS[also.fact].by_name
    fields: dict[str, FieldMapping] = {}
    for name, names in also.fields.items():
        column = next((c for c in shape.columns(names) if _readable(model[name], c, sample)), None)
        if column is None:
            return None
        fields[name] = FieldMapping(column=column)
    same = {name: mapped for name, mapped in shared.items() if name in model and name not in also.values}
    return {**same, **{n: FieldMapping(value=v) for n, v in also.values.items()}, **fields}


def _readable(field: Field, column: str, sample: pa.Table) -> bool:
    from leitstern.sources.columns import decide

    if field.kind not in READ_KINDS:
        return True
    reading = decide(sample[column], name=column, kind=field.reads_as)
    return reading.kind not in ("empty", "text") and reading.read >= reading.unread
