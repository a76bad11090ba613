"""The worker makes each analysis once for a generation, and again where what it depends on has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from leitstern.errors import Problem
from leitstern.server import insight, work
from leitstern.server.insight import Analysis, Tell
from leitstern.server.models import Job
from leitstern.server.reader import Reader

from .fake import FakeWorkspace


class Place(Reader):
    """A reader of the made-up workspace with a folder to write documents in."""

    def __init__(self, folder: Path) -> None:
        self.made = FakeWorkspace()
        super().__init__(folder, lambda _folder: self.made)  # type: ignore[arg-type,return-value]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def use(*analyses: Analysis) -> None:
        monkeypatch.setattr(insight, "analyses", lambda: list(analyses))

    return use


def counting(calls: list[str], inputs: Callable[[], str] = lambda: "") -> Analysis:
    def run(_ask: Reader, tell: Tell) -> dict[str, object]:
        calls.append("run")
        tell("half", 1, 2)
        return {"runs": len(calls)}

    return Analysis("counted", run, inputs)


def test_an_analysis_runs_once_for_a_generation(
    place: Place, register: Callable[..., None], db: None
) -> None:
    calls: list[str] = []
    register(counting(calls))
    assert insight.document(place, "counted") is None
    assert [work.run_pending(place), work.run_pending(place)] == [1, 0]
    assert insight.document(place, "counted") == {"runs": 1}
    job = Job.objects.get()
    assert (job.state, job.attempts, job.at, job.of) == ("done", 1, 1, 2)


def test_a_document_that_is_gone_is_made_again(place: Place, register: Callable[..., None], db: None) -> None:
    calls: list[str] = []
    register(counting(calls))
    work.run_pending(place)
    next(place.folder.glob("insight/*/counted.json")).unlink()
    assert work.run_pending(place) == 1
    assert insight.document(place, "counted") == {"runs": 2}


def test_changed_goals_make_it_run_again(place: Place, register: Callable[..., None], db: None) -> None:
    calls: list[str] = []
    goals = ["two"]
    register(counting(calls, lambda: goals[0]))
    work.run_pending(place)
    goals[0] = "three"
    assert [work.run_pending(place), work.run_pending(place)] == [1, 0]
    assert insight.document(place, "counted") == {"runs": 2}


def test_another_generation_has_its_own_document(
    place: Place, register: Callable[..., None], db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    register(counting(calls))
    work.run_pending(place)
    older = place.made.generation()
    assert older is not None
    newer = replace(older, number=older.number + 1)
    monkeypatch.setattr(place.made, "generation", lambda: newer)
    place._answers.clear()
    assert insight.document(place, "counted") is None
    assert work.run_pending(place) == 1
    assert [json.loads(file.read_text()) for file in place.folder.glob("insight/*/*.json")] == [{"runs": 2}]


def test_a_problem_is_kept_and_not_tried_again(place: Place, register: Callable[..., None], db: None) -> None:
    def run(_ask: Reader, _tell: Tell) -> dict[str, object]:
        raise Problem("kpis.unknown", name="x")

    register(Analysis("refused", run))
    assert [work.run_pending(place), work.run_pending(place)] == [1, 0]
    job = Job.objects.get()
    assert (job.state, job.step) == ("failed", "kpis.unknown")


def test_what_ends_the_worker_twice_is_left(place: Place, register: Callable[..., None], db: None) -> None:
    def run(_ask: Reader, _tell: Tell) -> dict[str, object]:
        raise MemoryError

    calls: list[str] = []
    register(Analysis("heavy", run), counting(calls))
    for _ in range(2):
        with pytest.raises(MemoryError):
            work.run_pending(place)
    assert work.run_pending(place) == 1
    assert Job.objects.get(analysis="heavy").state == "failed"
    assert calls == ["run"]


def test_numbers_that_are_none_are_refused(place: Place) -> None:
    info = place.generation()
    with pytest.raises(ValueError, match="JSON"):
        insight.keep(place, info, "bad", {"value": float("nan")})  # type: ignore[arg-type]
    assert not list(place.folder.glob("insight/*/*.json"))


def test_the_page_lists_the_analyses(client: Client) -> None:
    page = client.get("/insight")
    assert page.status_code == 200
    assert "Analyse" in page.content.decode()
