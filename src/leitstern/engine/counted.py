"""What counted: for each part, the records of a stretch of days and what each of them adds.

A closing writes this down. From these rows every value that includes the days can be made again, for every
subject and any stretch, whatever becomes of the records: whose it was and in which teams, what it added,
and enough of the record to show it in a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import compress
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from leitstern.engine import compile as said
from leitstern.engine import layout, scoped
from leitstern.engine.passes import Pass, passes
from leitstern.engine.plan import NUMBER_DIGITS, Part
from leitstern.engine.scoped import col, number
from leitstern.engine.stands import BY_SHARES, EVERYBODY, WHOLE, Stretch
from leitstern.facts.model import FACTS

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.engine.generation import Generation

#: Fields that say in words which record it is; the first that a fact has is shown.
TITLES = ("name", "number", "subject", "measure", "comment")
#: Subjects a record names by itself. Persons and teams come with its member.
NAMED = ("customer", "campaign", "product", "region")

#: Person, own team, and all teams above it, that included.
Member = tuple[str | None, str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part over a stretch of days. ``ended``: of a level, by which date a record is gone; then it is
    what was there on the day before the stretch, and counts on that day."""

    number: int
    part: Part
    days: Stretch
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows (see ``SCHEMA`` for the columns), whose they are, and the names of all that they name.

    ``members`` by the number in ``member``; ``names`` by subject type and key.
    """

    rows: pa.Table
    members: list[Member]
    names: dict[str, dict[str, str]]


def schema() -> pa.Schema:
    """Columns of the rows.

    ``record`` tells records (or versions of them) apart, ``since`` is its own day, ``day`` the one it counts
    on. Of what is of a stretch as a whole, ``until`` is the day it changes and ``gone`` the one it ends.
    ``whole`` is exact, with the digits of
    the part; ``number`` a value that is not added up; ``ref`` the key of what is counted once, ``text`` any
    other value that is.
    """
    import pyarrow as pa

    words: pa.DataType = pa.dictionary(pa.int32(), pa.string())
    fields: dict[str, pa.DataType] = {"part": pa.int32(), "scope": pa.int8(), "day": pa.int32()}
    fields |= {"since": pa.int32(), "record": pa.int32()}
    fields |= {"key": pa.string(), "title": pa.string(), "member": pa.int32()}
    fields |= dict.fromkeys(NAMED, words)
    fields |= {"until": pa.int32(), "gone": pa.int32()}
    fields |= {"whole": pa.int64(), "number": pa.float64(), "ref": words, "text": words}
    return pa.schema(list(fields.items()))


def counted(generation: Generation, wanted: Sequence[Wanted]) -> Counted:
    """What counts for parts by the facts of a generation, with what stands already left to its closing."""
    import pyarrow as pa

    naming = _Naming(generation)
    tables = [naming.rows(*found) for found in _read(generation, wanted)]
    rows = pa.concat_tables([schema().empty_table(), *tables]).sort_by(
        [("part", "ascending"), ("day", "ascending"), ("key", "ascending")]
    )
    return Counted(rows, naming.members(), naming.names())


def _read(
    generation: Generation, wanted: Sequence[Wanted]
) -> Iterator[tuple[int, Pass, list[Wanted], list[tuple[Any, ...]]]]:
    """Scope, pass, what it answers, and its rows: first what a record names, then what it adds to each."""
    shared = generation.backend.has(layout.SHARED)
    for by_person in (False, True) if shared else (False,):
        mine = [w for w in wanted if not by_person or w.part.fact == layout.SHARED_FACT]
        # Records are set aside in a table that is there only where some are.
        mine = [w for w in mine if not w.part.aside or generation.backend.has(w.part.table)]
        by_part: dict[Part, list[Wanted]] = {}
        for w in mine:
            by_part.setdefault(w.part, []).append(w)
        tables: dict[tuple[str, str, str, str], list[Part]] = {}
        for source in passes(list(by_part), by_person=by_person, shared=shared):
            place = (source.table, source.on, source.member_on, source.parts[0].kept)
            tables.setdefault(place, []).extend(source.parts)
        for (table, on, member_on, _), parts in tables.items():
            source = Pass(table, parts[0].fact, on, member_on, tuple(parts), "level")
            asked = [w for part in parts for w in by_part[part]]
            divided = shared and source.fact == layout.SHARED_FACT
            scope = EVERYBODY if not divided else BY_SHARES if by_person else WHOLE
            _, rows = generation.backend.rows(_statement(generation, source, asked))
            yield scope, source, asked, rows


def _statement(generation: Generation, source: Pass, wanted: Sequence[Wanted]) -> exp.Select:
    speech = generation.backend.speech
    scope = scoped.Scope(FACTS[source.fact], source.table)
    adds, any_of = [], []
    for n, w in enumerate(wanted):
        holds = exp.and_(*_days(source, w), *said.conditions_of(w.part, scope))
        adds.append(exp.alias_(exp.Case().when(holds, _value(w.part, source, speech)), f"a{n}"))
        any_of.append(holds.copy())
    title = next((t for t in TITLES if t in scope.fact.by_name), None)
    subjects = {kind: said.subject_key(source, kind, scope) for kind in ("member", *NAMED)}  # type: ignore[arg-type] # all are subjects
    about = [
        exp.alias_(col("key"), "key"),
        exp.alias_(col(layout.row_id(source.table)), "record"),
        exp.alias_(col(layout.day(source.on)), "day"),
        exp.alias_(col(title) if title else exp.Null(), "title"),
        *(exp.alias_(number(0) if key is None else key, kind) for kind, key in subjects.items()),
        *(exp.alias_(col(layout.day(ends)) if ends else exp.Null(), name) for name, ends in _ends(source)),
    ]
    select = exp.Select().select(*about, *adds).from_(scoped.table(source.table, scoped.ROW))
    for join in scope.joins.values():
        select.append("joins", join)
    return select.where(exp.or_(*any_of), copy=False)


def _ends(source: Pass) -> list[tuple[str, str]]:
    """The dates by which a record changes and ends, where a part asks for it."""
    kept = source.parts[0].kept
    return [("until", layout.UNTIL if kept and source.on == layout.SINCE else kept), ("gone", kept)]


def _days(source: Pass, wanted: Wanted) -> list[exp.Expr]:
    first, last = wanted.days
    if wanted.part.kept:  # all that was there at some time of the stretch
        ends = [said.still_there(name, number(first), same_day=True) for _, name in _ends(source)]
        return [said.in_bounds(source.on, said.Bounds(None, last)), *ends]
    if wanted.ended is None:
        return [said.in_bounds(source.on, said.Bounds(first, last))]
    gone = col(layout.day(wanted.ended))
    there = exp.or_(exp.Is(this=gone, expression=exp.Null()), exp.GTE(this=gone, expression=number(first)))
    return [said.in_bounds(source.on, said.Bounds(None, first - 1)), there]


def _value(part: Part, source: Pass, speech: said.Speech) -> exp.Expr:
    """What a record adds; nothing known adds 0."""
    value = said.share_of(part, source, said.value_of(part.what, speech))
    if part.agg == "add":
        return exp.Coalesce(this=value, expressions=[number(0)])
    if part.agg == "distinct" and not part.counts_refs:
        return exp.Cast(this=value, to=exp.DataType.build("text"))
    return value


class _Naming:
    """Ids of a generation as the keys that closed rows are kept under."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.of: dict[str, list[str | None]] = {}
        self.numbers: dict[int, int] = {}
        self.used: dict[str, set[str]] = {}

    def rows(self, scope: int, source: Pass, wanted: list[Wanted], found: list[tuple[Any, ...]]) -> pa.Table:
        """The rows of one pass, one for each record and part it adds to."""
        import pyarrow as pa

        if not found:
            return schema().empty_table()
        keys, records, days, titles, members, *rest = zip(*found, strict=True)
        named = dict(zip(NAMED, rest, strict=False))
        about: dict[str, Sequence[Any]] = {
            "key": keys,
            "record": records,
            "day": days,
            "since": days,
            "title": [None if title is None else str(title) for title in titles],
            "member": [self.numbers.setdefault(m or 0, len(self.numbers)) for m in members],
            **{kind: self._keys(kind, ids) for kind, ids in named.items()},
            "until": rest[len(NAMED)],
            "gone": rest[len(NAMED) + 1],
        }
        tables = []
        for w, adds in zip(wanted, rest[len(NAMED) + 2 :], strict=True):
            there = [add is not None for add in adds]
            columns: dict[str, Any] = {name: list(compress(values, there)) for name, values in about.items()}
            count = len(columns["key"])
            if w.ended is not None:
                columns["day"] = [w.days[0] - 1] * count
            columns |= {"part": [w.number] * count, "scope": [scope] * count}
            columns |= self._adds(w.part, source, list(compress(adds, there)))
            arrays = [
                pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(count, f.type)
                for f in schema()
            ]
            tables.append(pa.table(arrays, schema=schema()))
        return pa.concat_tables(tables)

    def _adds(self, part: Part, source: Pass, values: list[Any]) -> dict[str, list[Any]]:
        if part.agg in ("add", "last"):
            digits = NUMBER_DIGITS if part.agg == "last" else said.digits(part, source)
            return {"whole": [int(Decimal(value).scaleb(digits)) for value in values]}
        if part.agg != "distinct":
            return {"number": [float(value) for value in values]}
        if part.counts_refs:
            to = FACTS[part.fact].by_name[part.what.fields[0]].to
            return {"ref": self._keys(str(to), values)}
        return {"text": values}

    def _keys(self, kind: str, ids: Sequence[int | None]) -> list[str | None]:
        """Keys of subjects of a type, or of records of a fact, by their ids."""
        if kind not in self.of:
            self.of[kind] = self._known(kind)
        known = self.of[kind]
        found = [known[n or 0] for n in ids]
        self.used.setdefault(kind, set()).update(key for key in found if key is not None)
        return found

    def _known(self, kind: str) -> list[str | None]:
        if kind in (*NAMED, "person", "team"):
            return [s.id for s in self.generation.subjects(kind)]
        _, rows = self.generation.backend.rows(scoped.rows_of(kind, "id", "key"))
        known: list[str | None] = [None] * (max((int(str(n)) for n, _ in rows), default=0) + 1)
        for n, key in rows:
            known[int(str(n))] = str(key)
        return known

    def members(self) -> list[Member]:
        """Person, own team and teams above, by the numbers given to members."""
        import numpy as np

        members, ids = self.generation.members, np.array(list(self.numbers), np.int64)
        at, above = members.fold("team", ids)
        teams = self._keys("team", above.tolist())
        trees: list[list[str]] = [[] for _ in ids]
        for place, team in zip(at.tolist(), teams, strict=True):
            if team is not None:
                trees[place].append(team)
        persons = self._keys("person", members.person[ids].tolist())
        own = self._keys("team", members.team[ids].tolist())
        return [(p, t, tuple(tree)) for p, t, tree in zip(persons, own, trees, strict=True)]

    def names(self) -> dict[str, dict[str, str]]:
        """Names of all subjects that rows name."""
        found = {}
        for kind in (*NAMED, "person", "team"):
            used = self.used.get(kind, set())
            subjects = self.generation.subjects(kind)
            found[kind] = {s.id: s.name or s.id for s in subjects if s.id is not None and s.id in used}
        return found
