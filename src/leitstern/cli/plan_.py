"""`leitstern plan`: from a won value back to the deals, leads, meetings and money it takes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.figures import NONE
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.analyses.reverse import ReversePlan

FACTOR = click.FloatRange(min=0, min_open=True)
AMOUNT = click.FloatRange(min=0)


@click.command
@click.argument("value", type=AMOUNT)
@click.option("--from", "start", type=options.DAY, required=True, help="First day whose wins count.")
@click.option("--to", "end", type=options.DAY, required=True, help="Last day whose wins count.")
@click.option("--price", type=FACTOR, default=1.0, help="Times the measured value of a deal.")
@click.option("--conversion", type=FACTOR, default=1.0, help="Times the measured conversions.")
@click.option("--cost-per-lead", type=FACTOR, default=1.0, help="Times the measured cost.")
@click.option("--meetings-per-deal", type=FACTOR, default=1.0, help="Times the measured number.")
@click.option("--commission", type=AMOUNT, default=0.0, help="Share of the won value, such as 0.05.")
@click.option("--hires", type=AMOUNT, default=0.0, help="New full-time sellers.")
@click.option("--cost-per-hire", type=AMOUNT, default=0.0, help="What each costs a month.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="Tables for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(state: State, /, value: float, start: date, end: date, form: str, **assumed: Any) -> None:
    """Plan back from a won VALUE to what must arrive in each month.

    Each line is counted back by itself: how many of such records won in the past, and how much later.
    """
    from leitstern.analyses.reverse import reverse_plan
    from leitstern.cli.show_ import ensure_generation
    from leitstern.insight.reverse.plan import Assumptions

    ensure_generation(state)
    found = reverse_plan(state.workspace, value, start, end, Assumptions(**assumed))
    if form == "json":
        click.echo(jsonout.dumps(found.as_json()))
        return
    say = _Say(state)
    _table(say, found)
    _notes(say, found)


class _Say:
    """Texts of reverse plans, and amounts in the language to answer in."""

    def __init__(self, state: State) -> None:
        from leitstern.server.figures import Figures

        settings = state.workspace.settings
        self.language = state.language
        self.figures = Figures(state.language, settings.country, settings.currency)

    def __call__(self, code: str, /, **values: object) -> str:
        from leitstern.messages import message

        return message(f"reverse.{code}", self.language, **values)

    def money(self, amount: float) -> str:
        return self.figures.amount(round(amount), "currency")


def _table(say: _Say, found: ReversePlan) -> None:
    from leitstern.insight.reverse.plan import whole

    plan, plain = found.plan, say.figures.plain
    months = [f"{month // 12}-{month % 12 + 1:02d}" for month in plan.months]
    columns = [tables.Column(say("what"))]
    columns += [tables.Column(head, number=True) for head in (say("usual"), *months, say("total"))]
    rows = []
    for one in plan.stages:
        cells = [NONE] * (len(months) + 1)
        if one.verdict == "plan":
            counts = whole(one.arrive)
            cells = [*map(plain, counts), plain(sum(counts))]
        rows.append([say(one.stage), plain(one.usual, 1), *cells])
    for name, amounts in (("meetings", plan.meetings), ("spend", plan.spend)):
        if amounts is not None:
            counts = whole(amounts)
            rows.append([say(name), NONE, *map(plain, counts), plain(sum(counts))])
    if plan.heads is not None:
        usual = NONE if found.sellers is None else plain(found.sellers, 1)
        rows.append([say("heads"), usual, *(plain(v, 1) for v in plan.heads), NONE])
    tables.show(columns, rows, title=say("title"))


def _notes(say: _Say, found: ReversePlan) -> None:
    plan, plain = found.plan, say.figures.plain
    for one in plan.stages:
        if one.verdict != "plan":
            click.echo(f"{say(one.stage)}: {say(one.verdict)}")
    click.echo(say("wins", wins=plain(-(-plan.wins // 1)), value=say.money(plan.value)))
    if plan.hires:
        click.echo(say("hires", hires=plain(plan.hires, 1)))
    if plan.cost is not None:
        click.echo(say("cost", cost=say.money(-(-round(plan.cost, 6) // 1))))
    so_far = ", ".join(f"{plain(count)} {say(stage)}" for stage, count in found.so_far.items())
    click.echo(say("running", month=f"{found.as_of:%Y-%m}", so_far=so_far))
