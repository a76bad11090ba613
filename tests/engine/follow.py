"""Following a walk: every step is built upon the one before, closed where it says so, and compared."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from leitstern.engine.generation import Generation
from leitstern.engine.observations import Observations
from leitstern.engine.run import Request, compute
from leitstern.facts.model import SUBJECTS
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain, parse

from .accounts import contradictions_are_told, lists_add_up, what_is_missing_is_told
from .books import Books, Closing, Stands
from .cases import Case, catalogue
from .comparing import check, request_for
from .conftest import Place, Workshop
from .walks import Step, Walk

Shown = dict[tuple[str, str, str | None], float]
COUNTS = {Grain.DAY: 3, Grain.WEEK: 3, Grain.MONTH: 4, Grain.QUARTER: 3}


@dataclass
class Follower:
    """One workspace that goes through a walk."""

    workshop: Workshop
    place: Place
    walk: Walk
    books: Books = field(default_factory=Books)
    #: What closed periods were asked, and showed, when they were closed.
    asked_again: dict[str, Request] = field(default_factory=dict)
    stood: dict[str, Shown] = field(default_factory=dict)

    def follow(self) -> None:
        """Take all steps; AssertionError says what happened up to the one that is wrong."""
        for number, step in enumerate(self.walk.steps):
            last = number == len(self.walk.steps) - 1
            try:
                with self.workshop.at(step.today, number):
                    self._take(step, Random(f"{self.walk.seed}/{number}"), last=last)
            except Exception as problem:
                problem.add_note(self.walk.told(number))
                raise

    def _take(self, step: Step, rng: Random, *, last: bool) -> None:
        own = catalogue(step.cases)
        with self.place.built(step.world, own) as generation:
            for label in step.close:
                self._close(generation, own, step, label)
            expected = Stands(self.books, step.world, step.today)
            requests = asked(step, rng)
            self._account(generation, own, step, expected, requests[0], rng)
            self._compare(generation, own, step, expected, requests[1:])
            self._stands_still(generation, own, rng)
            if last or rng.random() < 0.2:
                with self.workshop.copied(generation) as copy:
                    self._compare(copy, own, step, expected, requests)
            if last and self.walk.seed % 3 == 0:
                self._equals_a_rebuilt_one(generation, own, step, requests[:1])

    def _close(self, generation: Generation, own: Catalogue, step: Step, label: str) -> None:
        period = parse(label, step.world.fiscal_start)
        self.place.ledger().close(generation, own, period, "controller")
        kpis = frozenset((case.name, case.version) for case in step.cases)
        self.books.closings.append(Closing(label, period.start, period.end, kpis, step.world))

    def _compare(
        self,
        generation: Generation,
        own: Catalogue,
        step: Step,
        expected: Stands,
        requests: Sequence[Request],
    ) -> None:
        for request in requests:
            check(generation, own, expected, step.cases, request, self.place.ledger())

    def _account(
        self,
        generation: Generation,
        own: Catalogue,
        step: Step,
        expected: Stands,
        request: Request,
        rng: Random,
    ) -> None:
        """What is told beside the values of a request."""
        ledger = self.place.ledger()
        seen = check(generation, own, expected, step.cases, request, ledger)
        lists_add_up(generation, own, step.cases, seen.values(), rng)
        what_is_missing_is_told(expected, step.cases, seen.values(), step.world.fiscal_start)
        if self.books.closings and rng.random() < 0.5:
            contradictions_are_told(generation, own, ledger, expected, step.cases, request, seen)

    def _stands_still(self, generation: Generation, own: Catalogue, rng: Random) -> None:
        """What a closed period showed first it shows for ever, whatever the oracle thinks."""
        for closing in self.books.closings:
            if closing.period not in self.asked_again:
                named = sorted(kpi for kpi, version in closing.kpis if version == 1)
                plain = [kpi for kpi in named if own.resolved(kpi, 1).definition.shape is None]
                kpis = tuple(f"{kpi}@1" for kpi in rng.sample(plain, 3))
                period = parse(closing.period, generation.context.fiscal_start)
                by = tuple(rng.sample(SUBJECTS, 2))
                self.asked_again[closing.period] = Request(kpis, by, period.grain, period.start, period.end)
                self.stood[closing.period] = self._shown(generation, own, closing.period)
            elif rng.random() < 0.5:
                then, now = self.stood[closing.period], self._shown(generation, own, closing.period)
                assert now == then, f"closed {closing.period} changed: {dict(then.items() ^ now.items())}"

    def _shown(self, generation: Generation, own: Catalogue, label: str) -> Shown:
        found = compute(generation, own, self.asked_again[label], self.place.ledger())
        return {(o.kpi, o.subject.type, o.subject.id): round(float(o.value), 9) for o in found if o.value}

    def _equals_a_rebuilt_one(
        self, generation: Generation, own: Catalogue, step: Step, requests: Sequence[Request]
    ) -> None:
        """Incremental builds end where a build of everything ends."""
        with self.workshop.place() as other:
            if self.books.closings:
                shutil.copytree(self.place.ledger().folder, other.ledger().folder)
            with other.built(step.world, own) as rebuilt:
                for request in requests:
                    ledger = self.place.ledger()
                    upon, anew = (_rows(compute(g, own, request, ledger)) for g in (generation, rebuilt))
                    # Who left no record behind may still be named by the one that grew.
                    differ = [
                        (upon.get(key), anew.get(key))
                        for key in upon.keys() | anew.keys()
                        if upon.get(key) != anew.get(key) and _says(upon.get(key), anew.get(key))
                    ]
                    assert not differ, f"updated and rebuilt differ: {differ[:3]}"


def _rows(found: Observations) -> dict[tuple[str, ...], dict[str, object]]:
    return {_at(row): row for row in found.to_json_rows()}


def _at(row: dict[str, object]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("kpi", "version", "period", "subject"))


def _says(*rows: dict[str, object] | None) -> bool:
    return any(row is not None and (row["value"] or row["rows"]) for row in rows)


def asked(step: Step, rng: Random) -> list[Request]:
    """What a step is asked: periods by every subject; then a stretch of days, or a fair comparison."""
    cases, today = _named(step.cases), step.today
    end = rng.choice((today, today, date(2026, 1, 31), date(2025, 12, 31), date(2025, 10, 28)))
    grain, subjects = rng.choice(list(Grain)), rng.sample(SUBJECTS, 2)
    every = request_for(rng.sample(cases, 8), SUBJECTS, grain, end, COUNTS.get(grain, 2))
    if rng.random() < 0.4:
        first = date(2025, 5, 1) + timedelta(days=rng.randint(0, 280))
        last = min(first + timedelta(days=rng.randint(0, 250)), today)
        plain = [c.name for c in cases if c.shape is None]
        return [every, Request(tuple(rng.sample(plain, 4)), subjects, stretches=((first, last),))]
    against = rng.choice(("previous_period", "previous_year"))
    level = [c for c in cases if "growth" not in (c.shape or {})]
    other = rng.choice(list(Grain))
    return [every, request_for(rng.sample(level, 4), subjects, other, today, 2, against=against)]


def _named(cases: Sequence[Case]) -> list[Case]:
    """Each KPI once, whatever its versions."""
    return [case for case in cases if case.version == 1]


@contextmanager
def followed(workshop: Workshop, walk: Walk) -> Iterator[Follower]:
    """A follower in an empty workspace of its own."""
    with workshop.place() as place:
        yield Follower(workshop, place, walk)
