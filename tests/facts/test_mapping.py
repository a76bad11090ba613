"""A mapping file is checked before a row is touched, and mistakes are explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from leitstern.errors import Problem
from leitstern.facts.mapping import load, parse

EXAMPLES = Path(__file__).parents[2] / "examples"

GOOD = """
name = "CRM"
[[table]]
file = "Deals*.csv"
fact = "deal"
key = "id"
[table.fields]
owner = "rep"
status = {column = "stage", values = {Won = "won", Lost = "lost"}, default = "open"}
amount = {product = ["qty", "price"], read = ["plain", "de"], negate_if = {column = "type", in = ["C*"]}}
currency = {value = "USD"}
"""


def test_a_mapping_is_read_with_short_and_long_fields() -> None:
    table = parse(GOOD, "m.toml").table[0]
    assert table.key == ("id",)
    assert table.fields["owner"].column == "rep"
    assert table.fields["amount"].reading_of("price") == "de"
    assert table.fields["amount"].reading_of("qty") == "plain"
    assert table.used_columns == ("id", "rep", "stage", "qty", "price", "type")


@pytest.mark.parametrize(
    ("file", "sheet", "expected"),
    [("deals_2026.csv", None, True), ("DEALS.CSV", None, True), ("my deals.csv", None, False)],
)
def test_a_table_is_chosen_by_the_name_of_the_file(file: str, sheet: str | None, expected: bool) -> None:
    assert parse(GOOD, "m.toml").table[0].matches(file, sheet) is expected


def test_a_sheet_is_chosen_by_name_and_a_file_without_sheets_fits_as_well() -> None:
    sheet = GOOD.replace("Deals*.csv", "Deals.*").replace('fact = "deal"', 'fact = "deal"\nsheet = "Deals*"')
    table = parse(sheet, "m.toml").table[0]
    assert table.matches("Deals.xlsx", "deals 2026")
    assert not table.matches("Deals.xlsx", "Notes")
    assert table.matches("Deals.csv", None)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (('fact = "deal"', 'fact = "deals"'), "fact_unknown", ["m.toml", "Deals*.csv", "“deals”", "deal"]),
        (('fact = "deal"', 'fact = "stage_visit"'), "fact_unknown", ["stage_visit"]),
        (("owner =", "ownr ="), "field_unknown", ["[[table]] 1 (Deals*.csv)", "“ownr”", "meant: owner"]),
        (("owner =", "is_first ="), "field_derived", ["is_first", "Remove"]),
        (('Won = "won"', 'Won = "wun"'), "word_unknown", ["“wun”", "status", "open, won, lost"]),
        (('default = "open"', 'default = "offen"'), "word_unknown", ["“offen”"]),
        (("Lost =", "WON ="), "word_twice", ["won"]),
        (('key = "id"', 'kay = "id"'), "setting_unknown", ["“kay”", "meant: key"]),
        (('file = "Deals*.csv"', ""), "setting_missing", ["“file”"]),
        (('key = "id"', "key = 5"), "setting_wrong", ["“key”", "5"]),
        (('{value = "USD"}', '{value = "USD", column = "c"}'), "one_origin", ["column, value", "currency"]),
        (('in = ["C*"]', 'not_in = ["C*"], in = ["C"]'), "condition_lists", ["type"]),
        (('["plain", "de"]', '["plain", "de", "en"]'), "read_count", ["3", "2"]),
        (('owner = "rep"', 'owner = {product = ["a", "b"]}'), "product_kind", ["owner", "ref"]),
        (('owner = "rep"', 'probability = {columns = ["a", "b"]}'), "columns_kind", ["probability"]),
        (
            ('owner = "rep"', 'owner = {column = "a", negate_if = {column = "b", in = ["x"]}}'),
            "negate_kind",
            ["owner"],
        ),
        (('key = "id"', "repeats = true"), "key_needed", ["deal"]),
        (('key = "id"', 'timezone = "Europe/Bonn"'), "timezone_unknown", ["Europe/Bonn"]),
        (('fact = "deal"', 'fact = "lead"'), "required_unmapped", ["created_at"]),
        (('name = "CRM"', "name = "), "mapping_toml", ["m.toml"]),
    ],
)
def test_a_mistake_is_named_with_place_and_remedy(
    change: tuple[str, str], code: str, words: list[str]
) -> None:
    with pytest.raises(Problem) as caught:
        parse(GOOD.replace(*change), "m.toml")
    assert caught.value.code == f"facts.{code}"
    for word in words:
        assert word in caught.value.text("en")
    assert caught.value.text("de") != caught.value.text("en")


def test_a_mapping_file_that_is_missing_or_not_utf8_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no mapping file"):
        load(tmp_path / "none.toml")
    (tmp_path / "old.toml").write_bytes('name = "Zuständig"'.encode("cp1252"))
    with pytest.raises(Problem, match="UTF-8"):
        load(tmp_path / "old.toml")


def test_the_digest_changes_with_the_meaning_only() -> None:
    table = parse(GOOD, "m.toml").table[0]
    same = parse("# remark\n" + GOOD.replace("owner", " owner "), "other.toml").table[0]
    other = parse(GOOD.replace('Lost = "lost"', 'Lost = "open"'), "m.toml").table[0]
    assert table.digest() == same.digest() != other.digest()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_examples_are_good_mappings(path: Path) -> None:
    assert load(path).table
