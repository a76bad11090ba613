"""Addresses of static files: a digest of the content in them, so that a browser may keep them."""

from __future__ import annotations

import hashlib
from functools import cache

from django.conf import settings


@cache
def asset(path: str) -> str:
    """``css/base.css`` -> ``/static/css/base.css?v=1a2b3c4d``."""
    content = (settings.STATIC_ROOT / path).read_bytes()
    return f"{settings.STATIC_URL}{path}?v={hashlib.sha256(content).hexdigest()[:8]}"
