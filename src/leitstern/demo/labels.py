"""The German words of the exports for the model's choices."""

from __future__ import annotations

STATUS = {"open": "offen", "won": "gewonnen", "lost": "verloren"}
LEAD_STATUS = {
    "new": "Neu",
    "working": "In Bearbeitung",
    "qualified": "Qualifiziert",
    "converted": "Umgewandelt",
    "disqualified": "Aussortiert",
}
ACTIVITY = {
    "call": "Anruf",
    "email": "E-Mail",
    "meeting": "Termin",
    "visit": "Besuch",
    "demo": "Vorführung",
    "task": "Aufgabe",
    "letter": "Brief",
    "other": "Sonstiges",
}
DIRECTION = {"in": "eingehend", "out": "ausgehend"}
OUTCOME = {"held": "stattgefunden", "cancelled": "abgesagt", "no_show": "nicht erschienen"}
QUOTE_STATUS = {
    "draft": "Entwurf",
    "sent": "Versendet",
    "accepted": "Angenommen",
    "rejected": "Abgelehnt",
    "expired": "Abgelaufen",
}
DOCUMENT = {"invoice": "Rechnung", "credit_note": "Gutschrift"}
SPEND = {"media": "Werbung", "people": "Personal", "tools": "Software", "events": "Veranstaltung"}
AREA = {"marketing": "Marketing", "sales": "Vertrieb"}
TOUCH = {
    "impression": "Impressionen",
    "click": "Klick",
    "reply": "Antwort",
    "visit": "Besuch",
    "download": "Download",
    "event": "Veranstaltung",
    "follower": "Neue Follower",
}
SURVEY = {"nps": "NPS", "csat": "Zufriedenheit", "employee": "Mitarbeiterbefragung"}
PRIORITY = {"low": "niedrig", "normal": "normal", "high": "hoch", "urgent": "dringend"}
TICKET_STATUS = {"open": "offen", "waiting": "in Arbeit", "resolved": "gelöst"}
CHANGED = {"stage": "Phase", "owner": "Zuständig", "expected_close_at": "Abschluss geplant"}
MEASURES = {
    "employees_at_start": "Beschäftigte am Monatsanfang",
    "employees_stayed": "davon am Monatsende noch da",
    "employee_satisfaction": "Mitarbeiterzufriedenheit",
    "trade_press_mentions": "Nennungen in der Fachpresse",
}
COUNTRY = {"DE": "Deutschland", "AT": "Österreich", "CH": "Schweiz"}
