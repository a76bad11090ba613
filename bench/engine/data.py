"""A seeded CRM of any size, as Parquet files in the shape of the canonical model.

The size is the number of activities; everything else follows from it: 5 % deals with their stage
history, 10 % leads, 1 % spend rows, 1 % survey responses, over three years of UTC time. People (1,000),
teams (50) and companies (100,000) do not grow. Half a percent of the records have no owner.

5 % of the people move to another team once, on a day of their own. Whoever computes by team has to
honour that. The peers get two gifts that Leitstern does not get, so that they are timed on the
aggregation alone: each date comes a second time in local time (``..._local``), and the team the
owner was in on that day stands beside it (``..._team``).

    python bench/engine/data.py DIR --activities 1000000     # Parquet, and raw.duckdb for the peers
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SEED = 20_26
ZONE = "Europe/Berlin"
BEGIN = np.datetime64("2023-01-01T00:00:00", "s")
END = np.datetime64("2026-01-01T00:00:00", "s")
FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2026, 1, 31)  # 37 months in local time
SECONDS = int((END - BEGIN).astype(int))
DAY = 86_400
NOT_A_TIME = np.datetime64("NaT", "s")

PEOPLE, TEAMS, COMPANIES, CAMPAIGNS = 1_000, 50, 100_000, 200
NO_OWNER = 0.005
CHUNK = 500_000

STAGES = ("new", "qualified", "proposal", "negotiation", "won", "lost")
KINDS = (("call", 0.35), ("email", 0.35), ("meeting", 0.12), ("visit", 0.03), ("demo", 0.05), ("task", 0.1))
OUTCOMES = (("held", 0.78), ("planned", 0.05), ("cancelled", 0.09), ("no_show", 0.08))
SOURCES = (("web", 0.4), ("fair", 0.15), ("referral", 0.2), ("ads", 0.25))

Columns = dict[str, pa.Array | pa.ChunkedArray]


def _keys(prefix: str, count: int, width: int) -> pa.Array:
    return pa.array([f"{prefix}{n:0{width}d}" for n in range(1, count + 1)])


PERSON_KEYS = _keys("p", PEOPLE, 4)
TEAM_KEYS = _keys("t", TEAMS, 2)
COMPANY_KEYS = _keys("c", COMPANIES, 6)
CAMPAIGN_KEYS = _keys("k", CAMPAIGNS, 3)


@dataclass(frozen=True)
class Staff:
    """Who is in which team: ``before`` until the day before ``moves``, ``after`` from then on."""

    before: np.ndarray
    after: np.ndarray
    moves: np.ndarray

    @classmethod
    def drawn(cls) -> Staff:
        rng = np.random.default_rng([SEED, 0])
        before = np.arange(PEOPLE) % TEAMS
        moving = rng.random(PEOPLE) < 0.05
        after = np.where(moving, (before + rng.integers(1, TEAMS, PEOPLE)) % TEAMS, before)
        days = BEGIN.astype("datetime64[D]") + rng.integers(60, 1_030, PEOPLE)
        return cls(before, after, np.where(moving, days, np.datetime64("2100-01-01", "D")))

    def team(self, person: np.ndarray, day: np.ndarray) -> pa.Array:
        """The team of each person (-1: nobody) on each local day; null without person or day."""
        found = np.where(day < self.moves[person], self.before[person], self.after[person])
        return _lookup(TEAM_KEYS, np.where((person < 0) | np.isnat(day), -1, found))

    def memberships(self) -> pa.Table:
        rows = []
        for person, (before, after, moves) in enumerate(
            zip(self.before.tolist(), self.after.tolist(), self.moves.tolist(), strict=True)
        ):
            moved = before != after
            rows.append((person, before, None, moves if moved else None))
            if moved:
                rows.append((person, after, moves, None))
        return pa.table(
            {
                "person": _lookup(PERSON_KEYS, np.array([r[0] for r in rows])),
                "team": _lookup(TEAM_KEYS, np.array([r[1] for r in rows])),
                "from_day": pa.array([r[2] for r in rows], pa.date32()),
                "until_day": pa.array([r[3] for r in rows], pa.date32()),
            }
        )


def _lookup(words: pa.Array, index: np.ndarray) -> pa.Array:
    """Plain strings, null where the index is negative."""
    return words.take(pa.array(index, mask=index < 0))


def _choice(rng: np.random.Generator, weighted: tuple[tuple[str, float], ...], size: int) -> pa.Array:
    words, weights = zip(*weighted, strict=True)
    return _lookup(pa.array(words), rng.choice(len(words), size, p=weights))


def _owners(rng: np.random.Generator, size: int) -> np.ndarray:
    owners = rng.integers(0, PEOPLE, size)
    return np.where(rng.random(size) < NO_OWNER, -1, owners)


def _companies(rng: np.random.Generator, size: int) -> pa.Array:
    """Some companies are met far more often than others."""
    return _lookup(COMPANY_KEYS, (rng.random(size) ** 1.7 * COMPANIES).astype(np.int64))


def _cents(rng: np.random.Generator, size: int, typical: float, spread: float) -> pa.Array:
    cents = np.maximum(1, np.exp(rng.normal(np.log(typical * 100), spread, size))).astype(np.int64)
    # A decimal is stored as 16 bytes, low word first; the high word of a positive one is 0.
    words = np.stack([cents, np.zeros_like(cents)], axis=1)
    return pa.Array.from_buffers(pa.decimal128(18, 2), size, [None, pa.py_buffer(words.tobytes())])


def _moments(rng: np.random.Generator, size: int, place: tuple[int, int], span: int = SECONDS) -> np.ndarray:
    """Sorted moments in this chunk's slice of the three years, so that a table is in order of time."""
    at, of = place
    offsets = (np.sort(rng.random(size)) + at) / of * span
    return BEGIN + offsets.astype("timedelta64[s]")


def _later(rng: np.random.Generator, since: np.ndarray, days: float, chance: float) -> np.ndarray:
    """A moment some days after each given one, for a part of them, and only before the end."""
    waits = (rng.gamma(2.0, days / 2.0, since.size) * DAY).astype("timedelta64[s]")
    moments = since + waits
    return np.where((rng.random(since.size) < chance) & (moments < END), moments, NOT_A_TIME)


def _dated(name: str, moments: np.ndarray, owners: np.ndarray, staff: Staff) -> Columns:
    """The moment in UTC and in local time, and the owner's team on that local day."""
    utc = pa.array(moments).cast(pa.timestamp("us"))
    local = pc.local_timestamp(pc.assume_timezone(utc, "UTC").cast(pa.timestamp("us", ZONE)))
    stem = name.removesuffix("_at")
    days = np.asarray(local).astype("datetime64[D]")
    return {name: utc, f"{stem}_local": local, f"{stem}_team": staff.team(owners, days)}


Maker = Callable[[np.random.Generator, int, tuple[int, int], int, Staff], dict[str, Columns]]


def _activities(
    rng: np.random.Generator, size: int, place: tuple[int, int], first: int, staff: Staff
) -> dict[str, Columns]:
    owners = _owners(rng, size)
    return {
        "activity": {
            "key": _row_keys("a", first, size),
            "direction": _choice(rng, (("out", 0.7), ("in", 0.3)), size),
            "kind": _choice(rng, KINDS, size),
            "outcome": _choice(rng, OUTCOMES, size),
            "company": _companies(rng, size),
            "owner": _lookup(PERSON_KEYS, owners),
            "minutes": pa.array(rng.integers(1, 91, size), pa.int32()),
            **_dated("at", _moments(rng, size, place), owners, staff),
        }
    }


def _deals(
    rng: np.random.Generator, size: int, place: tuple[int, int], first: int, staff: Staff
) -> dict[str, Columns]:
    owners = _owners(rng, size)
    created = _moments(rng, size, place)
    closed = _later(rng, created, 60.0, 0.93)
    ended = ~np.isnat(closed)
    won = ended & (rng.random(size) < 0.32)
    keys = _row_keys("d", first, size)
    steps = np.where(ended, 4, rng.integers(1, 4, size))
    stages = np.where(won, 4, np.where(ended, 5, steps))
    return {
        "deal": {
            "key": keys,
            "status": _lookup(pa.array(["open", "won", "lost"]), np.where(won, 1, np.where(ended, 2, 0))),
            "stage": _lookup(pa.array(STAGES), stages),
            "amount": _cents(rng, size, 9_000, 0.9),
            "currency": pa.array(["EUR"]).take(pa.array(np.zeros(size, np.int64))),
            "company": _companies(rng, size),
            "owner": _lookup(PERSON_KEYS, owners),
            **_dated("created_at", created, owners, staff),
            **_dated("closed_at", closed, owners, staff),
        },
        "deal_event": _history(Opened(keys, created, closed, steps, stages, owners), staff),
    }


@dataclass(frozen=True)
class Opened:
    """Deals whose history is to be told: how many stages each went through, and the last one."""

    keys: pa.Array
    created: np.ndarray
    closed: np.ndarray
    steps: np.ndarray
    stages: np.ndarray
    owners: np.ndarray


def _history(deals: Opened, staff: Staff) -> Columns:
    """One event per stage reached, evenly between opening and closing (or the end of the data)."""
    steps = deals.steps
    deal = np.repeat(np.arange(steps.size), steps)
    nth = np.arange(deal.size) - np.repeat(np.cumsum(steps) - steps, steps) + 1
    until = np.where(np.isnat(deals.closed), END - np.timedelta64(1, "s"), deals.closed)
    span = (until - deals.created).astype(np.int64)[deal]
    at = deals.created[deal] + (span * nth // steps[deal]).astype("timedelta64[s]")
    new = np.where(nth == steps[deal], deals.stages[deal], nth)
    order = np.argsort(at, kind="stable")
    deal, nth, actors = deal[order], nth[order], deals.owners[deal[order]]
    keys, texts = deals.keys.take(pa.array(deal)), pa.array(STAGES)
    return {
        "key": pc.binary_join_element_wise(keys, _numbers(nth), "-"),
        "deal": keys,
        "field": pa.array(["stage"]).take(pa.array(np.zeros(deal.size, np.int64))),
        "old": _lookup(texts, nth - 1),
        "new": _lookup(texts, new[order]),
        "actor": _lookup(PERSON_KEYS, actors),
        **_dated("at", at[order], actors, staff),
    }


def _leads(
    rng: np.random.Generator, size: int, place: tuple[int, int], first: int, staff: Staff
) -> dict[str, Columns]:
    owners = _owners(rng, size)
    created = _moments(rng, size, place)
    mql = _later(rng, created, 10.0, 0.6)
    sql = _later(rng, mql, 15.0, 0.5)
    converted = _later(rng, sql, 70.0, 0.4)
    reached = (~np.isnat(mql)).astype(int) + ~np.isnat(sql) + ~np.isnat(converted)
    return {
        "lead": {
            "key": _row_keys("l", first, size),
            "source": _choice(rng, SOURCES, size),
            "campaign": _lookup(CAMPAIGN_KEYS, rng.integers(0, CAMPAIGNS, size)),
            "company": _companies(rng, size),
            "owner": _lookup(PERSON_KEYS, owners),
            "status": _lookup(pa.array(["new", "working", "qualified", "converted"]), reached),
            **_dated("created_at", created, owners, staff),
            **_dated("mql_at", mql, owners, staff),
            **_dated("sql_at", sql, owners, staff),
            **_dated("converted_at", converted, owners, staff),
        }
    }


def _spend(
    rng: np.random.Generator, size: int, place: tuple[int, int], first: int, staff: Staff
) -> dict[str, Columns]:
    persons = _owners(rng, size)
    days = _moments(rng, size, place).astype("datetime64[D]")
    return {
        "spend": {
            "key": _row_keys("s", first, size),
            "kind": _choice(rng, (("media", 0.7), ("events", 0.2), ("tools", 0.1)), size),
            "area": _choice(rng, (("marketing", 0.8), ("sales", 0.2)), size),
            "currency": pa.array(["EUR"]).take(pa.array(np.zeros(size, np.int64))),
            "campaign": _lookup(CAMPAIGN_KEYS, rng.integers(0, CAMPAIGNS, size)),
            "person": _lookup(PERSON_KEYS, persons),
            "amount": _cents(rng, size, 140, 0.7),
            "at": pa.array(days),
            "at_team": staff.team(persons, days),
        }
    }


def _surveys(
    rng: np.random.Generator, size: int, place: tuple[int, int], first: int, staff: Staff
) -> dict[str, Columns]:
    owners = _owners(rng, size)
    nps = rng.random(size) < 0.8
    score = np.where(nps, np.minimum(10, rng.poisson(8.2, size)), rng.integers(1, 6, size))
    return {
        "survey_response": {
            "key": _row_keys("r", first, size),
            "kind": _lookup(pa.array(["nps", "csat"]), np.where(nps, 0, 1)),
            "score": pa.array(score, pa.int32()),
            "scale_max": pa.array(np.where(nps, 10, 5), pa.int32()),
            "company": _companies(rng, size),
            "owner": _lookup(PERSON_KEYS, owners),
            **_dated("at", _moments(rng, size, place), owners, staff),
        }
    }


def _numbers(values: np.ndarray, width: int = 0) -> pa.Array:
    texts = pa.array(values, pa.int64()).cast(pa.string())
    return pc.utf8_lpad(texts, width, "0") if width else texts


def _row_keys(prefix: str, first: int, size: int) -> pa.Array:
    numbers = _numbers(np.arange(first + 1, first + size + 1), 9)
    return pc.binary_join_element_wise(pa.scalar(prefix), numbers, "")


RECORDS: tuple[tuple[Maker, float], ...] = (
    (_activities, 1.0),
    (_deals, 0.05),
    (_leads, 0.10),
    (_spend, 0.01),
    (_surveys, 0.01),
)


def _chunks(rows: int) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """First row, size and place (number, how many) of each chunk."""
    count = -(-rows // CHUNK)
    for number in range(count):
        first = rows * number // count
        yield first, rows * (number + 1) // count - first, (number, count)


def write(folder: Path, activities: int) -> dict[str, int]:
    """Write all tables, a chunk at a time; returns the rows of each."""
    folder.mkdir(parents=True, exist_ok=True)
    staff = Staff.drawn()
    rows = _write_entities(folder, staff)
    for number, (maker, share) in enumerate(RECORDS, start=1):
        writers: dict[str, pq.ParquetWriter] = {}
        for first, size, place in _chunks(max(1, round(activities * share))):
            rng = np.random.default_rng([SEED, number, place[0]])
            for name, columns in maker(rng, size, place, first, staff).items():
                table = pa.table(columns)
                if name not in writers:
                    writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", table.schema)
                writers[name].write_table(table, row_group_size=250_000)
                rows[name] = rows.get(name, 0) + table.num_rows
        for writer in writers.values():
            writer.close()
    (folder / "rows.json").write_text(json.dumps({"activities": activities, "rows": rows}, indent=1))
    return rows


def _write_entities(folder: Path, staff: Staff) -> dict[str, int]:
    owners = np.random.default_rng([SEED, 99]).integers(0, PEOPLE, COMPANIES)
    outcomes = ["won" if s == "won" else "lost" if s == "lost" else "open" for s in STAGES]
    tables = {
        "person": pa.table({"key": PERSON_KEYS, "name": _keys("Person ", PEOPLE, 4)}),
        "team": pa.table({"key": TEAM_KEYS, "name": _keys("Team ", TEAMS, 2)}),
        "company": pa.table(
            {
                "key": COMPANY_KEYS,
                "name": _keys("Firma ", COMPANIES, 6),
                "owner": _lookup(PERSON_KEYS, owners),
            }
        ),
        "campaign": pa.table({"key": CAMPAIGN_KEYS, "name": _keys("Kampagne ", CAMPAIGNS, 3)}),
        "stage": pa.table(
            {
                "key": pa.array(STAGES),
                "name": pa.array(STAGES),
                "position": pa.array(range(1, len(STAGES) + 1), pa.int64()),
                "outcome": pa.array(outcomes),
            }
        ),
        "membership": staff.memberships(),
    }
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return {name: table.num_rows for name, table in tables.items()}


def load(folder: Path) -> None:
    """``raw.duckdb`` beside the Parquet files: the tables as they are, for the peers that ask DuckDB."""
    import duckdb

    path = folder / "raw.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for name in json.loads((folder / "rows.json").read_text())["rows"]:
            file = str(folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{file}')")
        connection.execute(
            "CREATE TABLE spine AS "
            "SELECT unnest(generate_series(?::DATE, ?::DATE, INTERVAL 1 DAY))::DATE AS day",
            [FIRST_DAY, LAST_DAY],
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Simulate a CRM as Parquet files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--activities", type=int, default=200_000)
    given = parser.parse_args()
    for table_name, count in write(given.folder, given.activities).items():
        print(f"{table_name:16} {count:>12,}")
    load(given.folder)
