"""`leitstern funnel`: conversion from step to step, the bottleneck, and the handovers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, get_args

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.figures import NONE
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.analyses.funnel import Bottleneck, Funnel, Group, Row
    from leitstern.analyses.handovers import Handovers
    from leitstern.insight.funnel.bottleneck import Amount, Cell
    from leitstern.insight.funnel.waits import Quantile

#: Leaks and customers beyond so many are in the JSON only.
MOST = 12
BY = ("campaign", "source", "team", "segment")


@click.command
@click.option("--by", type=click.Choice(BY), help="Also by campaign, source, team or segment.")
@options.start
@options.end
@click.option(
    "--how", type=click.Choice(["cohort", "period"]), default="cohort", show_default=True,
    help="What became of those that entered in the period, or what moved in it.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="Tables for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(
    state: State, /, by: str | None, start: date | None, end: date | None, how: str, form: str
) -> None:
    """Show the funnel, the bottleneck and the handovers.

    The default period are the last 365 days. Shares come with their 95 % range. A bottleneck is a hint: what
    it costs against the year before and against the others.
    """
    from leitstern.analyses.funnel import bottleneck, funnel
    from leitstern.analyses.funnel_data import By
    from leitstern.analyses.handovers import handovers
    from leitstern.cli.show_ import ensure_generation

    ensure_generation(state)
    known: dict[str, By] = {name: name for name in get_args(By)}
    chosen = known[by] if by else None
    found = funnel(state.workspace, chosen, start, end)
    stuck = bottleneck(state.workspace, chosen or "team", start, end)
    handed = handovers(state.workspace, start, end)
    if form == "json":
        whole = {"funnel": found.as_json(), "bottleneck": stuck.as_json(), "handovers": handed.as_json()}
        click.echo(jsonout.dumps(whole))
        return
    say = _Say(state)
    _steps(say, found, how)
    _bottleneck(say, stuck)
    click.echo()
    _leaks(say, found)
    click.echo()
    _handovers(say, handed)


class _Say:
    """Texts of the funnel and numbers in the language to answer in."""

    def __init__(self, state: State) -> None:
        from leitstern.server.figures import Figures

        settings = state.workspace.settings
        self.language = state.language
        self.cells = state.cells
        self._figures = Figures(state.language, settings.country, settings.currency)

    def __call__(self, code: str, /, **values: object) -> str:
        from leitstern.messages import message

        return message(f"funnel.{code}", self.language, **values)

    def group(self, group: Group | None) -> str:
        if group is None:
            return self("all")
        return group.name or group.id or self("not_assigned")

    def stage(self, names: dict[str, str], key: str) -> str:
        """A stage's name; without a pipeline there is one, the deal."""
        return names.get(key) or (self("step_deal") if key == "deal" else key)

    def days(self, quantile: Quantile) -> str:
        return self("not_reached") if quantile.days is None else self.cells.whole(quantile.days)

    def money(self, amount: float | None) -> str:
        """Whole amounts: more would pretend to know them."""
        return self._figures.amount(None if amount is None else round(amount), "currency")

    def range(self, low: float, high: float) -> str:
        return f"{self.cells.share(round(low, 4))} – {self.cells.share(round(high, 4))}"

    def amount(self, amount: Amount) -> dict[str, str]:
        low, high = (self.money(value) for value in (amount.low, amount.high))
        return {"cost": self.money(amount.value), "low": low, "high": high}


def _steps(say: _Say, found: Funnel, how: str) -> None:
    title = say(
        "title_steps", first=say.cells.cell(found.times.start), last=say.cells.cell(found.times.end)
    )  # fmt: skip
    names = {step: say(f"step_{step}") for step in ("lead", "mql", "sql", "deal", "quote", "won")}
    for head, rows in ((title, found.steps + found.whole), (say("title_stages"), found.stages)):
        known = names if rows is not found.stages else {**found.stage_names, "won": names["won"]}
        _table(say, head, rows, known, how, with_group=found.by is not None)


def _table(
    say: _Say, title: str, rows: tuple[Row, ...], names: dict[str, str], how: str, *, with_group: bool
) -> None:
    counts = ["entered", "passed", "left", *(["open"] if how == "cohort" else [])]
    heads = ["share", "range", *(["window", "median", "upper"] if how == "cohort" else [])]
    if not rows:
        return
    columns = [tables.Column(say("head_step"))]
    columns += [tables.Column(say("head_group"))] if with_group else []
    columns += [tables.Column(say(f"head_{name}"), number=True) for name in [*counts, *heads]]
    lines = []
    for row in rows:
        line = [f"{names.get(row.step, row.step)} → {names.get(row.to, row.to)}"]
        line += [say.group(row.group)] if with_group else []
        lines.append((*line, *(_cohort(say, row) if how == "cohort" else _flow(say, row))))
    tables.show(columns, lines, title=title)
    click.echo()


def _cohort(say: _Say, row: Row) -> list[str]:
    c, wait = row.cohort, row.wait
    counts = [say.cells.whole(n) for n in (c.entered, c.passed, c.left, c.open)]
    share = [say(c.verdict), ""] if c.value is None else [_share(say, c.value), say.range(c.low, c.high)]
    few = wait.verdict == "too_little"
    waits = [NONE if few else say.days(quantile) for quantile in (wait.median, wait.upper)]
    return [*counts, *share, say.cells.whole(c.horizon), *waits]


def _flow(say: _Say, row: Row) -> list[str]:
    f = row.flow
    counts = [say.cells.whole(n) for n in (f.entered, f.passed, f.left)]
    if f.share.value is None or f.share.verdict != "fine":
        return [*counts, say("too_little"), ""]
    return [*counts, _share(say, f.share.value), say.range(f.share.low, f.share.high)]


def _share(say: _Say, value: float) -> str:
    return say.cells.share(round(value, 4))


def _bottleneck(say: _Say, found: Bottleneck) -> None:
    if found.found.verdict != "hint":
        click.echo(say(f"bottleneck_{found.found.verdict}", tests=say.cells.whole(found.found.tests)))
    for cell in found.found.hints:
        _hint(say, found, cell)


def _hint(say: _Say, found: Bottleneck, cell: Cell) -> None:
    key = found.stage_keys[cell.step]
    names = {"stage": say.stage(found.stage_names, key), "group": say.group(found.groups[cell.group])}
    if cell.cost is not None:
        code = "bottleneck_hint" if cell.cost.value > 0 else "bottleneck_slow"
        click.echo(say(code, **names, **say.amount(cell.cost)))
    said: dict[str, Any] = {"share": _share(say, cell.share), "n": say.cells.whole(cell.n)}
    click.echo("  " + say("now", **said, days=say.days(cell.wait.median)))
    for a in cell.against:
        said = {"share": _share(say, a.share), "n": say.cells.whole(a.n), "days": say.days(a.wait.median)}
        click.echo("  " + say(f"against_{a.reference}", **said, **say.amount(a.cost)))


def _leaks(say: _Say, found: Funnel) -> None:
    lines = []
    for leak in found.leaks[:MOST]:
        key = found.stage_keys[leak.step] if leak.step >= 0 else None
        names = say("outside") if key is None else say.stage(found.stage_names, key), leak.reason
        share = _share(say, leak.share.value or 0), say.range(leak.share.low, leak.share.high)
        lines.append((
            names[0], names[1] or say("no_reason"), say.cells.whole(leak.count), *share, say.money(leak.value)
        ))  # fmt: skip
    heads = ("stage", "reason", "count", "share", "range", "value")
    columns = [tables.Column(say(f"head_{name}"), number=name not in heads[:2]) for name in heads]
    tables.show(columns, lines, title=say("title_leaks"))


def _handovers(say: _Say, found: Handovers) -> None:
    lines = []
    for name, one in found.handovers.items():
        never = one.never
        said = [say("too_little"), ""]
        if never.value is not None and never.verdict == "fine":
            said = [_share(say, never.value), say.range(never.low, never.high)]
        waits = [say.days(q) for q in (one.wait.median, one.wait.upper)]
        lines.append((say(name), say.cells.whole(one.wait.n), *waits, *said))
    heads = ("handover", "count", "median", "upper", "never", "range")
    columns = [tables.Column(say(f"head_{name}"), number=name != "handover") for name in heads]
    if lines:
        tables.show(columns, lines, title=say("title_handovers"))
        click.echo()
    _silent(say, found)


def _silent(say: _Say, found: Handovers) -> None:
    counts = {"customers": say.cells.whole(found.customers), "days": say.cells.whole(found.quiet_days)}
    if not found.silent:
        click.echo(say("silent_none" if found.recorded else "silent_unknown", **counts))
        return
    click.echo(say("silent", count=say.cells.whole(len(found.silent)), **counts))
    for customer in found.silent[:MOST]:
        days = say("days", days=say.cells.whole(customer.days))
        click.echo(f"  {customer.name} ({customer.id}): {days}, {say.money(customer.value)}")
