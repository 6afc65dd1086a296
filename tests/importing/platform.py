"""A platform in memory that tells what strangers run and can be informed whose a job is, as those with definitions
can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headgate.model.live import JobState, Observation, Several
from headgate.model.plan import Restore, RestoreKind
from headgate.model.spec import AppliedSpec, JobSpec, Program, Sql
from headgate.providers.port import Capabilities, Support
from headgate.testing import operators
from headgate.testing.memory import MemoryPlatform

SQL = """\
CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen');
CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO totals SELECT customer, COUNT(*) FROM orders GROUP BY customer;
"""


class ReadablePlatform(MemoryPlatform):
    """Every job tells its fields, values in place of placeholders; `mute` are jobs that do not."""

    capabilities = Capabilities(mark_in_place=Support.YES)
    mute: frozenset[str] = frozenset()

    def observe(self) -> Observation:
        seen = super().observe()
        jobs = {
            name: self._reported(live) if not isinstance(live, Several) else live for name, live in seen.jobs.items()
        }
        ended = [each.live for each in self.jobs.values() if not each.live.state.active and not each.live.marker]
        return Observation(jobs, tuple(self._reported(live) for live in (*seen.others, *ended)))

    def _reported(self, live: Any) -> Any:
        spec = self.jobs[live.job_id].spec
        fill = spec.secrets.fill
        program = Sql(fill(spec.program.text)) if isinstance(spec.program, Sql) else spec.program
        config = {key: fill(value) for key, value in spec.config.items()}
        reported = AppliedSpec(program, spec.parallelism, config, _filled(spec.options, fill), filled=True)
        return replace(live, applied=None if live.name in self.mute else reported, compiled="", markable=True)

    def start(
        self,
        name: str,
        program: Program | str = SQL,
        *,
        parallelism: int = 1,
        config: Mapping[str, str] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> str:
        """Somebody else starts a job."""
        program = Sql(program) if isinstance(program, str) else program
        spec = JobSpec(name, self.name, program, parallelism, config=config or {}, options=options or {})
        topology = operators.topology_of(program.text if isinstance(program, Sql) else "")
        job_id = operators.digest([name, "stranger", len(self.jobs)])
        self._start(job_id, spec, topology, None, Restore(RestoreKind.FRESH))
        return job_id

    def edit(self, name: str, **changes: Any) -> None:
        """Somebody edits the one job of a name on the platform itself."""
        [each] = [job for job in self.jobs.values() if job.live.name == name and job.live.state.active]
        each.spec = replace(each.spec, **changes)

    def stop(self, name: str) -> None:
        """Somebody cancels it."""
        for job_id in self.running(name):
            self._end(job_id, JobState.STOPPED, "checkpoint")


def _filled(value: Any, fill: Any) -> Any:
    match value:
        case str():
            return fill(value)
        case list():
            return [_filled(one, fill) for one in value]
        case Mapping():
            return {key: _filled(one, fill) for key, one in value.items()}
    return value
