"""Whichever of Dinky's own writes is cut off, done or not: asking again gets there, with one copy and its state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.providers.dinky.given import edited, job, options, seen

from headgate.errors import OutcomeUnknown, ProviderError, Rejected
from headgate.planning import diff
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.testing.contract import converged, eventually, from_savepoint, started, stopped, submission
from headgate.testing.dinky import DinkySimulator

WRITES = {
    "publishing": "changeTaskLife",
    "the-folder": "saveOrUpdateCatalogue$",
    "the-task": "saveOrUpdateCatalogueAndTask",
    "moving": "moveCatalogue",
}


ENDS = {"not-done": "refuse", "done-and-not-heard": "lose_replies", "done-and-a-proxy-answers": "break_replies"}


def cut(dinky: DinkySimulator, write: str, ends: str) -> None:
    getattr(dinky, ENDS[ends])(at=WRITES[write])


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("write", ["the-folder", "publishing"])
def test_a_first_start_is_one_start(dinky: DinkySimulator, provider: DinkyProvider, write: str, ends: str) -> None:
    """Folder, task, publishing, start."""
    spec = job(options=options(step=2))
    cut(dinky, write, ends)

    converged(provider, submission(spec))

    assert len(dinky.running("orders")) == 1
    assert [row["name"] for row in dinky.tables.tasks.values()].count("orders") == 1
    assert dinky.task_named("orders")["step"] == 2


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("write", ["publishing", "moving", "the-task"])
def test_a_restart_keeps_its_state(dinky: DinkySimulator, provider: DinkyProvider, write: str, ends: str) -> None:
    """Taken back to development, moved, renamed, changed, published, started: from its savepoint, once."""
    spec = job(options=options(step=2))
    ended = stopped(provider, started(provider, spec))
    after = edited(job("totals", options=options(step=2, folder="elsewhere")))
    cut(dinky, write, ends)

    converged(provider, submission(after, live=ended, restore=from_savepoint(ended)))
    eventually(lambda: provider.health(ended.job_id).settled)

    assert dinky.running("orders") == []
    assert dinky.ages("totals") == 1
    assert seen(provider, "totals").job_id == ended.job_id
    assert diff(seen(provider, "totals").applied or pytest.fail("it says nothing"), after) == ()


def test_no_write_is_ever_sent_twice_by_itself(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """GET or not: after a lost reply comes a look, not the same request."""
    live = started(provider, job())
    asks: dict[str, Callable[[str], None]] = {
        "GET /api/task/savepoint": provider.stop_with_savepoint,
        "GET /api/task/cancel": provider.cancel,
    }
    for path, ask in asks.items():
        dinky.requests.clear()
        dinky.refuse(9, at=path)
        with pytest.raises(OutcomeUnknown):
            ask(live.job_id)
        assert len([line for line in dinky.requests if line.startswith(path)]) == 1
        dinky.speak()


def test_a_failed_start_leaves_the_savepoint_where_the_next_run_finds_it(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """The definition is changed, the start refused: the state is still that of the job."""
    ended = stopped(provider, started(provider, job()))
    after = edited(job())
    dinky.lifecycle.rejects.add("SUM(amount) + 1")

    with pytest.raises(Rejected) as failed:
        provider.submit(submission(after, live=ended, restore=from_savepoint(ended)))
    reported = seen(provider)
    dinky.lifecycle.rejects.clear()
    started(provider, after, live=reported, restore=from_savepoint(reported))

    assert isinstance(failed.value, ProviderError)
    assert reported.snapshot == ended.snapshot
    assert dinky.ages("orders") == 1
