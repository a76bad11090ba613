"""What was found about customers, in sentences of German or English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from leitstern.messages import message

Found = Mapping[str, Any]

#: The age of cohorts that the sentence tells, by grain: a year, or the next best.
_AGES = {"month": 12, "quarter": 4, "year": 1}


class Writes(Protocol):
    """How numbers and days are written for a reader."""

    def short(self, value: float | None, unit: str) -> str:
        """A value with its unit and three significant digits."""

    def plain(self, value: float | None, places: int = 0) -> str:
        """A bare number."""


class Words:
    """The sentences about a document of `leitstern.analyses.customers`; ``day`` writes an ISO day."""

    def __init__(self, language: str, writes: Writes, day: Callable[[str], str] = str) -> None:
        self.language, self.writes, self.day = language, writes, day

    def say(self, code: str, **values: object) -> str:
        """A text of the topic."""
        return message(f"customers.{code}", self.language, **values)

    def cost(self, found: Found) -> str:
        """What a new customer cost in the last complete year, and how much of it are people."""
        year = found["acquisition"]["year"]
        if found["acquisition"]["verdict"] != "cost" or not year["spent"]:
            return self.say("cost_too_little")
        said = self.say(
            "cost", to=self.day(year["to"]), won=self.writes.plain(year["won"]),
            **{name: self.money(year[name]) for name in ("cost", "low", "high")},
        )  # fmt: skip
        if not found["acquisition"]["people"]:
            return f"{said} {self.say('cost_without_people')}"
        share = year["parts"]["people"] / year["cost"]
        return f"{said} {self.say('cost_people', share=self.share(share))}"

    def payback(self, found: Found) -> str:
        """When a new customer has paid for itself."""
        back = found["payback"]
        return self.say(
            f"payback_{back['verdict']}", months=back["months"], observed=back["observed"],
            n=self.writes.plain(back["n"]),
        )  # fmt: skip

    def cohorts(self, found: Found) -> str:
        """Which share still buys after a year, or at the oldest age that is known."""
        followed = found["cohorts"]
        ages = [row for row in followed["retained"] if 0 < row["age"] <= _AGES.get(followed["grain"], 1)]
        if followed["verdict"] != "cohorts" or not ages:
            return self.say("cohorts_too_little")
        row = ages[-1]
        return self.say(
            "cohorts", ages=row["age"], grain=self.say(f"grain_{followed['grain']}"),
            n=self.writes.plain(row["n"]),
            **{name: self.share(row[name]) for name in ("share", "low", "high")},
        )  # fmt: skip

    def value(self, found: Found) -> str:
        """What the customers are expected to bring, with the trial; or why nothing is said."""
        ahead = found["value"]
        split = self.day(ahead["trial"]["split"])
        if ahead["verdict"] != "foretold":
            return self.say(f"value_{ahead['verdict']}", split=split)
        revenue = ahead["trial"]["revenue"]
        return self.say(
            "value_foretold", months=ahead["months"], total=self.money(ahead["total"]), split=split,
            what=self.say("revenue" if ahead["margin_share"] is None else "margin"),
            alive=self.writes.plain(ahead["alive"]), n=self.writes.plain(ahead["n"]),
            foretold=self.money(revenue["foretold"]), happened=self.money(revenue["happened"]),
        )  # fmt: skip

    def shares(self, found: Found) -> str:
        """How many customers make most of the revenue."""
        spread = found["shares"]
        if spread["verdict"] != "shares":
            return self.say("shares_too_little")
        return self.say(
            "shares", for_80=self.writes.plain(spread["for_80"]), n=self.writes.plain(spread["n"]),
            largest=self.share(spread["largest"]), top_ten=self.share(spread["top_ten"]),
        )  # fmt: skip

    def survey(self, found: Found, kind: str) -> str:
        """The score of the last year with its range."""
        year = found["surveys"][kind]["year"]
        write = self.points if kind == "nps" else self.share
        values = {name: write(year[name]) for name in ("value", "low", "high")}
        return self.say(f"{kind}_{year['verdict']}", n=self.writes.plain(year["n"]), **values)

    def money(self, value: float | None) -> str:
        """An amount with three significant digits."""
        return self.writes.short(value, "currency")

    def share(self, value: float | None) -> str:
        """A share in percent."""
        return self.writes.short(value, "percent")

    def points(self, value: float | None) -> str:
        """A score of -100 to 100."""
        return self.writes.plain(value)
