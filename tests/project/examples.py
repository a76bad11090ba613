"""Examples in the docs, run as a user would: import the records, refresh, ask, compare.

An example is a fenced block ``example`` of paragraphs, in this order of events:

    deal                                    a fact, and its records as a table; a day stands for its noon
    key | status | amount | closed_at
    d1  | won    | 1000   | 2025-01-10

    kpi: large_deals                        a definition; texts and what else it needs are filled in
    unit: count
    formula: large
    measures:
      large: {count: deal, where: "amount >= 500"}

    close 2025-01                           closes a period
    ? won_value by person in 2025-01, 2025-02
    p1           | 600 | 0                  a value for each period; everybody else has 0 or none
    not assigned | 400 | - (no_data)        - is no value, with its reason if it matters
    company      | 5 % | 7 (incomplete)     percent are read as shares

A question may end in ``against previous_year`` or ``as of 2025-03-15``. Records that follow a question
are a later import.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

import leitstern
from leitstern.facts.model import FACTS, Field
from leitstern.periods.grains import parse
from leitstern.workspace import Workspace

BLOCK = re.compile(r"^```example\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
QUESTION = re.compile(
    r"\? (?P<kpi>\S+)(?: by (?P<by>\S+))? in (?P<periods>.+?)"
    r"(?: against (?P<against>\w+))?(?: as of (?P<as_of>\S+))?"
)
ANSWER = re.compile(r"(?P<value>[^()]+?)(?: \((?P<note>\w+)\))?")
READINGS = {"day": "YYYY-MM-DD", "time": "YYYY-MM-DD HH:MM", "money": "plain", "number": "plain"}
FILLED_IN = {
    "owner": "sales",
    "good": "up",
    "level": "operational",
    "timing": "lagging",
    "about": "result",
}


@dataclass(frozen=True)
class Answer:
    """A value of the docs and what was said of it: a reason, or that it is incomplete."""

    value: Fraction | None
    note: str | None

    @classmethod
    def read(cls, text: str) -> Answer:
        found = ANSWER.fullmatch(text.strip())
        assert found, f"not an answer: {text}"
        number = found["value"].replace(" ", "")
        if number == "-":
            return cls(None, found["note"])
        percent = number.endswith("%")
        return cls(Fraction(number.rstrip("%")) / (100 if percent else 1), found["note"])


def run(text: str, folder: Path) -> int:
    """Run one example in a new workspace; returns how many values were compared."""
    example = _Example(leitstern.init(folder / "workspace", timezone="Europe/Berlin", language="en"), folder)
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        example.take(paragraph)
    return example.compared


class _Example:
    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.folder = folder
        self.workspace = workspace
        self.imports = 0
        self.changed = False
        self.compared = 0

    def take(self, paragraph: str) -> None:
        lines = paragraph.splitlines()
        if lines[0].strip() in FACTS:
            self._import(lines[0].strip(), [_cells(line) for line in lines[1:]])
        elif lines[0].startswith("kpi:"):
            self._define(paragraph)
        else:
            while lines:
                count = next((n for n, line in enumerate(lines[1:], 1) if _begins(line)), len(lines))
                self._event(lines[:count])
                lines = lines[count:]

    def _import(self, fact: str, table: list[list[str]]) -> None:
        self.imports += 1
        names, *rows = table
        into = self.folder / f"import{self.imports}"
        into.mkdir()
        file, mapping = into / f"{fact}.csv", into / f"{fact}{self.imports}.toml"
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(names)
            fields = [FACTS[fact].by_name.get(name) for name in names]
            writer.writerows([[_cell(*pair) for pair in zip(fields, row, strict=True)] for row in rows])
        mapping.write_text("\n".join(_mapping(fact, names)), encoding="utf-8")
        receipt = self.workspace.import_files([file], mapping=mapping)
        assert not receipt.questions, receipt.questions
        self.changed = True

    def _define(self, text: str) -> None:
        name = text.partition("\n")[0].removeprefix("kpi:").strip()
        texts = f"{{de: {name}., en: {name}.}}"
        filled_in = FILLED_IN | {"name": texts, "means": texts}
        more = [f"{key}: {value}" for key, value in filled_in.items() if f"\n{key}:" not in text]
        file = self.workspace.folder / "kpis" / f"{name}.yaml"
        file.write_text("\n".join([text, *more]), encoding="utf-8")
        self.workspace = leitstern.open(self.workspace.folder)
        self.changed = True

    def _event(self, lines: list[str]) -> None:
        if self.changed:
            self.workspace.refresh()
            self.changed = False
        if lines[0].startswith("close "):
            self.workspace.close(lines[0].removeprefix("close ").strip(), "somebody")
            return
        asked = QUESTION.fullmatch(lines[0].strip())
        assert asked, f"not a question: {lines[0]}"
        answers = {name: cells for name, *cells in map(_cells, lines[1:])}
        for column, label in enumerate(asked["periods"].split(", ")):
            self._compare(asked, label, {who: Answer.read(cells[column]) for who, cells in answers.items()})

    def _compare(self, asked: re.Match[str], label: str, expected: dict[str, Answer]) -> None:
        period = parse(label)
        found = self.workspace.compute(
            [asked["kpi"]],
            by=asked["by"] or "company",
            grain=str(period.grain),
            start=period.start,
            end=period.end,
            as_of=date.fromisoformat(asked["as_of"]) if asked["as_of"] else None,
            against=asked["against"],  # type: ignore[arg-type] # an unknown word is refused
        )
        rest = dict(expected)
        for o in found:
            who = o.subject.id or ("company" if o.subject.type == "company" else "not assigned")
            answer = rest.pop(who, Answer(None if o.value is None else Fraction(0), None))
            place = f"{asked[0]}: {who} in {label}"
            value = None if o.value is None else Fraction(str(o.value))
            close = value is not None and answer.value is not None and abs(value - answer.value) < 0.0005
            assert close or value is answer.value is None, f"{place}: {o.value}, not {answer.value}"
            notes = {None, o.reason, None if o.complete else "incomplete"}
            assert answer.note in notes, f"{place}: {o.reason}, complete: {o.complete}, not {answer.note}"
        assert all(not answer.value for answer in rest.values()), f"{asked[0]}: nothing of {', '.join(rest)}"
        self.compared += len(expected)


def _begins(line: str) -> bool:
    return line.startswith(("? ", "close "))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _cell(field: Field | None, text: str) -> str:
    return f"{text} 12:00" if field and field.kind == "time" and len(text) == len("2025-01-10") else text


def _mapping(fact: str, names: list[str]) -> Iterator[str]:
    yield from ('name = "example"', "[[table]]", f'file = "{fact}.csv"', f'fact = "{fact}"')
    yield 'timezone = "Europe/Berlin"'
    if "key" in names:
        yield 'key = "key"'
    yield "[table.fields]"
    for name in names:
        if name != "key":
            read = READINGS.get(FACTS[fact].by_name[name].kind)
            yield f'{name} = {{column = "{name}", read = "{read}"}}' if read else f'{name} = "{name}"'
