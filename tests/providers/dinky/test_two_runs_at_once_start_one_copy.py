"""Dinky starts as often as it is asked, so runs that meet must notice each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.providers.dinky.given import edited, job, seen

from headgate.errors import ProviderError, Unavailable
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.providers.dinky.client import DinkyClient
from headgate.providers.port import Submission
from headgate.testing.contract import from_savepoint, started, stopped, submission
from headgate.testing.dinky import DinkySimulator

Connect = Callable[..., DinkyProvider]


def all_at_once(connect: Connect, wanted: Submission, runs: int = 3) -> list[str]:
    """The same start asked for by several processes in the same moment; what each of them heard."""
    providers = [connect(claim_wait=0.5) for _ in range(runs)]
    begin = threading.Barrier(runs)

    def ask(provider: DinkyProvider) -> str:
        begin.wait(timeout=20)
        try:
            return provider.submit(wanted)
        except ProviderError as trouble:
            return type(trouble).__name__

    with ThreadPoolExecutor(max_workers=runs) as pool:
        return list(pool.map(ask, providers))


def test_a_new_job_is_made_and_started_by_one(dinky: DinkySimulator, connect: Connect) -> None:
    """Its name is taken once; a caller that comes second finds it."""
    heard = all_at_once(connect, submission(job()))

    connect().submit(submission(job()))

    assert len(dinky.running("orders")) == 1
    assert str(dinky.task_named("orders")["id"]) in heard


def test_a_restart_is_begun_by_one(dinky: DinkySimulator, connect: Connect) -> None:
    """Each writes itself down and waits; the last one goes on, the others say so."""
    provider = connect()
    ended = stopped(provider, started(provider, job()))
    wanted = submission(edited(job()), live=ended, restore=from_savepoint(ended))

    all_at_once(connect, wanted)
    provider.submit(wanted)

    assert len(dinky.running("orders")) == 1
    assert dinky.ages("orders") == 1


@pytest.mark.parametrize("moment", ["writes-itself-down", "has-started"])
def test_a_run_that_comes_between_is_noticed(dinky: DinkySimulator, connect: Connect, moment: str) -> None:
    """Between the last look and the start: the other's name in the note, or the other's start."""
    provider = connect(claim_wait=0.01)
    ended = stopped(provider, started(provider, job()))
    task = dinky.task_named("orders")

    def meanwhile(seconds: float) -> None:
        if moment == "has-started":
            dinky.start_again("orders")
        else:
            dinky.tables.change(task, {"note": task["note"].replace(" by=", " by=f00d")})

    assert isinstance(provider.client, DinkyClient)
    provider.client._pause = meanwhile
    with pytest.raises(Unavailable, match="another run"):
        provider.submit(submission(edited(job()), live=ended, restore=from_savepoint(ended)))

    assert len(dinky.running("orders")) == int(moment == "has-started")
    assert seen(provider).marker is not None
