"""Reading TOML that somebody else wrote: settings, mappings.

Nesting is limited, so that neither the reader nor whoever walks the result runs out of stack. Nothing of ours
is nested more than four levels deep.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

MAX_DEPTH = 32
#: A key of very many parts takes `tomllib` time that grows with their square.
_LONG_KEY = re.compile(
    r"""(?:(?:[\w-]{1,200}|"[^"\n]{0,200}"|'[^'\n]{0,200}')[ \t]{0,9}\.[ \t]{0,9}){%d}""" % MAX_DEPTH  # noqa: UP031
)


def loads(text: str) -> dict[str, Any]:
    """The document as `tomllib` reads it; its ``TOMLDecodeError`` for what is none, or nested too deeply."""
    if _LONG_KEY.search(text):
        raise tomllib.TOMLDecodeError(_SAID)
    try:
        found = tomllib.loads(text)
    except RecursionError as error:
        raise tomllib.TOMLDecodeError(_SAID) from error
    level: list[Any] = [found]
    for _ in range(MAX_DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return found
    raise tomllib.TOMLDecodeError(_SAID)


_SAID = f"nested more than {MAX_DEPTH} levels deep"


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [one for one in value.values() if isinstance(one, dict | list)]
    return [one for one in value if isinstance(one, dict | list)]
