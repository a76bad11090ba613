"""`leitstern check`: mistakes in KPI files, and advice on good KPIs."""

from __future__ import annotations

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.state import State

HEADS = ("place", "finding", "remedy")


@click.command
@click.option("--all", "everything", is_flag=True, help="Advice on the shipped KPIs too.")
@options.output
@click.pass_obj
def command(state: State, /, everything: bool, form: str) -> None:
    """Check the workspace's own KPI files.

    Mistakes come first and end with exit code 1; a version that means something else than at the
    last refresh is one. Without any there is advice: a missing counter-KPI, a reach metric that
    claims to be a result, two KPIs that mean the same.
    """
    from leitstern.kpis import kept
    from leitstern.kpis.lint import lint
    from leitstern.kpis.load import Catalogue

    language = state.language
    catalogue = Catalogue.load(state.workspace.folder / "kpis", strict=False)
    changed = kept.changes(kept.read(state.workspace.folder), catalogue)
    wrong = [*catalogue.problems, *catalogue.check(), *(c.problem for c in changed if c.refused)]
    shipped = {e.file for e in catalogue.entries() if e.shipped}
    advice = [] if wrong else [f for f in lint(catalogue) if everything or f.file not in shipped]
    rows = [("mistake", p.file, p.line, p.inner.text(language), "") for p in wrong]
    rows += [
        ("note", c.problem.file, c.problem.line, c.problem.inner.text(language), "")
        for c in changed
        if not c.refused
    ]
    rows += [(f.severity, f.file, f.line, f.text(language), f.remedy(language)) for f in advice]
    heads = ("severity", "file", "line", "finding", "remedy")
    if form == "json":
        click.echo("".join(jsonout.lines(dict(zip(heads, row, strict=True)) for row in rows)), nl=False)
    elif form == "csv":
        tables.write_csv(heads, rows)
    elif rows:
        columns = [tables.Column(state.say(f"head_{name}")) for name in HEADS]
        tables.show(columns, [(f"{file}:{line}", text, remedy) for _, file, line, text, remedy in rows])
    else:
        state.note("kpis_in_order")
    if wrong:
        click.get_current_context().exit(1)
