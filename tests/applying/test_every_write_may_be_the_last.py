"""Killed before any write to the store or the platform, a run is continued by the next: run again, it is done.

One copy, its state kept, nothing left to do, nothing reported as interrupted; and what must not run again does not.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from headgate import Headgate
from headgate.applying import Patience
from headgate.model.live import JobState
from headgate.model.spec import DesiredState, JobSpec, Savepoint, Sql, Strategy
from headgate.store import Store
from tests.applying.mortal import Mortal
from tests.applying.place import FILTERED, ORDERS, Killed, Place

OTHER = JobSpec("other", "memory", Sql("INSERT INTO sink SELECT a FROM b"))
SUSPENDED = replace(ORDERS, desired_state=DesiredState.SUSPENDED)
WIDER = replace(ORDERS, parallelism=4)
EMPTIED = replace(FILTERED, savepoint=Savepoint(Strategy.NONE))


def in_no_time() -> Patience:
    return Patience(stop=0.05, settle=0.05, stable=0, confirm=0.2, first_look=0.001)


def apply(headgate: Headgate) -> None:
    headgate.apply(headgate.plan(), patience=in_no_time())


def prune(headgate: Headgate) -> None:
    headgate.apply(headgate.plan(prune=True), patience=in_no_time())


def go_back(headgate: Headgate) -> None:
    headgate.apply(headgate.rollback("orders"), patience=in_no_time())


def save(headgate: Headgate) -> None:
    headgate.savepoint("orders", patience=in_no_time())


class Quick(Place):
    """Opens its store once: that takes longer than all that is done here."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._kept: Store | None = None

    def open(self, *jobs: JobSpec) -> Headgate:
        made = super().open(*jobs)
        made._store = self._kept
        self._kept = made.store
        return made


@dataclass(frozen=True, slots=True)
class Operation:
    """`before` are applied one after the other; then `do` is done with `asks` in git, and done again.

    `runs` is the revision that runs in the end, empty for none; `age` the number of starts its state has survived, at
    least; `savepoints` how many are there, where that counts. `mishap` is what the platform has against it.
    """

    before: tuple[JobSpec, ...]
    asks: JobSpec
    runs: str
    age: int = 0
    do: Callable[[Headgate], None] = apply
    mishap: tuple[str, object] = ("", None)
    savepoints: int = -1


OPERATIONS = {
    "submit": Operation((), ORDERS, ORDERS.revision),
    "restart": Operation((ORDERS,), FILTERED, FILTERED.revision, 1),
    "suspend": Operation((ORDERS,), SUSPENDED, ""),
    "resume": Operation((ORDERS, SUSPENDED), ORDERS, ORDERS.revision, 1),
    "cancel": Operation((ORDERS,), EMPTIED, EMPTIED.revision),
    "prune": Operation((ORDERS,), OTHER, "", do=prune),
    "rescale": Operation((ORDERS,), WIDER, WIDER.revision, mishap=("rescales", True)),
    "rollback-of-what-fails": Operation((ORDERS,), FILTERED, ORDERS.revision, 1, mishap=("starts_broken", "id > 3")),
    "rollback-of-what-loops": Operation((ORDERS,), FILTERED, ORDERS.revision, 1, mishap=("starts_looping", "id > 3")),
    "a-first-start-that-fails": Operation((), ORDERS, "", mishap=("starts_broken", "COUNT")),
    "a-first-start-that-loops": Operation((), ORDERS, "", mishap=("starts_looping", "COUNT")),
    "rollback-by-hand": Operation((ORDERS, FILTERED), FILTERED, ORDERS.revision, 2, do=go_back),
    "savepoint": Operation((ORDERS,), ORDERS, ORDERS.revision, do=save, savepoints=1),
}


@pytest.mark.full
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_whatever_is_written_last_the_next_run_gets_there(operation: Operation, tmp_path: Path):
    """A machine may be taken away at any moment; nobody should have to know at which."""
    whole = Mortal()
    wrong = found_wrong(ready(operation, tmp_path / "whole"), operation, whole)
    assert wrong == [], "without being killed"

    for last, write in enumerate(whole.writes, start=1):
        wrong = found_wrong(ready(operation, tmp_path / str(last)), operation, Mortal(last))
        assert wrong == [], f"killed before write {last}, {write}: {whole.writes}"


def ready(operation: Operation, root: Path) -> Place:
    place = Quick(root)
    for spec in operation.before:
        with place.open(spec) as headgate:
            apply(headgate)
    name, value = operation.mishap
    if name:
        setattr(place.platform, name, value)
    return place


def found_wrong(place: Place, operation: Operation, life: Mortal) -> list[str]:
    """Do it in a process of that life, again in one that lives on, and tell what is not as it should be then."""
    with suppress(Killed), place.open(operation.asks) as headgate:
        headgate._store = life.holding(headgate.store)
        headgate._providers["memory"] = life.holding(place.platform)
        operation.do(headgate)
    with place.open(operation.asks) as headgate:
        for lock in headgate.store.locks("shop"):  # it expires
            headgate.unlock(lock.id)
        if life.ended:
            operation.do(headgate)
    with place.open(operation.asks) as headgate:
        after = headgate.plan(prune=operation.do is prune)
        headgate.apply(after, patience=in_no_time())
        left = [f"left open: {intent.step}" for intent in headgate.store.unfinished("shop")]
    to_do = [f"left to do: {action.verb} {action.reason}" for action in after.actions if action.steps]
    return [*_wrong(place, operation), *to_do, *left]


def _wrong(place: Place, operation: Operation) -> list[str]:
    running = [place.platform.jobs[job_id].live for job_id in place.platform.running("orders")]
    found = [(live.state, live.marker.revision) for live in running if live.marker]
    expected = [(JobState.RUNNING, operation.runs)] if operation.runs else []
    if found != expected:
        return [f"runs: {found}"]
    ages = place.platform.ages("orders").values() if running else ()
    taken = sum("savepoint-" in path for path in place.platform.snapshots)
    return [
        *(f"state of age {age}" for age in ages if age < operation.age),
        *(["savepoints: " + str(taken)] if operation.savepoints not in (-1, taken) else []),
    ]
