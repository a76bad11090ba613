"""Which encoding a text is in: byte order mark, UTF-16 without one, else UTF-8, else Windows-1252, strictly.

The whole file is looked at, in blocks. A file that is UTF-8 except for a few broken bytes stays UTF-8
(its broken rows are set aside): read as Windows-1252 every umlaut of it would come out wrong.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import NamedTuple

from leitstern.errors import Problem

_BLOCK = 1 << 20
#: UTF-16 as report servers write it, and the shares of zeros among its low and high bytes.
_WIDE = ("utf-16-le", "utf-16-be")
_FEW_NULS, _MANY_NULS = 0.02, 0.5
#: Every byte that does not begin a character beyond ASCII.
_BELOW_LEAD = bytes(range(0xC0))
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Encoding(NamedTuple):
    """Codec name; whether some bytes are broken (decode with ``surrogateescape``); whether there are NULs."""

    name: str
    broken: bool
    nuls: bool


def detect(path: Path) -> Encoding:
    """The encoding of a text file. Problem if it is empty, not text, or in no encoding we know."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Problem("sources.empty_file")
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is None and head.count(0) * 5 > len(head):
        marked = _unmarked(head)
        if marked is None:
            raise Problem("sources.not_text")
    if marked in ("utf-16", "utf-32", *_WIDE):
        return Encoding(marked, broken=False, nuls=_valid(path, marked))
    scan = _scan(path)
    if scan.broken == 0:
        return Encoding(marked or "utf-8", broken=False, nuls=scan.nuls)
    if marked or scan.broken < scan.sequences:
        return Encoding(marked or "utf-8", broken=True, nuls=scan.nuls)
    _valid(path, "cp1252")
    return Encoding("cp1252", broken=False, nuls=scan.nuls)


def _unmarked(head: bytes) -> str | None:
    """The order of bytes of UTF-16 without a mark: in Western texts nearly every second byte is 0."""
    even, odd = head[0::2], head[1::2]
    low, high = even.count(0) / len(even), odd.count(0) / max(1, len(odd))
    if min(low, high) > _FEW_NULS or max(low, high) < _MANY_NULS:
        return None
    name = _WIDE[0] if high > low else _WIDE[1]
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    return name if all(character.isprintable() or character.isspace() for character in text) else None


class _Scan(NamedTuple):
    broken: int
    sequences: int
    nuls: bool


def _scan(path: Path) -> _Scan:
    """Counts bytes that are no UTF-8, and characters beyond ASCII that are."""
    broken = sequences = 0
    nuls = False
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            nuls = nuls or b"\0" in block
            if not block.isascii() or decoder.getstate()[0] or not block:
                text = decoder.decode(block, final=not block)
                valid = text.encode("utf-8", "ignore")
                broken += len(text) - len(valid.decode("utf-8"))
                sequences += len(valid.translate(None, _BELOW_LEAD))
            if not block:
                return _Scan(broken, sequences, nuls)


def _valid(path: Path, name: str) -> bool:
    """Whether the text has NULs; Problem with the place of the first byte that cannot be decoded."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    line, done = 1, 0
    nuls = False
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                line += before.decode(name, "ignore").count("\n")
                raise Problem("sources.unknown_encoding", line=line, byte=done + error.start) from None
            line += text.count("\n")
            nuls = nuls or "\0" in text
            done += len(block)
            if not block:
                return nuls
