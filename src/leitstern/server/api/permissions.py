"""What a role allows: asked of the one policy."""

from __future__ import annotations

from django.http import HttpRequest

from leitstern.access.policy import ALLOWED, Action
from leitstern.server.api.refusals import Forbidden
from leitstern.server.sight import Sight, sight


def require(request: HttpRequest, *actions: Action) -> Sight:
    """The caller's sight; `Forbidden` (403) unless one of the actions is allowed.

    It needs no generation: the administrator sets up before there is one.
    """
    ask = sight(request)
    if not any(ask.viewer.has(*ALLOWED[action]) for action in actions):
        raise Forbidden
    return ask
