"""The simulated server: sessions, tenants, routes, and what can be seen and done from outside."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from headgate.testing.dinky.endpoints import Call, Endpoints, InMessage, Paged
from headgate.testing.dinky.engine import Engine
from headgate.testing.dinky.envelopes import Business, Exceptional, NotLoggedIn, Unbound, envelope, exception
from headgate.testing.dinky.lifecycle import Lifecycle
from headgate.testing.dinky.tables import Row, Tables
from headgate.testing.server import Request, Response, SimulatedServer

_ZONE = timedelta(hours=8)
_POLLS_EVERY = 3
_THREADS = 3
# GET is no reason to think that nothing changes.
_WRITING_GETS = frozenset(
    {
        "/api/task/submitTask",
        "/api/task/cancel",
        "/api/task/restartTask",
        "/api/task/savepoint",
        "/api/task/changeTaskLife",
        "/openapi/cancel",
        "/openapi/restartTask",
    }
)
_WRITING_POSTS = frozenset({"/openapi/submitTask", "/openapi/savepoint", "/openapi/savepointTask"})
# Of the open calls, those that set the tenant of the task they are about.
_BINDING = frozenset({"/openapi/submitTask", "/openapi/getJobInstance", "/openapi/getJobInstanceByTaskId"})


class DinkySimulator(SimulatedServer):
    """A Dinky with one user, two tenants (`default`, id 1, and `second`, id 2, which the user is not in) and a cluster.

    `lifecycle` and `engine` have switches; `tables` is the database. `version` and `token_name` are as they were up to
    1.1; `token_name` is `dinky-token` later. Every request is a second on the server's wall clock, eight hours ahead of
    UTC, and every third makes the daemon ask Flink. `thread_tenants` is what each of its threads last worked for.
    """

    def __init__(self, *, version: str = "1.1.0", token_name: str = "token") -> None:  # noqa: S107 - a cookie's name
        super().__init__()
        self.version = version
        self.token_name = token_name
        self.username, self.password = "headgate", "simulated-password"
        self.tenants = [{"id": 1, "tenantCode": "default", "note": ""}]
        self.engine = Engine()
        self._began = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + _ZONE
        self.tables = Tables(self.now)
        self.lifecycle = Lifecycle(self.tables, self.engine, savepoints_fail=version.startswith("1.2.0"))
        self.endpoints = Endpoints(self.tables, self.lifecycle)
        self.tables.clusters.append(self._cluster("session-a"))
        self.tables.configurations.append({"id": self.tables.new_id(), "name": "k8s", "type": "kubernetes-application"})
        catalog = {"name": "DefaultCatalog", "dialect": "FlinkSqlEnv", "statement": "CREATE CATALOG my_catalog"}
        self.tables.insert(catalog, 1)
        self._token = ""
        self._logins = 0
        self.thread_tenants: list[int | None] = [None] * _THREADS

    # -- from outside --------------------------------------------------------------------------------------------------

    def running(self, name: str) -> list[str]:
        """The Flink ids of all running copies of a job, whatever Dinky knows of them."""
        return [job.jid for job in self.engine.active(name)]

    def ages(self, name: str) -> int:
        """How many starts the state of the one running job has survived."""
        [job] = self.engine.active(name)
        return job.age

    def fail_job(self, name: str, cause: str = "java.io.IOException: the disk is full") -> None:
        """The job fails for good, and the daemon has noticed."""
        for job in self.engine.active(name):
            job.word, job.cause = "FAILED", cause
        self.lifecycle.watch()

    def finish_job(self, name: str) -> None:
        """The job has read all of its input, and the daemon has noticed."""
        for job in self.engine.active(name):
            job.word = "FINISHED"
        self.lifecycle.watch()

    def start_stranger(self, name: str, *, note: str = "", tenant: int = 1, **fields: Any) -> int:
        """Somebody makes a task in Dinky's pages and starts it; the task's id."""
        folder = self.tables.folder("people") or self.tables.add_entry("people", 0, tenant)
        statement = "CREATE TABLE a (b INT) WITH ('connector' = 'datagen');\nINSERT INTO c SELECT b FROM a;"
        task = self.tables.insert({"name": name, "statement": statement, "note": note, **fields}, tenant)
        self.tables.add_entry(name, folder["id"], tenant, dialect=task["dialect"], task_id=task["id"])
        self.start_again(name)
        return int(task["id"])

    def start_again(self, name: str) -> None:
        """Somebody presses start in Dinky's pages, and the daemon has noticed."""
        self.lifecycle.submit(self.task_named(name))
        for _ in range(2):
            self.lifecycle.watch()

    def task_named(self, name: str) -> Row:
        """The row of a task, to look at or to edit behind everybody's back."""
        return next(row for row in self.tables.tasks.values() if row["name"] == name)

    def now(self) -> datetime:
        """The server's wall clock."""
        return self._began + timedelta(seconds=self.ticks)

    # -- answering -----------------------------------------------------------------------------------------------------

    def writes(self, request: Request) -> bool:
        if request.method == "GET":
            return request.path in _WRITING_GETS
        return request.method in ("PUT", "DELETE") or request.path in _WRITING_POSTS

    def answer(self, request: Request) -> Response:
        if self.ticks % _POLLS_EVERY == 0:
            self.lifecycle.watch()
        try:
            return self._answered(request)
        except Business as refusal:
            return Response(200, self._envelope(None, code=1, message=refusal.message))
        except Exceptional as problem:
            return exception(str(problem), self._time())
        except NotLoggedIn:
            return self.not_logged_in()
        except Unbound:
            self._token = ""
            return Response(200, None)

    def _answered(self, request: Request) -> Response:
        if request.path == "/api/login":
            return self._log_in(request.json or {})
        if request.path == "/openapi/version":
            return Response(200, self._envelope(self.version))
        route = self._routes().get((request.method, request.path))
        if route is None:
            known = {path for _, path in self._routes()}
            if request.path in known:
                raise Exceptional(f"Request method '{request.method}' not supported")
            return Response(404, {"status": 404, "error": "Not Found", "path": request.path})
        body = request.json if isinstance(request.json, dict) else {}
        if (request.method, request.path) == ("PUT", "/api/task"):
            for key in ("name", "enabled"):
                if body.get(key) is None:
                    return Response(400, self._envelope(None, code=6, message=f"{key} must not be null"))
        answer = route(
            Call({**request.query, **request.form} if not body else request.query, body, self._tenant(request))
        )
        match answer:
            case Paged(page=page):
                return Response(200, page)
            case InMessage(text=text):
                return Response(200, self._envelope(None, message=text))
        return Response(200, self._envelope(answer))

    def _tenant(self, request: Request) -> int | None:
        """Whom the thread that serves this request works for. What one request binds, the next one still finds."""
        thread = self.ticks % _THREADS
        if request.path.startswith("/openapi/"):
            if request.path in _BINDING:
                asked = (request.json or {}).get("id") or request.query.get("id") or 0
                row = self.tables.tasks.get(int(asked)) or self.tables.instances.get(int(asked))
                self.thread_tenants[thread] = row["tenantId"] if row else None
            return self.thread_tenants[thread]
        cookies = dict(part.strip().partition("=")[::2] for part in request.headers.get("cookie", "").split(";"))
        token = cookies.get(self.token_name) or request.headers.get(self.token_name)
        if not self._token or token != self._token:
            raise NotLoggedIn
        tenant = cookies.get("tenantId")
        if tenant not in [str(one["id"]) for one in self.tenants]:
            raise Unbound
        self.thread_tenants[thread] = int(tenant)
        return int(tenant)

    def _log_in(self, body: Row) -> Response:
        if (body.get("username"), body.get("password")) != (self.username, self.password):
            return Response(200, self._envelope(None, code=7, message="User Name Or Password Error"))
        self._logins += 1
        before, self._token = self._token, hashlib.sha256(f"token {self._logins}".encode()).hexdigest()
        user = {"id": 7, "username": self.username, "password": hashlib.sha256(b"hash").hexdigest()}
        # tokenInfo was computed before the login.
        info = {"tokenName": self.token_name, "tokenValue": before or None}
        data = {"user": user, "roleList": [], "tenantList": self.tenants, "currentTenant": None, "tokenInfo": info}
        headers = {"Set-Cookie": f"{self.token_name}={self._token}; Path=/", self.token_name: self._token}
        return Response(200, self._envelope(data), headers)

    def not_logged_in(self) -> Response:
        """What is answered to somebody without a session."""
        return Response(401, self._envelope(None, code=7, message="Can Not Read Token"))

    def log_out(self) -> None:
        """Somebody else logs in as the same user: this session is over."""
        self._token = ""

    @property
    def logins(self) -> int:
        """How often anybody logged in."""
        return self._logins

    def _envelope(self, data: Any, *, code: int = 0, message: str | None = "Execute Successfully") -> Row:
        return envelope(data, self._time(), code=code, message=message)

    def _time(self) -> str:
        return self.now().strftime("%Y-%m-%d %H:%M:%S")

    def _cluster(self, name: str) -> Row:
        row = {"id": self.tables.new_id(), "name": name, "alias": name, "type": "standalone", "hosts": "flink:8081"}
        return row | {"status": 1, "enabled": True, "autoRegisters": False}

    def _routes(self) -> dict[tuple[str, str], Callable[[Call], Any]]:
        to = self.endpoints
        return {
            ("POST", "/api/task"): to.list_tasks,
            ("GET", "/api/task"): to.task,
            ("PUT", "/api/task"): to.save,
            ("GET", "/api/task/changeTaskLife"): to.life,
            ("GET", "/api/task/listFlinkSQLEnv"): to.environments,
            ("GET", "/api/task/submitTask"): to.submit,
            ("GET", "/api/task/cancel"): to.cancel,
            ("GET", "/api/task/restartTask"): to.restart,
            ("GET", "/api/task/savepoint"): to.savepoint,
            ("POST", "/api/task/explainSql"): to.explain,
            ("POST", "/api/task/getJobPlan"): to.plan_task,
            ("POST", "/api/catalogue/getCatalogueTreeData"): to.tree,
            ("PUT", "/api/catalogue/saveOrUpdateCatalogue"): to.save_folder,
            ("PUT", "/api/catalogue/saveOrUpdateCatalogueAndTask"): to.save_entry,
            ("PUT", "/api/catalogue/moveCatalogue"): to.move,
            ("DELETE", "/api/catalogue/deleteCatalogueById"): to.delete,
            ("POST", "/api/jobInstance"): to.list_instances,
            ("GET", "/api/jobInstance/getJobInstanceByTaskId"): to.newest_instance,
            ("POST", "/api/jobInstance/getOneById"): to.one_instance,
            ("GET", "/api/jobInstance/getJobInfoDetail"): to.detail,
            ("GET", "/api/jobInstance/refreshJobInfoDetail"): to.detail,
            ("GET", "/api/savepoints/listSavepointsByTaskId"): to.savepoints,
            ("GET", "/api/history/getLatestHistoryById"): to.latest_history,
            ("GET", "/api/cluster/list"): to.clusters,
            ("GET", "/api/clusterConfiguration/listEnabledAll"): to.configurations,
            ("POST", "/openapi/submitTask"): to.submit_open,
            ("GET", "/openapi/cancel"): to.cancel_open,
            ("POST", "/openapi/savepoint"): to.savepoint,
            ("POST", "/openapi/savepointTask"): to.savepoint_task,
            ("GET", "/openapi/restartTask"): to.restart,
            ("POST", "/openapi/explainSql"): to.explain,
            ("POST", "/openapi/getJobPlan"): to.plan,
            ("GET", "/openapi/getJobInstance"): to.instance,
            ("GET", "/openapi/getJobInstanceByTaskId"): to.newest_instance,
            ("GET", "/openapi/exportSql"): to.export,
        }
