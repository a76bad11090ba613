"""What no column tells and nobody may guess is asked, and the answer is what counts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from tests.facts.conftest import all_rows

from leitstern.errors import Problem
from leitstern.facts.receipts import Receipt
from leitstern.facts.store import Store
from leitstern.facts.titles import days_in

Bring = Callable[..., Receipt]


@pytest.fixture
def ask(bring: Bring, tmp_path: Path) -> Bring:
    """Imports without a mapping but for the one that was proposed before, as a user does."""

    def imported(files: dict[str, str], **options: object) -> Receipt:
        known = next((p.read_text(encoding="utf-8") for p in (tmp_path / "mappings").glob("*.toml")), None)
        return bring(files, known, proposals=tmp_path / "mappings", dots_day_first=True, **options)

    return imported


def asked(receipt: Receipt) -> dict[str, tuple[str, ...]]:
    return {question.column: question.choices for question in receipt.questions}


WORDS = (
    "Deal-ID;Name;Status;Betrag;Erstellt am\n1;A;gewonnen;10,50;01.02.2026\n2;B;Dublette;20,50;02.02.2026\n"
)


def test_rows_with_a_word_can_be_left_out(ask: Bring, store: Store) -> None:
    assert asked(ask({"deals.csv": WORDS})) == {"Status: Dublette": ("open", "won", "lost", "leave_out")}
    done = ask({"deals.csv": WORDS}, answers={"Status: Dublette": "leave_out"})
    assert done.tables[0].loaded == 1
    assert all_rows(store, "deal", "name", "status") == [("A", "won")]
    again = ask({"deals.csv": WORDS.replace("gewonnen", "dublette")})
    assert (again.tables[0].removed, store.count("deal")) == (1, 0)


def test_a_list_of_deals_without_a_state_asks_what_they_are(ask: Bring, store: Store) -> None:
    text = "Deal-ID;Name;Betrag;Abschlussdatum\n1;A;10,50;01.02.2026\n2;B;20,50;02.02.2026\n"
    assert asked(ask({"deals.csv": text})) == {"status": ("open", "won", "lost")}
    ask({"deals.csv": text}, answers={"status": "won"})
    assert all_rows(store, "deal", "status") == [("won",), ("won",)]


def test_a_report_without_a_day_asks_for_one_of_its_period(ask: Bring, store: Store) -> None:
    text = (
        "Kampagnenbericht\n1. Januar 2026 - 31. März 2026\n"
        "Kampagnenstatus;Kampagne;Impr.;Kosten\nAktiv;Nord;5;100,50\nAktiv;Süd;5;20,50\n"
    )
    assert asked(ask({"Bericht.csv": text})) == {"at": ("2026-01-01", "2026-03-31")}
    with pytest.raises(Problem):
        ask({"Bericht.csv": text}, answers={"at": "März"})
    ask({"Bericht.csv": text}, answers={"at": "2026-02-28"})
    found = all_rows(store, "spend", "amount", "at", "area")
    assert sorted((amount, str(at), area) for amount, at, area in found) == [
        (Decimal("20.5000"), "2026-02-28", "marketing"), (Decimal("100.5000"), "2026-02-28", "marketing"),
    ]  # fmt: skip


def test_amounts_with_tax_ask_how_much_of_it_is_in_them(ask: Bring, store: Store) -> None:
    text = "Rechnungsnummer;Kunde;Rechnungsdatum;Bruttobetrag\nRE-1;A;05.02.2026;119,00\n"
    assert asked(ask({"Rechnungen.csv": text})) == {"Bruttobetrag: tax": ("0", "7", "8.1", "19", "20")}
    ask({"Rechnungen.csv": text}, answers={"Bruttobetrag: tax": "19"})
    assert all_rows(store, "invoice", "amount") == [(Decimal("100.0000"),)]


def test_bookings_ask_which_accounts_are_revenue(ask: Bring, store: Store) -> None:
    text = (
        '"EXTF";700;21;"Buchungsstapel";9;;;"";"";"";1;1;20260101;4;20260201;20260228\n'
        "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);"
        "Belegdatum;Belegfeld 1\n"
        "119,00;S;EUR;10001;8400;0502;RE-1\n59,50;H;EUR;10001;8400;0602;GU-2\n70,00;S;EUR;4930;1200;0702;ER-3\n"
    )
    assert asked(ask({"EXTF.csv": text})) == {
        "accounts": ("SKR03", "SKR04", "all"),
        "Umsatz (ohne Soll/Haben-Kz): tax": ("0", "7", "8.1", "19", "20"),
    }
    answers = {"accounts": "SKR03", "Umsatz (ohne Soll/Haben-Kz): tax": "19"}
    done = ask({"EXTF.csv": text}, answers=answers)
    assert (done.tables[0].loaded, done.tables[0].left_out) == (2, 1)
    found = all_rows(store, "invoice", "number", "amount")
    assert sorted(found) == [("GU-2", Decimal("-50.0000")), ("RE-1", Decimal("100.0000"))]


def test_a_list_without_an_id_can_be_told_apart_by_two_columns(ask: Bring, store: Store) -> None:
    text = (
        "Name;Kunde;Status;Betrag;Erstellt am\nWartung;A;gewonnen;10,50;01.02.2026\n"
        "Wartung;B;gewonnen;10,50;01.02.2026\nUmbau;B;gewonnen;10,50;01.02.2026\n"
    )
    choices = asked(ask({"deals.csv": text}))["key"]
    assert (choices[0], choices[-1]) == ("Name + Kunde", "rows")
    ask({"deals.csv": text}, answers={"key": "Name + Kunde"})
    again = ask({"deals.csv": text.replace("gewonnen", "verloren")})
    assert (again.tables[0].updated, store.count("deal")) == (3, 3)


def test_marks_and_days_that_one_column_leaves_open_are_read_like_the_others(
    ask: Bring, store: Store
) -> None:
    text = (
        "Rechnungsnr;Kunde;Datum;Nettobetrag;Rabatt\n"
        "RE-1;A;03/04/2026;1.000;1,5\nRE-2;B;25/04/2026;2.500;2,25\n"
    )
    done = ask({"Rechnungen.csv": text})
    assert not done.questions
    assert any("Nettobetrag" in note for note in done.notes)
    assert sorted(all_rows(store, "invoice", "amount")) == [(Decimal("1000.0000"),), (Decimal("2500.0000"),)]


def test_a_count_has_no_decimals(ask: Bring, store: Store) -> None:
    text = "Datum;Kampagne;Kosten;Klicks\n15.01.2026;Nord;100,50;1.000\n16.01.2026;Nord;99,50;2.000\n"
    assert not ask({"Werbung.csv": text}).questions
    assert all_rows(store, "touchpoint", "quantity") == [(Decimal(1000),), (Decimal(2000),)]


def test_what_all_rows_are_is_told_by_the_file_s_name_or_asked(ask: Bring, store: Store) -> None:
    text = "Aktivitäts-ID;Datum;Ergebnis;Betreff\n1;14.02.2026;erledigt;Angebot\n"
    assert asked(ask({"Liste.csv": text}, fact="activity"))["kind"][:3] == ("call", "email", "meeting")
    assert not ask({"Anrufe 2026.csv": text}, fact="activity").questions
    assert all_rows(store, "activity", "kind", "outcome") == [("call", "held")]


def test_one_of_several_columns_of_days_is_asked_for(ask: Bring, store: Store) -> None:
    text = "Rechnungsnummer;Netto;Beginn Leistung;Ende Leistung\nR1;10,5;14.02.2026;15.03.2026\n"
    choices = asked(ask({"Rechnungen.csv": text}))
    assert choices == {"at": ("Beginn Leistung", "Ende Leistung")}
    done = ask({"Rechnungen.csv": text}, answers={"at": "Ende Leistung"})
    assert [str(at)[:10] for (at,) in all_rows(store, "invoice", "at")] == ["2026-03-14"]
    assert not any("Ende Leistung" in note for note in done.notes)


def test_a_rate_is_known_by_its_day_and_currency(ask: Bring, store: Store) -> None:
    text = "Datum;Währung;Kurs\n01.01.2026;USD;0,90\n01.01.2026;CHF;1,05\n02.01.2026;USD;0,91\n"
    assert ask({"Wechselkurse.csv": text}).tables[0].loaded == 3
    assert ask({"Wechselkurse.csv": text.replace("0,91", "0,92")}).tables[0].updated == 1


def test_an_identifier_is_no_number_that_counts(ask: Bring) -> None:
    text = "Antwort-ID;Datum;Kunde;Freitext\n1;14.02.2026;A;gut\n2;15.02.2026;B;gut\n"
    receipt = ask({"NPS.csv": text}, fact="survey_response")
    assert receipt.tables == ()


ROLLING = "Datum;Lieferant;Kosten\n01.01.2026;Druckerei;100,50\n02.01.2026;Druckerei;50,50\n"


def test_a_list_without_a_key_that_overlaps_with_an_earlier_one_is_noticed(ask: Bring, store: Store) -> None:
    ask({"Werbung-2026-01.csv": ROLLING}, fact="spend")
    later = ask({"Werbung-2026-02.csv": ROLLING.replace(".01.", ".02.")})
    assert (later.tables[0].loaded, later.tables[0].overlap) == (2, 0)
    changed = ROLLING.replace("50,50", "60,50") + "03.01.2026;Messe;70,50\n"
    again = ask({"Werbung-2026-03.csv": changed})
    assert (again.tables[0].loaded, again.tables[0].unchanged, again.tables[0].overlap) == (2, 1, 1)
    assert any("Werbung-2026-03.csv: this list has no key" in note for note in again.notes)
    assert store.count("spend") == 6


HEAD = "Tag;Kampagne;Kosten;Klicks\n"


@pytest.mark.parametrize(
    ("first", "second", "fact", "field", "total"),
    [
        (
            ("Bericht-2026-01.csv", f"Bericht\n1.1.2026\n{HEAD}2026-01-05;N;5,5;9\nGesamt;;5,5;9\n"),
            ("Bericht-2026-02.csv", f"Bericht\n\n1.2.26\n\n{HEAD}2026-02-05;N;1,5;9\nGesamt;;1,5;9\n"),
            "spend", "amount", 7,
        ),
        (
            ("Umsatz 2025.csv", "Kunde;Januar;Februar;Summe\nA;1,5;2,5;4,0\nSumme;1,5;2,5;4,0\n"),
            ("Umsatz 2026.csv", "Stand: März\n\nKunde;Januar;Februar;März\nA;;2,5;3,5\nSumme;;2,5;3,5\n"),
            "invoice", "amount", 10,
        ),
    ],
    ids=["titles and totals", "months as columns"],
)  # fmt: skip
def test_next_month_s_file_needs_no_word(
    ask: Bring,
    store: Store,
    first: tuple[str, str],
    second: tuple[str, str],
    fact: str,
    field: str,
    total: int,
) -> None:
    ask(dict([first]), fact=fact)
    later = ask(dict([second]))
    assert (later.questions, later.unmatched) == ((), ())
    sums = [float(str(amount)) for (amount,) in all_rows(store, fact, field)]
    assert sum(sums) == total


@pytest.mark.parametrize(
    ("title", "days"),
    [
        ("1. Januar 2026 - 31. März 2026", ["2026-01-01", "2026-03-31"]),
        ("January 1, 2026 - March 31, 2026", ["2026-01-01", "2026-03-31"]),
        ("Zeitraum: 01.01.2026 bis 31.01.2026", ["2026-01-01", "2026-01-31"]),
        ("report_2026-01-01_2026-01-31.csv", ["2026-01-01", "2026-01-31"]),
        ("Werbung März 2026.xlsx", ["2026-03-01"]),
        ("kosten_2026-03.csv", ["2026-03-01"]),
        ("31.02.2026", []),
        ("Kampagnen 2026", []),
    ],
)
def test_titles_tell_days(title: str, days: list[str]) -> None:
    assert days_in(["Bericht", title]) == days
