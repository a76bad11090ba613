"""Customer value on the CDNOW purchases (section 5 of the statistics research, row CDNOW).

    python bench/decision_quality/lifetime.py DATA

DATA is a folder with `purchases/cdnow_customers_summary.csv` (frequency, recency and age in weeks) and
`purchases/CDNOW_sample.txt` (customer, its number in the sample, day, number of discs, amount). Nothing is
tuned: the models are fitted on weeks 1 to 39 of 1997 and foretell weeks 40 to 78.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from leitstern.insight.customers import bgnbd, gamma_gamma
from leitstern.insight.customers.histories import histories

#: What was measured, the measurement, the best published, the target, whether it is met.
Row = tuple[str, str, str, str, bool]

SPLIT, END, WEEKS = np.datetime64("1997-09-30"), np.datetime64("1998-06-30"), 39.0
BG_NBD = {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258, "log_likelihood": -9582.43}
GAMMA_GAMMA = {"p": 6.249, "q": 3.745, "v": 15.448}


def main(data: Path) -> list[Row]:
    """The rows of the table."""
    summary = np.loadtxt(data / "purchases" / "cdnow_customers_summary.csv", delimiter=",", skiprows=1)
    x, t_x, age = summary[:, 1], summary[:, 2], summary[:, 3]
    before = time.process_time()
    buying = bgnbd.fit(x, t_x, age)
    seconds = time.process_time() - before
    customer, day, amount = purchases(data / "purchases" / "CDNOW_sample.txt")
    known = histories(customer, day, amount, SPLIT)
    spending = gamma_gamma.fit(known.x, known.mean)
    later = histories(customer, day, amount, END).x - known.x
    foretold = bgnbd.expected(buying, known.x, known.t_x, known.age, WEEKS)
    pace = known.x / known.age * WEEKS
    error = float(np.abs(foretold - later).mean())
    rows: list[Row] = []
    for model, published in ((buying, BG_NBD), (spending, GAMMA_GAMMA)):
        for name, value in published.items():
            own = float(getattr(model, name))
            met = abs(own / value - 1) <= 0.005
            rows.append((f"CDNOW {name}", f"{own:.4f}", f"{value}", "within .5 %", met))
    rows.append(("CDNOW fit, CPU-seconds", f"{seconds:.2f}", ".24", "1", seconds <= 1))
    rows.append(("39 weeks ahead, mean absolute error", f"{error:.3f}", ".786", ".79", error <= 0.79))
    rows.append(("39 weeks ahead, purchases (actual 1,882)", f"{foretold.sum():.0f}", "1653", "", True))
    rows.append(
        ("the same at the pace so far: error; purchases",
         f"{np.abs(pace - later).mean():.3f}; {pace.sum():.0f}", "", "", True)
    )  # fmt: skip
    return rows


def purchases(file: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers, days and amounts of the sample."""
    rows = [line.split() for line in file.read_text(encoding="ascii").splitlines() if line.strip()]
    days = [f"{row[2][:4]}-{row[2][4:6]}-{row[2][6:]}" for row in rows]
    return (
        np.array([int(row[1]) for row in rows]),
        np.array(days, "datetime64[D]"),
        np.array([float(row[4]) for row in rows]),
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
