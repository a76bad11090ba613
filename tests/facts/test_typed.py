"""Numbers that people type: loaded like a file, changed by key, taken back, and read again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import leitstern
from leitstern.facts import typed
from leitstern.facts.typed import CONTACTS, SPEND, VALUES, Row, Sheet
from leitstern.workspace import Workspace


def workspace(folder: Path) -> Workspace:
    return leitstern.init(folder / "acme", timezone="Europe/Berlin", currency="EUR")


def value(key: str, number: str | None, at: str = "2026-10-31", team: str | None = None) -> Row:
    fields = {"measure": "mood", "team": team, "person": None, "region": None, "value": number, "at": at}
    return Row("manual_value", key, fields, deleted=number is None, told={"by": "Ada", "before": "7"})


def take(ws: Workspace, folder: Path, *rows: Row) -> int:
    """Type rows in; the number of the import."""
    files = []
    for name, text in typed.lines(rows).items():
        files.append(folder / f"{len(list(folder.iterdir()))}-{name}.jsonl")
        files[-1].write_text(text, encoding="utf-8")
    landed, unread = ws.land(files)
    assert not unread
    receipt = ws.import_typed(landed)
    assert receipt.batch is not None
    assert sum(table.rows_set_aside for table in receipt.tables) == 0
    return receipt.batch


def there(ws: Workspace, sheet: Sheet = VALUES) -> list[tuple[object, ...]]:
    found = ws.typed(sheet, date(2026, 1, 1), date(2026, 12, 31))
    return [(e.key, e.place, e.at, e.value, e.batch) for e in found]


def test_a_number_is_typed_changed_removed_and_each_step_taken_back(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    assert there(ws) == []
    first = take(ws, tmp_path, value("a", "7.5"), value("b", "8", team="T1"))
    company, team = ("mood", None, None, None), ("mood", "T1", None, None)
    assert there(ws) == [
        ("a", company, date(2026, 10, 31), Decimal("7.5"), first),
        ("b", team, date(2026, 10, 31), Decimal(8), first),
    ]
    second = take(ws, tmp_path, value("a", "7.9"))
    assert [(row[0], row[3]) for row in there(ws)] == [("a", Decimal("7.9")), ("b", Decimal(8))]
    third = take(ws, tmp_path, value("a", None))
    assert [row[0] for row in there(ws)] == ["b"]
    ws.undo_import(third)
    ws.undo_import(second)
    assert [(row[0], row[3], row[4]) for row in there(ws)] == [
        ("a", Decimal("7.5"), first),
        ("b", Decimal(8), first),
    ]
    ws.undo_import(first)
    assert there(ws) == []


def test_a_typed_number_is_in_no_other_list_that_lacks_records(tmp_path: Path) -> None:
    """One number typed anew is no newer export that lacks the others."""
    ws = workspace(tmp_path)
    take(ws, tmp_path, value("a", "7"), value("b", "8", "2026-09-30"))
    take(ws, tmp_path, value("a", "7.1"))
    ws.refresh()
    assert {found.check for found in ws.quality() if found.fact == "manual_value"} == {"age"}
    [table, _later] = ws.receipts()
    assert (table.mapping, table.fact, table.rows_read, table.loaded) == ("typed", "manual_value", 2, 2)


def test_several_kinds_come_in_one_import_and_count(tmp_path: Path) -> None:
    """A moment is a day in the workspace's zone; a field nobody typed stays as it was."""
    ws = workspace(tmp_path)
    spent = {"area": "marketing", "kind": "media", "campaign": "C1", "amount": "1204.5", "currency": "EUR"}
    batch = take(
        ws,
        tmp_path,
        Row("spend", "s", {**spent, "at": "2026-10-31"}),
        Row("touchpoint", "f", {"kind": "follower", "channel": "X", "quantity": "12", "at": "2026-10-31"}),
        Row("person", "p", {"name": "Ada"}),
    )
    assert {(r.fact, r.batch) for r in ws.receipts()} == {
        ("spend", batch), ("touchpoint", batch), ("person", batch)
    }  # fmt: skip
    take(ws, tmp_path, Row("person", "p", {"left_at": "2026-10-31"}))
    ws.refresh()
    [row] = ws.facts("person", "name", "left_at").to_pylist()
    assert (row["name"], row["left_at"]) == ("Ada", date(2026, 10, 31))
    assert [row[1:4] for row in there(ws, SPEND)] == [
        (("marketing", "media", "C1"), date(2026, 10, 31), Decimal("1204.5"))
    ]
    assert [row[1:4] for row in there(ws, CONTACTS)] == [(("follower",), date(2026, 10, 31), Decimal(12))]
    values = ws.compute(["marketing_spend", "followers"], grain="month")
    assert {(o.kpi.partition("@")[0], o.value) for o in values if o.period == "2026-10"} == {
        ("marketing_spend", 1204.5),
        ("followers", 12),
    }
