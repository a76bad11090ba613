"""The pages on KPIs follow the code: examples load, tables are complete, the catalogue is current."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from leitstern.errors import Problem
from leitstern.kpis.definition import MEASURE_KINDS, Definition, Measure, Shape, Unit
from leitstern.kpis.documents import FileProblem
from leitstern.kpis.expressions import parse_filter
from leitstern.kpis.lint import lint
from leitstern.kpis.load import Catalogue
from leitstern.kpis.pages import catalogue_page

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "definition-language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", GUIDE, flags=re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    return GUIDE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def codes(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_every_example_of_the_guide_loads_without_mistakes_or_advice(tmp_path: Path) -> None:
    assert len(EXAMPLES) >= 6
    for number, example in enumerate(EXAMPLES):
        (tmp_path / f"example{number}.yaml").write_text(example, encoding="utf-8")
    own = Catalogue.load(tmp_path)
    assert own.check() == []
    examples = [finding for finding in lint(own) if finding.file.startswith(str(tmp_path))]
    assert [finding.text("en") for finding in examples] == []


def test_the_guide_names_every_key_kind_unit_and_shape() -> None:
    keys = codes(section("What a file says"))
    assert set(Definition.model_fields) <= set(keys)
    assert set(get_args(Unit)) <= set(keys)
    measures = codes(section("Measures"))
    assert set(MEASURE_KINDS) <= set(measures)
    written = " ".join(measures)
    for name, field in Measure.model_fields.items():
        assert (field.alias or name) in written
    shapes = " ".join(codes(section("Shapes over time")))
    for field in Shape.model_fields.values():
        assert all(str(word) in shapes for word in get_args(field.annotation) if isinstance(word, str))


def test_every_filter_of_the_guide_is_accepted() -> None:
    table = [line for line in section("Filters").splitlines() if line.startswith("|")][2:]
    examples = [code for line in table for code in codes(line.split("|", 2)[2]) if len(code.split()) > 1]
    assert len(examples) >= 12
    for example in examples:
        facts = [fact for fact in ("deal", "activity") if _accepted(example, fact)]
        assert facts, example


def _accepted(text: str, fact: str) -> bool:
    try:
        parse_filter(text, fact)
    except Problem:
        return False
    return True


def test_the_mistake_shown_in_the_guide_is_what_the_program_says(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```text\n(.*?)\n```", GUIDE, flags=re.MULTILINE | re.DOTALL)
    text = EXAMPLES[0].replace(
        "{count: deal, where: \"status = 'won'", "{count: deal, where: \"statsu = 'won'"
    )
    (tmp_path / "large_win_rate.yaml").write_text(text, encoding="utf-8")
    (problem,) = Catalogue.load(tmp_path).check()
    assert isinstance(problem, FileProblem)
    assert str(problem).replace(f"{tmp_path}/", "kpis/") == shown


def test_the_catalogue_page_is_current() -> None:
    """Also red when a shipped definition changes: its filter, date or aggregation stands there in words."""
    current = (DOCS / "kpis.md").read_text(encoding="utf-8")
    assert current == catalogue_page(Catalogue.load()), "run `python -m leitstern.kpis.pages > docs/kpis.md`"


@pytest.mark.parametrize("kpi", Catalogue.load(), ids=lambda kpi: kpi.kpi)
def test_every_kpi_stands_in_the_catalogue_page_once(kpi: Definition) -> None:
    page = (DOCS / "kpis.md").read_text(encoding="utf-8")
    assert page.count(f"\n### {kpi.kpi}\n") == 1
