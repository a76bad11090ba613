"""Every text of the pages exists in German, with the same blanks, and is compiled."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import leitstern.server
from leitstern.server.translations import FOLDER, compiled

#: A text looked up in what Django makes of a template.
CALL = re.compile(r"""(?:_|gettext)\(\s*(u?'(?:[^'\\\n]|\\.)*'|u?"(?:[^"\\\n]|\\.)*")""")
PACKAGE = Path(leitstern.server.__file__).parent


def used():
    """All texts in code and templates that are looked up: single ones, and the singular of pairs."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if name in ("_", "gettext", "gettext_lazy", "ngettext") and isinstance(
                node.args[0], ast.Constant
            ):
                yield node.args[0].value
    for file in PACKAGE.rglob("*.html"):
        for text in CALL.findall(templatize(file.read_text(encoding="utf-8"))):
            yield ast.literal_eval(text)


@pytest.fixture(scope="module")
def german():
    with (FOLDER / "django.po").open("rb") as file:
        return {m.id if isinstance(m.id, str) else m.id[0]: m for m in read_po(file, locale="de") if m.id}


def test_every_text_is_translated(german):
    texts = set(used())
    assert len(texts) > 150
    missing = {text for text in texts if text not in german or not all(_strings(german[text]))}
    assert missing == set()


def test_no_translation_is_left_over(german):
    assert {text.replace("%%", "%") for text in german} - {t.replace("%%", "%") for t in used()} == set()


def test_blanks_are_the_same(german):
    def blanks(text):
        return sorted(re.findall(r"%\((\w+)\)s", text))

    for text, message in german.items():
        for translated in _strings(message):
            assert blanks(translated) == blanks(text), text


def test_the_compiled_file_is_that_of_the_texts():
    assert (FOLDER / "django.mo").read_bytes() == compiled(), "run python -m leitstern.server.translations"


def _strings(message):
    return [message.string] if isinstance(message.string, str) else list(message.string)
