"""`leitstern hygiene`: what is wrong with the KPIs in use, and which goals work against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leitstern.cli import jsonout, tables
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.analyses.hygiene import Looks
    from leitstern.insight.hygiene.notes import GoalNote
    from leitstern.server.insight.hygiene_words import Words

#: Pairs of KPIs that are no goals are in the JSON only.
_HEADS = ("severity", "finding")


@click.command
@click.option(
    "--for", "aim", metavar="GOAL", help="Instead: three to five KPIs for a business goal, in words."
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="Tables for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(state: State, /, aim: str | None, form: str) -> None:
    """Check the KPIs in use and their goals, and find goals that work against each other.

    A KPI is in use when it has a goal, is the company's own, or was looked at within 60 days. That two goals
    did collide is a hint: where nothing changed, at most 1 company in 20 is told so.
    """
    if aim is not None:
        _choose(state, aim, form)
        return
    from leitstern.analyses.conflicts import conflicts
    from leitstern.analyses.hygiene import hygiene
    from leitstern.analyses.leads import tradeoffs
    from leitstern.cli.show_ import ensure_generation

    ensure_generation(state)
    goals, looks, said = _kept(state)
    info = state.workspace.generation()
    assert info is not None  # ensured above
    checked = hygiene(state.workspace, goals, looks).as_json()
    against = conflicts(state.workspace, [one for one in goals if one.open_on(info.as_of)]).as_json()
    both = tradeoffs(state.workspace, checked["used"]).as_json()
    if form == "json":
        click.echo(jsonout.dumps({"hygiene": checked, "conflicts": against, "tradeoffs": both}))
        return
    rows = [(said.severity(one["severity"]), said.finding(one)) for one in checked["findings"]]
    tables.show([tables.Column(state.say(f"head_{name}")) for name in _HEADS], rows)
    for one in against["conflicts"]:
        if one["goals"]:
            told = said.conflict(one)
            lines = [told.what, told.standing, told.happened, told.segment, told.compared]
            click.echo()
            click.echo("\n".join(filter(None, [*lines, *(text for text, _ in told.proposals)])))
    for one in both["found"]:
        click.echo()
        click.echo(said.tradeoff(one))


def _choose(state: State, aim: str, form: str) -> None:
    from leitstern.analyses.choice import choice

    found = choice(state.workspace, aim).as_json()
    if form == "json":
        click.echo(jsonout.dumps(found))
        return
    columns = [tables.Column(state.say(f"head_{name}")) for name in ("kpi", "name", "why")]
    tables.show(columns, [_reason(state, one) for one in found["chosen"]])


def _reason(state: State, one: dict[str, Any]) -> tuple[str, str, str]:
    from leitstern.messages import message

    role = "leading_one" if one["role"] == "leading" and one["steps"] == 1 else one["role"]
    of = _name(state, one["of"]) if one["of"] else ""
    why = message(f"choice.{role}", state.language, of=of, steps=one["steps"])
    return one["kpi"], _name(state, one["kpi"]), why


def _name(state: State, kpi: str) -> str:
    name = state.workspace.catalogue.get(kpi).name
    return name.de if state.language == "de" else name.en


def _kept(state: State) -> tuple[list[GoalNote], Looks, Words]:
    """Goals and looks as the server keeps them (none without one), and words to say what was found."""
    from leitstern.cli import eyes

    eyes.viewer(state)
    from leitstern.analyses.hygiene import Looks
    from leitstern.server import looks
    from leitstern.server.figures import Figures
    from leitstern.server.insight.hygiene import MEANT, notes
    from leitstern.server.insight.hygiene_words import Words
    from leitstern.server.models import Account, GoalRow

    settings, catalogue = state.workspace.settings, state.workspace.catalogue
    there = eyes.has_goals()
    goals = notes(GoalRow.objects.filter(state__in=MEANT)) if there else []
    owners = {str(one.pk): str(one) for one in Account.objects.all()} if there else {}
    names = {
        f"{kind}:{key}": name for kind in ("team", "person") for key, name in state.workspace.subjects(kind)
    }
    said = Words(
        state.language,
        Figures(state.language, settings.country, settings.currency),
        lambda kpi: _name(state, kpi),
        lambda kpi: catalogue.get(kpi).unit,
        lambda key: owners.get(key, key),
        lambda key: names.get(key, key.partition(":")[2]),
        state.cells.cell,
    )
    return goals, Looks(looks.last(), looks.since()) if there else Looks({}, None), said
