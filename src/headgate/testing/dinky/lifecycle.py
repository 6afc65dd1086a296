"""What the lifecycle calls of a simulated Dinky really do: submit, savepoint, cancel, restart, and watching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headgate.testing.dinky.engine import Engine, FlinkError, Job
from headgate.testing.dinky.envelopes import Business, Exceptional
from headgate.testing.dinky.planner import inserts, substituted
from headgate.testing.dinky.tables import Row, Tables, second

_DONE = frozenset({"FAILED", "CANCELED", "FINISHED", "UNKNOWN"})
_ENDS_AS = {"trigger": "", "cancel": "CANCELED", "stop": "FINISHED"}
_REST_STATUS = {"trigger": "RUN", "cancel": "CANCEL", "stop": "STOP"}
_SESSIONS = ("standalone", "s", "yarn-session", "ys", "kubernetes-session", "ks")
_DEPLOYED = (
    "yarn-per-job",
    "ypj",
    "yarn-application",
    "ya",
    "kubernetes-application",
    "ka",
    "kubernetes-application-operator",
    "kao",
)
_STRATEGIES = ("NONE", "LATEST", "EARLIEST", "CUSTOM")
_POLLS_UNTIL_UNKNOWN = 3
_LONGEST_PATH = 255
_DEADLOCK = "org.springframework.dao.DeadlockLoserDataAccessException: Deadlock found when trying to get lock"
_RUNNING_FOR_EVER = "1970-01-01 07:59:59"


@dataclass(slots=True)
class Lifecycle:
    """Switches: `savepoints_fail`; `names_no_job`, starts answer without an instance; `stumbles`, how many starts end
    with an exception after Flink has the job; `goes_astray`, a path that starts restore whatever they are asked;
    `unreachable` clusters; `rejects`, words no statement may hold.
    """

    tables: Tables
    engine: Engine
    savepoints_fail: bool = False
    names_no_job: bool = False
    stumbles: int = 0
    goes_astray: str = ""
    unreachable: bool = False
    rejects: set[str] = field(default_factory=set)

    # -- starting ------------------------------------------------------------------------------------------------------

    def submit(self, task: Row, path: str = "", variables: Mapping[str, str] | None = None) -> Row:
        """Start what is saved. Nobody asks whether it runs already, or whether it is published."""
        mode = task["type"] if task["type"] in (*_SESSIONS, *_DEPLOYED) else "local"
        if mode in _DEPLOYED and not any(
            one["id"] == task["clusterConfigurationId"] for one in self.tables.configurations
        ):
            raise Business("Cluster Configuration Not Exist")
        if mode in _SESSIONS and not any(one["id"] == task["clusterId"] for one in self.tables.clusters):
            raise Exceptional("Could not connect to localhost:8081")
        strategy, path = self._restored(task, path)
        statement = task["statement"] or ""
        if task["fragment"]:
            statement = substituted(statement, variables or {})
        now = self.tables.now()
        config = {one["key"]: one["value"] for one in (task["configJson"] or {}).get("customConfig") or ()}
        job_config = {
            "type": mode,
            "taskId": task["id"],
            "jobName": task["name"],
            "parallelism": task["parallelism"],
            "savePointStrategy": _STRATEGIES[strategy],
            "savePointPath": path or None,
            "step": task["step"],
            "configJson": config,
            "fragment": bool(task["fragment"]),
            "statementSet": True,
            "variables": dict(variables or {}),
        }
        history = {"id": self.tables.new_id(), "tenantId": task["tenantId"], "taskId": task["id"], "status": 1}
        history |= {"jobName": task["name"], "statement": "\n" + statement, "configJson": job_config, "error": None}
        history |= {"startTime": second(now), "endTime": None, "jobId": None}
        self.tables.histories[history["id"]] = history
        try:
            job = self._run(task, statement, path, config)
        except (FlinkError, Exceptional) as problem:
            history |= {"status": 3, "error": str(problem), "endTime": second(self.tables.now())}
            raise Exceptional(f"Exception in executing FlinkSQL:\n1  {statement}\n{problem}") from problem
        if self.stumbles:
            self.stumbles -= 1
            history |= {"status": 3, "jobId": job.jid, "error": _DEADLOCK, "endTime": second(self.tables.now())}
            raise Exceptional(_DEADLOCK)
        history |= {"status": 2, "jobId": job.jid, "endTime": second(self.tables.now())}
        result = {"id": history["id"], "jobInstanceId": None, "jobId": "unknown", "jobManagerAddress": "flink:8081"}
        result |= {"status": "SUCCESS", "success": True, "statement": "\n" + statement, "error": None, "result": None}
        result |= {"jobConfig": job_config, "results": None, "startTime": now.isoformat(), "endTime": now.isoformat()}
        if self.names_no_job:
            history["jobId"] = "unknown"
            return result
        instance = self._instance(task, job, history)
        task["jobInstanceId"] = instance["id"]
        return result | {"jobInstanceId": instance["id"], "jobId": job.jid}

    def _restored(self, task: Row, path: str) -> tuple[int, str]:
        """Strategy and path of a start: what is given, else what is stored, which knows of Dinky's own rows only."""
        if path.strip() or self.goes_astray:
            return 3, self.goes_astray or path
        strategy = task["savePointStrategy"] if task["savePointStrategy"] in (0, 1, 2, 3) else 0
        taken = [row for row in self.tables.savepoints.values() if row["taskId"] == task["id"]]
        if strategy == 3:
            return 3, task["savePointPath"] or ""
        if strategy and taken:
            return strategy, taken[-1 if strategy == 1 else 0]["path"]
        return strategy, ""

    def _run(self, task: Row, statement: str, path: str, config: Mapping[str, str]) -> Job:
        if not inserts(statement):
            raise Exceptional("No operators defined in streaming topology. Cannot execute.")
        for word in self.rejects:
            if word in statement:
                raise Exceptional(
                    "org.apache.flink.table.api.ValidationException: SQL validation failed.\n"
                    f"Caused by: org.apache.calcite.sql.validate.SqlValidatorException: Object '{word}' not found"
                )
        checkpointing = "execution.checkpointing.interval" in config
        return self.engine.start(task["name"], path, checkpointing=checkpointing, statement=statement)

    def _instance(self, task: Row, job: Job, history: Row) -> Row:
        now = second(self.tables.now())
        row = {"id": self.tables.new_id(), "tenantId": task["tenantId"], "name": task["name"], "taskId": task["id"]}
        row |= {"step": task["step"], "clusterId": task["clusterId"], "jid": job.jid, "status": "INITIALIZING"}
        row |= {"historyId": history["id"], "error": None, "createTime": now, "updateTime": now, "finishTime": None}
        row |= {"duration": 0, "failedRestartCount": 0, "count": None, "type": task["type"], "polls": 0}
        self.tables.instances[row["id"]] = row
        return row

    # -- watching ------------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """The daemon: asks Flink about everything that is not done, now and then."""
        for row in list(self.tables.instances.values()):
            if row["status"] not in _DONE:
                self.poll(row)

    def poll(self, row: Row) -> None:
        """Ask Flink. A cluster that has forgotten the job makes it RECONNECTING, and UNKNOWN after some time."""
        job = None if self.unreachable else self.engine.asked(row["jid"])
        row["updateTime"] = second(self.tables.now())
        if job is None:
            row["polls"] += 1
            row["status"] = "UNKNOWN" if row["polls"] > _POLLS_UNTIL_UNKNOWN else "RECONNECTING"
            return
        row |= {"polls": 0, "status": job.word, "error": job.cause or None}
        row["finishTime"] = _RUNNING_FOR_EVER if job.active else second(self.tables.now())

    def detail(self, row: Row) -> Row:
        """JobInfoDetail, Flink's own words among it."""
        job = self.engine.jobs[row["jid"]]
        completed = {"external_path": f"s3://flink/chk-{job.checkpoints}"} if job.checkpoints else None
        latest = {
            "completed": completed,
            "savepoint": {"external_path": job.savepoint} if job.savepoint else None,
            "restored": {"external_path": job.restored} if job.restored else None,
        }
        data = {
            "id": row["id"],
            "job": {"jid": job.jid, "name": job.name, "state": job.word},
            "checkpoints": {"counts": {"completed": job.checkpoints}, "latest": latest},
            "exceptions": {"root-exception": job.cause or None},
        }
        instance = {key: value for key, value in row.items() if key not in ("polls", "type")}
        history = self.tables.histories[row["historyId"]]
        reported = {"id": row["id"], "instance": instance, "history": history, "jobDataDto": data}
        return reported | {"clusterInstance": None, "clusterConfiguration": {"kubeConfig": "token: kept-to-ourselves"}}

    # -- ending --------------------------------------------------------------------------------------------------------

    def savepoint(self, task: Row, kind: str) -> Row:
        """Blocks until it is done. The nested success is false even then."""
        instance = self._pointed_at(task)
        config = {one["key"]: one["value"] for one in (task["configJson"] or {}).get("customConfig") or ()}
        if self.savepoints_fail:
            raise Exceptional("java.lang.AssertionError: null")
        try:
            path = self.engine.savepoint(instance["jid"], _ENDS_AS[kind], config.get("rest.target-directory", ""))
        except FlinkError as problem:
            raise Business(str(problem)) from problem
        if len(path) > _LONGEST_PATH:
            raise Exceptional("Data truncation: Data too long for column 'path' at row 1")
        row = {"id": self.tables.new_id(), "tenantId": task["tenantId"], "taskId": task["id"], "name": kind}
        row |= {"type": kind, "path": path, "createTime": second(self.tables.now()), "creator": 1}
        self.tables.savepoints[row["id"]] = row
        info = {"jobId": instance["jid"], "savePoint": path, "status": _REST_STATUS[kind]}
        reported = {"appId": None, "id": None, "type": "YARN_PER_JOB", "exceptionMsg": None, "error": None}
        return reported | {"success": False, "webURL": None, "jids": None, "jobInfos": [info]}

    def cancel(self, task: Row, *, with_savepoint: bool, force: bool) -> bool:
        """True means that the request was sent; with a savepoint that fails it is sent all the same."""
        instance = self._pointed_at(task)
        if self.unreachable:
            if not force:
                raise Business("Cluster Instance Not Healthy")
            instance["status"] = "UNKNOWN"
            return True
        if with_savepoint:
            try:
                self.savepoint(task, "cancel")
            except (Business, Exceptional):
                pass
            else:
                self.poll(instance)
                return True
        job = self.engine.jobs[instance["jid"]]
        job.word = "CANCELLING" if job.active else job.word
        instance["status"] = job.word
        return True

    def restart(self, task: Row, path: str) -> Row:
        """UNKNOWN counts as done: then nothing is stopped, and a second copy starts."""
        instance = self.tables.instances.get(task["jobInstanceId"] or 0)
        if instance is not None and instance["status"] not in _DONE:
            if path:
                self.cancel(task, with_savepoint=False, force=True)
            else:
                path = self.savepoint(task, "cancel")["jobInfos"][0]["savePoint"]
            for _ in range(11):
                self.poll(instance)
        return self.submit(task, path)

    def _pointed_at(self, task: Row) -> Row:
        instance = self.tables.instances.get(task["jobInstanceId"] or 0)
        if instance is None:
            raise Business("Job Instance Not Exist")
        return instance
