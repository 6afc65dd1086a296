"""The platform in memory, keeping definitions: a job that has stopped stays there until it is deleted."""

from __future__ import annotations

from dataclasses import replace

from headgate.errors import Rejected
from headgate.model.live import Live
from headgate.providers.port import Support
from headgate.testing.memory import MemoryPlatform


class DefinitionsInMemory(MemoryPlatform):
    """`loses_state`: it keeps the state of a stopped job with its definition. `deleted` are the jobs that are gone."""

    def __init__(self, name: str = "memory", *, project: str = "payments", loses_state: bool = False) -> None:
        super().__init__(name, project=project)
        self.deleted: list[str] = []
        outlives = Support.NO if loses_state else Support.YES
        self.capabilities = replace(type(self).capabilities, delete_definition=Support.YES, state_outlives=outlives)

    def delete_definition(self, live: Live) -> None:
        with self._asked(f"delete {live.name}"):
            if live.job_id not in self.jobs:
                return
            if self.jobs[live.job_id].live.state.active:
                raise Rejected(f"job {live.name!r} runs and is not deleted", where=self.name)
            self.deleted += [job_id for job_id, each in self.jobs.items() if each.live.name == live.name]
            for job_id in self.deleted:
                self.jobs.pop(job_id, None)
