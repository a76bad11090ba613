"""Files go in, typed records come out, and every row is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.facts.conftest import all_rows

from leitstern.errors import Problem
from leitstern.facts.receipts import Receipt, reason_text
from leitstern.facts.store import Store

Bring = Callable[..., Receipt]

DEALS = """
name = "Deals"
[[table]]
file = "deals*.csv"
fact = "deal"
key = "id"
[table.fields]
owner = "rep"
company = "account"
status = {column = "stage", values = {Won = "won", Lost = "lost", "In *" = "open"}}
amount = {column = "value", read = "de"}
created_at = {column = "created", read = "DD.MM.YYYY"}
expected_close_at = {column = "expected", read = "DD.MM.YYYY"}
"""
HEAD = "id;rep;account;stage;value;created;expected\n"
ROWS = (
    HEAD
    + "007;Ada;Muster GmbH;Won;1.234,50;01.07.2025;01.08.2025\n"
    + "8; Bo ;;lost;0,99;15.01.2025;\n"
    + "9;;;In Arbeit;;;\n"
)


def test_values_are_typed_and_keys_keep_their_zeros(bring: Bring, store: Store) -> None:
    receipt = bring({"deals.csv": ROWS}, DEALS)
    (table,) = receipt.tables
    assert (table.rows_read, table.loaded, table.set_aside) == (3, 3, {})
    assert all_rows(
        store, "deal", "key", "owner", "company", "status", "amount", "created_at", "expected_close_at"
    ) == [
        # Midnight in Berlin is the evening before in UTC.
        (
            "007",
            "Ada",
            "Muster GmbH",
            "won",
            Decimal("1234.5000"),
            datetime.fromisoformat("2025-06-30T22:00"),
            date(2025, 8, 1),
        ),
        ("8", "Bo", None, "lost", Decimal("0.9900"), datetime.fromisoformat("2025-01-14T23:00"), None),
        ("9", None, None, "open", None, None, None),
    ]
    assert all_rows(store, "deal", "source_file", "source_row", "batch")[0] == ("deals.csv", 2, 1)


def test_the_same_file_again_changes_nothing(bring: Bring, store: Store) -> None:
    bring({"deals.csv": ROWS}, DEALS)
    again = bring({"deals.csv": ROWS}, DEALS)
    assert again.batch is None
    assert again.tables[0].already
    assert again.tables[0].loaded == 3
    assert again.total("loaded") == 0
    assert store.last_batch() == 1


def test_the_same_rows_in_another_file_are_unchanged(bring: Bring, store: Store) -> None:
    bring({"deals.csv": ROWS}, DEALS)
    before = all_rows(store, "deal", "key", "batch", "source_file")
    (table,) = bring({"deals_new.csv": ROWS + "\n"}, DEALS).tables
    assert (table.loaded, table.updated, table.unchanged) == (0, 0, 3)
    assert all_rows(store, "deal", "key", "batch", "source_file") == before
    assert store.changed_since(1) == {}


def test_a_newer_export_updates_by_key_and_says_what_changed(bring: Bring, store: Store) -> None:
    bring({"deals.csv": ROWS}, DEALS)
    newer = ROWS.replace("In Arbeit", "Won").replace("0,99", "1,99") + "10;Ada;;Won;5;02.07.2025;\n"
    (table,) = bring({"deals.csv": newer}, DEALS).tables
    assert (table.rows_read, table.loaded, table.updated, table.unchanged) == (4, 1, 2, 1)
    assert all_rows(store, "deal", "key", "status", "amount", "batch") == [
        ("007", "won", Decimal("1234.5000"), 1),
        ("10", "won", Decimal("5.0000"), 2),
        ("8", "lost", Decimal("1.9900"), 2),
        ("9", "won", None, 2),
    ]
    changed = store.connection.execute("SELECT key FROM change WHERE batch = 2 ORDER BY key").fetchall()
    assert changed == [("10",), ("8",), ("9",)]
    assert store.changed_since(1) == {"deal": 3}


def test_a_changed_mapping_is_applied_to_a_known_file(bring: Bring, store: Store) -> None:
    bring({"deals.csv": ROWS}, DEALS)
    (table,) = bring({"deals.csv": ROWS}, DEALS.replace('Lost = "lost"', 'Lost = "open"')).tables
    assert (table.already, table.updated, table.unchanged) == (False, 1, 2)


def test_of_rows_with_one_key_the_last_counts_and_the_others_are_set_aside(
    bring: Bring, store: Store
) -> None:
    doubled = ROWS + "8;Cy;;Won;7;;\n" + "8;Di;;Won;9;;\n"
    (table,) = bring({"deals.csv": doubled}, DEALS).tables
    assert (table.rows_read, table.loaded, table.set_aside) == (5, 3, {"duplicate_key": 2})
    assert [(row.line, row.value) for row in store.set_aside()] == [(3, "8"), (5, "8")]
    assert ("8", "Di") in all_rows(store, "deal", "key", "owner")


def test_rows_that_cannot_be_read_are_set_aside_with_line_column_and_reason(
    bring: Bring, store: Store
) -> None:
    wrong = (
        HEAD
        + "1;Ada;;Won;viel;;\n"
        + "2;Ada;;Vielleicht;1,00;;\n"
        + ";Ada;;Won;1,00;;\n"
        + "4;Ada;;Won;1,00;31.02.2025;\n"
        + "5;Ada;;Won;1,00;01.02.2025;\n"
        + "6;Ada;zu wenig\n"
        + "7;Ada;;Vielleicht;viel;;\n"
    )
    (table,) = bring({"deals.csv": wrong}, DEALS).tables
    assert (table.rows_read, table.loaded, table.rows_set_aside) == (7, 1, 6)
    found = {(row.line, row.column, row.reason, row.value) for row in store.set_aside()}
    assert {
        (2, "value", "not_a_number", "viel"),
        (3, "stage", "value_unknown", "Vielleicht"),
        (4, "id", "key_empty", None),
        (5, "created", "impossible_date", "31.02.2025"),
        (8, "stage", "value_unknown", "Vielleicht"),
    } <= found
    assert any(line == 7 and reason == "too_few_cells" for line, _, reason, _ in found)
    for row in store.set_aside():
        assert reason_text(row.reason, "de") != reason_text(row.reason, "en")


def test_a_row_that_becomes_unreadable_leaves_the_record_as_it_was(bring: Bring, store: Store) -> None:
    bring({"deals.csv": ROWS}, DEALS)
    (table,) = bring({"deals.csv": ROWS.replace("0,99", "???")}, DEALS).tables
    assert (table.unchanged, table.set_aside) == (2, {"not_a_number": 1})
    assert all_rows(store, "deal", "amount")[1] == (Decimal("0.9900"),)


def test_a_missing_column_is_a_problem_before_anything_is_written(bring: Bring, store: Store) -> None:
    with pytest.raises(Problem) as caught:
        bring({"deals.csv": ROWS.replace("stage", "stages")}, DEALS)
    assert caught.value.code == "facts.column_missing"
    assert "stages" in str(caught.value)
    assert store.last_batch() == 0


def test_a_column_nobody_can_read_as_mapped_is_a_problem(bring: Bring, store: Store) -> None:
    with pytest.raises(Problem) as caught:
        bring({"deals.csv": ROWS}, DEALS.replace('{column = "value", read = "de"}', '"rep"'))
    assert caught.value.code == "facts.column_unreadable"
    assert "'Ada'" in str(caught.value)
    assert store.last_batch() == 0


def test_files_without_a_mapping_are_reported(bring: Bring) -> None:
    receipt = bring({"deals.csv": ROWS, "notes.csv": "a,b\n1,2\n", "picture.png": "x"}, DEALS)
    assert [(other.file, other.columns, other.problem is None) for other in receipt.unmatched] == [
        ("picture.png", (), False),
        ("notes.csv", ("a", "b"), True),
    ]


def test_only_the_fact_asked_for_is_imported(bring: Bring, store: Store) -> None:
    two = (
        DEALS
        + '\n[[table]]\nfile = "deals*.csv"\nfact = "person"\nkey = "id"\n[table.fields]\nname = "rep"\n'
    )
    receipt = bring({"deals.csv": ROWS}, two, fact="person")
    assert [table.fact for table in receipt.tables] == ["person"]
    assert store.count("deal") == 0


AMBIGUOUS = (
    'name = "q"\n[[table]]\nfile = "*.csv"\nfact = "deal"\nkey = "id"\n[table.fields]\namount = "value"\n'
)


def test_an_ambiguous_column_is_a_question_and_nothing_is_written(bring: Bring, store: Store) -> None:
    receipt = bring({"d.csv": "id;value\n1;1.234\n2;5.678\n"}, AMBIGUOUS)
    (question,) = receipt.questions
    assert (question.file, question.column, question.choices) == ("d.csv", "value", ("de", "plain"))
    assert "1.234 = 1234" in question.meanings[0]
    assert receipt.batch is None
    assert receipt.tables == ()
    assert store.last_batch() == 0


@pytest.mark.parametrize(
    ("answers", "amount"),
    [
        ({"value": "de"}, "1234"),
        ({"d.csv:value": "plain"}, "1.234"),
        ({"d.csv:value": "de", "value": "plain"}, "1234"),
    ],
)
def test_an_answer_settles_a_question(
    bring: Bring, store: Store, answers: dict[str, str], amount: str
) -> None:
    assert bring({"d.csv": "id;value\n1;1.234\n"}, AMBIGUOUS, answers=answers).batch == 1
    assert all_rows(store, "deal", "amount") == [(Decimal(amount),)]


def test_the_next_export_is_read_like_the_last_one(bring: Bring, store: Store) -> None:
    bring({"d.csv": "id;value\n1;1.234\n"}, AMBIGUOUS, answers={"value": "de"})
    receipt = bring({"d.csv": "id;value\n1;1.234\n2;2.000\n"}, AMBIGUOUS)
    assert receipt.questions == ()
    assert "ambiguous" in receipt.notes[0]
    assert all_rows(store, "deal", "amount") == [(Decimal(1234),), (Decimal(2000),)]


def test_a_reading_that_changes_between_exports_is_noted(bring: Bring, store: Store) -> None:
    bring({"d.csv": "id;value\n1;1.234,56\n"}, AMBIGUOUS)
    receipt = bring({"d.csv": "id;value\n1;1,234.56\n"}, AMBIGUOUS, language="de")
    assert "beim letzten Mal war es de" in receipt.notes[0]
    assert receipt.tables[0].unchanged == 1


def test_a_dry_run_shows_the_columns_and_writes_nothing(bring: Bring, store: Store) -> None:
    receipt = bring({"deals.csv": ROWS}, DEALS, dry_run=True)
    columns = {column.column: column for column in receipt.columns}
    assert receipt.dry_run
    assert columns["value"].reading == "de"
    assert "1.234,50 = 1234.5" in columns["value"].examples
    assert columns["value"].targets == ("deal.amount",)
    assert columns["id"].targets == ("deal.key",)
    assert store.last_batch() == 0


def test_one_unreadable_file_does_not_stop_the_others(bring: Bring, store: Store) -> None:
    receipt = bring({"deals.csv": ROWS, "broken.xlsx": "no workbook"}, DEALS)
    assert receipt.tables[0].loaded == 3
    assert [other.file for other in receipt.unmatched if other.problem] == ["broken.xlsx"]


def test_a_second_process_is_told_that_the_store_is_busy(store: Store) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from leitstern.facts.store import Store; "
        "from leitstern.errors import Problem\n"
        "try: Store(Path(sys.argv[1]))\nexcept Problem as problem: print(problem.code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(store.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "facts.store_busy"


def test_a_store_of_an_older_version_gets_the_new_fields_and_keeps_its_records(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    with Store(path) as store:
        store.connection.execute("INSERT INTO deal (key, batch) VALUES ('1', 1)")
        store.connection.execute("ALTER TABLE deal DROP COLUMN amount")
        store.connection.execute("DROP TABLE ticket")
    with Store(path) as store:
        assert all_rows(store, "deal", "key", "amount") == [("1", None)]
        assert store.count("ticket") == 0


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "new.duckdb") as store:
        store.connection.execute("UPDATE meta SET schema_version = 99")
    with pytest.raises(Problem) as caught:
        Store(tmp_path / "new.duckdb")
    assert caught.value.code == "facts.store_newer"
