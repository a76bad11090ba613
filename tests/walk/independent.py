"""The same numbers from the exports with nothing of Leitstern: plain Python and the holidays package."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import holidays

START, END = date(2026, 7, 1), date(2026, 9, 30)
MEETINGS = ("Termin", "Besuch", "Vorführung")
DAY = timedelta(days=1)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="cp1252", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def day_of(text: str) -> date | None:
    """The day of a German date or moment; None for nothing."""
    return datetime.strptime(text[:10], "%d.%m.%Y").date() if text else None  # noqa: DTZ007


@dataclass(frozen=True)
class Staff:
    """Who was in which team from when to when, and how much everybody works."""

    exports: Path

    def people(self) -> dict[str, dict[str, str]]:
        return {row["Personalnummer"]: row for row in _rows(self.exports / "Mitarbeiter.csv")}

    def teams(self) -> list[dict[str, str]]:
        return _rows(self.exports / "Teams.csv")

    def team_names(self) -> dict[str, str]:
        return {row["Team-Nr."]: row["Team"] for row in self.teams()}

    def from_top(self, team: str) -> list[str]:
        """The teams a team lies in, from the topmost one to the team itself."""
        parents = {row["Team-Nr."]: row["Gehört zu"] for row in self.teams()}
        found = [team]
        while parents.get(found[0]):
            found.insert(0, parents[found[0]])
        return found

    def names_beside(self, team: str) -> set[str]:
        """The names of the teams that lie directly in the same team as this one, its own included."""
        parents = {row["Team-Nr."]: row["Gehört zu"] for row in self.teams()}
        return {name for one, name in self.team_names().items() if parents[one] == parents[team]}

    def stays(self) -> list[tuple[str, str, date, date]]:
        return [
            (
                row["Personalnummer"],
                row["Team-Nr."],
                day_of(row["Gültig ab"]) or date.min,
                day_of(row["Gültig bis"]) or date.max,
            )
            for row in _rows(self.exports / "Teamzugehoerigkeit.csv")
        ]

    def team_on(self, person: str, day: date) -> str | None:
        found = [
            (since, team) for p, team, since, last in self.stays() if p == person and since <= day <= last
        ]
        return max(found)[1] if found else None

    def work(self, people: list[str], first: date, last: date, team: str | None = None) -> Decimal:
        """Working days of people, by their calendars and shares, on days they are there (and in the team)."""
        total = Decimal(0)
        staff = self.people()
        for person in people:
            row = staff[person]
            country, _, region = row["Feiertagskalender"].partition("-")
            free = holidays.country_holidays(country, subdiv=region, years=first.year)
            share = Decimal(row["Arbeitszeitanteil"].removesuffix("%").strip()) / 100
            joined, left = day_of(row["Eintritt"]) or date.min, day_of(row["Austritt"]) or date.max
            day = first
            while day <= last:
                there = joined <= day <= left and (team is None or self.team_on(person, day) == team)
                if there and day.weekday() < 5 and day not in free:
                    total += share
                day += DAY
        return total


def meetings(exports: Path, first: date, last: date, person: str | None = None) -> int:
    """Meetings, visits and demos agreed from ``first`` to ``last``, of the company or a person."""
    found = 0
    for row in _rows(exports / "Aktivitaeten.csv"):
        day = day_of(row["Vereinbart am"])
        mine = person is None or row["Zuständig"] == person
        if mine and row["Art"] in MEETINGS and day is not None and first <= day <= last:
            found += 1
    return found
