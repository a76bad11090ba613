"""What customers have brought and will bring, if a trial on the past backs the foretelling."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from leitstern.analyses.customers_data import Data, Floats
from leitstern.analyses.plain import number
from leitstern.insight.customers import bgnbd, gamma_gamma
from leitstern.insight.customers import value as ahead_of
from leitstern.insight.customers.histories import histories

#: The most customers told by name, and the yearly rate by which later money is worth less.
NAMED, DISCOUNT = 20, 0.1

_BUYING = ("r", "alpha", "a", "b", "log_likelihood")
_SPENDING = ("p", "q", "v", "log_likelihood")


@dataclass(frozen=True, slots=True)
class Worth:
    """What customers have brought and will bring. ``margin_share`` makes margin of revenue (None: no costs).

    ``verdict``: ``foretold``; ``withdrawn`` where the trial on the past was no better than the pace so far;
    ``not_found`` where the models have no parameters; ``too_little``. Only ``foretold`` has ``ahead``.
    """

    months: int
    buying: bgnbd.BgNbd
    spending: gamma_gamma.GammaGamma
    trial: ahead_of.Trial
    ahead: ahead_of.Ahead | None
    so_far: Floats
    margin_share: float | None
    keys: tuple[str, ...]
    names: dict[str, str]
    verdict: str

    def as_json(self) -> dict[str, Any]:
        """Plain values: models, trial, and the customers of greatest value ahead with their intervals."""
        buying, spending, trial = self.buying, self.spending, self.trial
        share = 1.0 if self.margin_share is None else self.margin_share
        found: dict[str, Any] = {
            "months": self.months, "discount": DISCOUNT, "verdict": self.verdict, "n": buying.n,
            "margin_share": number(self.margin_share),
            "so_far": {"mean": _mean(self.so_far * share), "n": len(self.so_far)},
            "buying": {name: number(getattr(buying, name)) for name in _BUYING},
            "spending": {name: number(getattr(spending, name)) for name in _SPENDING},
            "trial": {
                "split": str(trial.split), "n": trial.n, "verdict": trial.verdict,
                "scale": number(trial.scale),
                "purchases": _errors_json(trial.purchases), "revenue": _errors_json(trial.revenue),
            },
            "total": None, "mean": None, "alive": None, "customers": [],
        }  # fmt: skip
        if self.ahead is None:
            return found
        ahead = self.ahead
        order = np.argsort(-ahead.value, kind="stable")[:NAMED]
        found |= {
            "total": number(ahead.value.sum() * share), "mean": number(ahead.value.mean() * share),
            "alive": number(ahead.alive.sum()),
            "customers": [self._customer(int(at), share) for at in order],
        }  # fmt: skip
        return found

    def _customer(self, at: int, share: float) -> dict[str, Any]:
        assert self.ahead is not None
        key, ahead = self.keys[int(self.ahead.customer[at])], self.ahead
        return {
            "id": key, "name": self.names.get(key, key), "alive": number(ahead.alive[at]),
            "purchases": number(ahead.purchases[at]), "so_far": number(self.so_far[at] * share),
            "value": number(ahead.value[at] * share), "low": number(ahead.low[at] * share),
            "high": number(ahead.high[at] * share),
        }  # fmt: skip


def _errors_json(errors: ahead_of.Errors | None) -> dict[str, Any] | None:
    return None if errors is None else {name: number(value) for name, value in asdict(errors).items()}


def _mean(values: Floats) -> int | float | None:
    return number(values.mean()) if len(values) else None


def worth(data: Data, months: int) -> Worth:
    bought = data.purchases
    real = bought.bought
    customer, day, amount = bought.customer[real], bought.day[real], bought.amount[real]
    end = np.datetime64(data.today)
    found = histories(customer, day, amount, end)
    buying, spending = bgnbd.fit(found.x, found.t_x, found.age), gamma_gamma.fit(*ahead_of.amounts(found))
    trial = ahead_of.trial(customer, day, amount, end)
    verdicts = (buying.verdict, spending.verdict)
    if "too_little" in verdicts:
        verdict = "too_little"
    elif verdicts != ("fitted", "fitted") or spending.q <= 1:
        verdict = "not_found"
    else:
        verdict = {"better": "foretold", "worse": "withdrawn", "too_little": "too_little"}[trial.verdict]
    ahead = (
        ahead_of.ahead(found, buying, spending, months, DISCOUNT, trial.scale)
        if verdict == "foretold"
        else None
    )
    return Worth(
        months, buying, spending, trial, ahead, found.total, bought.margin_share, tuple(bought.keys),
        data.names(), verdict,
    )  # fmt: skip
