"""Quality findings and import receipts as the data page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.messages import message
from leitstern.server import frame, words

if TYPE_CHECKING:
    from leitstern.server.reader import Reader


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks wrong: how often, what share of the fact, and the KPIs it touches."""

    fact: str
    text: str
    count: str
    share: str
    kpis: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file's rows; the numbers add up to those read."""

    file: str
    fact: str
    when: str
    read: str
    loaded: str
    set_aside: str
    reasons: list[tuple[str, str]]


def findings(reader: Reader) -> list[Finding]:
    """All findings of the generation."""
    return [_finding(reader, found) for found in reader.once("quality", lambda ws: list(ws.quality()))]


def _finding(reader: Reader, found: Any) -> Finding:
    figures, language = frame.figures(), frame.language()
    return Finding(
        fact=words.fact_name(found.fact),
        text=found.text(language),
        count=figures.plain(found.count),
        share=figures.exact(found.share, "percent") if found.share is not None else "–",
        kpis=[
            (words.text(d.name, language), reverse("kpi", args=[d.kpi]))
            for d in (reader.definition(name) for name in found.kpis)
            if d is not None
        ],
    )


def receipts(reader: Reader) -> list[Receipt]:
    """What became of the rows of every file, newest import first."""
    tables = reader.once("receipts", lambda ws: list(ws.receipts()))
    figures = frame.figures()
    return [
        Receipt(
            file=f"{table.file} · {table.sheet}" if table.sheet else table.file,
            fact=words.fact_name(table.fact),
            when="",
            read=figures.plain(table.rows_read),
            loaded=figures.plain(table.loaded + table.updated + table.unchanged),
            set_aside=figures.plain(table.rows_set_aside),
            reasons=[(reason(code), figures.plain(count)) for code, count in sorted(table.set_aside.items())],
        )
        for table in tables
        if not table.already
    ]


def reason(code: str) -> str:
    """Why a row was set aside, in words; the code where there are none yet."""
    try:
        return message(f"facts.reason_{code}", frame.language())
    except KeyError:
        return _("reason: %(code)s") % {"code": code}
