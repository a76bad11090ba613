"""Comparing people: coverage, and who is named although all are equal (section 5, row comparing people).

    python bench/decision_quality/comparison.py DATA [WORLDS]

Simulated with public seeds: groups of 2, 4, 12 and 30 with 15 to 60 observations each, whose true rates (or
counts, or averages) are equal or differ by a standard deviation of .05 or .10 of the scale. The probability
from which somebody is named, and the prior of the shrinkage, were chosen on other worlds (seeds 7, 9 and 11,
groups of 2 to 30 at a mean rate of .5); those here are scored once (seeds 201 to 236, mean rates .2 and .63).
With a shrinkage uniform on 0 to 1 the worst cell of counts covered .913 on seeds 101 to 136. DATA is a folder
with `crm_hardware/sales_pipeline.csv`: won of decided deals by agent.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from leitstern.insight.compare.averages import averages
from leitstern.insight.compare.comparison import Comparison
from leitstern.insight.compare.counts import counts
from leitstern.insight.compare.rates import rates

Row = tuple[str, str, str, str, bool]

KINDS, GROUPS, SPREADS = ("rates", "counts", "averages"), (2, 4, 12, 30), (0.0, 0.05, 0.10)


def main(data: Path, worlds: int = 300) -> list[Row]:
    """The rows of the table."""
    rows: list[Row] = []
    covered: dict[tuple[str, float], list[float]] = {}
    named: dict[tuple[str, float], list[float]] = {}
    errors: dict[str, list[float]] = {"raw": [], "estimate": []}
    seed = 200
    for kind in KINDS:
        for group in GROUPS:
            for spread in SPREADS:
                seed += 1
                random = np.random.default_rng(seed)
                hits = total = flagged = 0.0
                for world in range(worlds):
                    truth, found = simulate(kind, group, spread, (0.2, 0.63)[world % 2], random)
                    hits += float(((found.low <= truth) & (truth <= found.high)).sum())
                    total += group
                    flagged += found.verdict == "difference"
                    if (kind, group, spread) == ("rates", 12, 0.05):
                        errors["raw"].append(float(np.mean((found.raw - truth) ** 2)))
                        errors["estimate"].append(float(np.mean((found.estimate - truth) ** 2)))
                covered.setdefault((kind, spread), []).append(hits / total)
                named.setdefault((kind, spread), []).append(flagged / worlds)
    for kind in KINDS:
        cells = [value for spread in SPREADS for value in covered[kind, spread]]
        rows.append(
            (
                f"{kind}: coverage in {len(cells)} cells",
                f"{min(cells):.3f}-{max(cells):.3f}",
                ".92-.995",
                "at least .92",
                min(cells) >= 0.92,
            )
        )
        equal = max(named[kind, 0.0])
        rows.append(
            (
                f"{kind}: somebody named, all equal (worst group size)",
                f"{equal:.3f}",
                ".008",
                "at most .05",
                equal <= 0.05,
            )
        )
        of = ", ".join(f"{value:.2f}" for value in named[kind, 0.10])
        rows.append((f"{kind}: somebody named, spread .10, groups of 2, 4, 12, 30", of, "", "", True))
    raw, estimate = (float(np.sqrt(np.mean(errors[name]))) for name in ("raw", "estimate"))
    rows.append(
        (
            "error of 12 rates, spread .05: raw; shrunk",
            f"{raw:.3f}; {estimate:.3f}",
            ".080; .027-.053",
            "",
            True,
        )
    )
    found = agents(data)
    rows.append(
        (
            "crm_hardware, win rates of agents",
            found.verdict,
            "no evidence",
            "no_evidence",
            found.verdict == "no_evidence",
        )
    )
    rows.append(
        (
            "crm_hardware, spread of win rates seen; by chance",
            f"{found.seen:.3f}; {found.by_chance:.3f}",
            ".037; .035",
            "",
            True,
        )
    )
    return rows


def simulate(
    kind: str, group: int, spread: float, mean: float, random: np.random.Generator
) -> tuple[np.ndarray, Comparison]:
    """True values of a group, and what the comparison makes of 15 to 60 observations of each."""
    n = random.integers(15, 61, group).astype(float)
    if kind == "rates":
        size = mean * (1 - mean) / spread**2 - 1 if spread else np.inf
        truth = random.beta(mean * size, (1 - mean) * size, group) if spread else np.full(group, mean)
        return truth, rates(random.binomial(n.astype(int), truth), n)
    if kind == "counts":
        # Counts by unit of exposure around 1; the spread is relative to a mean of .3.
        shape = (0.3 / spread) ** 2 if spread else np.inf
        truth = random.gamma(shape, 1 / shape, group) if spread else np.ones(group)
        return truth, counts(random.poisson(n * truth), n)
    # The spread of single observations is 1 and that of the true averages three times the spread.
    error = 1 / np.sqrt(n)
    truth = mean + 3 * spread * random.standard_normal(group)
    return truth, averages(truth + error * random.standard_normal(group), error, float(n.sum()))


def agents(data: Path) -> Comparison:
    """Won of decided deals by agent."""
    won: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    with (data / "crm_hardware" / "sales_pipeline.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["deal_stage"] in ("Won", "Lost"):
                decided[row["sales_agent"]] += 1
                won[row["sales_agent"]] += row["deal_stage"] == "Won"
    names = sorted(decided)
    return rates(np.array([won[name] for name in names]), np.array([decided[name] for name in names]))


if __name__ == "__main__":
    from lifetime import table

    number = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    print(table(main(Path(sys.argv[1]), number)), end="")
