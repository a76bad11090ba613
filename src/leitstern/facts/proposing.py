"""Tables that no mapping is meant for: each gets a proposed one, with what people changed and answered in it.

Proposals are written to files only once what they made is in the store, so that an import that is refused,
cancelled or killed leaves no mapping behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.facts import mapping as mappings_of
from leitstern.facts.asking import ask
from leitstern.facts.corrections import corrected
from leitstern.facts.jobs import Job, columns_of
from leitstern.facts.proposal_file import to_toml
from leitstern.facts.propose import Proposal, propose
from leitstern.facts.receipts import Planned, Question
from leitstern.facts.telling import told
from leitstern.facts.titles import titles_of

if TYPE_CHECKING:
    from leitstern.facts.jobs import Options
    from leitstern.sources.files import Landed


@dataclass
class Made:
    """What came of tables without a mapping: jobs of complete proposals, of those with open questions
    (``asked``), the tables left, what is to be written, the questions, and notes."""

    jobs: list[Job] = field(default_factory=list)
    asked: list[Job] = field(default_factory=list)
    without: list[Landed] = field(default_factory=list)
    files: dict[Path, str] = field(default_factory=dict)
    drafts: dict[Path, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)

    def keep(self) -> None:
        """Write the mappings whose tables were loaded."""
        _write(self.files)

    def names(self, *, kept: bool) -> tuple[str, ...]:
        """The files of mappings that are written; the complete ones only if what they made is ``kept``."""
        return tuple(path.name for path in ({**self.files, **self.drafts} if kept else self.drafts))


def propose_all(without: Iterable[Landed], options: Options) -> Made:
    """Propose a mapping for each table that has none; drafts of those that lack something are written."""
    made = Made()
    for table in without:
        if not options.correction(table).leave:
            _propose(table, made, options)
    if not options.dry_run:
        _write({path: text for path, text in made.drafts.items() if not path.exists()})
    return made


def _propose(table: Landed, made: Made, options: Options) -> None:
    if options.proposals is None:
        made.without.append(table)
        return
    correction, rows = options.correction(table), columns_of(table)
    path = _replaced(options.proposals, table) if correction.changes else None
    proposal = None if path is None else _of_mapping(path, correction.fact)
    if proposal is None:
        proposal = propose(table.file, table.sheet, table.columns, rows, fact=correction.fact or options.fact)
    if proposal is None:
        made.without.append(table)
        return
    if correction.changes:
        proposal = corrected(proposal, correction, rows)
    questions: tuple[Question, ...] = ()
    if not proposal.missing:
        titles = titles_of(table)
        asked = ask(proposal, table.file, rows, options.answers, options.language, titles)
        proposal, questions = asked.proposal, asked.questions
        unused = tuple(column for column in proposal.unused if column not in (proposal.key or ()))
        proposal = replace(proposal, unused=unused)
    made.planned.append(_planned(table, proposal))
    if questions:  # what it becomes depends on the answers
        made.questions += questions
        if proposal.reads is not None:
            made.asked.append(Job("", proposal.reads, table))
        return
    draft = proposal.table is None
    if draft or path is None:
        path = _place_for(options.proposals, table, {*made.files}, draft=draft)
    (made.drafts if draft else made.files)[path] = to_toml(proposal, options.language)
    if proposal.table is None:
        made.without.append(table)
        return
    made.jobs += [Job(path.name, one, table) for one in (proposal.table, *proposal.also)]
    made.notes += told(proposal, table.file, options.language)


def _of_mapping(path: Path, fact: str | None) -> Proposal | None:
    """The mapping that is corrected, as the proposal that the corrections are made in; None where its rows
    are to be something else, so that nothing of it holds."""
    [known] = mappings_of.load(path).table
    if fact not in (None, known.fact):
        return None
    if known.repeats or known.extends or known.part or known.timezone:
        raise Problem("facts.mapping_special", mapping=path.name)
    return Proposal(
        file=known.file, sheet=known.sheet, fact=known.fact, key=known.key, fields=dict(known.fields),
        missing=(), unused=(), unclear={}, known={}, where=known.where, by_row=known.key is None,
        deleted=known.deleted,
    )  # fmt: skip


def _planned(table: Landed, proposal: Proposal) -> Planned:
    return Planned(
        table.file, table.sheet, table.rows_landed, table.columns, proposal.fact, None,
        proposal.key or (), proposal.by_row, dict(proposal.fields),
        proposal.where, proposal.missing, proposal.unused, dict(proposal.unclear),
    )  # fmt: skip


def planned_by(job: Job) -> Planned:
    """What an existing mapping makes of a table."""
    table, used = job.landed, job.table.used_columns
    return Planned(
        table.file, table.sheet, table.rows_landed, table.columns, job.table.fact, job.mapping,
        job.table.key or (), False, dict(job.table.fields), job.table.where,
        unused=tuple(column for column in table.columns if column not in used),
    )  # fmt: skip


def _write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        mappings_of.write(path, text)


def _replaced(folder: Path, table: Landed) -> Path | None:
    """The mapping that a corrected one takes the place of: the next such file must not be read by both.

    Raises ``Problem`` where the mapping feeds other tables, too, and has to be changed itself.
    """
    for path in sorted(folder.glob("*.toml")):
        known = mappings_of.load(path)
        if any(one.matches(table.file, table.sheet) for one in known.table):
            if len(known.table) > 1:
                raise Problem("facts.mapping_shared", file=table.file, mapping=path.name)
            return path
    return None


def _place_for(folder: Path, table: Landed, taken: set[Path], *, draft: bool) -> Path:
    """Where a proposal is written; never over a file that the user may have corrected.

    An unfinished one ends in ``.draft``, so that it is not taken for a mapping; one draft is enough.
    """
    stem = Path(table.file).stem + (f"_{table.sheet}" if table.sheet else "")
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in stem)
    if draft:
        return folder / f"{safe}.toml.draft"
    path, number = folder / f"{safe}.toml", 2
    while path.exists() or path in taken:
        path, number = folder / f"{safe}_{number}.toml", number + 1
    return path
