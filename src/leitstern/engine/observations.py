"""What a computation returns: one KPI, one period, one subject, with its parts and its standing."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from leitstern.engine.formulas import Outcome, Quantity
    from leitstern.periods.grains import Period

Number = Decimal | float | int

#: Why there is no value; the place in this tuple is the code in ``Block.reasons``.
REASONS = (None, "no_base", "no_data", "source_late", "no_source", "not_begun")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a value is about. ``id`` and ``name`` are None for records that are not assigned."""

    type: str
    id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """One KPI, one period, one subject.

    ``start`` and ``end`` are the period's first and last day, both included. ``value`` is None where
    there is none, and ``reason`` then says why: ``no_base`` (denominator 0; of a growth, 0 or
    negative), ``no_data`` (nothing to
    take a median of), ``source_late``, ``no_source`` (never delivered), ``not_begun``. Percent is a
    fraction (0.63). ``rows`` counts the records behind the value. ``finished`` is False while the
    period runs or its source has not reached the period's end. ``set_aside`` counts the records that would
    be in the value, were they not set aside.
    """

    kpi: str
    version: int
    unit: str
    grain: str
    period: str
    start: date
    end: date
    subject: Subject
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    rows: int
    finished: bool
    reason: str | None
    as_of: date
    set_aside: int = 0

    @property
    def complete(self) -> bool:
        """Whether the value is all there is to come: the period is over, and no record is set aside."""
        return self.finished and not self.set_aside


@dataclass(frozen=True, slots=True)
class Block:
    """One KPI for one subject type: arrays of shape (subjects, periods); ``finished`` is by period."""

    kpi: str
    version: int
    unit: str
    subjects: Sequence[Subject]
    periods: Sequence[Period]
    outcome: Outcome
    rows: NDArray[np.int64]
    finished: NDArray[np.bool_]
    reasons: NDArray[np.uint8]
    set_aside: NDArray[np.int64]

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Which values are all there is to come (see ``Observation.complete``)."""
        found: NDArray[np.bool_] = self.finished & (self.set_aside == 0)
        return found

    def only(self, rows: Sequence[int]) -> Block:
        """The subjects in the given rows."""
        chosen = list(rows)

        def cut(quantity: Quantity | None) -> Quantity | None:
            return None if quantity is None else replace(quantity, numbers=quantity.numbers[chosen])

        found = self.outcome
        value = replace(found.value, numbers=found.value.numbers[chosen])
        return replace(
            self,
            subjects=[self.subjects[row] for row in chosen],
            outcome=replace(
                found, value=value, numerator=cut(found.numerator), denominator=cut(found.denominator)
            ),
            rows=self.rows[chosen],
            reasons=self.reasons[chosen],
            set_aside=self.set_aside[chosen],
        )


class Observations:
    """All values a computation found: iterable, with a length, and as Arrow, pandas or JSON rows.

    The order is by KPI as asked for, then subject type, subject and period.
    """

    def __init__(self, blocks: Sequence[Block], as_of: date) -> None:
        self.blocks = tuple(blocks)
        self.as_of = as_of

    def __len__(self) -> int:
        return sum(len(b.subjects) * len(b.periods) for b in self.blocks)

    def __iter__(self) -> Iterator[Observation]:
        for block in self.blocks:
            yield from self._observations(block)

    def _observations(self, block: Block) -> Iterator[Observation]:
        values = _numbers(block.outcome.value, block)
        above = _numbers(block.outcome.numerator, block)
        below = _numbers(block.outcome.denominator, block)
        for row, subject in enumerate(block.subjects):
            for column, period in enumerate(block.periods):
                reason = REASONS[block.reasons[row, column]]
                hidden = reason in ("source_late", "no_source", "not_begun")
                yield Observation(
                    block.kpi,
                    block.version,
                    block.unit,
                    str(period.grain),
                    period.label,
                    period.start,
                    period.end,
                    subject,
                    None if reason else values[row][column],
                    None if hidden else above[row][column],
                    None if hidden else below[row][column],
                    int(block.rows[row, column]),
                    bool(block.finished[column]),
                    reason,
                    self.as_of,
                    int(block.set_aside[row, column]),
                )

    def of(self, subjects: Collection[str | None]) -> Observations:
        """The values of some subjects only, by their ids; None stands for the company, or not assigned."""
        blocks = []
        for block in self.blocks:
            rows = [row for row, subject in enumerate(block.subjects) if subject.id in subjects]
            blocks.append(block.only(rows))
        return Observations(blocks, self.as_of)

    def to_json_rows(self) -> list[dict[str, Any]]:
        """Plain dictionaries with the keys of ``leitstern show --json``; dates are ISO texts."""
        return [json_row(o) for o in self]

    def to_arrow(self) -> pa.Table:
        """A table with a row for each observation; numbers are float64, absent ones null."""
        import numpy as np
        import pyarrow as pa

        tables = [_arrow(block, self.as_of, np, pa) for block in self.blocks]
        whole: pa.Table = pa.concat_tables(tables) if tables else pa.table({})
        return whole

    def to_pandas(self) -> pd.DataFrame:
        """The same as a pandas frame (needs pandas: ``pip install leitstern[pandas]``)."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame


def _numbers(quantity: Quantity | None, block: Block) -> list[list[Any]]:
    """Rows of Python numbers: int where whole, Decimal for exact money, else float; or of nothing."""
    if quantity is None:
        return [[None] * len(block.periods)] * len(block.subjects)
    if quantity.digits == 0:
        whole: list[list[int]] = quantity.numbers.tolist()
        return whole
    if quantity.digits is not None:
        digits = quantity.digits
        return [[_decimal(n, digits) for n in row] for row in quantity.numbers.tolist()]
    return [[None if math.isnan(n) else n for n in row] for row in quantity.numbers.tolist()]


def _decimal(number: int, digits: int) -> Decimal:
    """Exact, without needless zeros beyond the cents."""
    value = Decimal(number).scaleb(-digits)
    cents = value.quantize(Decimal("0.01"))
    return cents if cents == value else value.normalize()


def json_row(o: Observation) -> dict[str, Any]:
    """A plain dictionary with the keys of ``leitstern show --format json``; dates are ISO texts."""
    return {
        "kpi": o.kpi,
        "version": o.version,
        "unit": o.unit,
        "grain": o.grain,
        "period": o.period,
        "from": o.start.isoformat(),
        "to": o.end.isoformat(),
        "subject": {"type": o.subject.type, "id": o.subject.id, "name": o.subject.name},
        "value": _json_number(o.value),
        "numerator": _json_number(o.numerator),
        "denominator": _json_number(o.denominator),
        "rows": o.rows,
        "complete": o.complete,
        "reason": o.reason,
        "set_aside": o.set_aside,
        "as_of": o.as_of.isoformat(),
    }


def _json_number(number: Number | None) -> int | float | None:
    if isinstance(number, Decimal):
        return int(number) if number == number.to_integral_value() else float(number)
    return number


def _arrow(block: Block, as_of: date, np: Any, pa: Any) -> Any:
    subjects, periods = len(block.subjects), len(block.periods)
    count = subjects * periods
    hidden = block.reasons.ravel() > 0

    def constant(value: object) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([value]))

    def by_subject(values: list[str | None]) -> pa.Array:
        # Encoded first: absent ones become null indices, as pandas wants them, not a null category.
        encoded = pa.array(values, pa.string()).dictionary_encode()
        return encoded.take(pa.array(np.repeat(np.arange(subjects), periods)))

    def by_period(values: list[object]) -> pa.Array:
        return pa.array(values).take(pa.array(np.tile(np.arange(periods), subjects)))

    def numbers(quantity: Quantity | None) -> pa.Array:
        if quantity is None:
            return pa.nulls(count, pa.float64())
        floats = np.broadcast_to(quantity.floats(), (subjects, periods)).ravel()
        return pa.array(floats, mask=hidden | np.isnan(floats))

    columns = {
        "kpi": constant(block.kpi),
        "version": pa.array(np.full(count, block.version, np.int32)),
        "unit": constant(block.unit),
        "grain": constant(str(block.periods[0].grain)),
        "period": by_period([p.label for p in block.periods]),
        "from": by_period([p.start for p in block.periods]),
        "to": by_period([p.end for p in block.periods]),
        "subject_type": constant(block.subjects[0].type if block.subjects else ""),
        "subject_id": by_subject([s.id for s in block.subjects]),
        "subject_name": by_subject([s.name for s in block.subjects]),
        "value": numbers(block.outcome.value),
        "numerator": numbers(block.outcome.numerator),
        "denominator": numbers(block.outcome.denominator),
        "rows": pa.array(block.rows.ravel()),
        "complete": pa.array(block.complete.ravel()),
        "reason": pa.DictionaryArray.from_arrays(
            pa.array(block.reasons.ravel().astype(np.int32)), pa.array([r or "" for r in REASONS])
        ),
        "set_aside": pa.array(block.set_aside.ravel()),
        "as_of": pa.array(np.full(count, np.datetime64(as_of)), pa.date32()),
    }
    return pa.table(columns)
