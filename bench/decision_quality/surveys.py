"""Coverage of the 95 % intervals of NPS and CSAT (section 5 of the statistics research, row NPS and CSAT).

    python bench/decision_quality/surveys.py

Nothing is drawn at random: for each cell (a number of answers and a true mixture of them) the probabilities
of all possible outcomes are added up where the interval holds the truth. NPS: shares of promoters, passives
and detractors in steps of 5 points, groups that do not exist at all included (231 mixtures). CSAT: shares
of 1 to 99 %. n from 5 to 100.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.special import gammaln, xlogy

from leitstern.insight.customers.binomial import share_interval
from leitstern.insight.customers.surveys import nps_interval

Row = tuple[str, str, str, str, bool]
Bounds = tuple[np.ndarray, np.ndarray]

SIZES = (5, 6, 7, 8, 9, 10, 12, 15, 20, 30, 50, 100)
MIXTURES = [(i / 20, j / 20) for i in range(21) for j in range(21 - i)]


def main(_data: Path | None = None) -> list[Row]:
    """The rows of the table."""
    rows: list[Row] = []
    for what, cells, best in (
        ("NPS", nps_cells(nps_interval), ".92-.97"),
        ("NPS, plain Wald", nps_cells(wald), ".38 at n = 5"),
        ("CSAT", csat_cells(share_interval), ".92-.97"),
        ("CSAT, plain Wilson", csat_cells(wilson), ".92-.97"),
    ):
        ours = "plain" not in what
        least, mean = float(cells.min()), float(cells.mean())
        target = "at least .92" if ours else ""
        rows.append(
            (
                f"{what}: least coverage in a cell ({cells.size} cells)",
                f"{least:.3f}",
                best,
                target,
                least >= 0.92,
            )
        )
        target = ".94-.97" if ours else ""
        rows.append((f"{what}: mean coverage", f"{mean:.3f}", "", target, 0.94 <= mean <= 0.97))
    return rows


def nps_cells(interval: Callable[..., Bounds]) -> np.ndarray:
    """Coverage by size and mixture."""
    found = []
    for n in SIZES:
        promoters, detractors = np.array([(p, d) for p in range(n + 1) for d in range(n + 1 - p)]).T
        passives = n - promoters - detractors
        ways = gammaln(n + 1) - gammaln(promoters + 1) - gammaln(passives + 1) - gammaln(detractors + 1)
        low, high = interval(promoters, passives, detractors)
        for for_us, against in MIXTURES:
            between = max(1 - for_us - against, 0.0)
            chance = np.exp(
                ways + xlogy(promoters, for_us) + xlogy(detractors, against) + xlogy(passives, between)
            )
            truth = for_us - against
            found.append(chance[(low <= truth + 1e-9) & (truth - 1e-9 <= high)].sum())
    return np.array(found)


def csat_cells(interval: Callable[..., Bounds]) -> np.ndarray:
    """Coverage by size and share."""
    shares = np.arange(1, 100) / 100
    found = []
    for n in SIZES:
        hits = np.arange(n + 1)
        low, high = interval(hits, np.full(n + 1, n))
        inside = (low[:, None] <= shares + 1e-9) & (shares - 1e-9 <= high[:, None])
        found.append((stats.binom.pmf(hits[:, None], n, shares) * inside).sum(axis=0))
    return np.array(found)


def wald(promoters: np.ndarray, passives: np.ndarray, detractors: np.ndarray) -> Bounds:
    """The interval one finds in spreadsheets."""
    n = promoters + passives + detractors
    score = (promoters - detractors) / n
    half = 1.96 * np.sqrt(((promoters + detractors) / n - score**2) / n)
    return score - half, score + half


def wilson(hits: np.ndarray, n: np.ndarray) -> Bounds:
    """Wilson's interval as it is."""
    z = 1.96
    centre = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(hits * (n - hits) / n + z * z / 4)
    return centre - half, centre + half


if __name__ == "__main__":
    from lifetime import table

    print(table(main()), end="")
