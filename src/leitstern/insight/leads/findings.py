"""Claims against findings: which KPIs move their outcome later, by how many weeks, and how strongly.

A claim says that a KPI drives an outcome; the directions in which both are good give the sign of the effect.
A verdict is one of

``leads``       the KPI moves the outcome as claimed, 1 to 12 weeks later; it stands after correction for the
                number of claims
``no_lead``     an effect of ``USEFUL`` or more is excluded (one-sided 95 %) at every lag: no useful lead
                shown
``too_little``  none of these: the data cannot tell yet

No verdict proves a cause: a third thing may move both. Stated error rates: of the leads called, at most 10 %
are false on average; of single claims without a lead 5 % have p below .05, and up to 8 % in the worst of nine
kinds of series (bench/decision_quality/results/leads.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from leitstern.insight.leads import lags
from leitstern.insight.leads.family import RUN_AT, adjusted
from leitstern.insight.leads.whiten import Array, White, whiten

Verdict = Literal["leads", "no_lead", "too_little"]

#: Below so many weeks nothing is tested; and so large a share of weeks may lack a value.
FEWEST, GAPS = 40, 0.2
#: The smallest effect worth steering by: an eighth of the outcome's week-to-week variation.
USEFUL = 0.35
#: Shuffled orders; (1 + TIMES) × RUN_AT is the largest family in which a single finding can stand.
TIMES = 1999
#: One-sided 5 %.
_Z = 1.6449


@dataclass(frozen=True, slots=True)
class Claim:
    """That ``kpi`` drives ``outcome``: rising with it (``sign`` 1), against it (-1), or either (0)."""

    kpi: str
    outcome: str
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What the data say to one claim.

    ``n`` weeks were compared. ``first`` to ``last`` are the lags, in weeks, in which the effect is strongest;
    ``peak`` is the strongest single one. ``effect`` is a correlation beyond trend, season and own past,
    between ``low`` and ``high`` (95 %, for the strongest of all windows); ``ceiling`` is the largest effect
    in the claimed direction that the data leave possible at any lag (95 %, one-sided). ``p`` is the chance of
    so strong a lag where there is none, ``q`` the same corrected for the number of claims. ``reason`` says
    why nothing was tested: ``few_weeks``, ``gaps`` or ``constant``; all but ``n`` are None then.
    """

    claim: Claim
    verdict: Verdict
    n: int
    first: int | None = None
    last: int | None = None
    peak: int | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    ceiling: float | None = None
    p: float | None = None
    q: float | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """All fields as plain JSON, the claim's beside the others."""
        own = {name: getattr(self, name) for name in self.__slots__ if name != "claim"}
        return {"kpi": self.claim.kpi, "outcome": self.claim.outcome, "sign": self.claim.sign, **own}


@dataclass(frozen=True, slots=True)
class Chance:
    """Where shuffled orders come from: the seed, and how many."""

    seed: int = 1
    times: int = TIMES

    def orders(self, outcome: White) -> Array:
        """The outcome in shuffled orders, the same for the same seed: (times, weeks)."""
        return lags.shuffled(outcome, self.times, np.random.default_rng(self.seed))


def leads(
    series: Mapping[str, Array],
    claims: Sequence[Claim],
    chance: Chance | None = None,
    beside: Array | None = None,
) -> list[Finding]:
    """A finding for each claim, in the order of ``claims``.

    ``series`` holds each name's weekly values, all over the same weeks (the last entry the newest finished
    week), NaN where there is none. The family that the false share is promised for is all ``claims``
    together. ``beside`` (weeks, columns) is what else is known of the weeks,
    such as their working days: what follows from it is taken out of both sides.
    """
    found = [Finding(c, "too_little", 0) for c in claims]
    for outcome in dict.fromkeys(c.outcome for c in claims):
        places = [i for i, c in enumerate(claims) if c.outcome == outcome]
        for begin, group in _by_begin(series, claims, places).items():
            known = None if beside is None else beside[begin:]
            later = {name: values[begin:] for name, values in series.items()}
            answers = _test(later, [claims[i] for i in group], chance or Chance(), known)
            for place, answer in zip(group, answers, strict=True):
                found[place] = answer
    return _corrected(found)


def lead(kpi: Array, outcome: Array, sign: int = 0, chance: Chance | None = None) -> Finding:
    """Does one KPI lead one outcome? Weekly values of the same weeks; ``sign`` as in `Claim`."""
    series = {"kpi": kpi, "outcome": outcome}
    return leads(series, [Claim("kpi", "outcome", sign)], chance)[0]


def _by_begin(
    series: Mapping[str, Array], claims: Sequence[Claim], places: Sequence[int]
) -> dict[int, list[int]]:
    """Claims by the week from which both sides have begun: some weeks are alike for most of them."""
    groups: dict[int, list[int]] = {}
    for place in places:
        claim = claims[place]
        begin = max(_begin(series[claim.kpi]), _begin(series[claim.outcome]))
        groups.setdefault(begin, []).append(place)
    return groups


def _begin(values: Array) -> int:
    """The first week with a value other than 0."""
    begun = np.flatnonzero(~np.isnan(values) & (values != 0))
    return int(begun[0]) if len(begun) else len(values)


def _test(
    series: Mapping[str, Array], claims: Sequence[Claim], chance: Chance, beside: Array | None
) -> list[Finding]:
    outcome = series[claims[0].outcome]
    weeks = len(outcome)
    reasons = [reason_against(series[c.kpi]) or reason_against(outcome) for c in claims]
    usable = [c for c, reason in zip(claims, reasons, strict=True) if reason is None]
    tested: list[Finding] = []
    if usable:
        kpis = whitened(np.stack([series[c.kpi] for c in usable]), beside)
        target = whitened(outcome[None, :], beside)
        tested = _answers(kpis, target, chance.orders(target), usable)
    rest = iter(tested)
    return [
        Finding(claim, "too_little", weeks, reason=reason) if reason else next(rest)
        for claim, reason in zip(claims, reasons, strict=True)
    ]


def reason_against(values: Array) -> str | None:
    """Why a series cannot be tested: ``few_weeks``, ``gaps`` or ``constant``; None where it can."""
    if len(values) < FEWEST:
        return "few_weeks"
    if np.isnan(values).mean() > GAPS:
        return "gaps"
    present = values[~np.isnan(values)]
    # Where most weeks are alike, what varies is too little to correlate.
    alike = np.unique(present, return_counts=True)[1].max()
    return "constant" if alike > 0.8 * len(present) else None


def whitened(values: Array, beside: Array | None = None) -> White:
    """Whitened rows (series, weeks); weeks without a value (NaN) are bridged, then count for nothing."""
    missing = np.isnan(values)
    if not missing.any():
        return whiten(values, beside)
    weeks = np.arange(values.shape[1])
    bridged = values.copy()
    for row, gaps in zip(bridged, missing, strict=True):
        if gaps.any():
            row[gaps] = np.interp(weeks[gaps], weeks[~gaps], row[~gaps])
    white = whiten(bridged, beside)
    return replace(white, rest=np.where(missing, 0.0, white.rest))


def _answers(kpis: White, target: White, chance: Array, claims: Sequence[Claim]) -> list[Finding]:
    found = lags.effects(kpis.rest, target.rest)[:, 0]
    return [
        _one(claim, found[row], lags.effects(kpis.rest[row : row + 1], chance)[0], kpis.rest.shape[1])
        for row, claim in enumerate(claims)
    ]


def _one(claim: Claim, found: Array, by_chance: Array, weeks: int) -> Finding:
    """One claim, before the correction for the number of claims."""
    best, seen = lags.strongest(found, weeks, claim.sign)
    window = int(best)
    first, last = lags.WINDOWS[window]
    chosen = found[window]
    peak = first + int(np.argmax(found[first - 1 : last] * np.sign(chosen)))
    error = np.maximum(by_chance.std(axis=0), 1 / np.sqrt(weeks))
    widest = np.quantile((np.abs(by_chance) / error).max(axis=1), 0.95)
    low, high = (float(np.tanh(np.arctanh(chosen) + side * widest * error[window])) for side in (-1, 1))
    upward = found * claim.sign if claim.sign else np.abs(found)
    ceiling = float(np.tanh((np.arctanh(upward) + _Z * error).max()))
    p = lags.p_value(float(seen), lags.strongest(by_chance, weeks, claim.sign)[1])
    return Finding(claim, "too_little", weeks, first, last, peak, float(chosen), low, high, ceiling, p)


def _corrected(found: Sequence[Finding]) -> list[Finding]:
    """The verdicts, with p-values corrected for the number of claims that were tested."""
    corrected = adjusted(np.array([np.nan if f.p is None else f.p for f in found], dtype=np.float64))
    return [
        finding if finding.p is None else replace(finding, q=float(q), verdict=_verdict(finding, float(q)))
        for finding, q in zip(found, corrected, strict=True)
    ]


def _verdict(finding: Finding, q: float) -> Verdict:
    if q <= RUN_AT:
        return "leads"
    return "no_lead" if finding.ceiling is not None and finding.ceiling < USEFUL else "too_little"
