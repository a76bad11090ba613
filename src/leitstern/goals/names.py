"""Finding whom a goal is for by the name people write: teams, people, and whatever else has goals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from leitstern.goals.goal import Whom

if TYPE_CHECKING:
    from leitstern.engine.organisation import Organisation

#: What people call the kinds of subjects, German and English, as `words` makes them.
KINDS: dict[str, tuple[str, ...]] = {
    "company": ("firma", "unternehmen", "gesamt", "gesamtunternehmen", "company", "whole company", "alle"),
    "team": ("team", "abteilung", "gruppe", "department", "group"),
    "person": ("person", "mitarbeiter", "mitarbeiterin", "mitarbeitende", "employee", "rep"),
    "customer": ("kunde", "kundin", "customer", "client", "account"),
    "segment": ("segment", "kundensegment", "customer segment"),
    "campaign": ("kampagne", "campaign"),
    "product": ("produkt", "product", "artikel"),
    "region": ("region", "gebiet", "vertriebsgebiet", "territory"),
}
_KIND_OF = {word: kind for kind, known in KINDS.items() for word in known}
_WRITTEN_OUT = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l"})


def words(text: str) -> tuple[str, ...]:
    """The words of a text for comparison: small letters without accents, ``Müller`` like ``Mueller``."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_WRITTEN_OUT))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(re.sub("([aou])e", r"\1", word) for word in re.findall(r"[a-z0-9]+", bare))


_KIND_WORDS = {words(word): kind for word, kind in _KIND_OF.items()}


def kind_of(text: str) -> str | None:
    """The kind of subject a word names: ``Kunde`` is ``customer``; None for any other word."""
    return _KIND_WORDS.get(words(text))


class Names:
    """The subjects there are, by what people call them.

    ``things`` has the subjects that are neither teams nor people: kind -> id -> name.
    """

    def __init__(
        self, organisation: Organisation | None, things: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self.organisation = organisation
        self._found: dict[tuple[str, ...], list[Whom]] = {}
        self._label: dict[Whom, str] = {}
        for whom, called in _called(organisation, things or {}):
            self._label[whom] = called[1]
            for each in {words(each) for each in called} - {()}:
                self._found.setdefault(each, []).append(whom)
        self._words = {(word,) for phrase in self._found for word in phrase}

    def find(self, text: str, kind: str | None = None) -> tuple[Whom, ...]:
        """The subjects of this name, id or mail address, of one kind if told; several if not unique."""
        if kind in (None, "company") and kind_of(text) == "company":
            return (Whom("company"),)
        return tuple(w for w in self._found.get(words(text), ()) if kind in (None, w.type))

    def label(self, whom: Whom) -> str:
        """The name of a subject; its id where it has none."""
        return self._label.get(whom) or whom.id or whom.type

    def has_word(self, word: str) -> bool:
        """Whether a subject has this word in its name."""
        return words(word)[:1] in self._words

    def knows(self, whom: Whom) -> bool:
        """Whether there is such a subject."""
        return whom in self._label

    def phrases(self) -> Iterator[tuple[tuple[str, ...], tuple[Whom, ...]]]:
        """Every name as words, with its subjects."""
        for phrase, subjects in self._found.items():
            yield phrase, tuple(subjects)


def _called(
    organisation: Organisation | None, things: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[Whom, tuple[str, ...]]]:
    if organisation is not None:
        for team in organisation.teams.values():
            yield Whom("team", team.id), (team.id, team.name)
        for person in organisation.people.values():
            first, _, last = person.name.rpartition(" ")
            called = (person.id, person.name, person.email or "", f"{last} {first}")
            yield Whom("person", person.id), called
    for kind, named in things.items():
        for id_, name in named.items():
            yield Whom(kind, id_), (id_, name)
