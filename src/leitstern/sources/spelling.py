"""One spelling of equal texts.

The same name comes with composed or separate accents (macOS writes ``u`` and two dots), with blanks that
do not break, with marks that nobody sees. Read as they stand, such texts are different keys and words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from leitstern.sources.arrow import pc

if TYPE_CHECKING:
    from leitstern.sources.arrow import Texts

#: Blanks of other widths, and what has no width at all: soft hyphens, marks of order and direction.
_BLANKS = "[\u00a0\u2000-\u200a\u202f\u205f\u3000]"
_UNSEEN = "[\u00ad\u200b\u200e\u200f\u2060\ufeff]"


def spelled(texts: Texts) -> Texts:
    """A column in one spelling: composed letters (NFC), plain blanks, nothing unseen."""
    if pc.all(pc.string_is_ascii(texts)).as_py() is not False:
        return texts
    found = pc.utf8_normalize(texts, form="NFC")
    found = pc.replace_substring_regex(found, _BLANKS, " ")
    seen: Texts = pc.replace_substring_regex(found, _UNSEEN, "")
    return seen


def folded(text: str) -> str:
    """A word to compare by: upper and lower case, ß and SS, wide and narrow letters, blanks are the same."""
    wide = unicodedata.normalize("NFKC", re.sub(_UNSEEN, "", text)).casefold()
    return " ".join(unicodedata.normalize("NFKC", wide).split())
