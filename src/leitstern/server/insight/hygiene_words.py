"""What the guards against bad KPIs found, in words: for the page, the API and the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from leitstern.kpis.labels import fact_label
from leitstern.messages import message
from leitstern.server.figures import Figures

#: So many names are said, the rest is counted.
_NAMES = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A pair of KPIs in words: that they collide, what happened, and what to do."""

    what: str
    standing: str
    happened: str
    segment: str
    compared: str
    proposals: tuple[tuple[str, str], ...]
    collided: bool


@dataclass(frozen=True)
class Words:
    """Says findings in a language. ``kpi``, ``owner``, ``whom`` and ``day`` name what they are about,
    ``unit`` is that of a KPI."""

    language: str
    figures: Figures
    kpi: Callable[[str], str]
    unit: Callable[[str], str]
    owner: Callable[[str], str]
    whom: Callable[[str], str]
    day: Callable[[date], str]

    def finding(self, one: Mapping[str, Any]) -> str:
        """A finding of ``analyses.hygiene`` as a sentence."""
        values, code = dict(one["values"]), one["code"]
        kpi = one["kpis"][0]
        if code == "out_of_reach":
            unit = self.unit(kpi)
            code += "_down" if values["asked"] < 1 else ""
            values |= {name: self.figures.short(values[name], unit) for name in ("target", "base")}
            values["asked"] = self.figures.plain(values["asked"], 1)
        if code == "no_owner" and one["goal"] is None:
            code = "no_owner_kpi"
        if code == "late_source":
            values["fact"] = fact_label(values["fact"], self.language, plural=True)
            values["newest"] = self.day(date.fromisoformat(values["newest"]))
        if "whom" in values:
            whom = str(values["whom"])
            values["whom"] = self("hygiene.company") if whom == "company" else self.whom(whom)
        names = {
            "kpi": self.kpi(kpi),
            "kpis": self._listed([self.kpi(name) for name in one["kpis"]], code == "too_many"),
            "owners": self._listed([self.owner(name) for name in one["owners"]]),
        }
        return self(f"hygiene.{code}", **names | values)

    def fix(self, one: Mapping[str, Any]) -> str:
        """What the link to the fix says."""
        return self(f"hygiene.fix_{one['fix']}")

    def severity(self, name: str) -> str:
        """The word for a severity."""
        return self(f"hygiene.{name}")

    def conflict(self, one: Mapping[str, Any]) -> Told:
        """A pair of ``analyses.conflicts``."""
        names = {"first": self.kpi(one["first"]), "second": self.kpi(one["second"])}
        found = one["evidence"]
        collided = found is not None and found["verdict"] == "collided"
        proposals = tuple(
            (
                self(
                    f"conflicts.{p['code']}", kpi=self.kpi(p["kpi"]), of=self.kpi(p["of"]) if p["of"] else ""
                ),
                p["kpi"],
            )
            for p in one["proposals"]
        )
        return Told(
            self(f"conflicts.{one['kind']}", **names),
            self(f"conflicts.{one['standing']}"),
            "" if found is None else self._happened(found, names),
            self._segment(found["segment"]) if collided and found["segment"] else "",
            "" if found is None else self._compared(one),
            proposals,
            collided,
        )

    def tradeoff(self, one: Mapping[str, Any]) -> str:
        """A pair of ``analyses.leads.tradeoffs``."""
        lag = one["lag"]
        near = {0: "same", 1: "next", -1: "before"}.get(lag) or ("later" if lag > 0 else "earlier")
        numbers = {name: self.figures.plain(one[name], 2) for name in ("effect", "low", "high")}
        return self(
            "conflicts.tradeoff",
            first=self.kpi(one["first"]),
            second=self.kpi(one["second"]),
            when=self(f"conflicts.when_{near}", weeks=abs(lag)),
            n=self.figures.plain(one["n"]),
            **numbers,
        )

    def _happened(self, found: Mapping[str, Any], names: Mapping[str, str]) -> str:
        if found["verdict"] != "collided":
            return self(f"conflicts.{found['verdict']}", n=self.figures.plain(found["n"]))
        before, after = (found[side]["hits"] / found[side]["n"] for side in ("before", "after"))
        return self(
            "conflicts.collided",
            **names,
            growth=self.figures.short(found["growth"], "percent"),
            before=self.figures.short(before, "percent"),
            after=self.figures.short(after, "percent"),
            low=self.figures.plain(found["low"] * 100, 1),
            high=self.figures.plain(found["high"] * 100, 1),
            n=self.figures.plain(found["n"]),
        )

    def _segment(self, one: Mapping[str, Any]) -> str:
        def rate(share: Mapping[str, float]) -> str:
            return self.figures.short(share["hits"] / share["n"] if share["n"] else None, "percent")

        share = self.figures.short(one["share_of_growth"], "percent")
        return self(
            "conflicts.segment",
            segment=one["name"],
            share=share,
            rate=rate(one["rate"]),
            others=rate(one["others"]),
        )

    def _compared(self, one: Mapping[str, Any]) -> str:
        first = " – ".join(self.day(date.fromisoformat(day)) for day in one["periods"][0])
        within = "" if one["within"] is None else self("conflicts.within", days=one["within"])
        return self("conflicts.compared", first=first, years=len(one["periods"]) - 1, within=within)

    def _listed(self, names: Sequence[str], everything: bool = False) -> str:
        if everything or len(names) <= _NAMES + 1:
            return ", ".join(names)
        more = self("hygiene.more_people", n=len(names) - _NAMES)
        return f"{', '.join(names[:_NAMES])} {more}"

    def __call__(self, code: str, /, **values: object) -> str:
        """A text by its code."""
        return message(code, self.language, **values)
