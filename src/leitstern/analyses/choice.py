"""Three to five KPIs of a workspace for a business goal."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from leitstern.errors import Problem
from leitstern.insight.choice.choose import AIMS, Choice, aim_of, choose

if TYPE_CHECKING:
    from leitstern.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Chosen:
    """The selection and the business goal it is for."""

    aim: str
    choice: Choice

    def as_json(self) -> dict[str, Any]:
        """The result as plain values."""
        found = [asdict(one) for one in self.choice.chosen]
        return {
            "aim": self.aim,
            "outcome": self.choice.outcome,
            "verdict": self.choice.verdict,
            "n": self.choice.n,
            "chosen": found,
        }


def choice(ws: Workspace, goal: str) -> Chosen:
    """The KPIs for a business goal: the code of one (``grow_sales``), or words in German or English.

    Raises ``Problem`` where no business goal is recognised, or the catalogue has none of its outcomes.
    """
    aim = next((one for one in AIMS if one.code == goal), None) or aim_of(goal)
    if aim is None:
        raise Problem("choice.not_understood", text=goal)
    catalogue = ws.catalogue
    outcome = next((name for name in aim.outcomes if name in catalogue), None)
    if outcome is None:
        raise Problem("choice.too_little")
    kpis = {one.kpi: catalogue.resolved(one.kpi) for one in catalogue}
    return Chosen(aim.code, choose(outcome, kpis))
