"""Write the pages of docs/ that follow from the code. A test holds them to it."""

from __future__ import annotations

from pathlib import Path

import click

from leitstern.cli import COMMANDS, cli
from leitstern.facts.model import FACTS, SUBJECT_FACTS, SUBJECTS, Fact, Field

DOCS = Path(__file__).resolve().parent.parent / "docs"
#: More about a fact than a line, with an example that is run: one page for each fact that needs it.
NOTES = Path(__file__).resolve().parent / "model_notes"

#: What a record of each fact is, in one line.
MEANINGS = {
    "company": "A firm that buys, may buy or did buy. Its ids bring records of one firm together.",
    "contact": "A person at a company.",
    "person": "One of your own people: a rep, a marketer, a service agent.",
    "team": "A group of persons; teams may stand under a team.",
    "membership": "Who was in which team from when to when. A record counts for the team of its date.",
    "stage": "A step of a pipeline, its order, and how likely a deal in it is won.",
    "campaign": "What marketing did, from when to when, on which channel.",
    "product": "What is sold.",
    "lead": "Someone's interest, from the first sign until it is converted or disqualified.",
    "deal": "A possible sale, from first contact until it is won or lost.",
    "deal_share": "The part of a deal that counts for a person, between 0 and 1.",
    "deal_event": "A change of a deal: the only truth about stages over time.",
    "activity": "A call, a mail, a meeting, a visit.",
    "quote": "An offer with a price.",
    "invoice": "An invoice or a credit note. A credit note's amount is negative.",
    "spend": "Money spent on marketing and sales, people included.",
    "touchpoint": "A reaction to a campaign: seen, clicked, replied, visited.",
    "survey_response": "One answer to a survey.",
    "ticket": "A request to the service team.",
    "stage_visit": "A deal's stay in a stage, worked out from its events.",
    "exchange_rate": "What one unit of a currency was worth on a day.",
    "manual_value": "A number typed in or imported for a period, for what no source holds.",
}

_KINDS = {
    "text": "text", "choice": "choice", "ref": "reference", "day": "day", "time": "moment",
    "money": "money", "number": "number", "whole": "whole number", "yesno": "yes or no",
}  # fmt: skip

_MEANINGS = {"share": "share, 0 to 1", "currency": "currency (ISO 4217)", "count": "number"}


def data_model() -> str:
    """docs/data-model.md: every fact with its fields."""
    parts = [
        "# The data model",
        "<!-- Written by scripts/generate_docs.py from src/leitstern/facts/model.py. Edit there. -->",
        (
            "Whatever a source calls it, an imported row becomes one of these facts. A mapping file "
            "says how ([files and mappings](mappings.md)). KPI files count and sum these fields "
            "([the definition language](definition-language.md))."
        ),
        (
            "Every stored fact also has `key` (the source's own id, or a digest of the row), `source`, "
            "`source_row` (the line in the file) and `batch` (the import that last changed it). Moments are "
            "kept in UTC, money as decimal numbers with four places. *Worked out* fields come from other "
            "facts when a generation is built; no file is mapped to them."
        ),
        (
            "A file is never taken as the whole: what it lacks stays. But where a newer full export lacks "
            "records that files of its sort (equal by the mapping's `file` pattern) brought before, the "
            "receipt and `quality` say which, until a file has them again. A file is taken for a full export "
            "of the dates it covers if at least as many of those records are in it again as are missing. A "
            "record is missing if its main date lies within the file's dates, or if a file of the very same "
            "name brought it; but where a file with newer records begins later than the ones before, it "
            "shows the last weeks or months only, and nothing before its first date is missing. To take "
            "records out, map the source's column of deletions (`deleted`)."
        ),
        "A KPI can be shown by: " + ", ".join(map(_subject, SUBJECTS)) + ". A `team` is its tree: its own "
        "members and those of all teams beneath it, each record once; `own_team` is its own members only.",
    ]
    parts.append("\n".join(f"- [`{name}`](#{name}): {MEANINGS[name]}" for name in FACTS))
    parts.extend(_fact(fact) for fact in FACTS.values())
    return "\n\n".join(parts) + "\n"


def _subject(name: str) -> str:
    fact = SUBJECT_FACTS.get(name)
    return f"`{name}`" + (f" (the fact `{fact}`)" if fact not in (None, name) else "")


def _fact(fact: Fact) -> str:
    lines = [f"## {fact.name}", "", MEANINGS[fact.name], ""]
    if fact.derived:
        lines += ["Worked out as a whole; no file is mapped to it.", ""]
    if fact.main_date:
        lines += [f"Main date: `{fact.main_date}`." + _belongs(fact), ""]
    if fact.before:
        order = "; ".join(f"`{first}` not after `{second}`" for first, second in fact.before)
        lines += [f"Checked order: {order}.", ""]
    lines += ["| field | kind | |", "| --- | --- | --- |"]
    lines += [f"| `{field.name}` | {_kind(field)} | {_remarks(field)} |" for field in fact.fields]
    note = NOTES / f"{fact.name}.md"
    if note.exists():
        lines += ["", note.read_text(encoding="utf-8").rstrip()]
    return "\n".join(lines)


def _belongs(fact: Fact) -> str:
    return f" Belongs to: `{fact.person}`." if fact.person else ""


def _kind(field: Field) -> str:
    return _KINDS[field.kind] if field.means is None else _MEANINGS[field.means]


def _remarks(field: Field) -> str:
    remarks = []
    if field.required:
        remarks.append("required")
    if field.to:
        remarks.append(f"key of a [{field.to}](#{field.to})")
    if field.choices:
        remarks.append(", ".join(f"`{choice}`" for choice in field.choices))
    if field.derived:
        remarks.append("worked out")
    return "; ".join(remarks)


def commands() -> str:
    """docs/cli.md: the help of every command."""
    main = cli.context_class(cli, info_name="leitstern", terminal_width=100, **cli.context_settings)
    parts = [
        "# Commands",
        "<!-- Written by scripts/generate_docs.py from src/leitstern/cli. Edit there. -->",
        (
            "`leitstern COMMAND --help` says the same in the terminal. Exit codes: 0 done, 1 refused or "
            "failed with a message on standard error, 2 wrong usage. Progress, questions and notes go to "
            "standard error, so that standard output holds the answer alone."
        ),
        _help(cli, main),
    ]
    for name in COMMANDS:
        command = cli.get_command(main, name)
        assert command is not None
        context = click.Context(command, main, info_name=name, terminal_width=100)
        parts += [f"## {name}", _help(command, context)]
    return "\n\n".join([*parts, JSON_OF_SHOW]) + "\n"


def _help(command: click.Command, context: click.Context) -> str:
    return "\n".join(["```text", command.get_help(context), "```"])


JSON_OF_SHOW = """## The JSON of show

A list of objects, one per KPI, period and subject:

| key | |
| --- | --- |
| `kpi`, `version`, `unit` | the definition; `unit` is count, currency, percent, days, hours, score or ratio |
| `grain`, `period`, `from`, `to` | the period's label (`2026-03`, `FY2026-Q1`), first and last day |
| `subject` | `type`; `id` in the source and `name`, both null for records that are not assigned |
| `value` | a number, percent as a fraction (0.63); null where there is none |
| `numerator`, `denominator` | the parts of a ratio, else null |
| `rows` | how many records are behind the value |
| `complete` | false while the period runs or its data are not complete |
| `reason` | why there is no value: `no_base` (denominator 0, of a growth 0 or below), `no_data`, ... |
| `as_of` | the day the answer is given for |"""

PAGES = {"cli.md": commands, "data-model.md": data_model}


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
