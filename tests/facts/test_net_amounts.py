"""KPIs are net: which amounts of a list are taken, and what goes off where only gross ones are there."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pytest
from tests.facts.conftest import all_rows

from leitstern.facts.net import Amount, currency_in, net_amount, says_gross, says_net, times_in
from leitstern.facts.receipts import Receipt
from leitstern.facts.store import Store

Bring = Callable[..., Receipt]


def taken(header: str, *rows: str, assigned: str | None = None) -> Amount | None:
    columns = header.split("|")
    cells = [row.split("|") for row in rows]
    table = pa.table({name: [row[n] for row in cells] for n, name in enumerate(columns)})
    return net_amount(columns, table, assigned)


@pytest.mark.parametrize(
    ("header", "rows", "assigned", "amount"),
    [
        ("Brutto|Netto", ["119,00|100,00"], "Brutto", Amount("Netto")),
        ("Total|Subtotal|Tax", ["119.00|100.00|19.00"], "Total", Amount("Subtotal")),
        ("Betrag|MwSt.|Gesamt", ["100,00|19,00|119,00", "50,00|3,50|53,50"], "Betrag", Amount("Betrag")),
        ("Gesamt|USt|Warenwert", ["119,00|19,00|100,00"], "Gesamt", Amount("Warenwert")),
        ("Amount|VAT", ["100.00|19.00", "55.50|10.55"], "Amount", Amount("Amount")),
        ("Bruttobetrag|Steuer", ["119,00|19,00", "21,40|1,40"], None, Amount("Bruttobetrag", less="Steuer")),
        ("Betrag inkl. MwSt.", ["119,00"], "Betrag inkl. MwSt.", Amount("Betrag inkl. MwSt.", gross=True)),
        ("Betrag|USt", ["100,00|3,33"], "Betrag", Amount("Betrag", gross=True)),
        ("Betrag|USt", ["100,00|0,00"], "Betrag", Amount("Betrag", gross=True)),
        ("Betrag|Offener Betrag brutto", ["100,00|119,00"], "Betrag", Amount("Betrag")),
        ("Nettopreis|Betrag", ["5,00|10,00"], "Betrag", Amount("Betrag")),
        ("Kunde", ["Muster"], None, None),
    ],
)
def test_the_net_amount_of_a_list(
    header: str, rows: list[str], assigned: str | None, amount: Amount | None
) -> None:
    assert taken(header, *rows, assigned=assigned) == amount


def test_names_tell_net_and_gross() -> None:
    net = ["Betrag (netto)", "Nettosumme", "Total excl. VAT", "Summe ohne MwSt.", "Net amount", "Subtotal"]
    gross = ["Betrag (brutto)", "Bruttosumme", "Total incl. VAT", "Gesamt inkl. USt", "Gross amount"]
    neither = ["Betrag", "Internet", "Gross margin", "Nettopreis", "Total"]
    assert [name for name in [*net, *gross, *neither] if says_net(name)] == net
    assert [name for name in [*net, *gross, *neither] if says_gross(name)] == gross


@pytest.mark.parametrize(
    ("column", "currency", "times"),
    [
        ("Betrag (CHF)", "CHF", None), ("Amount in USD", "USD", None), ("Umsatz €", "EUR", None),
        ("Umsatz (T€)", "EUR", 1000), ("Volumen in TEUR", "EUR", 1000), ("Wert kEUR", "EUR", 1000),
        ("Wert in Tsd. CHF", "CHF", 1000), ("Revenue in thousands", None, 1000),
        ("Volumen Mio. €", "EUR", 1_000_000), ("Betrag EUR/CHF", None, None), ("Amount", None, None),
        ("Ticketwert", None, None), ("Europa", None, None),
    ],
)  # fmt: skip
def test_names_tell_the_currency_and_thousands(column: str, currency: str | None, times: int | None) -> None:
    assert (currency_in(column), times_in(column)) == (currency, times)


MAPPED = """
name = "list"
[[table]]
file = "list.csv"
fact = "invoice"
[table.fields]
amount = {column = "total", read = "de", %s}
at = {column = "day", read = "YYYY-MM-DD"}
"""


@pytest.mark.parametrize(
    ("said", "amounts"),
    [
        ('less = "tax"', ["100.0000", "-10.0000", "7.0000"]),
        ("tax = 19", ["100.0000", "-10.0000", "5.8824"]),
        ("tax = 0", ["119.0000", "-11.9000", "7.0000"]),
        ("times = 1000", ["119000.0000", "-11900.0000", "7000.0000"]),
    ],
)
def test_tax_goes_off_and_thousands_count_as_such(
    bring: Bring, store: Store, said: str, amounts: list[str]
) -> None:
    text = "total;tax;day\n119,00;19,00;2026-02-01\n-11,90;-1,90;2026-02-02\n7,00;;2026-02-03\n"
    bring({"list.csv": text}, MAPPED % said)
    found = store.connection.execute("SELECT amount FROM invoice ORDER BY source_row").fetchall()
    assert [amount for (amount,) in found] == list(map(Decimal, amounts))
    assert len(all_rows(store, "invoice", "key")) == 3
