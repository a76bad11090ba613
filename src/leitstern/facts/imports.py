"""An import from end to end: find files, land them, choose mappings, decide readings, load, account.

Whatever can go wrong with the input as a whole (a missing column, a column nobody can read, an open
question) is found before anything is written. Then all tables are loaded in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leitstern.errors import Problem
from leitstern.facts import mapping as mappings_of
from leitstern.facts.mapping import TableMapping, place
from leitstern.facts.model import FACTS
from leitstern.facts.previews import preview, question_about
from leitstern.facts.receipts import Question, ReadAs, Receipt, TableReceipt, Unmatched
from leitstern.facts.store import Origin, Store
from leitstern.messages import message

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.facts.gone import Gone, SameSort
    from leitstern.sources.files import Landed
    from leitstern.sources.readings import Reading

#: Called with what is being done, and how many of how many steps of this stage are done.
Progress = Callable[[str, int, int], None]

#: Changes when rows are read with another meaning than before, so that files known already are read anew.
_MEANING = "3"

#: Files that are read side by side.
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Options:
    """What an import takes from the workspace and from the user.

    ``dots_day_first``: 03.04.2025 is in April where nothing else is said (see ``sources.columns.Usual``).
    ``answers`` maps ``file:column`` or ``column`` to the code of a reading. ``proposals`` is the folder
    that proposed mappings are written to (None: unmatched files are only reported).
    """

    timezone: str = "UTC"
    language: str = "en"
    fact: str | None = None
    dots_day_first: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    proposals: Path | None = None


@dataclass
class Job:
    """One table of one file on its way into one fact."""

    mapping: str
    table: TableMapping
    landed: Landed
    readings: dict[tuple[str, str], Reading] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)

    @cached_property
    def codes(self) -> tuple[ReadAs, ...]:
        """The readings as they are kept in the store."""
        by_column: dict[tuple[str, str], list[str]] = {}
        for (target, column), reading in self.readings.items():
            by_column.setdefault((column, reading.code), []).append(f"{self.table.fact}.{target}")
        return tuple(ReadAs(column, code, tuple(names)) for (column, code), names in by_column.items())

    def origin(self, timezone: str) -> Origin:
        """Where the rows come from; the digest changes when they would be read differently."""
        codes = [_MEANING, *(f"{read.column}={read.code}:{','.join(read.fields)}" for read in self.codes)]
        digest = sha256("\n".join([self.table.digest(), timezone, *codes]).encode()).hexdigest()
        return Origin(
            self.mapping, self.table.file, self.landed.file, self.landed.sheet, self.landed.sha256, digest
        )


def import_files(
    store: Store,
    raw: Path,
    paths: Sequence[Path],
    mappings: Sequence[mappings_of.Mapping],
    options: Options,
    progress: Progress | None = None,
) -> Receipt:
    """Import files and folders; returns the account of every row.

    ``raw`` is the folder of landed files. With open questions the receipt holds them and nothing is
    written, as in a dry run. Raises ``Problem`` for a file that cannot be read when it is the only one,
    for columns a mapping names that are missing, and for columns that cannot be read as mapped.
    """
    step = progress or (lambda _what, _done, _total: None)
    landed, unmatched = _land(raw, paths, options, step)
    jobs, without = _match(landed, mappings, options)
    notes = [note.text(options.language) for table in landed for note in table.notes]
    made = _propose(without, options)
    jobs, without, proposed = [*jobs, *made.jobs], made.without, made.files
    notes += made.notes
    unmatched += [Unmatched(table.file, table.sheet, tuple(table.columns)) for table in without]
    for number, job in enumerate(jobs):
        step(job.landed.file, number, len(jobs))
        _check_columns(job)
        notes += _decide(job, store, options)
    asked = [*made.questions, *(question for job in jobs for question in job.questions)]
    questions = {question.name: question for question in asked}
    receipt = Receipt(
        batch=None,
        unmatched=tuple(unmatched),
        questions=tuple(questions.values()),
        proposed=tuple(proposed),
        notes=tuple(dict.fromkeys(notes)),
        dry_run=options.dry_run,
    )
    if options.dry_run or questions:
        return replace(receipt, columns=preview(landed, jobs))
    return _load(store, jobs, receipt, options, step)


def _land(
    raw: Path, paths: Sequence[Path], options: Options, step: Progress
) -> tuple[list[Landed], list[Unmatched]]:
    """Land every file; one that cannot be read is reported, or raised if it is the only one."""
    from leitstern.sources.files import discover, land

    skipped: list[Path] = []
    files = discover(paths, skipped)
    landed: list[Landed] = []
    unreadable = [
        Unmatched(path.name, None, problem=message("facts.kind_skipped", options.language))
        for path in skipped
    ]
    # Each file is read by a process of its own; waiting for two at a time uses the machine better.
    pool = ThreadPoolExecutor(max_workers=PROCESSES)
    try:
        reading = [pool.submit(land, path, raw) for path in files]
        for number, (path, found) in enumerate(zip(files, reading, strict=True)):
            step(path.name, number, len(files))
            try:
                landed += found.result()
            except Problem as problem:
                if len(files) == 1:
                    raise
                unreadable.append(Unmatched(path.name, None, problem=problem.text(options.language)))
    finally:
        pool.shutdown(cancel_futures=True)  # who interrupts does not wait for the files that are left
    return landed, unreadable


def _match(
    landed: list[Landed], mappings: Sequence[mappings_of.Mapping], options: Options
) -> tuple[list[Job], list[Landed]]:
    """The tables to load, in the order of the mappings, and the tables nothing is meant for."""
    jobs = [
        Job(mapping.name, table, found)
        for mapping in mappings
        for table in mapping.table
        for found in landed
        if table.matches(found.file, found.sheet) and options.fact in (None, table.fact)
    ]
    matched = {id(job.landed) for job in jobs}
    return jobs, [found for found in landed if id(found) not in matched]


@dataclass
class _Proposed:
    """What came of tables without a mapping: those with a complete proposal, those left, the files written,
    the questions that are open, and notes."""

    jobs: list[Job] = field(default_factory=list)
    without: list[Landed] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _propose(without: list[Landed], options: Options) -> _Proposed:
    """Propose mappings for tables that have none; those that are complete are used at once."""
    if options.proposals is None or not without:
        return _Proposed(without=without)
    from leitstern.facts.asking import ask
    from leitstern.facts.proposal_file import to_toml
    from leitstern.facts.propose import propose
    from leitstern.facts.telling import told

    found = _Proposed()
    for table in without:
        rows = columns_of(table)
        proposal = propose(table.file, table.sheet, table.columns, rows, fact=options.fact)
        if proposal is None:
            found.without.append(table)
            continue
        if not proposal.missing:
            asked = ask(proposal, table.file, rows, options.answers, options.language)
            proposal = asked.proposal
            if asked.questions:  # what it becomes depends on the answers
                found.questions += asked.questions
                continue
        path = _place_for(options.proposals, table, draft=proposal.table is None)
        found.files.append(path.name)
        if not options.dry_run and not path.exists():
            options.proposals.mkdir(parents=True, exist_ok=True)
            path.write_text(to_toml(proposal, options.language), encoding="utf-8")
        if proposal.table is None:
            found.without.append(table)
            continue
        found.jobs += [Job(path.name, one, table) for one in (proposal.table, *proposal.also)]
        found.notes += told(proposal, table.file, options.language)
    return found


def _place_for(folder: Path, table: Landed, *, draft: bool) -> Path:
    """Where a proposal is written; never over a file that the user may have corrected.

    An unfinished one ends in ``.draft``, so that it is not taken for a mapping; one draft is enough.
    """
    stem = Path(table.file).stem + (f"_{table.sheet}" if table.sheet else "")
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in stem)
    if draft:
        return folder / f"{safe}.toml.draft"
    path, number = folder / f"{safe}.toml", 2
    while path.exists():
        path, number = folder / f"{safe}_{number}.toml", number + 1
    return path


def columns_of(table: Landed, names: Sequence[str] | None = None) -> pa.Table:
    """The landed text of a table, some columns of it or all."""
    import pyarrow.parquet as pq

    return pq.read_table(table.parquet, columns=None if names is None else list(names))


def _check_columns(job: Job) -> None:
    """Raise a ``Problem`` for a column the mapping names and the file does not have."""
    for column in job.table.used_columns:
        if column not in job.landed.columns:
            raise Problem(
                "facts.column_missing",
                file=job.landed.file,
                mapping=job.mapping,
                fact=job.table.fact,
                column=column,
                nearest=mappings_of.nearest(column, list(job.landed.columns)),
            )


def _decide(job: Job, store: Store, options: Options) -> list[str]:
    """Decide how each column is read that has to be; returns notes for the user.

    The mapping's own ``read`` comes first, then the user's answer, then what the values say. Where
    they leave a question, the reading of the last import of this kind of file answers it.
    """
    from leitstern.sources.columns import Usual, decide
    from leitstern.sources.readings import reading

    notes = []
    for target, mapped in job.table.fields.items():
        model = FACTS[job.table.fact].by_name[target]
        kind = model.kind
        if kind not in mappings_of.READ_KINDS:
            continue
        for column in mapped.read_columns:
            fixed = mapped.reading_of(column) or _answer(job, column, options)
            if fixed is None and mapped.values is not None:
                fixed = {"day": "YYYY-MM-DD", "time": "YYYY-MM-DD", "yesno": "yesno"}.get(kind, "plain")
            if fixed is not None:
                job.readings[target, column] = replace(reading(fixed), name=column)
                continue
            texts = columns_of(job.landed, [column])[column]
            before = store.reading_before(job.table.file, column)
            factor = "number" if mapped.product is not None else model.reads_as
            usual = Usual(options.dots_day_first, before, mapped.scale)
            found = decide(texts, name=column, kind=factor, usual=usual)
            if found.is_question and before in [choice.code for choice in found.choices]:
                found = found.answered(str(before))
                notes.append(_note("reading_kept", job, column, options, reading=found.code))
            elif found.is_question:
                job.questions.append(question_about(job.landed.file, job.landed.sheet, column, found))
            elif before not in (None, found.code) and found.kind != "empty":
                notes.append(
                    _note("reading_changed", job, column, options, before=before, reading=found.code)
                )
            if found.kind == "text" and not found.is_question:
                _refuse(job, target, column, kind, found)
            job.readings[target, column] = found
    return notes


def _answer(job: Job, column: str, options: Options) -> str | None:
    return options.answers.get(f"{job.landed.file}:{column}", options.answers.get(column))


def _note(note: str, job: Job, column: str, options: Options, **values: object) -> str:
    return message(f"facts.{note}", options.language, file=job.landed.file, column=column, **values)


def _refuse(job: Job, target: str, column: str, kind: str, found: Reading) -> None:
    """No value of the column can be read as the field's kind: the mapping is wrong, say so."""
    raise Problem(
        "facts.column_unreadable",
        file=job.landed.file,
        column=column,
        field=f"{job.table.fact}.{target}",
        kind=kind,
        examples=", ".join(repr(example.text) for example in found.examples),
    )


def _load(store: Store, jobs: list[Job], receipt: Receipt, options: Options, step: Progress) -> Receipt:
    """Load all tables in one transaction; tables that were imported before repeat their receipt."""
    before = {id(job): _imported(store, job, options) for job in jobs}
    if all(before.values()):
        return replace(receipt, tables=tuple(found for found in before.values() if found))
    tables: list[TableReceipt] = []
    with store.batch() as batch:
        for number, job in enumerate(jobs):
            step(f"{job.landed.file} → {job.table.fact}", number, len(jobs))
            # Asked again: two files of this import may hold the same bytes.
            known = before[id(job)] or _imported(store, job, options)
            tables.append(known or _load_one(job, batch, options))
        notes = [_said(lost, options) for lost in batch.gone(_sorts(jobs, tables))]
    notes += [_planned(job, table, options) for job, table in zip(jobs, tables, strict=True) if table.planned]
    said = tuple(dict.fromkeys([*receipt.notes, *notes]))
    return replace(receipt, batch=batch.number, tables=tuple(tables), notes=said)


def _sorts(jobs: list[Job], tables: list[TableReceipt]) -> list[tuple[str, str, SameSort]]:
    """For each table that was loaded now and has keys: its fact, its file, and what is of its sort."""
    return [
        (job.table.fact, place(job.landed.file, job.landed.sheet), job.table.of_its_sort)
        for job, table in zip(jobs, tables, strict=True)
        if job.table.key is not None and not job.table.extends and not table.already
    ]


def _planned(job: Job, table: TableReceipt, options: Options) -> str:
    ends = [end for end, _ in FACTS[table.fact].planned if end in job.table.fields]
    columns = ", ".join(column for end in ends for column in job.table.fields[end].read_columns)
    return message(
        "facts.note_planned", options.language, file=table.file, count=table.planned, column=columns
    )


def _said(lost: Gone, options: Options) -> str:
    keys = ", ".join(lost.examples) + (", ..." if lost.count > len(lost.examples) else "")
    return message(
        "facts.note_gone", options.language, file=lost.file, fact=lost.fact, count=lost.count, keys=keys
    )


def _imported(store: Store, job: Job, options: Options) -> TableReceipt | None:
    origin = job.origin(options.timezone)
    found = store.imported(origin.sha256, origin.sheet, origin.digest)
    return None if found is None else replace(found, file=job.landed.file, already=True, readings=job.codes)


def _load_one(job: Job, batch: Any, options: Options) -> TableReceipt:
    from leitstern.facts.convert import convert

    names = None if job.table.key is None else [*job.table.used_columns, "_line"]
    unreadable = [(row.line, row.column, row.reason_code, row.value) for row in job.landed.set_aside]
    rows = convert(columns_of(job.landed, names), job.table, job.readings, options.timezone, unreadable)
    receipt: TableReceipt = batch.load(job.origin(options.timezone), rows, job.codes)
    return replace(receipt, readings=job.codes)
