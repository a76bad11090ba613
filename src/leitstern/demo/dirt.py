"""The faults every CRM has, planted on purpose and written down.

Two kinds: records that an import takes and a quality check must find (they are part of the truth), and rows
that an import must set aside (they exist in the exports only, as ``BadRow``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from leitstern.demo.arrays import Ints, Table, Texts, pick, stream, texts
from leitstern.demo.stories import DIRT

NOT_A_NUMBER, IMPOSSIBLE_DATE = "not_a_number", "impossible_date"
VALUE_UNKNOWN, REQUIRED_EMPTY = "value_unknown", "required_empty"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that only the export has: like row ``like`` of the fact, with its own key and wrong texts.

    ``texts`` maps field names to what the file says instead; ``reason`` is the code an import gives.
    """

    fact: str
    key: str
    like: int
    texts: MappingProxyType[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of bad row: how many of the planted count, where, and the wrong texts in turn."""

    fault: str
    fact: str
    field: str
    reason: str
    words: tuple[str, ...]
    count: int


_BAD = (
    _Kind("unreadable_amount", "deal", "amount", NOT_A_NUMBER, ("auf Anfrage", "12.5OO,00", "ca. 40 T€"), 5),
    _Kind("unreadable_amount", "invoice", "amount", NOT_A_NUMBER, ("siehe Anlage", "1.2.34,5,6"), 3),
    _Kind("unknown_value", "deal", "status", VALUE_UNKNOWN, ("gewonen", "storniert?"), 4),
    _Kind("unknown_value", "activity", "kind", VALUE_UNKNOWN, ("Brieftaube", "Fax??"), 5),
    _Kind("missing_date", "lead", "created_at", REQUIRED_EMPTY, ("",), 3),
    _Kind(
        "impossible_date", "lead", "created_at", IMPOSSIBLE_DATE, ("31.02.2025 09:15", "29.02.2026 14:40"), 2
    ),
)


def plant(
    seed: int, scale: float, tables: dict[str, Table]
) -> tuple[dict[str, tuple[str, ...]], tuple[BadRow, ...]]:
    """Changes the tables and returns the keys of changed records by fault, and the rows to be set aside."""
    rng = stream(seed, "dirt")

    def count(fault: str) -> int:
        return max(1, round(DIRT.effect[fault] * scale))

    planted = {
        "duplicate_companies": _duplicates(rng, tables, count("duplicate_companies")),
        "deals_without_company": _set(
            rng, tables["deal"], count("deals_without_company"), {"company": None, "contact": None}
        ),
        "unknown_company": _set(rng, tables["deal"], count("unknown_company"), {"company": "K-99999"}),
        "unknown_owner": _set(rng, tables["lead"], count("unknown_owner"), {"owner": "M-9999"}),
        "closed_before_created": _backwards(rng, tables["deal"], count("closed_before_created")),
        "trailing_spaces": _some(rng, tables["deal"], count("trailing_spaces"), lambda _: True)[1],
    }
    bad: list[BadRow] = []
    for kind in _BAD:
        for number in range(max(1, round(kind.count * scale))):
            like = int(rng.integers(0, len(tables[kind.fact]["key"])))
            wrong = MappingProxyType({kind.field: kind.words[number % len(kind.words)]})
            bad.append(BadRow(kind.fact, f"X-{len(bad) + 1:04d}", like, wrong, kind.reason))
    return planted, tuple(bad)


def _duplicates(rng: np.random.Generator, tables: dict[str, Table], count: int) -> tuple[str, ...]:
    """Firms entered a second time: same VAT id, name spelled otherwise; one deal of each moves there."""
    company, deal = tables["company"], tables["deal"]
    chosen, original = _some(rng, company, count, lambda i: company["vat_id"][i] is not None)
    copy = {name: column[chosen] for name, column in company.items()}
    copy["key"] = texts([key.replace("K-", "K-D") for key in original])
    copy["name"] = texts([_otherwise(name) for name in copy["name"]])
    copy["vat_id"] = texts([f"{v[:2]} {v[2:5]} {v[5:8]} {v[8:]}" for v in copy["vat_id"]])
    for name in ("register_court", "register_no", "wid_no"):
        copy[name] = texts([None] * len(chosen))
    copy["created_at"] = copy["created_at"] + np.timedelta64(30, "D")
    copy["customer_since"] = np.full(len(chosen), np.datetime64("NaT", "D"))
    copy["customer_until"] = copy["customer_since"].copy()
    for name, column in company.items():
        company[name] = np.concatenate([column, copy[name]])
    for key, new in zip(original, copy["key"], strict=True):
        mine = np.flatnonzero(deal["company"] == key)
        if len(mine):
            deal["company"][mine[-1]] = new
    return tuple(copy["key"])


def _otherwise(name: str) -> str:
    """A firm's name as somebody else types it."""
    for right, typed in (
        ("GmbH & Co. KG", "GmbH+Co KG"),
        ("GmbH", "G.m.b.H."),
        (" AG", " Aktiengesellschaft"),
    ):
        if right in name:
            return name.replace(right, typed)
    return name.upper()


def _set(
    rng: np.random.Generator, table: Table, count: int, values: dict[str, str | None]
) -> tuple[str, ...]:
    """Overwrites fields in some records that have them."""
    first = next(iter(values))
    chosen, key = _some(
        rng, table, count, lambda i: table[first][i] is not None and table[first][i][:3] != "K-D"
    )
    for name, value in values.items():
        table[name][chosen] = value
    return key


def _backwards(rng: np.random.Generator, deal: Table, count: int) -> tuple[str, ...]:
    """Closed deals whose closing date lies before the day they were created (a wrong year or day)."""
    chosen, key = _some(rng, deal, count, lambda i: not np.isnat(deal["closed_at"][i]))
    days = (rng.integers(3, 40, len(chosen)) * 1440).astype("timedelta64[m]")
    deal["closed_at"][chosen] = deal["created_at"][chosen] - days
    deal["first_contact_at"][chosen] = np.datetime64("NaT", "m")
    return key


def _some(
    rng: np.random.Generator, table: Table, count: int, fits: Callable[[int], bool]
) -> tuple[Ints, tuple[str, ...]]:
    """Random rows that fit, ascending, and their keys."""
    order = rng.permutation(len(table["key"]))
    chosen: list[int] = []
    for row in order:
        if len(chosen) == count:
            break
        if fits(int(row)):
            chosen.append(int(row))
    rows = np.array(sorted(chosen), dtype=np.int64)
    keys: Texts = pick(table["key"], rows)
    return rows, tuple(str(key) for key in keys)
