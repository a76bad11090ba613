"""The exports go through the import as a user's files do, and the store holds the truth afterwards."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest

import leitstern
from leitstern.demo import Written, mapping_path, stories, write
from leitstern.demo.company import TIMEZONE
from leitstern.facts.model import FACTS
from leitstern.kpis.load import Catalogue
from leitstern.workspace import Workspace
from tests.demo import reading

from .conftest import UNTIL

TABLES = {table["fact"]: table for table in reading.mapping()}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A company a fifth of the usual size."""
    return write(tmp_path_factory.mktemp("small"), seed=4, scale=0.2, until=UNTIL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workspace is made."""
    return tmp_path_factory.mktemp("workspace") / "demo"


@pytest.fixture(scope="module")
def workspace(small: Written, folder: Path) -> Workspace:
    """A workspace with the exports imported; every row is accounted for as planted."""
    workspace = leitstern.init(
        folder, name="Demo", language="de", currency="EUR", timezone=TIMEZONE, country="DE", region="NI"
    )
    receipt = workspace.import_files([small.folder], mapping=mapping_path())
    assert not receipt.questions
    assert not receipt.unmatched
    assert {table.file: table.rows_read for table in receipt.tables} == small.rows
    assert {t.file: t.set_aside for t in receipt.tables if t.set_aside} == small.set_aside
    for table in receipt.tables:
        assert table.loaded == table.rows_read - table.rows_set_aside, table.file
    workspace.refresh()
    return workspace


@pytest.mark.parametrize("fact", sorted(TABLES))
def test_the_store_holds_the_truth(fact: str, workspace: Workspace, small: Written, folder: Path) -> None:
    assert workspace.settings.currency == "EUR"
    table, truth = TABLES[fact], small.company.tables[fact]
    fields = [name for name in table["fields"] if name in truth]
    with duckdb.connect(str(folder / "store.duckdb"), read_only=True) as store:
        columns = ", ".join(f'"{name}"' for name in ("key", *fields))
        found = store.execute(f'SELECT {columns} FROM "{fact}" ORDER BY source_row').fetchall()
    for place, name in enumerate(fields, start=1):
        kind = FACTS[fact].by_name[name].kind
        assert [_local(row[place], kind) for row in found] == reading.truth(truth[name], kind), name
    if "key" in truth:
        assert [row[0] for row in found] == truth["key"].tolist()


def _local(value: Any, kind: str) -> Any:
    """A stored moment (UTC) as wall time; everything else as it is."""
    if kind == "time" and value is not None:
        return value.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(TIMEZONE)).replace(tzinfo=None)
    return Decimal(value) if kind == "whole" and value is not None else value


def test_kpis_equal_the_truth(workspace: Workspace, small: Written) -> None:
    deal, lead, rate = (small.company.tables[name] for name in ("deal", "lead", "exchange_rate"))
    francs = {
        day: Decimal(str(value))
        for day, value in zip(rate["day"].tolist(), rate["rate"].tolist(), strict=True)
    }
    count: dict[str, int] = defaultdict(int)
    value: dict[str, Decimal] = defaultdict(Decimal)
    for row in np.flatnonzero(deal["status"] == "won"):
        day = deal["closed_at"][row].astype("datetime64[D]").tolist()
        euro = Decimal(int(deal["amount"][row])) / 100
        count[f"{day:%Y-%m}"] += 1
        value[f"{day:%Y-%m}"] += euro * (francs[day] if deal["currency"][row] == "CHF" else 1)
    begin, end = small.company.start, small.company.until
    shown = workspace.compute(["won_deals", "won_value"], start=begin, end=end).to_json_rows()
    for item in shown:
        wanted = count if item["kpi"] == "won_deals" else value
        if item["from"] >= begin.isoformat():
            assert item["value"] == pytest.approx(float(wanted[item["period"]]), abs=0.006), item
    assert len(shown) >= 2 * 36
    leads = workspace.compute(["new_leads"], grain="year", start=begin, end=end).to_json_rows()
    year = lead["created_at"].astype("datetime64[Y]").astype(int) + 1970
    assert {item["period"]: item["value"] for item in leads} == {
        str(y): int((year == y).sum()) for y in range(begin.year, end.year + 1)
    }


def test_the_stories_name_kpis_that_are_shipped() -> None:
    known = set(Catalogue.load().names)
    for story in stories.STORIES:
        assert set(story.kpis) <= known, story.name
