"""What the provider contract stands on: the bench a platform is tested on, and the everyday moves of its tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import pytest

from headgate.errors import OutcomeUnknown, ProviderError, Unavailable
from headgate.model.live import JobState, Live, Marker
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import JobSpec
from headgate.planning import derive_start_key, look_up, successor_id
from headgate.providers.port import Provider, Submission, Support

PROJECT = "payments"
T = TypeVar("T")


class Bench(Protocol):
    """A platform under test, seen from outside. `many` is how many jobs the paging test starts, 0 for none."""

    provider: Provider
    many: int

    def again(self, project: str = PROJECT) -> Provider:
        """The same platform, opened by another process, perhaps of another project."""

    def spec(self, name: str, **changes: Any) -> JobSpec:
        """A job that runs for ever and keeps state; `changes` are fields of JobSpec."""

    def edited(self, spec: JobSpec) -> JobSpec:
        """The same job with another program."""

    def running(self, name: str) -> list[str]:
        """The ids of all copies of a job that run."""

    def start_stranger(self, name: str) -> None:
        """Somebody who is not headgate starts a job."""

    def fail(self, name: str) -> None:
        """The job fails for good."""

    def lose_reply(self) -> None:
        """The next write is done, and its reply never arrives."""

    def silence(self) -> None:
        """The platform stops answering."""

    def speak(self) -> None:
        """The platform answers again."""

    def vanished(self, path: str) -> str:
        """A path like that of a snapshot, where there is none."""


def eventually(look: Callable[[], T | None], *, within: float = 60.0) -> T:
    """What `look` finds, once it finds something; an AssertionError that names it if it never does."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := look():
            return found
        threading.Event().wait(0.05)
    raise AssertionError(f"never came true within {within:.0f} s: {look}")


def submission(spec: JobSpec, *, live: Live | None = None, restore: Restore | None = None) -> Submission:
    """A start as the executor asks for it: derived id, marker, and the job it takes over from."""
    predecessor = live.run_id if live else ""
    start_key = derive_start_key(PROJECT, spec, predecessor)
    restore = restore or Restore(RestoreKind.FRESH)
    marker = Marker(PROJECT, spec.name, spec.revision, "c0ffee", predecessor, restore.path, start_key)
    return Submission(spec, successor_id(PROJECT, spec, predecessor), marker, restore, live=live)


def written_down(live: Live, provider: str) -> JobSpec:
    """A job as it is observed, as a manifest would have it."""
    assert live.applied is not None
    applied = live.applied
    config, options = dict(applied.config), dict(applied.options)
    return JobSpec(live.name, provider, applied.program, applied.parallelism, config=config, options=options)


def converged(provider: Provider, wanted: Submission) -> str:
    """Submit until an answer comes, as runs of headgate would; the job's id."""
    for _ in range(5):
        try:
            return provider.submit(wanted)
        except (OutcomeUnknown, Unavailable):
            continue
    raise AssertionError("the submission never got an answer")


def started(provider: Provider, spec: JobSpec, *, live: Live | None = None, restore: Restore | None = None) -> Live:
    """Start a job and wait until it is settled; the job as it is observed then."""
    job_id = provider.submit(submission(spec, live=live, restore=restore))
    eventually(lambda: provider.health(job_id).settled)
    return eventually(lambda: active(provider, spec.name))


def stopped(provider: Provider, live: Live) -> Live:
    """Stop a job with a savepoint; the job as it is observed then."""
    provider.stop_with_savepoint(live.job_id)
    eventually(lambda: provider.stop_progress(live.job_id).done)
    return eventually(lambda: in_state(provider, live.name, JobState.SUSPENDED))


def seen(provider: Provider, name: str) -> Live | None:
    """Our job of a name as the platform tells it now."""
    have, stranger = look_up(provider.observe(), name)
    return have if isinstance(have, Live) and not stranger else None


def in_state(provider: Provider, name: str, state: JobState) -> Live | None:
    live = seen(provider, name)
    return live if live and live.state is state else None


def active(provider: Provider, name: str) -> Live | None:
    return in_state(provider, name, JobState.RUNNING)


def from_savepoint(live: Live) -> Restore:
    """A start from what the stop of a job left."""
    assert live.snapshot is not None
    assert live.snapshot.path
    return Restore(RestoreKind.SAVEPOINT, live.snapshot.path)


def require_offered(offered: Support, what: str) -> None:
    """Skips what a capability rules out, with that reason."""
    if offered is not Support.YES:
        pytest.skip(f"the provider's capabilities rule out {what}: {offered}")


def heard_or_not(ask: Callable[[], None]) -> None:
    """Ask for an effect whose reply may be lost."""
    try:
        ask()
    except ProviderError as trouble:
        assert isinstance(trouble, OutcomeUnknown | Unavailable), trouble
