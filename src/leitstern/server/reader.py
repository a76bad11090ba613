"""The workspace as the pages read it: always the newest generation, each question asked once.

A generation never changes, so its answers can be kept until a newer one is published. Questions to the
engine wait for each other, as it uses all cores for one; those to the store of imports wait apart, so
that a long check of the data's quality holds up no page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings

from leitstern import clock
from leitstern.kpis.singling import singles_out
from leitstern.settings import FILE

if TYPE_CHECKING:
    from leitstern.engine.observations import Observation
    from leitstern.engine.reasons import Account
    from leitstern.engine.records import Records
    from leitstern.kpis.definition import Definition
    from leitstern.periods.grains import Period
    from leitstern.workspace import Workspace

#: Answers kept per generation; the oldest go first.
_KEPT = 512


class Reader:
    """One workspace folder. ``opener`` is `leitstern.open`; tests give their own."""

    def __init__(self, folder: Path, opener: Callable[[Path], Workspace]) -> None:
        self.folder = folder
        self._opener = opener
        self._lock = threading.Lock()
        self._asking = {"engine": threading.RLock(), "store": threading.RLock()}
        self._workspace: Workspace | None = None
        self._seen: tuple[str | None, int] | None = None
        self._answers: dict[object, Any] = {}

    def look(self) -> str | None:
        """The name of the newest generation; a newer one than at the last look, or other settings, empty the
        answers."""
        with self._lock:
            current = self._current()
            state = current, self._settings_written()
            if state != self._seen:
                self._seen = state
                self._workspace = None
                self._answers = {}  # answers that are still being worked out go to the old ones
            return current

    @property
    def workspace(self) -> Workspace:
        """The workspace, opened at the first question after a look that found something newer."""
        with self._lock:
            if self._workspace is None:
                self._workspace = self._opener(self.folder)
            return self._workspace

    @property
    def settings(self) -> Any:
        """The workspace's settings: name, language, currency, country, time zone, fiscal year."""
        return self.workspace.settings

    @property
    def eyes(self) -> object:
        """What an answer about people depends on besides the question: here nothing, all is seen."""
        return None

    @property
    def catalogue(self) -> Any:
        """All KPI definitions."""
        return self.workspace.catalogue

    def today(self) -> date:
        """The day it is in the workspace's time zone."""
        return clock.today(self.settings.timezone)

    def once(
        self,
        question: object,
        ask: Callable[[Workspace], Any],
        of: Literal["engine", "store"] = "engine",
    ) -> Any:
        """The answer to a question about this generation, asked at most once."""
        with self._asking[of]:
            answers = self._answers
            if question in answers:
                return answers[question]
            answer = ask(self.workspace)
            with self._lock:
                if len(answers) >= _KEPT:
                    del answers[next(iter(answers))]
                answers[question] = answer
            return answer

    def generation(self) -> Any | None:
        """What is known of the generation (number, built_at, as_of, facts); None before the first."""
        return self.once("generation", lambda ws: ws.generation())

    def as_of(self) -> date:
        """The day the generation takes for today."""
        info = self.generation()
        day: date = info.as_of if info else self.today()
        return day

    def until(self) -> date:
        """The day the pages look from: the newest record's, which with old data lies before today."""
        info = self.generation()
        days = [fact.newest for fact in info.facts.values() if fact.newest is not None] if info else []
        newest: date = max(days, default=self.today())
        return min(newest, info.as_of) if info else newest

    def compute(
        self,
        names: Sequence[str],
        by: str,
        grain: str,
        start: date,
        end: date,
        against: str | None = None,
    ) -> tuple[Observation, ...]:
        """The engine's observations; ``start`` and ``end`` are both included.

        ``against="previous_year"`` gives what each period is fairly compared with.
        """

        def ask(workspace: Workspace) -> tuple[Observation, ...]:
            found = workspace.compute(
                list(names),
                by=by,
                grain=grain,
                start=start,
                end=end,
                against=against,  # type: ignore[arg-type]
            )
            return tuple(found)

        found: tuple[Observation, ...] = self.once(("compute", *names, by, grain, start, end, against), ask)
        return found

    def stretches(
        self,
        name: str,
        by: str,
        stretches: tuple[tuple[date, date], ...],
        wanted: frozenset[str | None] | None = None,
        grain: str | None = None,
    ) -> tuple[Observation, ...]:
        """One KPI's observations in stretches of days, of some subjects (default: all).

        With ``grain`` the stretches are its periods, one after the other, and closed ones have the value
        that stands.
        """

        def ask(workspace: Workspace) -> tuple[Observation, ...]:
            if grain is None:
                found = workspace.compute_stretches([name], by=by, stretches=stretches)
            else:
                first, last = stretches[0][0], stretches[-1][1]
                found = workspace.compute([name], by=by, grain=grain, start=first, end=last)
            return tuple(found if wanted is None else found.of(wanted))

        found: tuple[Observation, ...] = self.once(("stretches", name, by, stretches, wanted, grain), ask)
        return found

    def as_known(
        self,
        name: str,
        by: str,
        when: tuple[date, date],
        grain: str | None,
        day: date,
        wanted: frozenset[str | None],
    ) -> tuple[Observation, ...]:
        """One KPI's observations of some subjects in a period, as they were known on a day."""
        question = ("as known", name, by, when, grain, day, wanted)
        found: tuple[Observation, ...] = self.once(
            question, lambda ws: tuple(ws.compute_as_known(name, by, [when], grain, day).of(wanted))
        )
        return found

    def records(self, kpi: str, period: Period, by: str, subject: str | None) -> Records | None:
        """The records behind a number."""
        found: Records = self.once(
            ("records", kpi, period.label, by, subject),
            lambda ws: ws.records(kpi, period.label, by, subject),
        )
        return found

    def accounts(self, kpi: str) -> list[Account]:
        """What becomes of all records that a KPI could count."""
        return list(self.once(("accounts", kpi), lambda ws: ws.accounts(kpi)))

    def singles(self, kpi: str) -> bool:
        """Whether a KPI can single out people, in any of its versions."""
        found: bool = self.once(
            ("singles", kpi),
            lambda ws: any(
                singles_out(ws.catalogue.resolved(kpi, d.version)) for d in ws.catalogue.versions(kpi)
            ),
        )
        return found

    def subjects(self, kind: str) -> list[tuple[str, str]]:
        """All members of a subject type, as (id, name)."""
        return list(self.once(("subjects", kind), lambda ws: list(ws.subjects(kind))))

    def definition(self, name: str) -> Definition | None:
        """The current version of a KPI; None if there is no such KPI."""
        return next((d for d in self.catalogue if d.kpi == name), None)

    def _settings_written(self) -> int:
        """When the settings were written last, in nanoseconds; 0 where there are none."""
        file = self.folder / FILE
        return file.stat().st_mtime_ns if file.exists() else 0

    def _current(self) -> str | None:
        try:
            return (self.folder / "generations" / "current").read_text(encoding="utf-8")
        except OSError:
            return None


_readers: dict[Path, Reader] = {}


def reader() -> Reader:
    """The reader of the workspace this process shows."""
    import leitstern

    folder = Path(settings.WORKSPACE)
    if folder not in _readers:
        _readers[folder] = Reader(folder, leitstern.open)
    return _readers[folder]
