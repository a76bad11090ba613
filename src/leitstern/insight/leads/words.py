"""What is said of a finding, in German and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from leitstern.messages import message

#: Reasons for which no amount of weeks would help.
UNTESTABLE = ("overlaps", "known_late")


def sentence(
    finding: Mapping[str, Any], kpi: str, outcome: str, language: str, share: Callable[[float], str]
) -> str:
    """One finding (as `Finding.as_json` gives it) in a sentence; ``share`` writes a fraction in percent."""
    code = finding["reason"] or finding["verdict"]
    explained = finding["effect"] if code == "leads" else finding["ceiling"]
    return message(
        f"leads.{code}",
        language,
        kpi=kpi,
        outcome=outcome,
        n=finding["n"],
        lag=lag(finding, language),
        share=""
        if explained is None
        else share(max(explained, 0.0) ** 2 if code != "leads" else explained**2),
    )


def lag(finding: Mapping[str, Any], language: str) -> str:
    """``1 week``, ``4 weeks``, ``2 to 5 weeks``; empty where nothing was tested."""
    first, last = finding["first"], finding["last"]
    if first is None:
        return ""
    if first != last:
        return message("leads.lag_range", language, first=first, last=last)
    return message("leads.lag_one" if first == 1 else "leads.lag_some", language, weeks=first)


def verdict(finding: Mapping[str, Any], language: str) -> str:
    """The verdict in few words."""
    code = "untestable" if finding["reason"] in UNTESTABLE else finding["verdict"]
    return message(f"leads.verdict_{code}", language, weeks=lag(finding, language))
