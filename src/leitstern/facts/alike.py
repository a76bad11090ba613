"""One program writes all numbers and dates of a file alike: what one column leaves open, others may tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.sources.arrow import pc
from leitstern.sources.columns import decide

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.sources.readings import Reading


def as_others(question: Reading, column: str, rows: pa.Table) -> Reading | None:
    """The one choice of a question that reads a column as the others of its table are written; None where
    they do not say, or not the same.

    ``rows`` are the texts of a file that has nothing but texts: the numbers of a workbook have marks that
    nobody wrote.
    """
    told: set[str] = set()
    for other in rows.column_names:
        if other not in (column, "_line"):
            told |= _says(question, rows, other)
    choices = [choice for choice in question.choices if _trait(choice) in told]
    return choices[0] if len(told) == 1 and len(choices) == 1 else None


def _says(question: Reading, rows: pa.Table, other: str) -> set[str]:
    """What another column tells of the marks of numbers, or of the order of dates."""
    found = decide(rows[other], name=other)
    wanted = "number" if question.kind == "number" else "date"
    if found.is_question or ("number" if found.kind == "number" else "date") != wanted:
        return set()
    if found.kind == "number" and not pc.any(pc.match_substring_regex(rows[other], r"\d[.,]\d")).as_py():
        return set()
    if found.kind not in ("number", "date", "time") or found.date_order == "YMD":
        return set()
    return {_trait(found)}


def _trait(reading: Reading) -> str:
    return reading.decimal or "" if reading.kind == "number" else reading.date_order or ""
