"""Which numbers are kept from a visitor, and whether an answer tells one of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.http import HttpResponse

from leitstern.engine.observations import Observation
from leitstern.server.book.rights import seeing
from leitstern.server.models import Account
from leitstern.server.reader import Reader

KPIS = ("won_value", "won_value_ytd")
GRAINS = ("month", "quarter", "year")
_NUMBER = re.compile(r"\d[\d.,]*\d")


class Kept:
    """Values of teams and people over the last years, to the cent, by what each account may see of them."""

    def __init__(self, ask: Reader, first: date, last: date) -> None:
        self.ask = ask
        self.asked = [
            ([kpi], by, grain, first, last) for kpi in KPIS for by in ("team", "person") for grain in GRAINS
        ]
        grains = (*GRAINS, "week", "day")
        of_company = [([kpi], "company", grain, first, last) for kpi in KPIS for grain in grains]
        everybodys = _cents(o for question in of_company for o in ask.compute(*question))
        self.all = _cents(o for question in self.asked for o in ask.compute(*question)) - everybodys

    def from_(self, account: Account | None) -> frozenset[str]:
        """What `compute` and the policy keep from an account, as it may be written; all of it from nobody."""
        kept = self.all
        if account is not None:
            seen = seeing(account.viewer)
            kept -= _cents(o for question in self.asked for o in seen.compute(*question))
        return frozenset(text for number in kept for text in written(number))


def told(response: HttpResponse, kept: frozenset[str]) -> set[str]:
    """The kept numbers that a page or document names."""
    if response.status_code != 200 or response.streaming:
        return set()
    text = response.content.decode(errors="ignore")
    if response["Content-Type"].startswith("text/html"):
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return kept & set(_NUMBER.findall(text))


def written(number: Decimal) -> tuple[str, str, str]:
    """As JSON, in English, and in German."""
    english = f"{number:,.2f}"
    return f"{number:.2f}".rstrip("0"), english, english.translate(str.maketrans(",.", ".,"))


def _cents(found: Iterable[Observation]) -> frozenset[Decimal]:
    """The values that are no round sums, so that nothing else is mistaken for them."""
    values = (Decimal(str(o.value)) for o in found if o.value is not None)
    return frozenset(v.quantize(Decimal("0.01")) for v in values if v > 1000 and v % 1)
