"""Amounts as large as files hold them: products are formed wide, and what cannot be added up is set aside.

DuckDB multiplies decimals of 18 digits in 18 digits and stops where they do not suffice, which a deal of
a million at a rate already needs. Sums of a part come as whole numbers of 64 bits (see ``plan``), so the
records of a fact must fit into one; where they do not, the largest of them are left out, visibly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.engine import asides
from leitstern.engine.plan import MONEY_DIGITS, NUMBER_DIGITS
from leitstern.facts.model import Fact
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

#: Decimal digits of the numbers that are added up, by the kind of their field.
DIGITS = {"money": MONEY_DIGITS, "number": NUMBER_DIGITS}
_MOST = "99999999999999.9999"


#: Rates of rows ``f`` (currency, rate_day): ``home`` for the workspace's own currency, else ``rate``.
RATES = (
    "LEFT JOIN home ON home.currency = coalesce(f.currency, home.currency) "
    "ASOF LEFT JOIN rate ON rate.currency = f.currency AND f.rate_day >= rate.day"
)


def converted(amount: str) -> str:
    """SQL: an amount in the workspace's currency, after ``RATES``; without a rate as it is."""
    at_home = "home.currency IS NOT NULL OR rate.rate IS NULL"
    return f"CASE WHEN {at_home} THEN {amount} ELSE {product(amount, 'rate.rate')} END"


def unconverted(amounts: list[str]) -> str:
    """SQL: whether there is an amount, and no rate for it."""
    known = " OR ".join(f"{amount} IS NOT NULL" for amount in amounts)
    return f"(home.currency IS NULL AND rate.rate IS NULL AND ({known}))"


def product(amount: str, factor: str) -> str:
    """SQL: an amount times a factor, as money; what no amount can hold becomes the largest there is."""
    exact = f"round(CAST({amount} AS DECIMAL(38, {MONEY_DIGITS})) * {factor}, {MONEY_DIGITS})"
    held = f"CASE WHEN {exact} > {_MOST} THEN {_MOST} WHEN {exact} < -{_MOST} THEN -{_MOST} ELSE {exact} END"
    return f"CAST({held} AS DECIMAL(18, {MONEY_DIGITS}))"


def exclude_beyond_sums(con: duckdb.DuckDBPyConnection, fact: Fact, table: str | None = None) -> None:
    """Set aside the records whose amount is too large for sums to hold, if there are any.

    An entity stays, without the amount. ``table``: where the fact's records lie, if not in its own.
    """
    table = table or fact.name
    for field in fact.fields:
        if field.kind in DIGITS:
            bound = _bound(con, table, field.name, DIGITS[field.kind])
            if bound is not None:
                too_large = f'abs("{field.name}") >= {bound}'
                value = f'CAST("{field.name}" AS VARCHAR)'
                found = f"SELECT DISTINCT key, '{field.name}' AS field, {value} AS detail"
                asides.note(con, fact.name, "amount_too_large", f"{found} FROM {table} WHERE {too_large}")
                if fact.main_date is None:
                    con.execute(f'UPDATE {table} SET "{field.name}" = NULL WHERE {too_large}')
                else:
                    con.execute(f"DELETE FROM {table} WHERE {too_large}")


def _bound(con: duckdb.DuckDBPyConnection, fact: str, field: str, digits: int) -> str | None:
    """The power of ten from which on numbers are too large; None where all of them can be added up."""
    numbers = f'SELECT abs(CAST("{field}" AS DECIMAL(38, {digits}))) AS n FROM {fact}'
    held = f"coalesce(sum(n), 0) < {2**63 // 10**digits} AND coalesce(max(n), 0) < {_MOST}"
    if first_row(con, f"SELECT {held} FROM ({numbers})") == (True,):
        return None
    for zeros in range(17 - digits, 0, -1):
        power = f"1{'0' * zeros}"
        if first_row(con, f"SELECT {held} FROM ({numbers}) WHERE n < {power}") == (True,):
            return power
    return "1"
