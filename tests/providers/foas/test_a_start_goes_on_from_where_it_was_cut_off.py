"""Whatever reply is lost: asked again, the same start goes on, once, and with its state."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from tests.providers.foas.bench import FoasBench

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.live import JobState, Live, Several
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import JobSpec
from headgate.planning import diff
from headgate.providers.foas.forms import normal
from headgate.providers.port import Submission
from headgate.testing.bench import in_state
from headgate.testing.contract import eventually, from_savepoint, seen, started, submission

FRESH = Restore(RestoreKind.FRESH)
# The requests of a start that change something, as they come.
RESUMED = ["PUT .*/jobs/orders", "PUT .*/commit", "PUT .*/expectstate"]
EMPTIED = ["PUT .*/jobs/orders", "PUT .*/commit", "PUT .*/expectstate", "POST .*/instance"]


def cut_off(bench: FoasBench, at: str, wanted: Submission) -> None:
    """Submit until the first trouble, as a process that then ends; later ones find what it left.

    A definition whose reply is lost is looked for and found: that process goes on.
    """
    bench.platform.lose_replies(10, at=rf"^{at}\?")
    with contextlib.suppress(OutcomeUnknown, Unavailable):
        bench.again().submit(wanted)
    bench.platform.speak()


def finished(bench: FoasBench, wanted: Submission) -> Live:
    """The same submission from another process, until it settles."""
    another = bench.again()
    assert another.submit(wanted) == "orders"
    eventually(lambda: another.health("orders").settled)
    live = seen(another, "orders")
    assert live is not None
    assert len(bench.running("orders")) == 1
    assert diff(live.applied or pytest.fail("nothing read"), wanted.spec) == ()
    return live


@pytest.mark.parametrize("at", RESUMED)
def test_a_resumption_that_is_shown_late(bench: FoasBench, paused: Live, at: str):
    """The state survives once."""
    wanted = submission(bench.spec("orders", parallelism=8), live=paused, restore=from_savepoint(paused))
    bench.platform.lag = 3

    cut_off(bench, at, wanted)
    finished(bench, wanted)

    assert bench.platform.ages("orders") == 1


@pytest.mark.parametrize("at", EMPTIED)
def test_a_start_that_gives_up_what_is_paused(bench: FoasBench, paused: Live, at: str):
    """By consent, once: also where the old instance was stopped already and nothing was started yet."""
    edited = bench.edited(bench.spec("orders"))
    consented = replace(from_savepoint(paused), allow_non_restored=True)
    wanted = submission(edited, live=paused, restore=consented)

    cut_off(bench, at, wanted)
    finished(bench, wanted)

    assert bench.platform.ages("orders") == 0
    assert len(bench.platform.jobs["orders"].instances) == 2


@pytest.mark.parametrize("late", [3, 7])
def test_a_start_is_made_only_when_its_own_instance_is_shown(bench: FoasBench, paused: Live, late: int):
    """The end of what was paused is no sign of it: looked at then, the job would seem to be stopped."""
    bench.platform.lag = late

    bench.provider.submit(submission(bench.edited(bench.spec("orders")), live=paused, restore=FRESH))

    assert bench.provider.health("orders").state.active


@pytest.mark.parametrize("late", [7, 9])
def test_a_start_whose_reply_was_lost_is_looked_for_before_it_is_made_again(bench: FoasBench, late: int):
    """It may be shown late: asked for at once, it is neither a second instance nor refused."""
    wanted = submission(bench.spec("orders"))
    bench.platform.lag = late

    cut_off(bench, "POST .*/instance", wanted)
    finished(bench, wanted)

    assert len(bench.platform.jobs["orders"].instances) == 1


def test_a_job_that_was_stopped_to_be_started_empty_has_nothing_to_lose(bench: FoasBench, paused: Live):
    """A run that sees it between the two may go on without another consent; any other stop is no such thing."""
    consented = submission(bench.edited(bench.spec("orders")), live=paused, restore=FRESH)
    bench.platform.refuse(10, at="POST .*/instance")
    with pytest.raises(ProviderError):
        bench.provider.submit(consented)
    bench.platform.speak()

    between = eventually(lambda: in_state(bench.provider, "orders", JobState.STOPPED))
    live = started(bench.provider, consented.spec, live=between)
    bench.platform.press("orders", "TERMINATED")

    assert between.provably_empty
    assert live.marker is not None
    ended = seen(bench.provider, "orders")
    assert ended is not None
    assert not ended.provably_empty


def test_a_job_that_never_ran_has_nothing_to_lose(bench: FoasBench):
    """Ours, of which that is known; of others it is not."""
    bench.platform.refuse(10, at="PUT .*/commit")
    with pytest.raises(ProviderError):
        bench.provider.submit(submission(bench.spec("orders")))
    bench.platform.speak()
    bench.platform.start_stranger("clicks").instances.clear()

    reported = bench.provider.observe()
    asked = len(bench.platform.requests)
    bench.provider.observe()

    ours = reported.jobs["orders"]
    assert isinstance(ours, Live)
    assert (ours.state, ours.word, ours.provably_empty) == (JobState.STOPPED, "not started", True)
    assert [(live.state, live.provably_empty) for live in reported.others] == [(JobState.STOPPED, False)]
    assert len(bench.platform.requests) == asked + 2


def test_a_plan_that_was_not_stored_is_made_again(bench: FoasBench):
    """Half a definition is never started."""
    wanted = submission(bench.spec("orders", parallelism=4))
    bench.platform.refuse(4, at="GET .*/planjson")
    with pytest.raises(Unavailable):
        bench.provider.submit(wanted)
    assert bench.platform.running("orders") == []
    bench.platform.speak()

    finished(bench, wanted)

    assert '"parallelism":4' in bench.platform.jobs["orders"].content["PlanJson"]


def test_a_job_that_is_still_stopping_is_waited_for(bench: FoasBench):
    """Nothing is changed meanwhile."""
    live = started(bench.provider, bench.spec("orders"))
    bench.platform.pause_looks = 10**6
    bench.provider.stop_with_savepoint("orders")
    eventually(lambda: bench.provider.stop_progress("orders").asked)

    with pytest.raises(Unavailable, match="still RUNNING, to be PAUSED"):
        bench.provider.submit(submission(bench.spec("orders"), live=live, restore=FRESH))


def test_a_batch_job_is_started_once_although_it_may_run_twice(bench: FoasBench):
    """The platform starts as many as are asked for, and shows each late."""
    spec = bench.spec("orders", options=normal({"jobType": "FLINK_BATCH"}))
    wanted = submission(spec)
    cut_off(bench, "POST .*/instance", wanted)
    finished(bench, wanted)
    bench.platform.finish_job("orders")

    ended = seen(bench.provider, "orders")
    assert ended is not None
    assert (ended.state, ended.provably_empty) == (JobState.FINISHED, True)
    edited = bench.edited(spec)
    started(bench.provider, edited, live=ended)

    job = bench.platform.jobs["orders"]
    assert [each.actual for each in job.instances] == ["SUCCESS", "RUNNING"]
    bench.platform.launch(job, age=0)
    twice = bench.provider.observe().jobs["orders"]
    assert isinstance(twice, Several)
    assert len({live.run_id for live in twice.jobs}) == 2


def test_a_batch_job_that_ended_long_ago_is_still_known(bench: FoasBench):
    """Its instances are archived after two days; it is not one that never ran."""
    spec = bench.spec("orders", options=normal({"jobType": "FLINK_BATCH"}))
    started(bench.provider, spec)
    bench.platform.finish_job("orders")
    for instance in bench.platform.jobs["orders"].instances:
        instance.archived = True

    ended = seen(bench.provider, "orders")

    assert ended is not None
    assert ended.state is JobState.FINISHED


def test_a_batch_job_cannot_be_paused_and_can_be_ended(bench: FoasBench):
    """A pause of one is described nowhere. The type of a job is one of its options, unless it streams."""
    spec: JobSpec = bench.spec("orders", options=normal({"jobType": "FLINK_BATCH"}))
    live = started(bench.provider, spec)
    assert diff(live.applied or pytest.fail("nothing read"), spec) == ()

    with pytest.raises(Rejected, match="cannot be paused"):
        bench.provider.stop_with_savepoint("orders")
    assert len(bench.running("orders")) == 1
    bench.provider.cancel("orders")

    assert eventually(lambda: in_state(bench.provider, "orders", JobState.STOPPED)).provably_empty
