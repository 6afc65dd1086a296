"""Everything a project says about its jobs, in the fewest requests: the jobs, and the newest instance of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from headgate.model.live import JobState, Live, Marker, Observation, Several, Snapshot
from headgate.providers import marking
from headgate.providers.foas import definition, snapshots
from headgate.providers.foas.definition import Place
from headgate.providers.foas.service import Service
from headgate.providers.foas.states import state_of, word_of
from headgate.providers.foas.wire import BATCH, Instance, Job


@dataclass(frozen=True, slots=True)
class Observing:
    """Looks for one headgate project; `place` is where its jobs go that do not say."""

    service: Service
    project: str
    place: Place
    # The last instance of jobs that have archived ones only: it cannot change until there is another one.
    archived: dict[str, Instance | None] = field(default_factory=dict)

    def observe(self, jobs: list[Job]) -> Observation:
        """One listing of instances for each type of job there is; archived ones only for jobs of ours without any."""
        instances: dict[str, list[Instance]] = {}
        for job_type in sorted({job.job_type for job in jobs}):
            for instance in self.service.instances(job_type):
                instances.setdefault(instance.job, []).append(instance)
        ours: dict[str, list[Live]] = {}
        others = []
        for job in jobs:
            lives = self.lives(job, instances.get(job.name, []))
            marker = lives[0].marker
            if marker is not None and marker.project == self.project:
                ours.setdefault(marker.job, []).extend(lives)
            else:
                others.append(lives[-1])
        found: Mapping[str, Live | Several] = {name: _current(name, lives) for name, lives in sorted(ours.items())}
        return Observation(found, tuple(sorted(others, key=lambda live: live.name)))

    def lives(self, job: Job, instances: list[Instance]) -> list[Live]:
        """A job as it runs, newest last: more than one only for batch jobs, which may run more than once."""
        marker = marking.read(job.description)
        ours = marker is not None and marker.project == self.project
        if instances:
            self.archived.pop(job.name, None)
        elif ours and (last := self._archived(job)):
            instances = [last]
        if not instances:
            # Archived instances are looked for among ours only: of others it is not known that they never ran.
            return [replace(self.live(job, None, marker), provably_empty=ours)]
        active = [each for each in instances if state_of(each).active]
        return [self.live(job, each, marker) for each in active or instances[-1:]]

    def newest(self, job: Job) -> Instance | None:
        """The newest instance of a job, archived or not."""
        found = self.service.instances(job.job_type, name=job.name)
        return found[-1] if found else self._archived(job)

    def _archived(self, job: Job) -> Instance | None:
        if job.name not in self.archived:
            found = self.service.instances(job.job_type, name=job.name, archived=True)
            self.archived[job.name] = found[-1] if found else None
        return self.archived[job.name]

    def live(self, job: Job, instance: Instance | None, marker: Marker | None) -> Live:
        state = state_of(instance)
        live = Live(
            job_id=job.name,
            name=job.name,
            state=state,
            word=word_of(instance),
            marker=marker,
            applied=definition.applied(job, instance.content if instance else None, self.place),
            started_at=instance.started_at if instance else 0,
            provably_empty=_is_empty(job, instance, marker),
            run=instance.run if instance else "",
            markable=True,
        )
        if instance is None or state is not JobState.SUSPENDED:
            return live
        path = snapshots.path_of(self.service.project, instance)
        return replace(live, snapshot=Snapshot(path, "savepoint", instance.operated_at))


def _is_empty(job: Job, instance: Instance | None, marker: Marker | None) -> bool:
    """Is there nothing to lose: a batch job, or one that a start of ours stopped to begin empty?"""
    if instance is None or job.job_type == BATCH:
        return instance is not None
    begun_empty = marker is not None and bool(marker.start_key) and not marker.restored
    return begun_empty and instance.actual == "TERMINATED" and marker is not None and marker.predecessor == instance.run


def _current(name: str, lives: list[Live]) -> Live | Several:
    """The job a name of ours stands for: the active one, else that of the name, else the newest."""
    active = [live for live in lives if live.state.active]
    if len(active) > 1:
        return Several(tuple(sorted(active, key=lambda live: (live.job_id, live.run))))
    return active[0] if active else max(lives, key=lambda live: (live.name == name, live.started_at))
