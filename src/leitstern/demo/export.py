"""The company's exports, as a German CRM writes them: ``;``, cp1252, decimal comma, day before month.

``FILES`` says which column of which file tells which field, in which words; ``mapping.toml`` is its mirror
for the import.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from leitstern.demo.arrays import Texts, texts
from leitstern.demo.company import Company
from leitstern.demo.dirt import BadRow

ENCODING = "cp1252"

Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Show:
    """A column of a file: its heading, the field it tells, how it is written, and words for choices."""

    heading: str
    field: str
    write: Callable[[Column], Texts]
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

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


def text(column: Column) -> Texts:
    """Text as it is; nothing for None."""
    return texts(["" if value is None else str(value) for value in column])


def day(column: Column) -> Texts:
    """``31.12.2026``; nothing for NaT."""
    days = column.astype("datetime64[D]")
    known, place = np.unique(days, return_inverse=True)
    return texts([_day(value) for value in known.astype(str)])[place]


def moment(column: Column) -> Texts:
    """``31.12.2026 14:05``; nothing for NaT."""
    days = column.astype("datetime64[D]")
    minutes = (column - days).astype("timedelta64[m]").astype(np.int64) % 1440
    clock = texts([f" {minute // 60:02d}:{minute % 60:02d}" for minute in range(1440)])
    out = day(column) + clock[minutes]
    out[np.isnat(column)] = ""
    return out


def _day(iso: str) -> str:
    return "" if iso == "NaT" else f"{iso[8:10]}.{iso[5:7]}.{iso[:4]}"


def money(column: Column) -> Texts:
    """Cents as ``1.234,50``."""
    return texts([_grouped(cents) for cents in column.tolist()])


def unsigned(column: Column) -> Texts:
    """Cents without sign and thousands mark, ``1234,50``: the kind of document tells the sign."""
    return texts([f"{abs(cents) // 100},{abs(cents) % 100:02d}" for cents in column.tolist()])


def euro(column: Column) -> Texts:
    """Cents as ``1.234,50 €``."""
    return texts([_grouped(cents) + " €" for cents in column.tolist()])


def _grouped(cents: int) -> str:
    whole = f"{abs(cents) // 100:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}{whole},{abs(cents) % 100:02d}"


def number(column: Column) -> Texts:
    """A decimal number with comma and as many places as it has, ``0,8``."""
    return texts([f"{value:g}".replace(".", ",") for value in column.tolist()])


def rate(column: Column) -> Texts:
    """A rate with four places, ``1,0550``."""
    return texts([f"{value:.4f}".replace(".", ",") for value in column.tolist()])


def percent(column: Column) -> Texts:
    """A fraction as ``60 %``."""
    return texts([f"{round(value * 100)} %" for value in column.tolist()])


STATUS = {"open": "offen", "won": "gewonnen", "lost": "verloren"}
LEAD_STATUS = {
    "new": "Neu", "working": "In Bearbeitung", "qualified": "Qualifiziert", "converted": "Umgewandelt",
    "disqualified": "Aussortiert",
}  # fmt: skip
ACTIVITY = {
    "call": "Anruf", "email": "E-Mail", "meeting": "Termin", "visit": "Besuch", "demo": "Vorführung",
    "task": "Aufgabe", "letter": "Brief", "other": "Sonstiges",
}  # fmt: skip
DIRECTION = {"in": "eingehend", "out": "ausgehend"}
OUTCOME = {"held": "stattgefunden", "cancelled": "abgesagt", "no_show": "nicht erschienen"}
QUOTE_STATUS = {
    "draft": "Entwurf", "sent": "Versendet", "accepted": "Angenommen", "rejected": "Abgelehnt", "expired": "Abgelaufen",
}  # fmt: skip
DOCUMENT = {"invoice": "Rechnung", "credit_note": "Gutschrift"}
SPEND = {"media": "Werbung", "people": "Personal", "tools": "Software", "events": "Veranstaltung"}
AREA = {"marketing": "Marketing", "sales": "Vertrieb"}
TOUCH = {
    "impression": "Impressionen", "click": "Klick", "reply": "Antwort", "visit": "Besuch", "download": "Download",
    "event": "Veranstaltung", "follower": "Neue Follower",
}  # fmt: skip
SURVEY = {"nps": "NPS", "csat": "Zufriedenheit", "employee": "Mitarbeiterbefragung"}
PRIORITY = {"low": "niedrig", "normal": "normal", "high": "hoch", "urgent": "dringend"}
TICKET_STATUS = {"open": "offen", "waiting": "in Arbeit", "resolved": "gelöst"}
CHANGED = {"stage": "Phase", "owner": "Zuständig", "expected_close_at": "Abschluss geplant"}
MEASURES = {
    "employees_at_start": "Beschäftigte am Monatsanfang", "employees_stayed": "davon am Monatsende noch da",
    "employee_satisfaction": "Mitarbeiterzufriedenheit", "trade_press_mentions": "Nennungen in der Fachpresse",
}  # fmt: skip
COUNTRY = {"DE": "Deutschland", "AT": "Österreich", "CH": "Schweiz"}

FILES = (
    File("Firmen.csv", "company", (
        Show("Kundennummer", "key", text), Show("Firma", "name", text), Show("USt-IdNr.", "vat_id", text),
        Show("W-IdNr.", "wid_no", text), Show("Registergericht", "register_court", text),
        Show("Registernummer", "register_no", text), Show("UID (CH)", "uid_no", text),
        Show("PLZ", "postcode", text), Show("Ort", "city", text), Show("Land", "country", text, COUNTRY),
        Show("Gebiet", "region", text), Show("Branche", "industry", text), Show("Kundenklasse", "segment", text),
        Show("Beschäftigte", "employees", text), Show("Betreuer", "owner", text),
        Show("Kunde seit", "customer_since", day), Show("Kunde bis", "customer_until", day),
        Show("Angelegt am", "created_at", moment),
    )),
    File("Kontakte.csv", "contact", (
        Show("Kontaktnummer", "key", text), Show("Name", "name", text), Show("E-Mail", "email", text),
        Show("Telefon", "phone", text), Show("Funktion", "position", text), Show("Kundennummer", "company", text),
        Show("Betreuer", "owner", text), Show("Angelegt am", "created_at", moment),
    )),
    File("Mitarbeiter.csv", "person", (
        Show("Personalnummer", "key", text), Show("Name", "name", text), Show("E-Mail", "email", text),
        Show("Standort", "site", text), Show("Gebiet", "region", text), Show("Feiertagskalender", "calendar", text),
        Show("Arbeitszeitanteil", "working_share", percent), Show("Vorgesetzt", "manager", text),
        Show("Eintritt", "joined_at", day), Show("Austritt", "left_at", day),
    )),
    File("Teams.csv", "team", (
        Show("Team-Nr.", "key", text), Show("Team", "name", text), Show("Gebiet", "region", text),
        Show("Bereich", "department", text), Show("Leitung", "lead", text), Show("Gehört zu", "parent", text),
    )),
    File("Teamzugehoerigkeit.csv", "membership", (
        Show("Nr.", "key", text), Show("Personalnummer", "person", text), Show("Team-Nr.", "team", text),
        Show("Gültig ab", "valid_from", day), Show("Gültig bis", "valid_to", day),
    )),
    File("Stufen.csv", "stage", (
        Show("Phase", "key", text), Show("Vertriebsprozess", "pipeline", text),
        Show("Reihenfolge", "position", text), Show("Ergebnis", "outcome", text, STATUS),
        Show("Wahrscheinlichkeit", "probability", percent),
    )),
    File("Produkte.csv", "product", (
        Show("Artikelnummer", "key", text), Show("Bezeichnung", "name", text), Show("Produktlinie", "line", text),
        Show("Listenpreis", "price", euro),
    )),
    File("Kampagnen.csv", "campaign", (
        Show("Kampagnennr.", "key", text), Show("Kampagne", "name", text), Show("Kanal", "channel", text),
        Show("Ziel", "goal", text), Show("Beginn", "started_at", day), Show("Ende", "ended_at", day),
        Show("Budget", "budget", euro),
    )),
    File("Leads.csv", "lead", (
        Show("Lead-Nr.", "key", text), Show("Betreff", "name", text), Show("Quelle", "source", text),
        Show("Zielseite", "landing_page", text), Show("Gebiet", "region", text), Show("Kundennummer", "company", text),
        Show("Kontaktnummer", "contact", text), Show("Zuständig", "owner", text),
        Show("Kampagnennr.", "campaign", text), Show("Chance-Nr.", "deal", text),
        Show("Status", "status", text, LEAD_STATUS), Show("Eingegangen am", "created_at", moment),
        Show("Erste Antwort", "first_response_at", moment), Show("MQL am", "mql_at", moment),
        Show("SQL am", "sql_at", moment), Show("Übergabe an Vertrieb", "handed_over_at", moment),
        Show("Umgewandelt am", "converted_at", moment), Show("Aussortiert am", "disqualified_at", moment),
        Show("Aussortiert wegen", "disqualified_reason", text),
    )),
    File("Verkaufschancen.csv", "deal", (
        Show("Chance-Nr.", "key", text), Show("Bezeichnung", "name", text), Show("Kundennummer", "company", text),
        Show("Kontaktnummer", "contact", text), Show("Zuständig", "owner", text), Show("Gebiet", "region", text),
        Show("Quelle", "source", text), Show("Kampagnennr.", "campaign", text), Show("Lead-Nr.", "lead", text),
        Show("Artikelnummer", "product", text), Show("Phase", "stage", text), Show("Status", "status", text, STATUS),
        Show("Geschäftsart", "kind", text, {"new": "Neugeschäft", "existing": "Bestandsgeschäft"}),
        Show("Wahrscheinlichkeit", "probability", percent), Show("Betrag", "amount", money),
        Show("Kalkulierte Kosten", "cost", money), Show("Währung", "currency", text),
        Show("Erstkontakt", "first_contact_at", moment), Show("Angelegt am", "created_at", moment),
        Show("Abschluss geplant", "expected_close_at", day), Show("Abgeschlossen am", "closed_at", moment),
        Show("Verlustgrund", "lost_reason", text),
    )),
    File("Phasenverlauf.csv", "deal_event", (
        Show("Nr.", "key", text), Show("Chance-Nr.", "deal", text), Show("Zeitpunkt", "at", moment),
        Show("Feld", "field", text, CHANGED), Show("Alt", "old", text), Show("Neu", "new", text),
        Show("Geändert von", "actor", text),
    )),
    File("Dealanteile.csv", "deal_share", (
        Show("Nr.", "key", text), Show("Chance-Nr.", "deal", text), Show("Personalnummer", "person", text),
        Show("Anteil", "share", percent),
    )),
    File("Aktivitaeten.csv", "activity", (
        Show("Aktivität-Nr.", "key", text), Show("Art", "kind", text, ACTIVITY),
        Show("Richtung", "direction", text, DIRECTION), Show("Ergebnis", "outcome", text, OUTCOME),
        Show("Betreff", "subject", text), Show("Kundennummer", "company", text),
        Show("Kontaktnummer", "contact", text), Show("Zuständig", "owner", text), Show("Chance-Nr.", "deal", text),
        Show("Lead-Nr.", "lead", text), Show("Kampagnennr.", "campaign", text), Show("Dauer (Min.)", "minutes", text),
        Show("Zeitpunkt", "at", moment), Show("Vereinbart am", "booked_at", moment),
    )),
    File("Angebote.csv", "quote", (
        Show("Angebots-Nr.", "key", text), Show("Belegnummer", "number", text), Show("Kundennummer", "company", text),
        Show("Zuständig", "owner", text), Show("Chance-Nr.", "deal", text), Show("Artikelnummer", "product", text),
        Show("Status", "status", text, QUOTE_STATUS), Show("Angebotssumme", "amount", money),
        Show("Währung", "currency", text), Show("Erstellt am", "created_at", moment),
        Show("Versendet am", "sent_at", moment), Show("Entschieden am", "decided_at", moment),
    )),
    File("Rechnungen.csv", "invoice", (
        Show("Belegnummer", "key", text), Show("Belegart", "kind", text, DOCUMENT),
        Show("Kundennummer", "company", text), Show("Zuständig", "owner", text), Show("Chance-Nr.", "deal", text),
        Show("Kampagnennr.", "campaign", text), Show("Artikelnummer", "product", text),
        Show("Menge", "quantity", text), Show("Nettobetrag", "amount", unsigned), Show("Kosten", "cost", unsigned),
        Show("Währung", "currency", text), Show("Belegdatum", "at", day),
    )),
    File("Ausgaben.csv", "spend", (
        Show("Buchung", "key", text), Show("Kostenart", "kind", text, SPEND), Show("Bereich", "area", text, AREA),
        Show("Kampagnennr.", "campaign", text), Show("Team-Nr.", "team", text), Show("Betrag", "amount", money),
        Show("Währung", "currency", text), Show("Buchungsdatum", "at", day),
    )),
    File("Touchpoints.csv", "touchpoint", (
        Show("Nr.", "key", text), Show("Art", "kind", text, TOUCH), Show("Kanal", "channel", text),
        Show("Kampagnennr.", "campaign", text), Show("Kontaktnummer", "contact", text),
        Show("Kundennummer", "company", text), Show("Lead-Nr.", "lead", text), Show("Anzahl", "quantity", text),
        Show("Zeitpunkt", "at", moment),
    )),
    File("Umfragen.csv", "survey_response", (
        Show("Antwort-Nr.", "key", text), Show("Umfrage", "kind", text, SURVEY), Show("Punkte", "score", text),
        Show("Höchstwert", "scale_max", text), Show("Kommentar", "comment", text), Show("Grund", "reason", text),
        Show("Kundennummer", "company", text), Show("Kontaktnummer", "contact", text),
        Show("Betreuer", "owner", text), Show("Team-Nr.", "team", text), Show("Beantwortet am", "at", moment),
    )),
    File("Tickets.csv", "ticket", (
        Show("Ticket-Nr.", "key", text), Show("Betreff", "subject", text), Show("Kategorie", "category", text),
        Show("Priorität", "priority", text, PRIORITY), Show("Status", "status", text, TICKET_STATUS),
        Show("Kundennummer", "company", text), Show("Kontaktnummer", "contact", text),
        Show("Bearbeitet von", "owner", text), Show("Erstellt am", "created_at", moment),
        Show("Erste Antwort", "first_response_at", moment), Show("Gelöst am", "resolved_at", moment),
    )),
    File("Wechselkurse.csv", "exchange_rate", (
        Show("Datum", "day", day), Show("Währung", "currency", text), Show("EUR je Einheit", "rate", rate),
    )),
    File("Monatswerte.csv", "manual_value", (
        Show("Kennwert", "measure", text, MEASURES), Show("Team-Nr.", "team", text), Show("Wert", "value", number),
        Show("Stichtag", "at", day),
    )),
)  # fmt: skip


def write_file(company: Company, file: File, folder: Path) -> int:
    """Writes one file; returns its data rows, those to be set aside included."""
    table = company.tables[file.fact]
    columns = {show.field: show.of(table[show.field]) for show in file.columns}
    if file.fact == "deal":
        _pad(columns, set(company.planted["trailing_spaces"]))
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    fields = list(columns)
    for bad in (row for row in company.set_aside if row.fact == file.fact):
        rows.insert(bad.like + 1, _spoiled(rows[bad.like], fields, bad))
    with (folder / file.name).open("w", encoding=ENCODING, newline="", errors="strict") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow([show.heading for show in file.columns])
        writer.writerows(rows)
    return len(rows)


def _spoiled(like: list[str], fields: list[str], bad: BadRow) -> list[str]:
    """A row like another, with its own key and the wrong texts."""
    changed = {"key": bad.key, **bad.texts}
    return [changed.get(name, value) for name, value in zip(fields, like, strict=True)]


def _pad(columns: dict[str, Texts], keys: set[str]) -> None:
    """Blanks around words and references, as they come from copying by hand."""
    for row in np.flatnonzero([key in keys for key in columns["key"]]):
        columns["status"][row] += " "
        columns["owner"][row] = f" {columns['owner'][row]}" if columns["owner"][row] else ""
        columns["name"][row] += "  "
