"""The log of changes cannot be changed unseen: each entry is summed up together with the one before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from leitstern.server import audit, chain
from leitstern.server.models import AuditEntry, AuditLink


@pytest.fixture
def log(transactional_db: None) -> chain.Head:
    """Six entries, and the head at that time."""
    for number in range(1, 7):
        audit.note(None, "goal.offered", f"goal:{number}", {"target": 1.5, "by": "Zoë"}, None)
    return chain.head()


def test_every_entry_is_linked_once_it_is_stored(log: chain.Head) -> None:
    assert log.count == 6
    assert chain.check() == chain.Checked(log)
    assert chain.check(log) == chain.Checked(log)
    with transaction.atomic():
        audit.note(None, "goal.accepted", "goal:1")
        audit.note(None, "goal.accepted", "goal:2")
        assert chain.head() == log, "nobody waits for the chain while something is being stored"
    assert chain.head().count == 8
    assert chain.check(log).wrong is None


def test_what_is_taken_back_leaves_no_gap(log: chain.Head) -> None:
    with transaction.atomic():
        audit.note(None, "goal.accepted", "goal:1")
        transaction.set_rollback(True)
    audit.note(None, "goal.accepted", "goal:2")
    assert chain.head().count == 7
    assert chain.check(log).wrong is None


def changed() -> None:
    AuditEntry.objects.filter(object="goal:3").update(before={"target": 1000, "by": "Zoë"})


def redated() -> None:
    first = AuditEntry.objects.order_by("pk")[0]
    AuditEntry.objects.filter(object="goal:3").update(at=first.at)


def removed() -> None:
    AuditEntry.objects.filter(object="goal:3").delete()


def unlinked() -> None:
    AuditEntry.objects.filter(object="goal:3").delete()
    AuditLink.objects.filter(number=3).delete()


def exchanged() -> None:
    third, fourth = AuditLink.objects.get(number=3), AuditLink.objects.get(number=4)
    AuditLink.objects.filter(number=3).update(entry=-1)
    AuditLink.objects.filter(number=4).update(entry=third.entry)
    AuditLink.objects.filter(number=3).update(entry=fourth.entry)


@pytest.mark.parametrize(
    ("attack", "wrong"),
    [
        (changed, "altered"),
        (redated, "altered"),
        (removed, "removed"),
        (unlinked, "removed"),
        (exchanged, "altered"),
    ],
)
def test_a_change_is_found_where_it_was_made(log: chain.Head, attack: Callable[[], None], wrong: str) -> None:
    attack()
    found = chain.check()
    assert (found.wrong, found.at) == (wrong, 3)


def test_whoever_writes_all_anew_is_found_by_the_head_that_was_kept(log: chain.Head) -> None:
    changed()
    AuditLink.objects.all().delete()
    chain.seal()
    assert chain.check().wrong is None
    assert chain.check(log).wrong == "other"


def test_whoever_cuts_the_end_off_is_found_by_the_head_that_was_kept(log: chain.Head) -> None:
    AuditEntry.objects.filter(object="goal:6").delete()
    AuditLink.objects.filter(number=6).delete()
    assert chain.check().wrong is None
    assert chain.check(log).wrong == "shorter"


def test_entries_from_before_there_was_a_chain_are_linked(log: chain.Head) -> None:
    AuditLink.objects.all().delete()
    assert chain.check().loose == 6
    chain.seal()
    assert chain.head() == log


def test_an_entry_slipped_in_is_told(log: chain.Head) -> None:
    AuditEntry.objects.create(action="goal.accepted", object="goal:3")
    assert chain.check().loose == 1
