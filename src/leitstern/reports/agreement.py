"""The agreement on a goal (Zielvereinbarung), or its directive (Zielvorgabe), as an accessible PDF.

Made by typst, which needs nothing but its wheel: WeasyPrint, for one, needs system libraries that a plain
server does not have. All values travel as JSON, so that no name is ever read as markup. The same agreement
gives the same bytes: fonts are those within typst, and the document is dated as of the decision.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Literal

from leitstern.reports.printable import REPLACED, only_common, printable

Language = Literal["de", "en"]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was known at the offer: facts with their names, and values of earlier periods."""

    rows: Sequence[Pair]
    history: Sequence[Pair]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything on the paper, as texts in the reader's language and number style.

    ``goal`` are names and values of what was agreed, ``plan`` the amount of each month, ``steps`` are
    when, who and what. ``decided_at`` dates the document.
    """

    number: str
    kind: Literal["agreed", "directive"]
    company: str
    offered_by: str
    owner: str
    goal: Sequence[Pair]
    plan: Sequence[Pair]
    steps: Sequence[tuple[str, str, str]]
    decided_at: datetime
    evidence: Evidence | None = None
    replaced: bool = False


def label(name: str, language: Language) -> str:
    """A word of the agreement in ``de`` or ``en``."""
    return _labels()[name][language]


def pdf(agreement: Agreement, language: Language) -> bytes:
    """The agreement as PDF/UA-1. Characters that no font of typst has are replaced, and a line says so."""
    import typst

    values = asdict(agreement) | {
        "title": label(f"title_{agreement.kind}", language),
        "language": language,
        "labels": {name: pair[language] for name, pair in _labels().items()},
        "decided_at": agreement.decided_at.isoformat(),
    }
    try:
        return _compiled(printable(values), agreement.decided_at)
    except typst.TypstError:  # each character can be shown, but not how they stand together
        return _compiled(only_common(values), agreement.decided_at)


def _compiled(values: dict[str, Any], decided_at: datetime) -> bytes:
    import typst

    said = json.dumps({key: one for key, one in values.items() if key != "labels"}, ensure_ascii=False)
    made = typst.compile(
        resources.files("leitstern.reports").joinpath("agreement.typ").read_bytes(),
        sys_inputs={"data": json.dumps(values | {"replaced_signs": REPLACED in said}, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=decided_at.replace(microsecond=0),
    )
    assert isinstance(made, bytes)  # one document gives one file
    return made


@cache
def _labels() -> dict[str, dict[Language, str]]:
    text = resources.files("leitstern.reports").joinpath("agreement.toml").read_text(encoding="utf-8")
    found: dict[str, dict[Language, str]] = tomllib.loads(text)
    return found
