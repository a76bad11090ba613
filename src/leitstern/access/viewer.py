"""Who is looking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["administrator", "analyst", "management", "council"]

ROLES: tuple[Role, ...] = ("administrator", "analyst", "management", "council")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks: an account, and whom it stands for.

    ``person`` is the person's id in the data, None for an account that is nobody there. Everybody with
    a person has the role *person*; who leads a team or is somebody's manager in the data is a *lead*,
    as is an account that was given teams to lead (``leads``). The other ``roles`` are granted.
    ``operator`` is whoever runs commands on the machine the data lie on, and can read them anyway.
    """

    account: int | None = None
    person: str | None = None
    roles: frozenset[Role] = frozenset()
    leads: frozenset[str] = frozenset()
    operator: bool = False

    def has(self, *roles: Role) -> bool:
        """Whether the viewer was given one of the roles."""
        return not self.roles.isdisjoint(roles)


OPERATOR = Viewer(operator=True)
