"""What a provider whose platform keeps definitions must keep beside the `ProviderContract`, as tests to inherit.

    class TestTheContract(DefinitionContract):
        @pytest.fixture
        def bench(self):
            with MySimulator() as platform:
                yield MyBench(platform)

What a platform cannot do is skipped, with the reason that its bench gives.
"""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol

import pytest

from headgate.errors import Overtaken, ProviderError, Rejected, Unavailable
from headgate.model.live import JobState, Live, Several
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import JobSpec
from headgate.planning import diff
from headgate.providers.port import Provider, Support
from headgate.testing.bench import (
    PROJECT,
    Bench,
    active,
    converged,
    eventually,
    from_savepoint,
    in_state,
    seen,
    started,
    stopped,
    submission,
)
from headgate.testing.contract import ProviderContract

__all__ = ["DefinitionBench", "DefinitionContract"]

_HINT = "run `headgate plan` to see what is left to do"
_MOST_REQUESTS = 90
_MOST_PASSES = 60
_PROCESSES = 3
# Some requests in each run of the tests, and by `--full` all: from the first on, from the second on, and so on.
_APART = 6
_FIRST_CUTS = [1, *(pytest.param(first, marks=pytest.mark.full) for first in range(2, _APART + 1))]


class DefinitionBench(Bench, Protocol):
    """A platform that keeps definitions, seen from outside.

    `no_rename`, `no_copy` and `no_pages` are why a definition cannot be renamed, or copied with its marker, or why its
    list is not read in pages; `no_meeting` is why processes cannot notice each other. Empty where it can, and is.
    """

    no_rename: str
    no_copy: str
    no_pages: str
    no_meeting: str = ""

    def definitions(self, name: str) -> list[str]:
        """The ids of all definitions of a name."""

    def copy_definition(self, name: str, copy: str) -> None:
        """Somebody copies the definition of a name, marker included; the copy does not run."""

    def delete(self, name: str) -> None:
        """Somebody ends and deletes whatever has this name."""

    def move_list(self, readings: int) -> None:
        """The next so many readings of the list are made while it changes; it has more than one page then."""

    def lose_reply(self, after: int = 0) -> None:
        """So many writes are answered; the next one is done, and its reply never arrives."""

    def cut_off(self, after: int, *, done: bool) -> None:
        """From the request `after` on nothing is answered, until `speak`; that one request is still `done`, or not."""

    def is_over(self) -> bool:
        """Has what `lose_reply` or `cut_off` ordered happened?"""


class DefinitionContract(ProviderContract):
    """The rules. Subclasses give the fixture `bench`, a `DefinitionBench`."""

    # -- whose it is ---------------------------------------------------------------------------------------------------

    def test_the_name_of_a_definition_without_a_marker_is_left_alone(self, bench: DefinitionBench) -> None:
        """Not even one that does not run gets a second definition beside it; the error says what to do."""
        bench.start_stranger("contract-foreign")
        before = bench.running("contract-foreign")

        with pytest.raises(Rejected, match="no marker") as refused:
            bench.provider.submit(submission(bench.spec("contract-foreign")))

        assert "rename" in refused.value.hint
        assert bench.running("contract-foreign") == before
        assert len(bench.definitions("contract-foreign")) == 1

    def test_the_name_of_another_projects_job_is_left_alone(self, bench: DefinitionBench) -> None:
        """The error names that project. Nor is it marked in place, whatever planning saw."""
        theirs = bench.again("billing")
        spec = bench.spec("contract-theirs")
        wanted = submission(spec)
        converged(theirs, replace(wanted, marker=replace(wanted.marker, project="billing")))
        before = bench.running(spec.name)
        found = eventually(lambda: [live for live in bench.provider.observe().others if live.name == spec.name])[0]

        with pytest.raises(Rejected, match="belongs to project 'billing'"):
            bench.provider.submit(submission(spec))
        with pytest.raises(Rejected, match="belongs to project 'billing'"):
            bench.provider.update(found, spec, wanted.marker)

        assert bench.running(spec.name) == before
        assert len(bench.definitions(spec.name)) == 1

    def test_a_copied_marker_makes_no_second_job_of_a_name(self, bench: DefinitionBench) -> None:
        """Somebody copies a definition, marker included: the one that ran is the job, and it alone is started."""
        if bench.no_copy:
            pytest.skip(bench.no_copy)
        spec = bench.spec("contract-copied")
        ended = stopped(bench.provider, started(bench.provider, spec))
        bench.copy_definition(spec.name, "contract-copied-2")

        found = eventually(lambda: _with_other(bench.provider, spec.name, "contract-copied-2"))
        again = started(bench.provider, spec, live=found, restore=from_savepoint(found))

        assert found.job_id == ended.job_id == again.job_id
        assert len(bench.running(spec.name)) == 1
        assert not bench.running("contract-copied-2")

    # -- one start -----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("again", [False, True], ids=["first-start", "restart"])
    def test_processes_that_start_a_job_at_once_start_one_copy(self, bench: DefinitionBench, again: bool) -> None:
        """They saw the same, ask for the same start in the same moment, and notice each other; a rerun finds it."""
        if bench.no_meeting:
            pytest.skip(bench.no_meeting)
        spec = bench.spec("contract-met")
        live = stopped(bench.provider, started(bench.provider, spec)) if again else None
        spec = bench.spec(spec.name, parallelism=2) if again else spec
        wanted = submission(spec, live=live, restore=from_savepoint(live) if live else None)
        processes = [bench.again() for _ in range(_PROCESSES)]
        meet = threading.Barrier(_PROCESSES)

        def ask(process: Provider) -> str:
            meet.wait(timeout=60)
            with contextlib.suppress(ProviderError):
                return process.submit(wanted)
            return ""

        with ThreadPoolExecutor(_PROCESSES) as pool:
            heard = set(pool.map(ask, processes))
        job_id = converged(bench.again(), wanted)

        eventually(lambda: bench.provider.health(job_id).settled)
        assert heard <= {job_id, ""}
        assert len(bench.running(spec.name)) == len(bench.definitions(spec.name)) == 1

    def test_a_second_first_start_with_another_manifest_is_overtaken(self, bench: DefinitionBench) -> None:
        """Two runs saw no job and want different things: the second learns which revision runs, and what to do."""
        spec = bench.spec("contract-first-two")
        job_id = bench.provider.submit(submission(spec))
        eventually(lambda: bench.provider.health(job_id).settled)

        with pytest.raises(Overtaken, match=spec.revision) as overtaken:
            bench.again().submit(submission(bench.edited(spec)))

        assert overtaken.value.hint == _HINT
        assert len(bench.running(spec.name)) == len(bench.definitions(spec.name)) == 1

    def test_a_second_start_of_one_predecessor_with_another_manifest_is_overtaken(self, bench: DefinitionBench) -> None:
        """The same for two runs that saw one job stop."""
        spec = bench.spec("contract-next-two")
        before = stopped(bench.provider, started(bench.provider, spec))
        one = submission(bench.spec(spec.name, parallelism=2), live=before, restore=from_savepoint(before))
        other = submission(spec, live=before, restore=from_savepoint(before))

        job_id = bench.provider.submit(one)
        eventually(lambda: bench.provider.health(job_id).settled)
        with pytest.raises(Overtaken, match=one.marker.revision) as overtaken:
            bench.again().submit(other)

        assert overtaken.value.hint == _HINT
        assert eventually(lambda: active(bench.provider, spec.name)).marker == one.marker
        assert len(bench.running(spec.name)) == 1

    def test_a_start_that_ran_and_is_over_is_not_made_again(self, bench: DefinitionBench) -> None:
        """That it failed is for planning to see; another try is another start."""
        spec = bench.spec("contract-over")
        wanted = submission(spec)
        job_id = bench.provider.submit(wanted)
        eventually(lambda: bench.provider.health(job_id).settled)
        bench.fail(spec.name)
        eventually(lambda: in_state(bench.provider, spec.name, JobState.FAILED))

        assert bench.again().submit(wanted) == job_id
        assert not bench.running(spec.name)

    def test_a_start_from_an_older_look_is_overtaken_by_a_run_that_has_ended(self, bench: DefinitionBench) -> None:
        """The job was started and stopped since: what the plan would restore is older than its state."""
        spec = bench.spec("contract-stale")
        first = stopped(bench.provider, started(bench.provider, spec))
        second = started(bench.provider, spec, live=first, restore=from_savepoint(first))
        stopped(bench.provider, second)
        stale = bench.spec(spec.name, parallelism=2)

        with pytest.raises(Overtaken, match="since the plan was made") as overtaken:
            bench.again().submit(submission(stale, live=first, restore=from_savepoint(first)))

        assert overtaken.value.hint == _HINT
        assert not bench.running(spec.name)

    def test_a_rename_keeps_the_definition_and_its_state(self, bench: DefinitionBench) -> None:
        """The name is one more field of the update."""
        if bench.no_rename:
            pytest.skip(bench.no_rename)
        ended = stopped(bench.provider, started(bench.provider, bench.spec("contract-old-name")))

        live = started(bench.provider, bench.spec("contract-new-name"), live=ended, restore=from_savepoint(ended))

        assert (live.job_id, live.name) == (ended.job_id, "contract-new-name")
        assert not bench.definitions("contract-old-name")
        assert len(bench.running("contract-new-name")) == len(bench.definitions("contract-new-name")) == 1

    # -- deleting ------------------------------------------------------------------------------------------------------

    def test_a_definition_is_deleted_once_and_only_where_it_has_stopped(self, bench: DefinitionBench) -> None:
        """One that runs, or is marked by another project by now, is left alone; it is deleted once."""
        if bench.provider.capabilities.delete_definition is not Support.YES:
            pytest.skip("this platform deletes no definitions")
        live = started(bench.provider, bench.spec("contract-deleted"))
        with pytest.raises(Rejected, match="runs now"):
            bench.provider.delete_definition(live)
        ended = stopped(bench.provider, live)
        assert ended.marker is not None
        with pytest.raises(Rejected, match=f"project {PROJECT!r}"):
            bench.provider.delete_definition(replace(ended, marker=replace(ended.marker, project="billing")))
        assert bench.definitions(ended.name)

        bench.lose_reply()
        bench.provider.delete_definition(ended)
        bench.speak()
        bench.again().delete_definition(ended)

        assert not bench.definitions(ended.name)

    # -- lists and replies ---------------------------------------------------------------------------------------------

    def test_a_list_that_moves_is_read_again_and_never_in_part(self, bench: DefinitionBench) -> None:
        """One that never holds still is an error: read as whole, it would lose a job."""
        if bench.no_pages:
            pytest.skip(bench.no_pages)
        spec = bench.spec("contract-moving")
        started(bench.provider, spec)

        bench.move_list(1)
        assert seen(bench.provider, spec.name) is not None
        bench.move_list(1000)
        with pytest.raises(Unavailable):
            bench.provider.observe()
        bench.move_list(0)

    @pytest.mark.parametrize("again", [False, True], ids=["first-start", "restart"])
    def test_a_lost_reply_of_any_step_makes_no_second_copy(self, bench: DefinitionBench, again: bool) -> None:
        """Of the first write, the second, and so on, until the start is through: asked again, it does only the rest."""
        for step in range(_MOST_REQUESTS):
            spec = bench.spec(f"contract-lost-{step}")
            live = stopped(bench.provider, started(bench.provider, spec)) if again else None
            spec = bench.spec(spec.name, parallelism=2) if again else spec
            restore = from_savepoint(live) if live else None

            bench.lose_reply(step)
            job_id = converged(bench.again(), submission(spec, live=live, restore=restore))
            through = not bench.is_over()
            bench.speak()

            eventually(lambda job_id=job_id: bench.provider.health(job_id).settled)  # type: ignore[misc]
            assert len(bench.running(spec.name)) == len(bench.definitions(spec.name)) == 1
            if through:
                break
        else:
            pytest.fail("the start was never through")

    @pytest.mark.parametrize("first", _FIRST_CUTS)
    @pytest.mark.parametrize("done", [True, False], ids=["reply-lost", "not-done"])
    def test_a_first_start_that_is_cut_off_anywhere_is_made_good(
        self, bench: DefinitionBench, done: bool, first: int
    ) -> None:
        """At one request, at a later one, and so on; a plain rerun makes it one running copy."""
        for after in range(first, _MOST_REQUESTS, _APART):
            spec = bench.spec(f"contract-cut-{after}")
            through = not _cut(bench, after, spec, done=done)

            _reconciled(bench.again(), spec)

            assert len(bench.running(spec.name)) == len(bench.definitions(spec.name)) == 1
            if through:
                break
            bench.delete(spec.name)
        else:
            pytest.fail("the start was never through")

    @pytest.mark.parametrize("first", _FIRST_CUTS)
    @pytest.mark.parametrize("done", [True, False], ids=["reply-lost", "not-done"])
    def test_an_edit_that_is_cut_off_anywhere_is_made_good(
        self, bench: DefinitionBench, done: bool, first: int
    ) -> None:
        """To and fro between two manifests, each time cut off at a later request."""
        specs = [bench.spec("contract-cut-edit", parallelism=parallelism) for parallelism in (1, 2)]
        started(bench.provider, specs[0])
        for after in range(first, _MOST_REQUESTS, _APART):
            specs.reverse()
            through = not _cut(bench, after, specs[0], done=done)

            _reconciled(bench.again(), specs[0])

            assert len(bench.running("contract-cut-edit")) == len(bench.definitions("contract-cut-edit")) == 1
            if through:
                break
        else:
            pytest.fail("the edit was never through")


def _cut(bench: DefinitionBench, after: int, spec: JobSpec, *, done: bool) -> bool:
    """Reconcile until the cable is cut; False: it was through before."""
    bench.cut_off(after, done=done)
    with contextlib.suppress(ProviderError):
        _reconciled(bench.again(), spec)
    was_cut = bench.is_over()
    bench.speak()
    return was_cut


def _reconciled(provider: Provider, spec: JobSpec) -> None:
    """Make a job run as a reconciler does: look, do one thing, look again. Raises ProviderError where one goes out."""
    for _ in range(_MOST_PASSES):
        # A list that lags makes a plan that is refused then, and made again.
        with contextlib.suppress(Rejected, Overtaken):
            if _one_pass(provider, spec):
                return
    raise AssertionError(f"job {spec.name} never became what was asked for")


def _one_pass(provider: Provider, spec: JobSpec) -> bool:
    live = seen(provider, spec.name)
    if live is None:
        provider.submit(submission(spec))
    elif live.state is JobState.RUNNING:
        if live.applied is not None and diff(live.applied, spec) == ():
            return True
        provider.stop_with_savepoint(live.job_id)
    elif not live.state.active:
        # Where nothing shows a savepoint, a person consents to a start without one.
        restore = Restore(RestoreKind.FRESH) if live.snapshot is None else from_savepoint(live)
        provider.submit(submission(spec, live=live, restore=restore))
    return False


def _with_other(provider: Provider, name: str, other: str) -> Live | None:
    """Our job of a name, once a look shows it and the other one among those that are not ours."""
    look = provider.observe()
    found = look.jobs.get(name)
    assert not isinstance(found, Several)
    return found if any(live.name == other for live in look.others) else None
