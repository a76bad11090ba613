"""Are the planted stories found, and what is raised where nothing is planted?

    python bench/decision_quality/stories.py FOLDER... [--write]

Each FOLDER is a workspace of `leitstern demo --seed N` (stories planted) or `leitstern demo --seed N
--clean` (none; its name begins with "clean"). Scored are seeds 2 to 11 and clean 21 to 30. How far a target
may lie out (.10) was settled on seeds 2 to 5 while seeds 2 to 8 and some clean ones had been seen: seeds 9
to 11 alone are untouched for the unrealistic goal. The stretch and the waiting time that conflicts compare
were chosen on seeds 2, 3, clean 21 and 22; an earlier choice had been tried on seeds 2 to 7 and clean 21 to
26, so that seeds 8 to 11 and clean 27 to 30 are untouched. Thresholds of the other detectors were set by
their own benches; those of signals were looked at on these companies as well. Reach leads nowhere on clean
companies either, so the vanity story is told by its claim, not by a difference between the two kinds.

A story counts as found only with its place: the team and stage of the bottleneck, the reach metric, the two
KPIs of the conflict with their campaign, the team of the goal, the source, the KPI and the month of the
change. On clean companies every finding of the same detector is a false alarm, whatever it says.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import leitstern
from leitstern.analyses.conflicts import conflicts
from leitstern.analyses.funnel import bottleneck
from leitstern.analyses.hygiene import hygiene
from leitstern.analyses.leads import leads
from leitstern.analyses.signals import YEARS, signals
from leitstern.demo import stories
from leitstern.insight.hygiene.notes import GoalNote
from leitstern.workspace import Workspace

RESULTS = Path(__file__).with_name("results") / "stories.md"
REACH = ("campaign_reach", "followers")
#: A change is found if it is said to have begun so close to the planted day.
NEAR = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Score:
    """What a detector said of one company: whether it found the story, and how many findings there are."""

    found: bool
    raised: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """One workspace with its open goals."""

    folder: Path
    ws: Workspace
    goals: tuple[GoalNote, ...]
    as_of: date

    @property
    def clean(self) -> bool:
        """Whether nothing is planted in it."""
        return self.folder.name.startswith("clean")


def read(folder: Path) -> Company:
    """A workspace of the demo. Raises ``Problem`` where there is none."""
    ws = leitstern.open(folder)
    info = ws.generation()
    assert info is not None  # the demo has one
    return Company(folder, ws, tuple(_goals(folder)), info.as_of)


def _goals(folder: Path) -> Iterator[GoalNote]:
    """Its goals that are offered or in force, as the server keeps them."""
    asked = (
        "SELECT id, kpi, owner_id, subject_type, subject_id, start, end, direction, target, review_on"
        " FROM leitstern_goalrow WHERE state IN ('offered', 'countered', 'accepted', 'directed')"
    )
    with closing(sqlite3.connect(f"file:{folder / 'app.sqlite3'}?mode=ro", uri=True)) as database:
        for key, kpi, owner, kind, subject, start, end, direction, target, review in database.execute(asked):
            yield GoalNote(
                str(key),
                kpi,
                None if owner is None else str(owner),
                kind if subject is None else f"{kind}:{subject}",
                date.fromisoformat(start),
                date.fromisoformat(end),
                direction,
                float(target),
                date.fromisoformat(review) if review else None,
            )


def stuck(company: Company) -> Score:
    """The bottleneck: team and stage."""
    story = stories.BOTTLENECK
    hints = bottleneck(company.ws, "team").as_json()["hints"]
    places = [(hint["stage"], hint["group"]["id"]) for hint in hints]
    said = ", ".join(f"{hint['name']} {hint['group']['name']}" for hint in hints)
    return Score((story.where["stage"], story.where["team"]) in places[:1], len(hints), said)


def vanity(company: Company) -> Score:
    """Reach is shown to lead nowhere useful; false is a reach metric that is said to lead."""
    found = leads(company.ws)
    mains = {kpi: main for kpi in REACH if (main := found.main(kpi)) is not None}
    said = ", ".join(f"{kpi} {main.verdict}" for kpi, main in mains.items())
    called = sum(one.verdict == "leads" for kpi in REACH for one in found.of(kpi))
    return Score(any(one.verdict == "no_lead" for one in mains.values()) and not called, called, said)


def against(company: Company) -> Score:
    """The conflict: both KPIs, both goals, the campaign; false is whatever is said to have collided."""
    found = conflicts(company.ws, [one for one in company.goals if one.open_on(company.as_of)]).as_json()
    collided = [one for one in found["conflicts"] if (one["evidence"] or {}).get("verdict") == "collided"]
    mine = [
        one
        for one in collided
        if (one["first"], one["second"]) == ("new_leads", "lead_to_customer_rate")
        and one["standing"] == "goals_of_two"
        and (one["evidence"]["segment"] or {}).get("key") == stories.MASS_CAMPAIGN
    ]
    return Score(bool(mine), len(collided), f"{found['tried']} tried")


def unrealistic(company: Company) -> Score:
    """The goal of the team; false is any target called out of reach on clean companies."""
    where = f"team:{stories.UNREALISTIC_GOAL.where['team']}"
    found = [one for one in hygiene(company.ws, company.goals).found if one.code == "out_of_reach"]
    said = ", ".join(f"{one.kpis[0]} {one.values['whom']}" for one in found)
    return Score(any(one.values["whom"] == where for one in found), len(found), said)


def stale(company: Company) -> Score:
    """The source; false is any other source called late."""
    found = [one for one in hygiene(company.ws, company.goals).found if one.code == "late_source"]
    said = ", ".join(str(one.values["fact"]) for one in found)
    return Score("survey_response" in said, len(found), said)


def shift(company: Company) -> Score:
    """The change of the response time within 45 days; false is every signal of any KPI on clean companies."""
    since = stories.LEVEL_SHIFT.since(company.as_of)
    assert since is not None  # the story has a day
    # Whatever is asked for, the budget of false alarms is that of all KPIs.
    rows = signals(company.ws, () if company.clean else stories.LEVEL_SHIFT.kpis).rows
    mine = [s for row in rows if row.kpi == stories.LEVEL_SHIFT.kpis[0] for s in row.signals]
    found = any(s.direction == "down" and s.kind == "shift" and abs(s.since - since) <= NEAR for s in mine)
    watched = sum(row.verdict in ("signals", "quiet", "stale") for row in rows)
    return Score(found, sum(len(row.signals) for row in rows), f"{watched} watched")


#: Story, detector, and what it states of false alarms.
DETECTORS: dict[str, tuple[Callable[[Company], Score], str]] = {
    "bottleneck": (stuck, "a hint in at most 5 % of companies"),
    "vanity metric": (vanity, "of the leads called, at most 10 % false"),
    "conflict": (against, "any in at most 5 % of companies"),
    "unrealistic goal": (unrealistic, "at most 1 % of targets near last year's"),
    "stale source": (stale, "a source late beyond its own habit"),
    "level shift": (shift, f"at most 12 a year together, so {12 * YEARS} in {YEARS} years"),
}


def scores(folder: Path) -> tuple[str, dict[str, Score], float]:
    """All detectors on one workspace, and the processor seconds of hygiene and conflicts."""
    company = read(folder)
    begun = time.process_time()
    hygiene(company.ws, company.goals)
    conflicts(company.ws, company.goals)
    seconds = time.process_time() - begun
    return folder.name, {story: detector(company) for story, (detector, _) in DETECTORS.items()}, seconds


def main(folders: list[Path]) -> list[str]:
    """The table as lines of Markdown: each story, found in how many, raised on clean companies."""
    with ProcessPoolExecutor(max_workers=1) as pool:
        all_scores = list(pool.map(scores, folders))
    told = {name: found for name, found, _ in all_scores}
    planted = {name: found for name, found in told.items() if not name.startswith("clean")}
    clean = {name: found for name, found in told.items() if name.startswith("clean")}
    lines = [
        f"| story | found of {len(planted)} | not found | raised on {len(clean)} clean companies | stated |",
        "| --- | --- | --- | --- | --- |",
    ]
    for story, (_, stated) in DETECTORS.items():
        missed = [
            f"{name} ({found[story].detail})" for name, found in planted.items() if not found[story].found
        ]
        raised = [found[story].raised for found in clean.values()]
        where = [f"{name}: {found[story].detail}" for name, found in clean.items() if found[story].raised]
        alarms = f"{sum(raised)} in {sum(n > 0 for n in raised)} companies"
        alarms += f" ({'; '.join(where)})" if where and story != "level shift" else ""
        lines.append(
            f"| {story} | {len(planted) - len(missed)} | {', '.join(missed) or '–'} | {alarms} | {stated} |"
        )
    slowest = max(seconds for _, _, seconds in all_scores)
    return [
        *lines,
        "",
        f"Hygiene and conflicts of 90 KPIs: at most {slowest:.1f} s of a processor (target 5 s).",
    ]


if __name__ == "__main__":
    table = main([Path(name) for name in sys.argv[1:] if name != "--write"])
    print("\n".join(table))
    if "--write" in sys.argv[1:]:
        head = "# Planted stories: found, and what is raised without them\n\nSee `stories.py`.\n\n"
        RESULTS.write_text(head + "\n".join(table) + "\n", encoding="utf-8")
