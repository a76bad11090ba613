"""Reading what was sent of a table: what changed, what cannot be read, what is asked. Nothing is taken before
all of it is clear, and what is asked is taken once it is said to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from leitstern import clock
from leitstern.errors import Problem
from leitstern.facts.model import FACTS
from leitstern.facts.typed import Row
from leitstern.server import frame, typed
from leitstern.server.entries.choice import VALUES
from leitstern.server.entries.doubts import Sent, doubts

if TYPE_CHECKING:
    from datetime import date

    from leitstern.periods.grains import Period
    from leitstern.server.entries.choice import Line
    from leitstern.server.entries.table import Cell, Table

#: Prefixes of fields: what stood in the cell when the page was made, and what was said to be right.
BEFORE, SURE = "was:", "sure:"
_PLACES = Decimal("0.000001")
_MOST = Decimal(10) ** 12


@dataclass(slots=True)
class Read:
    """What became of a form: rows to take, and by cell what was typed, is wrong, and is asked."""

    rows: list[Row] = field(default_factory=list)
    typed_in: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)

    @property
    def clear(self) -> bool:
        """Whether all that was typed can be taken."""
        return not self.problems and not self.doubts


def read(table: Table, sent: Mapping[str, str], by: str) -> Read:
    """The changes of a form; ``by`` is the name of whoever typed."""
    done = Read()
    for line in table.lines:
        for period in table.columns:
            name = f"{line.key}~{period.label}"
            if name not in sent or sent[name].strip() == sent.get(BEFORE + name, ""):
                continue
            done.typed_in[name] = sent[name]
            cell = table.cell(line, period)
            text, before = sent[name].strip(), sent.get(BEFORE + name, "")
            try:
                value = _value(line, text)
            except Problem as problem:
                done.problems[name] = problem.text(frame.language())
                continue
            if cell.before != before or not cell.editable:
                shown = cell.before or cell.text or _("empty")
                done.problems[name] = _("Somebody else changed this meanwhile: %(value)s") % {"value": shown}
                continue
            asked = "" if value is None else _asked(table, line, period, text, value, cell)
            if asked and sent.get(SURE + name) != text:
                done.doubts[name] = asked
            elif value is not None or cell.entry is not None:
                done.rows.append(_row(table, line, period, value, cell, by))
    return done


def _value(line: Line, text: str) -> Decimal | None:
    """The number of a cell as it is stored; None where the cell is empty."""
    quantity = line.quantity
    found = typed.number_or_none(text, quantity.unit, frame.language())
    if found is None:
        return None
    whole = FACTS[quantity.sheet.fact].by_name[quantity.sheet.amount].means == "count"
    if abs(found) >= _MOST or (whole and found != found.to_integral_value()):
        raise Problem("leitstern.number_unread", text=text)
    return found.quantize(_PLACES, rounding=ROUND_HALF_UP)


def _asked(table: Table, line: Line, period: Period, text: str, value: Decimal, cell: Cell) -> str:
    quantity = line.quantity
    earlier = [e.value for e in table.by_place.get(line.place, []) if e.at < period.start]
    parts = (
        table.choice.kind == VALUES
        and line.by == "company"
        and quantity.roll != "last"
        and any(
            e.place != line.place and e.place[: len(quantity.about)] == quantity.about and e.at in period
            for e in table.stored
        )
    )
    known = [] if cell.hidden else earlier
    return doubts(Sent(text, value, quantity.unit, period, known, parts), table.ask.today())


def _row(table: Table, line: Line, period: Period, value: Decimal | None, cell: Cell, by: str) -> Row:
    """The record of a cell: the one that is there, changed or removed, or a new one."""
    quantity, entry = line.quantity, cell.entry
    sheet = quantity.sheet
    at = (entry.at if entry is not None else counts_on(period, table.ask.today())).isoformat()
    fields: dict[str, str | None] = dict(zip(sheet.place, line.place, strict=True))
    fields[sheet.amount] = _plain(value) or None
    fields[sheet.date] = at
    if "currency" in FACTS[sheet.fact].by_name:
        fields["currency"] = str(table.ask.settings.currency)
    told = {
        "by": by,
        "when": clock.now().isoformat(),
        "line": line.key,
        "period": period.label,
        "about": line.by,
        "subject": line.subject or "",
        "unit": quantity.unit,
        "was": _plain(entry.value if entry else None),
        "now": _plain(value),
    }
    new = "|".join(["typed", *(part or "" for part in line.place), at])
    return Row(sheet.fact, entry.key if entry else new, fields, deleted=value is None, told=told)


def _plain(value: Decimal | None) -> str:
    """A number as the model writes it; empty for none."""
    return "" if value is None else format(value.normalize(), "f")


def counts_on(period: Period, today: date) -> date:
    """The day on which a number of a period counts: its last, or today while it runs."""
    return min(period.end, today) if period.start <= today else period.end
