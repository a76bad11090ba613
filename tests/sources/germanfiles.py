"""Writes the same known rows in every way a German, Swiss or English program might export them.

Nothing here uses the code under test: values are formatted and quoted by hand.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

NBSP = "\u00a0"

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
DELIMITERS = (";", ",", "\t", "|")


@dataclass(frozen=True)
class Row:
    key: str
    name: str
    amount: Decimal
    day: date
    moment: datetime
    note: str


def rows(count: int = 40, seed: int = 7) -> list[Row]:
    """Rows with leading zeros, umlauts, every delimiter and quotes in texts, line breaks, both signs."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        day = date(2023, 1, 1) + timedelta(chance.randrange(1000))
        if number == 0:
            day = date(2024, 2, 29)
        if number == 1:
            day = date(2024, 12, 31)
        cents = chance.choice([1, 9, 123, 99_999, 123_456, 99_999_999, chance.randrange(10**9)])
        amount = Decimal(cents if number % 3 else -cents).scaleb(-2)
        made.append(
            Row(
                key=f"{number * 7 + 1:06d}",
                name=chance.choice(
                    ["Müller & Söhne", "Größe; Maß, | GmbH", 'Haus "Öl" AG', "Ärzte-\tBedarf"]
                ),
                amount=Decimal("1234567.89") if number == 2 else amount,
                day=day,
                moment=datetime.combine(day, time(chance.randrange(24), chance.randrange(60))),
                note=chance.choice(["", "eine Zeile", "zwei\r\nZeilen", 'drei\nZeilen; mit "Zitat"\nund |']),
            )
        )
    return made


def _grouped(amount: Decimal, thousands: str, decimal: str) -> str:
    whole, cents = f"{abs(amount):.2f}".split(".")
    groups = []
    while len(whole) > 3:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    return thousands.join([whole, *groups]) + decimal + cents


def _signed(amount: Decimal, text: str) -> str:
    return f"-{text}" if amount < 0 else text


NUMBERS = {
    "1.234,56": lambda a: _signed(a, _grouped(a, ".", ",")),
    "1234,56": lambda a: _signed(a, _grouped(a, "", ",")),
    "1 234,56": lambda a: _signed(a, _grouped(a, NBSP, ",")),
    "1.234,56 €": lambda a: _signed(a, _grouped(a, ".", ",")) + " €",
    "EUR 1.234,56-": lambda a: "EUR " + _grouped(a, ".", ",") + ("-" if a < 0 else ""),
    "1'234.56": lambda a: _signed(a, _grouped(a, "'", ".")),
    "CHF 1’234.56": lambda a: "CHF " + _signed(a, _grouped(a, "’", ".")),
    "1,234.56": lambda a: _signed(a, _grouped(a, ",", ".")),
    "(£1,234.56)": lambda a: f"(£{_grouped(a, ',', '.')})" if a < 0 else "£" + _grouped(a, ",", "."),
    "1234.56": lambda a: _signed(a, _grouped(a, "", ".")),
}

DATES = {
    "DD.MM.YYYY": lambda d: f"{d.day:02}.{d.month:02}.{d.year}",
    "D.M.YY": lambda d: f"{d.day}.{d.month}.{d.year % 100:02}",
    "DD-MM-YY": lambda d: f"{d.day:02}-{d.month:02}-{d.year % 100:02}",
    "DD-MM-YYYY": lambda d: f"{d.day:02}-{d.month:02}-{d.year}",
    "DD/MM/YYYY": lambda d: f"{d.day:02}/{d.month:02}/{d.year}",
    "MM/DD/YYYY": lambda d: f"{d.month:02}/{d.day:02}/{d.year}",
    "YYYY-MM-DD": lambda d: f"{d.year}-{d.month:02}-{d.day:02}",
}

MOMENTS = {
    "DD.MM.YYYY HH:MM": lambda m: f"{m.day:02}.{m.month:02}.{m.year} {m.hour:02}:{m.minute:02}",
    "DD-MM-YYYY HH:MM": lambda m: f"{m.day:02}-{m.month:02}-{m.year} {m.hour:02}:{m.minute:02}",
    "YYYY-MM-DDTHH:MM:00": lambda m: f"{m.year}-{m.month:02}-{m.day:02}T{m.hour:02}:{m.minute:02}:00",
}


def delimited(
    table: list[list[str]], delimiter: str, encoding: str, *, quote_all: bool, line_end: str = "\r\n"
) -> bytes:
    """A delimited file, quoted where needed or everywhere."""
    lines = []
    for row in table:
        cells = []
        for text in row:
            needed = any(mark in text for mark in (delimiter, '"', "\r", "\n"))
            cells.append('"' + text.replace('"', '""') + '"' if needed or quote_all else text)
        lines.append(delimiter.join(cells) + line_end)
    return "".join(lines).encode(encoding)
