"""Files brought by the pages, as a user does: sent, looked at, answered, taken, and sometimes taken back."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from bench.damage.visit import Faults

#: What can be asked for of an import, in the order in which somebody does it.
_ACTS = ("check", "take", "undo", "again", "drop")


def by_pages(client: Any, files: Mapping[str, bytes], rng: random.Random, faults: Faults) -> None:
    """Bring the files by the form without the script; the worker does what waits after each step."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = [SimpleUploadedFile(name, data) for name, data in files.items()]
    with faults.at("pages: import"):
        answer = client.post("/data/import", {"files": sent})
        if answer.status_code == 403 or "Location" not in answer:
            return  # whoever is logged in may not, or is told why the files are refused
        where = answer["Location"]
        _worker()
        _look(client, where)
        for act in _ACTS:
            if act in ("undo", "again", "drop") and rng.random() < 0.5:
                continue
            where = client.post(where, _form(where, act, rng)).get("Location", where)
            _worker()
            _look(client, where)


def _worker() -> None:
    from leitstern.server.imports.run import run_next
    from leitstern.server.reader import reader

    ask = reader()
    ask.look()
    while run_next(ask):
        ask.look()


def _look(client: Any, where: str) -> None:
    for address in (where, f"{where}/state", f"{where}/set-aside.xlsx"):
        answer = client.get(address)
        assert answer.status_code < 500, f"{answer.status_code} at {address}"
        b"".join(answer.streaming_content if answer.streaming else [answer.content])


def _form(where: str, act: str, rng: random.Random) -> dict[str, str]:
    """What the form of an import sends: an answer by chance to all that is asked."""
    from leitstern.server.imports.run import receipt_of
    from leitstern.server.models import Import

    one = Import.objects.get(pk=where.rpartition("/")[2])
    asked = receipt_of(one).questions
    return {f"answer:{q.name}": rng.choice([*q.choices, ""]) for q in asked} | {"action": act}
