"""Advice: each rule finds its case, says it in both languages with a remedy, and stays silent otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from leitstern.facts.model import FACTS
from leitstern.kpis.lint import Finding, lint
from leitstern.kpis.load import Catalogue

GOOD = """\
kpi: mine
name: {de: Meine Zahl, en: My number}
means: {de: Eine Zahl., en: A number.}
owner: sales
unit: percent
good: up
level: operational
timing: leading
about: efficiency
drives: [won_value]
paired_with: [avg_deal_value]
formula: won / decided
measures:
  won: {count: deal, where: "status = 'won' and kind = 'new'", on: closed_at}
  decided: {count: deal, where: "status <> 'open' and kind = 'new'", on: closed_at}
"""

COUNTED = GOOD[: GOOD.index("formula:")]
SUM = "formula: value\nmeasures:\n  value: {sum: deal.amount, where: \"kind = 'new'\", on: closed_at}\n"
STAY = """\
formula: stay
measures:
  stay: {duration: quote, between: [created_at, sent_at], as: median, in: hours, on: sent_at}
"""
SEEN = """\
formula: seen
measures:
  seen: {sum: touchpoint.quantity, where: "kind = 'follower' and channel = 'x'", on: at}
"""
TWIN = """\
formula: won / all
measures:
  won: {count: deal, where: "status = 'won'", on: closed_at}
  all: {count: deal, where: "status in ('won','lost')", on: closed_at}
"""
COUNT = COUNTED.replace("percent", "count")
OTHER = (
    GOOD.replace("kpi: mine", "kpi: other")
    .replace("[won_value]", "[mine]")
    .replace("'new'", "'existing'")
    .replace("Meine", "Andere")
    .replace("My", "Other")
)


def advice(folder: Path, *texts: str, mapped: dict[str, frozenset[str]] | None = None) -> list[Finding]:
    """What is advised on own files."""
    for number, text in enumerate(texts):
        (folder / f"own{number}.yaml").write_text(text, encoding="utf-8")
    return [found for found in lint(Catalogue.load(folder), mapped) if found.file.startswith(str(folder))]


CASES = {
    "owner": (GOOD.replace("owner: sales", "owner: ' '"), 4),
    "translation": (GOOD.replace("en: My number", "en: ''"), 2),
    "same_text": (GOOD.replace("en: A number.", "en: Eine Zahl."), 3),
    "jargon": (GOOD.replace("en: A number.", "en: The ARR."), 3),
    "ratio_dates": (
        GOOD.replace("kind = 'new'\", on: closed_at}\n  dec", "kind = 'new'\", on: created_at}\n  dec"),
        12,
    ),
    "default_date": (GOOD.replace(", on: closed_at", ""), 14),
    "percent": (GOOD.replace("won / decided", "won * 100 - decided"), 5),
    "growth_unit": (COUNT + "formula: won_deals\nshape: {growth: previous_year}\n", 5),
    "no_money": (GOOD.replace("unit: percent", "unit: currency"), 5),
    "money": (COUNT + SUM, 5),
    "time_unit": (COUNTED.replace("percent", "days") + STAY, 5),
    "stock_shape": (COUNT + "formula: open_deals\nshape: {rolling: 3, unit: month}\n", None),
    "related_unknown": (GOOD.replace("[won_value]", "[wonvalue]"), 10),
    "self_related": (GOOD.replace("[avg_deal_value]", "[mine]"), 11),
    "orphan": (GOOD.replace("drives: [won_value]\n", ""), 1),
    "unpaired": (
        COUNTED.replace("percent", "currency").replace("paired_with: [avg_deal_value]\n", "") + SUM,
        1,
    ),
    "reach_as_result": (COUNT.replace("efficiency", "result") + SEEN, 9),
    "reach_strategic": (
        COUNT.replace("efficiency", "reach").replace("operational", "strategic") + SEEN,
        7,
    ),
    "duplicate": (COUNTED + TWIN, 12),
    "shared_word": (GOOD.replace("drives:", "also_called: {de: [umsatz]}\ndrives:"), 10),
    "drive_circle": (GOOD.replace("[won_value]", "[other]") + "---\n" + OTHER, None),
}


def test_a_good_file_gets_no_advice(tmp_path: Path) -> None:
    assert advice(tmp_path, GOOD) == []


@pytest.mark.parametrize("code", CASES)
def test_each_rule_finds_its_case_and_says_what_to_do(tmp_path: Path, code: str) -> None:
    text, line = CASES[code]
    found = [finding for finding in advice(tmp_path, text) if finding.code == code]
    assert found
    assert line is None or found[0].line == line
    assert found[0].kpi in ("mine", "other")
    for language in ("de", "en"):
        assert len(found[0].text(language)) > 20
        assert len(found[0].remedy(language)) > 15
        assert "{" not in found[0].text(language)
    assert found[0].text("de") != found[0].text("en")


@pytest.mark.parametrize("code", sorted(set(CASES) - {"translation", "self_related", "money", "percent"}))
def test_a_rule_does_not_set_off_others(tmp_path: Path, code: str) -> None:
    text, _ = CASES[code]
    assert {finding.code for finding in advice(tmp_path, text)} == {code}


def test_a_field_that_no_mapping_fills_is_named(tmp_path: Path) -> None:
    mapped = {name: frozenset(fact.by_name) for name, fact in FACTS.items()}
    assert advice(tmp_path, GOOD, mapped=mapped) == []
    mapped["deal"] -= {"kind"}
    (first, second) = advice(tmp_path, GOOD, mapped=mapped)
    assert (first.code, first.values["field"], first.line) == ("unmapped", "deal.kind", 14)
    assert (second.code, second.values["field"], second.line) == ("unmapped", "deal.kind", 15)


def test_a_field_behind_a_reference_is_looked_up_in_its_own_fact(tmp_path: Path) -> None:
    text = GOOD.replace("kind = 'new'", "campaign.channel = 'x'")
    mapped = {name: frozenset(fact.by_name) for name, fact in FACTS.items()}
    mapped["campaign"] = frozenset({"name"})
    assert {found.values["field"] for found in advice(tmp_path, text, mapped=mapped)} == {"campaign.channel"}


def test_a_worked_out_field_needs_no_mapping(tmp_path: Path) -> None:
    text = GOOD.replace("kind = 'new'", "is_first")
    mapped = {name: frozenset(f.name for f in fact.fields if not f.derived) for name, fact in FACTS.items()}
    assert advice(tmp_path, text, mapped=mapped) == []


def test_advice_names_a_kpi_in_the_formula_that_has_moved_on(tmp_path: Path) -> None:
    newer = GOOD.replace("kpi: mine", "kpi: base").replace("'new'", "'existing'")
    newer += "---\n" + newer.replace("kpi: base", "kpi: base\nversion: 2\nvalid_from: 2026-01-01")
    user = COUNTED + "formula: base / 2\n"
    codes = {(found.kpi, found.code) for found in advice(tmp_path, newer, user)}
    assert ("mine", "old_reference") in codes


def test_the_same_measures_written_differently_are_still_the_same(tmp_path: Path) -> None:
    twin = GOOD.replace("kpi: mine", "kpi: twin").replace(
        "status = 'won' and kind", "status='won'   AND kind"
    )
    found = [finding for finding in advice(tmp_path, GOOD, twin) if finding.code == "duplicate"]
    assert [(finding.kpi, finding.values["other"]) for finding in found] == [("twin", "mine")]
