"""What customers answered: recommendation and satisfaction with their intervals, reasons, and own words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from leitstern.analyses.customers_data import Data, Days, Floats, days, floats, texts, year_until
from leitstern.analyses.plain import number
from leitstern.insight.customers.surveys import Score, csat, groups_of, nps
from leitstern.periods.grains import Period

GROUPS = ("promoter", "passive", "detractor")
#: The most periods and own words that are told.
PERIODS, WORDS = 12, 60


@dataclass(frozen=True, slots=True)
class Words:
    """What one customer wrote; ``group`` is promoter, passive or detractor, satisfied or not."""

    day: date
    kind: str
    score: float
    group: str
    customer: str | None
    reason: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class Survey:
    """One kind of survey: the last 365 days, and by period."""

    kind: str
    year: Score
    periods: tuple[tuple[Period, Score], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        rows = [
            {"period": p.label, "from": p.start.isoformat(), "to": p.end.isoformat(), **_score_json(score)}
            for p, score in self.periods
        ]
        return {
            "year": _score_json(self.year),
            "periods": rows,
            "n": self.year.n,
            "verdict": self.year.verdict,
        }


def _score_json(score: Score) -> dict[str, Any]:
    return {
        "value": number(score.value), "low": number(score.low), "high": number(score.high), "n": score.n,
        "groups": list(score.groups), "verdict": score.verdict,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answers:
    """Recommendation, satisfaction, reasons with their counts by group, and the newest own words."""

    nps: Survey
    csat: Survey
    reasons: tuple[tuple[str, dict[str, int]], ...]
    words: tuple[Words, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        words = [
            {
                "day": one.day.isoformat(), "kind": one.kind, "score": number(one.score), "group": one.group,
                "customer": one.customer, "reason": one.reason, "comment": one.comment,
            }
            for one in self.words
        ]  # fmt: skip
        reasons = [{"reason": reason, **counts, "n": sum(counts.values())} for reason, counts in self.reasons]
        return {"nps": self.nps.as_json(), "csat": self.csat.as_json(), "reasons": reasons, "words": words}


def answers(data: Data, grain: str) -> Answers:
    """The answers, counted as the KPIs `nps` and `csat` do: of 0 to 10, and the top two of the scale."""
    table = data.ws.facts(
        "survey_response", "kind", "score", "scale_max", "comment", "reason", "company", "at"
    )
    day, score, top = days(table, "at"), floats(table, "score"), floats(table, "scale_max")
    kind = np.array([str(one) for one in table["kind"].to_pylist()], dtype=object)
    known = ~np.isnat(day) & (day <= np.datetime64(data.today))
    satisfied = score >= np.where(np.isnan(top), 5, top) - 1
    group = np.array(
        [
            GROUPS[at] if which == "nps" else "satisfied" if happy else "not_satisfied"
            for at, which, happy in zip(groups_of(score).tolist(), kind, satisfied, strict=True)
        ],
        dtype=object,
    )
    recommended, rated = known & (kind == "nps"), known & (kind == "csat")
    recent = day >= np.datetime64(year_until(data.today))
    names = data.names()
    reason, comment, company = (texts(table, name) for name in ("reason", "comment", "company"))
    counted: dict[str, Counter[str]] = {}
    for at in np.flatnonzero((recommended | rated) & recent).tolist():
        if text := reason[at]:
            counted.setdefault(text, Counter())[group[at]] += 1
    told = [at for at in np.flatnonzero(recommended | rated).tolist() if comment[at]]
    told.sort(key=lambda at: (day[at], at), reverse=True)
    words = tuple(
        Words(
            day[at].item(), kind[at], float(score[at]), group[at],
            names.get(company[at] or "", company[at]), reason[at], comment[at],
        )
        for at in told[:WORDS]
    )  # fmt: skip
    return Answers(
        _survey(data, grain, "nps", day[recommended], score[recommended]),
        _survey(data, grain, "csat", day[rated], satisfied[rated].astype(np.float64)),
        tuple((text, dict(counts)) for text, counts in sorted(counted.items())),
        words,
    )


def _survey(data: Data, grain: str, kind: str, day: Days, score: Floats) -> Survey:
    index = data.indexes(day, grain)
    last = data.index(data.today, grain)
    shown = range(max(int(index.min(initial=last)), last - PERIODS + 1), last + 1)
    recent = day >= np.datetime64(year_until(data.today))
    rows = tuple((data.period(one, grain), _score(kind, score[index == one])) for one in shown)
    return Survey(kind, _score(kind, score[recent]), rows)


def _score(kind: str, score: Floats) -> Score:
    return nps(score) if kind == "nps" else csat(int(score.sum()), len(score))
