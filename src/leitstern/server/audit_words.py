"""The audit log in words: what was done, and what something was before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from leitstern.server.goal_words import done_word, subject_word
from leitstern.server.models import Account

_STEP = "goal."


def actions() -> dict[str, str]:
    """What was done, by the code the log keeps; the steps of offers are `done_word`'s."""
    return {
        "account.made": _("made the account"),
        "account.changed": _("changed the account"),
        "account.activated": _("activated the account again"),
        "account.deactivated": _("deactivated the account"),
        "account.codes_off": _("switched off the one-time codes"),
        "account.invited": _("invited to log in"),
        "account.accepted": _("accepted the invitation"),
        "account.proposed": _("proposed a change of the account"),
        "account.approved": _("approved a change of the account"),
        "account.rejected": _("rejected a change of the account"),
        "account.alone": _("changed the account alone, as there is no second person yet"),
        "account.break_glass": _("opened the account from the console, without a second person"),
        "account.password": _("changed the own password"),
        "account.first": _("set up the first account"),
        "account.linked": _("logged in by single sign-on for the first time"),
        "login.done": _("logged in"),
        "login.failed": _("somebody typed a wrong password"),
        "token.made": _("made a key for the API"),
        "token.revoked": _("revoked a key for the API"),
        "token.all_revoked": _("ended all keys for the API"),
        "goal.drafted": _("wrote a draft"),
        "goal.changed": _("changed the draft"),
        "goal.deleted": _("deleted the draft"),
        "goal.review": _("set the review date"),
        "goal.commented": _("commented on the goal"),
        "default.set": _("set a first goal for new people"),
        "default.removed": _("removed a first goal for new people"),
        "privacy.proposed": _("proposed new privacy rules"),
        "privacy.approved": _("approved the privacy rules"),
        "privacy.rejected": _("rejected the privacy rules"),
        "purpose.stated": _("wrote down the purpose of a KPI"),
        "data.imported": _("imported files"),
        "data.typed": _("typed in numbers"),
        "data.people": _("changed people and teams"),
        "data.undone": _("took an import back"),
        "mapping.changed": _("changed a mapping"),
        "data.refreshed": _("built a new generation"),
        "source.made": _("set up a source of files"),
        "source.address": _("made an address for a source of files"),
        "source.stopped": _("stopped a source of files"),
        "settings.changed": _("changed the settings"),
        "period.closed": _("closed the period"),
        "restatement.acknowledged": _("took note of a restated number"),
        "scenario.kept": _("kept a scenario of the reverse plan"),
        "scenario.removed": _("removed a scenario of the reverse plan"),
    }


def action(code: str) -> str:
    """What was done. KeyError for a code that has no text."""
    known = actions()
    if code not in known and code.startswith(_STEP):
        return done_word(code.removeprefix(_STEP))
    return known[code]


def subjects() -> dict[str, str]:
    """What entries are about, by the first part of their action."""
    return {
        "account": _("Accounts"),
        "goal": _("Goals"),
        "default": _("First goals for new people"),
        "privacy": _("Privacy"),
        "purpose": _("Purposes"),
        "login": _("Log-ins"),
        "token": _("Keys"),
        "data": _("Data"),
        "mapping": _("Mappings"),
        "settings": _("Settings"),
        "source": _("Sources of files"),
        "period": _("Closed periods"),
        "restatement": _("Restatements"),
        "scenario": _("Scenarios"),
    }


def about(name: str) -> str:
    """What an entry is about: ``goal:17`` is goal 17; a restatement is named by KPI, period and subject."""
    kind, _colon, key = name.partition(":")
    known = {
        "account": _("Account %(key)s"),
        "goal": _("Goal %(key)s"),
        "team": _("Team %(key)s"),
        "privacy": _("Proposal %(key)s"),
        "kpi": _("KPI %(key)s"),
        "token": _("Key %(key)s"),
        "mapping": _("Mapping %(name)s") % {"name": "%(key)s"},
        "batch": _("Import %(key)s"),
        "file": _("File %(key)s"),
        "generation": _("Generation %(key)s"),
        "period": _("Period %(key)s"),
        "scenario": _("Scenario %(key)s"),
        "source": _("Source %(key)s"),
    }
    return known[kind] % {"key": key} if kind in known else name.strip(":").replace(":", ", ")


def sides(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, accounts: Mapping[int, str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Both sides as (what, value); what stayed as it was is left out. ``accounts`` are names by id."""
    old, new = _flat(before), _flat(after)
    if before is not None and after is not None:
        same = {key for key in old if key in new and old[key] == new[key]}
        old = {key: value for key, value in old.items() if key not in same}
        new = {key: value for key, value in new.items() if key not in same}
    return _named(old, accounts), _named(new, accounts)


def _flat(side: Mapping[str, Any] | None) -> dict[str, Any]:
    """The levels of a goal stand beside its other entries."""
    found: dict[str, Any] = {}
    for key, value in (side or {}).items():
        found.update(value if isinstance(value, dict) else {key: value})
    return found


def _named(side: Mapping[str, Any], accounts: Mapping[int, str]) -> list[tuple[str, str]]:
    names = _fields()
    return [(names.get(key, key), _value(key, value, accounts)) for key, value in side.items()]


def _value(key: str, value: object, accounts: Mapping[int, str]) -> str:
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "owner" and isinstance(value, int):
        return accounts.get(value, str(value))
    if key == "subject" and isinstance(value, list):
        kind, id_ = value
        return f"{subject_word(kind)} {id_ or ''}".strip()
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return _choices().get(key, {}).get(str(value), str(value))


def _choices() -> dict[str, dict[str, str]]:
    """Words for the codes of an entry; a code without one is shown as it is."""
    return {
        "kind": {"agreed": _("agreed goal"), "directive": _("directive")},
        "direction": {"at_least": _("at least"), "at_most": _("at most"), "between": _("between")},
        "state": {
            "draft": _("draft"),
            "offered": _("offered, no answer yet"),
            "accepted": _("accepted"),
            "countered": _("countered"),
            "declined": _("declined"),
            "withdrawn": _("withdrawn"),
            "replaced": _("replaced"),
            "directed": _("in force as a directive"),
        },
        "mode": {
            "team_only": _("Nobody sees values of single persons"),
            "own": _("Everybody sees their own values, nobody those of others"),
            "own_team": _("Everybody sees their own values, and leads those of their team"),
            "full": _("Everybody sees everybody's values"),
        },
    }


def _fields() -> dict[str, str]:
    """What the entries of the log's sides are called."""
    return {
        "email": _("E-mail address"),
        "name": _("Name"),
        "roles": _("Roles"),
        "person": _("Person"),
        "leads": _("Leads"),
        "is_active": _("Active"),
        "alone": _("By one person alone"),
        "reason": _("Reason"),
        "who": _("At the console"),
        "scopes": _("It may"),
        "kpi": _("KPI"),
        "subject": _("For whom"),
        "start": _("First day"),
        "end": _("Last day"),
        "direction": _("Direction"),
        "target": _("Target"),
        "minimum": _("Minimum"),
        "stretch": _("Stretch"),
        "upper": _("Upper bound"),
        "kind": _("Kind"),
        "state": _("State"),
        "owner": _("Owner"),
        "due_on": _("Answer due by"),
        "on": _("Review date"),
        "day": _("Day"),
        "text": _("Text"),
        "months": _("Months shown"),
        "per_year": _("Per year"),
        "mode": _("Who sees values of persons"),
        "floor": _("Smallest group"),
        "dominance": _("Largest share of one person"),
        "rankings": _("Rankings of persons"),
        "batch": _("Import number"),
        "files": _("Files"),
        "by": _("Closed by"),
        "was": _("Closed with"),
        "now": _("Would be today"),
        "note": _("Note"),
    }


def account_names() -> dict[int, str]:
    """All accounts by id, as the log names them."""
    return {one.pk: str(one) for one in Account.objects.all()}
