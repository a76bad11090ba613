"""The pages of administration: who comes in, and what changing something leaves behind."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

import leitstern
from leitstern.access.modes import Privacy
from leitstern.access.viewer import Viewer
from leitstern.errors import Problem
from leitstern.lock import writing
from leitstern.server import account_changes, audit, privacy_changes
from leitstern.server.accounts import activate, change, create
from leitstern.server.models import AccessEntry, Account, AuditEntry, Invitation, PrivacyChange, Purpose
from leitstern.server.privacy import privacy
from leitstern.server.reader import Reader, _readers

from . import accounts

RULES = {
    "rules-mode": "own",
    "rules-floor": "5",
    "rules-dominance": "80",
    "rules-reason": "Betriebsvereinbarung vom 1. Dezember",
}
PEOPLE = "Nr;Name;E-Mail\n1;Ada Lang;ada@example.org\n2;Bo Kurz;bo@example.org\n3;Cy Ohne;\n"
MAPPING = """
name = "HR"
[[table]]
file = "people*.csv"
fact = "person"
key = "Nr"
[table.fields]
name = "Name"
email = "E-Mail"
"""
#: Address: who may open it.
WHO = {
    "/administration/accounts": {"administrator"},
    "/administration/people": {"administrator"},
    "/administration/company": {"administrator"},
    "/administration/privacy": {"administrator", "council", "management"},
    "/administration/rules": {"administrator", "council", "management"},
    "/administration/audit": {"administrator", "council"},
    "/administration/access-log": {"council"},
    "/me": set(accounts.KINDS),
}


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("address", WHO)
def test_a_page_is_there_for_whom_it_is_meant(clients, address):
    missing = text(clients["person"].get("/administration/nothing"))
    for kind, client in clients.items():
        response = client.get(address)
        if kind == "anonymous":
            assert response.status_code == 302
        else:
            assert response.status_code == (200 if kind in WHO[address] else 404), kind
            if response.status_code == 404 and kind == "person":
                assert _without_address(text(response)) == _without_address(missing)


def _without_address(page: str) -> str:
    return re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", page)


def test_administration_leads_to_the_first_page_one_may_open(clients):
    assert clients["administrator"].get("/administration")["Location"] == "/administration/accounts"
    assert clients["council"].get("/administration")["Location"] == "/administration/privacy"
    assert clients["person"].get("/administration").status_code == 404


def test_an_account_is_made_with_a_link_that_works(clients):
    sent = {"email": "New@Example.org", "name": "Neu", "person": "P5", "roles": ["analyst"], "leads": ["T2"]}
    page = text(clients["administrator"].post("/administration/accounts", sent))
    account = Account.objects.get(email="new@example.org")
    assert (account.person, account.roles, account.leads) == (None, ["analyst"], [])
    waiting = account_changes.waiting(account).get()  # person and teams take a second one
    assert waiting.after == {"person": "P5", "roles": ["analyst"], "leads": ["T2"]}
    links = re.findall(r"http://testserver(/welcome/[\w-]{43})", page)
    assert len(links) == 1
    assert "Das" not in links[0]
    assert accounts.client_of(None).get(links[0]).status_code == 200
    assert links[0] not in text(clients["administrator"].get(f"/administration/accounts/{account.pk}"))
    made = AuditEntry.objects.get(action="account.made")
    assert made.after == {
        "email": "new@example.org", "name": "Neu", "roles": [], "person": None, "leads": [],
        "is_active": True,
    }  # fmt: skip


def test_an_account_is_changed_deactivated_and_invited_anew(clients):
    boss, account = clients["administrator"], Account.objects.get(email="person@example.org")
    address = f"/administration/accounts/{account.pk}"
    sent = {"action": "save", "name": "Jasper", "person": "P1", "roles": ["analyst"], "leads": []}
    assert boss.post(address, sent).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.roles) == ("Jasper", ["analyst"])
    assert clients["person"].get("/kpis").status_code == 200
    boss.post(address, {"action": "deactivate"})
    assert clients["person"].get("/kpis").status_code == 302
    boss.post(address, {"action": "activate"})
    boss.post(address, {"action": "invite"})  # in use: whoever holds a link would get in
    open_ = account_changes.waiting(account).get()
    clients["council"].post(f"/administration/privacy/account/{open_.pk}", {"answer": "approve"})
    assert "/welcome/" in text(boss.post(address, {"action": "invite"}))
    assert boss.post(address, {"action": "nonsense"}).status_code == 404
    actions = [e.action for e in AuditEntry.objects.order_by("pk")]
    assert actions == [
        *["account.changed"] * 2, "account.deactivated", "account.activated", "account.proposed",
        "account.approved", "account.invited",
    ]  # fmt: skip


def test_nobody_changes_their_own_roles_or_ends_their_own_account(clients):
    account = Account.objects.get(email="administrator@example.org")
    address = f"/administration/accounts/{account.pk}"
    page = text(
        clients["administrator"].post(address, {"action": "save", "name": "X", "roles": ["management"]})
    )
    assert "Die eigenen Rollen kann niemand ändern." in page
    clients["administrator"].post(address, {"action": "deactivate"})
    account.refresh_from_db()
    assert (account.roles, account.is_active) == (["administrator"], True)


def test_rules_of_accounts(db):
    boss = accounts.make("administrator")
    account, _token = create(boss, "one@example.org", person="P1")
    with pytest.raises(Problem, match=r"one@example\.org"):
        create(boss, "ONE@example.org ")
    with pytest.raises(Problem, match="P1"):
        create(boss, "two@example.org", person="P1")
    with pytest.raises(Problem, match="do not go into one account"):
        change(boss, account, name="", roles=["council", "administrator"], person=None, leads=[])
    with pytest.raises(Problem, match="their own account"):
        activate(boss, boss, False)


def test_one_time_codes_of_somebody_who_lost_the_phone_are_switched_off(clients):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    account = Account.objects.get(email="person@example.org")
    TOTP.activate(account, generate_totp_secret())
    assert account.mfa_on
    address = f"/administration/accounts/{account.pk}"
    clients["administrator"].post(address, {"action": "codes_off"})
    assert account.mfa_on  # a second person approves first
    open_ = account_changes.waiting(account).get()
    clients["council"].post(f"/administration/privacy/account/{open_.pk}", {"answer": "approve"})
    clients["administrator"].post(address, {"action": "codes_off"})
    assert not account.mfa_on
    assert AuditEntry.objects.last().action == "account.codes_off"


@pytest.fixture
def workspace(tmp_path, monkeypatch, db):
    """A workspace without data, shown by the pages."""
    folder = tmp_path / "acme"
    workspace = leitstern.init(folder, name="Acme", language="de")
    (folder / "mappings" / "hr.toml").write_text(MAPPING)
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), Reader(folder, leitstern.open))
    return workspace


def test_people_come_from_a_file_and_are_invited_in_one_step(workspace):
    boss = accounts.client_of(accounts.make("administrator", email="boss@example.org"))
    assert "0 Personen in 0 Teams" in text(boss.get("/administration/people"))
    file = SimpleUploadedFile("people.csv", PEOPLE.encode())
    page = text(boss.post("/administration/people", {"action": "import", "files": file}))
    row = re.search(r"<tr><th scope=\"row\">people\.csv</th>(.*?)</tr>", page)
    assert row
    assert re.findall(r'class="n">(\d+)<', row[1]) == ["3", "3", "0", "0", "0"]
    assert "Neuen Stand bauen" in page
    assert boss.post("/administration/people", {"action": "refresh"}).status_code == 302
    page = text(boss.get("/administration/people"))
    assert "3 Personen in 0 Teams" in page
    assert "2 Personen einladen" in page
    links = text(boss.post("/administration/people", {"action": "invite"}))
    assert len(re.findall(r"/welcome/[\w-]{43}", links)) == 2
    made = Account.objects.exclude(email="boss@example.org").order_by("email")
    assert [(a.email, a.name, a.person, a.roles) for a in made] == [
        ("ada@example.org", "Ada Lang", "1", []),
        ("bo@example.org", "Bo Kurz", "2", []),
    ]
    assert boss.post("/administration/people", {"action": "invite"}).status_code == 302
    assert Invitation.objects.count() == 2
    actions = {e.action for e in AuditEntry.objects.all()}
    assert actions == {
        "data.imported", "data.refreshed", "account.made", "account.changed", "account.invited",
    }  # fmt: skip


def test_the_api_builds_a_generation_unless_another_process_writes(workspace):
    boss = accounts.client_of(accounts.make("administrator"))

    def build():
        answer = boss.post("/api/v1/generation")
        return answer.status_code, answer.json()

    status, said = build()
    assert (status, said["code"]) == (409, "leitstern.nothing_imported")
    file = SimpleUploadedFile("people.csv", PEOPLE.encode())
    boss.post("/administration/people", {"action": "import", "files": file})
    with writing(workspace.folder, "import"):
        status, said = build()
    assert (status, said["code"]) == (409, "leitstern.busy")
    status, said = build()
    assert (status, said["number"]) == (201, 1)
    assert [f["rows"] for f in said["facts"] if f["fact"] == "person"] == [3]
    assert boss.get("/api/v1/generation").json() == said
    assert [e.object for e in AuditEntry.objects.filter(action="data.refreshed")] == ["generation:1"]


def test_a_file_that_fits_nothing_is_said(workspace):
    boss = accounts.client_of(accounts.make("administrator"))
    file = SimpleUploadedFile("../../../etc/passwd", b"\x00\x01")
    page = boss.post("/administration/people", {"action": "import", "files": file}, follow=True)
    assert page.status_code == 200
    assert "passwd" in text(page)
    assert not (workspace.folder.parent / "etc").exists()
    nothing = boss.post("/administration/people", {"action": "import"}, follow=True)
    assert "mindestens eine Datei" in text(nothing)
    assert not AuditEntry.objects.exists()


def test_privacy_takes_two_people(clients):
    boss, council = clients["administrator"], clients["council"]
    assert boss.post("/administration/privacy", RULES).status_code == 302
    change_ = PrivacyChange.objects.get()
    assert privacy() == Privacy()  # nothing holds yet
    decide = f"/administration/privacy/{change_.pk}"
    boss.post(decide, {"answer": "approve"})
    assert privacy() == Privacy()
    assert clients["analyst"].post(decide, {"answer": "approve"}).status_code == 404
    assert "Genehmigen" in text(council.get("/administration/privacy"))
    assert council.post(decide, {"answer": "approve"}).status_code == 302
    assert privacy() == Privacy("own", 5, Decimal("0.8"), False)
    assert "Betriebsvereinbarung vom 1. Dezember" in text(boss.get("/administration/privacy"))
    entry = AuditEntry.objects.get(action="privacy.approved")
    assert entry.before == {"mode": "own_team", "floor": 7, "dominance": "0.85", "rankings": False}
    assert entry.after == {"mode": "own", "floor": 5, "dominance": "0.800", "rankings": False}
    assert entry.account.email == "council@example.org"


def test_a_council_member_proposes_nothing_and_a_proposal_can_be_rejected(clients):
    assert clients["council"].post("/administration/privacy", RULES).status_code == 404
    clients["administrator"].post("/administration/privacy", RULES)
    open_ = PrivacyChange.objects.get()
    assert "noch offen" in text(clients["administrator"].post("/administration/privacy", RULES))
    clients["council"].post(f"/administration/privacy/{open_.pk}", {"answer": "reject"})
    open_.refresh_from_db()
    assert open_.approved is False
    assert privacy() == Privacy()
    again = clients["council"].post(f"/administration/privacy/{open_.pk}", {"answer": "approve"}, follow=True)
    assert "inzwischen entschieden" in text(again)
    assert privacy() == Privacy()


@pytest.mark.parametrize(
    ("field", "value"),
    [("reason", "  "), ("floor", "2"), ("dominance", "49"), ("dominance", "101"), ("mode", "nobody")],
)
def test_rules_that_cannot_be_are_not_proposed(clients, field, value):
    response = clients["administrator"].post("/administration/privacy", {**RULES, f"rules-{field}": value})
    assert response.status_code == 200
    assert 'class="problem"' in text(response)
    assert not PrivacyChange.objects.exists()


def test_no_administrator_approves_but_management_does(db):
    one, two, board = (
        accounts.make("administrator"),
        accounts.make("administrator"),
        accounts.make("management"),
    )
    proposal = privacy_changes.propose(one, Privacy("full"), "Alle wollen es")
    for administrator in (one, two):
        with pytest.raises(Problem, match="A second person has to approve"):
            privacy_changes.decide(administrator, proposal, True)
    privacy_changes.decide(board, proposal, True)
    assert privacy().mode == "full"
    with pytest.raises(Problem, match="in force already"):
        privacy_changes.propose(one, Privacy("full"), "noch einmal")


def test_a_purpose_is_written_down_with_its_history(clients):
    sent = {"action": "purpose", "purpose-kpi": "won_deals", "purpose-text": "Führen", "purpose-months": "12"}
    for months in ("12", "24"):
        clients["administrator"].post("/administration/privacy", {**sent, "purpose-months": months})
    purpose = Purpose.objects.get()
    assert (purpose.kpi, purpose.text, purpose.months) == ("won_deals", "Führen", 24)
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.object) == ("purpose.stated", "kpi:won_deals")
    assert (entry.before, entry.after) == ({"text": "Führen", "months": 12}, {"text": "Führen", "months": 24})


def test_the_rules_are_a_table_to_print(clients):
    council = clients["council"]
    assert 'href="/administration/rules"' in text(council.get("/administration/privacy"))
    clients["administrator"].post(
        "/administration/privacy",
        {"action": "purpose", "purpose-kpi": "won_deals", "purpose-text": "Führen", "purpose-months": "12"},
    )
    page = text(council.get("/administration/rules"))
    row = re.search(r'<th scope="row">Werte einer anderen Person aus dem eigenen Team</th>(.*?)</tr>', page)
    assert row
    # person, lead, administrator, analyst, management, council
    assert re.findall(r"<td>(.*?)</td>", row[1]) == ["nein", "ja", *["entfällt"] * 4]
    assert "Führen" in page
    council.cookies["language"] = "en"
    assert "What no rule can rule out" in text(council.get("/administration/rules"))


def test_seen_values_are_listed_once_a_day(db, at, django_capture_on_commit_callbacks):
    account = accounts.make(person="P8")
    viewer = Viewer(account.pk, "P8")
    begin = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def look(moment, persons, surface="kpi"):
        at(moment)
        with django_capture_on_commit_callbacks(execute=True):
            audit.seen(viewer, persons, "won_deals", surface)
        return AccessEntry.objects.count()

    assert look(begin, {"P1", "P2", "P8"}) == 2
    assert look(begin + timedelta(hours=3), {"P1", "P2", "P3"}) == 3
    assert look(begin, {"P1"}, "records") == 4
    assert look(begin + timedelta(days=1), {"P1"}) == 5
    audit.forget()  # another process
    assert look(begin + timedelta(days=1), {"P1"}) == 5
    audit.seen(Viewer(), {"P1"}, "won_deals", "kpi")
    assert AccessEntry.objects.count() == 5


def test_the_logs_show_and_narrow(clients):
    boss = Account.objects.get(email="administrator@example.org")
    audit.note(boss, "account.made", "account:99", None, {"name": "<b>"})
    audit.note(None, "data.refreshed", "generation:7")
    page = text(clients["council"].get("/administration/audit"))
    assert "2 Änderungen" in page
    assert "&lt;b&gt;" in page
    assert "die Konsole" in page
    assert "1 Änderung<" in text(clients["council"].get("/administration/audit?about=account"))
    assert "1 Änderung<" in text(clients["council"].get(f"/administration/audit?who={boss.pk}&about=x"))
    audit.seen(Viewer(boss.pk), {"P1", "P2"}, "won_deals", "kpi")
    log = text(clients["council"].get("/administration/access-log?person=P2"))
    assert "1 Einsicht in Werte" in log
    assert "Anneke Brüning" in log


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    "address", [*WHO, "/account/login/", "/account/password/", "/account/2fa/recovery/new/"]
)
def test_no_page_has_inline_style_or_script(clients, address, language):
    kind = "council" if "access" in address else "administrator"
    client = clients["anonymous"] if "login" in address else clients[kind]
    client.cookies["language"] = language
    page = text(client.get(address))
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.search(r"""(?:href|src|action)=["'](?:https?:)?//""", page)
