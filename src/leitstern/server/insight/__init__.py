"""Analyses of the newest generation: made by a worker beside the pages, kept as documents, shown by pages.

An analysis is registered by the module of its topic (``ANALYSIS``). Its document is plain JSON and is kept
in the workspace's ``insight`` folder, one folder for each generation; a page only ever reads it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leitstern.info import GenerationInfo
    from leitstern.server.reader import Reader

#: Told what is being done, how much of it is done, and how much there is (0: unknown).
Tell = Callable[[str, int, int], None]
Document = Mapping[str, Any]

#: Modules of this package, in the order in which their analyses run: what people wait for comes first.
TOPICS: tuple[str, ...] = (
    "signals",
    "forecast",
    "pipeline",
    "funnel",
    "reverse",
    "track_record",
    "hygiene",
    "customers",
    "compare",
    "why",
    "leads",
)


def _nothing() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """``run`` looks at the whole workspace and returns the document; what of it a viewer may see is cut by
    the page. ``inputs`` stands for all it depends on besides the generation (such as goals), as a short text.
    """

    name: str
    run: Callable[[Reader, Tell], Document]
    inputs: Callable[[], str] = _nothing


def analyses() -> list[Analysis]:
    """All analyses, in the order in which they run."""
    return [import_module(f"{__name__}.{topic}").ANALYSIS for topic in TOPICS]


def document(ask: Reader, name: str) -> Document | None:
    """The document of an analysis of this generation; None while there is none."""
    info = ask.generation()
    if info is None:
        return None
    file = _folder(ask.folder, info) / f"{name}.json"
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def keep(ask: Reader, info: GenerationInfo, name: str, found: Document) -> None:
    """Write a document in one step, so that a page sees all of it or nothing."""
    folder = _folder(ask.folder, info)
    folder.mkdir(parents=True, exist_ok=True)
    building = folder / f"{name}.building"
    building.write_text(json.dumps(found, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    building.replace(folder / f"{name}.json")


def forget_others(ask: Reader, info: GenerationInfo) -> None:
    """Remove the documents of all generations but one."""
    kept = _folder(ask.folder, info)
    for folder in kept.parent.glob("*"):
        if folder.is_dir() and folder != kept:
            shutil.rmtree(folder)


def _folder(folder: Path, info: GenerationInfo) -> Path:
    """A generation built anew under an old number is another one."""
    return folder / "insight" / f"{info.number}-{info.built_at:%Y%m%dT%H%M%S}"


@lru_cache(maxsize=32)
def _read(file: Path, _changed: int) -> Document:
    found: Document = json.loads(file.read_text(encoding="utf-8"))
    return found
