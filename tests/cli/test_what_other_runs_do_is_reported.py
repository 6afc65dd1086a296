"""Runs that are at work on a job, and runs that were killed in the middle of one, are reported by status and plan."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from headgate.store import Intent, Lock, Store, open_store
from tests.cli.given import Workspace, document, headgate

URL = "sqlite:///.headgate/store.db"


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    with open_store(URL, root=workspace.root) as opened:
        yield opened


def locked(store: Store) -> Lock:
    lock = store.acquire("payments", "orders", "ci@runner (process 7)", ttl=600)
    assert isinstance(lock, Lock)
    return lock


def killed(store: Store, step: str = "submit") -> None:
    """A run wrote down what it was about to do, and was never heard of again."""
    store.intend(Intent("payments", "orders", "local", "the-run-that-was-killed", step, "f00d"))


def one(*arguments: str) -> dict[str, object]:
    [job] = document(headgate("status", *arguments, "--format", "json"))["jobs"]
    assert isinstance(job, dict)
    return job


def test_status_names_who_is_at_work_and_since_when(store: Store) -> None:
    """Before anybody does anything by hand: is somebody on it already?"""
    lock = locked(store)

    text, job = headgate("status"), one()

    assert text.exit_code == 0
    assert f"in flight: ci@runner (process 7) since {lock.since:%Y-%m-%d %H:%M:%S}Z, lock {lock.id}" in text.stdout
    assert job["in_flight"] == {
        "holder": "ci@runner (process 7)",
        "since": f"{lock.since:%Y-%m-%dT%H:%M:%SZ}",
        "lock": lock.id,
    }


def test_the_lock_that_status_names_is_the_one_that_unlock_takes(store: Store) -> None:
    """Nobody has to provoke a refusal to learn the id."""
    locked(store)

    in_flight = one()["in_flight"]
    assert isinstance(in_flight, dict)
    headgate("unlock", in_flight["lock"])

    assert one()["in_flight"] is None


def test_status_names_what_was_interrupted(store: Store) -> None:
    """A killed run leaves no trace on the platform that says "I was not done"."""
    killed(store, "stop-with-savepoint")
    killed(store, "submit")

    text, job = headgate("status").stdout, one("orders")

    assert "interrupted: submit begun" in text
    interrupted = job["interrupted"]
    assert isinstance(interrupted, list)
    assert [left["step"] for left in interrupted] == ["stop-with-savepoint", "submit"]
    assert {left["job_id"] for left in interrupted} == {"f00d"}


def test_what_is_under_way_is_not_interrupted(store: Store) -> None:
    """The intents of a run that lives are its own business."""
    killed(store)
    locked(store)

    job = one()

    assert job["in_flight"]
    assert job["interrupted"] == []


def test_after_a_run_that_came_to_its_end_nothing_is_left(store: Store) -> None:
    """The next apply finds out what became of it, and closes the matter."""
    killed(store)
    assert one()["interrupted"]

    headgate("apply", "--yes")

    assert (one()["in_flight"], one()["interrupted"]) == (None, [])


@pytest.mark.parametrize("place", ["sqlite:///jobs", "postgresql://nobody@127.0.0.1:1/none"], ids=["sqlite", "server"])
@pytest.mark.usefixtures("workspace")
def test_status_goes_without_a_store_that_does_not_answer(place: str) -> None:
    """What is live is asked of the platform; the store is an aid to memory, and its trouble is said once."""
    headgate("apply", "--yes")

    result = headgate("status", "orders", env={"HEADGATE_STORE": place})

    assert result.exit_code == 0, result.output
    assert "RUNNING" in result.stdout
    assert result.stderr.startswith("warning[store-unavailable]: ")
    assert result.stderr.count("store-unavailable") == 1
    assert "error" not in result.stderr.partition(":")[0]


@pytest.mark.usefixtures("store")
def test_a_store_of_a_newer_headgate_is_refused_by_all_commands_alike(workspace: Workspace) -> None:
    """An old headgate would misread what it does not know: what it says would be wrong, what it did worse."""
    with sqlite3.connect(workspace.root / ".headgate" / "store.db") as database:
        database.execute("UPDATE headgate_schema SET version = version + 1000, written_by = '77.0'")
    database.close()

    for command in (("status",), ("plan",), ("apply", "--yes"), ("history", "orders"), ("unlock", "x")):
        result = headgate(*command)

        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.count("error[store-too-new]") == 1
        assert "warning" not in result.stderr
    assert workspace.local.writes == []


def test_a_plan_tells_of_both(workspace: Workspace, store: Store) -> None:
    """A caller that reviews it should know that another run may make it stale, or that one was cut short."""
    killed(store)
    text, data = headgate("plan").stdout, document(headgate("plan", "--format", "json"))
    assert "Interrupted or in flight:\n    orders: a run that began submit at" in text
    assert [left["job"] for left in data["interrupted"]] == ["orders"]

    locked(store)
    text, comment = headgate("plan").stdout, headgate("plan", "--format", "markdown").stdout
    assert "orders: ci@runner (process 7) is at work on it since" in text
    assert "interrupted or in flight: ci&#64;runner (process 7) is at work on it since" in comment
    assert workspace.local.writes == []


def test_a_start_that_nobody_saw_settle_is_waited_for(workspace: Workspace, store: Store) -> None:
    """Killed while it waited: the job runs as git asks, and still it is too early to say "no changes"."""
    headgate("apply", "--yes")
    [job_id] = workspace.local.running("orders")
    marker = workspace.local.jobs[job_id].live.marker
    assert marker is not None
    store.intend(Intent("payments", "orders", "local", "killed", "submit", effect_key=marker.start_key))
    before = list(workspace.local.writes)

    planned = headgate("plan", "--detailed-exitcode")
    done = headgate("apply", "--yes")

    assert planned.exit_code == 2
    assert "= keep orders on local (not-settled-yet)\n    steps: settle" in planned.stdout
    assert planned.stdout.rstrip().endswith("Plan: 1 to settle.")
    assert done.exit_code == 0, done.output
    assert workspace.local.writes == before
    assert headgate("plan", "--detailed-exitcode").exit_code == 0
