"""Is it the same company? Identifiers decide; names only propose.

Germany, Austria and Switzerland have no single company number. Several identifiers serve, the
strongest first:

1. VAT id, and the German W-IdNr, whose first 11 characters have the same form (``DE`` and 9 digits);
   what follows them numbers the company's sites. Austrian UID numbers are VAT ids.
2. Register court, type and number (``München HRB 123456``); Austrian Firmenbuch number.
3. Swiss UID (``CHE-123.456.788``), which is also the Swiss VAT id.
4. LEI, then D-U-N-S.

Numbers whose check digit is wrong identify nobody. Two companies that share a weaker identifier but
have different strong ones are not merged but proposed, as are companies with the same name (legal
form removed) in the same postcode.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from leitstern.facts.registers import firmenbuch_number, normal_name, register_entry

Kind = Literal["vat", "register", "firmenbuch", "uid", "lei", "duns"]

_BETWEEN = re.compile("[^A-Z0-9]+")

#: Strongest first.
KINDS: tuple[Kind, ...] = ("vat", "register", "firmenbuch", "uid", "lei", "duns")

#: Two companies may not have different ones of these and still be one: a company has one of each.
SINGLE: frozenset[Kind] = frozenset({"vat", "uid", "lei"})

#: The fields of ``company`` that identity reads, beside the key.
FIELDS = (
    "name",
    "vat_id",
    "wid_no",
    "register_court",
    "register_no",
    "uid_no",
    "lei",
    "duns",
    "postcode",
    "country",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two companies that may be one. ``reason``: ``name_and_postcode`` or ``conflict`` (a weak
    identifier in common, a strong one different); ``shared`` is what they have in common.
    """

    first: str
    second: str
    reason: Literal["name_and_postcode", "conflict"]
    shared: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who is who. ``canonical`` maps every key to the key that stands for its company.

    ``invalid`` lists (key, field, value) of identifiers that cannot be right.
    """

    canonical: dict[str, str]
    proposals: tuple[Proposal, ...]
    invalid: tuple[tuple[str, str, str], ...]

    @property
    def companies(self) -> int:
        """How many different companies the rows stand for."""
        return len(set(self.canonical.values()))


def resolve(companies: Iterable[Mapping[str, str | None]]) -> Resolution:
    """Find the rows that are the same company.

    Each row has ``key`` and any of ``FIELDS``. The smallest key of a group stands for it, so the
    answer does not depend on the order of the rows.
    """
    rows = sorted(companies, key=lambda row: str(row["key"]))
    invalid: list[tuple[str, str, str]] = []
    by_identifier: dict[Kind, dict[str, list[str]]] = {kind: {} for kind in KINDS}
    groups = _Groups()
    for row in rows:
        key = str(row["key"])
        found = dict(_identifiers(row, invalid))
        groups.add(key, found)
        for kind, number in found.items():
            by_identifier[kind].setdefault(number, []).append(key)
    proposals: dict[tuple[str, str], Proposal] = {}
    for kind in KINDS:
        for number, keys in sorted(by_identifier[kind].items()):
            for first, second in pairwise(keys):
                if not groups.unite(first, second):
                    proposals.setdefault((first, second), Proposal(first, second, "conflict", number))
    for proposal in _by_name(rows, groups):
        proposals.setdefault((proposal.first, proposal.second), proposal)
    canonical = {str(row["key"]): groups.root(str(row["key"])) for row in rows}
    return Resolution(canonical, tuple(proposals[pair] for pair in sorted(proposals)), tuple(invalid))


class _Groups:
    """Disjoint sets of keys, each with the single identifiers its members have."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._single: dict[str, dict[Kind, str]] = {}

    def add(self, key: str, identifiers: Mapping[Kind, str]) -> None:
        self._parent[key] = key
        self._single[key] = {kind: number for kind, number in identifiers.items() if kind in SINGLE}

    def root(self, key: str) -> str:
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def unite(self, first: str, second: str) -> bool:
        """Make two groups one; False if they contradict each other in a single identifier."""
        one, other = sorted((self.root(first), self.root(second)))
        if one == other:
            return True
        mine, theirs = self._single[one], self._single[other]
        if any(mine[kind] != theirs[kind] for kind in mine.keys() & theirs.keys()):
            return False
        self._parent[other] = one
        self._single[one] = {**theirs, **mine}
        return True


def _by_name(rows: list[Mapping[str, str | None]], groups: _Groups) -> Iterator[Proposal]:
    """Pairs of different companies with one name and postcode."""
    same: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        name, postcode = normal_name(row.get("name") or ""), "".join((row.get("postcode") or "").split())
        if name and postcode:
            same.setdefault((name, postcode), []).append(str(row["key"]))
    for (name, postcode), keys in sorted(same.items()):
        roots = sorted({groups.root(key) for key in keys})
        for first, second in pairwise(roots):
            yield Proposal(first, second, "name_and_postcode", f"{name}, {postcode}")


def _identifiers(
    row: Mapping[str, str | None], invalid: list[tuple[str, str, str]]
) -> Iterator[tuple[Kind, str]]:
    """The valid identifiers of one row; those that cannot be right are added to ``invalid``."""
    for field in ("wid_no", "vat_id", "uid_no", "lei", "duns"):
        text = (row.get(field) or "").strip()
        if not text:
            continue
        found = _READ[field](text)
        if found is None:
            invalid.append((str(row["key"]), field, text))
        else:
            yield found
    number, court = row.get("register_no") or "", row.get("register_court") or ""
    if number.strip():
        austrian = (row.get("country") or "").strip().casefold() in ("at", "österreich", "austria", "aut")
        fn = firmenbuch_number(number, sure=austrian)
        if fn is not None:
            yield "firmenbuch", fn
            return
        entry = register_entry(court, number)
        if entry is not None:
            yield "register", entry


def vat_number(text: str) -> tuple[Kind, str] | None:
    """A VAT id of the EU or Switzerland, compact (``DE136695976``); None if it cannot be right."""
    compact = _compact(text)
    if compact.startswith("CHE"):
        return swiss_uid(text)
    if compact.startswith("DE"):
        from stdnum.de import vat as german

        return ("vat", compact) if german.is_valid(compact) else None
    from stdnum.eu import vat

    return ("vat", compact) if vat.is_valid(compact) else None


def wid_number(text: str) -> tuple[Kind, str] | None:
    """A W-IdNr (``DE136695976-00001``): the number before the site's, as a VAT id would be."""
    compact = _compact(text)
    if len(compact) not in (11, 16) or not compact[2:].isdigit():
        return None
    return vat_number(compact[:11])


def swiss_uid(text: str) -> tuple[Kind, str] | None:
    """A Swiss UID, with or without the VAT suffix (``CHE-116.281.710 MWST``)."""
    from stdnum.ch import uid

    compact = _compact(text)[:12]
    return ("uid", compact) if uid.is_valid(compact) else None


def lei_number(text: str) -> tuple[Kind, str] | None:
    """A legal entity identifier of 20 characters."""
    from stdnum import lei

    compact = _compact(text)
    return ("lei", compact) if lei.is_valid(compact) else None


def duns_number(text: str) -> tuple[Kind, str] | None:
    """A D-U-N-S number: 9 digits without a check digit; one digit throughout is a placeholder."""
    compact = _compact(text)
    return ("duns", compact) if len(compact) == 9 and compact.isdigit() and len(set(compact)) > 1 else None


_READ = {
    "vat_id": vat_number,
    "wid_no": wid_number,
    "uid_no": swiss_uid,
    "lei": lei_number,
    "duns": duns_number,
}


def _compact(text: str) -> str:
    """Letters and digits only, in upper case."""
    return _BETWEEN.sub("", text.upper())
