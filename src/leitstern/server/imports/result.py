"""How far an import is and what became of it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.errors import Problem
from leitstern.server import frame, words
from leitstern.server.imports.run import receipt_of, told_of
from leitstern.server.models import Import
from leitstern.server.quality import reason
from leitstern.server.views.administration import moment

if TYPE_CHECKING:
    from leitstern.facts.receipts import Receipt
    from leitstern.kpis.definition import Definition
    from leitstern.server.reader import Reader

#: KPIs that are named once an import is done.
KPIS = 8
_PLAIN = ("currency", "count")


@dataclass(frozen=True, slots=True)
class Line:
    """One import in the list of imports."""

    id: int
    href: str
    files: str
    who: str
    when: str
    state: str
    said: str
    step: str
    percent: int | None
    kind: str = ""


def line(one: Import) -> Line:
    """An import as it stands."""
    names = kind_name(one.kind) or ", ".join(file.name for file in one.files.order_by("pk"))
    percent = min(100, round(100 * one.at / one.of)) if one.of else None
    step = problem(one) if one.state == "queued" and one.problem else _step(one)
    return Line(
        one.pk, reverse("data_import_of", args=[one.pk]), names, str(one.created_by), moment(one.created_at),
        one.state, _state(one), step, percent, one.kind,
    )  # fmt: skip


def kind_name(kind: str) -> str:
    """What was typed instead of brought as a file; empty for files."""
    return {
        "": "",
        "values": _("Numbers typed in"),
        "spend": _("Spending typed in"),
        "people": _("People and teams typed in"),
    }[kind]


def _state(one: Import) -> str:
    return {
        "receiving": _("files are still missing"),
        "queued": _("waits"),
        "running": _task(one),
        "ready": _("waits for you"),
        "done": _("saved") if one.kind else _("imported"),
        "undone": _("taken back"),
        "dropped": _("put away"),
    }[one.state]


def _task(one: Import) -> str:
    return {
        "": "",
        "read": _("is being read"),
        "try": _("is being tried"),
        "take": _("is being imported"),
        "enter": _("is being saved"),
        "build": _("the numbers are being built"),
        "undo": _("is being taken back"),
    }[one.task]


def _step(one: Import) -> str:
    """What is being done, for the page; what waits for another import says so."""
    if one.state == "queued":
        first = Import.objects.filter(state__in=("running", "queued"), pk__lt=one.pk).order_by("pk").first()
        if first is not None:
            names = kind_name(first.kind) or ", ".join(file.name for file in first.files.order_by("pk"))
            return _("Waits for another import (%(files)s).") % {"files": names}
        return _("Begins in a moment.")
    if one.state != "running":
        return ""
    if one.cancel:
        return _("Is being cancelled.")
    return f"{_task(one)[0].upper()}{_task(one)[1:]}" + (f": {one.step}" if one.step else " …")


def title(one: Import) -> str:
    """The heading of an import's page."""
    if one.kind:
        return kind_name(one.kind)
    found = list(one.files.order_by("pk"))
    first = found[0].name if found else ""
    more = len(found) - 1
    if more < 1:
        return _("Import of %(file)s") % {"file": first}
    text = ngettext("Import of %(file)s and %(more)s other", "Import of %(file)s and %(more)s others", more)
    return text % {"file": first, "more": more}


def problem(one: Import) -> str:
    """What kept the import from going on, in the reader's language; empty where nothing did."""
    if not one.problem:
        return ""
    if one.problem["code"] in ("leitstern.busy", "facts.store_busy"):
        return _("Another import or build is writing. This one waits, and then begins by itself.")
    return told_of(one.problem).text(frame.language())


def people_refused() -> str:
    """Why somebody may not take a list of people."""
    return _(
        "Lists of people, teams and who was in which team decide who sees what. They are imported by the "
        "administration."
    )


def account(receipt: Receipt) -> list[dict[str, Any]]:
    """What became, or would become, of the rows of each table."""
    plain, language = frame.figures().plain, frame.language()
    return [
        {
            "file": f"{table.file} · {table.sheet}" if table.sheet else table.file,
            "fact": words.fact_name(table.fact, language),
            "read": plain(table.rows_read),
            "new": plain(table.loaded),
            "changed": plain(table.updated),
            "unchanged": plain(table.unchanged),
            "set_aside": plain(table.rows_set_aside),
            "left_out": plain(table.left_out) if table.left_out else "",
            "reasons": [(reason(code), plain(count)) for code, count in sorted(table.set_aside.items())],
            "already": table.already,
        }
        for table in receipt.tables
    ]


def done(ask: Reader, one: Import) -> dict[str, Any]:
    """What the page of an import says that is in the data: its account, what counts, and the first KPIs."""
    receipt = receipt_of(one)
    facts = {table.fact for table in receipt.tables}
    return {
        "account": account(receipt),
        "notes": receipt.notes,
        "counts": _counts(ask, one, facts),
        "kpis": kpis(ask, facts) if one.generation else [],
        "built": one.generation is not None and not one.problem,
    }


def _counts(ask: Reader, one: Import, facts: set[str]) -> list[dict[str, Any]]:
    """Of each fact what counts where, and what does not for which reason."""
    language = frame.language()
    if one.generation is None:
        return []
    try:
        found = ask.once(("account",), lambda ws: ws.account(), of="store")
    except Problem as problem:
        if problem.code != "facts.store_busy":
            raise
        return []  # the next import is writing; the page has them again when it is done
    return [
        {
            "text": of.text(language),
            "nowhere": [remark.text(language) for remark in of.nowhere],
            "partly": [remark.text(language) for remark in of.partly],
        }
        for of in found.facts
        if of.fact in facts
    ]


def kpis(ask: Reader, facts: set[str]) -> list[dict[str, str]]:
    """The KPIs that these facts fill, the plainest first, with their last value and its records."""
    figures, language, calendar = frame.figures(), frame.language(), frame.calendar()
    end = ask.until()
    start = end.replace(year=end.year - 1, day=1)
    fed = [d for d in ask.catalogue if _fed(ask, d.kpi, facts)]
    fed.sort(key=lambda d: (not _fed_alone(ask, d.kpi, facts), d.shape is not None, _rank(d)))
    found: list[dict[str, str]] = []
    values = ask.compute([d.kpi for d in fed], "company", "month", start, end) if fed else ()
    newest = {o.kpi.partition("@")[0]: o for o in values if o.rows and o.value is not None}
    for definition in fed:
        last = newest.get(definition.kpi)
        if last is not None and len(found) < KPIS:
            found.append(
                {
                    "name": words.text(definition.name, language),
                    "href": reverse("kpi", args=[definition.kpi]),
                    "value": figures.short(last.value, definition.unit),
                    "period": calendar.period(_period(ask, last.period)),
                    "records": reverse("records", args=[definition.kpi, last.period]),
                    "rows": figures.plain(last.rows),
                }
            )
    return found


def _rank(definition: Definition) -> tuple[bool, bool, bool]:
    """Amounts and counts of results come first, strategic ones before others."""
    return definition.unit not in _PLAIN, definition.about != "result", definition.level != "strategic"


def _fed(ask: Reader, kpi: str, facts: set[str]) -> bool:
    measures = ask.catalogue.resolved(kpi).measures.values()
    return any(measure.fact in facts for measure in measures)


def _fed_alone(ask: Reader, kpi: str, facts: set[str]) -> bool:
    """Whether a KPI is made of one measure of these facts: a number that can be held against the source."""
    measures = list(ask.catalogue.resolved(kpi).measures.values())
    return len(measures) == 1 and measures[0].fact in facts


def _period(ask: Reader, label: str) -> Any:
    from leitstern.periods.grains import parse

    return parse(label, ask.settings.fiscal_year_start)
