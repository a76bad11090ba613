"""Which language to speak where no workspace says one."""

from __future__ import annotations

import os
from typing import Literal

Language = Literal["de", "en"]


def default_language() -> Language:
    """German or English: LEITSTERN_LANGUAGE if set, else the system's language."""
    own = os.environ.get("LEITSTERN_LANGUAGE", "").lower()
    if own:
        return "de" if own.startswith("de") else "en"
    system = next((v for v in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(v)), None)
    return "de" if system and os.environ[system].lower().startswith("de") else "en"
