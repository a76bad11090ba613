"""Month-end forecasts from month-to-date (section 1 and the first rows of section 5 of the research).

    python bench/decision_quality/month_end.py DATA

DATA is a folder with `series/retail_daily.parquet` (459 German stores) and `series/atm_daily.parquet` (111
cash machines), a column for each subject and a column `date`. Scored are the months July 2014 to July 2015
and May 1997 to April 1998 after days 5, 10, 15, 20 and 25; targets are .9 to 1.2 times the same month of the
year before (the mean of the three months before where there is none).

Tuning: the profile's weeks and fade, the strengths of the priors and the fade of errors were chosen on the
1st, 3rd, 5th ... column of each file; the table scores the 2nd, 4th, 6th ... alone. The months are the same,
and months share shocks, so this is no proof for other years.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import holidays
import numpy as np
import pyarrow.parquet as pq

from leitstern.insight.forecast import Calendar, History, Many, forecasts
from leitstern.insight.forecast.errors import LEVELS

#: What was measured, the measurement, the best published, the target, whether it is met.
Row = tuple[str, str, str, str, bool]

DAYS = (5, 10, 15, 20, 25)
TIMES = (0.9, 0.95, 1.0, 1.05, 1.1, 1.2)


@dataclass
class Score:
    """Sums over months and subjects, for one elapsed day."""

    error: float = 0.0
    pace_error: float = 0.0
    actual: float = 0.0
    told: list[np.ndarray] = field(default_factory=list)
    plain: list[np.ndarray] = field(default_factory=list)
    came: list[np.ndarray] = field(default_factory=list)
    in80: list[np.ndarray] = field(default_factory=list)
    in95: list[np.ndarray] = field(default_factory=list)


#: Name, file, country of the holidays, first month scored, targets: WAPE over pace, day 5, Brier.
COLLECTIONS = (
    ("stores", "retail_daily", "DE", date(2014, 7, 1), (0.44, 0.27, 0.073), (".46", "", ".076")),
    ("cash machines", "atm_daily", "GB", date(1997, 5, 1), (0.68, 0.57, 0.083), (".71", "", ".086")),
)


def main(data: Path) -> list[Row]:
    """The rows of the table."""
    rows: list[Row] = []
    for name, file, country, first, targets, best in COLLECTIONS:
        history = load(data / "series" / f"{file}.parquet", country)
        scores, seconds = score(history, first)
        rows += _rows(name, scores, seconds, targets, best)
    return rows


def load(file: Path, country: str, of: slice = slice(1, None, 2)) -> History:
    """Every second column as subjects, with the holidays of all parts of the country as kinds of days."""
    table = pq.read_table(file)
    days = table["date"].to_numpy().astype("datetime64[D]")
    names = [name for name in table.column_names if name != "date" and not name.startswith("__")]
    values = np.nan_to_num(np.array([table[name].to_numpy() for name in names[of]], dtype=float))
    special = _kinds(days, country)
    return History(days[0].item(), values, "amount", None, Calendar(special, (special == 0).astype(float)))


def _kinds(days: np.ndarray, country: str) -> np.ndarray:
    years = range(days[0].item().year, days[-1].item().year + 1)
    parts = [*holidays.Germany.subdivisions] if country == "DE" else ["ENG"]
    named: dict[date, str] = {}
    for part in parts:
        language = "en_US" if country == "DE" else None
        named.update(holidays.country_holidays(country, subdiv=part, years=years, language=language))
    kinds = {name: place for place, name in enumerate(sorted(set(named.values())), start=1)}
    return np.array([kinds.get(named.get(day.item(), ""), 0) for day in days], dtype=np.int64)


def score(history: History, first: date) -> tuple[dict[int, Score], float]:
    """The scores by elapsed day, and CPU-seconds for a thousand forecasts."""
    scores, seconds, made = {day: Score() for day in DAYS}, 0.0, 0
    last = history.first + timedelta(days=history.values.shape[1] - 1)
    start = first
    while (end := _next(start) - timedelta(days=1)) <= last:
        base = _base(history, start)
        came = history.value(start, end)
        for day in DAYS:
            through = start + timedelta(days=day - 1)
            before = time.process_time()
            found = forecasts(history, start, end, through)
            seconds += time.process_time() - before
            made += len(found)
            pace = history.value(start, through) / day * ((end - start).days + 1)
            _add(scores[day], found, came, pace, base)
        start = _next(start)
    return scores, seconds / made * 1000


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _base(history: History, start: date) -> np.ndarray:
    """The same month of last year, or the mean of the three months before."""
    year_before = start.replace(year=start.year - 1)
    if year_before >= history.first:
        return history.value(year_before, _next(year_before) - timedelta(days=1))
    months = start
    for _ in range(3):
        months = (months - timedelta(days=1)).replace(day=1)
    return history.value(months, start - timedelta(days=1)) / 3


def _add(score: Score, found: Many, came: np.ndarray, pace: np.ndarray, base: np.ndarray) -> None:
    score.error += float(np.abs(found.point - came).sum())
    score.pace_error += float(np.abs(pace - came).sum())
    score.actual += float(came.sum())
    low, high = (np.array([np.interp((a, b), LEVELS, row) for row in found.ends.quantiles]).T
                 for a, b in ((0.1, 0.025), (0.9, 0.975)))  # fmt: skip
    score.in80.append((came >= low[0]) & (came <= high[0]))
    score.in95.append((came >= low[1]) & (came <= high[1]))
    assert found.plain is not None
    for at in np.nonzero(base > 0)[0]:
        levels = [float(one * base[at]) for one in TIMES]
        score.told.append(np.array([found.ends.reaching(at, level) for level in levels]))
        score.plain.append(np.array([found.plain.reaching(at, level) for level in levels]))
        score.came.append(came[at] >= np.array(levels))


def calibration_error(told: np.ndarray, came: np.ndarray) -> float:
    """Mean distance of told from came, over ten equal bins of what was told."""
    bins = np.minimum((told * 10).astype(int), 9)
    return float(
        sum(abs(told[bins == b].mean() - came[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    )


def _rows(
    name: str, scores: dict[int, Score], seconds: float, targets: tuple[float, ...], best: tuple[str, ...]
) -> list[Row]:
    relative = {day: one.error / one.actual for day, one in scores.items()}
    pace = {day: one.pace_error / one.actual for day, one in scores.items()}
    mean = float(np.mean(list(relative.values())) / np.mean(list(pace.values())))
    five = relative[5] / pace[5]
    joined = {day: (np.concatenate(one.told), np.concatenate(one.came)) for day, one in scores.items()}
    brier = float(np.mean([((told - came) ** 2).mean() for told, came in joined.values()]))
    plain = float(
        np.mean(
            [((np.concatenate(one.plain) - np.concatenate(one.came)) ** 2).mean() for one in scores.values()]
        )
    )
    in80 = float(np.mean([np.concatenate(one.in80).mean() for one in scores.values()]))
    in95 = float(np.mean([np.concatenate(one.in95).mean() for one in scores.values()]))
    off = {day: calibration_error(told, came) for day, (told, came) in joined.items()}
    later = max(off[day] for day in DAYS if day > 5)
    wapes = " ".join(f"{value:.4f}" for value in relative.values())
    return [
        (f"{name}: WAPE after days 5 to 25", wapes, "", "", True),
        (f"{name}: WAPE over linear pace, mean", f"{mean:.3f}", best[0], f"{targets[0]}", mean <= targets[0]),
        (f"{name}: the same, day 5", f"{five:.3f}", "", f"{targets[1]}", five <= targets[1]),
        (f"{name}: Brier", f"{brier:.4f}", best[2], f"{targets[2]}", brier <= targets[2]),
        (f"{name}: Brier of the working-day pace with an interval", f"{plain:.4f}", "", "", True),
        (f"{name}: 80 % covers", f"{in80:.3f}", ".80-.83", ".77-.84", 0.77 <= in80 <= 0.84),
        (f"{name}: 95 % covers", f"{in95:.3f}", ".94-.95", ".93-.97", 0.93 <= in95 <= 0.97),
        (f"{name}: calibration error, day 5", f"{off[5]:.3f}", ".018-.039", ".05", off[5] <= 0.05),
        (f"{name}: calibration error, worst of days 10 to 25", f"{later:.3f}", ".018-.039", ".03",
         later <= 0.03),
        (f"{name}: CPU-seconds for 1,000 forecasts with intervals", f"{seconds:.2f}", "under .5", "2",
         seconds <= 2),
    ]  # fmt: skip


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| measured | ours | best in the research | target | met |", "| --- | --- | --- | --- | --- |"]
    for what, own, best, target, met in rows:
        answer = ("yes" if met else "no") if target else "–"
        lines.append(f"| {what} | {own} | {best or '–'} | {target or '–'} | {answer} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(main(Path(sys.argv[1]))), end="")
