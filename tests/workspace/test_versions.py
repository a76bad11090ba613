"""A generation of another program version is said, and a refresh replaces it."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import duckdb
import pytest

import leitstern
from leitstern.errors import Problem

DEALS = "id;amount;status;closed\n1;100,00;won;13.01.2026\n"
MAPPING = """\
name = "CRM"
[[table]]
file = "deals.csv"
fact = "deal"
key = "id"
[table.fields]
amount = "amount"
status = "status"
closed_at = "closed"
"""


def test_another_versions_generation_is_rebuilt(tmp_path: Path) -> None:
    workspace = leitstern.init(tmp_path / "acme")
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")
    (tmp_path / "crm.toml").write_text(MAPPING, encoding="utf-8")
    workspace.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "crm.toml")
    # The mapping is kept: a newer export needs no word of it.
    (tmp_path / "deals.csv").write_text(DEALS.replace("100,00", "200,00"), encoding="utf-8")
    assert workspace.import_files([tmp_path / "deals.csv"]).tables[0].updated == 1
    workspace.refresh()
    del workspace  # and with it its hold on the generation's file
    gc.collect()
    [file] = (tmp_path / "acme" / "generations").glob("*.duckdb")
    with duckdb.connect(str(file)) as con:
        [(text,)] = con.execute("SELECT value FROM meta").fetchall()
        con.execute("UPDATE meta SET value = ?", [json.dumps(json.loads(text) | {"engine": 0})])
    again = leitstern.open(tmp_path / "acme")
    with pytest.raises(Problem, match="another version"):
        again.compute(["won_value"])
    assert again.refresh().number == 2
    assert [o.value for o in again.compute(["won_value"])] == [200]
