"""Mappings with their history: each change is kept, whoever made it, and an older version can be taken again.

The files in the workspace are what counts; what differs from the newest version that is known was changed
outside of the pages and is noted as that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.server import audit
from leitstern.server.models import MappingVersion

if TYPE_CHECKING:
    from leitstern.server.models import Account
    from leitstern.server.reader import Reader


def note(ask: Reader, account: Account | None = None) -> dict[str, MappingVersion]:
    """The newest version of each mapping there is, by name; changes since the last look are ``account``'s."""
    newest = {version.name: version for version in MappingVersion.objects.order_by("pk")}
    texts = ask.workspace.mappings()
    for name, text in texts.items():
        if name not in newest or newest[name].text != text:
            newest[name] = MappingVersion.objects.create(name=name, text=text, created_by=account)
    for name in newest.keys() - texts.keys():
        if newest[name].text is not None:
            MappingVersion.objects.create(name=name, text=None, created_by=account)
    return {name: newest[name] for name in texts}


def save(ask: Reader, account: Account, name: str, text: str | None) -> None:
    """Write a mapping, or remove it, and keep the version. Raises ``Problem`` for a text that is none."""
    note(ask)
    before = ask.workspace.mappings().get(name)
    ask.workspace.write_mapping(name, text)
    if text != before:
        note(ask, account)
        audit.note(account, "mapping.changed", f"mapping:{name}")


def history(name: str) -> list[MappingVersion]:
    """All versions of a mapping, the newest first."""
    return list(MappingVersion.objects.filter(name=name).order_by("-pk"))
