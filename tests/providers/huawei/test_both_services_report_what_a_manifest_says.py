"""Status words, edits in the console, placeholders and refusals mean the same on DLI and on Cloud Stream."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.providers.cs.given import CsBench
from tests.providers.dli.bench import DliBench
from tests.providers.simulated import differences

from headgate.errors import Rejected
from headgate.model.live import JobState
from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec, Sql
from headgate.planning import diff
from headgate.providers.cs import states as cs_states
from headgate.providers.dli import states as dli_states
from headgate.testing.contract import seen, started, submission

Bench = DliBench | CsBench
EDGE = {"run_mode": "edge_node", "edge_group_ids": "a,b", "job_type": "flink_sql_edge_job"}


@pytest.mark.parametrize(
    ("displayed", "word", "state"),
    [
        ("Draft", "job_init", JobState.STOPPED),
        ("Running", "job_running", JobState.RUNNING),
        ("Idle", "job_idle", JobState.SUSPENDED),
        ("Finished", "job_finish", JobState.FINISHED),
        ("Stopped", "job_cancel_success", JobState.STOPPED),
        ("Submitting", "job_submitting", JobState.STARTING),
        ("Submission failed", "job_submit_fail", JobState.FAILED),
        ("Running exception", "job_running_exception", JobState.FAILED),
        ("Stopping", "job_canceling", JobState.STOPPING),
        # The Flink job behind it may run on; its execution graph is asked.
        ("Stopping failed", "job_cancel_fail", JobState.UNKNOWN),
        ("Stopped due to arrears", "job_arrearage_stopped", JobState.SUSPENDED),
        ("Restoring (recharged jobs)", "job_arrearage_recovering", JobState.STARTING),
        ("Creating savepoint", "job_savepointing", JobState.STOPPING),
        ("job_Teleporting", "job_Teleporting", JobState.UNKNOWN),
        ("", "", JobState.UNKNOWN),
    ],
)
def test_every_documented_status_has_its_meaning(displayed: str, word: str, state: JobState) -> None:
    """Cloud Stream's page gives display names; the wire has words. One that nobody knows is shown, and is active."""
    assert cs_states.wire_word(displayed) == word
    assert cs_states.common_state(word) is dli_states.common_state(word) is state
    assert cs_states.wire_word(word.upper()) == (word if displayed != word else word.upper())
    assert state is not JobState.UNKNOWN or state.active
    assert dli_states.common_state("job_downloading") is JobState.STARTING


@pytest.mark.parametrize(
    ("bench", "config", "edits", "paths"),
    [
        pytest.param(
            "cs",
            {},
            {"sql_body": "SELECT 2", "parallel_number": 7, "log_enabled": True, "obs_bucket": "other"}
            | {"checkpoint_enabled": True, "run_mode": "exclusive_cluster"},
            [
                *("options.checkpoint_enabled", "options.log_enabled", "options.obs_bucket", "options.run_mode"),
                *("parallelism", "statement"),
            ],
            id="cs",
        ),
        pytest.param(
            "dli",
            {"table.exec.state.ttl": "1 h"},
            {"sql_body": "INSERT INTO t SELECT 'not clos", "cu_number": 5, "log_enabled": True}
            | {"runtime_config": '[{"key":"table.exec.state.ttl","value":"2 h"}]'},
            ["config.table.exec.state.ttl", "options.cu_number", "options.log_enabled", "statement"],
            id="dli-with-a-statement-that-does-not-end",
        ),
    ],
    indirect=["bench"],
)
def test_what_was_changed_in_the_console_is_a_difference(
    bench: Bench, config: dict[str, str], edits: dict[str, Any], paths: list[str]
) -> None:
    """Fields that the manifest sets, and fields it leaves at the platform's default."""
    spec = bench.spec("orders", config=config)
    started(bench.provider, spec)

    bench.edit("orders", **edits)

    live = seen(bench.provider, "orders")
    assert live is not None
    assert live.applied is not None
    changes = {change.path: change.before for change in diff(live.applied, spec)}
    assert sorted(changes) == paths
    assert changes["statement"] == edits["sql_body"]


@pytest.mark.parametrize(
    ("bench", "fields"),
    [
        pytest.param("dli", {"cu_number": 4, "restart_when_exception": True, "udf_jar_url": "obs://a/b.jar"}, id="dli"),
        pytest.param("cs", {"spu_number": 8, "checkpoint_enabled": True, "checkpoint_interval": 60}, id="cs"),
        pytest.param("cs", EDGE, id="cs-edge"),
        pytest.param(
            "cs",
            {"job_type": "flink_jar_job", "jar_url": "jars/a.jar", "args": "-x 1", "cluster_id": 3, "manager_spu": 2},
            id="cs-jar",
        ),
    ],
    indirect=["bench"],
)
def test_a_manifest_written_from_a_job_differs_in_nothing(bench: Bench, fields: dict[str, Any]) -> None:
    """`headgate import` of a job that somebody else made, with all that the platform filled in."""
    bench.platform.start_stranger("theirs", **fields)
    [live] = bench.provider.observe().others
    assert live.applied is not None
    was = live.applied
    loaded = {key: value for key, value in bench.options(**was.options).items() if key in was.options}

    written = JobSpec("theirs", "there", was.program, was.parallelism, config=was.config, options=loaded)

    assert diff(was, written) == ()


def test_placeholders_come_back_as_placeholders(bench: Bench) -> None:
    """In a statement, in config and in options; a rotated value is a change, and reported by its name alone."""
    values = {"PASSWORD": "hunter22", "EVERY": "30s", "TABLE": "orders_2026"}
    spec = bench.spec(
        "orders",
        program=Sql("INSERT INTO sink SELECT * FROM ${env:TABLE}"),
        config={"execution.checkpointing.interval": "${env:EVERY}"},
        options=bench.options(smn_topic="${env:PASSWORD}"),
        secrets=Secrets(values),
    )

    live = started(bench.provider, spec)

    kept = bench.fields("orders")
    assert (kept["sql_body"], kept["checkpoint_interval"]) == ("INSERT INTO sink SELECT * FROM orders_2026", 30)
    assert kept["smn_topic"] == "hunter22"
    assert differences(live, spec) == []
    rotated = replace(spec, secrets=Secrets({**values, "TABLE": "orders_2027"}))
    assert differences(live, rotated) == ["env.TABLE"]
    assert live.applied is not None
    assert "hunter22" not in f"{kept['desc']}{live.applied.unfilled(spec)!r}"


def test_what_the_service_quotes_is_shown_with_placeholders(bench: Bench) -> None:
    """A refusal repeats what was sent, secrets and all."""
    spec = bench.spec("orders", program=Sql("SELECT '${env:SECRET}'"), secrets=Secrets({"SECRET": "opensesame"}))
    bench.platform.fail(at="POST .*/sql.job", response=bench.refusal("at line 1: SELECT 'opensesame'"))

    with pytest.raises(Rejected) as refused:
        bench.provider.submit(submission(spec))

    assert "opensesame" not in f"{refused.value}{refused.value.body}{refused.value.args}"
    assert "${env:SECRET}" in refused.value.problem
