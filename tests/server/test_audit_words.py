"""The audit log speaks of every change in words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import leitstern.server
from leitstern.goals.offers import ACTIONS
from leitstern.server import audit_words

PACKAGE = Path(leitstern.server.__file__).parent


def codes() -> Iterator[str]:
    """Every action that the code notes down."""
    for file in PACKAGE.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assigned = {
            node.targets[0].id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.note":
                given = node.args[1]
                yield from _texts(assigned[given.id] if isinstance(given, ast.Name) else given)


def _texts(given: ast.expr) -> Iterator[str]:
    if isinstance(given, ast.Constant):
        yield given.value
    elif isinstance(given, ast.IfExp):
        yield from (*_texts(given.body), *_texts(given.orelse))
    else:
        assert ast.unparse(given) == "f'goal.{action}'"
        yield from (f"goal.{action}" for action in ACTIONS)


def test_every_code_has_a_text_and_a_subject_and_none_is_left_over():
    found = set(codes())
    assert {"goal.accept", "account.deactivated", "privacy.rejected", "data.refreshed"} <= found
    for code in found:
        assert audit_words.action(code)
        assert code.partition(".")[0] in audit_words.subjects()
    assert set(audit_words.actions()) <= found
    assert {code.partition(".")[0] for code in found} == set(audit_words.subjects())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("goal:17", "Ziel 17"),
        ("team:T1", "Team T1"),
        ("won_value:2026-Q3:P1", "won_value, 2026-Q3, P1"),
        ("won_value:2026-Q3:", "won_value, 2026-Q3"),
    ],
)
def test_what_an_entry_is_about(name, said):
    with translation.override("de"):
        assert audit_words.about(name) == said


def test_only_what_changed_is_listed():
    before = {"subject": ["person", "P1"], "levels": {"target": "10"}, "state": "offered", "owner": 3}
    after = {**before, "levels": {"target": "12", "minimum": "8"}, "state": "accepted", "owner": None}
    with translation.override("de"):
        old, new = audit_words.sides(before, after, {3: "Ada"})
    assert old == [("Ziel", "10"), ("Zustand", "angeboten, noch ohne Antwort"), ("Verantwortlich", "Ada")]
    assert new == [("Ziel", "12"), ("Minimum", "8"), ("Zustand", "angenommen"), ("Verantwortlich", "–")]
    with translation.override("de"):
        nothing, made = audit_words.sides(None, {"subject": ["team", "T1"], "is_active": True}, {})
    assert nothing == []
    assert made == [("Für wen", "Team T1"), ("Aktiv", "ja")]
    with translation.override("de"):
        assert audit_words.sides(None, {"subject": ["segment", "A"]}, {})[1] == [("Für wen", "Segment A")]
