"""What every provider must keep, as tests: a new adapter inherits them and supplies a platform to run them on.

    class TestTheContract(ProviderContract):
        @pytest.fixture
        def bench(self):
            with MySimulator() as platform:
                yield MyBench(platform)

The tests speak the port and nothing else. What only the outside can see or do - how many copies run, a job that fails,
a reply that is lost - is asked of the `Bench`. What a platform cannot do by its capabilities is checked to be refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from headgate.errors import ProviderError, Rejected, Unavailable
from headgate.model.live import JobState, Live, Marker
from headgate.model.plan import Restore
from headgate.model.secret import Secrets
from headgate.model.spec import Sql
from headgate.planning import diff
from headgate.providers.port import Provider, Support
from headgate.testing.bench import (
    PROJECT,
    Bench,
    active,
    converged,
    eventually,
    from_savepoint,
    heard_or_not,
    in_state,
    require_offered,
    seen,
    started,
    stopped,
    submission,
    written_down,
)

__all__ = [
    "PROJECT",
    "Bench",
    "ProviderContract",
    "converged",
    "eventually",
    "from_savepoint",
    "seen",
    "started",
    "stopped",
    "submission",
]


class ProviderContract:
    """The rules. Subclasses give the fixture `bench`."""

    @pytest.fixture
    def bench(self) -> Any:
        pytest.fail("a subclass supplies the platform")

    # -- looking -------------------------------------------------------------------------------------------------------

    def test_a_job_nobody_started_is_absent(self, bench: Bench) -> None:
        """A complete answer without the job is an answer."""
        assert seen(bench.provider, "contract-nobody") is None
        assert "contract-nobody" not in bench.provider.observe().jobs

    def test_a_started_job_is_observed_as_what_was_asked_for(self, bench: Bench) -> None:
        """The marker and the manifest come back from the platform alone: the next run needs no memory."""
        spec = bench.spec("contract-seen")

        live = started(bench.provider, spec)

        assert live.marker is not None
        wanted = submission(spec).marker
        assert (live.marker.project, live.marker.job, live.marker.revision) == (PROJECT, spec.name, spec.revision)
        assert live.marker.start_key == wanted.start_key
        assert live.applied is not None
        assert diff(live.applied, spec) == ()
        assert len(bench.running(spec.name)) == 1

    def test_another_process_sees_the_same(self, bench: Bench) -> None:
        """Nothing that matters lives in the adapter's memory."""
        spec = bench.spec("contract-again")
        live = started(bench.provider, spec)

        again = bench.again()
        there = eventually(lambda: active(again, spec.name))
        again.close()

        assert there.fingerprint == live.fingerprint
        assert there.run_id == live.run_id

    def test_another_project_sees_a_job_that_is_not_its_own(self, bench: Bench) -> None:
        """Ownership is read from the marker, not from the name."""
        spec = bench.spec("contract-owned")
        started(bench.provider, spec)

        other = bench.again("billing")
        reported = other.observe()
        other.close()

        assert spec.name not in reported.jobs
        [theirs] = [live for live in reported.others if live.name == spec.name]
        assert theirs.marker is not None
        assert theirs.marker.project == PROJECT

    def test_a_stranger_is_not_ours(self, bench: Bench) -> None:
        """A job without a marker is shown, and never among ours."""
        bench.start_stranger("contract-stranger")

        reported = bench.provider.observe()

        assert "contract-stranger" not in reported.jobs
        [found] = [live for live in reported.others if live.name == "contract-stranger"]
        assert found.marker is None

    def test_a_silent_platform_is_an_error_and_no_empty_answer(self, bench: Bench) -> None:
        """Read as "no jobs", it would start everything twice."""
        started(bench.provider, bench.spec("contract-silent"))

        bench.silence()
        with pytest.raises(Unavailable):
            bench.again().observe()
        bench.speak()

        assert seen(bench.provider, "contract-silent") is not None

    def test_every_page_is_read(self, bench: Bench) -> None:
        """A job on the last page is as much there as one on the first."""
        if not bench.many:
            pytest.skip("the platform lists all jobs in one answer")
        names = [f"contract-many-{number:03}" for number in range(bench.many)]
        for name in names:
            converged(bench.provider, submission(bench.spec(name)))

        reported = eventually(lambda: _complete(bench.provider, names))

        assert len(reported) == len(names)

    def test_secrets_are_filled_in_and_never_come_back(self, bench: Bench) -> None:
        """The platform gets the value; what is compared and shown is the placeholder, and a rotation is a change."""
        plain = bench.spec("contract-secret")
        assert isinstance(plain.program, Sql)
        text = plain.program.text.replace("contract-secret", "${env:CONTRACT_NAME}")
        assert "${env:CONTRACT_NAME}" in text
        spec = replace(plain, program=Sql(text), secrets=Secrets({"CONTRACT_NAME": "contract-secret"}))
        rotated = replace(spec, secrets=Secrets({"CONTRACT_NAME": "contract-rotated"}))

        live = started(bench.provider, spec)

        assert live.applied is not None
        assert diff(live.applied, spec) == ()
        assert [change.path for change in diff(live.applied, rotated)] == ["env.CONTRACT_NAME"]
        reported = [(change.before, change.after) for change in diff(live.applied, rotated)]
        assert "contract-secret" not in repr(reported)

    # -- starting ------------------------------------------------------------------------------------------------------

    def test_asking_twice_starts_once(self, bench: Bench) -> None:
        """Two runs that saw the same thing ask for the same start."""
        spec = bench.spec("contract-twice")

        first = bench.provider.submit(submission(spec))
        second = bench.again().submit(submission(spec))

        assert first == second
        eventually(lambda: len(bench.running(spec.name)) == 1)

    def test_a_lost_reply_never_makes_two(self, bench: Bench) -> None:
        """The start was done, its answer lost: asking again finds it."""
        spec = bench.spec("contract-lost")
        bench.lose_reply()

        job_id = converged(bench.provider, submission(spec))

        eventually(lambda: bench.provider.health(job_id).settled)
        assert len(bench.running(spec.name)) == 1

    def test_of_two_versions_that_succeed_one_run_one_is_started(self, bench: Bench) -> None:
        """Two runs looked at one moment and want different things: the second is refused, and nothing is doubled."""
        first = started(bench.provider, bench.spec("contract-crossed"))
        before = stopped(bench.provider, first)
        edited = bench.edited(bench.spec("contract-crossed"))
        one = submission(bench.spec("contract-crossed", parallelism=2), live=before, restore=from_savepoint(before))
        other = submission(edited, live=before, restore=from_savepoint(before))

        job_id = bench.provider.submit(one)
        with pytest.raises(ProviderError):
            bench.again().submit(other)

        eventually(lambda: bench.provider.health(job_id).settled)
        now = eventually(lambda: active(bench.provider, "contract-crossed"))
        assert now.marker is not None
        assert now.marker.revision == one.marker.revision
        assert len(bench.running("contract-crossed")) == 1

    def test_an_edit_and_its_undoing_are_started_each_time(self, bench: Bench) -> None:
        """The third start has the program of the first and is not mistaken for it."""
        first = bench.spec("contract-undone")
        second = bench.edited(first)
        runs = [started(bench.provider, first)]

        for spec in (second, first):
            ended = stopped(bench.provider, runs[-1])
            runs.append(started(bench.provider, spec, live=ended, restore=_any_restore(ended)))

        assert len({live.run_id for live in runs}) == 3
        assert len(bench.running(first.name)) == 1
        assert diff(runs[-1].applied or pytest.fail("it does not say what it runs"), first) == ()

    def test_health_settles_and_the_platform_tells_details(self, bench: Bench) -> None:
        """What `status` shows: common words, and the platform's own as JSON."""
        live = started(bench.provider, bench.spec("contract-health"))

        health = bench.provider.health(live.job_id)

        assert health.settled
        assert health.word
        assert not eventually(lambda: active(bench.provider, "contract-health")).condition.degraded
        assert json.loads(json.dumps(bench.provider.detail(live.job_id)))

    def test_what_a_capability_rules_out_is_refused(self, bench: Bench) -> None:
        """Not passed over: a user who asks for it is reported."""
        offered, key = bench.provider.capabilities, "5a" * 16
        ruled_out: list[Callable[[str], Any]] = []
        ruled_out += [] if offered.graph is Support.YES else [bench.provider.graph]
        ruled_out += (
            [] if offered.savepoint is Support.YES else [lambda job_id: bench.provider.take_savepoint(job_id, key)]
        )
        ruled_out += (
            [] if offered.dispose is Support.YES else [lambda job_id: bench.provider.dispose(f"memory:{job_id}")]
        )
        if not ruled_out:
            pytest.skip("graphs, savepoints and their disposal are all offered")
        live = started(bench.provider, bench.spec("contract-ruled-out"))

        for refused in ruled_out:
            with pytest.raises(Rejected):
                refused(live.job_id)

    def test_the_graph_has_vertices(self, bench: Bench) -> None:
        """`headgate graph` on any platform, in a process that did not start the job."""
        require_offered(bench.provider.capabilities.graph, "execution graphs")
        live = started(bench.provider, bench.spec("contract-graph"))

        graph = bench.again().graph(live.job_id)

        known = {vertex.id for vertex in graph.vertices}
        assert known
        assert all(source in known for vertex in graph.vertices for source, _ in vertex.inputs)

    def test_a_failed_job_is_reported_and_can_be_started_again(self, bench: Bench) -> None:
        """The same program again, after a failure, is another start."""
        spec = bench.spec("contract-failed")
        live = started(bench.provider, spec)

        bench.fail(spec.name)
        failed = eventually(lambda: in_state(bench.provider, spec.name, JobState.FAILED))
        assert not bench.running(spec.name)
        again = started(bench.provider, spec, live=failed)

        assert again.run_id != live.run_id
        assert len(bench.running(spec.name)) == 1

    # -- stopping ------------------------------------------------------------------------------------------------------

    def test_a_stop_leaves_a_savepoint_that_a_start_takes_up(self, bench: Bench) -> None:
        """State survives, and the next run learns where it is from the platform alone."""
        spec = bench.spec("contract-stop")
        live = started(bench.provider, spec)

        ended = stopped(bench.provider, live)
        assert not bench.running(spec.name)
        progress = bench.again().stop_progress(live.job_id)
        again = started(bench.provider, spec, live=ended, restore=from_savepoint(ended))

        assert progress.done
        assert ended.snapshot is not None
        assert progress.path == ended.snapshot.path
        assert again.run_id != live.run_id
        assert len(bench.running(spec.name)) == 1

    def test_stopping_twice_is_one_stop(self, bench: Bench) -> None:
        """The second ask finds the first under way or done."""
        live = started(bench.provider, bench.spec("contract-stop-twice"))

        bench.provider.stop_with_savepoint(live.job_id)
        bench.again().stop_with_savepoint(live.job_id)
        first = eventually(lambda: _done(bench.provider, live))
        bench.again().stop_with_savepoint(live.job_id)

        assert _done(bench.again(), live) == first

    def test_a_stop_whose_reply_was_lost_is_found(self, bench: Bench) -> None:
        """Nobody heard the answer; the savepoint is there all the same."""
        live = started(bench.provider, bench.spec("contract-stop-lost"))

        bench.lose_reply()
        heard_or_not(lambda: bench.provider.stop_with_savepoint(live.job_id))
        heard_or_not(lambda: bench.again().stop_with_savepoint(live.job_id))

        assert eventually(lambda: _done(bench.again(), live))
        assert not bench.running(live.name)

    def test_a_cancelled_job_is_over_and_cancelling_again_is_nothing(self, bench: Bench) -> None:
        """Without a savepoint: only by consent, and only once."""
        live = started(bench.provider, bench.spec("contract-cancel"))

        bench.provider.cancel(live.job_id)
        ended = eventually(lambda: _not_active(bench.provider, live.name))
        bench.provider.cancel(live.job_id)

        assert ended.state is JobState.STOPPED
        assert not bench.running(live.name)

    # -- savepoints ----------------------------------------------------------------------------------------------------

    def test_a_savepoint_of_a_job_that_goes_on_is_taken_once(self, bench: Bench) -> None:
        """`headgate savepoint`: the same key is the same savepoint, and the job runs on."""
        require_offered(bench.provider.capabilities.savepoint, "savepoints of a job that continues")
        live = started(bench.provider, bench.spec("contract-savepoint"))
        key = "5a" * 16

        bench.provider.take_savepoint(live.job_id, key)
        first = eventually(lambda: now if (now := bench.provider.savepoint_progress(live.job_id, key)).done else None)
        bench.again().take_savepoint(live.job_id, key)

        assert bench.again().savepoint_progress(live.job_id, key).place == first.place
        assert len(bench.running(live.name)) == 1

    def test_a_snapshot_that_is_not_there_is_found_out_before_a_start(self, bench: Bench) -> None:
        """Or the platform says that it cannot tell."""
        ended = stopped(bench.provider, started(bench.provider, bench.spec("contract-exists")))
        assert ended.snapshot is not None

        assert bench.provider.exists(ended.snapshot.path) in (True, None)
        assert bench.provider.exists(bench.vanished(ended.snapshot.path)) in (False, None)

    def test_a_savepoint_is_disposed_of(self, bench: Bench) -> None:
        """Of one that is gone already: nothing."""
        require_offered(bench.provider.capabilities.dispose, "disposal of savepoints")
        ended = stopped(bench.provider, started(bench.provider, bench.spec("contract-dispose")))
        assert ended.snapshot is not None
        path = ended.snapshot.path

        bench.provider.dispose(path)
        bench.provider.dispose(path)

        assert bench.provider.exists(path) in (False, None)

    # -- ours, in place ------------------------------------------------------------------------------------------------

    def test_a_stranger_is_made_ours_without_a_restart_where_that_is_promised(self, bench: Bench) -> None:
        """Adoption leaves a mark, and the job never notices."""
        require_offered(bench.provider.capabilities.mark_in_place, "a marker on a job that runs")
        bench.start_stranger("contract-adopted")
        [found] = [live for live in bench.provider.observe().others if live.name == "contract-adopted"]
        before = bench.running("contract-adopted")
        assert found.markable
        spec = written_down(found, bench.provider.name)

        bench.provider.update(found, spec, Marker(PROJECT, spec.name, spec.revision))
        adopted = eventually(lambda: active(bench.provider, spec.name))

        assert bench.running("contract-adopted") == before
        assert diff(adopted.applied or pytest.fail("it does not say what it runs"), spec) == ()


def _complete(provider: Provider, names: list[str]) -> tuple[str, ...] | None:
    reported = provider.observe()
    found = tuple(name for name in names if name in reported.jobs)
    return found if len(found) == len(names) else None


def _done(provider: Provider, live: Live) -> str:
    progress = provider.stop_progress(live.job_id)
    return progress.path if progress.done else ""


def _not_active(provider: Provider, name: str) -> Live | None:
    live = seen(provider, name)
    return live if live and not live.state.active else None


def _any_restore(ended: Live) -> Restore:
    return replace(from_savepoint(ended), allow_non_restored=True)
