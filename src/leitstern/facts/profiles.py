"""What the exports of a program are like: one folder of ``vendors`` for each, with a ``profile.toml``.

A profile has a *shape* for each sort of export. A shape is recognised by its headers, German or English, and
then says what the rows are, which column is which field, what the program's own words mean, which numbers
are in percent, what identifies a row, and what stands in no column (the cost of a campaign is a cost of
marketing). All of it is a proposal like any other: it is shown, and can be changed in the mapping.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from leitstern.facts.mapping import Columns, Document
from leitstern.facts.naming import plain, without_prefix


def _several(value: object) -> object:
    """A key of one column may be written as its name."""
    return [[one] if isinstance(one, str) else one for one in value] if isinstance(value, list) else value


class Also(Document):
    """Further records that each row tells of: ``fact``, the ``part`` that goes before their keys, columns of
    fields and constant ``values``. Fields of the shape that the fact has, too, are shared."""

    fact: str
    part: str
    fields: dict[str, Columns]
    values: dict[str, str] = Field(default_factory=dict)


class Ask(Document):
    """A question that exports of this shape leave open: which rows count. ``choices`` has, for each answer,
    the words of ``column`` whose rows do; ``means`` tells it in German and English."""

    name: str
    column: Columns
    choices: dict[str, Columns]
    means: dict[str, dict[Literal["de", "en"], str]]


class Shape(Document):
    """One sort of export.

    ``headers``: groups of names of which one each must be there. ``key``: sets of columns that can identify
    the rows, the best first. ``fields``: the names a field's column can have; of those in ``first_of`` all
    columns count, the first that is filled. ``never`` are columns that mislead. ``values`` hold for every
    row, ``words`` translate choices, ``whole`` is what all of a chance is written as. Rows with a word of
    ``leave_out`` do not count, those with one of ``deleted`` are deletions. ``gross``: there is no amount
    without tax. ``ask``: what only the company knows.
    """

    fact: str
    headers: tuple[Columns, ...] = Field(min_length=1)
    key: Annotated[tuple[Columns, ...], BeforeValidator(_several)] = ()
    fields: dict[str, Columns] = Field(default_factory=dict)
    first_of: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    values: dict[str, str] = Field(default_factory=dict)
    words: dict[str, dict[str, Columns]] = Field(default_factory=dict)
    whole: Literal[1, 100] | None = None
    leave_out: dict[str, Columns] = Field(default_factory=dict)
    deleted: dict[str, Columns] = Field(default_factory=dict)
    also: tuple[Also, ...] = ()
    gross: bool = False
    ask: tuple[Ask, ...] = ()


class Profile(Document):
    """A program, by its name, and the shapes of its exports."""

    name: str
    shape: tuple[Shape, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A shape that a table has. ``vendor`` is the program's name; ``places`` has the table's columns by
    their plain names."""

    vendor: str
    shape: Shape
    places: dict[str, str]

    def columns(self, names: Sequence[str]) -> list[str]:
        """Those columns of the table that have one of the names, in the order of the names."""
        found = [self.places[plain(name)] for name in names if plain(name) in self.places]
        return list(dict.fromkeys(found))

    def keys(self) -> list[tuple[str, ...]]:
        """The sets of columns that can identify rows and are all there."""
        found = [self.columns(names) for names in self.shape.key]
        return [tuple(c) for names, c in zip(self.shape.key, found, strict=True) if len(c) == len(names)]

    def chosen(self, conditions: dict[str, Columns]) -> tuple[str, Columns] | None:
        """The column that a condition on words is about, and its words; None where no such column is."""
        found = ((self.columns([name]), words) for name, words in conditions.items())
        return next(((columns[0], words) for columns, words in found if columns), None)


@cache
def profiles() -> tuple[Profile, ...]:
    """All profiles, by the names of their folders."""
    folder = resources.files("leitstern.facts").joinpath("vendors")
    places = sorted((place for place in folder.iterdir() if place.is_dir()), key=lambda place: place.name)
    texts = [place.joinpath("profile.toml").read_text(encoding="utf-8") for place in places]
    return tuple(Profile.model_validate(tomllib.loads(text)) for text in texts)


def recognise(columns: Sequence[str], fact: str | None = None) -> Recognised | None:
    """The shape whose headers a table has, of several the one with most of them; None for other tables.

    ``fact``: what the rows are, where somebody has said so.
    """
    places = {plain(name): column for name, column in zip(without_prefix(columns), columns, strict=True)}
    places |= {plain(column): column for column in columns}
    best: Recognised | None = None
    for profile in profiles():
        for shape in profile.shape:
            found = Recognised(profile.name, shape, places)
            if fact not in (None, shape.fact) or not all(found.columns(names) for names in shape.headers):
                continue
            if best is None or len(shape.headers) > len(best.shape.headers):
                best = found
    return best
