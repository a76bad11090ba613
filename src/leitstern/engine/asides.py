"""Records that do not count, or not wherever they should: the account of them in a generation.

``excluded`` names them with the one reason why. Records that only
lack an exchange rate would count if there were one, so they are kept beside their fact, encoded alike, in
``aside_<fact>``: what is missing in a number can be asked for like the number itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.engine import layout
from leitstern.engine.backends import OWN_TABLES
from leitstern.engine.scoped import rows_of
from leitstern.facts.model import FACTS
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

    from leitstern.engine.backends import Backend


#: In which order reasons are told: what is missing in numbers comes first.
ORDER = (
    "rate_missing",
    "amount_without_rate",
    "amount_too_large",
    "closed_without_date",
    "event_unreadable",
    "merged",
)
#: Values named beside a reason, and records named as examples.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Excluded:
    """A record that is set aside. ``field`` and ``detail`` say which field's value is at fault, where
    one is; ``file`` (with its sheet after ``#``), ``line`` and ``batch`` where the record was read last."""

    fact: str
    key: str
    reason: str
    field: str | None
    detail: str | None
    file: str | None
    line: int | None
    batch: int | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """How many records of a fact are set aside for one reason: ``values`` are those at fault, the most
    frequent first, where they are few; ``examples`` the first keys."""

    fact: str
    reason: str
    field: str | None
    count: int
    values: tuple[str, ...]
    examples: tuple[str, ...]


def create(con: duckdb.DuckDBPyConnection) -> None:
    """An empty account."""
    con.execute(
        "CREATE TABLE excluded (fact VARCHAR, key VARCHAR, reason VARCHAR, field VARCHAR, detail VARCHAR, "
        "file VARCHAR, line BIGINT, batch BIGINT)"
    )


def note(con: duckdb.DuckDBPyConnection, fact: str, reason: str, query: str) -> None:
    """Put records into the account. ``query`` gives columns ``key``, ``field`` and ``detail``."""
    stored = _has(con, "store", fact)
    told = "s.source_file, s.source_row, s.batch" if stored else "NULL, NULL, NULL"
    joined = f'LEFT JOIN store."{fact}" s ON s.key = q.key' if stored else ""
    con.execute(
        f"INSERT INTO excluded SELECT ?, q.key, ?, q.field, q.detail, {told} FROM ({query}) q {joined}",
        [fact, reason],
    )


def delivered(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """What to read, in SQL, for all records of a table that were delivered, those set aside included."""
    aside = layout.aside(table)
    return f"(FROM {table} UNION ALL BY NAME FROM {aside})" if there(con, aside) else table


def wanted(con: duckdb.DuckDBPyConnection, lacking: str) -> bool:
    """Whether records set aside get a table: where some are (``lacking`` asks), and where a closing may know
    of some, since its values lack them for good."""
    return (
        first_row(con, lacking) == (True,)
        or first_row(con, "SELECT 1 FROM in_closed_part LIMIT 1") is not None
    )


def there(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the generation that is being built has a table."""
    return (table,) in con.execute(OWN_TABLES).fetchall()


def _has(con: duckdb.DuckDBPyConnection, database: str, table: str) -> bool:
    tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [database])
    return (table,) in tables.fetchall()


def account(backend: Backend) -> list[Excluded]:
    """Every record of the account, by reason, fact and key; derived facts repeat others and are left out."""
    names = ("fact", "key", "reason", "field", "detail", "file", "line", "batch")
    _, rows = backend.rows(rows_of("excluded", *names))
    found = [Excluded(*row) for row in rows]  # type: ignore[arg-type] # the columns are of these types
    facts = list(FACTS)
    known = (one for one in found if not FACTS[one.fact].derived)
    return sorted(known, key=lambda one: (ORDER.index(one.reason), facts.index(one.fact), one.key))


def summary(records: Iterable[Excluded]) -> list[SetAside]:
    """The account by fact and reason, in its order."""
    groups: dict[tuple[str, str, str | None], list[Excluded]] = {}
    for one in records:
        groups.setdefault((one.fact, one.reason, one.field), []).append(one)
    found = []
    for (fact, reason, field), those in groups.items():
        values = Counter(one.detail for one in those if one.detail)
        named = tuple(value for value, _ in values.most_common()) if len(values) <= NAMED else ()
        examples = tuple(one.key for one in those[:NAMED])
        found.append(SetAside(fact, reason, field, len(those), named, examples))
    return found
