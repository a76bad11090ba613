"""An import from end to end: find files, land them, choose mappings, decide readings, load, account.

Whatever can go wrong with the input as a whole (a missing column, a column nobody can read, an open
question) is found before anything is written. Then all tables are loaded in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.facts import mapping as mappings_of
from leitstern.facts.asking import answer_to
from leitstern.facts.jobs import Job, Options, Progress, columns_of, pieces_of, use_little_memory
from leitstern.facts.mapping import place
from leitstern.facts.model import FACTS
from leitstern.facts.previews import preview, question_about
from leitstern.facts.proposing import planned_by, propose_all
from leitstern.facts.receipts import Receipt, TableReceipt, Unmatched
from leitstern.facts.store import Store
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.facts.convert import Converted
    from leitstern.facts.gone import Gone, SameSort
    from leitstern.facts.store import Batch
    from leitstern.sources.files import Landed
    from leitstern.sources.readings import Reading

#: Rows of other columns that are looked at to read one.
_LOOKED_AT = 20_000
#: Rows set aside that a receipt lists.
_ASIDE = 200
#: Files that are read side by side.
PROCESSES = 2


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
    step = progress or _silent
    landed, unmatched = land_files(raw, paths, options, step)
    return import_tables(store, landed, unmatched, mappings, options, step)


def import_tables(
    store: Store,
    landed: list[Landed],
    unmatched: list[Unmatched],
    mappings: Sequence[mappings_of.Mapping],
    options: Options,
    progress: Progress | None = None,
) -> Receipt:
    """Import tables that were landed; otherwise as `import_files`. ``unmatched`` are the files that could
    not be read, for the account."""
    use_little_memory()
    step = progress or _silent
    wanted = [table for table in landed if not options.correction(table).leave]
    jobs, without = _match(wanted, mappings, options)
    notes = [note.text(options.language) for table in wanted for note in table.notes]
    made = propose_all(without, options)
    planned = [*map(planned_by, jobs), *made.planned]
    jobs += made.jobs
    for number, job in enumerate([*jobs, *made.asked]):
        step(job.landed.file, number, len(jobs))
        _check_columns(job)
        notes += _decide(job, store, options)
    asked = [*made.questions, *(q for job in [*jobs, *made.asked] for q in job.questions)]
    questions = {question.name: question for question in asked}
    others = [Unmatched(table.file, table.sheet, tuple(table.columns)) for table in made.without]
    receipt = Receipt(
        batch=None,
        unmatched=(*unmatched, *others),
        questions=tuple(questions.values()),
        proposed=made.names(kept=options.dry_run or not questions),
        notes=tuple(dict.fromkeys([*notes, *made.notes])),
        dry_run=options.dry_run,
    )
    if options.dry_run or questions:
        columns = preview(wanted, [*jobs, *made.asked])
        receipt = replace(receipt, columns=columns, planned=tuple(planned))
    if questions or (options.dry_run and not options.trial):
        return receipt
    receipt = _load(store, jobs, receipt, options, step)
    if not options.dry_run:
        made.keep()
    return receipt


def _silent(_what: str, _done: int, _total: int) -> None:
    pass


def land_files(
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
        if not options.correction(found).changes
    ]
    matched = {id(job.landed) for job in jobs}
    return jobs, [found for found in landed if id(found) not in matched]


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
            elif found.is_question and (alike := _alike(job, column, found)) is not None:
                found = alike
                notes.append(_note("reading_alike", job, column, options, reading=found.code))
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


def _alike(job: Job, column: str, question: Reading) -> Reading | None:
    """The reading that other columns of the same text file suggest."""
    from leitstern.facts.alike import as_others

    if job.landed.delimiter is None:
        return None
    return as_others(question, column, columns_of(job.landed).slice(0, _LOOKED_AT))


def _answer(job: Job, column: str, options: Options) -> str | None:
    return answer_to(options.answers, job.landed.file, job.landed.sheet, column)


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
    before = {} if options.instead_of else {id(job): _imported(store, job, options) for job in jobs}
    if before and all(before.values()):
        return replace(receipt, tables=tuple(found for found in before.values() if found))
    tables: list[TableReceipt] = []
    with store.batch(keep=not options.dry_run) as batch:
        if options.instead_of is not None:
            batch.undo(options.instead_of)
        for done, job in enumerate(jobs):
            step(f"{job.landed.file} → {job.table.fact}", done, len(jobs))
            # Asked again: two files of this import may hold the same bytes.
            known = before.get(id(job)) or _imported(store, job, options)
            tables.append(known or _load_one(job, batch, options))
        notes = [_said(lost, options) for lost in batch.gone(_sorts(jobs, tables))]
        aside = tuple(store.set_aside(batch=batch.number, limit=_ASIDE))
    notes += [_overlap(table, options) for table in tables if table.overlap]
    notes += [_planned(job, table, options) for job, table in zip(jobs, tables, strict=True) if table.planned]
    said = tuple(dict.fromkeys([*receipt.notes, *notes]))
    number = None if options.dry_run else batch.number
    return replace(receipt, batch=number, tables=tuple(tables), notes=said, aside=aside)


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


def _overlap(table: TableReceipt, options: Options) -> str:
    return message(
        "facts.note_overlap", options.language, file=table.file, fact=table.fact, count=table.overlap
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


def _load_one(job: Job, batch: Batch, options: Options) -> TableReceipt:
    from leitstern.facts.convert import convert

    names = None if job.table.key is None else [*job.table.used_columns, "_line"]
    unreadable = [(row.line, row.column, row.reason_code, row.value) for row in job.landed.set_aside]
    if job.table.part is not None:  # told by the table whose rows they are
        unreadable = []

    def pieces() -> Iterator[Converted]:
        before = unreadable
        for raw in pieces_of(job.landed, names):
            yield convert(raw, job.table, job.readings, options.timezone, before)
            before = []

    receipt = batch.load(job.origin(options.timezone), pieces(), job.codes, job.table.of_its_sort)
    return replace(receipt, readings=job.codes)
