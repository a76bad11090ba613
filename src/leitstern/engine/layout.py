"""How facts lie in a generation: the encoded columns that preparing writes and compiling reads.

Encoding makes counting cheap and exact: references are dense integers (0: not assigned), days and
months are integer keys in the workspace's time zone, money is in the workspace's currency, and for
every date there is the *member* - the pair of a person and the team the person was in on that day.
"""

from __future__ import annotations

from leitstern.facts.model import FACTS, SUBJECT_FACTS, Fact

#: The table of a deal's parts by person, used where deals are shared. One row for each share.
SHARED = "deal_part"
SHARED_FACT = "deal"
#: Facts whose records exist from one date to another. Each has a table of *versions*: what a record was
#: ``SINCE`` a day ``UNTIL`` another, and whose. What exists on a day (a stock) is read from there.
LIVES = {
    "company": ("customer_since", "customer_until"),
    "person": ("joined_at", "left_at"),
    "deal": ("created_at", "closed_at"),
    "ticket": ("created_at", "resolved_at"),
    "stage_visit": ("entered_at", "left_at"),
}
SINCE, UNTIL = "since", "until"
#: Decimal digits a part of a deal is kept with.
SHARE_DIGITS = 4

#: Subject types that a record counts for by its person and the team of the day; a shared deal by its shares.
BY_PERSON = ("team", "own_team", "person")

#: Facts that others refer to by id even where their own record is missing (a stub is made).
STUBBED = ("person", "team", "company", "campaign", "product", "stage")

#: Column of these: whether no file describes the entity.
STUB = "is_stub"

#: Facts whose records are not encoded themselves: they are used up while preparing.
CONSUMED = ("membership", "deal_share", "exchange_rate")

ENCODED: tuple[Fact, ...] = tuple(fact for name, fact in FACTS.items() if name not in CONSUMED)


_REFERRED_TO = frozenset(field.to for fact in FACTS.values() for field in fact.fields if field.to)


def is_referred_to(fact: Fact) -> bool:
    """Whether records of other facts point at this one, so that its ids must be known first."""
    return fact.name in _REFERRED_TO


def aside(table: str) -> str:
    """The table of the records that are set aside from a table; it is there only where
    some are, or where periods are closed."""
    return f"aside_{table}"


def versions(fact: str) -> str:
    """The table of the versions of a fact, or of its records that are set aside."""
    return f"{fact}_version"


def parts_of(table: str) -> str:
    """The table of the shares of a table's deals, or versions of deals."""
    return f"{table}_part"


def row_id(table: str) -> str:
    """The column that tells the records (or versions) of a table apart, however many shares they have."""
    return "version" if "_version" in table else "id"


def day(date: str) -> str:
    """Column with the day number (``date.toordinal()``) of a date field."""
    return f"{date}_day"


def month(date: str) -> str:
    """Column with the month number (year * 12 + month - 1) of a date field."""
    return f"{date}_month"


def member(date: str) -> str:
    """Column with the member (person in team) a record belonged to on a date field's day."""
    return f"{date}_member"


def part(money: str) -> str:
    """Column of ``deal_part`` with the share of a money field."""
    return f"{money}_part"


def person_field(fact: Fact) -> str | None:
    """The column that says whose record it is; a person's record is its own."""
    return "id" if fact.name == "person" else fact.person


def team_field(fact: Fact) -> str | None:
    """The column with the team a record names by itself, if the fact has one."""
    if fact.name == "team":
        return "id"
    return "team" if "team" in fact.by_name else None


def has_member(fact: Fact) -> bool:
    """Whether records of this fact can belong to a person or team."""
    return person_field(fact) is not None or team_field(fact) is not None


def subject_column(fact: Fact, subject: str) -> str | None:
    """The column that holds a subject that is not by person; None: not assigned."""
    if subject == "region":
        return "region" if has_region(fact) else None
    entity = SUBJECT_FACTS[subject]
    if fact.name == entity:
        return "id"
    return entity if entity in fact.by_name else None


def has_region(fact: Fact) -> bool:
    """Whether a record has a region of its own, of its person or of its company."""
    return "region" in fact.by_name or has_member(fact) or "company" in fact.by_name
