"""No version of a KPI changes its meaning unseen: what it meant is kept and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from leitstern.kpis import kept
from leitstern.kpis.documents import Entry, read
from leitstern.kpis.load import Catalogue


def kpi(name: str, formula: str = "vv", /, *, shipped: bool = False, **other: str) -> Entry:
    """A version of a KPI on won deals; ``other`` are its lines besides the usual ones."""
    lines = {
        "kpi": name,
        "name": f"{{de: {name}, en: {name}}}",
        "means": "{de: Etwas., en: Something.}",
        "owner": "sales",
        "unit": "count",
        "good": "up",
        "level": "operational",
        "timing": "lagging",
        "about": "result",
        "formula": formula,
    }
    if formula in ("vv", "vv * 2"):
        lines["measures"] = """{vv: {count: deal, where: "status = 'won'", on: closed_at}}"""
    text = "\n".join(f"{key}: {value}" for key, value in (lines | other).items())
    entries, problems = read(text, f"{name}.yaml", shipped=shipped)
    assert not problems
    return entries[0]


def found(before: list[Entry], after: list[Entry]) -> list[tuple[str, int, bool, tuple[str, ...]]]:
    changes = kept.changes(before, Catalogue(after))
    return [(c.now.definition.kpi, c.now.definition.version, c.refused, c.through) for c in changes]


OTHER_FILTER = {"measures": """{vv: {count: deal, where: "status = 'lost'", on: closed_at}}"""}


@pytest.mark.parametrize(
    "changed",
    [
        OTHER_FILTER,
        {"measures": """{vv: {count: deal, where: "status = 'won'", on: created_at}}"""},
        {"measures": """{vv: {distinct: deal.company, where: "status = 'won'", on: closed_at}}"""},
        {"formula": "vv * 2"},
        {"unit": "score"},
        {"shape": "{cumulative: true}"},
    ],
)
def test_a_version_that_means_something_else_is_refused(changed: dict[str, str]) -> None:
    assert found([kpi("aa")], [kpi("aa", **changed)]) == [("aa", 1, True, ())]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "{de: Anders, en: Different}"},
        {"means": "{de: Genauer gesagt., en: Said better.}"},
        {"owner": "marketing", "good": "down", "level": "strategic"},
        {
            "formula": "renamed",
            "measures": """{renamed: {count: deal, where: "status in ('won')", on: closed_at}}""",
        },
    ],
)
def test_texts_and_other_words_for_the_same_may_change(changed: dict[str, str]) -> None:
    assert found([kpi("aa")], [kpi("aa", **changed)]) == []


def test_a_new_version_and_a_new_kpi_are_no_change() -> None:
    newer = kpi("aa", version="2", valid_from="2026-01-01", **OTHER_FILTER)
    assert found([kpi("aa")], [kpi("aa"), newer, kpi("bb")]) == []


def test_what_a_formula_names_is_part_of_its_meaning() -> None:
    before = [kpi("aa"), kpi("bb", "aa"), kpi("cc", "bb")]
    after = [kpi("aa", **OTHER_FILTER), kpi("bb", "aa"), kpi("cc", "bb")]
    assert found(before, after) == [
        ("aa", 1, True, ()),
        ("bb", 1, True, ("aa",)),
        ("cc", 1, True, ("bb",)),
    ]


def test_a_version_dated_back_changes_what_names_it() -> None:
    user = kpi("bb", "aa", valid_from="2026-01-01")
    newer = kpi("aa", version="2", valid_from="2025-07-01", **OTHER_FILTER)
    assert found([kpi("aa"), user], [kpi("aa"), newer, user]) == [("bb", 1, True, ("aa",))]


def test_what_a_newer_program_brings_is_a_note() -> None:
    before = [kpi("aa", shipped=True), kpi("bb", "aa")]
    after = [kpi("aa", shipped=True, **OTHER_FILTER), kpi("bb", "aa")]
    assert found(before, after) == [("aa", 1, False, ()), ("bb", 1, False, ("aa",))]


def test_an_own_file_in_place_of_a_shipped_one_must_mean_the_same() -> None:
    shipped = kpi("aa", shipped=True)
    assert found([shipped], [shipped, kpi("aa", **OTHER_FILTER)]) == [("aa", 1, True, ())]
    assert found([shipped], [shipped, kpi("aa", owner="me")]) == []
    assert found([kpi("aa", **OTHER_FILTER)], [shipped]) == [("aa", 1, True, ())]


def test_a_version_that_was_taken_away_cannot_come_back_as_another(tmp_path: Path) -> None:
    kept.keep(tmp_path, Catalogue([kpi("aa"), kpi("bb")]))
    kept.keep(tmp_path, Catalogue([kpi("bb")]))
    assert found(kept.read(tmp_path), [kpi("aa", **OTHER_FILTER)]) == [("aa", 1, True, ())]


def test_values_keep_their_meaning_until_it_is_settled(tmp_path: Path) -> None:
    kept.keep(tmp_path, Catalogue([kpi("aa"), kpi("bb")]))
    written = Catalogue([kpi("aa", **OTHER_FILTER), kpi("bb", owner="me")])
    used = kept.unchanged(tmp_path, written)
    assert used.get("aa") == kpi("aa").definition
    assert used.get("bb") == written.get("bb")


def test_the_message_says_where_and_what_to_do() -> None:
    [change] = kept.changes([kpi("aa")], Catalogue([kpi("aa", **OTHER_FILTER)]))
    assert (change.problem.file, change.problem.line) == ("aa.yaml", 10)
    for language in ("de", "en"):
        text = change.problem.text(language)
        assert all(word in text for word in ("aa", "1", "version:", "valid_from:", "aa.yaml"))
