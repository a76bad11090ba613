"""Realism of "+g % in three months" (section 2 of the statistics research).

    python bench/decision_quality/realism.py DATA

DATA is a folder with `series/retail_monthly.parquet` (region, industry, month, turnover). Asked at the end of
each calendar quarter: is the next quarter's turnover at least g % above this one's, for g of 0, 5, 10, 14, 20
and 30 %. Strengths were chosen on quarters of 1992 to 2003 and 2008 to 2014; the table scores 2015 to 2018.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from leitstern.insight.forecast import growth

Row = tuple[str, str, str, str, bool]

WANTED = (0.0, 0.05, 0.10, 0.14, 0.20, 0.30)
FIRST = np.datetime64("2015-01", "M")


def main(data: Path) -> list[Row]:
    """The rows of the table."""
    told, season, came = _asked(series(data / "series" / "retail_monthly.parquet"))
    often = came.mean(axis=0)
    brier, by_season = float(((told - came) ** 2).mean()), float(((season - came) ** 2).mean())
    off = calibration_error(told.ravel(), came.ravel())
    return [
        ("quarters asked; +14 % reached in", f"{len(came)}; {often[3]:.0%}", "26 %", "", True),
        ("climatology per g: Brier", f"{(often * (1 - often)).mean():.3f}", ".190", "", True),
        ("same window of the last 8 years: Brier", f"{by_season:.4f}", ".054", "", True),
        ("mean with own smoothing: Brier", f"{brier:.4f}", ".050 (a subset)", ".050", brier <= 0.05),
        ("mean with own smoothing: calibration error", f"{off:.3f}", ".041", ".04", off <= 0.04),
    ]


def series(file: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Months and turnover of each region and industry; those with gaps left out."""
    table = pq.read_table(file)
    region, industry = table["region"].to_numpy(zero_copy_only=False), table["industry"].to_numpy(
        zero_copy_only=False
    )  # fmt: skip
    month = table["month"].to_numpy().astype("datetime64[M]")
    turnover = table["turnover"].to_numpy()
    found = []
    for name in sorted(set(zip(region, industry, strict=True))):
        own = (region == name[0]) & (industry == name[1])
        order = np.argsort(month[own])
        months = month[own][order]
        if (np.diff(months) == np.timedelta64(1, "M")).all():
            found.append((months, turnover[own][order]))
    return found


def _asked(all_series: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What was told (mean of both views, and the first alone) and came, questions × g."""
    told, season, came = [], [], []
    for months, turnover in all_series:
        for at in range(36, len(turnover) - 2):
            if months[at] < FIRST or int(months[at].astype(int)) % 3:
                continue
            found = growth(turnover[:at], 3, 12)
            alone = growth(np.where(np.arange(at) == 0, 0.0, turnover[:at]), 3, 12)
            if found.verdict == "ok":
                told.append([found.chance(g) for g in WANTED])
                season.append([alone.chance(g) for g in WANTED])
                change = turnover[at : at + 3].sum() / turnover[at - 3 : at].sum() - 1
                came.append([change >= g for g in WANTED])
    return np.array(told), np.array(season), np.array(came)


def calibration_error(told: np.ndarray, came: np.ndarray) -> float:
    """Mean distance of told from came, over ten equal bins of what was told."""
    bins = np.minimum((told * 10).astype(int), 9)
    return float(
        sum(abs(told[bins == b].mean() - came[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    )


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| measured | ours | best in the research | target | met |", "| --- | --- | --- | --- | --- |"]
    for what, own, best, target, met in rows:
        answer = ("yes" if met else "no") if target else "–"
        lines.append(f"| {what} | {own} | {best or '–'} | {target or '–'} | {answer} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(main(Path(sys.argv[1]))), end="")
