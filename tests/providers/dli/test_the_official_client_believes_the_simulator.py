"""Huawei's own client, pointed at the simulator: it signs, asks and reads as it would in the cloud.

What our adapter is tested against is only worth something if others take it for DLI, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials  # type: ignore[import-untyped]
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException  # type: ignore[import-untyped]
from huaweicloudsdkcore.http.http_config import HttpConfig  # type: ignore[import-untyped]
from huaweicloudsdkdli import v1  # type: ignore[import-untyped]

from headgate.testing.dli import BUCKET, DliSimulator
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY


@pytest.fixture
def client(dli: DliSimulator) -> Any:
    return opened(dli, BasicCredentials(ACCESS_KEY, SECRET_KEY, PROJECT_ID))


def opened(dli: DliSimulator, credentials: Any) -> Any:
    builder = v1.DliClient.new_builder().with_http_config(HttpConfig.get_default_config())
    return builder.with_credentials(credentials).with_endpoint(dli.url).build()


def created(client: Any, name: str = "orders", **more: Any) -> int:
    body = v1.CreateFlinkSqlJobRequestBody(
        name=name,
        sql_body="INSERT INTO t SELECT a FROM s",
        job_type="flink_opensource_sql_job",
        run_mode="exclusive_cluster",
        queue_name="flink",
        obs_bucket=BUCKET,
        checkpoint_enabled=True,
        checkpoint_mode=2,
        **more,
    )
    answer = client.create_flink_sql_job(v1.CreateFlinkSqlJobRequest(body=body))
    assert answer.is_success == "true"
    return int(answer.job.job_id)


def run(client: Any, job_id: int, *, resume: bool = False) -> None:
    body = v1.BatchRunFlinkJobsRequestBody(job_ids=[job_id], resume_savepoint=resume)
    [answer] = client.batch_run_flink_jobs(v1.BatchRunFlinkJobsRequest(body=body)).body
    assert answer.is_success == "true"


def stop(client: Any, job_id: int, *, savepoint: bool) -> None:
    body = v1.StopFlinkJobsRequestBody(job_ids=[job_id], trigger_savepoint=savepoint)
    [answer] = client.batch_stop_flink_jobs(v1.BatchStopFlinkJobsRequest(body=body)).body
    assert answer.is_success == "true"


def shown(client: Any, job_id: int) -> Any:
    return client.show_flink_job(v1.ShowFlinkJobRequest(job_id=job_id)).job_detail


def until(look: Callable[[], str], word: str) -> list[str]:
    """The words on the way to one, the last included."""
    words: list[str] = []
    for _ in range(20):
        words += [seen] if (seen := look()) not in words else []
        if words[-1] == word:
            return words
    raise AssertionError(f"never {word}: {words}")


def test_a_job_is_created_run_stopped_and_run_again(dli: DliSimulator, client: Any) -> None:
    """Written flat, read nested, and a mode that goes in as a number and comes out as a word.

    A stop with a savepoint is asynchronous and read off the status; the savepoint is gone when the job runs again.
    """
    job_id = created(client, parallel_number=2)
    draft = shown(client, job_id)
    run(client, job_id)
    words = until(lambda: shown(client, job_id).status, "job_running")
    graph = client.show_flink_job_execution_graph(v1.ShowFlinkJobExecutionGraphRequest(job_id=job_id)).execute_graph

    assert (draft.status, draft.start_time, draft.has_savepoint) == ("job_init", None, False)
    assert (draft.job_config.checkpoint_mode, draft.job_config.parallel_number) == ("at_least_once", 2)
    assert words == ["job_init", "job_submitting", "job_running"]
    assert [graph.jid] == dli.running("orders")
    assert (graph.state, graph.end_time, graph.is_stoppable) == ("RUNNING", -1, False)

    stop(client, job_id, savepoint=True)
    words = until(lambda: shown(client, job_id).status, "job_cancel_success")
    stopped = shown(client, job_id)
    run(client, job_id, resume=True)
    until(lambda: shown(client, job_id).status, "job_running")

    assert words[-3:] == ["job_savepointing", "job_canceling", "job_cancel_success"]
    assert stopped.has_savepoint
    assert stopped.savepoint_path.startswith(f"obs://{BUCKET}/jobs/savepoint/")
    assert dli.ages("orders") == 1
    until(lambda: str(shown(client, job_id).has_savepoint), "False")


def test_a_savepoint_goes_where_it_is_asked_for_and_comes_back(dli: DliSimulator, client: Any) -> None:
    """Two calls beside stop and run: one writes a snapshot, the other attaches one."""
    job_id = created(client)
    run(client, job_id)
    until(lambda: shown(client, job_id).status, "job_running")
    path = v1.ExecuteFlinkJobSavepointRequestBody(action="TRIGGER", savepoint_path=f"{BUCKET}/mine/")

    taken = client.execute_flink_job_savepoint(v1.ExecuteFlinkJobSavepointRequest(job_id=job_id, body=path))
    until(lambda: shown(client, job_id).status, "job_savepointing")
    until(lambda: shown(client, job_id).status, "job_running")
    stop(client, job_id, savepoint=False)
    until(lambda: shown(client, job_id).status, "job_cancel_success")
    [snapshot] = [each for each in dli.jobs.storage if "/mine/" in each]
    attached = v1.ImportFlinkJobSavepointRequestBody(job_id=job_id, savepoint_path=snapshot)
    client.import_flink_job_savepoint(v1.ImportFlinkJobSavepointRequest(job_id=job_id, body=attached))
    run(client, job_id, resume=True)
    until(lambda: shown(client, job_id).status, "job_running")

    assert "deal_savepoint_success" in taken.message
    assert dli.ages("orders") == 1


def test_lists_have_pages_and_lag(client: Any) -> None:
    """Ten rows by default, the newest first; details only on request."""
    ids = [created(client, f"job-{number}") for number in range(12)]
    list_jobs = client.list_flink_jobs

    for _ in range(4):
        newest = list_jobs(v1.ListFlinkJobsRequest()).job_list
    rest = list_jobs(v1.ListFlinkJobsRequest(offset=10, limit=100, show_detail=True)).job_list

    assert [job.job_id for job in newest.jobs] == ids[:1:-1]
    assert newest.total_count == 12
    assert newest.jobs[0].job_config is None
    assert [job.job_id for job in rest.jobs] == [ids[1], ids[0]]
    assert rest.jobs[0].job_config.obs_bucket == BUCKET


def test_a_job_is_updated_and_deleted(client: Any) -> None:
    """Fields that are left out stay as they are."""
    job_id = created(client, desc="before")

    body = v1.UpdateFlinkSqlJobRequestBody(sql_body="INSERT INTO t SELECT b FROM s")
    client.update_flink_sql_job(v1.UpdateFlinkSqlJobRequest(job_id=job_id, body=body))
    changed = shown(client, job_id)
    client.delete_flink_job(v1.DeleteFlinkJobRequest(job_id=job_id))

    assert (changed.sql_body, changed.desc) == ("INSERT INTO t SELECT b FROM s", "before")
    with pytest.raises(ClientRequestException) as refused:
        shown(client, job_id)
    assert (refused.value.status_code, refused.value.error_code) == (400, "DLI.16001")


def test_a_jar_job_and_a_static_graph(client: Any) -> None:
    """The other kind of job; and the one POST that changes nothing."""
    jar = v1.CreateFlinkJarJobRequestBody(
        name="clicks", entrypoint=f"obs://{BUCKET}/job.jar", main_class="com.acme.Clicks"
    )
    made = client.create_flink_jar_job(v1.CreateFlinkJarJobRequest(body=jar))
    sql = v1.CreateFlinkSqlJobGraphRequestBody(sql_body="INSERT INTO t SELECT a FROM s", flink_version="1.12")
    graph = client.create_flink_sql_job_graph(v1.CreateFlinkSqlJobGraphRequest(job_id=created(client), body=sql))

    detail = shown(client, made.job.job_id)

    assert (detail.job_type, detail.main_class) == ("flink_jar_job", "com.acme.Clicks")
    assert graph.is_success is True
    assert '"nodes"' in graph.stream_graph


def test_a_wrong_key_is_refused_and_temporary_keys_need_their_token(dli: DliSimulator) -> None:
    """The simulator's gate checks what the client set_fields."""
    dli.gate.temporary[ACCESS_KEY] = "FAKE.TOKEN"
    right = BasicCredentials(ACCESS_KEY, SECRET_KEY, PROJECT_ID).with_security_token("FAKE.TOKEN")
    wrong = BasicCredentials(ACCESS_KEY, "another secret", PROJECT_ID).with_security_token("FAKE.TOKEN")

    assert created(opened(dli, right))
    with pytest.raises(ClientRequestException) as refused:
        created(opened(dli, wrong))
    assert (refused.value.status_code, refused.value.error_code) == (401, "APIG.0301")
