"""What counts where, as pages show it: of each fact its records, the reasons, and the KPIs that are empty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from leitstern.server import frame, words

if TYPE_CHECKING:
    from leitstern.engine.account.data import DataAccount
    from leitstern.engine.account.facts import FactAccount, Remark
    from leitstern.engine.account.lacks import Lack
    from leitstern.server.reader import Reader

#: KPIs named for a reason before the rest is folded away.
_NAMED = 6


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """A reason, and the address of its list of records; empty where there is none for the viewer."""

    text: str
    href: str
    nowhere: bool


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact: how many records in which words, how many count, and what does not, or less than it should."""

    text: str
    remarks: list[RemarkLine]


@dataclass(frozen=True, slots=True)
class EmptyLine:
    """A reason for KPIs to be empty, and which they are."""

    text: str
    kpis: list[tuple[str, str]]
    more_kpis: list[tuple[str, str]]


def account(reader: Reader) -> DataAccount:
    """What counts of all data, by the newest generation."""
    found: DataAccount = reader.once("account", lambda ws: ws.account(), of="store")
    return found


def facts(found: DataAccount, *, records: bool) -> list[FactLine]:
    """The facts of an account. ``records``: the viewer may see single records, and what they name."""
    return [_fact(one, records=records) for one in found.facts]


def _fact(one: FactAccount, *, records: bool) -> FactLine:
    language, whole = frame.language(), frame.figures().plain
    lines = [
        RemarkLine(
            (remark if records else replace(remark, values=())).text(language, whole),
            address(remark) if records else "",
            remark.nowhere,
        )
        for remark in (*one.nowhere, *one.partly)
    ]
    return FactLine(one.text(language, whole), lines)


def address(remark: Remark) -> str:
    """Where the records of a remark are listed."""
    query = {"field": remark.field or "", "choice": remark.choice or "", "counts": int(not remark.nowhere)}
    place = reverse("data_records", args=[remark.fact, remark.code])
    return f"{place}?{urlencode(query)}"


def remark_at(found: DataAccount, fact: str, code: str, query: dict[str, str]) -> Remark | None:
    """The remark that an address is about; None where there is none (any more)."""
    wanted = (code, query.get("field", ""), query.get("choice", ""), query.get("counts", "0") == "0")
    one = found.of(fact)
    for remark in (*one.nowhere, *one.partly) if one else ():
        if (remark.code, remark.field or "", remark.choice or "", remark.nowhere) == wanted:
            return remark
    return None


def lacks(reader: Reader, kpi: str | None = None) -> list[Lack]:
    """Why KPIs are empty; those of one KPI if given."""
    found: list[Lack] = reader.once("lacks", lambda ws: ws.lacks())
    return [one for one in found if kpi in (None, one.kpi)]


def empty(reader: Reader) -> list[EmptyLine]:
    """The KPIs that are empty, by the reason."""
    language, whole = frame.language(), frame.figures().plain
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in lacks(reader):
        definition = reader.definition(one.kpi)
        if definition is not None:
            name = words.text(definition.name, language)
            groups.setdefault(one.text(language, whole), []).append((name, reverse("kpi", args=[one.kpi])))
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return [EmptyLine(text, kpis[:_NAMED], kpis[_NAMED:]) for text, kpis in ordered]
