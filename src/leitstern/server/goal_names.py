"""The subjects of goals by what people call them, and as the lists forms let choose from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from leitstern.goals.goal import Whom
from leitstern.goals.names import Names
from leitstern.server.goal_words import subject_word
from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from leitstern.server.sight import Sight

#: Kinds of things, other than teams and people, a goal can be for.
THINGS = ("customer", "campaign", "product", "region")


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects of one kind: (``team:T-1``, name)."""

    name: str
    options: list[tuple[str, str]]


def names(ask: Sight) -> Names:
    """All subjects the viewer may see by name, for typed sentences and pasted tables."""
    found: Names = ask.once(("goal names", ask.eyes), lambda _ws: _names(ask))
    return found


def _names(ask: Sight) -> Names:
    people, day = organisation(ask.whole), ask.today()
    seen = {
        key: person
        for key, person in people.people.items()
        if ask.policy.may_see(ask.viewer, Whom("person", key), day, day)
    }
    things: dict[str, dict[str, str]] = {kind: dict(ask.whole.subjects(kind)) for kind in THINGS}
    things["segment"] = {segment: segment for segment in sorted(set(people.segments.values()))}
    return Names(replace(people, people=seen), things)


def choices(ask: Sight, day: date) -> list[Group]:
    """Whom the viewer may write a goal for; customers are typed, as there are too many of them."""
    people = organisation(ask.whole)

    def allowed(kind: str, key: str | None) -> bool:
        return ask.policy.may_edit_goals(ask.viewer, Whom(kind, key), day, day)

    found = []
    if allowed("company", None):
        found.append(Group(subject_word("company"), [("company:", str(ask.settings.name))]))
    listed: list[tuple[str, list[tuple[str, str]]]] = [
        ("team", [(t.id, t.name) for t in people.teams.values()]),
        ("person", [(p.id, p.name) for p in people.people.values() if p.left is None or p.left >= day]),
        ("segment", [(one, one) for one in sorted(set(people.segments.values()))]),
        *((kind, ask.whole.subjects(kind)) for kind in THINGS[1:]),
    ]
    for kind, members in listed:
        options = [(f"{kind}:{key}", name) for key, name in members if allowed(kind, key)]
        if options:
            found.append(Group(subject_word(kind), sorted(options, key=lambda pair: pair[1].casefold())))
    if allowed("customer", "-"):
        found.append(Group(subject_word("customer"), [("customer:", "…")]))
    return found
