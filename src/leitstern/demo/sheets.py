"""Which files the company exports, which column tells which field, and in which words.

``mapping.toml`` is the mirror of ``FILES`` for the import.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leitstern.demo.arrays import Texts, texts
from leitstern.demo.labels import (
    ACTIVITY,
    AREA,
    CHANGED,
    COUNTRY,
    DIRECTION,
    DOCUMENT,
    LEAD_STATUS,
    MEASURES,
    OUTCOME,
    PRIORITY,
    QUOTE_STATUS,
    SPEND,
    STATUS,
    SURVEY,
    TICKET_STATUS,
    TOUCH,
)
from leitstern.demo.written import Column, day, euro, moment, money, number, percent, rate, text, unsigned


@dataclass(frozen=True, slots=True)
class Show:
    """A column of a file: its heading, the field it tells, how it is written, and words for choices."""

    heading: str
    field: str
    write: Callable[[Column], Texts]
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def of(self, column: Column) -> Texts:
        """The column as texts."""
        written = self.write(column)
        return texts([self.words.get(text, text) for text in written]) if self.words else written


@dataclass(frozen=True, slots=True)
class File:
    """One export file: its name, its fact, its columns."""

    name: str
    fact: str
    columns: tuple[Show, ...]


FILES = (
    File(
        "Firmen.csv",
        "company",
        (
            Show("Kundennummer", "key", text),
            Show("Firma", "name", text),
            Show("USt-IdNr.", "vat_id", text),
            Show("W-IdNr.", "wid_no", text),
            Show("Registergericht", "register_court", text),
            Show("Registernummer", "register_no", text),
            Show("UID (CH)", "uid_no", text),
            Show("PLZ", "postcode", text),
            Show("Ort", "city", text),
            Show("Land", "country", text, COUNTRY),
            Show("Gebiet", "region", text),
            Show("Branche", "industry", text),
            Show("Kundenklasse", "segment", text),
            Show("Beschäftigte", "employees", text),
            Show("Betreuer", "owner", text),
            Show("Kunde seit", "customer_since", day),
            Show("Kunde bis", "customer_until", day),
            Show("Angelegt am", "created_at", moment),
        ),
    ),
    File(
        "Kontakte.csv",
        "contact",
        (
            Show("Kontaktnummer", "key", text),
            Show("Name", "name", text),
            Show("E-Mail", "email", text),
            Show("Telefon", "phone", text),
            Show("Funktion", "position", text),
            Show("Kundennummer", "company", text),
            Show("Betreuer", "owner", text),
            Show("Angelegt am", "created_at", moment),
        ),
    ),
    File(
        "Mitarbeiter.csv",
        "person",
        (
            Show("Personalnummer", "key", text),
            Show("Name", "name", text),
            Show("E-Mail", "email", text),
            Show("Standort", "site", text),
            Show("Gebiet", "region", text),
            Show("Feiertagskalender", "calendar", text),
            Show("Arbeitszeitanteil", "working_share", percent),
            Show("Vorgesetzt", "manager", text),
            Show("Eintritt", "joined_at", day),
            Show("Austritt", "left_at", day),
        ),
    ),
    File(
        "Teams.csv",
        "team",
        (
            Show("Team-Nr.", "key", text),
            Show("Team", "name", text),
            Show("Gebiet", "region", text),
            Show("Bereich", "department", text),
            Show("Leitung", "lead", text),
            Show("Gehört zu", "parent", text),
        ),
    ),
    File(
        "Teamzugehoerigkeit.csv",
        "membership",
        (
            Show("Nr.", "key", text),
            Show("Personalnummer", "person", text),
            Show("Team-Nr.", "team", text),
            Show("Gültig ab", "valid_from", day),
            Show("Gültig bis", "valid_to", day),
        ),
    ),
    File(
        "Stufen.csv",
        "stage",
        (
            Show("Phase", "key", text),
            Show("Vertriebsprozess", "pipeline", text),
            Show("Reihenfolge", "position", text),
            Show("Ergebnis", "outcome", text, STATUS),
            Show("Wahrscheinlichkeit", "probability", percent),
        ),
    ),
    File(
        "Produkte.csv",
        "product",
        (
            Show("Artikelnummer", "key", text),
            Show("Bezeichnung", "name", text),
            Show("Produktlinie", "line", text),
            Show("Listenpreis", "price", euro),
        ),
    ),
    File(
        "Kampagnen.csv",
        "campaign",
        (
            Show("Kampagnennr.", "key", text),
            Show("Kampagne", "name", text),
            Show("Kanal", "channel", text),
            Show("Ziel", "goal", text),
            Show("Beginn", "started_at", day),
            Show("Ende", "ended_at", day),
            Show("Budget", "budget", euro),
        ),
    ),
    File(
        "Leads.csv",
        "lead",
        (
            Show("Lead-Nr.", "key", text),
            Show("Betreff", "name", text),
            Show("Quelle", "source", text),
            Show("Zielseite", "landing_page", text),
            Show("Gebiet", "region", text),
            Show("Kundennummer", "company", text),
            Show("Kontaktnummer", "contact", text),
            Show("Zuständig", "owner", text),
            Show("Kampagnennr.", "campaign", text),
            Show("Chance-Nr.", "deal", text),
            Show("Status", "status", text, LEAD_STATUS),
            Show("Eingegangen am", "created_at", moment),
            Show("Erste Antwort", "first_response_at", moment),
            Show("MQL am", "mql_at", moment),
            Show("SQL am", "sql_at", moment),
            Show("Übergabe an Vertrieb", "handed_over_at", moment),
            Show("Umgewandelt am", "converted_at", moment),
            Show("Aussortiert am", "disqualified_at", moment),
            Show("Aussortiert wegen", "disqualified_reason", text),
        ),
    ),
    File(
        "Verkaufschancen.csv",
        "deal",
        (
            Show("Chance-Nr.", "key", text),
            Show("Bezeichnung", "name", text),
            Show("Kundennummer", "company", text),
            Show("Kontaktnummer", "contact", text),
            Show("Zuständig", "owner", text),
            Show("Gebiet", "region", text),
            Show("Quelle", "source", text),
            Show("Kampagnennr.", "campaign", text),
            Show("Lead-Nr.", "lead", text),
            Show("Artikelnummer", "product", text),
            Show("Phase", "stage", text),
            Show("Status", "status", text, STATUS),
            Show("Geschäftsart", "kind", text, {"new": "Neugeschäft", "existing": "Bestandsgeschäft"}),
            Show("Wahrscheinlichkeit", "probability", percent),
            Show("Betrag", "amount", money),
            Show("Kalkulierte Kosten", "cost", money),
            Show("Währung", "currency", text),
            Show("Erstkontakt", "first_contact_at", moment),
            Show("Angelegt am", "created_at", moment),
            Show("Abschluss geplant", "expected_close_at", day),
            Show("Abgeschlossen am", "closed_at", moment),
            Show("Verlustgrund", "lost_reason", text),
        ),
    ),
    File(
        "Phasenverlauf.csv",
        "deal_event",
        (
            Show("Nr.", "key", text),
            Show("Chance-Nr.", "deal", text),
            Show("Zeitpunkt", "at", moment),
            Show("Feld", "field", text, CHANGED),
            Show("Alt", "old", text),
            Show("Neu", "new", text),
            Show("Geändert von", "actor", text),
        ),
    ),
    File(
        "Dealanteile.csv",
        "deal_share",
        (
            Show("Nr.", "key", text),
            Show("Chance-Nr.", "deal", text),
            Show("Personalnummer", "person", text),
            Show("Anteil", "share", percent),
        ),
    ),
    File(
        "Aktivitaeten.csv",
        "activity",
        (
            Show("Aktivität-Nr.", "key", text),
            Show("Art", "kind", text, ACTIVITY),
            Show("Richtung", "direction", text, DIRECTION),
            Show("Ergebnis", "outcome", text, OUTCOME),
            Show("Betreff", "subject", text),
            Show("Kundennummer", "company", text),
            Show("Kontaktnummer", "contact", text),
            Show("Zuständig", "owner", text),
            Show("Chance-Nr.", "deal", text),
            Show("Lead-Nr.", "lead", text),
            Show("Kampagnennr.", "campaign", text),
            Show("Dauer (Min.)", "minutes", text),
            Show("Zeitpunkt", "at", moment),
            Show("Vereinbart am", "booked_at", moment),
        ),
    ),
    File(
        "Angebote.csv",
        "quote",
        (
            Show("Angebots-Nr.", "key", text),
            Show("Belegnummer", "number", text),
            Show("Kundennummer", "company", text),
            Show("Zuständig", "owner", text),
            Show("Chance-Nr.", "deal", text),
            Show("Artikelnummer", "product", text),
            Show("Status", "status", text, QUOTE_STATUS),
            Show("Angebotssumme", "amount", money),
            Show("Währung", "currency", text),
            Show("Erstellt am", "created_at", moment),
            Show("Versendet am", "sent_at", moment),
            Show("Entschieden am", "decided_at", moment),
        ),
    ),
    File(
        "Rechnungen.csv",
        "invoice",
        (
            Show("Belegnummer", "key", text),
            Show("Belegart", "kind", text, DOCUMENT),
            Show("Kundennummer", "company", text),
            Show("Zuständig", "owner", text),
            Show("Chance-Nr.", "deal", text),
            Show("Kampagnennr.", "campaign", text),
            Show("Artikelnummer", "product", text),
            Show("Menge", "quantity", text),
            Show("Nettobetrag", "amount", unsigned),
            Show("Kosten", "cost", unsigned),
            Show("Währung", "currency", text),
            Show("Belegdatum", "at", day),
        ),
    ),
    File(
        "Ausgaben.csv",
        "spend",
        (
            Show("Buchung", "key", text),
            Show("Kostenart", "kind", text, SPEND),
            Show("Bereich", "area", text, AREA),
            Show("Kampagnennr.", "campaign", text),
            Show("Team-Nr.", "team", text),
            Show("Betrag", "amount", money),
            Show("Währung", "currency", text),
            Show("Buchungsdatum", "at", day),
        ),
    ),
    File(
        "Touchpoints.csv",
        "touchpoint",
        (
            Show("Nr.", "key", text),
            Show("Art", "kind", text, TOUCH),
            Show("Kanal", "channel", text),
            Show("Kampagnennr.", "campaign", text),
            Show("Kontaktnummer", "contact", text),
            Show("Kundennummer", "company", text),
            Show("Lead-Nr.", "lead", text),
            Show("Anzahl", "quantity", text),
            Show("Zeitpunkt", "at", moment),
        ),
    ),
    File(
        "Umfragen.csv",
        "survey_response",
        (
            Show("Antwort-Nr.", "key", text),
            Show("Umfrage", "kind", text, SURVEY),
            Show("Punkte", "score", text),
            Show("Höchstwert", "scale_max", text),
            Show("Kommentar", "comment", text),
            Show("Grund", "reason", text),
            Show("Kundennummer", "company", text),
            Show("Kontaktnummer", "contact", text),
            Show("Betreuer", "owner", text),
            Show("Team-Nr.", "team", text),
            Show("Beantwortet am", "at", moment),
        ),
    ),
    File(
        "Tickets.csv",
        "ticket",
        (
            Show("Ticket-Nr.", "key", text),
            Show("Betreff", "subject", text),
            Show("Kategorie", "category", text),
            Show("Priorität", "priority", text, PRIORITY),
            Show("Status", "status", text, TICKET_STATUS),
            Show("Kundennummer", "company", text),
            Show("Kontaktnummer", "contact", text),
            Show("Bearbeitet von", "owner", text),
            Show("Erstellt am", "created_at", moment),
            Show("Erste Antwort", "first_response_at", moment),
            Show("Gelöst am", "resolved_at", moment),
        ),
    ),
    File(
        "Wechselkurse.csv",
        "exchange_rate",
        (
            Show("Datum", "day", day),
            Show("Währung", "currency", text),
            Show("EUR je Einheit", "rate", rate),
        ),
    ),
    File(
        "Monatswerte.csv",
        "manual_value",
        (
            Show("Kennwert", "measure", text, MEASURES),
            Show("Team-Nr.", "team", text),
            Show("Wert", "value", number),
            Show("Stichtag", "at", day),
        ),
    ),
)
