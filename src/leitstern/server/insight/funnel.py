"""The funnel and its bottleneck: what the worker keeps, and what of it a viewer may see.

Steps, campaigns, sources, segments and customers are no people. Teams are cut by the access policy: a team is
shown where all its months of new leads and deals in the period are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from leitstern.analyses.funnel import bottleneck, funnel
from leitstern.analyses.funnel_data import BY
from leitstern.analyses.handovers import handovers
from leitstern.messages import message
from leitstern.server import frame
from leitstern.server.figures import NBSP
from leitstern.server.insight import Analysis, Document
from leitstern.server.views.insight.common import company_shown

if TYPE_CHECKING:
    from leitstern.server.insight import Tell
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

#: So many customers without a contact are kept and shown.
MOST_SILENT = 25
_SHOWN_BY = ("new_leads", "new_deals")


def _run(ask: Reader, tell: Tell) -> Document:
    ws, parts = ask.workspace, len(BY) + 2
    found: dict[str, Any] = {"by": {}}
    for at, by in enumerate(BY):
        tell("funnel", at, parts)
        found["by"][by] = funnel(ws, by).as_json()
    tell("funnel", len(BY), parts)
    found["bottleneck"] = bottleneck(ws).as_json()
    tell("funnel", len(BY) + 1, parts)
    found["handovers"] = handovers(ws).as_json()
    found["handovers"]["silent_count"] = len(found["handovers"]["silent"])
    found["handovers"]["silent"] = found["handovers"]["silent"][:MOST_SILENT]
    return found


ANALYSIS = Analysis("funnel", _run)


def title() -> str:
    """What the page is called."""
    return _("Funnel and bottleneck")


def headline(ask: Sight, document: Document) -> str | None:
    """The bottleneck in a sentence, as far as the viewer may see it."""
    if not company_shown(ask, "won_value"):
        return None
    return sentence(cut(ask, document)["bottleneck"])


def cut(ask: Sight, document: Document) -> dict[str, Any]:
    """The document without the teams that the viewer may not see; ``hidden`` tells whether there are any."""
    stuck = document["bottleneck"]
    start, end = (date.fromisoformat(stuck[day]) for day in ("from", "to"))
    shown = teams(ask, start, end)
    if shown is None:
        return {**document, "hidden": False}
    by_team = dict(document["by"]["team"])
    for part in ("steps", "whole", "stages"):
        by_team[part] = [
            row for row in by_team[part] if row["group"] is None or row["group"]["id"] in {None, *shown}
        ]
    seen = {name: [c for c in stuck[name] if c["group"]["id"] in shown] for name in ("cells", "hints")}
    verdict = _verdict(seen)
    tests = sum(2 * len(cell["against"]) for cell in seen["cells"])
    return {
        **document,
        "by": {**document["by"], "team": by_team},
        "bottleneck": {**stuck, **seen, "verdict": verdict, "tests": tests},
        "hidden": True,
    }


def _verdict(seen: Mapping[str, list[dict[str, Any]]]) -> str:
    if seen["hints"]:
        return "hint"
    return "none" if any(cell["against"] for cell in seen["cells"]) else "too_little"


def teams(ask: Sight, start: date, end: date) -> frozenset[str] | None:
    """The teams the viewer may see for every month of the period; None: all of them."""
    found = ask.compute(_SHOWN_BY, "own_team", "month", start, end)
    hidden = {o.subject.id for o in found if o.reason == "protected"}
    if not hidden:
        return None
    return frozenset(o.subject.id for o in found if o.subject.id is not None and o.subject.id not in hidden)


def say(code: str, /, **values: object) -> str:
    """A text of the funnel in the page's language."""
    return message(f"funnel.{code}", frame.language(), **values)


def sentence(stuck: Mapping[str, Any]) -> str:
    """The first hint, or that none is shown."""
    if stuck["verdict"] != "hint":
        return say(f"bottleneck_{stuck['verdict']}", tests=frame.figures().plain(stuck["tests"]))
    first = stuck["hints"][0]
    code = "bottleneck_hint" if first["cost"]["value"] > 0 else "bottleneck_slow"
    return say(code, stage=stage(first), group=first["group"]["name"], **money(first["cost"]))


def stage(of: Mapping[str, Any]) -> str | None:
    """The name of the stage of a leak or cell; without a pipeline there is one, the deal."""
    key: str | None = of["stage"]
    return say("step_deal") if key == "deal" and of["name"] in (None, key) else of["name"] or key


def money(amount: Mapping[str, float]) -> dict[str, str]:
    """An amount and its range as they are said: three digits, more would pretend to know them."""
    figures = frame.figures()
    cost, low, high = (figures.short(round(amount[name]), "currency") for name in ("value", "low", "high"))
    return {"cost": cost, "low": low, "high": high}


def percent(share: float | None) -> str:
    """A share in percent."""
    return frame.figures().short(share, "percent")


def percents(low: float, high: float) -> str:
    """The range of a share in percent."""
    figures = frame.figures()
    first = figures.short_bare(low, "percent")
    return f"{first}{NBSP}–{NBSP}{figures.short(high, 'percent')}"


def days(quantile: Mapping[str, int | None]) -> str:
    """Days until a share has ended, or that this is not known yet."""
    found = quantile["days"]
    return say("not_reached") if found is None else frame.figures().plain(found)
