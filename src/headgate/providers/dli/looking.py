"""Looking at jobs one by one, as they are now: lists lag."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from headgate.model.live import JobState
from headgate.providers.dli import states
from headgate.providers.dli.definition import Definition
from headgate.providers.dli.jobs import Jobs
from headgate.providers.http import NotFound


@dataclass(frozen=True, slots=True)
class Looks:
    """How often, and how far apart, DLI is looked at until an effect shows: about half a minute."""

    pause: Callable[[float], None] = time.sleep
    times: int = 24

    def few(self, times: int) -> Looks:
        """The first of them."""
        return replace(self, times=times)

    def __iter__(self) -> Iterator[int]:
        wait = 0.1
        for look in range(self.times):
            yield look
            self.pause(wait)
            wait = min(2.0, wait * 1.4)


def shown(jobs: Jobs, job_id: str) -> Definition:
    """The job of an id. Raises `NotFound`."""
    return Definition.of(jobs.shown(job_id))


def there(jobs: Jobs, job_id: str) -> Definition | None:
    """The job of an id, None if it is gone."""
    try:
        return shown(jobs, job_id)
    except NotFound:
        return None


def state_of(jobs: Jobs, found: Definition) -> JobState:
    """The state of a job; where its last stop failed, as its Flink job tells it."""
    if found.word != states.STOP_FAILED:
        return found.state
    return states.after_failed_stop(str(jobs.execute_graph(found.id).get("state") or ""))
