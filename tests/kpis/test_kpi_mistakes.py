"""Mistakes in KPI files: each is named with its file, its line and what to do, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from leitstern.kpis.documents import FileProblem, read
from leitstern.kpis.load import Catalogue

BASE = """\
kpi: {name}
name: {{de: Name, en: Name}}
means: {{de: Bedeutung, en: Meaning}}
owner: sales
unit: count
good: up
level: operational
timing: leading
about: activity
formula: {formula}
"""
MEASURE = "measures:\n  deals: {count: deal, on: closed_at}\n"


def document(name: str, formula: str = "deals", rest: str = MEASURE) -> str:
    return BASE.format(name=name, formula=formula) + rest


def measured(measure: str) -> str:
    """A file whose one measure stands in line 12."""
    return document("mine", rest=f"measures:\n  deals: {measure}\n")


# --- mistakes in files: (what is written, line, code, what the message names) ---

MISTAKES = {
    "key unknown": (document("mine").replace("owner:", "ownr:"), 4, "key_unknown", "owner"),
    "key missing": (document("mine").replace("unit: count\n", ""), 1, "key_missing", "unit"),
    "text missing": (
        document("mine").replace("{de: Bedeutung, en: Meaning}", "{de: x}"),
        3,
        "key_missing",
        "en",
    ),
    "unit unknown": (document("mine").replace("unit: count", "unit: euro"), 5, "value_choice", "currency"),
    "name with capitals": (document("Mine"), 1, "name_form", "Mine"),
    "measure named badly": (document("mine").replace("deals:", "Deals:"), 12, "name_form", "Deals"),
    "version not a number": (document("mine", rest="version: two\n" + MEASURE), 11, "value_wrong", "two"),
    "date not a date": (document("mine", rest="valid_from: morgen\n" + MEASURE), 11, "value_wrong", "morgen"),
    "list for a text": (
        document("mine").replace("means: {de: Bedeutung, en: Meaning}", "means: [x]"),
        3,
        "value_form",
        "means",
    ),
    "measures a list": (document("mine", rest="measures: [x]\n"), 11, "value_form", "measures"),
    "two kinds": (measured("{count: deal, sum: deal.amount}"), 12, "measure_kind", "count, sum"),
    "no kind": (measured("{on: closed_at}"), 12, "measure_kind", "percentile"),
    "key of a measure": (measured("{count: deal, onn: x}"), 12, "key_unknown", "on?"),
    "shape with two keys": (
        document("mine", rest=MEASURE + "shape: {cumulative: true, to_date: year}\n"),
        13,
        "shape_key",
        "cumulative, to_date",
    ),
    "rolling without unit": (
        document("mine", rest=MEASURE + "shape: {rolling: 12}\n"),
        13,
        "shape_unit",
        "month",
    ),
    "fact unknown": (measured("{count: dael}"), 12, "fact_unknown", "deal"),
    "field unknown": (measured("{sum: deal.amuont}"), 12, "field_unknown", "amount"),
    "field of a wrong kind": (measured("{sum: deal.name}"), 12, "field_kind", "probability, amount, cost"),
    "no field": (measured("{sum: deal}"), 12, "measure_field_missing", "sum: deal."),
    "field too many": (measured("{count: deal.amount}"), 12, "measure_field_extra", "deal"),
    "date unknown": (measured("{count: deal, on: amount}"), 12, "date_unknown", "closed_at"),
    "date missing": (measured("{count: company}"), 12, "date_missing", "customer_since"),
    "needs more": (measured("{percentile: deal.amount}"), 12, "measure_needs", "p"),
    "duration without between": (
        measured("{duration: deal, as: median, in: days}"),
        12,
        "measure_needs",
        "between",
    ),
    "has too much": (measured("{count: deal, p: 0.5}"), 12, "measure_not", "p"),
    "stock on a date": (
        measured("{stock: deal, between: [created_at, closed_at], on: closed_at}"),
        12,
        "measure_not",
        "on",
    ),
    "manual without roll": (measured("{manual: x}"), 12, "measure_needs", "roll"),
    "p out of range": (measured("{percentile: deal.amount, p: 90}"), 12, "value_wrong", "90"),
    "formula unknown name": (document("mine", "deasl"), 10, "formula_name", "deals"),
    "formula broken": (document("mine", "deals +"), 10, "formula_ends", "deals +"),
    "measure not used": (
        document("mine", rest=MEASURE + "  more: {count: lead, on: created_at}\n"),
        13,
        "measure_unused",
        "more",
    ),
    "key twice": (document("mine") + "unit: days\n", 13, "key_twice", "unit"),
    "alias": (
        document("mine").replace("owner: sales", "owner: &x sales").replace("unit: count", "unit: *x"),
        4,
        "yaml_alias",
        "&",
    ),
    "tag": (
        document("mine").replace("sales", "!!python/object/apply:os.system [ls]"),
        4,
        "yaml_tag",
        "os.system",
    ),
    "broken yaml": (document("mine") + "  x: [1\n", 14, "yaml", "YAML"),
    "tab": ("kpi:\n\tx: 1\n", 2, "yaml", "YAML"),
    "empty": ("", 1, "file_empty", "kpi:"),
    "not a mapping": ("- a\n- b\n", 1, "value_form", "docs/definition-language.md"),
    "deep": ("kpi: " + "[" * 40 + "]" * 40 + "\n", 1, "yaml_deep", ""),
    "big": ("# " + "x" * 300_000, 1, "file_big", "200000"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_file_is_named_with_its_line_and_remedy(tmp_path: Path, mistake: str) -> None:
    text, line, code, named = MISTAKES[mistake]
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem) as raised:
        Catalogue.load(tmp_path)
    found = raised.value
    assert (found.inner.code, found.line) == (f"kpis.{code}", line)
    assert found.file == str(tmp_path / "own.yaml")
    for language, word in (("de", "Zeile"), ("en", "line")):
        message = found.text(language)
        assert message.startswith(f"{tmp_path / 'own.yaml'}, {word} {line}: ")
        assert named in message


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_bytes("name: Gr\u00f6\u00dfe".encode("cp1252"))
    with pytest.raises(FileProblem, match="UTF-8"):
        Catalogue.load(tmp_path)


def test_all_mistakes_of_a_file_are_found_at_once() -> None:
    text = document("mine").replace("owner:", "ownr:").replace("unit: count", "unit: euro")
    _, problems = read(text, "own.yaml")
    assert sorted(found.inner.code for found in problems) == [
        "kpis.key_missing",
        "kpis.key_unknown",
        "kpis.value_choice",
    ]


def test_words_that_yaml_takes_for_yes_and_no_stay_words() -> None:
    text = document("mine").replace("de: Name", "de: no").replace("en: Name", "en: 2024")
    (entry,), problems = read(text, "own.yaml")
    assert not problems
    assert (entry.definition.name.de, entry.definition.name.en) == ("no", "2024")
    assert entry.definition.measures["deals"].on == "closed_at"


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 40_000, "\n  " + "- " * 50_000 + "a\n", "\n- " + "? " * 50_000]
)
def test_what_is_nested_without_end_is_refused_in_words(text: str) -> None:
    entries, problems = read("kpi: " + text, "deep.yaml")
    assert entries == []
    assert "deep.yaml" in problems[0].text("en")
