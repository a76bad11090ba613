"""Walks: a small company whose records arrive, change, are closed over and change again, from a seed.

A walk is a list of steps. Each says what happened, what the store holds then, which day it is, which
KPIs there are, and which periods are closed once the generation of the step is built. Nothing here
knows what comes out; that is the business of ``books`` and ``follow``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from .cases import ALL, PLAIN, REDEFINED, SHAPED, Case
from .company import Company, Facts
from .happenings import HAPPENINGS, NOTHING
from .worlds import World

#: What every walk asks for: money, a ratio, different buyers, a median, levels and a cohort.
ALWAYS = ("won_amount", "rate", "buyers", "median_invoice", "open", "open_value_", "lead_to_win", "mood_last")
PERIODS = (
    *(f"2025-{month:02d}" for month in range(5, 13)),
    *("2026-01", "2026-02", "2025-Q2", "2025-Q3", "2025-Q4", "2025-H1", "2025-H2", "2025"),
)


@dataclass(frozen=True)
class Step:
    """What happened, and what there is then; ``close`` names the periods closed on the built generation."""

    happened: tuple[str, ...]
    world: World
    today: date
    cases: tuple[Case, ...]
    close: tuple[str, ...] = ()


@dataclass(frozen=True)
class Walk:
    """The steps of one seed."""

    seed: int
    steps: tuple[Step, ...]

    def told(self, step: int) -> str:
        """What happened up to a step, a line each: enough to see how it came about."""
        lines = [f"seed {self.seed}"]
        for number, at in enumerate(self.steps[: step + 1]):
            lines.append(f"step {number} on {at.today}: " + "; ".join(at.happened))
            lines += [f"  closes {', '.join(at.close)}"] if at.close else []
        return "\n".join(lines)


def walk(seed: int, *, steps: int = 3) -> Walk:
    """The walk of a seed: a first part of the facts, the rest, then ``steps`` times a few changes."""
    rng = Random(seed)
    company = Company(rng)
    cases = _chosen(rng)
    zone = rng.choice(("Europe/Berlin", "Europe/Berlin", "America/New_York", "Pacific/Auckland"))
    fiscal, today = rng.choice((1, 1, 4, 10)), date(2026, 3, rng.randint(2, 18))
    found: list[Step] = []
    same: dict[str, str] = {}

    def step(happened: Sequence[str], facts: Facts, close: Sequence[str] = ()) -> None:
        rows = {name: [dict(row) for row in kept.values()] for name, kept in facts.items()}
        world = World(rows, canonical=dict(same), timezone=zone, fiscal_start=fiscal)
        found.append(Step(tuple(happened), world, today, tuple(cases), tuple(close)))

    names = list(company.facts)
    rng.shuffle(names)
    first = names[: rng.randint(3, len(names) - 1)]
    early = _closed(rng, found) if rng.random() < 0.3 else []
    step([f"first came {', '.join(first)}"], {name: company.facts[name] for name in first}, early)
    for number in range(steps):
        happened = ["the other facts came"] if not number else []
        count = rng.randint(2, 5) if number else rng.randint(0, 1)
        happened += [_happens(rng, company) for _ in range(count)]
        if rng.random() < 0.25:
            happened.append(_merged(rng, same))
        if number and rng.random() < 0.3:
            happened.append(_redefined(rng, cases))
        close = _closed(rng, found) if number < steps - 1 else []
        step(happened, company.facts, close)
        today += timedelta(days=rng.choice((0, 1, 3, 9)))
    return Walk(seed, tuple(found))


def _happens(rng: Random, company: Company) -> str:
    """Something that can happen in the company as it is."""
    while (said := rng.choice(HAPPENINGS)(company)) == NOTHING:
        continue
    return said


def _chosen(rng: Random) -> list[Case]:
    """The KPIs of a walk: some always, others by lot."""
    named = {case.name: case for case in ALL}
    others = [case for case in PLAIN if case.name not in ALWAYS]
    return [*(named[name] for name in ALWAYS), *rng.sample(others, 5), *rng.sample(SHAPED, 6)]


def _closed(rng: Random, before: Sequence[Step]) -> list[str]:
    """Which periods are closed next: also a month first and its quarter later, or a year over both."""
    done = {label for step in before for label in step.close}
    left = [label for label in PERIODS if label not in done]
    return rng.sample(left, rng.choice((0, 1, 1, 2, 3)))


def _merged(rng: Random, same: dict[str, str]) -> str:
    """Two companies turn out to be one."""
    key = rng.choice([k for k in ("c2", "c3", "c9") if k not in same] or ["c2"])
    same[key] = "c1"
    return f"company {key} is c1"


def _redefined(rng: Random, cases: list[Case]) -> str:
    """A KPI gets a second version from a day on, with measures that no other KPI has."""
    old = rng.choice([c for c in cases if c.shape is None])
    if any(c.name == old.name and c.version == 2 for c in cases):
        return f"{old.name} stays what it is"
    since = rng.choice((date(2025, 7, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 15)))
    new = replace(rng.choice(REDEFINED), name=old.name, version=2, since=since)
    cases.append(new)
    return f"{old.name} is {new.measures} from {since}"
