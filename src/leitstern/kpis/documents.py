"""From the text of a KPI file to checked definitions that know the line of each of their parts.

A file holds one KPI; further versions follow in the same file after a line `---`. Every value is kept
as its text (a name `on` stays a name, a key `2024` stays a text) until pydantic asks for a number, a date or
a yes. Anchors, tags and repeated keys are refused: a KPI file is read by people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from leitstern.errors import Problem
from leitstern.kpis.definition import Definition, Measure, Shape, Texts, Words
from leitstern.kpis.expressions import nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Part = tuple[str | int, ...]
MAX_SIZE = 200_000
MAX_DEPTH = 12
_PLAIN: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}
_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")


class FileProblem(Problem):
    """A problem with its file and line; ``inner`` says what is wrong."""

    def __init__(self, file: str, line: int, inner: Problem) -> None:
        super().__init__("kpis.in_file", file=file, line=line, inner=inner)
        self.file = file
        self.line = line
        self.inner = inner

    def text(self, language: str) -> str:
        from leitstern.messages import message

        inner = self.inner.text(language)
        return message(self.code, language, file=self.file, line=self.line, inner=inner)


@dataclass(frozen=True, slots=True)
class Entry:
    """A definition and where it stands. ``shipped`` is False for a workspace's own files."""

    definition: Definition
    file: str
    lines: Mapping[Part, int]
    shipped: bool

    def line(self, *path: str | int) -> int:
        """The line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, inner: Problem, *path: str | int) -> FileProblem:
        """``inner`` at the line of a part of this definition."""
        return FileProblem(self.file, self.line(*path), inner)


def read(text: str, file: str, *, shipped: bool = False) -> tuple[list[Entry], list[FileProblem]]:
    """The definitions of one file's text, and what is wrong with those that are not here."""
    entries: list[Entry] = []
    problems: list[FileProblem] = []
    try:
        for data, lines in _documents(text, file):
            try:
                definition = Definition.model_validate(data)
            except ValidationError as error:
                problems.extend(_problems(error, lines, file))
            else:
                entries.append(Entry(definition, file, lines, shipped))
    except FileProblem as problem:
        problems.append(problem)
    if not entries and not problems:
        problems.append(FileProblem(file, 1, Problem("kpis.file_empty")))
    return entries, problems


# --- YAML to plain data -----------------------------------------------------------------------------


def _documents(text: str, file: str) -> Iterator[tuple[object, dict[Part, int]]]:
    if len(text) > MAX_SIZE:
        raise FileProblem(file, 1, Problem("kpis.file_big", size=len(text), limit=MAX_SIZE))
    # libyaml where PyYAML was built with it, otherwise the same in Python, ten times slower.
    Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # noqa: N806 - a class
    loader = Loader(text)
    try:
        _check_depth(yaml.parse(text, Loader=Loader), file)
        while loader.check_node():
            walk = _Walk(file)
            if (node := loader.get_node()) is not None:
                yield walk.value(node, ()), walk.lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise FileProblem(file, line, Problem("kpis.yaml", reason=error.problem or "")) from error
    except yaml.YAMLError as error:  # signs that no YAML file may hold
        raise FileProblem(file, 1, Problem("kpis.yaml", reason=str(error).splitlines()[0])) from error
    finally:
        loader.dispose()


def _check_depth(events: Iterator[yaml.Event], file: str) -> None:
    """Refuse what is nested too deeply while it is still a row of events: libyaml builds nodes by calling
    itself, and ends the whole process when its stack is full."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH + 1:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise FileProblem(file, line, Problem("kpis.yaml_deep"))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Walk:
    """Turns nodes into dicts, lists and texts, and notes the line of each."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Part, int] = {}
        self.seen: set[int] = set()

    def value(self, node: yaml.Node, path: Part) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            raise self._problem(node, "kpis.yaml_alias")
        self.seen.add(id(node))
        if node.tag not in _TAGS:
            raise self._problem(node, "kpis.yaml_tag", tag=node.tag)
        if len(path) > MAX_DEPTH:
            raise self._problem(node, "kpis.yaml_deep")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, place)) for place, item in enumerate(node.value)]
        written = str(node.value)
        plain = isinstance(node, yaml.ScalarNode) and not node.style
        return _PLAIN.get(written, written) if plain else written

    def _mapping(self, node: yaml.MappingNode, path: Part) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._problem(key, "kpis.yaml_key")
            if key.value in found:
                raise self._problem(key, "kpis.key_twice", key=key.value)
            self.lines[(*path, key.value)] = key.start_mark.line + 1
            found[key.value] = self.value(value, (*path, key.value))
        return found

    def _problem(self, node: yaml.Node, code: str, **values: object) -> FileProblem:
        return FileProblem(self.file, node.start_mark.line + 1, Problem(code, **values))


# --- pydantic's errors in our words -------------------------------------------------------------------

#: The keys of each part of a file, to name the nearest one when a key is unknown.
_KEYS: dict[str, type] = {"name": Texts, "means": Texts, "also_called": Words, "shape": Shape}


def _problems(error: ValidationError, lines: dict[Part, int], file: str) -> Iterator[FileProblem]:
    # A misspelt key is the reason why another one is missing, so it comes first.
    for detail in sorted(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden"):
        path: Part = tuple(part for part in detail["loc"] if part != "[key]")
        line_path = path
        while line_path and line_path not in lines:
            line_path = line_path[:-1]
        yield FileProblem(file, lines.get(line_path, 1), _problem(detail, path))


def _problem(detail: ErrorDetails, path: Part) -> Problem:
    key = ".".join(str(part) for part in path) or "-"
    kind, ctx, value = detail["type"], detail.get("ctx", {}), _short(detail["input"])
    match kind:
        case "missing":
            problem = Problem("kpis.key_missing", key=key)
        case "extra_forbidden":
            known = _known_keys(path)
            near = nearest(str(path[-1]), known)
            problem = Problem("kpis.key_unknown", key=key, near=near, known=", ".join(known))
        case "literal_error":
            problem = Problem("kpis.value_choice", key=key, value=value, choices=ctx["expected"])
        case "string_pattern_mismatch":
            problem = Problem("kpis.name_form", key=key, value=value)
        case "measure_kind" | "shape_key" | "shape_unit":
            problem = Problem(f"kpis.{kind}", key=key, **ctx)
        case "model_type" | "dict_type" | "tuple_type" | "list_type":
            problem = Problem("kpis.value_form", key=key, value=value)
        case _:
            problem = Problem("kpis.value_wrong", key=key, value=value, reason=detail["msg"])
    return problem


def _known_keys(path: Part) -> list[str]:
    model: Any = Definition
    if len(path) == 3 and path[0] == "measures":
        model = Measure
    elif len(path) > 1:
        model = _KEYS.get(str(path[0]), Definition)
    return [field.alias or name for name, field in model.model_fields.items()]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
