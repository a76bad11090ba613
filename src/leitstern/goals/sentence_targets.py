"""The amount, its kind and its direction, of a typed sentence whose KPI and time are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from leitstern.goals.sentence_amounts import amounts_in
from leitstern.goals.sentence_reading import LETTER, Asked, Assumed, Change, Missing, title
from leitstern.goals.sentence_words import NEGATION, VERBS, blanked

if TYPE_CHECKING:
    from leitstern.goals.goal import Against, Direction
    from leitstern.goals.sentence_amounts import Limit, Spoken, Unit
    from leitstern.goals.sentence_words import Language
    from leitstern.kpis.definition import Definition

#: An amount of time in the unit of a KPI: unit said, unit of the KPI -> times, divided by.
_DURATIONS: dict[tuple[Unit | None, str], tuple[int, int]] = {
    ("days", "days"): (1, 1),
    ("weeks", "days"): (7, 1),
    ("hours", "days"): (1, 24),
    ("hours", "hours"): (1, 1),
    ("minutes", "hours"): (1, 60),
    ("days", "hours"): (24, 1),
    ("weeks", "hours"): (168, 1),
}


@dataclass
class Amount:
    """What was read: a ``target`` (to ``upper``) or a ``change``, a direction, and what has to be asked."""

    missing: list[Missing]
    assumed: list[Assumed]
    direction: Direction | None = None
    target: Decimal | None = None
    upper: Decimal | None = None
    change: Change | None = None


class AmountReader:
    """Reads the amount of a text in small letters, in which dots stand for what was read before.

    ``taken`` are the places of its words. ``against`` is what a change is compared with, if the sentence says
    so; ``base_is_unclear``: it says something that is no base for the goal's time. ``per_period``: the amount
    is one for each day or month.
    """

    def __init__(
        self,
        rest: str,
        language: Language,
        definition: Definition | None,
        currency: str | None,
        against: Against | None,
        *,
        base_is_unclear: bool,
        per_period: bool,
    ) -> None:
        self.rest, self.language, self.definition = rest, language, definition
        self.currency, self.against = currency, against
        self.base_is_unclear, self.per_period = base_is_unclear, per_period
        self.taken: list[tuple[int, int]] = []
        self.said = Amount([], [])

    def ask(self, about: Asked, question: str, **values: object) -> None:
        self.said.missing.append(Missing(LETTER[about], about, question, values))

    def read(self) -> Amount:
        """The amount, or what has to be asked."""
        found = amounts_in(self.rest, self.language)
        self.taken = [(each.at, each.to) for each in found]
        # "to no more than 4": the words around an amount tell its limit, and no direction.
        rest = blanked(self.rest, self.taken)
        verbs = [kind for kind, pattern in VERBS.items() if pattern.search(rest)]
        if NEGATION.search(rest):
            self.ask("direction", "negated")
        elif "up" in verbs and "down" in verbs:
            self.ask("direction", "one_direction")
        elif len(found) != 1:
            self.ask("amount", "one_amount" if found else "amount")
            self._towards(verbs, None)
        else:
            self._amount(found[0].spoken, verbs)
        return self.said

    @property
    def _unit(self) -> str | None:
        return self.definition.unit if self.definition else None

    def _amount(self, spoken: Spoken, verbs: list[str]) -> None:
        spoken = self._as_change(spoken, verbs)
        question = self._unclear(spoken, verbs)
        if question is None and spoken.role == "change" and self.base_is_unclear:
            question = "other_base", {}
        if question is not None:
            self.ask("amount", question[0], **question[1])
        spoken = self._in_unit(spoken)
        if spoken.role == "change":
            self._change(spoken, verbs, clear=question is None)
            return
        if question is None:
            self.said.target, self.said.upper = spoken.value, spoken.upper
        if spoken.role == "between":
            self.said.direction = "between"
        else:
            self._towards(verbs, spoken.limit)

    def _as_change(self, spoken: Spoken, verbs: list[str]) -> Spoken:
        """An amount that is a change although no word such as "by" says so."""
        moves = bool({"up", "down"} & set(verbs))
        part_of_itself = spoken.unit == "factor" and self._unit not in ("percent", None)
        if part_of_itself and spoken.role == "target" and spoken.limit != "at_least":
            return replace(spoken, role="change", value=1 - spoken.value, sign=-1)  # down to a third
        if spoken.role != "bare" or spoken.limit is not None:
            return spoken
        part = spoken.unit in ("percent", "factor") and self._unit != "percent" and moves
        points = spoken.unit == "points" and self._unit == "percent"
        return replace(spoken, role="change") if part or points or spoken.sign else spoken

    def _in_unit(self, spoken: Spoken) -> Spoken:
        """With its value in the KPI's unit."""
        times, parts = _DURATIONS.get((spoken.unit, self._unit or ""), (1, 1))
        if spoken.unit == "points" and (spoken.percentage or self._unit == "percent"):
            parts = 100
        upper = None if spoken.upper is None else spoken.upper * times / parts
        return replace(spoken, value=spoken.value * times / parts, upper=upper)

    def _unclear(self, spoken: Spoken, verbs: list[str]) -> tuple[str, dict[str, object]] | None:
        """The question an amount leaves open, if any."""
        if spoken.readings:
            return "number", {"readings": " / ".join(map(str, spoken.readings))}
        if spoken.limit == "up_to" or self.per_period:
            return ("up_to" if spoken.limit == "up_to" else "per_period"), {}
        if spoken.role == "bare" and spoken.limit is None and {"up", "down"} & set(verbs):
            return "to_or_by", {}
        if spoken.currency and self.currency and spoken.currency != self.currency:
            return "currency", {"said": spoken.currency, "currency": self.currency}
        return None if self.definition is None else self._misfit(spoken, verbs, self.definition)

    def _misfit(
        self, spoken: Spoken, verbs: list[str], definition: Definition
    ) -> tuple[str, dict[str, object]] | None:
        """The question if the amount does not go with the KPI's unit."""
        unit, change = definition.unit, spoken.role == "change"
        if unit == "percent" and spoken.unit is None and abs(spoken.value) >= 1:
            return "percent_sign", {"value": spoken.value}
        if unit == "percent" and change and spoken.unit == "percent":
            return "points_or_percent", {"percent": f"{spoken.value * 100:f}".rstrip("0").rstrip(".")}
        if unit == "percent" and spoken.unit == "factor" and not change and "down" in verbs:
            return "to_or_by", {}
        fits = {
            "percent": unit == "percent" or change,
            "factor": unit == "percent" or change,
            "points": change if unit == "percent" else unit == "score" and not spoken.percentage,
            "currency": unit == "currency",
            None: True,
        }
        known = fits.get(spoken.unit, (spoken.unit, unit) in _DURATIONS)
        return None if known else ("unit", {"kpi": title(definition, self.language), "said": spoken.unit})

    def _change(self, spoken: Spoken, verbs: list[str], *, clear: bool) -> None:
        sign = spoken.sign or (1 if "up" in verbs else -1 if "down" in verbs else 0)
        moved = 1 if "up" in verbs else -1 if "down" in verbs else sign
        if sign and moved != sign:
            self.ask("direction", "one_direction")
            return
        if not sign and "better" in verbs and self.definition and self.definition.good != "between":
            sign = 1 if self.definition.good == "up" else -1
            self.said.assumed.append(Assumed("direction"))
        if not sign:
            self.ask("direction", "direction")
            return
        self.said.direction = "at_least" if sign > 0 else "at_most"
        if not clear:
            return
        if self.against is None:
            self.said.assumed.append(Assumed("last_year"))
        relative = spoken.unit in ("percent", "factor")
        self.said.change = Change(sign * spoken.value, relative, self.against or "previous_year")

    def _towards(self, verbs: list[str], limit: Limit | None) -> None:
        """The direction of a target: by its limit, else its verb, else what is good for the KPI."""
        by_verb: Direction | None = "at_least" if "up" in verbs else "at_most" if "down" in verbs else None
        said = limit if limit != "up_to" else None
        if said and by_verb and said != by_verb:
            self.ask("direction", "contradiction")
            return
        direction: Direction | None = said or by_verb
        if direction is None and self.definition is not None and self.definition.good != "between":
            direction = "at_least" if self.definition.good == "up" else "at_most"
            self.said.assumed.append(Assumed("direction"))
        if direction is None:
            self.ask("direction", "direction")
        self.said.direction = direction
