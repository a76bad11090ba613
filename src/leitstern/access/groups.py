"""Which values of teams and regions may be shown to somebody who may not see all their people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from leitstern.access.modes import Privacy
from leitstern.access.people import whom_sees
from leitstern.access.shares import People
from leitstern.access.viewer import Viewer
from leitstern.engine.observations import Observation
from leitstern.engine.organisation import Organisation


class Groups:
    """The groups of an organisation under the rules ``privacy``."""

    def __init__(self, privacy: Privacy, organisation: Organisation, newest: date | None) -> None:
        self.privacy = privacy
        self.organisation = organisation
        self.newest = newest

    def shown(self, viewer: Viewer, observations: Iterable[Observation], people: People | None) -> set[int]:
        """The ``id()`` of each observation of a group that may be shown."""
        del people
        return {
            id(o)
            for o in observations
            if self.sees_whole(viewer, o.subject.type, o.subject.id, o.start, o.end)
        }

    def sees_whole(self, viewer: Viewer, kind: str, group: str | None, start: date, end: date) -> bool:
        """Whether the viewer sees everybody who was in a group on some day from ``start`` to ``end``."""
        if group is None:
            return False
        seen = whom_sees(viewer, self.privacy, self.organisation, start, end)
        if kind == "team":
            return seen.issuperset(self.organisation.members(group, start, end))
        return all(p.id in seen for p in self.organisation.people.values() if p.region == group)
