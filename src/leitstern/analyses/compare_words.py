"""What a comparison answers, in a sentence of German or English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from leitstern.messages import message


def sentence(found: Mapping[str, Any], language: str, shown: Callable[[float], str]) -> str:
    """The answer of a document of `leitstern.analyses.compare`; ``shown`` writes a spread in its unit."""

    def say(code: str, **values: object) -> str:
        return message(f"compare.{code}", language, **values)

    verdict = found["verdict"]
    count = sum(one["estimate"] is not None for one in found["subjects"])
    if verdict == "no_evidence":
        return say(verdict, count=count, seen=shown(found["seen"]), by_chance=shown(found["by_chance"]))
    if verdict == "difference":
        sides = {
            "above": [one["name"] for one in found["subjects"] if one["side"] > 0],
            "below": [one["name"] for one in found["subjects"] if one["side"] < 0],
        }
        named = [say(side, names=", ".join(names)) for side, names in sides.items() if names]
        rest = count - sum(map(len, sides.values()))
        return say(verdict, count=count, rest=rest, names=". ".join(named))
    return say(verdict)
