"""A table is imported piece by piece; where it is cut makes no difference."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from leitstern.facts import jobs
from leitstern.facts.convert import convert
from leitstern.facts.imports import Options, import_files
from leitstern.facts.mapping import parse
from leitstern.facts.receipts import TableReceipt
from leitstern.facts.store import Origin, Store
from leitstern.sources.readings import reading

#: Twice the same key (lines 2 and 6), a row without one, an amount that is none, one line twice.
ROWS = """id,owner,amount,created
D1,Kim,10,2026-01-01
D2,Lou,20,2026-01-02
D3,Kim,x,2026-01-03
,Kim,40,2026-01-04
D1,Lou,50,2026-01-05
D5,Lou,60,2026-01-06
D5,Lou,60,2026-01-06
"""
FIELDS = """
[table.fields]
owner = "owner"
amount = {column = "amount", read = "plain"}
created_at = {column = "created", read = "YYYY-MM-DD"}
"""
HEAD = 'name = "m"\n[[table]]\nfile = "*.csv"\nfact = "deal"\n'


def imported(folder: Path, text: str, mapping: str) -> tuple[TableReceipt, list[tuple[object, ...]]]:
    """The receipt of a file, and all that the store then holds of it."""
    folder.mkdir()
    (folder / "deals.csv").write_text(text, encoding="utf-8")
    with Store(folder / "store.duckdb") as store:
        receipt = import_files(
            store, folder / "raw", [folder / "deals.csv"], [parse(mapping, "m.toml")], Options()
        )
        run = store.connection.execute
        records = run("SELECT key, owner, amount, source_row FROM deal ORDER BY source_row").fetchall()
        aside = run("SELECT line, column_name, reason, value FROM set_aside ORDER BY ALL").fetchall()
        changes = run("SELECT key FROM change ORDER BY key").fetchall()
    return receipt.tables[0], [*records, *aside, *changes]


@pytest.mark.parametrize("key", ['key = "id"', 'key = "id"\nrepeats = true', ""])
@pytest.mark.parametrize("piece", [1, 2, 3])
def test_where_a_table_is_cut_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, piece: int
) -> None:
    mapping = f"{HEAD}{key}\n{FIELDS}"
    whole = imported(tmp_path / "whole", ROWS, mapping)
    monkeypatch.setattr(jobs, "PIECE", piece)
    assert imported(tmp_path / "pieces", ROWS, mapping) == whole


def test_rows_of_one_line_are_rows_of_their_own(tmp_path: Path) -> None:
    """Months as columns: a line becomes several rows, which may be equal, and may lie in two pieces."""
    (table,) = parse(f"{HEAD}{FIELDS}", "m.toml").table
    raw = pa.table({"owner": ["Kim"] * 4, "amount": ["5"] * 4, "created": ["2026-01-01"] * 4})
    raw = raw.append_column("_line", pa.array([2, 2, 2, 3], pa.int64()))
    readings = {("amount", "amount"): reading("plain"), ("created_at", "created"): reading("YYYY-MM-DD")}
    pieces = [convert(part, table, readings, "UTC") for part in (raw.slice(0, 1), raw.slice(1))]
    with Store(tmp_path / "store.duckdb") as store, store.batch() as batch:
        assert batch.load(Origin("m", "*", "f", None, "f", "d"), pieces).loaded == 4


def test_what_becomes_of_each_row(tmp_path: Path) -> None:
    receipt, found = imported(tmp_path / "one", ROWS, f'{HEAD}key = "id"\nrepeats = true\n{FIELDS}')
    assert (receipt.rows_read, receipt.loaded, receipt.unchanged) == (7, 3, 1)
    assert receipt.set_aside == {"duplicate_key": 1, "key_empty": 1, "not_a_number": 1}
    assert [row[0] for row in found[:3]] == ["D2", "D1", "D5"]


def test_more_rows_than_a_block_of_the_store_are_all_there(tmp_path: Path) -> None:
    count = 2 * jobs.PIECE + 10
    text = "id,created\n" + "".join(f"D{n},2026-01-01\n" for n in range(count))
    fields = '[table.fields]\ncreated_at = {column = "created", read = "YYYY-MM-DD"}\n'
    receipt, _ = imported(tmp_path / "many", text, f'{HEAD}key = "id"\n{fields}')
    assert (receipt.rows_read, receipt.loaded) == (count, count)
