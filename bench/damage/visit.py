"""Everything that can be asked of a workspace: commands, pages by their links, and the API's GETs."""

from __future__ import annotations

import contextlib
import html
import io
import random
import re
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

Random = random.Random

#: Commands that are not asked: they serve, make workspaces, or were run before.
_NOT_ASKED = frozenset({"init", "demo", "serve", "import", "refresh", "break-glass", "backup", "restore"})
_LINK = re.compile(r'(?:href|hx-get|src)="(/[^"#]*)"')
_NEVER = re.compile(r"^/(?:static|account/logout|api/v1/docs)|/undo|/delete")
SUBJECTS = ("company", "team", "person", "customer", "campaign", "product", "region")


@dataclass
class Faults:
    """What went wrong: each place once for each kind of error, with its first traceback."""

    found: dict[tuple[str, str], str] = field(default_factory=dict)
    count: int = 0
    asked: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def note(self, place: str, error: BaseException) -> None:
        """Count an error; ``place`` is the command or the page's name."""
        self.count += 1
        last = traceback.extract_tb(error.__traceback__)[-1]
        kind = f"{type(error).__name__} {Path(last.filename).name}:{last.lineno}"
        self.found.setdefault((place, kind), "".join(traceback.format_exception(error)))

    @contextlib.contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Note whatever is raised inside, except what ends the program."""
        self.asked += 1
        begun = time.monotonic()
        try:
            yield
        except Exception as error:  # noqa: BLE001 - every kind of error is what is looked for here
            self.note(place, error)
        self.seconds[place] = self.seconds.get(place, 0) + time.monotonic() - begun


def commands(folder: Path, rng: Random, faults: Faults, share: float) -> None:
    """Run the program's commands on a workspace, in this process: each way to call them by chance."""
    from leitstern.cli import COMMANDS, run

    calls = _calls(rng)
    unknown = set(COMMANDS) - _NOT_ASKED - set(calls)
    assert not unknown, f"commands without a call here: {sorted(unknown)}"
    for name, choices in calls.items():
        for words in choices:
            if rng.random() > share:
                continue
            silent = io.StringIO()
            with (
                faults.at(f"command {name}"),
                contextlib.redirect_stdout(silent),
                contextlib.redirect_stderr(silent),
            ):
                run(["-w", str(folder), "--language", rng.choice(["de", "en"]), name, *words])


def _calls(rng: Random) -> dict[str, list[list[str]]]:
    """Ways to call each command, some of them by chance."""
    from leitstern import clock
    from leitstern.kpis.load import Catalogue

    kpis = sorted(Catalogue.load().names)
    today = clock.today("Europe/Berlin")
    month, year = f"{today:%Y-%m}", str(today.year)
    before = f"{today.year - 1}-{rng.randrange(1, 13):02}"
    by, kpi = rng.choice(SUBJECTS), rng.choice(kpis)
    form = ["--format", rng.choice(["table", "json"])]
    some = rng.sample(kpis, 3)
    return {
        "kpis": [form, [kpi, *form]],
        "check": [["--all"]],
        "show": [[*kpis, "--grain", "year", "--json"], [*kpis, "--by", by, "--from", f"{year}-01-01"],
                 [kpi, "--grain", rng.choice(["day", "week", "quarter", "fiscal-year"]), *form]],
        "records": [[kpi, "--period", rng.choice([month, before, year]), "--limit", "20", *form]],
        "sql": [[kpi, "--by", by]],
        "goals": [form, ["--period", year, *form]],
        "forecast": [[kpi, *form], ["won_value", "--by", rng.choice(["team", "person"]), *form]],
        "pipeline": [form, ["--by", "team"]],
        "funnel": [form, ["--by", rng.choice(["campaign", "source", "team", "segment"]), "--how", "period"]],
        "plan": [["500000", "--from", f"{today.year + 1}-01-01", "--to", f"{today.year + 1}-06-30", *form]],
        "leads": [form],
        "customers": [form, ["--grain", "month"]],
        "compare": [["win_rate", "--by", rng.choice(["team", "campaign", "product", "person"]), *form],
                    [kpi, *form]],
        "track-record": [["won_value", "--months", "3", *form]],
        "hygiene": [form, ["--for", "mehr Umsatz mit Bestandskunden"]],
        "signals": [form, [*some, "--all"]],
        "why": [[kpi, "--period", month, *form], ["revenue", "--period", before, "--against", "previous_year",
                "--over", rng.choice(SUBJECTS[1:])]],
        "account": [form, ["--import", "1", *form]],
        "match": [[f"{kpi}=12,5", "--period", rng.choice([month, before, year]), *form]],
        "quality": [form],
        "data": [form, ["--imports", *form], ["--set-aside", *form]],
        "close": [[before, "--by", "Anna"]],
        "restatements": [form],
        "verify": [form],
        "audit": [["verify"], ["head"]],
    }  # fmt: skip


@dataclass
class Site:
    """The pages and the API of the workspace that Django's settings name, seen by an account."""

    client: Any
    rng: Random
    faults: Faults
    share: float

    def get(self, path: str, name: str) -> str:
        """Get a page; returns its text where it has one. Server errors are faults."""
        with self.faults.at(name):
            answer = self.client.get(path)
            if answer.status_code == 500:
                raise AssertionError(f"{answer.status_code} at {path}")
            if not answer.streaming and answer.get("Content-Type", "").startswith("text/html"):
                return str(answer.content.decode())
        return ""

    def pages(self, most: int) -> None:
        """Pages without parameters, then pages that these link to, by chance, ``most`` of them."""
        seen: set[str] = set()
        ahead: list[str] = []

        def visit(path: str) -> None:
            seen.add(path)
            text = self.get(path, f"page {_shape(path)}")
            found = {html.unescape(link) for link in _LINK.findall(text)}
            ahead.extend(sorted(link for link in found if not _NEVER.search(link) and link not in seen))

        for path in plain_pages():
            if path == "/" or self.rng.random() < self.share:
                visit(path)
        for _ in range(most):
            left = [path for path in ahead if path not in seen]
            if not left:
                return
            shapes = sorted({_shape(path) for path in left})
            shape = self.rng.choice(shapes)
            visit(self.rng.choice(sorted(path for path in left if _shape(path) == shape)))

    def api(self, known: dict[str, list[str]]) -> None:
        """GETs of the API, with what they need and some of what they take."""
        from leitstern.server.api.main import api

        for path, operations in api.get_openapi_schema()["paths"].items():
            if "get" not in operations or self.rng.random() > self.share:
                continue
            where, query = path, {}
            for parameter in operations["get"].get("parameters", []):
                value = self._value(parameter, known)
                if parameter["in"] == "path":
                    where = where.replace("{" + parameter["name"] + "}", value)
                elif parameter.get("required") or self.rng.random() < 0.4:
                    query[parameter["name"]] = value
            self.get(f"{where}?{urlencode(query)}", f"api {path}")

    def _value(self, parameter: dict[str, Any], known: dict[str, list[str]]) -> str:
        name, schema = parameter["name"], parameter.get("schema", {})
        for choice in (schema, schema.get("items", {}), *schema.get("anyOf", [])):
            if "enum" in choice:
                return str(self.rng.choice(choice["enum"]))
        if name in known:
            return self.rng.choice(known[name])
        return "true" if schema.get("type") == "boolean" else "5"


def plain_pages() -> list[str]:
    """The addresses of all pages that need no parameter."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(found: Any, before: str) -> Iterator[str]:
        for one in found.url_patterns:
            path = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one, path)
            elif isinstance(one, URLPattern) and "<" not in path:
                yield "/" + path

    paths = (path for path in walk(get_resolver(), "") if not path.startswith("/api/"))
    return [path for path in dict.fromkeys(paths) if not _NEVER.search(path)]


def _shape(path: str) -> str:
    """An address with what differs between pages of one kind left out."""
    bare = re.sub(r"\?.*", lambda m: "?" + "&".join(sorted(re.findall(r"(\w+)=", m[0]))), path)
    return re.sub(r"/(?:\d+|[A-Z][\w-]*|[a-z]+_[a-z_]+)(?=/|\?|$)", "/*", bare)
