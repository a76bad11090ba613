"""A workspace: one folder with settings, KPI files, mappings, data, and what can be done with it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from leitstern import clock, private
from leitstern import settings as settings_file
from leitstern.disk import with_room
from leitstern.errors import Problem
from leitstern.info import GenerationInfo, info, set_aside_findings, set_aside_records
from leitstern.lock import writing
from leitstern.settings import Settings

if TYPE_CHECKING:
    from decimal import Decimal

    import pyarrow as pa

    from leitstern.engine.account.data import DataAccount
    from leitstern.engine.account.facts import Remark
    from leitstern.engine.account.keyed import RecordDifference
    from leitstern.engine.account.lacks import Lack
    from leitstern.engine.account.told import Compared, Told
    from leitstern.engine.closing import Closed, Ledger
    from leitstern.engine.generation import Generation
    from leitstern.engine.observations import Observations
    from leitstern.engine.organisation import Organisation
    from leitstern.engine.reasons import Account
    from leitstern.engine.records import AsideRecord, Records
    from leitstern.engine.restating import Restatement
    from leitstern.facts import mapping
    from leitstern.facts.corrections import Correction
    from leitstern.facts.jobs import Options
    from leitstern.facts.quality import QualityFinding
    from leitstern.facts.receipts import Receipt, SetAsideRow, TableReceipt, Unmatched
    from leitstern.facts.staff import Staff
    from leitstern.facts.store import Store
    from leitstern.facts.typed import Entry, Sheet
    from leitstern.kpis.kept import Change
    from leitstern.kpis.load import Catalogue
    from leitstern.sources.files import Landed

#: Told what is being done, how much of it is done, and how much there is (0: unknown).
Progress = Callable[[str, int, int], None]

#: Countries in which a date with dots begins with the day, and nobody means anything else.
DOTS_DAY_FIRST = frozenset({"AT", "CH", "DE", "LI"})

#: How often, and after how many seconds, to ask again for a store that somebody is reading.
_TRIES, _PAUSE = 50, 0.1


class Workspace:
    """An open workspace. Made by ``leitstern.init`` or ``leitstern.open``.

    Reading never waits for writing: values come from a generation, which does not change. Each
    question is answered from the newest one.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        #: The language of notes in receipts; others are said when they are asked for.
        self.language: str = settings.language
        self._open: tuple[Path, Generation] | None = None
        self._closed: tuple[tuple[str, ...], Ledger] | None = None

    @classmethod
    def create(cls, folder: str | Path, **settings: object) -> Workspace:
        """Make a workspace, for its owner's eyes only. Raises ``Problem`` if it is one, or a setting is
        not possible."""
        path = Path(folder)
        if (path / settings_file.FILE).exists():
            raise Problem("leitstern.workspace_exists", path=path)
        if path.exists() and not path.is_dir():
            raise Problem("leitstern.not_a_folder", path=path)
        checked = Settings.check(settings_file.FILE, {"name": path.resolve().name, **settings})
        for folder_of in (path, *(path / part for part in ("kpis", "mappings", "raw", "generations"))):
            private.make(folder_of)
        checked.write(path)
        return cls(path, checked)

    @classmethod
    def open(cls, folder: str | Path) -> Workspace:
        """Open a workspace; raises ``Problem`` where there is none or its settings are wrong."""
        path = Path(folder)
        return cls(path, Settings.read(path))

    def __repr__(self) -> str:
        return f"<Workspace {self.settings.name!r} in {str(self.folder)!r}>"

    @cached_property
    def catalogue(self) -> Catalogue:
        """All KPI definitions, shipped and own; raises ``Problem`` with file and line of a mistake.

        A version whose file says something else than at the last refresh keeps its meaning until the
        change is taken back or written as a new version (see ``changed_meanings``).
        """
        from leitstern.kpis import kept

        return kept.unchanged(self.folder, self._written_catalogue)

    @cached_property
    def _written_catalogue(self) -> Catalogue:
        """All KPI definitions as the files say them."""
        from leitstern.kpis.load import Catalogue

        return Catalogue.load(self.folder / "kpis")

    def changed_meanings(self) -> list[Change]:
        """KPI versions that mean something else than at the last refresh. Those by files of the workspace
        stop the next refresh; those that a newer program brings take part in it."""
        from leitstern.kpis import kept

        return kept.changes(kept.read(self.folder), self._written_catalogue)

    # --- writing ---

    def import_files(
        self,
        paths: Sequence[str | Path],
        mapping: str | Path | None = None,
        fact: str | None = None,
        answers: Mapping[str, str] | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> Receipt:
        """Import files and folders; returns the account of every row.

        ``mapping`` is a mapping file, which is kept in the workspace's `mappings` (default: all that
        are there; for files that none fits one is proposed there). ``fact`` says what the rows are.
        ``answers`` settles ambiguous columns: column, or ``file:column``, to the code of a reading. If
        questions stay open, or with ``dry_run``, nothing is imported. All is imported in one
        transaction, or nothing.
        """
        from leitstern.facts.imports import import_files

        files = [Path(path) for path in paths]
        options = self._options(answers, fact=fact, dry_run=dry_run, propose=not mapping)
        known = self._known_mappings(mapping)
        if dry_run:
            # What is only looked at leaves nothing behind, its text neither.
            with self._store_to_look_at() as store, TemporaryDirectory() as raw:
                return import_files(store, Path(raw), files, known, options, progress)
        with writing(self.folder, "import"), with_room(), self._store_to_write() as store:
            _clear(self._raw.glob(".landing-*"))
            receipt = import_files(store, self._raw, files, known, options, progress)
        if mapping and not receipt.questions:
            self._keep(Path(mapping))
        return receipt

    def land(
        self, paths: Sequence[Path], progress: Progress | None = None
    ) -> tuple[list[Landed], list[Unmatched]]:
        """Read files into raw tables, which are kept; also returns the files that cannot be read.

        What becomes of the tables is said to `import_landed`, as often as is needed: the files are not
        needed again. Raises ``Problem`` where the only file cannot be read, or another process is writing.
        """
        from leitstern.facts.imports import land_files

        with writing(self.folder, "import"), with_room():
            _clear(self._raw.glob(".landing-*"))
            return land_files(self._raw, paths, self._options(None), progress or _silent)

    def landed(self, file: str, sha256: str) -> list[Landed] | None:
        """The raw tables of a file that was landed; None where they are gone."""
        from leitstern.sources.files import landed

        return landed(file, sha256, self._raw)

    def import_landed(
        self,
        tables: Sequence[Landed],
        answers: Mapping[str, str],
        corrections: Mapping[str, Correction],
        trial: bool = False,
        instead_of: int | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """Import raw tables; ``corrections`` of the proposals by ``facts.mapping.place``.

        ``instead_of`` names an earlier import that is taken back in the same step.

        A ``trial`` does all of it and takes everything back: its receipt says what would become of each row.
        Otherwise as `import_files`.
        """
        from leitstern.facts.imports import import_tables

        options = self._options(answers, dry_run=trial, corrections=corrections, instead_of=instead_of)
        known = self._known_mappings(None)
        with writing(self.folder, "import"), with_room():
            store = self._store_to_write() if self.has_data() or not trial else self._store_to_look_at()
            with store:
                return import_tables(store, list(tables), [], known, options, progress)

    def import_typed(self, tables: Sequence[Landed], progress: Progress | None = None) -> Receipt:
        """Import raw tables of rows that somebody typed (see ``facts.typed``); else as `import_landed`."""
        from leitstern.facts import typed
        from leitstern.facts.imports import import_tables

        options = self._options(None, propose=False)
        with writing(self.folder, "import"), with_room(), self._store_to_write() as store:
            return import_tables(store, list(tables), [], [typed.mapping(tables)], options, progress)

    def mappings(self) -> dict[str, str]:
        """The text of each mapping by the name of its file."""
        return {file.name: file.read_text(encoding="utf-8") for file in sorted(self._mappings.glob("*.toml"))}

    def write_mapping(self, name: str, text: str | None) -> None:
        """Write the mapping file ``name``, or remove it (``text`` None). What was imported stays as it is.

        Raises ``Problem`` where the text is no mapping, and while an import is running.
        """
        from leitstern.facts import mapping

        if text is not None:
            mapping.parse(text, name)
        with writing(self.folder, "import"):
            if text is None:
                (self._mappings / name).unlink(missing_ok=True)
            else:
                mapping.write(self._mappings / name, text)

    def undo_import(self, batch: int) -> None:
        """Take an import back: its new records go, and those it changed are as they were before.

        Values change with the next generation. Raises ``Problem`` where a later import changed some of its
        records, and where another process is writing.
        """
        with writing(self.folder, "import"), with_room(), self._store_to_write() as store:
            store.undo(batch)

    def _options(
        self,
        answers: Mapping[str, str] | None,
        *,
        fact: str | None = None,
        dry_run: bool = False,
        propose: bool = True,
        corrections: Mapping[str, Correction] | None = None,
        instead_of: int | None = None,
    ) -> Options:
        from leitstern.facts.jobs import Options

        return Options(
            timezone=self.settings.timezone,
            language=self.language,
            fact=fact,
            dots_day_first=self.settings.country in DOTS_DAY_FIRST,
            answers=answers or {},
            dry_run=dry_run,
            proposals=self._mappings if propose else None,
            corrections=corrections or {},
            trial=corrections is not None and dry_run,
            instead_of=instead_of,
        )

    def _keep(self, mapping: Path) -> None:
        """Put a mapping that was used beside the others, so that the next export needs no word of it."""
        kept = self._mappings / mapping.name
        if not (kept.exists() and kept.samefile(mapping)):
            shutil.copyfile(mapping, kept)

    def refresh(self, progress: Progress | None = None) -> GenerationInfo:
        """Build a new generation from the imported data and publish it in one step.

        Raises ``Problem`` where nothing was imported, a KPI file has a mistake or changes what a version
        means, or another process is writing. Readers keep their generation until it is published; a
        refresh that fails or is killed leaves everything as it was.
        """
        from leitstern.engine import build
        from leitstern.facts.quality import company_identities
        from leitstern.kpis import kept

        if not self.has_data():
            raise Problem("leitstern.nothing_imported", path=self.folder)
        for change in self.changed_meanings():
            if change.refused:
                raise change.problem
        tell = progress or _silent
        with writing(self.folder, "refresh"), with_room():
            _clear(self._generations.glob(".building-*"))
            with self._store() as store:
                canonical = company_identities(store).canonical
                batch = store.last_batch()
            if not batch:
                raise Problem("leitstern.nothing_imported", path=self.folder)
            build.build(
                self._store_path,
                self._generations,
                self.catalogue,
                self.settings.context(batch),
                canonical,
                tuple(self._ledger().closed.values()),
                step=lambda name: tell(name, 0, 0),
            )
            kept.keep(self.folder, self.catalogue)
        return info(self._generation())

    def close(self, period: str, by: str) -> Closed:
        """Close a period (a label such as ``2026-Q3``), as ``by``: what counted in it stands from now on,
        and every value that includes its days is made of that.

        Raises ``Problem`` where the period is not over, or closed already.
        """
        from leitstern.periods.grains import parse

        when = parse(period, self.settings.fiscal_year_start)
        with writing(self.folder, "close"):
            return self._ledger().close(self._generation(), self.catalogue, when, by)

    # --- reading ---

    def closed_within(self, start: date, end: date) -> list[Closed]:
        """The closed periods that share a day with a stretch, in the order of their days."""
        found = [c for c in self._ledger().closed.values() if c.start <= end and start <= c.end]
        return sorted(found, key=lambda c: (c.start, c.end))

    def closed(self) -> list[Closed]:
        """The closed periods, the latest first."""
        return sorted(self._ledger().closed.values(), key=lambda c: (c.end, c.start), reverse=True)

    def restatements(self) -> list[Restatement]:
        """Values of closed periods that the records contradict today; the closed values stand."""
        from leitstern.engine.restating import restatements

        return list(restatements(self._generation(), self.catalogue, self._ledger()))

    def restated(
        self,
        names: Sequence[str],
        by: str | Sequence[str] = "company",
        grain: str = "month",
        start: date | None = None,
        end: date | None = None,
        as_of: date | None = None,
    ) -> list[Restatement]:
        """Of the values that `compute` gives, those that the records contradict today, as they include
        closed days."""
        from leitstern.engine.restating import restated
        from leitstern.engine.run import Request
        from leitstern.periods.grains import Grain

        levels = (by,) if isinstance(by, str) else tuple(by)
        request = Request(tuple(names), levels, Grain(grain), start, end, as_of)
        return list(restated(self._generation(), self.catalogue, request, self._ledger()))

    def has_data(self) -> bool:
        """Whether anything was imported."""
        return self._store_path.exists()

    def generation(self) -> GenerationInfo | None:
        """The newest generation; None before the first."""
        from leitstern.engine.generation import CURRENT

        if not (self._generations / CURRENT).exists():
            return None
        return info(self._generation())

    def organisation(self) -> Organisation:
        """People and teams with their history, as the newest generation holds them."""
        from leitstern.engine.organisation import organisation

        return organisation(self._generation())

    def newer_data(self) -> bool:
        """Whether there were imports after the newest generation was built (False while one is running)."""
        try:
            with self._store() as store:
                return store.last_batch() > self._generation().context.batch
        except Problem as problem:
            if problem.code == "facts.store_busy":
                return False
            raise

    def compute(
        self,
        names: Sequence[str],
        by: str | Sequence[str] = "company",
        grain: str = "month",
        start: date | None = None,
        end: date | None = None,
        as_of: date | None = None,
        against: Literal["previous_period", "previous_year"] | None = None,
    ) -> Observations:
        """Compute KPIs by period and subject; several subject types in one question share the work.

        ``start`` and ``end`` are both included; a period that shares a day with them is computed whole.
        Without them the range is that of the data. ``as_of`` answers as if that day were today.
        ``against`` gives, for each period, the value it is fairly compared with: that of an earlier
        period, up to the same working day where the period still runs (to-date values: up to the same
        day of the previous year). A KPI may be named with its version (``win_rate@1``). Raises ``Problem``
        for an unknown KPI, subject or grain, and where no generation was built yet.
        """
        from leitstern.engine.run import Request, compute
        from leitstern.periods.grains import Grain

        levels = (by,) if isinstance(by, str) else tuple(by)
        request = Request(tuple(names), levels, Grain(grain), start, end, as_of, against)
        return compute(self._generation(), self.catalogue, request, self._ledger())

    def compute_stretches(
        self,
        names: Sequence[str],
        by: str | Sequence[str] = "company",
        stretches: Sequence[tuple[date, date]] = (),
    ) -> Observations:
        """Compute KPIs for any stretches of days, each as one period: first and last day, both included.

        The periods' labels are ``2026-07-01..2026-09-15``. Otherwise as `compute`.
        """
        from leitstern.engine.run import Request, compute

        levels = (by,) if isinstance(by, str) else tuple(by)
        request = Request(tuple(names), levels, stretches=tuple(stretches))
        return compute(self._generation(), self.catalogue, request, self._ledger())

    def compute_as_known(
        self,
        name: str,
        by: str,
        stretches: Sequence[tuple[date, date]],
        grain: str | None,
        day: date,
    ) -> Observations:
        """Compute a KPI as it was known on ``day``: what records came to later (who converted, what came to
        an end) had not happened yet, whether their period was closed meanwhile or not.

        ``stretches`` are neighbouring periods of ``grain`` in order, or any stretches where it is None.
        """
        from leitstern.engine.run import Request, compute
        from leitstern.periods.grains import Grain

        request = Request((name,), (by,), as_of=day, stretches=tuple(stretches), as_known=True)
        if grain is not None:
            first, last = stretches[0][0], stretches[-1][1]
            request = Request((name,), (by,), Grain(grain), first, last, day, as_known=True)
        return compute(self._generation(), self.catalogue, request, self._ledger())

    def sql(self, names: Sequence[str], by: str = "company", grain: str = "month") -> str:
        """The statements that read what KPIs are made of, as text to read and run on a generation.

        Raises ``Problem`` for an unknown KPI, subject or grain.
        """
        from leitstern.engine.explain import sql
        from leitstern.periods.grains import Grain

        _known_subject(by)
        resolved = [self.catalogue.resolved(name) for name in names]
        return sql(self._generation(), resolved, by, Grain(grain))

    def records(self, kpi: str, period: str, by: str = "company", subject: str | None = None) -> Records:
        """The records behind a KPI's value for one period (a label such as ``2026-03``) and subject.

        ``subject`` is a subject's id; None stands for the company, and otherwise for records that are
        not assigned. ``aside`` of the answer are the records that are missing among them, with the reason.
        Raises ``Problem`` for an unknown KPI, period or subject.
        """
        from leitstern.engine.reasons import listed
        from leitstern.engine.records import records
        from leitstern.engine.run import holds
        from leitstern.periods.grains import parse

        when = parse(period, self.settings.fiscal_year_start)
        version = holds(self.catalogue.versions(kpi), when, self.closed()).version
        generation, resolved = self._generation(), self.catalogue.resolved(kpi, version)
        found = records(generation, resolved, when, by, subject)
        return replace(found, aside=listed(generation, resolved, when, by, subject))

    def accounts(self, kpi: str) -> list[Account]:
        """What becomes of all records that a KPI could count: counted, outside its filter, or why not."""
        from leitstern.engine.reasons import accounts

        return accounts(self._generation(), self.catalogue.resolved(kpi))

    def account(self, batch: int | None = None) -> DataAccount:
        """From the rows of files to what counts where: of one import, or of the newest one of each file.

        For each fact: how many records there are, how many count, and for which reasons others do not, or
        not wherever they should (see ``DataAccount``).
        """
        from leitstern.engine.account.data import DataAccount, data_account

        if not self.has_data():
            return DataAccount((), (), built=False)
        generation = self._generation() if self.generation() else None
        with self._store() as store:
            return data_account(store, generation, self.catalogue, batch)

    def lacks(self, *names: str) -> list[Lack]:
        """Why KPIs (default: all) are empty: what their measures need and nothing has brought."""
        from leitstern.engine.account.lacks import lacks

        asked = [self.catalogue.resolved(name) for name in names or self.catalogue.names]
        return lacks(self._generation(), asked)

    def compare_told(self, told: Sequence[Told]) -> Compared:
        """Put what another system says of KPIs beside our values, with what explains a difference.

        Raises ``Problem`` for an unknown KPI or period.
        """
        from leitstern.engine.account.told import compare_told

        with self._store() as store:
            return compare_told(self._generation(), self.catalogue, self._ledger(), store, told)

    def compare_records(
        self, kpi: str, period: str, theirs: Mapping[str, Decimal | None]
    ) -> list[RecordDifference]:
        """Compare another system's list of records with those behind a KPI's value: which differ, and why.

        ``theirs``: keys with the amounts, where there are any. Raises ``Problem`` for a KPI that is no plain
        number or sum of records.
        """
        from leitstern.engine.account.keyed import compare_records
        from leitstern.engine.run import holds
        from leitstern.periods.grains import parse

        when = parse(period, self.settings.fiscal_year_start)
        version = holds(self.catalogue.versions(kpi), when, self.closed()).version
        return compare_records(self._generation(), self.catalogue.resolved(kpi, version), when, theirs)

    def account_records(self, remark: Remark) -> list[AsideRecord]:
        """The records that a remark of an account tells of, by their keys."""
        from leitstern.engine.account.facts import remark_records

        return remark_records(self._generation(), self.catalogue, remark)

    def facts(self, fact: str, *fields: str) -> pa.Table:
        """The records of a fact with some of its fields, as the newest generation holds them.

        References are keys, dates are days in the workspace's zone, money is decimal in its currency;
        ``team@closed_at`` and ``person@closed_at`` are whose record it was on that date. Raises ``Problem``
        for an unknown fact or field.
        """
        from leitstern.engine.tables import table

        return table(self._generation(), fact, fields)

    def quality(self) -> list[QualityFinding]:
        """What is wrong with the imported data, with the KPIs that each finding touches."""
        from leitstern.facts.quality import report
        from leitstern.kpis.reads import touched

        if not self.has_data():
            return []
        zone = self.settings.timezone
        with self._store() as store:
            findings = report(store, today=clock.today(zone), timezone=zone)
            if self.generation() is not None:
                findings += set_aside_findings(self._generation(), store)
        return [replace(f, kpis=touched(self.catalogue, f.fact, f.fields)) for f in findings]

    def typed(self, sheet: Sheet, start: date, end: date) -> list[Entry]:
        """The numbers of a kind that is typed, as the store holds them now, whoever or whatever brought them.

        Raises ``Problem`` ``facts.store_busy`` while an import is writing.
        """
        from leitstern.facts.typed import entries

        if not self.has_data():
            return []
        with self._store() as store:
            return entries(store, sheet, start, end, self.settings.timezone)

    def staff(self) -> Staff:
        """People, teams and memberships as the store holds them now.

        Raises ``Problem`` ``facts.store_busy`` while an import is writing.
        """
        from leitstern.facts.staff import staff

        with self._store_to_look_at() as store:
            return staff(store)

    def receipts(self) -> list[TableReceipt]:
        """What became of the rows of every import, oldest first."""
        if not self.has_data():
            return []
        with self._store() as store:
            return store.receipts()

    def set_aside(self, limit: int = 1000, batch: int | None = None) -> list[SetAsideRow]:
        """What counts nowhere, each with file, line, column and reason.

        First the records that the newest generation sets aside, then the rows that were not loaded, newest
        import first. Of one import (``batch``) only its rows that were not loaded.
        """
        if not self.has_data():
            return []
        records = set_aside_records(self._generation()) if batch is None and self.generation() else []
        with self._store() as store:
            return [*records, *store.set_aside(batch=batch, limit=limit)][:limit]

    def subjects(self, kind: str) -> list[tuple[str, str]]:
        """Id and name of all teams, persons, customers, campaigns, products or regions."""
        found = self._generation().subjects(kind)
        return [(s.id, s.name or s.id) for s in found if s.id is not None]

    # --- parts ---

    @property
    def _store_path(self) -> Path:
        return self.folder / "store.duckdb"

    @property
    def _raw(self) -> Path:
        return self.folder / "raw"

    @property
    def _mappings(self) -> Path:
        return self.folder / "mappings"

    @property
    def _generations(self) -> Path:
        return self.folder / "generations"

    def _store(self) -> Store:
        from leitstern.facts.store import Store

        return Store(self._store_path, read_only=True)

    def _store_to_look_at(self) -> Store:
        """The store, or an empty one in memory where nothing was imported yet."""
        from leitstern.facts.store import Store

        return self._store() if self.has_data() else Store(Path(":memory:"))

    def _store_to_write(self) -> Store:
        """The store; waits a moment for readers to finish."""
        from leitstern.facts.store import Store

        for _ in range(_TRIES):
            try:
                return Store(self._store_path)
            except Problem as problem:
                if problem.code != "facts.store_busy":
                    raise
            time.sleep(_PAUSE)
        return Store(self._store_path)

    def _known_mappings(self, given: str | Path | None) -> list[mapping.Mapping]:
        from leitstern.facts import mapping

        files = [Path(given)] if given else sorted(self._mappings.glob("*.toml"))
        return [mapping.load(file) for file in files]

    def _ledger(self) -> Ledger:
        """The closed periods, read again when one was added."""
        from leitstern.engine.closing import Ledger

        folder = self.folder / "closed"
        names = tuple(sorted(file.name for file in folder.glob("*.parquet")))
        if self._closed is None or self._closed[0] != names:
            self._closed = (names, Ledger(folder))
        return self._closed[1]

    def _generation(self) -> Generation:
        """The newest generation, kept open until a newer one is published."""
        from leitstern.engine import generation

        file = generation.current(self._generations)
        if self._open is None or self._open[0] != file:
            # The older one is left to the garbage collector: another thread may still be reading it.
            self._open = (file, generation.open_current(self._generations))
        return self._open[1]


def _clear(left: Iterable[Path]) -> None:
    """Remove what a killed process left. Only whoever holds the lock may call this."""
    for path in left:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _known_subject(by: str) -> None:
    from leitstern.facts.model import SUBJECTS

    if by not in SUBJECTS:
        raise Problem("leitstern.by_unknown", by=by, known=", ".join(SUBJECTS))


def _silent(_step: str, _done: int, _total: int) -> None:
    pass
