"""The catalogue: shipped and own files, versions, KPIs inside formulas, and search."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from leitstern.errors import Problem
from leitstern.kpis.documents import FileProblem
from leitstern.kpis.expressions import parse_formula
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


def catalogue(folder: Path, **files: str) -> Catalogue:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Catalogue.load(folder)


def problem(folder: Path, text: str) -> FileProblem:
    """The first problem of a folder with one file."""
    with pytest.raises(FileProblem) as found:
        catalogue(folder, own=text)
    return found.value


def test_the_shipped_kpis_load_and_iterate_by_name() -> None:
    shipped = Catalogue.load()
    names = [kpi.kpi for kpi in shipped]
    assert len(names) == len(shipped) >= 50
    assert names == sorted(names) == list(shipped.names)
    assert "win_rate" in shipped
    assert "nothing" not in shipped


def test_loading_all_takes_less_than_150_ms() -> None:
    code = (
        "import time, leitstern.kpis.load as load; start = time.perf_counter(); load.Catalogue.load();"
        "print(time.perf_counter() - start); import sys; assert 'sqlglot' not in sys.modules"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    assert min(float(run.stdout) for run in runs) < 0.150


def test_an_unknown_kpi_or_version_is_named_with_what_there_is() -> None:
    shipped = Catalogue.load()
    with pytest.raises(Problem, match="Did you mean win_rate"):
        shipped.get("win_rat")
    with pytest.raises(Problem, match=r"no version 9\. There are: 1"):
        shipped.get("win_rate", 9)


def test_an_own_file_replaces_the_shipped_kpi_of_the_same_name_and_version(tmp_path: Path) -> None:
    own = catalogue(tmp_path, mine=document("won_deals"))
    assert own.get("won_deals").name.de == "Name"
    assert not own.entry("won_deals").shipped
    assert len(own) == len(Catalogue.load())


def test_two_own_files_of_the_same_kpi_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"mine version 1 already stands in .*a\.yaml, line 1"):
        catalogue(tmp_path, a=document("mine"), b=document("mine"))


def test_versions_stand_in_one_file_or_in_several_and_hold_from_their_day(tmp_path: Path) -> None:
    second = document("mine", rest="version: 2\nvalid_from: 2026-01-01\n" + MEASURE)
    third = document("mine", rest="version: 3\nvalid_from: 2026-07-01\n" + MEASURE)
    own = catalogue(tmp_path, a=document("mine") + "---\n" + second, b=third)
    assert own.get("mine").version == 3
    assert own.get("mine", 2).valid_from == date(2026, 1, 1)
    assert [kpi.version for kpi in own.versions("mine")] == [1, 2, 3]
    days = {None: 1, date(2025, 12, 31): 1, date(2026, 1, 1): 2, date(2026, 6, 30): 2, date(2026, 7, 1): 3}
    assert {day: own.at("mine", day).version for day in days} == days
    assert [kpi.version for kpi in own if kpi.kpi == "mine"] == [3]
    assert own.entry("mine", 2).line("kpi") == len(document("mine").splitlines()) + 2


def test_a_later_version_needs_a_later_day(tmp_path: Path) -> None:
    text = document("mine", rest="version: 2\n" + MEASURE)
    assert problem(tmp_path, text).inner.code == "kpis.version_no_date"
    second = document("mine", rest="version: 2\nvalid_from: 2026-01-01\n" + MEASURE)
    third = document("mine", rest="version: 3\nvalid_from: 2025-01-01\n" + MEASURE)
    wrong = problem(tmp_path, second + "---\n" + third)
    assert wrong.inner.code == "kpis.version_order"
    assert "2026-01-01" in wrong.text("de")


# --- KPIs inside formulas ---


def test_a_kpi_in_a_formula_is_replaced_by_its_own(tmp_path: Path) -> None:
    own = catalogue(tmp_path, a=document("half_rate", "win_rate / 2 + deals"))
    resolved = own.resolved("half_rate")
    assert resolved.formula.names == ("win_rate.won_deals", "win_rate.decided_deals", "deals")
    assert set(resolved.measures) == set(resolved.formula.names)
    assert resolved.measures["win_rate.won_deals"] == own.get("win_rate").measures["won_deals"]
    tree = parse_formula("x / y / 2 + deals")
    assert str(resolved.formula) == str(tree).replace("x", "win_rate.won_deals").replace(
        "y", "win_rate.decided_deals"
    )


def test_the_same_kpi_by_two_ways_is_one_set_of_measures(tmp_path: Path) -> None:
    own = catalogue(
        tmp_path, a=document("half", "win_rate / 2", ""), b=document("mean", "(half + win_rate) / 2", "")
    )
    assert set(own.resolved("mean").measures) == {"win_rate.won_deals", "win_rate.decided_deals"}


def test_a_measure_hides_a_kpi_of_the_same_name() -> None:
    assert set(Catalogue.load().resolved("win_rate").measures) == {"won_deals", "decided_deals"}


def test_a_version_keeps_the_meaning_of_the_kpis_it_names(tmp_path: Path) -> None:
    later = document("base", "-deals", "version: 2\nvalid_from: 2026-01-01\n" + MEASURE)
    user = document("user", "base * 2", "")
    again = document("user", "base * 2", "version: 2\nvalid_from: 2026-02-01\n")
    own = catalogue(tmp_path, a=document("base") + "---\n" + later, b=user + "---\n" + again)
    assert str(own.resolved("user", 1).formula) == "base.deals * 2"
    assert str(own.resolved("user", 2).formula) == "-base@2.deals * 2"


def test_a_circle_is_shown(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="alpha → beta → gamma → alpha"):
        catalogue(
            tmp_path,
            a=document("alpha", "beta", ""),
            b=document("beta", "gamma", ""),
            c=document("gamma", "alpha", ""),
        )


def test_a_kpi_cannot_name_itself_or_a_kpi_with_a_shape(tmp_path: Path) -> None:
    assert problem(tmp_path, document("alpha", "alpha", "")).inner.code == "kpis.formula_name"
    wrong = problem(tmp_path, document("alpha", "revenue_growth", ""))
    assert wrong.inner.code == "kpis.formula_shape"


def test_one_wrong_file_does_not_take_the_others_down(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kpi: [", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(document("good"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text(document("user", "missing", ""), encoding="utf-8")
    (tmp_path / "d.yaml").write_text(document("follower", "user", ""), encoding="utf-8")
    own = Catalogue.load(tmp_path, strict=False)
    assert "good" in own
    assert "user" not in own
    assert "follower" not in own
    assert [Path(found.file).name for found in own.problems] == ["a.yaml", "c.yaml", "d.yaml"]


def test_check_parses_every_filter_and_names_the_line(tmp_path: Path) -> None:
    rest = "measures:\n  deals:\n    count: deal\n    where: \"statsu = 'won'\"\n    on: closed_at\n"
    own = catalogue(tmp_path, a=document("mine", rest=rest))
    (wrong,) = own.check()
    assert wrong.line == 14
    assert "Did you mean status?" in str(wrong)


# --- search ---


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("Abschlussquote", "de", "win_rate"),
        ("close rate", "en", "win_rate"),
        ("Trefferquote", "de", "contact_to_customer_rate"),
        ("UMSATZ", "de", "revenue"),
        ("turnover", "en", "revenue"),
        ("cac", "en", "customer_acquisition_cost"),
        ("Kuendigungsquote", "de", "churn_rate"),
        ("Kündigungsquote", "en", "churn_rate"),
        ("won_deals", "de", "won_deals"),
    ],
)
def test_search_finds_by_name_synonym_and_either_language(text: str, language: str, first: str) -> None:
    assert Catalogue.load().search(text, language)[0].kpi == first


def test_search_needs_all_words_and_finds_nothing_for_nothing() -> None:
    shipped = Catalogue.load()
    both = {kpi.kpi for kpi in shipped.search("Umsatz Vorjahr", "de")}
    assert "revenue_growth_yoy" in both
    assert both < {kpi.kpi for kpi in shipped.search("Umsatz", "de")}
    assert shipped.search("", "de") == []
    assert shipped.search("qwertz", "de") == []
