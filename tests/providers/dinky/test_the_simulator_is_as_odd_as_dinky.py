"""The simulated Dinky does what the source of Dinky does, above all where nobody would expect it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.providers.dinky.given import asked

from headgate.testing.dinky import DinkySimulator

LOGIN = {"username": "headgate", "password": "simulated-password", "ldapLogin": False, "autoLogin": True}
INSERT = "CREATE TABLE a (b INT);\nINSERT INTO c SELECT b FROM a;"


class Client:
    """A browser, logged in, in a tenant."""

    def __init__(self, dinky: DinkySimulator) -> None:
        self.url = dinky.url
        answer = httpx.post(f"{dinky.url}/api/login", json=LOGIN)
        self.token = answer.headers[dinky.token_name]
        self.login = answer.json()
        self.name = dinky.token_name

    def ask(self, method: str, path: str, *, tenant: str = "1", body: Any = None, **query: Any) -> httpx.Response:
        cookie = f"{self.name}={self.token}; tenantId={tenant}"
        return httpx.request(method, self.url + path, headers={"Cookie": cookie}, json=body, params=query)

    def data(self, method: str, path: str, **how: Any) -> Any:
        answer = self.ask(method, path, **how).json()
        assert answer["code"] == 0, answer
        return answer["data"]


@pytest.fixture
def client(dinky: DinkySimulator) -> Client:
    return Client(dinky)


def task(dinky: DinkySimulator, name: str = "orders", **fields: Any) -> int:
    return int(dinky.tables.insert({"name": name, "statement": INSERT, **fields}, 1)["id"])


def test_answers_come_in_one_of_two_envelopes_whatever_happened(dinky: DinkySimulator, client: Client) -> None:
    """Five keys or four; 200 for a refusal and a crash, 401 without a session, nothing for a foreign tenant."""
    fine, refusal = client.ask("GET", "/openapi/version"), client.ask("GET", "/api/task", id=99)
    crash, page = client.ask("GET", "/api/task", id="x"), client.ask("POST", "/api/task", body={})
    stranger, foreign = httpx.get(f"{dinky.url}/api/task?id=1"), client.ask("GET", "/api/task", tenant="2", id=1)

    keys = {"data", "code", "msg", "time", "success"}
    assert all(set(answer.json()) == keys for answer in (fine, refusal, crash, stranger))
    assert [answer.json()["code"] for answer in (fine, refusal, crash, stranger)] == [0, 1, 5, 7]
    assert [answer.status_code for answer in (fine, refusal, crash, stranger, foreign)] == [200, 200, 200, 401, 200]
    assert "\tat " in crash.json()["data"]
    assert set(page.json()) == {"total", "success", "current", "pageSize", "data"}
    assert foreign.content == b""
    assert client.ask("GET", "/api/task", id=1).status_code == 401
    assert httpx.get(f"{dinky.url}/api/nothing").json().keys() == {"status", "error", "path"}


def test_the_second_login_of_a_user_ends_the_first(dinky: DinkySimulator) -> None:
    """And tokenInfo tells of the one before."""
    first = Client(dinky)
    second = Client(dinky)

    assert first.ask("POST", "/api/task", body={}).status_code == 401
    assert second.ask("POST", "/api/task", body={}).status_code == 200
    assert second.login["data"]["tokenInfo"]["tokenValue"] == first.token


def test_a_running_task_is_started_again_and_points_at_the_second(dinky: DinkySimulator, client: Client) -> None:
    """Two jobs."""
    task_id = task(dinky)

    first = client.data("GET", "/api/task/submitTask", id=task_id)
    second = client.data("GET", "/api/task/submitTask", id=task_id)

    assert len(dinky.running("orders")) == 2
    assert dinky.task_named("orders")["jobInstanceId"] == second["jobInstanceId"] != first["jobInstanceId"]


def test_a_job_starts_step_by_step_and_is_finished_in_1970(dinky: DinkySimulator, client: Client) -> None:
    """INITIALIZING, CREATED, RUNNING; and RECONNECTING, UNKNOWN when its cluster is gone."""
    instance = client.data("GET", "/api/task/submitTask", id=task(dinky))["jobInstanceId"]
    row = dinky.tables.instances[instance]
    words = [row["status"]]

    for unreachable in (False, True):
        dinky.lifecycle.unreachable = unreachable
        for _ in range(5):
            dinky.lifecycle.poll(row)
            words.append(row["status"])

    assert list(dict.fromkeys(words)) == ["INITIALIZING", "CREATED", "RUNNING", "RECONNECTING", "UNKNOWN"]
    assert row["finishTime"].startswith("1970")


@pytest.mark.parametrize(("kind", "word"), [("trigger", "RUNNING"), ("cancel", "CANCELED"), ("stop", "FINISHED")])
def test_a_savepoint_says_no_and_means_yes(dinky: DinkySimulator, client: Client, kind: str, word: str) -> None:
    """The nested success is false, the path is there, a row is written; the job goes on or ends its way."""
    dinky.start_stranger("orders")

    taken = client.data("GET", "/api/task/savepoint", taskId=dinky.task_named("orders")["id"], savePointType=kind)

    [row] = dinky.tables.savepoints.values()
    assert (taken["success"], taken["jobInfos"][0]["savePoint"], row["type"]) == (False, row["path"], kind)
    assert {job.word for job in dinky.engine.jobs.values()} == {word}


def test_a_cancel_with_a_savepoint_that_fails_cancels_and_says_yes(dinky: DinkySimulator, client: Client) -> None:
    """A savepoint alone that fails is an exception, and the job goes on."""
    dinky.start_stranger("orders")
    task_id = dinky.task_named("orders")["id"]
    dinky.lifecycle.savepoints_fail = True

    alone = client.ask("GET", "/api/task/savepoint", taskId=task_id, savePointType="stop").json()
    still = dinky.running("orders")
    client.data("GET", "/api/task/cancel", id=task_id, withSavePoint="true")

    assert (alone["code"], len(still)) == (5, 1)
    assert {job.word for job in dinky.engine.jobs.values()} <= {"CANCELLING", "CANCELED"}


def test_an_update_ignores_null_and_is_refused_when_published(dinky: DinkySimulator, client: Client) -> None:
    """Name and enabled are needed: HTTP 400 and code 6 without them."""
    task_id = task(dinky, note="old")
    whole = {"id": task_id, "name": "orders", "enabled": True}

    without = client.ask("PUT", "/api/task", body={"id": task_id, "note": "new"})
    client.data("PUT", "/api/task", body=whole | {"note": None, "parallelism": 4})
    kept = dict(dinky.task_named("orders"))
    client.data("GET", "/api/task/changeTaskLife", taskId=task_id, lifeCycle=2)
    published = client.ask("PUT", "/api/task", body=whole | {"note": "new"}).json()
    client.data("GET", "/api/task/changeTaskLife", taskId=task_id, lifeCycle=5)

    assert (without.status_code, without.json()["code"]) == (400, 6)
    assert (kept["note"], kept["parallelism"]) == ("old", 4)
    assert published["code"] == 1
    assert dinky.task_named("orders")["step"] == 0


def test_texts_go_into_the_message_and_broken_statements_are_no_failure(dinky: DinkySimulator, client: Client) -> None:
    """exportSql has no data; explainSql has code 0 and says no in its rows, and none for SET."""
    dinky.lifecycle.rejects.add("nope")
    exported = client.ask("GET", "/openapi/exportSql", id=task(dinky)).json()
    body = {"dialect": "FlinkSql", "statement": "SET 'a' = 'b';\nINSERT INTO nope SELECT 1;\nINSERT INTO c SELECT 1"}

    rows = client.data("POST", "/openapi/explainSql", body=body)

    dinky.thread_tenants[:] = [1, 1, 1]
    exported = asked(dinky, "GET", "/openapi/exportSql", id=dinky.task_named("orders")["id"]).json()
    assert exported["data"] is None
    assert "INSERT INTO c" in exported["msg"]
    assert [(row["index"], row["explainTrue"]) for row in rows] == [(2, False)]


def test_lists_hold_ten_rows_a_catalog_and_whatever_is_alike(dinky: DinkySimulator, client: Client) -> None:
    """Unless somebody asks for more, filters, and compares names exactly."""
    for number in range(14):
        task(dinky, f"t_{number}")
    task(dinky, "tx1")

    first = client.ask("POST", "/api/task", body={}).json()
    alike = client.ask("POST", "/api/task", body={"name": "t_1", "pageSize": 99}).json()

    assert (first["total"], len(first["data"])) == (16, 10)
    assert first["data"][0]["name"] == "DefaultCatalog"
    assert {row["name"] for row in alike["data"]} >= {"t_1", "t_10", "tx1"}


def test_a_start_may_succeed_without_a_job(dinky: DinkySimulator, client: Client) -> None:
    """Where a cluster gives no id in time; the pointer stays where it was."""
    task_id = task(dinky)
    dinky.lifecycle.names_no_job = True

    started = client.data("POST", "/openapi/submitTask", body={"id": task_id, "variables": {}})

    assert (started["success"], started["jobId"], started["jobInstanceId"]) == (True, "unknown", None)
    assert dinky.task_named("orders")["jobInstanceId"] is None


def test_strategies_and_modes_are_read_as_dinky_reads_them(dinky: DinkySimulator, client: Client) -> None:
    """LATEST without a savepoint is a fresh start, an unknown mode is local, a missing cluster is a refusal."""
    fresh = client.data("GET", "/api/task/submitTask", id=task(dinky, "a", savePointStrategy=1, type="Nonsense"))
    missing = client.ask("GET", "/api/task/submitTask", id=task(dinky, "b", type="yarn-application")).json()
    query = client.ask("GET", "/api/task/submitTask", id=task(dinky, "c", statement="SELECT 1")).json()

    assert fresh["jobConfig"]["savePointPath"] is None
    assert fresh["jobConfig"]["type"] == "local"
    assert (missing["code"], query["code"]) == (1, 5)
