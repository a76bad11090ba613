"""What the docs say of records and values is what the program computes."""

from __future__ import annotations

from pathlib import Path

import pytest

from .examples import BLOCK, run

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in sorted(DOCS.glob("*.md"))
    for number, block in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), 1)
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_example_comes_out_as_written(text: str, tmp_path: Path) -> None:
    assert run(text, tmp_path) > 0


DEAL = """
deal
key | status | amount | closed_at
d1  | won    | 1000   | 2025-01-10

? won_value in 2025-01
company | {value}
"""


@pytest.mark.parametrize("value", ["999", "- (no_data)", "1000 (incomplete)"])
def test_an_example_that_is_wrong_fails(value: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="company in 2025-01"):
        run(DEAL.format(value=value), tmp_path)


def test_nobody_may_be_left_out_of_an_answer(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="not assigned"):
        run(DEAL.format(value="1000").replace(" in ", " by person in ").replace("company", "p1"), tmp_path)


def test_both_pages_have_examples() -> None:
    pages = {str(example.id).partition(".")[0] for example in EXAMPLES}
    assert {"definition-language", "data-model"} <= pages
