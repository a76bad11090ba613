"""The exports tell the truth: every cell, read independently, is the simulated value."""

from __future__ import annotations

from pathlib import Path

import pytest

from leitstern.demo import Written
from leitstern.demo.company import Company
from leitstern.facts.model import FACTS
from tests.demo import reading

TABLES = {table["fact"]: table for table in reading.mapping()}


def test_there_is_one_file_for_each_fact_of_the_model(written: Written) -> None:
    assert set(TABLES) == {name for name, fact in FACTS.items() if not fact.derived}
    assert {table["file"] for table in TABLES.values()} == {path.name for path in written.files}


@pytest.mark.parametrize("fact", sorted(TABLES))
def test_every_cell_is_the_truth(fact: str, company: Company, folder: Path) -> None:
    table, expected = TABLES[fact], company.tables[fact]
    rows = [row for row in reading.rows(folder / table["file"]) if not _spoiled(row, table)]
    assert len(rows) == len(next(iter(expected.values())))
    compared = set()
    for name, field in table["fields"].items():
        if "value" in field:
            assert set(expected.get(name, [field["value"]])) == {field["value"]}
            compared.add(name)
            continue
        kind = FACTS[fact].by_name[name].kind
        found = [reading.value(row[field["column"]], field, kind, row) for row in rows]
        source = "key" if name not in expected else name
        assert found == reading.truth(expected[source], kind), name
        compared.add(name)
    if isinstance(table["key"], str):
        assert [row[table["key"]] for row in rows] == expected["key"].tolist()
        compared.add("key")
    assert compared >= set(expected)


def _spoiled(row: dict[str, str], table: dict[str, object]) -> bool:
    return isinstance(table["key"], str) and row[table["key"]].startswith("X-")


@pytest.mark.parametrize("fact", sorted(TABLES))
def test_the_mapping_uses_every_column(fact: str, folder: Path) -> None:
    table = TABLES[fact]
    used = {field["column"] for field in table["fields"].values() if "column" in field}
    used |= {table["key"]} if isinstance(table["key"], str) else set(table["key"])
    assert used == set(reading.rows(folder / table["file"])[0])


def test_the_mapping_leaves_no_number_or_date_to_be_guessed() -> None:
    readable = {"day", "time", "money", "number", "whole"}
    for fact, table in TABLES.items():
        for name, field in table["fields"].items():
            if FACTS[fact].by_name[name].kind in readable and "column" in field:
                assert "read" in field, f"{fact}.{name}"


def test_rows_are_counted(written: Written, folder: Path) -> None:
    assert written.rows == {path.name: len(reading.rows(path)) for path in folder.iterdir()}
    assert 25_000 <= sum(written.rows.values()) <= 65_000


def test_rows_to_be_set_aside_are_those_that_are_not_in_the_truth(written: Written) -> None:
    for table in TABLES.values():
        extra = written.rows[table["file"]] - len(next(iter(written.company.tables[table["fact"]].values())))
        assert extra == sum(written.set_aside.get(table["file"], {}).values())


def test_the_files_look_german(folder: Path) -> None:
    raw = (folder / "Verkaufschancen.csv").read_bytes()
    head = raw.split(b"\r\n")[0].decode("cp1252")
    assert head.startswith("Chance-Nr.;Bezeichnung;")
    assert "Zuständig" in head
    amounts = [row["Betrag"] for row in reading.rows(folder / "Verkaufschancen.csv")]
    assert any("." in amount and "," in amount for amount in amounts)
    bills = [
        row["Nettobetrag"] for row in reading.rows(folder / "Rechnungen.csv") if "." not in row["Nettobetrag"]
    ]
    assert len(bills) > 1000
    assert all("," in amount for amount in bills if amount != "siehe Anlage")


def test_blanks_stand_around_words_as_planted(written: Written, folder: Path) -> None:
    rows = {row["Chance-Nr."]: row for row in reading.rows(folder / "Verkaufschancen.csv")}
    padded = {key for key, row in rows.items() if row["Status"] != row["Status"].strip()}
    assert padded - {key for key in padded if key.startswith("X-")} == set(
        written.company.planted["trailing_spaces"]
    )
