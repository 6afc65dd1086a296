"""Jobs, stores and plan files outlive the version that wrote them: an upgrade of headgate changes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from headgate.model.spec import Sql
from headgate.model.store_records import Held
from headgate.providers.flink import job_parameters
from headgate.store import Store, open_store
from tests.wire.life import PHASES, SCOPE, begun
from tests.wire.record import MANIFEST, MARKER
from tests.wire.recorded import JOBS, recorded


def put_store(file: Path, text: str) -> None:
    """Let a store stand at this place."""
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.executescript(text)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    put_store(tmp_path / "store.db", recorded("store.sql"))
    with open_store("sqlite:///store.db", root=tmp_path) as opened:
        yield opened


def rows(query: str) -> list[list[Any]]:
    """What the recorded store answers to a query: its columns are named as earlier versions wrote them."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(recorded("store.sql"))
        return [
            [json.loads(value) if str(value)[:1] == "{" else value for value in row] for row in database.execute(query)
        ]


def values(record: Any) -> list[Any]:
    """The fields of a record in their order, as SQLite keeps them."""
    return [as_kept(value) for value in astuple(record)]


def as_kept(value: Any) -> Any:
    match value:
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S.%f}"
        case Mapping():
            return dict(value)
        case str():
            return str(value)
        case _:
            return value


@pytest.mark.full
def test_a_live_job_is_planned_as_the_version_that_started_it_plans_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept, and a revision that was rolled back is not tried again: by the job alone, too."""
    with begun(tmp_path / "repo", monkeypatch) as life:
        for phase in PHASES:
            life.pass_through(phase)
            own = life.stored()
            life.put(JOBS["texts"][phase])

            put_store(life.store, recorded("store.sql"))
            assert (phase, life.plan()) == (phase, JOBS["plans"][phase])
            life.store.unlink()
            assert (phase, life.plan()) == (phase, JOBS["plans"][phase])

            life.put(life.texts[phase])
            put_store(life.store, own)


def test_a_plan_that_was_reviewed_before_an_upgrade_is_applied_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says is what would be done: nothing in it has another name."""
    with begun(tmp_path / "repo", monkeypatch) as life:
        life.commit("first", "COUNT(*)")
        (life.root / "plan.json").write_text(recorded("first-plan.json"), "utf-8")

        life.run("apply", "plan.json")

        assert life.plan() == JOBS["plans"]["started"]


def test_a_flink_job_is_read_by_its_job_parameters() -> None:
    """Every field of the marker, the manifest, the compiled plan and the widths."""
    carried = job_parameters.read(job_parameters.split(recorded("flink-job-parameters.txt").strip()))

    assert carried.marker is not None
    assert astuple(carried.marker) == MARKER
    assert carried.applied is not None
    found = carried.applied
    assert isinstance(found.program, Sql)
    assert [found.program.text, found.parallelism, found.config, found.options, found.env] == [
        MANIFEST[key] for key in ("statement", "parallelism", "config", "options", "env")
    ]
    assert carried.compiled == '{"nodes":[]}'
    assert carried.fixed == frozenset({1, 4})


def test_the_history_in_a_store_is_read(store: Store) -> None:
    """What was applied, rolled back and saved, with all that was noted of it."""
    columns = (
        "project, job, target, revision, outcome, commit_id, author, manifest, "
        "job_id, succeeds, restored_from, run_id, number, at, savepoint, note"
    )
    for job in JOBS["texts"]["started"]:
        noted = rows(f"SELECT {columns} FROM headgate_revisions WHERE job = '{job}' ORDER BY number DESC")

        assert [values(entry) for entry in store.history(SCOPE, job)] == noted
        assert len(noted) >= 3


def test_the_savepoints_in_a_store_are_read(store: Store) -> None:
    """Those that can be restored from, and those that are still to be deleted."""
    columns = "project, job, target, job_id, path, kind, completed_at, revision, asked_as"
    noted = rows(f"SELECT {columns} FROM headgate_snapshots WHERE job = 'dinky' ORDER BY completed_at DESC")
    pending = rows("SELECT project, job, target, path, asked_at, attempts, error FROM headgate_disposals")

    assert [values(one) for one in store.snapshots(SCOPE, "dinky")] == noted
    assert len(noted) == 3
    assert [values(one) for one in store.disposals(SCOPE)] == pending
    assert len(pending) == 1


def test_the_revisions_that_are_not_tried_again_are_read_from_a_store(store: Store) -> None:
    """What did not settle before an upgrade is not started by it."""
    noted = rows("SELECT project, job, revision, why, at FROM headgate_failing ORDER BY job")

    assert [values(store.failing(SCOPE, job)) for job in sorted(JOBS["texts"]["started"])] == noted
    assert len(noted) == 4


def test_the_locks_in_a_store_are_respected(store: Store) -> None:
    """A run of an earlier version that is at work keeps a later one out."""
    noted = rows("SELECT project, job, id, token, holder, since, expires, ttl FROM headgate_locks WHERE token = 7")

    assert [values(lock) for lock in store.locks(SCOPE)] == noted
    assert isinstance(store.acquire(SCOPE, "returns", "somebody else", ttl=60), Held)


def test_a_run_that_was_cut_off_is_read_from_a_store(store: Store) -> None:
    """Its intents are what the next run needs to know."""
    columns = "project, job, target, run_id, step, job_id, effect_key, detail, id, at"
    noted = rows(f"SELECT {columns} FROM headgate_intents WHERE concluded_at IS NULL")

    assert [values(intent) for intent in store.unfinished(SCOPE)] == noted
    assert len(noted) == 1


def test_where_a_job_was_seen_last_is_read_from_a_store(store: Store) -> None:
    """With the newest savepoint of it."""
    [[job_id, state]] = rows("SELECT job_id, state FROM headgate_jobs WHERE job = 'dinky'")
    [newest, *_] = store.snapshots(SCOPE, "dinky")
    known = store.last_known(SCOPE, "dinky", "dinky")

    assert known is not None
    assert (known.job_id, known.state, known.snapshot) == (job_id, state, newest)
    assert store.known_jobs(SCOPE)["dinky", "dinky"] == (job_id, state)
