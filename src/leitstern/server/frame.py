"""What every page shows around its content: navigation, language, theme, the age of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.server.assets import asset
from leitstern.server.figures import Figures
from leitstern.server.middleware import THEMES
from leitstern.server.navigation import sections
from leitstern.server.reader import reader
from leitstern.server.when import Calendar

STYLES = (
    *("tokens", "base", "forms", "frame", "cards", "chart", "plan", "tables", "goals", "goal", "sheet"),
    *("grid", "accounts", "insight", "import", "wall", "print"),
)
#: Data older than this many days is called old on every page.
STALE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Freshness:
    """The generation's age in words; ``stale`` asks for a notice."""

    text: str
    day: str
    number: int
    stale: bool


def language() -> str:
    """The page's language: de or en."""
    return "de" if (get_language() or "en").startswith("de") else "en"


def figures() -> Figures:
    """The reader's number style."""
    settings = reader().settings
    return Figures(language(), settings.country or "DE", settings.currency)


def calendar() -> Calendar:
    """The reader's names of days and periods."""
    return Calendar(figures().locale)


def theme(request: HttpRequest) -> str:
    """auto, light or dark."""
    chosen = request.COOKIES.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    user = getattr(request, "user", None)
    inside = user is not None and user.is_authenticated
    return {**bare(request), "user": user, "sections": sections(request), **_workspace(inside)}


def bare(request: HttpRequest) -> dict[str, Any]:
    """What stands around a page even where the workspace cannot be read."""
    return {
        "language": language(),
        "languages": [(code, get_language_info(code)["name_local"]) for code in ("de", "en")],
        "theme": theme(request),
        "themes": [("auto", _("Auto")), ("light", _("Light")), ("dark", _("Dark"))],
        "here": request.get_full_path(),
        "styles": [asset(f"css/{name}.css") for name in STYLES],
        "icon": asset("star.svg"),
    }


def _workspace(inside: bool) -> dict[str, Any]:
    """The workspace's name, and for whom has logged in its freshness; nothing where it cannot be opened, so
    that error pages stand."""
    try:
        return {"workspace_name": reader().settings.name, "freshness": freshness() if inside else None}
    except Problem:
        return {"workspace_name": "", "freshness": None}


def freshness() -> Freshness | None:
    """How old the data is; None before the first generation."""
    generation = reader().generation()
    if generation is None:
        return None
    as_of = reader().until()
    today = reader().today()
    return Freshness(
        text=calendar().age(as_of, today),
        day=calendar().day(as_of),
        number=generation.number,
        stale=(today - as_of).days > STALE_DAYS,
    )
