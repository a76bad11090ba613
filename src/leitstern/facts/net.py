"""Which of the amounts of a list are net, and what a column's name says of its numbers.

KPIs are about net amounts. A list may have both, or amounts with tax and the tax beside them: that is
settled by the names, and by what adds up. Where only amounts with tax are left, somebody is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.facts.naming import plain

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

#: Facts whose amounts are compared with each other and have to be net.
FACTS_OF_MONEY = frozenset({"invoice", "quote", "deal"})
_NET = re.compile(
    r"\b(?:netto(?!preis)\w*|net|subtotal|sub total)\b|\b(?:exkl|excl|excluding|zzgl) |"
    r"\b(?:ohne|before) (?:mwst|ust|mehrwertsteuer|umsatzsteuer|steuern?|vat|tax)"
)
_GROSS = re.compile(
    r"\bbrutto\w*\b|\bgross\b(?! margin| profit)|\b(?:inkl|incl|inklusive|including) "
    r"|\b(?:mit|with) (?:mwst|ust|mehrwertsteuer|umsatzsteuer|vat|tax)"
)
_TAX = re.compile(
    r"^(?:(?:summe |betrag )?(?:mwst|ust|mehrwertsteuer|umsatzsteuer|steuer|vat|tax)"
    r"(?: ?betrag| ?amount| total| summe| eur| chf)?|steuerbetrag|mwstbetrag|ustbetrag|tax amount|total tax)$"
)
_PRICE = re.compile(r"preis|price|rabatt|discount|offen|open|bezahlt|paid|einzel|unit")
#: So many rows have to agree.
_MOST = 0.9
#: Rates of VAT in Germany, Austria, Switzerland and Liechtenstein, in percent, and none.
RATES = (0.0, 2.5, 2.6, 3.7, 3.8, 4.9, 5.0, 7.0, 7.7, 8.1, 10.0, 13.0, 19.0, 20.0)
_NEAR = 0.0002


@dataclass(frozen=True, slots=True)
class Amount:
    """The column of amounts to take; ``less`` is a column of tax that has to go off, ``gross``: tax is in the
    amounts, and nothing says how much."""

    column: str
    less: str | None = None
    gross: bool = False


def _said(column: str) -> str:
    return plain(column).replace("mw st", "mwst")


def says_net(column: str) -> bool:
    """Whether a column's name says that its amounts are without tax."""
    said = _said(column)
    return bool(_NET.search(said + " ")) and not _PRICE.search(said)


def says_gross(column: str) -> bool:
    """Whether a column's name says that tax is in its amounts."""
    said = _said(column)
    return bool(_GROSS.search(said + " ")) and not says_net(column)


def net_amount(columns: Sequence[str], rows: pa.Table, assigned: str | None) -> Amount | None:
    """What to take for the net amount where ``assigned`` is what the names of the model suggest; None where
    there is no amount at all."""
    if assigned is not None and says_net(assigned):
        return Amount(assigned)
    numbers = {column: found for column in columns if (found := _numbers(rows, column)) is not None}
    named = next((column for column in numbers if says_net(column)), None)
    if named is not None:
        return Amount(named)
    gross = assigned or next((c for c in numbers if says_gross(c) and not _PRICE.search(_said(c))), None)
    if gross is None:
        return None
    tax = next((column for column in numbers if _TAX.match(_said(column))), None)
    if tax is not None and gross in numbers:
        return _beside_tax(gross, tax, numbers)
    return Amount(gross, gross=says_gross(gross))


def _beside_tax(amount: str, tax: str, numbers: dict[str, NDArray[np.float64]]) -> Amount:
    """An amount with a column of tax beside it: what adds up, or what the rate is, says whether it is net."""
    others = {column: found for column, found in numbers.items() if column not in (amount, tax)}
    net = next((c for c, found in others.items() if _agree(found + numbers[tax], numbers[amount])), None)
    if net is not None:
        return Amount(net)
    if any(_agree(numbers[amount] + numbers[tax], found) for found in others.values()):
        return Amount(amount)
    if _rated(numbers[tax], numbers[amount]):
        return Amount(amount, gross=says_gross(amount))
    if _rated(numbers[tax], numbers[amount] - numbers[tax]):
        return Amount(amount, less=tax)
    return Amount(amount, gross=True)


def _agree(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    import numpy as np

    known = np.isfinite(one) & np.isfinite(other)
    return bool(known.any()) and bool((np.abs(one - other)[known] < 0.02).mean() >= _MOST)


def _rated(tax: NDArray[np.float64], net: NDArray[np.float64]) -> bool:
    """Whether the tax is a usual rate of the amounts."""
    import numpy as np

    known = np.isfinite(tax) & np.isfinite(net) & (net != 0) & (tax != 0)
    if not known.any():
        return False
    rates = np.abs(tax[known] / net[known])
    off = np.abs(rates[:, None] - np.array(RATES[1:]) / 100).min(axis=1)
    return bool((off < _NEAR + 0.006 / np.abs(net[known])).mean() >= _MOST)


def _numbers(rows: pa.Table, column: str) -> NDArray[np.float64] | None:
    """The amounts of a column that can be read without a question; missing ones are not a number."""
    import numpy as np
    import pyarrow as pa

    from leitstern.sources.columns import decide
    from leitstern.sources.typed import to_kind

    reading = decide(rows[column], name=column, kind="money")
    if reading.kind != "number" or reading.read <= reading.unread or reading.percent:
        return None
    typed = to_kind(rows[column], "money", reading, "UTC").values.cast(pa.float64())
    return np.array(typed.to_numpy(zero_copy_only=False), dtype=np.float64)


_CODES = "EUR|CHF|USD|GBP|SEK|DKK|NOK|PLN|CZK|HUF"
_CURRENCY = re.compile(rf"(?:\b|(?<=[TkM]))({_CODES})\b|([€$£])")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_THOUSANDS = re.compile(
    rf"\b[Tk] ?(?:€|{_CODES})|\b[Tt]sd\b|\b[Tt]ausend\b|\bthousands?\b|\bin 1[., ]?000\b|(?<=\()[Tk](?=\))",
    re.A,
)
_MILLIONS = re.compile(rf"\bM(?:€|{_CODES})|\b[Mm]io\b|\bMill?\.? ?€|\bmillions?\b|\b[Mm]illionen\b")


def currency_in(column: str) -> str | None:
    """The one currency that a column's name tells: ``Betrag (CHF)``, ``Amount in USD``."""
    found = {code or _SIGNS[sign] for code, sign in _CURRENCY.findall(column)}
    return found.pop() if len(found) == 1 else None


def times_in(column: str) -> int | None:
    """What the numbers of a column are in: thousands (``Umsatz in T€``) or millions; None for units."""
    if _MILLIONS.search(column):
        return 1_000_000
    return 1000 if _THOUSANDS.search(column) else None
