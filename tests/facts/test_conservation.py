"""No row is lost and none is doubled, whatever the file holds; and a killed import leaves nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.facts.conftest import all_rows

from leitstern.facts.convert import convert
from leitstern.facts.mapping import TableMapping, parse
from leitstern.facts.receipts import TableReceipt
from leitstern.facts.store import Origin, Store
from leitstern.sources.readings import reading

MAPPING = """
name = "m"
[[table]]
file = "*"
fact = "deal"
{settings}
[table.fields]
owner = "owner"
status = {{column = "stage", values = {{Won = "won", Open = "open"}}}}
amount = {{column = "amount", read = "plain"}}
"""
READINGS = {("amount", "amount"): reading("plain")}

cells = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "2", "3", "04", " 4", "", None]),
        "owner": st.sampled_from(["a", "b", None]),
        "stage": st.sampled_from(["Won", "open", "??", None]),
        "amount": st.sampled_from(["1", "2.50", "x", None]),
        "gone": st.sampled_from(["yes", None, None, None]),
    }
)
SETTINGS = {
    "key": 'key = "id"',
    "repeats": 'key = "id"\nrepeats = true',
    "extends": 'key = "id"\nextends = true',
    "chosen": 'key = "id"\nwhere = {column = "owner", in = ["a", ""]}',
    "deleting": 'key = "id"\ndeleted = {column = "gone", in = ["yes"]}',
    "no key": "",
}

NAMES = ("id", "owner", "stage", "amount", "gone")
Rows = list[dict[str, str | None]]


def table_of(settings_text: str) -> TableMapping:
    return parse(MAPPING.format(settings=settings_text), "m.toml").table[0]


def load(store: Store, table: TableMapping, rows: Rows, name: str) -> TableReceipt:
    raw = pa.table(
        {
            **{name: pa.array([row[name] for row in rows], pa.string()) for name in NAMES},
            "_line": pa.array(range(2, len(rows) + 2), pa.int64()),
        }
    )
    converted = convert(raw, table, READINGS, "UTC")
    with store.batch() as batch:
        return batch.load(Origin("m", "*", name, None, name, "d"), [converted])


@contextmanager
def fresh() -> Iterator[Store]:
    with TemporaryDirectory() as folder, Store(Path(folder) / "store.duckdb") as store:
        yield store


def readable(row: dict[str, str | None]) -> bool:
    return row["stage"] != "??" and row["amount"] != "x"


def by_hand(table: TableMapping, files: list[Rows]) -> dict[str, tuple[object, ...]]:
    """The records of a table with a key, worked out row by row."""
    records: dict[str, tuple[object, ...]] = {}
    for rows in files:
        last: dict[str, dict[str, str | None]] = {}
        for row in rows:
            key = (row["id"] or "").strip()
            chosen = table.where is None or row["owner"] in ("a", None)
            if key and readable(row) and chosen:
                last[key] = row
        for key, row in last.items():
            if table.deleted is not None and row["gone"] == "yes":
                records.pop(key, None)
            elif not table.extends or key in records:
                stage = None if row["stage"] is None else row["stage"].lower()
                amount = None if row["amount"] is None else Decimal(row["amount"])
                records[key] = (key, row["owner"], stage, amount)
    return records


@pytest.mark.parametrize("how", SETTINGS)
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(files=st.lists(st.lists(cells, max_size=12), min_size=1, max_size=3))
def test_every_row_is_accounted_for_and_the_records_are_those_worked_out_by_hand(
    how: str, files: list[Rows]
) -> None:
    table = table_of(SETTINGS[how])
    with fresh() as store:
        before = 0
        for number, rows in enumerate(files):
            receipt = load(store, table, rows, f"f{number}")
            accounted = receipt.loaded + receipt.updated + receipt.unchanged + receipt.rows_set_aside
            assert receipt.rows_read == accounted
            assert receipt.rows_read + receipt.left_out == len(rows)
            assert store.count("deal") == before + receipt.loaded - receipt.removed
            before = store.count("deal")
            listed = store.set_aside(batch=receipt.batch)
            assert len(listed) == len({row.line for row in listed}) == receipt.rows_set_aside
        if table.key is not None:
            found = {str(row[0]): row for row in all_rows(store, "deal", "key", "owner", "status", "amount")}
            assert found == by_hand(table, files)
        else:
            assert store.count("deal") == most_occurrences(files)


def most_occurrences(files: list[Rows]) -> int:
    """Without a key a row counts as often as it occurs in the file that has it most often."""
    counts: dict[tuple[str | None, ...], int] = {}
    for rows in files:
        in_file: dict[tuple[str | None, ...], int] = {}
        for row in rows:
            text = tuple(row[name] or "" for name in NAMES)
            if readable(row):
                in_file[text] = in_file.get(text, 0) + 1
        for text, count in in_file.items():
            counts[text] = max(counts.get(text, 0), count)
    return sum(counts.values())


@settings(deadline=None, max_examples=20)
@given(rows=st.lists(cells, max_size=12))
def test_the_same_rows_again_change_nothing(rows: Rows) -> None:
    table = table_of(SETTINGS["key"])
    with fresh() as store:
        load(store, table, rows, "first")
        before = all_rows(store, "deal", "key", "owner", "status", "amount", "batch")
        again = load(store, table, rows, "second")
        assert (again.loaded, again.updated) == (0, 0)
        assert all_rows(store, "deal", "key", "owner", "status", "amount", "batch") == before


def test_an_import_that_fails_half_way_leaves_nothing(store: Store) -> None:
    raw = pa.table({"id": ["1"], "owner": ["a"], "stage": ["Won"], "amount": ["1"], "_line": [2]})
    rows = convert(raw, table_of(SETTINGS["key"]), READINGS, "UTC")

    def half() -> None:
        with store.batch() as batch:
            assert batch.load(Origin("m", "*", "f", None, "f", "d"), [rows]).loaded == 1
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half()
    assert store.last_batch() == 0
    assert store.count("deal") == 0
    assert store.receipts() == []


KILLED = """
import sys
from pathlib import Path
from leitstern.facts.imports import Options, import_files
from leitstern.facts.mapping import load
from leitstern.facts.store import Store
folder = Path(sys.argv[1])
with Store(folder / "store.duckdb") as store:
    import_files(
        store, folder / "raw", [Path(sys.argv[2])], [load(folder / "m.toml")], Options(),
        lambda *step: print(*step, flush=True),
    )
    print("whole", flush=True)
"""


def test_an_import_killed_at_any_moment_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    """kill -9 at random moments, from the first step of the loading on; then the import is repeated."""
    rows, seed = 40_000, random.Random(7)
    people = '[[table]]\nfile = "*"\nfact = "person"\nkey = "owner"\nrepeats = true\n'
    people += '[table.fields]\nname = "owner"\n'
    (tmp_path / "m.toml").write_text(MAPPING.format(settings='key = "id"') + people)
    whole_before = 0
    for turn in range(1, 5):
        path = tmp_path / f"deals{turn}.csv"
        lines = (f"{turn}-{n},rep{turn}-{n % 100},Won,{n}.50" for n in range(rows))
        path.write_text("id,owner,stage,amount\n" + "\n".join(lines) + "\n")
        command = [sys.executable, "-c", KILLED, str(tmp_path), str(path)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for line in child.stdout:
            if "deal" in line and "→" in line:
                break
        time.sleep(seed.random() * 0.5)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        with Store(tmp_path / "store.duckdb") as store:
            batch, deals, persons = store.last_batch(), store.count("deal"), store.count("person")
            assert (deals, persons) == (batch * rows, batch * 100)
            assert len(store.receipts()) == 2 * batch
            assert batch in (whole_before, whole_before + 1)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        whole_before = turn
    with duckdb.connect(str(tmp_path / "store.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*), sum(amount) FROM deal").fetchone() == (
            4 * rows,
            4 * sum(Decimal(n) + Decimal("0.5") for n in range(rows)),
        )
