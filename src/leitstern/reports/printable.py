"""Texts as the fonts of a paper can show them.

The fonts within typst know Latin, Greek, Cyrillic and more, but neither emojis nor Chinese, and an accessible
PDF must not hold a character that it cannot show. People type such characters; they become `REPLACED`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

REPLACED = "\N{REPLACEMENT CHARACTER}"
#: Characters that are not asked about: Latin with its marks, and the punctuation of both languages.
_LATIN = range(0x20, 0x180)
_COMMON = frozenset("–—‘’‚“”„†•…‰‹›€−≤≥ΔØ∅")
#: Asking about a character takes milliseconds; a text with more unusual ones is of a script we do not have.
_MOST = 200

_PROBE = b"""#set document(title: "-")
#par(text(sys.inputs.data))"""


def printable(value: Any) -> Any:
    """Plain data with every text in it as it can be shown."""
    return _replaced(value, _hidden({char for text in _texts(value) for char in text}))


def only_common(value: Any) -> Any:
    """The same without asking: whatever is unusual is replaced."""
    return _replaced(value, {char for text in _texts(value) for char in text if _unusual(char)})


def _unusual(char: str) -> bool:
    return ord(char) not in _LATIN and char not in _COMMON and char != "\n"


def _hidden(chars: set[str]) -> set[str]:
    unusual = sorted(char for char in chars if _unusual(char))
    asked, rest = unusual[:_MOST], unusual[_MOST:]
    return {char for char in asked if not _shows(char)} | set(rest)


@lru_cache(maxsize=8192)
def _shows(char: str) -> bool:
    import typst

    try:
        typst.compile(_PROBE, sys_inputs={"data": char}, pdf_standards=["ua-1"], ignore_system_fonts=True)
    except (typst.TypstError, UnicodeEncodeError):  # half of a surrogate pair is no character at all
        return False
    return True


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _replaced(value: Any, hidden: set[str]) -> Any:
    table = dict.fromkeys(map(ord, hidden), REPLACED)
    return _mapped(value, lambda text: text.translate(table))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(one, change) for one in value]
    return value
