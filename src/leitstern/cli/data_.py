"""`leitstern data`: the facts at hand, the imports, the rows set aside."""

from __future__ import annotations

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.state import State


@click.command
@click.option("--imports", "what", flag_value="imports", help="Show the receipts of all imports.")
@click.option("--set-aside", "what", flag_value="set_aside", help="Show what counts nowhere, and why.")
@click.option("--limit", default=100, show_default=True, help="At most so many of them; 0: all.")
@options.output
@click.pass_obj
def command(state: State, /, what: str | None, limit: int, form: str) -> None:
    """List the facts of the newest generation: records, and the day of the newest one."""
    if what == "imports":
        _imports(state, form)
    elif what == "set_aside":
        _set_aside(state, limit, form)
    else:
        _facts(state, form)


def _facts(state: State, form: str) -> None:
    from leitstern.cli.show_ import ensure_generation

    ensure_generation(state)
    info = state.workspace.generation()
    assert info is not None
    rows = [(name, fact.rows, fact.newest) for name, fact in info.facts.items() if fact.rows]
    if form == "json":
        facts = [{"fact": name, "rows": count, "newest": newest} for name, count, newest in rows]
        click.echo(
            jsonout.dumps(
                {"generation": info.number, "built_at": info.built_at, "as_of": info.as_of, "facts": facts}
            )
        )
    elif form == "csv":
        tables.write_csv(("fact", "rows", "newest"), rows)
    else:
        say, cells = state.say, state.cells
        columns = [
            tables.Column(say("head_fact")),
            tables.Column(say("head_rows"), number=True),
            tables.Column(say("head_newest"), number=True),
        ]
        title = say("generation", number=info.number, at=cells.cell(info.built_at))
        tables.show(columns, [(n, cells.whole(c), cells.cell(d)) for n, c, d in rows], title=title)


def _imports(state: State, form: str) -> None:
    receipts = state.workspace.receipts()
    if form == "json":
        click.echo("".join(jsonout.lines(receipts)), nl=False)
        return
    numbers = ("read", "loaded", "updated", "unchanged", "set_aside", "left_out")
    rows = [
        (
            r.batch, r.file, r.sheet, r.fact,
            r.rows_read, r.loaded, r.updated, r.unchanged, r.rows_set_aside, r.left_out,
        )
        for r in receipts
    ]  # fmt: skip
    if form == "csv":
        tables.write_csv(("import", "file", "sheet", "fact", *numbers), rows)
        return
    say, cells = state.say, state.cells
    columns = [tables.Column(say("head_import"), number=True)]
    columns += [tables.Column(say("head_file")), tables.Column(say("head_fact"))]
    columns += [tables.Column(say(f"head_{name}"), number=True) for name in numbers]
    tables.show(
        columns,
        [(str(row[0]), tables.place(row[1], row[2]), row[3], *map(cells.whole, row[4:])) for row in rows],
    )


def _set_aside(state: State, limit: int, form: str) -> None:
    from leitstern.facts.receipts import reason_text

    rows = state.workspace.set_aside(limit=limit or 2**31)
    if form == "json":
        click.echo("".join(jsonout.lines(rows)), nl=False)
    elif form == "csv":
        names = ("batch", "file", "sheet", "fact", "line", "column", "reason", "value", "key")
        tables.write_csv(("import", *names[1:]), [[getattr(r, name) for name in names] for r in rows])
    elif not rows:
        state.note("no_set_aside")
    else:
        tables.show(
            [
                tables.Column(state.say(f"head_{head}"), number=head == "line")
                for head in ("file", "line", "fact", "key", "column", "value", "reason")
            ],
            [
                (
                    tables.place(r.file, r.sheet), str(r.line), r.fact, r.key or "", r.column or "",
                    r.value or "",
                    reason_text(r.reason, state.language),
                )
                for r in rows
            ],
        )  # fmt: skip
