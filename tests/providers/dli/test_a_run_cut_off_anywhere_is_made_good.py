"""A run that is cut off at any request, answered or not, and a plain rerun by another: one copy, its state kept.

The rerun is the least a reconciler does: look, stop what differs with its state, start what does not run from what it
left. It never starts empty what may have state.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from tests.providers.dli.bench import DliBench, job, options

from headgate.errors import ProviderError, Rejected
from headgate.model.live import JobState, Live
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.planning import diff
from headgate.providers.dli.adapter import DliProvider
from headgate.testing.contract import from_savepoint, seen, started, submission
from headgate.testing.dli import BUCKET, DliSimulator
from headgate.testing.server import Request, Response

FIRST = job()
EDITED = job(program=Sql("INSERT INTO t SELECT b FROM s"), options=options(tags={"team": "shop"}))
RENAMED = job("orders-renamed")
JAR = job(program=Jar(f"obs://{BUCKET}/orders.jar", "com.acme.Orders"))


class Cut(Exception):
    """The cable is cut."""


class CutOff(DliSimulator):
    """Answers so many requests; the one after that is done or not, and nothing is heard from then on."""

    left = 1_000_000
    done = True

    def answer(self, request: Request) -> Response:
        self.left -= 1
        if self.left > 0:
            return super().answer(request)
        if self.left == 0 and self.done:
            super().answer(request)
        raise Cut


@dataclass
class Case:
    platform: CutOff
    bench: DliBench

    def cut(self, after: int, run: Callable[[DliProvider], None], *, done: bool) -> bool:
        """Run until the cable is cut; False: it was not."""
        self.platform.left, self.platform.done = after, done
        try:
            run(self.bench.again())
        except ProviderError:
            return True
        finally:
            self.platform.left = 1_000_000
        return False


@pytest.fixture
def case() -> Iterator[Case]:
    with CutOff() as platform:
        platform.list_lag = platform.status_lag = 2
        bench = DliBench(platform)
        yield Case(platform, bench)
        bench.close()


def reconcile(provider: DliProvider, spec: JobSpec, *, previous: str = "", may_lose: bool = False) -> None:
    """Make it run, looking again after every effect. Raises ProviderError where the platform does."""
    for _ in range(60):
        # A list that lags makes a plan that the platform then refuses: it is made anew.
        with contextlib.suppress(Rejected):
            if _one_pass(provider, spec, previous=previous, may_lose=may_lose):
                return
    raise AssertionError("it never became what was asked for")


def _one_pass(provider: DliProvider, spec: JobSpec, *, previous: str, may_lose: bool) -> bool:
    """Look and do one thing; True if there was nothing to do."""
    live = seen(provider, spec.name) or (seen(provider, previous) if previous else None)
    if live is None:
        provider.submit(submission(spec))
    elif live.state is JobState.RUNNING:
        if _same(live, spec):
            return True
        provider.cancel(live.job_id) if may_lose else provider.stop_with_savepoint(live.job_id)
    elif not live.state.active:
        provider.submit(submission(spec, live=live, restore=_restore(live, may_lose=may_lose)))
    return False


def _same(live: Live, spec: JobSpec) -> bool:
    return live.name == spec.name and live.applied is not None and diff(live.applied, spec) == ()


def _restore(live: Live, *, may_lose: bool) -> Restore:
    if live.provably_empty or may_lose:
        return Restore(RestoreKind.FRESH)
    return from_savepoint(live)


def _runs_once(case: Case, name: str) -> None:
    assert len(case.platform.running(name)) == 1
    assert len([one for one in case.platform.jobs.all.values() if not one.deleted]) == 1
    assert len(case.platform.jobs.engines) == 1


@pytest.mark.parametrize("unique", [True, False], ids=["unique-names", "names-may-repeat"])
@pytest.mark.parametrize("done", [True, False], ids=["reply-lost", "not-done"])
def test_a_first_start(case: Case, done: bool, unique: bool) -> None:
    """Cut off at the first request, the second, and so on until it is through."""
    case.platform.unique_names = unique
    for after in range(1, 60):
        spec = job(f"orders-{after}")
        through = not case.cut(after, lambda provider, spec=spec: reconcile(provider, spec), done=done)  # type: ignore[misc]
        reconcile(case.bench.again(), spec)

        assert len(case.platform.running(spec.name)) == len(case.platform.definitions(spec.name)) == 1
        if through:
            return
    raise AssertionError("it is never through")


@pytest.mark.parametrize("done", [True, False], ids=["reply-lost", "not-done"])
@pytest.mark.parametrize(
    ("edited", "previous"),
    [pytest.param(EDITED, "", id="edit"), pytest.param(RENAMED, "orders", marks=pytest.mark.full, id="rename")],
)
def test_an_edit(case: Case, edited: JobSpec, previous: str, done: bool) -> None:
    """There and back again, each time cut off one request later; the state survives every restart."""
    started(case.bench.provider, FIRST)
    for after in range(1, 60):
        age = case.platform.jobs.engines[0].age
        run = lambda provider: reconcile(provider, edited, previous=previous)  # noqa: E731
        through = not case.cut(after, run, done=done)
        reconcile(case.bench.again(), edited, previous=previous)

        _runs_once(case, edited.name)
        assert case.platform.ages(edited.name) == age + 1
        reconcile(case.bench.again(), FIRST, previous=edited.name)
        if through:
            return
    raise AssertionError("it is never through")


@pytest.mark.full
@pytest.mark.parametrize("unique", [True, False], ids=["unique-names", "names-may-repeat"])
@pytest.mark.parametrize("done", [True, False], ids=["reply-lost", "not-done"])
def test_a_change_of_kind(case: Case, done: bool, unique: bool) -> None:
    """The definition is another one afterwards, and there is one."""
    case.platform.unique_names = unique
    started(case.bench.provider, FIRST)
    for after in range(1, 80):
        through = not case.cut(after, lambda provider: reconcile(provider, JAR, may_lose=True), done=done)
        reconcile(case.bench.again(), JAR, may_lose=True)

        _runs_once(case, "orders")
        reconcile(case.bench.again(), FIRST, may_lose=True)
        if through:
            return
    raise AssertionError("it is never through")
