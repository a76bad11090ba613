"""Is the bottleneck found, is none invented, and does its cost come with an interval that holds?

    python bench/decision_quality/bottleneck.py DATA [WORLDS]

The statistics research has no figures to compare with ("not measured yet: bottleneck"). So two usual ways
stand beside ours, on the same companies: *lowest share* names the step and group with the lowest share
against its peers if a test of two shares gives p < .05, and *all tests* does so with p < .05 over all steps
and groups (Bonferroni). Neither knows that groups differ anyway, nor about waits or open cases.

Companies: those of `leitstern demo` (seeds 44 to 83 with the stories, 181 to 260 without), and WORLDS
(default 300) of each kind drawn here with public seeds: six groups, four steps, two years, 40 to 160 cases in
a cell and year; log-odds of going on differ by .15 between groups and .1 between years (standard deviations),
waits are log-normal (.6), 3 % of them twelve times as long. How the comparisons of a step are taken together
and the prior of a hint were chosen on other ones (demo seeds 1 to 43 and 101 to 180, worlds of seed 2026);
those here are scored once.

DATA is a folder with `crm_hardware` and `seller_funnel`: real data, printed and not scored.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from leitstern.demo import simulate, stories
from leitstern.insight.funnel.bottleneck import Board, Cell, Stretch, bottlenecks
from leitstern.insight.funnel.passages import LOST, OPEN, WON, Stays, passages
from leitstern.insight.funnel.steps import Cases
from leitstern.insight.funnel.waits import Bools, Floats, Ints

Row = tuple[str, str, str, str, bool]
UNTIL = date(2026, 11, 21)
GROUPS, STEPS, PLACE = 6, 4, (2, 3)
AS_OF = np.datetime64("2026-12-31")
YEARS = tuple(
    Stretch(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year}-12-31")) for year in (2025, 2026)
)


def main(data: Path, worlds: int = 300) -> list[Row]:
    """The rows of the table; real data are printed."""
    from bottleneck_data import hardware, sellers

    rows = [*_demo(range(44, 84), range(181, 261)), *_worlds(worlds)]
    for line in (*hardware(data), *sellers(data)):
        print(line)
    return rows


# --- the demo company ---


def _demo(told: range, clean: range) -> Iterator[Row]:
    named = dict.fromkeys(METHODS, 0)
    for seed in told:
        board, steps, groups = company(seed, told=True)
        wanted = steps.index(stories.STAGE_QUOTE), groups.index(stories.TEAM_WEST)
        for method, name in METHODS.items():
            named[method] += name(board, *PERIODS) == wanted
    for method, count in named.items():
        yield _row(
            f"demo, {len(told)} seeds: the planted one named first, {method}", count / len(told), "1.00",
            method != "ours" or count == len(told),
        )  # fmt: skip
    boards = [company(seed, told=False)[0] for seed in clean]
    for method, name in METHODS.items():
        share = sum(name(board, *PERIODS) is not None for board in boards) / len(boards)
        yield _false(f"demo, {len(clean)} clean seeds: one named, {method}", share, method)


_LAST = np.datetime64(UNTIL)
PERIODS = (Stretch(_LAST - 364, _LAST), Stretch(_LAST - 729, _LAST - 365))


def company(seed: int, *, told: bool) -> tuple[Board, list[str], list[str]]:
    """The passages of a simulated company, its open stages, and its teams."""
    tables = simulate(seed=seed, until=UNTIL, stories=told).tables
    deal, event, stage = tables["deal"], tables["deal_event"], tables["stage"]
    steps = [key for key, outcome in zip(stage["key"], stage["outcome"], strict=True) if outcome == "open"]
    place = {key: row for row, key in enumerate(deal["key"])}
    mine = np.flatnonzero(
        [f == "stage" and d in place for f, d in zip(event["field"], event["deal"], strict=True)]
    )
    row = np.array([place[key] for key in event["deal"][mine]])
    names = {**dict.fromkeys(steps, OPEN)}
    outcome_of = dict(zip(stage["key"], stage["outcome"], strict=True))
    outcome = np.array([{"open": OPEN, "won": WON, "lost": LOST}[outcome_of[s]] for s in event["new"][mine]])
    rank = np.array([steps.index(s) if s in names else 0 for s in event["new"][mine]])
    at = event["at"][mine].astype("datetime64[D]")
    fine = at <= _LAST
    found = passages(Stays(row[fine], rank[fine], outcome[fine], at[fine]))
    team_of = _teams(tables)
    teams = [team_of(deal["owner"][d], day) for d, day in zip(found.deal, found.entered, strict=True)]
    groups = sorted({team for team in teams if team})
    status = deal["status"][found.deal]
    closed = np.where(
        status == "open", np.datetime64("NaT"), deal["closed_at"][found.deal].astype("datetime64[D]")
    )
    board = Board(
        found.rank, np.array([groups.index(t) if t else -1 for t in teams]),
        (deal["kind"][found.deal] == "existing").astype(np.int64), deal["amount"][found.deal] / 100.0,
        Cases(found.entered, found.passed, found.left, _LAST), closed, status == "won",
    )  # fmt: skip
    return board, steps, groups


def _teams(tables: dict[str, dict[str, np.ndarray]]):  # type: ignore[no-untyped-def,type-arg]
    stays: dict[str, list[tuple[np.datetime64, np.datetime64, str]]] = {}
    m = tables["membership"]
    for person, team, first, last in zip(m["person"], m["team"], m["valid_from"], m["valid_to"], strict=True):
        stays.setdefault(person, []).append((first, last, team))

    def team(person: str | None, day: np.datetime64) -> str | None:
        for first, last, name in stays.get(person or "", []):
            if (np.isnat(first) or first <= day) and (np.isnat(last) or day <= last):
                return name
        return None

    return team


# --- worlds with known truth ---


@dataclass
class World:
    """Drawn cases; ``share`` (year, step, group) is the true share, ``cost`` what `PLACE` truly loses."""

    board: Board
    share: Floats
    cost: dict[str, float] = field(default_factory=dict)


def world(rng: np.random.Generator, loss: float = 0.0, stay: float = 1.0) -> World:
    """A company; at `PLACE` the second year has log-odds lower by ``loss``, waits ``stay`` times as long."""
    shape = (2, STEPS, GROUPS)
    odds = rng.uniform(0.8, 2.2, (1, STEPS, 1)) + 0.15 * rng.standard_normal((1, STEPS, GROUPS))
    odds = odds + 0.1 * rng.standard_normal(shape)
    odds[1][PLACE] -= loss
    pace = np.exp(rng.uniform(2.0, 3.2, (1, STEPS, 1)) + 0.1 * rng.standard_normal(shape))
    pace[1][PLACE] *= stay
    share = 1 / (1 + np.exp(-odds))
    size = rng.poisson(np.broadcast_to(rng.uniform(40, 160, (1, 1, GROUPS)), shape))
    parts = [_cell(rng, share, pace, size, place) for place in np.ndindex(shape)]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    board = Board(*columns[:4], Cases(*columns[4:7], AS_OF), *columns[7:])
    ends = YEARS[1].quarters
    onward = float(share[1, PLACE[0] + 1 :].mean(axis=1).prod())
    each = size[1][PLACE] / ends * 10_000 * np.exp(0.18) * onward
    peers = [g for g in range(GROUPS) if g != PLACE[1]]
    now = share[1][PLACE]
    normal = float(np.average(share[1][PLACE[0], peers], weights=size[1][PLACE[0], peers]))
    cost = {"past": each * (share[0][PLACE] - now), "peers": each * (normal - now)}
    return World(board, share, {name: float(value) for name, value in cost.items()})


def _cell(
    rng: np.random.Generator, share: Floats, pace: Floats, size: Ints, place: tuple[int, ...]
) -> list[np.ndarray]:  # type: ignore[type-arg]
    year, step, group = place
    n = int(size[place])
    entered = YEARS[year].start + rng.integers(0, 365, n)
    wait = pace[place] * rng.lognormal(0, 0.6, n) * np.where(rng.random(n) < 0.03, 12, 1)
    end = entered + wait.astype(np.int64)
    good = rng.random(n) < share[place]
    never = np.datetime64("NaT", "D")
    onward = float(share[year, step + 1 :].mean(axis=1).prod())
    won = good & (rng.random(n) < onward)
    closed = np.where(good, end + rng.integers(5, 60, n), end)
    known = closed <= AS_OF
    amount = 10_000 * rng.lognormal(0, 0.6, n)
    same = [np.full(n, value) for value in (step, group, 0)]
    return [
        *same, amount, entered, np.where(good & (end <= AS_OF), end, never),
        np.where(~good & (end <= AS_OF), end, never), np.where(known, closed, never), won & known,
    ]  # fmt: skip


KINDS = (("loss .5", 0.5, 1.0), ("loss .8", 0.8, 1.0), ("loss 1.2", 1.2, 1.0), ("stay x 2", 0.0, 2.0),
         ("loss .8, stay x 2", 0.8, 2.0))  # fmt: skip


def _worlds(count: int) -> Iterator[Row]:
    rng = np.random.default_rng(2027)
    clean = [world(rng).board for _ in range(count)]
    for method, name in METHODS.items():
        share = sum(name(board, YEARS[1], YEARS[0]) is not None for board in clean) / count
        target = "at most .05" if method == "ours" else ""
        yield _row(
            f"{count} clean worlds: one named, {method}", share, target, method != "ours" or share <= 0.05
        )
    covered: list[bool] = []
    for number, (kind, loss, stay) in enumerate(KINDS):
        rng = np.random.default_rng([2027, number])
        drawn = [world(rng, loss, stay) for _ in range(count // 3)]
        found = [bottlenecks(one.board, YEARS[1], YEARS[0]) for one in drawn]
        first = [_place(report.hints[0]) if report.hints else None for report in found]
        covered += [
            hit for one, report in zip(drawn, found, strict=True) for hit in _covered(one, report.cells)
        ]
        for method, name in METHODS.items():
            named = first if method == "ours" else [name(one.board, YEARS[1], YEARS[0]) for one in drawn]
            share = sum(one == PLACE for one in named) / len(drawn)
            yield _row(f"{kind}: the right one named first, {method}", share, "", True)
    share = sum(covered) / len(covered)
    yield _row(
        "cost of a hint that is one: 95 % intervals that hold the truth",
        share,
        ".92-.98",
        0.92 <= share <= 0.985,
    )


def _covered(one: World, cells: tuple[Cell, ...]) -> Iterator[bool]:
    for cell in cells:
        if _place(cell) == PLACE and cell.verdict == "hint":
            for a in cell.against:
                yield a.cost.low <= one.cost[a.reference] <= a.cost.high


# --- the usual ways ---


def _place(cell: Cell) -> tuple[int, int]:
    return cell.step, cell.group


def ours(board: Board, period: Stretch, earlier: Stretch) -> tuple[int, int] | None:
    """The first hint."""
    found = bottlenecks(board, period, earlier)
    return _place(found.hints[0]) if found.hints else None


def lowest_share(board: Board, period: Stretch, _earlier: Stretch) -> tuple[int, int] | None:
    """The lowest share of all steps and groups, against its peers, if p < .05."""
    tests = _two_shares(board, period)
    _, p, place = min(tests)
    return place if p < 0.05 else None


def all_tests(board: Board, period: Stretch, _earlier: Stretch) -> tuple[int, int] | None:
    """The most significant difference to the peers, if p < .05 over all of them."""
    tests = _two_shares(board, period)
    p, place = min((p, place) for _, p, place in tests)
    return place if p * len(tests) < 0.05 else None


def _two_shares(board: Board, period: Stretch) -> list[tuple[float, float, tuple[int, int]]]:
    """Share among the decided, one-sided p of two shares, place."""
    from scipy.special import ndtr

    cases = board.cases
    decided: Bools = (cases.entered >= period.start) & (cases.entered <= period.end)
    decided = decided & (cases.has_passed | cases.has_left) & (board.group >= 0)
    found = []
    for step in np.unique(board.step).tolist():
        for group in np.unique(board.group[decided]).tolist():
            mine = decided & (board.step == step) & (board.group == group)
            rest = decided & (board.step == step) & (board.group != group)
            if mine.sum() < 10 or rest.sum() < 10:
                continue
            here, there = cases.has_passed[mine].mean(), cases.has_passed[rest].mean()
            both = cases.has_passed[mine | rest].mean()
            spread = np.sqrt(both * (1 - both) * (1 / mine.sum() + 1 / rest.sum()))
            p = float(ndtr((here - there) / spread)) if spread > 0 else 1.0
            found.append((float(here), p, (step, group)))
    return found


METHODS = {"ours": ours, "lowest share": lowest_share, "all tests": all_tests}


def _false(what: str, share: float, method: str) -> Row:
    ours = method == "ours"
    return _row(what, share, "at most .05" if ours else "", not ours or share <= 0.05)


def _row(what: str, share: float, target: str, met: bool) -> Row:
    return what, f"{share:.3f}", "not measured", target, met


def write(rows: list[Row], file: Path) -> None:
    """The table as Markdown."""
    lines = [
        "# Bottleneck",
        "",
        "| measured | ours | best in the research | target | met |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {what} | {value} | {best} | {target or '–'} | {('yes' if met else '**no**') if target else '–'} |"
        for what, value, best, target, met in rows
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    table = main(Path(sys.argv[1]), *(int(n) for n in sys.argv[2:3]))
    for line in table:
        print(" | ".join(map(str, line)))
    write(table, Path(__file__).parent / "results" / "bottleneck.md")
