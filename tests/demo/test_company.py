"""The simulated records fit together, except where a fault is planted."""

from __future__ import annotations

import itertools
from collections import defaultdict
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from stdnum.at import uid as austrian
from stdnum.ch import uid as swiss
from stdnum.de import vat as german

from leitstern.demo.company import TIMEZONE, Company
from leitstern.demo.words import FILM_PHONES
from leitstern.facts.model import FACTS


def test_about_forty_people_work_there_and_the_teams_change(company: Company) -> None:
    person, membership = company.tables["person"], company.tables["membership"]
    left = person["left_at"]
    assert 36 <= int((np.isnat(left) | (left > np.datetime64(company.until))).sum()) <= 44
    assert int((~np.isnat(left)).sum()) >= 3
    assert int((person["working_share"] < 1).sum()) >= 3
    teams = defaultdict(set)
    for who, team in zip(membership["person"], membership["team"], strict=True):
        teams[who].add(team)
    assert sum(len(of) > 1 for of in teams.values()) >= 3


def test_every_team_is_led_by_one_of_its_people(company: Company) -> None:
    team, membership = company.tables["team"], company.tables["membership"]
    stays = set(zip(membership["person"], membership["team"], strict=True))
    assert all(pair in stays for pair in zip(team["lead"], team["key"], strict=True))


def test_nobody_is_in_two_teams_at_once(company: Company) -> None:
    membership = company.tables["membership"]
    stays = defaultdict(list)
    for who, since, last in zip(
        membership["person"], membership["valid_from"], membership["valid_to"], strict=True
    ):
        stays[who].append((since, np.datetime64("2999-12-31") if np.isnat(last) else last))
    for of in stays.values():
        of.sort()
        assert all(since <= last for since, last in of)
        assert all(one[1] < other[0] for one, other in itertools.pairwise(of))


def test_references_hold_except_the_planted_ones(company: Company) -> None:
    broken = defaultdict(set)
    for name, table in company.tables.items():
        for field in FACTS[name].fields:
            if field.kind != "ref" or field.name not in table:
                continue
            known = {*company.tables[str(field.to)]["key"], None}
            strange = set(table[field.name]) - known
            if strange:
                broken[name, field.name] = strange
    assert broken == {("deal", "company"): {"K-99999"}, ("lead", "owner"): {"M-9999"}}


def test_dates_are_in_order_except_the_planted_ones(company: Company) -> None:
    wrong = set()
    for name, table in company.tables.items():
        for first, second in FACTS[name].before:
            if first in table and second in table:
                late = np.flatnonzero(table[first] > table[second])
                wrong |= {(name, table["key"][row]) for row in late}
    assert wrong == {("deal", key) for key in company.planted["closed_before_created"]}


def test_keys_are_unique(company: Company) -> None:
    for name, table in company.tables.items():
        if "key" in table:
            assert len(set(table["key"])) == len(table["key"]), name


def test_the_history_leads_to_the_present_stage(company: Company) -> None:
    event, deal = company.tables["deal_event"], company.tables["deal"]
    path = defaultdict(list)
    for row in np.flatnonzero(event["field"] == "stage"):
        path[event["deal"][row]].append((event["at"][row], event["old"][row], event["new"][row]))
    assert set(path) == set(deal["key"])
    again = 0
    planted = set(company.planted["closed_before_created"])
    for row, key in enumerate(deal["key"]):
        steps = sorted(path[key], key=lambda step: step[0])
        assert steps[0][:2] == (deal["created_at"][row], None)
        assert all(one[2] == other[1] and one[0] < other[0] for one, other in itertools.pairwise(steps))
        assert steps[-1][2] == deal["stage"][row]
        if deal["status"][row] != "open" and key not in planted:
            assert steps[-1][0] == deal["closed_at"][row]
        again += len({step[2] for step in steps}) < len(steps)
    assert again > 50  # deals that came back to a stage
    status = {"Gewonnen": "won", "Verloren": "lost"}
    assert [status.get(stage, "open") for stage in deal["stage"]] == deal["status"].tolist()


def test_shares_of_a_deal_add_up_to_one(company: Company) -> None:
    share = company.tables["deal_share"]
    total = defaultdict(list)
    for deal, part in zip(share["deal"], share["share"], strict=True):
        total[deal].append(round(float(part), 2))
    assert {tuple(sorted(parts)) for parts in total.values()} == {(0.4, 0.6), (0.2, 0.3, 0.5)}
    assert len(total) > 200


def test_whoever_acts_is_employed_on_that_day(company: Company) -> None:
    person, membership = company.tables["person"], company.tables["membership"]
    begin = defaultdict(lambda: np.datetime64("2999-12-31"))
    for who, since in zip(membership["person"], membership["valid_from"], strict=True):
        begin[who] = min(begin[who], since)
    left = dict(zip(person["key"], person["left_at"], strict=True))
    for name in ("activity", "invoice", "ticket"):
        table = company.tables[name]
        day = table[FACTS[name].main_date].astype("datetime64[D]")
        for who, when in zip(table["owner"], day, strict=True):
            if who is not None:
                assert begin[who] <= when, (name, who, when)
                assert np.isnat(left[who]) or when <= left[who], (name, who, when)


def test_every_moment_exists_in_the_time_zone(company: Company) -> None:
    zone, utc = ZoneInfo(TIMEZONE), ZoneInfo("UTC")
    for name, table in company.tables.items():
        for field in FACTS[name].fields:
            if field.kind == "time" and field.name in table:
                for moment in np.unique(table[field.name].astype("datetime64[s]")).tolist():
                    if moment is not None and (moment.month, moment.hour) in ((3, 2), (10, 2)):
                        there = moment.replace(tzinfo=zone)
                        assert there.astimezone(utc).astimezone(zone).replace(tzinfo=None) == moment


def test_tax_numbers_are_valid_and_only_duplicates_share_them(company: Company) -> None:
    table = company.tables["company"]
    seen = defaultdict(list)
    for key, country, vat, uid in zip(
        table["key"], table["country"], table["vat_id"], table["uid_no"], strict=True
    ):
        if vat is not None:
            assert (german if country == "DE" else austrian).is_valid(vat), vat
            seen[vat.replace(" ", "")].append(key)
        if uid is not None:
            assert country == "CH"
            assert swiss.is_valid(uid), uid
            seen[uid].append(key)
    twice = {key for keys in seen.values() if len(keys) > 1 for key in keys}
    assert {key for key in twice if key.startswith("K-D")} == set(company.planted["duplicate_companies"])
    assert len(twice) == 2 * len(company.planted["duplicate_companies"])


def test_nobody_real_can_be_reached(company: Company) -> None:
    for name in ("person", "contact"):
        assert all(email.endswith(".example") for email in company.tables[name]["email"])
    allowed = tuple(f"{area} {first}" for area, first in FILM_PHONES)
    phones = [phone for phone in company.tables["contact"]["phone"] if phone]
    assert len(phones) > 500
    assert all(phone.startswith(allowed) for phone in phones)


def test_swiss_business_is_in_francs_with_a_rate_for_each_day(company: Company) -> None:
    deal, rate = company.tables["deal"], company.tables["exchange_rate"]
    assert set(deal["region"][deal["currency"] == "CHF"]) == {"Schweiz"}
    assert int((deal["currency"] == "CHF").sum()) > 50
    days = set(rate["day"].tolist())
    for name in ("deal", "invoice", "quote", "spend"):
        table = company.tables[name]
        field = FACTS[name].main_date
        mine = table[field][table["currency"] == "CHF"].astype("datetime64[D]")
        assert {day for day in mine.tolist() if day is not None} <= days, name


def test_credit_notes_are_negative_and_few(company: Company) -> None:
    invoice = company.tables["invoice"]
    credit = invoice["kind"] == "credit_note"
    assert 0.01 < credit.mean() < 0.08
    assert (invoice["amount"][credit] < 0).all()
    assert (invoice["amount"][~credit] > 0).all()


def test_work_rests_on_holidays_and_in_summer(company: Company) -> None:
    event = company.tables["deal_event"]["at"].astype("datetime64[D]")
    weekday = (event.astype(np.int64) + 3) % 7
    assert (weekday < 5).all()
    assert not np.isin(event, [np.datetime64("2025-05-01"), np.datetime64("2025-12-25")]).any()
    deal = company.tables["deal"]
    month = deal["closed_at"][deal["status"] == "won"].astype("datetime64[M]").astype(np.int64) % 12 + 1
    wins = np.bincount(month, minlength=13)[1:]
    assert wins[7] < 0.8 * wins.mean()  # August


def test_the_business_grows(company: Company) -> None:
    invoice = company.tables["invoice"]
    year = invoice["at"].astype("datetime64[Y]").astype(int) + 1970
    revenue = [int(invoice["amount"][year == y].sum()) for y in (2024, 2025)]
    assert revenue[1] > revenue[0] * 1.02


@pytest.mark.parametrize("fault", ["deals_without_company", "unknown_company", "unknown_owner"])
def test_planted_faults_are_in_the_records(company: Company, fault: str) -> None:
    fact, field, value = {
        "deals_without_company": ("deal", "company", None),
        "unknown_company": ("deal", "company", "K-99999"),
        "unknown_owner": ("lead", "owner", "M-9999"),
    }[fault]
    table = company.tables[fact]
    assert {key for key, v in zip(table["key"], table[field], strict=True) if v == value} >= set(
        company.planted[fault]
    )
    assert company.planted[fault]
