"""Who gets which answer at which address: the table of ``visibility.txt``, and the world it is asked in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from leitstern import clock
from leitstern.goals.goal import Whom
from leitstern.insight.reverse.plan import Assumptions
from leitstern.periods.grains import Grain, period_of
from leitstern.server import tokens
from leitstern.server.models import Account, AccountChange, GoalRow, PrivacyChange, Scenario

from . import accounts

COLUMNS = (
    "anonymous", "person", "colleague", "other_lead", "lead", "management", "council", "administrator",
    "analyst",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One address: its name (of the URL, or of the API's operation), the request, and the answer to each.

    ``body`` is JSON, ``FORM name=value`` of a page, or ``FILE``: one that can be imported, to be looked at.
    """

    name: str
    request: str
    answers: str
    body: str = ""

    @property
    def method(self) -> str:
        """GET, POST, PATCH, DELETE."""
        return self.request.split()[0]

    @property
    def address(self) -> str:
        """The address with blanks such as ``{goal}``."""
        return self.request.split()[1]

    @property
    def expected(self) -> dict[str, str]:
        """The status for each column."""
        return dict(zip(COLUMNS, self.answers.split(), strict=True))


def table() -> tuple[Line, ...]:
    """The lines of ``visibility.txt``."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(Line(*(cell.strip() for cell in row.split(" | "))) for row in rows)


def people() -> dict[str, Account]:
    """The accounts of the columns."""
    return {kind: accounts.make_kind(kind) for kind in COLUMNS if kind != "anonymous"}


def world(who: dict[str, Account]) -> dict[str, str]:
    """What the addresses speak of, by the names of their blanks."""
    year = clock.today("Europe/Berlin").year
    goal = _goal(who, year, Whom("person", "P1"), "accepted", "lead", "person")
    draft = _goal(who, year, Whom("person", "P1"), "draft", "lead", None)
    team = _goal(who, year, Whom("team", "T1"), "offered", "management", "lead")
    company = _goal(who, year, Whom("company"), "directed", "management", None)
    offer = _goal(who, year, Whom("person", "P2"), "offered", "lead", "colleague")
    change = PrivacyChange.objects.create(
        mode="own", floor=7, dominance=Decimal("0.85"), rankings=False, reason="-",
        proposed_by=accounts.make("administrator", email="second@example.org"),
    )  # fmt: skip
    proposal = AccountChange.objects.create(
        account=who["colleague"], kind="reset", proposed_by=change.proposed_by
    )
    scenario = Scenario.objects.create(
        name="-", assumptions=asdict(Assumptions()), plan=_plan(year), created_by=who["management"]
    )
    token, _key = tokens.create(who["person"], "mine", ["read"])
    return {
        "year": str(year),
        "goal": str(goal.pk),
        "draft": str(draft.pk),
        "team": str(team.pk),
        "company": str(company.pk),
        "offer": str(offer.pk),
        "proposal": str(proposal.pk),
        "change": str(change.pk),
        "token": str(token.pk),
        "account": str(who["colleague"].pk),
        "scenario": str(scenario.pk),
        # On the last days of a quarter nothing more can be planned for it.
        "next_quarter": period_of(clock.today("Europe/Berlin"), Grain.QUARTER, 1).shifted(1).label,
    }


def _plan(year: int) -> dict[str, Any]:
    """A reverse plan without anything to do."""
    unknown = dict.fromkeys(("spend", "meetings", "heads", "hires", "cost", "sellers"))
    amounts = {"target": 1.0, "won": 0.0, "value": 1.0, "wins": 1.0}
    days = {"start": f"{year}-01-01", "end": f"{year}-12-31", "as_of": f"{year}-01-01"}
    lists = {"months": [], "stages": [], "so_far": {}, "assumptions": asdict(Assumptions())}
    return {**days, **amounts, **unknown, **lists, "currency": "EUR"}


def _goal(who: dict[str, Account], year: int, whom: Whom, state: str, by: str, owner: str | None) -> GoalRow:
    decided = state in ("accepted", "directed")
    return GoalRow.objects.create(
        kpi="won_value",
        version=1,
        subject_type=whom.type,
        subject_id=whom.id,
        start=date(year, 1, 1),
        end=date(year, 12, 31),
        grain="year",
        period=str(year),
        target=Decimal(100_000),
        kind="directive" if state == "directed" else "agreed",
        state=state,
        owner=who[owner] if owner else None,
        offered_by=None if state == "draft" else who[by],
        offered_at=None if state == "draft" else datetime(year, 1, 2, tzinfo=UTC),
        decided_at=datetime(year, 1, 3, tzinfo=UTC) if decided else None,
        due_on=date(year, 12, 31),
        created_by=who[by],
    )
