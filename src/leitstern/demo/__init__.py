"""The simulated company, so that everything can be tried without data of one's own.

``write`` puts its exports and nothing else into a folder; ``simulate`` returns the truth behind them.
``mapping_path`` is the mapping file for the import of the exports.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from leitstern.demo.company import Company

__all__ = ["Written", "mapping_path", "simulate", "write"]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    ``rows`` counts data rows by file name. ``set_aside`` counts, by file name and reason, the rows an import
    has to refuse; ``planted`` counts the faults in records that it takes.
    """

    folder: Path
    files: tuple[Path, ...]
    rows: dict[str, int]
    set_aside: dict[str, dict[str, int]]
    planted: dict[str, int]
    company: Company


def mapping_path() -> Path:
    """The mapping file for the exports, as shipped with the package."""
    return Path(__file__).with_name("mapping.toml")


def simulate(
    *, seed: int = 1, scale: float = 1.0, until: date | None = None, stories: bool = True
) -> Company:
    """The company for a seed and a size, three years up to ``until`` (default: the day before today).

    Without ``stories`` the effects of ``leitstern.demo.stories`` are left out, apart from the dirt.
    """
    from leitstern.demo import company

    return company.simulate(seed=seed, scale=scale, until=until, stories=stories)


def write(
    folder: Path, *, seed: int = 1, scale: float = 1.0, until: date | None = None, stories: bool = True
) -> Written:
    """Simulates the company and writes its exports as CSV files into ``folder`` (made if missing).

    Files of the same name are replaced. ``scale`` 1 is a company of 40 people; ``scale`` 10 has ten times the
    people, customers and deals. The same seed, scale, last day and ``stories`` give the same bytes.
    """
    from leitstern.demo.export import write_file
    from leitstern.demo.sheets import FILES

    truth = simulate(seed=seed, scale=scale, until=until, stories=stories)
    folder.mkdir(parents=True, exist_ok=True)
    rows = {file.name: write_file(truth, file, folder) for file in FILES}
    set_aside: dict[str, dict[str, int]] = {}
    for file in FILES:
        for bad in (row for row in truth.set_aside if row.fact == file.fact):
            reasons = set_aside.setdefault(file.name, {})
            reasons[bad.reason] = reasons.get(bad.reason, 0) + 1
    return Written(
        folder=folder,
        files=tuple(folder / file.name for file in FILES),
        rows=rows,
        set_aside=set_aside,
        planted={fault: len(keys) for fault, keys in truth.planted.items()},
        company=truth,
    )
