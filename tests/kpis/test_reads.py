"""A fault in the data names the KPIs it touches."""

from __future__ import annotations

import pytest

from leitstern.kpis.load import Catalogue
from leitstern.kpis.reads import reads, touched

CATALOGUE = Catalogue.load()


def test_what_a_kpi_reads() -> None:
    assert reads(CATALOGUE.resolved("win_rate")) == {
        ("deal", None),
        ("deal", "status"),
        ("deal", "closed_at"),
    }


@pytest.mark.parametrize(
    ("fact", "fields", "kpi", "is_touched"),
    [
        ("deal", ("closed_at",), "win_rate", True),
        ("deal", ("amount",), "win_rate", False),
        ("deal", ("amount",), "won_value", True),
        ("deal", ("created_at", "closed_at"), "won_value", True),
        ("deal", ("owner",), "win_rate", True),
        ("deal", ("lost_reason",), "win_rate", False),
        ("deal", (), "win_rate", True),
        ("lead", (), "win_rate", False),
        ("company", (), "new_companies", True),
        ("company", (), "win_rate", False),
        ("manual_value", (), "win_rate", False),
    ],
)
def test_who_is_touched(fact: str, fields: tuple[str, ...], kpi: str, is_touched: bool) -> None:
    assert (kpi in touched(CATALOGUE, fact, fields)) is is_touched
