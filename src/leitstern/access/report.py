"""The rules in force as a table to print: who may see and do what. For works councils.

Nothing here is written down twice: each answer is what the policy itself says about a specimen company
with a large team, a small one, and one viewer of each role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from leitstern.access.modes import Privacy
from leitstern.access.policy import ALLOWED, Policy
from leitstern.access.viewer import ROLES, Viewer
from leitstern.engine.observations import Observation, Subject
from leitstern.engine.organisation import Organisation, Person, Stay, Team
from leitstern.engine.records import Records
from leitstern.goals.goal import Whom
from leitstern.messages import message

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)

VIEWERS: dict[str, Viewer] = {
    "person": Viewer(1, "own2"),
    "lead": Viewer(2, "own1"),
    **{role: Viewer(3, roles=frozenset({role})) for role in ROLES},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One question; ``answers`` by role: True, False, or None where it does not arise."""

    code: str
    text: str
    answers: dict[str, bool | None]


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The printable table. ``rules`` are sentences about the mode, the floor and so on; ``roles`` the heads
    of the columns by role; ``yes``, ``no`` and ``none`` the words for the answers."""

    title: str
    rules: tuple[str, ...]
    roles: dict[str, str]
    sections: tuple[Section, ...]
    risks: tuple[str, ...]
    yes: str
    no: str
    none: str


Question = Callable[[Policy, Viewer], "bool | None"]


def report(privacy: Privacy, language: str) -> Report:
    """The rules ``privacy`` in ``de`` or ``en``."""

    def text(code: str, **values: object) -> str:
        return message(f"access.report_{code}", language, **values)

    share = f"{privacy.dominance * 100:.0f}"
    rules = (
        text(f"mode_{privacy.mode}"),
        text("floor", floor=privacy.floor),
        text("dominance", share=share),
        text("rankings_on" if privacy.rankings else "rankings_off"),
        text("two_people"),
    )
    policy = Policy(privacy, _specimen(privacy.floor))
    sections = tuple(
        Section(
            text(f"section_{section}"),
            tuple(
                Row(code, text(code), {name: ask(policy, viewer) for name, viewer in VIEWERS.items()})
                for code, ask in questions.items()
            ),
        )
        for section, questions in QUESTIONS.items()
    )
    roles = {name: text(f"role_{name}") for name in VIEWERS}
    risks = tuple(text(f"risk_{code}") for code in ("running", "knowledge", "talk", "things"))
    return Report(text("title"), rules, roles, sections, risks, text("yes"), text("no"), text("none"))


def _specimen(floor: int) -> Organisation:
    """``own`` and ``other`` are large enough whoever looks. ``small`` is not, but another small team beside
    it leaves enough people in the rest of the company."""
    sizes = {"own": floor + 1, "other": floor, "small": floor - 1, "also small": floor - 1}
    members = {team: [f"{team}{n}" for n in range(1, size + 1)] for team, size in sizes.items()}
    people = {p: Person(p, p) for group in members.values() for p in group}
    teams = {team: Team(team, team, group[0]) for team, group in members.items()}
    stays = tuple(Stay(p, team, date.min, date.max) for team, group in members.items() for p in group)
    return Organisation(people, teams, stays, {})


def _observation(kind: str, id_: str | None) -> Observation:
    subject = Subject(kind, id_, id_)
    return Observation(
        "specimen", 1, "count", "month", "2026-01", FIRST, LAST, subject, 1, None, None, 1, True, None, LAST
    )


def _value(kind: str, id_: str | None = None) -> Question:
    """Whether a viewer is shown the value of a subject."""

    def ask(policy: Policy, viewer: Viewer) -> bool | None:
        if id_ in _OWN and viewer.person is None:
            return None

        def people(_kpi: str, _grain: str, _start: date, _end: date) -> Iterable[Observation]:
            return [_observation("person", p) for p in policy.organisation.people]

        shown = policy.observations(viewer, [_observation(kind, _of(viewer, id_))], people)
        return any(o.reason is None for o in shown)

    return ask


_OWN = ("oneself", "colleague")


def _of(viewer: Viewer, id_: str | None) -> str | None:
    """``oneself`` is whoever looks, ``colleague`` somebody else of the team."""
    return {"oneself": viewer.person, "colleague": "own3"}.get(id_ or "", id_)


def _list(kind: str, id_: str | None = None) -> Question:
    """Whether a viewer is shown the records behind a subject's value."""

    def ask(policy: Policy, viewer: Viewer) -> bool | None:
        if id_ in _OWN and viewer.person is None:
            return None
        nothing = Records((), (), ())
        return policy.records(viewer, nothing, kind, _of(viewer, id_), FIRST, LAST) is not None

    return ask


def _goal(kind: str, id_: str | None = None, edit: bool = False) -> Question:
    """Whether a viewer sees, or may write, a subject's goals."""

    def ask(policy: Policy, viewer: Viewer) -> bool | None:
        if id_ in _OWN and viewer.person is None:
            return None
        whom = Whom(kind, _of(viewer, id_))
        may = policy.may_edit_goals if edit else policy.may_see
        return may(viewer, whom, FIRST, LAST)

    return ask


QUESTIONS: dict[str, dict[str, Question]] = {
    "values": {
        "value_company": _value("company"),
        "value_thing": _value("customer", "c"),
        "value_oneself": _value("person", "oneself"),
        "value_colleague": _value("person", "colleague"),
        "value_somebody": _value("person", "other2"),
        "value_own_team": _value("team", "own"),
        "value_large_team": _value("team", "other"),
        "value_small_team": _value("team", "small"),
    },
    "records": {
        "list_company": _list("company"),
        "list_oneself": _list("person", "oneself"),
        "list_colleague": _list("person", "colleague"),
        "list_somebody": _list("person", "other2"),
        "list_own_team": _list("team", "own"),
        "list_large_team": _list("team", "other"),
    },
    "goals": {
        "goal_company": _goal("company"),
        "goal_own_team": _goal("team", "own"),
        "goal_other_team": _goal("team", "other"),
        "goal_oneself": _goal("person", "oneself"),
        "goal_colleague": _goal("person", "colleague"),
        "goal_lead": _goal("person", "other1"),
        "goal_somebody": _goal("person", "other2"),
        "edit_company": _goal("company", edit=True),
        "edit_own_team": _goal("team", "own", edit=True),
        "edit_other_team": _goal("team", "other", edit=True),
        "edit_customer": _goal("customer", "c", edit=True),
        "edit_oneself": _goal("person", "oneself", edit=True),
        "edit_colleague": _goal("person", "colleague", edit=True),
        "edit_lead": _goal("person", "other1", edit=True),
    },
    "actions": {
        f"may_{action}": (lambda policy, viewer, action=action: policy.may(viewer, action))  # type: ignore[misc]
        for action in ALLOWED
    },
}
