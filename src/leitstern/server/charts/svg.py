"""The little SVG we need: elements with escaped text and attributes, and coordinates that stay short."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


def number(value: float) -> str:
    """A coordinate with at most one decimal place: 12.5, 12, never -0."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def points(pairs: Iterable[tuple[float, float]]) -> str:
    """Coordinates for a polyline."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in pairs)


def tag(name: str, *children: str, **attributes: str | float | None) -> SafeString:
    """One element. An attribute's ``_`` becomes ``-``, a trailing one is dropped (``class_``).

    Children that are not marked safe are escaped; attributes always are. None leaves an attribute out.
    """
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is not None:
            text = value if isinstance(value, str) else number(value)
            parts.append(f' {key.rstrip("_").replace("_", "-")}="{escape(text)}"')
    if children:
        parts.append(">")
        parts.extend(child if isinstance(child, SafeString) else escape(child) for child in children)
        parts.append(f"</{name}>")
    else:
        parts.append("/>")
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


def join(parts: Iterable[str]) -> SafeString:
    """Elements one after the other; unsafe text among them is escaped."""
    safe = (part if isinstance(part, SafeString) else escape(part) for part in parts)
    return mark_safe("".join(safe))  # noqa: S308 - every part is safe or escaped
