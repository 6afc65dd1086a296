"""The simulated service without its API: its jobs, what the world does to them, and what a test looks at."""

from __future__ import annotations

from typing import Any

from headgate.testing.foas import plans
from headgate.testing.foas.jobs import EPOCH, SimulatedInstance, SimulatedJob, texts
from headgate.testing.foas.signatures import Gateway
from headgate.testing.server import SimulatedServer

_STATEMENT = "CREATE TABLE s (a INT) WITH (type = 'random');\nINSERT INTO t SELECT a FROM s"


class FoasPlatform(SimulatedServer):
    """One project of the service. Attributes that a test may set:

    `rejects`           a word no statement may contain: ValidateJob says where it stands
    `lag`               looks for which the old state is shown after a change
    `pause_looks`       looks a pause takes, `start_looks` a start, `plan_looks` the generation of a plan
    `checkpoint_after`  looks until a job that runs has completed its first checkpoint
    `largest_page`      how many entries a page holds at most
    `camel_case`        keys begin with a small letter, as in some samples of the documentation
    `torn_pages`        how many of the next listings of more than one page lack their last page
    `engine`            the version that `current` and `beta` stand for
    """

    def __init__(
        self,
        project: str = "demo_prj",
        *,
        key_id: str = "testid",
        secret: str = "testsecret",  # noqa: S107 - the one everybody signs samples with
        token: str = "",
        host: str = "foas.cn-shanghai.aliyuncs.com",
    ) -> None:
        super().__init__()
        self.project = project
        self.host = host
        self.gateway = Gateway(key_id, secret, token)
        self.rejects = ""
        self.lag = 1
        self.pause_looks = 2
        self.start_looks = 1
        self.plan_looks = 1
        self.checkpoint_after = 3
        self.largest_page = 100
        self.camel_case = False
        self.torn_pages = 0
        self.engine = "blink-3.6.0"
        self.engine_versions = ["blink-3.6.0", "blink-3.4.4", "blink-2.2.4"]
        self.queues = [("cluster-1", "root.demo")]
        self.folders = {"/": 1}
        self.jobs: dict[str, SimulatedJob] = {}
        self.packages: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, plans.PlanSession] = {}
        self._last_id = 6

    # -- what the world does, and what a test looks at ------------------------------------------------------------

    def running(self, name: str) -> list[str]:
        """The ids of all instances of a job that the engine runs."""
        job = self.jobs.get(name)
        return [str(each.id) for each in job.instances if each.lives] if job else []

    def ages(self, name: str) -> int:
        """How many starts the state of a job has survived."""
        current = self.jobs[name].current
        assert current is not None  # noqa: S101 - a test asks about a job it has started
        return current.age

    def parameters(self, name: str) -> list[str]:
        """The `parameterJson` of every start of a job."""
        return list(self.jobs[name].parameters)

    def fail_job(self, name: str, message: str = "the disk is full\n\tat blink") -> None:
        """The job fails for good."""
        self._end(name, "FAILED", message)

    def finish_job(self, name: str) -> None:
        """The job has read all of its input."""
        self._end(name, "SUCCESS", "")

    def press(self, name: str, state: str) -> None:
        """Somebody presses a button in the console: the newest instance is to be in that state, and is at once."""
        with self._lock:
            current = self.jobs[name].current
            assert current is not None  # noqa: S101
            current.actual = current.expected = state
            current.operated_at = self.now()

    def edit(self, name: str, *, commit: bool = False, **fields: str) -> None:
        """Somebody edits a job in the console; fields are named as the API answers them, as `PlanJson`."""
        with self._lock:
            job = self.jobs[name]
            job.content |= {key: value for key, value in fields.items() if key in job.content}
            job.description = fields.get("Description", job.description)
            if commit:
                job.committed = dict(job.content)

    def start_stranger(
        self, name: str, *, code: str = _STATEMENT, description: str = "", job_type: str = "FLINK_STREAM", **fields: str
    ) -> SimulatedJob:
        """Somebody who is not headgate makes a job and starts it."""
        with self._lock:
            fields = {"code": code, "engineVersion": self.engine, "planJson": plans.plan(code), **fields}
            cluster, queue = self.queues[0]
            content = texts({"clusterId": cluster, "queueName": queue, **fields})
            api_type = fields.get("apiType", "SQL")
            job = SimulatedJob(name, self.next_id(), job_type, api_type, content, description, modified_at=self.now())
            job.committed = dict(content)
            self.jobs[name] = job
            self.launch(job, age=0).actual, job.stale = "RUNNING", 0
            return job

    def _end(self, name: str, state: str, message: str) -> None:
        with self._lock:
            current = self.jobs[name].current
            assert current is not None  # noqa: S101
            current.actual = current.expected = state
            current.ended_at = self.now()
            if message:
                current.error_at, current.error = self.now(), message

    # -- what the calls do to jobs ---------------------------------------------------------------------------------

    def now(self) -> int:
        """The platform's time, which continues every request; milliseconds since the epoch."""
        return EPOCH + 1000 * self.ticks

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def look(self, job: SimulatedJob) -> SimulatedInstance | None:
        """The newest instance of a job as it is shown, and time goes by for it."""
        return job.look(checkpoint_after=self.checkpoint_after)

    def launch(self, job: SimulatedJob, *, age: int, flush: bool = True) -> SimulatedInstance:
        """A new instance, of what is committed, or of the previous revision."""
        job.change(self.lag)
        content = job.committed if flush or job.current is None else job.current.content
        return job.launch(self.next_id(), self.now(), age=age, wait=self.start_looks, content=content or job.content)

    def pause(self, job: SimulatedJob, instance: SimulatedInstance, *, checkpoint: bool) -> None:
        job.change(self.lag)
        instance.expected, instance.wait, instance.operated_at = "PAUSED", self.pause_looks, self.now()
        instance.checkpoints += checkpoint

    def terminate(self, job: SimulatedJob, instance: SimulatedInstance) -> None:
        job.change(self.lag)
        instance.expected, instance.wait, instance.operated_at = "TERMINATED", 1, self.now()

    def resume(self, job: SimulatedJob, instance: SimulatedInstance, *, flush: bool) -> None:
        """From the last checkpoint that succeeded, in whichever instance; from nothing if there is none."""
        kept = instance.checkpoints or instance.age
        self.launch(job, age=instance.age + 1 if kept else 0, flush=flush)
