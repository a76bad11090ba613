"""Quality findings, import receipts and rows set aside, as the data page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.server import frame, words

if TYPE_CHECKING:
    from leitstern.facts.quality import QualityFinding
    from leitstern.facts.receipts import SetAsideRow, TableReceipt
    from leitstern.server.reader import Reader

#: KPIs named beside a finding before the rest is folded away.
_NAMED = 3
#: Rows set aside that the page lists.
ROWS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks wrong: where, how often, what share, examples, and the KPIs it touches."""

    fact: str
    text: str
    count: str
    share: str
    examples: str
    kpis: list[tuple[str, str]]
    more_kpis: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file's rows; the numbers add up to those read."""

    file: str
    fact: str
    read: str
    taken: str
    set_aside: str
    reasons: list[tuple[str, str]]


def quality(reader: Reader) -> list[QualityFinding]:
    """What the library finds about this generation's facts."""
    found: list[QualityFinding] = reader.once("quality", lambda ws: list(ws.quality()), of="store")
    return found


def findings(reader: Reader) -> tuple[list[Finding], list[Finding]]:
    """What is wrong, and what is incomplete. Ages stand beside the facts and are left out here."""
    found = quality(reader)
    wrong = [f for f in found if f.check not in ("incomplete", "age")]
    gaps = sorted((f for f in found if f.check == "incomplete"), key=lambda f: -(f.share or 0))
    return [_finding(reader, f) for f in wrong], [_finding(reader, f) for f in gaps]


def _finding(reader: Reader, found: QualityFinding) -> Finding:
    figures, language = frame.figures(), frame.language()
    known = [d for d in (reader.definition(name) for name in found.kpis) if d is not None]
    kpis = [(words.text(d.name, language), reverse("kpi", args=[d.kpi])) for d in known]
    return Finding(
        fact=words.fact_name(found.fact, language),
        text=_what(found, language),
        count=figures.plain(found.count),
        share=figures.exact(found.share, "percent"),
        examples=", ".join(found.examples[:3]),
        kpis=kpis[:_NAMED],
        more_kpis=kpis[_NAMED:],
    )


def _what(found: QualityFinding, language: str) -> str:
    """The finding in a few words; numbers stand in columns of their own."""
    fields = [words.field_name(found.fact, name, language) for name in found.fields] or [""]
    text = {
        "incomplete": "%(fields)s",
        "duplicate": _("same company as another one; it counts once"),
        "equal_records": _("equal to another record in every field"),
        "possible_duplicate": _("pairs that may be the same company"),
        "invalid_number": _("%(fields)s: cannot be right"),
        "circle": _("%(fields)s: leads in a circle"),
        "broken_reference": _("%(fields)s: leads to nothing"),
        "date_order": _("%(then)s lies before %(first)s"),
        "future_date": _("%(fields)s: lies in the future"),
        "set_aside": _("not loaded: %(why)s"),
        "counts_nowhere": _("does not count: %(why)s"),
    }.get(found.check)
    if text is None:
        return found.text(language)
    why = reason(found.detail) if found.check in ("set_aside", "counts_nowhere") and found.detail else ""
    if why and found.values:
        why = f"{why} ({', '.join(found.values)})"
    return text % {"fields": ", ".join(fields), "first": fields[0], "then": fields[-1], "why": why}


def receipts(reader: Reader) -> list[Receipt]:
    """What became of the rows of every file; asked anew, as imports go on after a generation."""
    tables: list[TableReceipt] = reader.workspace.receipts()
    figures = frame.figures()
    return [
        Receipt(
            file=f"{table.file} · {table.sheet}" if table.sheet else table.file,
            fact=words.fact_name(table.fact, frame.language()),
            read=figures.plain(table.rows_read),
            taken=figures.plain(table.loaded + table.updated + table.unchanged),
            set_aside=figures.plain(table.rows_set_aside),
            reasons=[(reason(code), figures.plain(count)) for code, count in sorted(table.set_aside.items())],
        )
        for table in tables
        if not table.already
    ]


def set_aside(reader: Reader) -> list[dict[str, str]]:
    """The records that count nowhere, and the rows that were not loaded, newest import first."""
    rows: list[SetAsideRow] = reader.workspace.set_aside(limit=ROWS_SHOWN)
    return [
        {
            "file": f"{row.file} · {row.sheet}" if row.sheet else row.file or "–",
            "line": frame.figures().plain(row.line) if row.line else "–",
            "record": f"{words.fact_name(row.fact, frame.language())} {row.key}" if row.key else "–",
            "column": row.column or "–",
            "value": row.value or "–",
            "reason": reason(row.reason),
        }
        for row in rows
    ]


def reason(code: str) -> str:
    """Why a row was set aside, in words."""
    from leitstern.facts.receipts import reason_text

    return str(reason_text(code, frame.language()))
