"""`leitstern verify`: is the workspace whole?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.upkeep.found import Damage, Part

HEADS = ("part", "state", "checked", "place", "finding", "remedy", "detail")


@click.command
@options.output
@click.pass_obj
def command(state: State, /, form: str) -> None:
    """Check that the workspace is whole: one line for each part.

    Reads everything: settings, KPI files, mappings, imported files, closed periods, the values computed, and
    the application database, which has to fit the program. Says of what is damaged where, what, and what to
    do, and ends with exit code 1. Changes nothing.
    """
    from leitstern.errors import Problem
    from leitstern.settings import FILE

    if not (state.folder / FILE).is_file():
        raise Problem("leitstern.no_workspace", path=state.folder)
    if not tell(state, state.folder, form):
        click.get_current_context().exit(1)


def tell(state: State, folder: Path, form: str) -> bool:
    """Check the workspace in ``folder`` and print what is found; returns whether all of it is whole."""
    parts = list(_parts(folder))
    rows = [row for part in parts for row in _rows(state, part)]
    if form == "json":
        click.echo("".join(jsonout.lines(_plain(state, part) for part in parts)), nl=False)
    elif form == "csv":
        tables.write_csv(HEADS, rows)
    else:
        for part in parts:
            _print(state, part)
    return all(part.state != "damaged" for part in parts)


def _parts(folder: Path) -> Iterator[Part]:
    """All parts; to the look at the application database is added whether it fits the program."""
    from leitstern.upkeep.verify import verify

    for part in verify(folder):
        asked = part.name == "database" and (part.checked or os.environ.get("LEITSTERN_DATABASE"))
        yield _fitting(part, folder) if asked and part.state != "damaged" else part


def _fitting(part: Part, folder: Path) -> Part:
    from leitstern.server.fit import fit
    from leitstern.upkeep.databases import APP
    from leitstern.upkeep.found import Damage

    found, place = fit(folder), APP if part.checked else "LEITSTERN_DATABASE"
    damages = []
    for code, told in (("unasked", found.failed), ("newer", found.unknown), ("lacking", found.lacking)):
        if told:
            damages.append(Damage(place, code, told if isinstance(told, str) else ", ".join(told)[:200]))
    return replace(part, checked=1, damages=tuple(damages), waiting=len(found.waiting))


def _print(state: State, part: Part) -> None:
    """The part's line, and under it what is damaged and what to do."""
    name, found = state.say(f"part_{part.name}"), state.say(f"verify_{part.state}", count=part.checked)
    click.echo(f"{name:<24}{found}" + (state.say("verify_waiting") if part.waiting else ""))
    for damage in part.damages:
        click.echo(f"  {damage.place}: {damage.text(state.language)}{_detail(damage)}")
    if part.damages:
        click.echo(f"  → {part.remedy(state.language)}")


def _detail(damage: Damage) -> str:
    return f" ({damage.detail})" if damage.detail else ""


def _rows(state: State, part: Part) -> list[tuple[object, ...]]:
    about = (part.name, part.state, part.checked)
    if not part.damages:
        return [(*about, "", "", "", "")]
    language = state.language
    return [(*about, d.place, d.text(language), part.remedy(language), d.detail) for d in part.damages]


def _plain(state: State, part: Part) -> dict[str, object]:
    damages = [
        {"place": d.place, "code": d.code, "text": d.text(state.language), "detail": d.detail}
        for d in part.damages
    ]
    remedy = part.remedy(state.language) if damages else None
    return {
        "part": part.name,
        "state": part.state,
        "checked": part.checked,
        "waiting": part.waiting,
        "damages": damages,
        "remedy": remedy,
    }
