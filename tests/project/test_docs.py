"""Docs that cannot rot: generated pages are current, links lead somewhere, commands named exist."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(_script("generate_docs").PAGES))
def test_generated_pages_are_current(name: str) -> None:
    page = _script("generate_docs").PAGES[name]
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page(), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href|srcset)="([^"]+)"', text)
    for target in targets:
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page.name} links to {target}"
        if anchor and found.suffix == ".md":
            assert anchor in _anchors(found), f"{page.name} links to {target}"


def _anchors(page: Path) -> set[str]:
    """The names of a page's headings as a renderer forms them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


TOML = [
    (page, block)
    for page in PAGES
    for block in re.findall(
        r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
]


@pytest.mark.parametrize(("page", "block"), TOML, ids=lambda value: getattr(value, "name", ""))
def test_mappings_in_the_docs_are_right(page: Path, block: str) -> None:
    from leitstern.facts.mapping import parse

    assert parse(block, page.name).table


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_the_docs_exist(page: Path) -> None:
    """Each `leitstern ...` in the docs names a command with options it has."""
    import click

    from leitstern.cli import cli

    for line in re.findall(
        r"(?:^    |`)leitstern ([^`\n]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE
    ):
        words = [word for word in line.partition("#")[0].split() if word != "..."]
        options = [word for word in words if re.fullmatch(r"--[a-z-]+", word)]
        name = next((word for word in words if cli.get_command(click.Context(cli), word)), None)
        command = cli.get_command(click.Context(cli), name) if name else cli
        assert command is not None
        known = {option for parameter in (*cli.params, *command.params) for option in parameter.opts}
        assert set(options) <= known | {"--help"}, f"{page.name}: leitstern {line}"
