"""What decides who sees whom takes two people: nobody gets around it with a second account, or a link."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leitstern.errors import Problem
from leitstern.server import account_changes, accounts, break_glass, tokens
from leitstern.server.invitations import accept, find
from leitstern.server.models import Account, AccountChange, AuditEntry

from . import accounts as made
from .fake import FakeWorkspace


@pytest.fixture
def people(show: Callable[[FakeWorkspace], None], db: None) -> dict[str, Account]:
    show(FakeWorkspace())
    return {kind: made.make_kind(kind) for kind in made.KINDS}


def change(actor: Account, account: Account, **more: object) -> Account:
    kept = {"roles": account.roles, "person": account.person, "leads": account.leads}
    accounts.change(actor, account, name=account.name, **{**kept, **more})  # type: ignore[arg-type]
    return Account.objects.get(pk=account.pk)


def only(kind: str) -> AccountChange:
    found: AccountChange = account_changes.waiting().get(kind=kind)
    return found


@pytest.mark.parametrize(
    "more",
    [{"leads": ["T1", "T3"]}, {"person": "P7"}, {"roles": ["administrator", "management"]}],
    ids=["leads", "person", "role"],
)
def test_an_administrator_changes_no_rights_alone(
    people: dict[str, Account], more: dict[str, object]
) -> None:
    other = made.make("administrator", email="other@example.org")
    before = account_changes.rights(other)
    assert account_changes.rights(change(people["administrator"], other, **more)) == before
    proposal = only("rights")
    for who in (people["administrator"], other, people["analyst"], people["lead"]):
        with pytest.raises(Problem):
            account_changes.decide(who, proposal, approved=True)
    _token, key = tokens.create(other, "before", ["read"])
    account_changes.decide(people["council"], proposal, approved=True)
    after = account_changes.rights(Account.objects.get(pk=other.pk))
    assert after == before | {name: sorted(v) if isinstance(v, list) else v for name, v in more.items()}
    assert tokens.find(key) is None  # what was opened with other rights ends


def test_the_own_account_is_no_exception(people: dict[str, Account]) -> None:
    me = change(people["administrator"], people["administrator"], leads=["T1"], person="P7")
    assert (me.leads, me.person) == ([], None)


def test_nobody_approves_what_is_about_themselves(people: dict[str, Account]) -> None:
    change(people["administrator"], people["management"], leads=["T1"])
    with pytest.raises(Problem) as problem:
        account_changes.decide(people["management"], only("rights"), approved=True)
    assert problem.value.code == "leitstern.account_second_other"


def test_a_second_account_of_the_same_person_has_no_powers(people: dict[str, Account]) -> None:
    account, token = accounts.create(
        people["administrator"], "second@example.org", roles=["council", "analyst"], person="P7", leads=["T1"]
    )
    assert (account.roles, account.person, account.leads) == (["analyst"], None, [])
    link = find(token)
    assert link is not None
    accept(link, "Second", account.email, "Nebelkrähe-im-Dezember-3")
    account.refresh_from_db()
    with pytest.raises(Problem):
        account_changes.decide(account, only("rights"), approved=True)


@pytest.mark.parametrize("kind", ["reset", "codes_off", "disable"])
def test_nobody_gets_into_an_account_alone(people: dict[str, Account], kind: str) -> None:
    admin, account = people["administrator"], people["management" if kind == "disable" else "person"]
    account.set_password("Nebelkrähe-im-Dezember-3")
    account.save()
    act: dict[str, Callable[[], object]] = {
        "reset": lambda: accounts.invite(admin, account),
        "codes_off": lambda: accounts.forget_second_factor(admin, account),
        "disable": lambda: accounts.activate(admin, account, False),
    }
    for _again in range(2):
        with pytest.raises(Problem) as problem:
            act[kind]()
        assert problem.value.code == "leitstern.account_second_needed"
    account_changes.decide(people["council"], only(kind), approved=True)
    if kind == "disable":
        account.refresh_from_db()
        assert not account.is_active
        return
    act[kind]()  # once
    with pytest.raises(Problem):
        act[kind]()
    said = AuditEntry.objects.filter(action="account.approved").get()
    assert said.account == people["council"]
    assert said.after["proposed_by"] == admin.pk


def test_whoever_has_no_powers_is_disabled_at_once(people: dict[str, Account]) -> None:
    accounts.activate(people["administrator"], people["person"], False)
    assert not Account.objects.get(pk=people["person"].pk).is_active


def test_a_rejected_change_is_no_change(people: dict[str, Account]) -> None:
    change(people["administrator"], people["lead"], leads=["T3"])
    account_changes.decide(people["management"], only("rights"), approved=False)
    assert Account.objects.get(pk=people["lead"].pk).leads == []
    with pytest.raises(Problem) as problem:
        account_changes.decide(people["council"], AccountChange.objects.get(), approved=True)
    assert problem.value.code == "leitstern.account_change_decided"


def test_on_the_first_day_one_person_sets_up_alone_and_it_is_written_down(
    show: Callable[[FakeWorkspace], None], db: None
) -> None:
    show(FakeWorkspace())
    admin = made.make_kind("administrator")
    lead, _token = accounts.create(admin, "lead@example.org", person="P8", leads=["T1"])
    assert (lead.person, lead.leads) == ("P8", ["T1"])
    assert AuditEntry.objects.get(action="account.changed").after["alone"] is True
    accounts.create(admin, "council@example.org", roles=["council"])
    assert change(admin, lead, leads=["T3"]).leads == ["T1"]  # from now on there is a second one


def test_the_pages_and_the_api_lead_the_same_way(people: dict[str, Account]) -> None:
    admin, council = made.client_of(people["administrator"], "en"), made.client_of(people["council"], "en")
    answer = admin.patch(
        f"/api/v1/accounts/{people['lead'].pk}", {"leads": ["T3"]}, content_type="application/json"
    )
    waiting = answer.json()["waiting"]
    assert (answer.json()["leads"], waiting[0]["after"]["leads"]) == ([], ["T3"])
    assert admin.post(f"/api/v1/accounts/changes/{waiting[0]['id']}/approve").status_code == 403
    page = council.get("/administration/privacy").content.decode()
    assert "Accounts: proposed, and waiting for a second person" in page
    answered = council.post(f"/administration/privacy/account/{waiting[0]['id']}", {"answer": "approve"})
    assert answered.status_code == 302
    assert Account.objects.get(pk=people["lead"].pk).leads == ["T3"]
    told = made.client_of(people["lead"], "en").get("/me").content.decode()
    assert "approved a change of the account" in told


def test_the_way_in_from_the_console_is_loud(people: dict[str, Account]) -> None:
    account = people["analyst"]
    account.is_active = False
    account.save()
    path = break_glass.open_account(
        account.email, "Nobody is left who approves", "root", administrator=True, enable=True
    )
    assert made.client_of(None).get(path).status_code == 200
    account.refresh_from_db()
    assert (account.is_active, account.roles) == (True, ["administrator", "analyst"])
    entry = AuditEntry.objects.get(action="account.break_glass")
    assert (entry.account, entry.after["who"], entry.after["reason"]) == (
        None,
        "root",
        "Nobody is left who approves",
    )
    council = made.client_of(people["council"], "en").get("/administration/audit").content.decode()
    assert "opened the account from the console, without a second person" in council
    with pytest.raises(Problem):
        break_glass.open_account("nobody@example.org", "-", "root", administrator=False, enable=False)
