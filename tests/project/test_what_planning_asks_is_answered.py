"""The answers to what planning asks: the store is asked as little as can be, platforms side by side, no bug spreads."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from headgate.model.live import JobState, Kept, Remembered, Snapshot
from headgate.model.plan import Action, StopWithSavepoint, Verb
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec
from headgate.model.store_records import Intent
from headgate.planning import Compatibility, CompatibilityReport, LastSeen, Quarantined, Revisions
from headgate.project.answers import Answers
from tests.applying.place import FILTERED, ORDERS, Place
from tests.planning.given import agrees, decided, running


class Memory:
    """What a store says, and how often it was asked for what."""

    def __init__(self, *seen: Remembered, unfinished: tuple[Intent, ...] = ()) -> None:
        self.asked: Counter[str] = Counter()
        self.unfinished = {"orders": unfinished}
        self._seen = seen

    def places(self) -> dict[str, tuple[str, ...]]:
        self.asked["places"] += 1
        return {"orders": tuple(one.target for one in self._seen)}

    def remembered(self, job: str, targets: Any) -> tuple[Remembered, ...]:
        self.asked["remembered"] += 1
        return tuple(one for one in self._seen if one.target in targets)

    def failing(self, job: str) -> None:
        self.asked["failing"] += 1

    def history(self, job: str, previous_name: str) -> tuple[()]:
        self.asked["history"] += 1
        return ()


class Storage:
    """A platform of which only its storage is asked."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def kept(self, name: str) -> Kept:
        return self._kept


def answers(memory: Memory, report: Any = agrees, **providers: Any) -> Answers:
    return Answers(memory, providers, report)  # type: ignore[arg-type]


def test_one_query_finds_the_places_of_all_jobs_and_the_history_of_a_job_is_read_once():
    """Thousands of jobs may be missing from a target that lost its memory."""
    memory = Memory()
    answer = answers(memory)

    answer(tuple(LastSeen(replace(ORDERS, name=f"job-{at}"), listed=False) for at in range(100)))
    answer((Revisions("orders"), Quarantined("orders"), Revisions("orders")))

    assert memory.asked == {"places": 1, "remembered": 100, "history": 1, "failing": 1}


def test_a_job_that_its_target_lists_and_that_was_nowhere_else_is_not_looked_up():
    """It is there to be looked at."""
    here = Remembered(ORDERS.target, running(ORDERS), 1)
    memory, elsewhere = Memory(here), Memory(here, replace(here, target="old", at=2))

    assert answers(memory)((LastSeen(ORDERS, listed=True),)) == [()]
    assert [len(seen) for seen in answers(elsewhere)((LastSeen(ORDERS, listed=True),))] == [2]
    assert "remembered" not in memory.asked


@pytest.mark.parametrize(
    ("taken_at", "state"),
    [
        pytest.param(2_000, JobState.SUSPENDED, id="the-stop-made-its-savepoint"),
        pytest.param(500, JobState.RUNNING, id="the-savepoint-is-older-than-the-stop"),
    ],
)
def test_a_stop_that_was_cut_off_is_finished_by_what_storage_has(taken_at: int, state: JobState):
    """The run that asked for it was killed, and the platform has forgotten the job since."""
    asked_at = datetime.fromtimestamp(1, UTC)
    stop = Intent("shop", "orders", "storage", "run", StopWithSavepoint.name, "f00", at=asked_at)
    memory = Memory(Remembered("storage", running(ORDERS), 1), unfinished=(stop,))
    storage = Storage(Kept(True, (Snapshot("s3://b/1", "savepoint", taken_at),)))

    [[seen]] = answers(memory, storage=storage)((LastSeen(ORDERS, listed=False),))

    assert seen.job.state is state


def test_platforms_are_asked_side_by_side_and_answered_in_order():
    """One that is slow holds up no other."""
    together = threading.Barrier(3, timeout=20)

    def report(draft: Action) -> CompatibilityReport:
        together.wait()
        return CompatibilityReport(rejected=draft.job)

    drafts = [decided(replace(ORDERS, name=name)) for name in ("one", "two", "three")]

    found = answers(Memory(), report)(tuple(Compatibility(draft) for draft in drafts))

    assert [one.rejected for one in found] == ["one", "two", "three"]


def test_a_bug_that_one_job_meets_blocks_that_job_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nobody expects it, and it must not take the others down."""
    place = Place(tmp_path)
    compiles = place.platform.compile

    def broken(spec: JobSpec) -> Any:
        if spec.name == "broken":
            raise ZeroDivisionError
        return compiles(spec)

    monkeypatch.setattr(place.platform, "compile", broken)

    found = {action.job: action for action in place.plan(replace(FILTERED, name="broken"), ORDERS).actions}

    assert (found["broken"].verb, found["broken"].reason) == (Verb.BLOCKED, Reason.NOT_COMPILED)
    assert found["orders"].verb is Verb.SUBMIT
