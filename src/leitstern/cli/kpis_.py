"""`leitstern kpis`: the catalogue, a search in it, one KPI's sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.engine.reasons import Account
    from leitstern.kpis.definition import Definition


@click.command
@click.argument("words", metavar="[NAME]", nargs=-1)
@options.output
@click.pass_obj
def command(state: State, /, words: tuple[str, ...], form: str) -> None:
    """List the KPIs; search them by any of their names; show the sheet of KPI NAME."""
    text = " ".join(words)
    catalogue = state.workspace.catalogue
    if text in catalogue:
        _sheet(state, text, form)
        return
    found = catalogue.search(text, state.language) if text else list(catalogue)
    if not found:
        catalogue.get(text)  # says which name is near
    _list(state, found, form)


def _list(state: State, found: list[Definition], form: str) -> None:
    if form == "json":
        click.echo("".join(jsonout.lines(_summary(d) for d in found)), nl=False)
    elif form == "csv":
        heads = ("kpi", "version", "name_de", "name_en", "unit", "level", "timing", "about", "owner")
        tables.write_csv(
            heads,
            [
                (d.kpi, d.version, d.name.de, d.name.en, d.unit, d.level, d.timing, d.about, d.owner)
                for d in found
            ],
        )
    else:
        say, language = state.say, state.language
        columns = [tables.Column(say(head)) for head in ("head_kpi", "head_name", "head_unit", "head_means")]
        tables.show(
            columns,
            [
                (d.kpi, getattr(d.name, language), say(f"unit_{d.unit}"), getattr(d.means, language))
                for d in found
            ],
        )


def _summary(definition: Definition) -> dict[str, Any]:
    """The definition as its file says it."""
    return definition.model_dump(mode="json", by_alias=True, exclude_none=True)


def _sheet(state: State, name: str, form: str) -> None:
    from leitstern.kpis.words import in_words

    catalogue, language = state.workspace.catalogue, state.language
    entry = catalogue.entry(name)
    definition = entry.definition
    words = in_words(definition, catalogue, language)
    accounts = state.workspace.accounts(name) if state.workspace.generation() else []
    if form == "json":
        plain = {"in_words": words, "file": entry.file, "records": accounts}
        click.echo(jsonout.dumps({**_summary(definition), **plain}))
        return
    say = state.say
    also = getattr(definition.also_called, language)
    versions = ", ".join(
        f"{d.version}" + (f" ({say('since', day=d.valid_from)})" if d.valid_from else "")
        for d in catalogue.versions(name)
    )
    facts = [
        ("head_name", getattr(definition.name, language)),
        ("head_means", getattr(definition.means, language)),
        ("head_also_called", ", ".join(also)),
        ("head_unit", say(f"unit_{definition.unit}")),
        ("head_good", say(f"good_{definition.good}")),
        (
            "head_kind",
            ", ".join(
                say(f"kind_{word}") for word in (definition.level, definition.timing, definition.about)
            ),
        ),
        ("head_owner", definition.owner),
        ("head_drives", ", ".join(definition.drives)),
        ("head_paired_with", ", ".join(definition.paired_with)),
        ("head_formula", definition.formula),
        ("head_in_words", words),
        ("head_versions", versions),
        ("head_file", entry.file),
    ]
    rows = [(say(head), value) for head, value in facts if value]
    if form == "csv":
        tables.write_csv((say("head_what"), name), rows)
    else:
        tables.show([tables.Column(say("head_what")), tables.Column(name)], rows)
        _accounts(state, accounts)


def _accounts(state: State, accounts: list[Account]) -> None:
    """What becomes of the records the KPI could count: a line for each class, adding up to all."""
    from leitstern.kpis.labels import fact_label

    say, cells, language = state.say, state.cells, state.language
    rows = []
    for one in accounts:
        fact = fact_label(one.fact, language, plural=True)
        rows.append((fact, say("account_counted"), cells.whole(one.counted), ""))
        if one.outside:
            rows.append((fact, say("account_outside"), cells.whole(one.outside), ""))
        for why in one.reasons:
            said = say("account_aside", reason=why.text(one.fact, language))
            rows.append((fact, said, cells.whole(why.count), why.example))
    if rows:
        click.echo("")
        columns = [
            tables.Column(say("head_fact")),
            tables.Column(say("head_account")),
            tables.Column(say("head_rows"), number=True),
            tables.Column(say("head_example")),
        ]
        tables.show(columns, rows)
