"""A mapping is proposed from what the columns are called and hold, and can be used or corrected."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from tests.facts.conftest import all_rows

from leitstern.errors import Problem
from leitstern.facts import choices
from leitstern.facts.mapping import parse
from leitstern.facts.model import FACTS, Fact
from leitstern.facts.naming import names_of, plain
from leitstern.facts.proposal_file import to_toml
from leitstern.facts.propose import Proposal, file_pattern, propose
from leitstern.facts.receipts import Receipt
from leitstern.facts.store import Store

Bring = Callable[..., Receipt]

STORED = [fact for fact in FACTS.values() if not fact.derived]


def proposed(file: str, header: str, *rows: str, fact: str | None = None) -> Proposal | None:
    columns = header.split(";")
    cells = [row.split(";") for row in rows]
    table = pa.table(
        {
            **{
                name: pa.array([row[place] or None for row in cells], pa.string())
                for place, name in enumerate(columns)
            },
            "_line": pa.array(range(2, len(cells) + 2), pa.int64()),
        }
    )
    return propose(file, None, columns, table, fact=fact)


def columns_of(proposal: Proposal | None) -> dict[str, str | None]:
    assert proposal is not None
    return {name: mapped.column for name, mapped in proposal.fields.items()}


def test_a_german_crm_export_of_deals() -> None:
    found = proposed(
        "Verkaufschancen_2026-03.csv",
        "Vorgangsnummer;Verkaufschance;Firma;Ansprechpartner;Zuständig;Phase;Auftragswert;Währung;"
        "Erstellt am;Abschlussdatum;Lead-Quelle;Verlustgrund",
        "001;Halle Nord;Muster GmbH;A;Huber;Gewonnen;1.234,50;EUR;01.02.2025;15.03.2025;Messe;",
        "002;Halle Süd;Test AG;B;Maier;Angebot;12.000,00;EUR;03.02.2025;;Web;",
    )
    assert columns_of(found) == {
        "name": "Verkaufschance",
        "source": "Lead-Quelle",
        "lost_reason": "Verlustgrund",
        "currency": "Währung",
        "company": "Firma",
        "contact": "Ansprechpartner",
        "owner": "Zuständig",
        "stage": "Phase",
        "status": "Phase",
        "amount": "Auftragswert",
        "created_at": "Erstellt am",
        "closed_at": "Abschlussdatum",
    }
    assert found is not None
    assert (found.fact, found.key, found.file, found.unused) == (
        "deal", ("Vorgangsnummer",), "Verkaufschancen_*.csv", (),
    )  # fmt: skip
    assert found.fields["status"].values == {"Gewonnen": "won", "Angebot": "open"}
    assert (found.fields["status"].default, found.fields["status"].others) == (None, "known")


def test_an_english_crm_export_of_deals() -> None:
    found = proposed(
        "all-deals.csv",
        "Record ID;Deal Name;Deal Stage;Close Date;Deal owner;Amount;Create Date;Deal Type;"
        "Associated Company",
        "11;A;Closed Won;2025-03-01 10:00;Ada;1000;2025-01-01 09:00;newbusiness;X",
        "12;B;Closed Lost;2025-03-02 10:00;Bo;2000;2025-01-02 09:00;existingbusiness;Y",
    )
    assert found is not None
    assert (found.fact, found.key) == ("deal", ("Record ID",))
    assert columns_of(found) == {
        "name": "Deal Name",
        "company": "Associated Company",
        "owner": "Deal owner",
        "stage": "Deal Stage",
        "status": "Deal Stage",
        "kind": "Deal Type",
        "amount": "Amount",
        "created_at": "Create Date",
        "closed_at": "Close Date",
    }


@pytest.mark.parametrize(
    ("file", "header", "row", "fact", "some"),
    [
        (
            "Firmen.xlsx",
            "Firma-ID;Firmenname;USt-IdNr.;Registergericht;Handelsregisternummer;PLZ;Ort;Branche;Mitarbeiterzahl",
            "1;Muster GmbH;DE123456788;Köln;HRB 5;50667;Köln;Bau;50",
            "company",
            {"vat_id": "USt-IdNr.", "postcode": "PLZ", "employees": "Mitarbeiterzahl", "city": "Ort"},
        ),
        (
            "Aktivitäten.csv",
            "Art;Richtung;Ergebnis;Betreff;Firma;Mitarbeiter;Dauer (Min);Datum",
            "Anruf;ausgehend;erreicht;x;Muster;Huber;12;15.03.2025 10:30",
            "activity",
            {"kind": "Art", "minutes": "Dauer (Min)", "at": "Datum", "owner": "Mitarbeiter"},
        ),
        (
            "leads.csv",
            "Lead-ID;Leadquelle;Kampagne;Erstellt am;Leadstatus;MQL am;Firma",
            "1;Web;Messe;01.02.2025;Qualifiziert;03.02.2025;Muster",
            "lead",
            {"created_at": "Erstellt am", "mql_at": "MQL am", "campaign": "Kampagne", "status": "Leadstatus"},
        ),
        (
            "export.csv",
            "Rechnungsnummer;Rechnungsdatum;Kundennummer;Nettobetrag;Belegart",
            "R1;01.02.2025;77;1.234,50;Gutschrift",
            "invoice",
            {"number": "Rechnungsnummer", "at": "Rechnungsdatum", "amount": "Nettobetrag"},
        ),
        (
            "Ad Spend.csv",
            "Date;Campaign;Spend;Currency",
            "2025-01-01;Fair;12.50;EUR",
            "spend",
            {"at": "Date", "campaign": "Campaign", "amount": "Spend"},
        ),
        (
            "tickets.csv",
            "Ticketnummer;Betreff;Priorität;Status;Eröffnet am;Gelöst am;Kunde",
            "1;x;Hoch;Gelöst;01.02.2025;02.02.2025;Muster",
            "ticket",
            {"created_at": "Eröffnet am", "resolved_at": "Gelöst am", "priority": "Priorität"},
        ),
        (
            "mitarbeiter.csv",
            "Personalnummer;Name;E-Mail;Region",
            "1;Ada;a@example.org;Nord",
            "person",
            {"email": "E-Mail"},
        ),
    ],
)
def test_the_fact_is_found_by_columns_and_file(
    file: str, header: str, row: str, fact: str, some: dict[str, str]
) -> None:
    found = proposed(file, header, row)
    assert found is not None
    assert found.fact == fact
    assert columns_of(found).items() >= some.items()
    assert found.table is not None


def test_a_column_that_cannot_be_read_as_the_field_is_not_proposed() -> None:
    found = proposed("deals.csv", "Deal-ID;Deal;Betrag;Abschlussdatum", "1;A;viel;bald", "2;B;wenig;nie")
    assert columns_of(found) == {"name": "Deal"}
    assert found is not None
    assert found.unused == ("Betrag", "Abschlussdatum")


def test_what_is_missing_or_unclear_is_left_to_the_user() -> None:
    found = proposed("leads.csv", "Lead-ID;Quelle;Leadstatus;Notiz", "1;Web;Sonderfall;x", fact="lead")
    assert found is not None
    assert found.table is None
    assert found.missing == ("created_at",)
    assert found.unclear == {"status": ("Leadstatus", ("Sonderfall",))}
    text = to_toml(found, "de")
    assert '# status = { column = "Leadstatus", values = { "Sonderfall" = "?" } }' in text
    assert "Notiz" in text


def test_a_table_that_is_nothing_we_know_has_no_proposal() -> None:
    assert proposed("wetter.csv", "Temperatur;Regen", "20;1") is None


@pytest.mark.parametrize("fact", STORED, ids=lambda fact: fact.name)
def test_every_field_is_found_by_its_german_and_english_names(fact: Fact) -> None:
    for field in fact.fields:
        if not field.derived:
            names = names_of(fact.name, field.name)
            assert len(names) >= 3, field.name
            assert names == list(dict.fromkeys(names)), field.name


@pytest.mark.parametrize("fact", STORED, ids=lambda fact: fact.name)
def test_every_choice_has_words_and_no_word_means_two_things(fact: Fact) -> None:
    for field in fact.fields:
        if field.kind == "choice" and not field.derived:
            listed = choices._words()[fact.name][field.name]
            assert set(listed) - {"default", "telling"} == set(field.choices)
            words = [plain(word) for choice in field.choices for word in {plain(w) for w in listed[choice]}]
            assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("deals.csv", "deals.csv"),
        ("deals_20260301.csv", "deals_*.csv"),
        ("deals-2026-03-01.csv", "deals-*.csv"),
        ("deals (3).csv", "deals *.csv"),
        ("Q1 [final].csv", "Q1 [[]final].csv"),
    ],
)
def test_the_pattern_fits_the_file_and_the_next_export(file: str, pattern: str) -> None:
    assert file_pattern(file) == pattern
    table = parse(
        f'name = "x"\n[[table]]\nfile = "{pattern}"\nfact = "deal"\nkey = "k"\n[table.fields]\nname = "n"\n',
        "m",
    ).table[0]
    assert table.matches(file)


def test_a_complete_proposal_is_written_used_and_not_overwritten(
    bring: Bring, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "mappings"
    text = 'Deal-ID;Deal;Zuständig;"Betrag ""netto""";Status\n1;A;Ada;5,50;Gewonnen\n2;B;Bo;7,25;Verloren\n'
    receipt = bring({"deals.csv": text}, proposals=folder, language="de")
    assert receipt.proposed == ("deals.toml",)
    assert receipt.tables[0].loaded == 2
    assert [row[0] for row in all_rows(store, "deal", "status")] == ["won", "lost"]
    written = (folder / "deals.toml").read_text(encoding="utf-8")
    assert "Bitte prüfen" in written
    again = bring({"deals.csv": text + "3;C;Cy;1,00;Offen\n"}, written)
    assert (again.tables[0].loaded, again.tables[0].unchanged) == (1, 2)
    assert bring({"deals.csv": text}, proposals=folder).proposed == ("deals_2.toml",)


def test_an_incomplete_proposal_is_a_draft_and_the_file_reported(
    bring: Bring, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "mappings"
    for _ in range(2):
        receipt = bring({"leads.csv": "Lead-ID;Quelle\n1;Web\n"}, proposals=folder, fact="lead")
        assert receipt.proposed == ("leads.toml.draft",)
        assert [other.file for other in receipt.unmatched] == ["leads.csv"]
    assert [path.name for path in folder.iterdir()] == ["leads.toml.draft"]
    assert "missing and needed: created_at" in (folder / "leads.toml.draft").read_text(encoding="utf-8")
    assert store.count("lead") == 0


def test_records_that_change_need_a_key(bring: Bring, store: Store, tmp_path: Path) -> None:
    text = "Deal;Betrag;Status\nA;5,50;Gewonnen\nA;5,50;Verloren\n"
    asked = bring({"deals.csv": text}, proposals=tmp_path, fact="deal")
    assert [(question.name, question.choices) for question in asked.questions] == [
        ("deals.csv:key", ("rows",))
    ]
    assert (asked.proposed, store.count("deal")) == ((), 0)
    answered = bring({"deals.csv": text}, proposals=tmp_path, fact="deal", answers={"key": "rows"})
    assert (answered.questions, store.count("deal")) == ((), 2)
    with pytest.raises(Problem, match="Betrag"):
        bring({"more.csv": text}, proposals=tmp_path, fact="deal", answers={"key": "Betrag"})


def test_the_companys_own_words_for_won_and_lost_are_asked(
    bring: Bring, store: Store, tmp_path: Path
) -> None:
    text = "Deal-ID;Phase;Betrag\n1;Unterschrieben;5,50\n2;Abgeschlossen und verloren;7,25\n3;Angebot;1,00\n"
    asked = bring({"deals.csv": text}, proposals=tmp_path)
    assert [(q.column, q.choices) for q in asked.questions] == [
        ("Phase: Unterschrieben", ("open", "won", "lost", "leave_out"))
    ]
    assert store.count("deal") == 0
    bring({"deals.csv": text}, proposals=tmp_path, answers={"Phase: Unterschrieben": "won"})
    assert [row[0] for row in all_rows(store, "deal", "status")] == ["won", "lost", "open"]
    written = (tmp_path / "deals.toml").read_text(encoding="utf-8")
    later = bring({"deals.csv": text + "4;Gewonnen;1,00\n5;Sonderfall;1,00\n"}, written)
    assert (later.tables[0].loaded, later.tables[0].set_aside) == (1, {"value_unknown": 1})


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("Abgeschlossen und gewonnen", "won"),
        ("Abgeschlossen: Gewonnen", "won"),
        ("5 - Closed Won (signed)", "won"),
        ("Geschlossen / verloren", "lost"),
        ("Vertrag versendet", "open"),
        ("Noch nicht gewonnen", None),
        ("Won back from lost", None),
        ("Unterschrieben", None),
    ],
)
def test_words_among_others_tell_won_and_lost(word: str, meaning: str | None) -> None:
    assert choices.usual("deal", FACTS["deal"].by_name["status"], word) == meaning


def test_cancelled_invoices_are_left_out_and_credit_notes_take_away(
    bring: Bring, store: Store, tmp_path: Path
) -> None:
    text = (
        "Rechnungsnummer;Rechnungstyp;Status;Kunde;Rechnungsdatum;Netto\nR1;Rechnung;offen;A;15.02.2026;100,50\n"
        "R2;Stornorechnung;bezahlt;A;16.02.2026;20,25\nR3;Rechnung;storniert;B;17.02.2026;70,00\n"
    )
    receipt = bring({"Rechnungen.csv": text}, proposals=tmp_path)
    assert receipt.tables[0].loaded == 2
    assert any("storniert" in note for note in receipt.notes)
    assert [row[0] for row in all_rows(store, "invoice", "amount")] == [Decimal("100.5"), Decimal("-20.25")]
    written = (tmp_path / "Rechnungen.toml").read_text(encoding="utf-8")
    paid = bring({"Rechnungen.csv": text.replace("offen", "bezahlt")}, written)
    assert (paid.tables[0].loaded, paid.tables[0].updated) == (0, 0)
    ended = bring({"Rechnungen.csv": text.replace("offen", "Storniert")}, written)
    assert (ended.tables[0].removed, store.count("invoice")) == (1, 1)


def test_a_cancelled_invoice_counts_where_a_voucher_of_the_same_amount_takes_it_back(
    bring: Bring, store: Store, tmp_path: Path
) -> None:
    text = (
        "Rechnungsnummer;Rechnungstyp;Status;Kunde;Rechnungsdatum;Netto\nR1;Rechnung;storniert;A;15.02.2026;70,00\n"
        "R2;Stornorechnung;bezahlt;A;16.02.2026;70,00\nR3;Rechnung;Entwurf;B;17.02.2026;30,00\n"
    )
    bring({"Rechnungen.csv": text}, proposals=tmp_path)
    assert [row[0] for row in all_rows(store, "invoice", "amount")] == [Decimal(70), Decimal(-70)]


def test_costs_are_marketings_where_the_file_tells_and_asked_where_not(bring: Bring, tmp_path: Path) -> None:
    ads = bring({"Werbekosten.csv": "Datum;Kampagne;Kosten\n15.01.2026;Suche;120,00\n"}, proposals=tmp_path)
    assert (ads.questions, ads.tables[0].loaded) == ((), 1)
    assert 'area = { value = "marketing" }' in (tmp_path / "Werbekosten.toml").read_text(encoding="utf-8")
    plain_costs = {"Kosten.csv": "Datum;Kosten\n15.01.2026;120,00\n"}
    asked = bring(plain_costs, proposals=tmp_path, fact="spend", language="de")
    assert [(q.column, q.meanings) for q in asked.questions] == [
        ("area", ("Kosten des Marketings", "Kosten des Vertriebs"))
    ]


def test_columns_that_no_field_takes_are_named(bring: Bring, tmp_path: Path) -> None:
    text = "Title,Send Date,Total Clicks,Name\nA,2026-01-15,81,A\n"
    receipt = bring({"campaigns.csv": text}, proposals=tmp_path, fact="campaign")
    assert any("Total Clicks" in note for note in receipt.notes)


def test_a_dry_run_proposes_without_writing(bring: Bring, tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    receipt = bring({"deals.csv": "Deal-ID;Status;Betrag\n1;Offen;5,50\n"}, proposals=folder, dry_run=True)
    assert [c.targets for c in receipt.columns] == [("deal.key",), ("deal.status",), ("deal.amount",)]
    assert not folder.exists()
