"""The table in a grid: where its header is, which columns it has, which rows under it are no records."""

from __future__ import annotations

import pytest

from leitstern.sources.table import Found, find, typed


def grid(text: str) -> list[list[str]]:
    """Rows of cells from lines, with bars between the cells."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").split("\n")]


def found(text: str) -> Found:
    table = find(grid(text))
    assert table is not None
    return table


PREAMBLE = """
Erstellt|4/12/26 11:13 AM
Zone|Europe/Berlin
Konto|4444

Tag|Klicks|Kosten|Art
2026-01-15|4|3.33|x
2026-01-16|5|1.67|y
"""
SPARSE = """
Deal|Phase|Wert|Abschluss
A|offen||
B|offen||
C|won|5|01.02.2026
D|won|6|02.02.2026
E|won|7|03.02.2026
"""


@pytest.mark.parametrize(
    ("text", "header", "names"),
    [
        ("Nr|Kunde|Betrag\n1|A|10,00\n2|B|20,00", 0, "Nr|Kunde|Betrag"),
        ("Offene Posten\n\nNr|Kunde|Betrag\n1|A|10,00\n2|B|20,00", 2, "Nr|Kunde|Betrag"),
        ("Bericht|||\nStand: 01.04.26|||\n|||\nNr|Kunde|Am|Wert\n1|A|01.02.26|10", 3, "Nr|Kunde|Am|Wert"),
        (PREAMBLE, 4, "Tag|Klicks|Kosten|Art"),
        ("|Inhaber|Deal|Wert\n|Mira|A|12\n||B|13", 0, "Inhaber|Deal|Wert"),
        ("Name|Team|Ort\nAnna|Nord|Kiel\nBert|Süd|Ulm", 0, "Name|Team|Ort"),
        ("Personal\nName|Team|Ort\nAnna|Nord|Kiel\nBert|Süd|Ulm", 1, "Name|Team|Ort"),
        ("Kunde|2024|2025\nA|1|2\nB|3|4", 0, "Kunde|2024|2025"),
        ("Kunde|Jan 26|Feb 26\nA|1|2\nB|3|4", 0, "Kunde|Jan 26|Feb 26"),
        ("Nr|Betrag\nA|auf Anfrage\nB|offen\nC|5,00\nD|6,00\nE|7,00\nF|8,00", 0, "Nr|Betrag"),
        (SPARSE, 0, "Deal|Phase|Wert|Abschluss"),
        ("1|A|10,00\n2|B|20,00\n3|C|30,00", None, "||"),
        ("Firma|Nordwerk\n\nMonat|Betrag\nJan 26|100,00\nFeb 26|200,00", 2, "Monat|Betrag"),
    ],
)  # fmt: skip
def test_the_header_is_found(text: str, header: int | None, names: str) -> None:
    table = found(text)
    assert (table.header, "|".join(table.names)) == (header, names)


def test_a_header_of_two_lines_names_each_column_fully() -> None:
    table = found("Kunde|2025||2026|\n|Menge|Wert|Menge|Wert\nA|1|10,0|2|20,0\nB|3|30,0|4|40,0")
    assert table.header == 1
    assert table.names[1:] == ("2025 Menge", "2025 Wert", "2026 Menge", "2026 Wert")


INVOICES = (
    "Nr|Kunde|Am|Betrag\nR1|A|15.01.2026|10,00\nR2|B|16.01.2026|20,00\nR3|Total Energies|17.01.2026|5,00"
)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Zwischensumme Januar||31.01.2026|30,00", "total_row"),
        ("Gesamt||31.01.2026|35,00", "total_row"),
        ("Summe|||35,00", "total_row"),
        ("Grand Total:|---|2|35.00", "total_row"),
        ("Gesamtergebnis|||35,00", "total_row"),
        ("|Subtotal||35,00", "total_row"),
        ("Gesamt: Konto|||35,00", "total_row"),
        ("Nr|Kunde|Am|Betrag", "header_again"),
        ("R4|Total Energies|18.01.2026|5,00", None),
        ("R5|Gesamtverband Nord|18.01.2026|5,00", None),
        ("R6|Summe & Co. KG|18.01.2026|5,00", None),
        ("R7|||5,00", None),
    ],
)
def test_totals_and_repeated_headers_are_no_records(row: str, reason: str | None) -> None:
    assert found(INVOICES).verdict(row.split("|")) == reason


NUMBERS = ("12", "1.234,50 €", "-3", "10 %", "(100,00)")
DATES = ("31.12.2025", "2026-01-15 10:00", "31. Dezember 2025", "Do, 15.01.2026", "4/12/26 11:13 AM")


@pytest.mark.parametrize("cell", [*NUMBERS, *DATES])
def test_numbers_and_dates_are_no_words(cell: str) -> None:
    assert typed(cell)


@pytest.mark.parametrize("cell", ["Kunde", "Q1-2026 Plan", "RE-1", "Stand: 01.04.2026", "", "n/a", "Halle 4"])
def test_words_are_no_numbers(cell: str) -> None:
    assert not typed(cell)


def test_nothing_is_no_table() -> None:
    assert find([["", ""], ["", ""]]) is None
