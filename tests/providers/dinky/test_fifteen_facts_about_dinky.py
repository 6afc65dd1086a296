"""Fifteen facts about Dinky that an adapter gets wrong unless it knows them: each as Dinky does it, and what we do.

They were read in the source of Dinky, branch `dev` of October 2024 and tags v1.0.0 to v1.1.0.
"""

from __future__ import annotations

import contextlib

import pytest
from pydantic import ValidationError
from tests.providers.dinky.given import asked, edited, job, opened, options, seen

from headgate.errors import OutcomeUnknown, Overtaken, Rejected, Unavailable
from headgate.model.live import JobState, Several
from headgate.model.plan import Restore, RestoreKind
from headgate.model.reasons import Reason
from headgate.model.spec import Savepoint, Strategy
from headgate.planning import diff
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.providers.dinky.spec import run_mode
from headgate.providers.dinky.wire import savepoint_of
from headgate.testing.contract import from_savepoint, started, stopped, submission
from headgate.testing.dinky import DinkySimulator
from headgate.testing.dinky.envelopes import envelope, exception
from headgate.testing.server import Response

_TIME = "2024-10-20 12:00:00"


def test_1_http_200_means_nothing_and_only_code_0_is_success(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """A refusal and a crash of the server both come as 200; neither is an empty list."""
    started(provider, job())

    refusal = asked(dinky, "GET", "/openapi/cancel", id=999)
    dinky.fail(at="POST /api/task", response=Response(200, envelope(None, _TIME, code=1, message="no")))
    with pytest.raises(Rejected, match="no"):
        provider.observe()
    dinky.fail(9, at="POST /api/jobInstance", response=exception("java.sql.SQLException: connection lost", _TIME))
    with pytest.raises(Unavailable, match="connection lost") as crashed:
        provider.observe()

    assert (refusal.status_code, refusal.json()["code"], refusal.json()["success"]) == (200, 1, False)
    assert "\tat org.dinky" not in str(crashed.value) + crashed.value.body


def test_2_the_open_api_asks_nobody_to_log_in(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Anybody can start a job there; all else that we do is done logged in."""
    live = started(provider, job())
    stopped(provider, live)

    answer = asked(dinky, "POST", "/openapi/submitTask", body={"id": int(live.job_id)})
    closed = asked(dinky, "GET", "/api/task", id=live.job_id)

    assert answer.json()["data"]["success"] is True
    assert len(dinky.running("orders")) == 1
    assert (closed.status_code, closed.json()["code"]) == (401, 7)


def test_3_open_calls_that_forget_the_tenant_find_a_task_or_not_by_chance(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """It depends on what the thread served before; the twins under /api always find it."""
    live = started(provider, job())
    body = {"taskId": int(live.job_id), "type": "trigger"}

    answers = {asked(dinky, "POST", "/openapi/savepointTask", body=body).json()["code"] for _ in range(6)}
    dinky.thread_tenants[:] = [None, None, None]
    unbound = {asked(dinky, "POST", "/openapi/savepointTask", body=body).json()["msg"] for _ in range(6)}

    assert answers == {0}
    assert unbound == {"Task Not Exist"}
    assert stopped(provider, live).state is JobState.SUSPENDED


def test_4_only_a_start_with_a_path_or_variables_goes_through_the_open_api(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """Cancels, savepoints and other starts have twins that know the tenant."""
    ended = stopped(provider, started(provider, job()))
    again = started(provider, job(), live=ended, restore=from_savepoint(ended))
    provider.take_savepoint(again.job_id, "5a" * 16)
    provider.cancel(again.job_id)

    opened_calls = [line for line in dinky.requests if " /openapi/" in line and not line.endswith("/version")]

    assert opened_calls == ["POST /openapi/submitTask"]
    assert any(line.startswith("GET /api/task/submitTask") for line in dinky.requests)
    assert not any("restartTask" in line for line in dinky.requests)


def test_5_dinky_starts_a_task_that_runs_and_we_do_not(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Asked twice it runs twice, and points at the second only: we look first, and tell two copies as two."""
    spec = job()
    live = started(provider, spec)

    assert provider.submit(submission(spec)) == live.job_id
    with pytest.raises(Overtaken, match="not started beside itself"):
        provider.submit(submission(edited(spec), live=live))
    alone = dinky.running("orders")
    dinky.start_again("orders")
    found = provider.observe().jobs["orders"]

    assert len(alone) == 1
    assert len(dinky.running("orders")) == 2
    assert isinstance(found, Several)
    assert len({copy.run for copy in found.jobs}) == 2


def test_6_tasks_are_listed_and_made_under_api_alone(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """There is no list and no create in the open API."""
    started(provider, job())

    assert asked(dinky, "POST", "/openapi/task", body={}).status_code == 404
    made = [line for line in dinky.requests if line.startswith("PUT ")]
    assert made[-1] == "PUT /api/catalogue/saveOrUpdateCatalogueAndTask"
    entry = next(row for row in dinky.tables.catalogue.values() if row["name"] == "orders")
    assert dinky.tables.catalogue[entry["parentId"]]["name"] == "headgate"


def test_7_a_stop_never_becomes_a_cancel(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Dinky's cancel "with savepoint" cancels if the savepoint fails, and says that it worked; our stop does not."""
    live = started(provider, job())
    dinky.lifecycle.savepoints_fail = True

    with pytest.raises(Rejected, match="runs on") as failed:
        provider.stop_with_savepoint(live.job_id)
    still = dinky.running("orders")
    answer = asked(dinky, "GET", "/openapi/cancel", id=live.job_id, withSavePoint="true")
    seen(provider)

    assert failed.value.code == "savepoint-failed"
    assert len(still) == 1
    assert answer.json()["data"] is True
    assert dinky.running("orders") == []
    assert dinky.tables.savepoints == {}


def test_8_the_path_tells_whether_a_savepoint_worked(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """The nested `success` is false even then."""
    live = started(provider, job())
    body = {"taskId": int(live.job_id), "type": "trigger"}
    seen(provider)

    data = asked(dinky, "POST", "/openapi/savepointTask", body=body).json()["data"]

    assert data["success"] is False
    assert savepoint_of(data) in dinky.engine.snapshots
    assert savepoint_of({**data, "success": True, "jobInfos": [{"savePoint": " "}]}) == ""
    assert stopped(provider, live).snapshot is not None


def test_9_a_strategy_finds_only_savepoints_dinky_took_so_the_path_is_said(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """LATEST would restore an old savepoint where an empty start is meant, and never a checkpoint."""
    ended = stopped(provider, started(provider, job()))

    fresh = started(provider, job(savepoint=Savepoint(Strategy.LATEST)), live=ended)
    age_of_fresh, stored = dinky.ages("orders"), dinky.task_named("orders")["savePointStrategy"]
    again = stopped(provider, fresh)
    dinky.engine.snapshots["s3://flink/chk-77"] = 4
    restore = Restore(RestoreKind.CHECKPOINT, "s3://flink/chk-77")
    started(provider, job(), live=again, restore=restore)

    assert (age_of_fresh, stored) == (0, 0)
    assert dinky.ages("orders") == 5
    assert dinky.task_named("orders")["savePointPath"] is None


def test_10_a_start_takes_what_is_saved_and_what_is_published_is_not_edited(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """No start needs publishing. Where a manifest asks for it, an edit takes it back first, and publishes again."""
    spec = job(options=options(step=2))
    live = started(provider, spec)
    dinky.requests.clear()
    ended = stopped(provider, live)
    after = edited(spec)

    started(provider, after, live=ended, restore=from_savepoint(ended))

    cycles = [line.rpartition("=")[2] for line in dinky.requests if "changeTaskLife" in line]
    assert cycles == ["1", "2"]
    assert dinky.task_named("orders")["step"] == 2
    assert "SUM(amount) + 1" in dinky.engine.active("orders")[0].statement


def test_11_a_run_mode_dinky_does_not_know_would_run_inside_the_server() -> None:
    """Words are case-sensitive and anything else is `local`, without an error: so another word is refused offline."""
    with pytest.raises(ValidationError):
        options(type="Standalone")

    assert run_mode("Local") == run_mode("STANDALONE") == run_mode(None) == "local"
    assert run_mode("ya") == run_mode("yarn-application") == "yarn-application"


def test_12_unknown_is_not_over(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Dinky counts UNKNOWN as finished and starts a second copy; for us it may run, and nothing is done."""
    spec = job()
    started(provider, spec)
    dinky.lifecycle.unreachable = True
    for _ in range(5):
        dinky.lifecycle.watch()

    live = seen(provider)
    with pytest.raises(Overtaken, match="UNKNOWN"):
        provider.submit(submission(edited(spec), live=live))
    with pytest.raises(Rejected, match="UNKNOWN"):
        provider.stop_with_savepoint(live.job_id)
    alone = len(dinky.running("orders"))
    dinky.thread_tenants[:] = [1, 1, 1]
    asked(dinky, "GET", "/openapi/restartTask", id=live.job_id)

    assert (live.state, live.state.active, alone) == (JobState.UNKNOWN, True, 1)
    assert len(dinky.running("orders")) == 2


def test_13_a_start_is_its_job_instance_and_an_answer_without_one_is_no_success(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """`jobId` may be a cluster's; without an instance nobody knows what runs, and asking again starts no second."""
    spec = job()
    dinky.lifecycle.names_no_job = True

    with pytest.raises(OutcomeUnknown, match="without naming a job"):
        provider.submit(submission(spec))
    dinky.lifecycle.names_no_job = False
    with pytest.raises(OutcomeUnknown, match="does not say as what job"):
        provider.submit(submission(spec))
    alone = len(dinky.running("orders"))
    dinky.start_again("orders")

    assert alone == 1
    task = dinky.task_named("orders")
    assert provider.observe().jobs["orders"].fingerprint
    assert f"{task['id']}/{task['jobInstanceId']}" == seen(provider).run_id


def test_14_null_clears_nothing_so_defaults_are_written(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """An environment or alert group that left the manifest is set to -1, and config is written as a whole."""
    row = dinky.tables.insert({"name": "shared", "dialect": "FlinkSqlEnv", "statement": "SET 'a' = 'b'"}, 1)
    spec = job(options=options(envName="shared", alertGroupId=3), config={"a.b": "c"})
    ended = stopped(provider, started(provider, spec))
    assert dinky.task_named("orders")["envId"] == row["id"]

    started(provider, job(), live=ended, restore=from_savepoint(ended))

    task = dinky.task_named("orders")
    assert (task["envId"], task["alertGroupId"], task["configJson"]["customConfig"]) == (-1, -1, [])
    dinky.tables.change(task, {"envId": None, "note": None})
    assert task["note"]


def test_15_dinky_1_2_0_takes_no_savepoints_and_the_error_says_so() -> None:
    """The address of Flink's REST API lost its host there; 1.0, 1.1 and later releases work."""
    with DinkySimulator(version="1.2.0", token_name="dinky-token") as broken:
        provider = opened(broken)
        live = started(provider, job())

        with pytest.raises(Rejected) as failed:
            provider.stop_with_savepoint(live.job_id)
        provider.close()

        assert "1.2.0" in failed.value.hint
        assert len(broken.running("orders")) == 1
    with DinkySimulator(version="0.7.5") as old:
        provider = opened(old)
        with pytest.raises(Rejected, match=r"0\.7\.5 is too old"):
            provider.observe()
        provider.close()


def test_15_a_stop_that_cannot_be_is_not_planned() -> None:
    """A plan promises no savepoint that this version cannot take; where nothing is stopped, none is needed."""
    with DinkySimulator(version="1.2.0") as broken, contextlib.closing(opened(broken)) as provider:
        live = started(provider, job())
        wider, noted, emptied = (
            job(parallelism=2),
            job(options=options(note="nightly")),
            job(parallelism=2, savepoint=Savepoint(Strategy.NONE)),
        )
        reported = {
            spec: provider.platform_verdict(wanted, live, diff(live.applied or pytest.fail("unreadable"), wanted))
            for spec, wanted in (("wider", wider), ("noted", noted), ("emptied", emptied))
        }

    assert reported["wider"].blocked is Reason.NOT_SUPPORTED
    assert "1.2.0 cannot take savepoints" in reported["wider"].note
    assert (reported["noted"].blocked, reported["emptied"].blocked) == (None, None)
