"""`--account`: numbers and their records as somebody may see them, not as the machine's owner does."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from leitstern import clock
from leitstern.server.prepare import prepare
from tests.cli.separate import in_database, leitstern
from tests.server import company

pytestmark = pytest.mark.calendar

#: Frauke leads Anneke, Jasper and, in the team beneath hers, Mehmet. Wencke leads nobody.
LEAD, MEMBER = "lead@example.org", "member@example.org"
SEEN = {LEAD: {"P1", "P2", "P3", "P8"}, MEMBER: {"P4"}}
SCRIPT = f"""
from leitstern.server.models import Account

Account.objects.create_user("{LEAD}", None, name="Frauke", person="P8")
Account.objects.create_user("{MEMBER}", None, name="Wencke", person="P4")
"""
#: The month before the one that is not over.
MONTH = f"{clock.today('Europe/Berlin').replace(day=1) - timedelta(days=1):%Y-%m}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with two accounts."""
    found = tmp_path_factory.mktemp("eyes") / "company"
    company.build(found)
    prepare(found)
    in_database(found, SCRIPT)
    return found


@pytest.fixture(scope="module")
def won(folder: Path) -> Counter[str]:
    """How many deals each person won in the month, counted in the file."""
    with (folder / "files" / "deals.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["closed"].startswith(MONTH)]
    return Counter(row["owner"] for row in rows if row["status"] == "won")


def shown(folder: Path, *arguments: str) -> dict[str, int]:
    """Won deals of the month by person."""
    first = date.fromisoformat(f"{MONTH}-01")
    found = leitstern(
        folder, *arguments, "show", "won_deals", "--by", "person", "--from", str(first),
        "--to", str((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)), "--json",
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return {row["subject"]["id"]: row["value"] for row in json.loads(found.stdout) if row["value"]}


def test_show_leaves_out_whom_one_may_not_see(folder: Path, won: Counter[str]) -> None:
    assert shown(folder) == won
    for email, seen in SEEN.items():
        found = shown(folder, "--account", email)
        assert found == {person: count for person, count in won.items() if person in seen}
        assert found


def test_records_of_others_are_as_if_there_were_nobody(folder: Path, won: Counter[str]) -> None:
    def records(email: str, person: str) -> tuple[int, int, str]:
        done = leitstern(
            folder, "--account", email, "records", "won_deals", "--period", MONTH, "--by", "person",
            "--subject", person, "--json",
        )  # fmt: skip
        return done.returncode, len(json.loads(done.stdout or "[]")), done.stderr

    assert records(LEAD, "P1") == (0, won["P1"], "")
    assert records(MEMBER, "P4") == (0, won["P4"], "")
    code, count, said = records(MEMBER, "P1")
    assert (code, count) == (1, 0)
    assert "There is no person 'P1'" in said


def test_the_records_of_the_company_do_not_name_them(folder: Path, won: Counter[str]) -> None:
    names = {key: name for key, name, *_ in company.PEOPLE}
    for email, seen in SEEN.items():
        done = leitstern(folder, "--account", email, "records", "won_deals", "--period", MONTH, "--json")
        named = Counter(row["person"] for row in json.loads(done.stdout))
        assert named.total() == won.total()
        assert named.pop(None) == sum(count for person, count in won.items() if person not in seen)
        assert named == {names[person]: count for person, count in won.items() if person in seen}


def test_an_unknown_account_sees_nothing(folder: Path) -> None:
    done = leitstern(folder, "--account", "stranger@example.org", "show", "won_deals")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no account stranger@example.org here." in done.stderr
