"""Values of persons are shown for as many months back as the purpose of their KPI says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from leitstern.access.viewer import OPERATOR
from leitstern.periods.grains import parse
from leitstern.server import book
from leitstern.server.book.rights import seeing
from leitstern.server.models import PrivacySetting, Purpose
from leitstern.server.retention import months_before

from . import accounts
from .goals import goal, in_force
from .known import KnownWorkspace


@pytest.fixture
def lead(show, db):
    """P8, who leads P1. Today is 22 November 2026, so that three months back is 22 August."""
    show(KnownWorkspace())
    found = accounts.make_kind("lead")
    Purpose.objects.create(kpi="won_value", text="Führen", months=3, changed_by=found)
    return found


def months(viewer, kpi="won_value", by="person", subject="P1"):
    found = seeing(viewer).compute([kpi], by, "month", date(2026, 6, 1), date(2026, 10, 31))
    return [o.period for o in found if o.subject.id == subject and o.reason is None]


@pytest.mark.parametrize(
    ("day", "back", "wanted"),
    [
        (date(2026, 11, 22), 3, date(2026, 8, 22)),
        (date(2026, 1, 31), 1, date(2025, 12, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 11, date(2025, 12, 30)),
        (date(2026, 12, 5), 12, date(2025, 12, 5)),
    ],
)
def test_months_before_a_day(day, back, wanted):
    assert months_before(day, back) == wanted


def test_a_period_that_ended_before_is_left_out(lead):
    assert months(lead.viewer) == ["2026-08", "2026-09", "2026-10"]
    PrivacySetting.objects.create(mode="full")
    assert months(accounts.make("analyst").viewer) == ["2026-08", "2026-09", "2026-10"]
    assert len(months(OPERATOR)) == 5


def test_only_persons_and_only_kpis_with_a_purpose_have_a_limit(lead):
    assert len(months(lead.viewer, kpi="won_deals")) == 5
    assert len(months(lead.viewer, by="company", subject=None)) == 5


def test_a_new_purpose_holds_at_once(lead):
    Purpose.objects.update(months=1)
    assert months(lead.viewer) == ["2026-10"]


def test_what_a_period_is_compared_with_has_the_same_limit(lead):
    def compared():
        found = seeing(lead.viewer).compute(
            ["won_value"], "person", "month", date(2026, 11, 1), date(2026, 11, 30), "previous_year"
        )
        return {o.reason for o in found if o.subject.id == "P1"}

    assert compared() == {"protected"}
    Purpose.objects.update(months=13)
    assert compared() == {None}


def test_old_records_by_person_are_no_list_and_other_lists_name_nobody(lead):
    sight = seeing(lead.viewer)
    assert sight.records("won_value", parse("2026-07"), "person", "P1") is None
    assert sight.records("won_value", parse("2026-09"), "person", "P1") is not None
    old = sight.records("won_value", parse("2026-07"), "company", None)
    assert {r.person for r in old} == {None}
    # P2, whom the records name, is in the lead's team.
    new = sight.records("won_value", parse("2026-09"), "company", None)
    assert {r.person for r in new} == {"Anneke Brüning"}


def test_an_old_goal_of_a_person_keeps_its_plan_but_shows_no_value(lead):
    person = accounts.make_kind("colleague")
    row = in_force(lead, person, goal("won_value", "person:P2", "30000"))
    # It was agreed on in its time: nobody accepts a goal of a period that is over.
    row.put(goal("won_value", "person:P2", "30000", period="2026-Q2"))
    row.save()
    for viewer in (lead.viewer, person.viewer):
        standing = book.standings(viewer, [row])[row.pk]
        assert (standing.value, standing.reason) == (None, "protected")
        assert set(book.curve(viewer, row).actual) == {None}
    Purpose.objects.update(months=5)
    # Sixty-five weekdays at 500.
    assert book.standings(lead.viewer, [row])[row.pk].value == Decimal(32500)


def test_the_curve_and_the_evidence_leave_old_periods_out(lead):
    person = accounts.make_kind("colleague")
    row = in_force(lead, person, goal("won_value", "person:P2", "30000"))
    assert set(book.curve(lead.viewer, row).previous) == {None}
    assert [one.label for one in book.evidence(lead.viewer, row).past] == ["2026-Q3"]
    Purpose.objects.update(months=120)
    assert book.curve(lead.viewer, row).previous[-1] is not None
    assert len(book.evidence(lead.viewer, row).past) > 3
