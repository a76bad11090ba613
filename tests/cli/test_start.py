"""The commands start fast, because they import only what they need."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from leitstern.cli import COMMANDS, cli

HEAVY = {
    "babel",
    "django",
    "duckdb",
    "holidays",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "rich",
    "sqlglot",
    "yaml",
}

PROBE = """
import json, sys
from leitstern.cli import run
code = run(json.loads(sys.argv[1]))
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


def imported_by(*arguments: str) -> set[str]:
    """Top modules that are loaded after a command ran successfully, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(arguments)], capture_output=True, text=True, check=True
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    assert not imported_by(*arguments) & HEAVY


def test_making_a_workspace_needs_no_data_library(tmp_path: Path) -> None:
    assert not imported_by("init", str(tmp_path / "acme")) & (HEAVY - {"pydantic"})


def test_the_catalogue_needs_no_data_library(tmp_path: Path) -> None:
    imported_by("init", str(tmp_path / "acme"))
    heavy = imported_by("-w", str(tmp_path / "acme"), "kpis") & HEAVY
    assert heavy <= {"pydantic", "sqlglot", "yaml"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_agrees_with_the_commands(name: str) -> None:
    command = importlib.import_module(f"leitstern.cli.{name.replace('-', '_')}_").command
    assert isinstance(command, click.Command)
    assert command.help
    context = click.Context(cli)
    assert cli.get_command(context, name) is command
