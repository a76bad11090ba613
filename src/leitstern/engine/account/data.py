"""The account of all data, or of one import: from the rows of files to what counts where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.engine import layout
from leitstern.engine.account.facts import FactAccount, accounts_of
from leitstern.facts.model import FACTS

if TYPE_CHECKING:
    from leitstern.engine.generation import Generation
    from leitstern.facts.receipts import TableReceipt
    from leitstern.facts.store import Store
    from leitstern.kpis.load import Catalogue


@dataclass(frozen=True, slots=True)
class DataAccount:
    """``tables``: what became of the rows of each file. ``facts``: what then counts, of all records of the
    facts in them. ``built`` is False while the generation is older than the last of the imports, or there is
    none: ``facts`` are then as they were before, or none.
    """

    tables: tuple[TableReceipt, ...]
    facts: tuple[FactAccount, ...]
    built: bool

    def of(self, fact: str) -> FactAccount | None:
        """The account of a fact; None where there are no records of it."""
        return next((one for one in self.facts if one.fact == fact), None)


def data_account(
    store: Store, generation: Generation | None, catalogue: Catalogue, batch: int | None
) -> DataAccount:
    """The account of one import (``batch``), or of the newest import of each file and fact."""
    tables = tuple(_newest(store.receipts()) if batch is None else store.receipts("batch = ?", batch))
    newest = max((table.batch for table in tables), default=0)
    built = generation is not None and generation.context.batch >= newest
    facts = [name for name in FACTS if any(table.fact == name for table in tables)]
    return DataAccount(tables, tuple(_facts(store, generation, catalogue, facts)), built)


def _newest(tables: Sequence[TableReceipt]) -> list[TableReceipt]:
    return list({(table.file, table.sheet, table.fact): table for table in tables}.values())


def _facts(
    store: Store, generation: Generation | None, catalogue: Catalogue, facts: Sequence[str]
) -> Iterator[FactAccount]:
    if generation is None:
        return
    yield from accounts_of(generation, catalogue, facts)
    for fact in facts:
        if fact in layout.CONSUMED:  # other facts are what they are by these
            records = store.count(fact)
            yield FactAccount(fact, records, records, None)
