"""What was started comes back from Dinky's own fields as what the manifest says, whatever the manifest says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from tests.providers.dinky.given import edited, job, options, seen

from headgate.model.live import JobState, Live
from headgate.model.plan import Verdict
from headgate.model.reasons import Reason
from headgate.model.secret import Secrets
from headgate.model.spec import Jar, JobSpec, Savepoint, Sql, Strategy
from headgate.planning import diff
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.providers.dinky.spec import fields_of, wanted_fields
from headgate.providers.dinky.task_note import Note
from headgate.providers.flink.states import common_state
from headgate.testing.bench import written_down
from headgate.testing.contract import from_savepoint, started, stopped, submission
from headgate.testing.dinky import DinkySimulator

ON_KUBERNETES: dict[str, Any] = {"type": "kubernetes-application", "clusterName": None}
MANY_SAID = {
    "note": "nightly totals, see the wiki",
    "envName": "shared",
    "firstLevelOwner": 7,
    "secondLevelOwners": [7, 9],
    "databaseId": 3,
    "fragment": True,
    "variables": {"day": "monday", "token": "t"},
    "folder": "team/payments",
    "alertGroupId": 5,
    "step": 2,
    "batchModel": True,
    "statementSet": False,
    "udfConfig": {"templateId": 1, "selectKeys": [{"a": "b"}], "className": "org.acme.Sum"},
    "udfRefer": [{"name": "f", "className": "org.acme.F"}, {"name": "g"}],
}
JAR = Jar("rs:/jobs/orders.jar", "org.acme.Orders", ("--day", "monday"))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="nothing-special"),
        pytest.param({"parallelism": 12, "config": {"b.c": "1", "a": "x=y;z"}}, id="parallelism-and-config"),
        pytest.param({"options": options(**MANY_SAID)}, id="every-option-by-name"),
        pytest.param({"options": options(clusterName=None, clusterId=1, envId=3)}, id="by-id"),
        pytest.param({"options": options(**ON_KUBERNETES, clusterConfigurationName="k8s")}, id="deployed-by-name"),
        pytest.param({"options": options(**ON_KUBERNETES, clusterConfigurationId=2)}, id="deployed-by-id"),
        pytest.param({"options": options(type="local", clusterName=None)}, id="local"),
        pytest.param({"program": JAR}, id="jar"),
        pytest.param({"program": JAR, "options": options(dialect="FlinkJar")}, id="jar-with-its-dialect-written-out"),
        pytest.param({"program": Sql("SET 'a' = 'b';INSERT INTO t SELECT '\n;x' FROM s -- bye")}, id="odd-text"),
        pytest.param({"savepoint": Savepoint(Strategy.EARLIEST)}, id="earliest"),
        pytest.param({"options": options(folder="headgate")}, id="the-usual-folder-written-out"),
        pytest.param({"options": options(folder="/")}, id="in-the-root"),
    ],
)
def test_every_field_comes_back(dinky: DinkySimulator, provider: DinkyProvider, changes: dict[str, Any]) -> None:
    """No difference after a start, and none after a restart from its savepoint."""
    dinky.tables.insert({"name": "shared", "dialect": "FlinkSqlEnv", "statement": "SET 'a' = 'b'"}, 1)
    spec = job(**changes)

    live = started(provider, spec)
    assert live.applied is not None
    assert diff(live.applied, spec) == ()
    assert live.applied.unfilled(spec).fields() == spec.fields()

    again = started(provider, spec, live=stopped(provider, live), restore=from_savepoint(seen(provider)))
    assert again.applied is not None
    assert diff(again.applied, spec) == ()
    assert dinky.ages("orders") == 1


def test_a_job_that_people_made_becomes_a_manifest_that_changes_nothing(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """`import`: what stands in Dinky, said as a manifest, is what stands in Dinky."""
    statement = "CREATE TABLE s (a INT);\r\nINSERT INTO t SELECT a FROM s;\r\nINSERT INTO u SELECT a FROM s"
    config = {"customConfig": [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}, {"key": "n", "value": None}]}
    fields: dict[str, Any] = {"statement": statement, "configJson": config, "parallelism": 3, "secondLevelOwners": [4]}
    dinky.start_stranger("theirs", note="ask Jo", **fields)

    [found] = provider.observe().others
    spec = written_down(found, "dinky")
    before, row = dinky.running("theirs"), dict(dinky.task_named("theirs"))
    provider.update(found, spec, submission(spec).marker)

    adopted = seen(provider, "theirs")
    assert adopted.applied is not None
    assert diff(adopted.applied, spec) == ()
    assert isinstance(spec.program, Sql)
    assert "BEGIN STATEMENT SET;" in spec.program.text
    assert dinky.running("theirs") == before
    after = dinky.task_named("theirs")
    assert after["note"].startswith("ask Jo [headgate ")
    assert {key for key in row if row[key] != after[key]} <= {"note", "updateTime", "statement", "savePointStrategy"}


def test_peoples_text_survives_unless_git_says_another(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """A note belongs to the one who wrote it."""
    live = started(provider, job())
    task = dinky.task_named("orders")
    task["note"] = "call Jo first " + task["note"] + " or Ann"

    provider.update(live, job(), submission(job()).marker)
    kept = Note.read(task["note"])
    provider.update(live, job(options=options(note="ours")), submission(job()).marker)

    assert kept.text == "call Jo first or Ann"
    assert Note.read(task["note"]).text == "ours"
    assert seen(provider).applied is not None


def test_what_no_running_job_reads_is_changed_in_place(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Note, folder, owners, alerts, publishing: one update, no restart, and an empty difference after it."""
    live = started(provider, job())
    want = job(options=options(note="n", folder="a/b", firstLevelOwner=9, alertGroupId=2, step=2))
    assert live.applied is not None
    changes = diff(live.applied, want)

    platform_verdict = provider.platform_verdict(want, live, changes)
    provider.update(live, want, submission(want).marker)
    again = list(dinky.requests)
    provider.update(seen(provider), want, submission(want).marker)

    assert platform_verdict.in_place == {change.path for change in changes}
    assert len(changes) == 5
    assert seen(provider).run_id == live.run_id
    assert diff(seen(provider).applied or pytest.fail("it says nothing"), want) == ()
    assert not [line for line in dinky.requests[len(again) :] if line.startswith("PUT")]
    entry = next(row for row in dinky.tables.catalogue.values() if row["name"] == "orders")
    assert dinky.tables.catalogue[entry["parentId"]]["name"] == "b"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        pytest.param(lambda spec: replace(spec, parallelism=4), Verdict.KEPT, id="parallelism"),
        pytest.param(lambda spec: replace(spec, parallelism=400), None, id="parallelism-beyond-any-default"),
        pytest.param(lambda spec: replace(spec, config={"restart-strategy.type": "none"}), Verdict.KEPT, id="config"),
        pytest.param(lambda spec: replace(spec, config={"table.optimizer.x": "y"}), None, id="config-of-the-planner"),
        pytest.param(edited, None, id="statement"),
    ],
)
def test_state_is_called_kept_only_where_the_program_is_the_same(
    provider: DinkyProvider, change: Callable[[JobSpec], JobSpec], verdict: Verdict | None
) -> None:
    """Dinky does not say what operators store, so of anything else the planner must compare what it can."""
    live = started(provider, job())
    want = change(job())
    assert live.applied is not None

    state = provider.platform_verdict(want, live, diff(live.applied, want)).state

    assert (state.verdict if state else None) == verdict


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"options": options(clusterName="session-b")}, "did you mean 'session-a'", id="no-such-cluster"),
        pytest.param({"program": Jar("jobs/a.jar", digest="0" * 64)}, "upload it", id="jar-of-the-repository"),
        pytest.param({"program": Jar("rs:/a.jar", args=("a b",))}, "holds no space", id="argument-with-a-space"),
        pytest.param({"options": options(dialect="FlinkJar")}, "write `jar:`", id="sql-in-the-dialect-of-jars"),
        pytest.param({"program": Jar("rs:/it's.jar")}, "holds no single quote", id="quote"),
        pytest.param({"name": "n" * 128, "options": options(note="n" * 90)}, "shorter name", id="note-too-long"),
    ],
)
def test_what_dinky_cannot_do_is_said_with_what_to_do_instead(
    provider: DinkyProvider, changes: dict[str, Any], says: str
) -> None:
    """At plan time, before anything is stopped."""
    platform_verdict = provider.platform_verdict(job(**changes), None, ())

    assert platform_verdict.blocked is Reason.NOT_SUPPORTED
    assert says in platform_verdict.note


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"clusterName": None}, "needs one of clusterId, clusterName"),
        ({"clusterId": 3}, "needs one of clusterId, clusterName"),
        ({"type": "yarn-application"}, "needs one of clusterConfigurationId"),
        ({"type": "local"}, "takes no cluster"),
        ({"envId": 3, "envName": "shared"}, "say the same"),
        ({"variables": {"a": "b"}}, "fragment: true"),
        ({"udfConfig": {}}, "says nothing"),
        ({"note": " n"}, "begins and ends with a letter"),
        ({"note": "[headgate project=x]"}, "no [headgate"),
        ({"folder": "a//b"}, "expected folder names joined with"),
        ({"step": 3}, "Input should be 1 or 2"),
        ({"statement": "SELECT 1"}, "`statement` is written as `statement`, beside `options`"),
        ({"savePointStrategy": 1}, "`savepoint: {strategy: ...}`"),
        ({"savePointPath": "s3://x"}, "`savepoint: {strategy: path, path: ...}`"),
        ({"checkPoint": 3}, "`config: {execution.checkpointing.interval: ...}`"),
        ({"jobName": "x", "nope": 1}, "nope"),
        ({**ON_KUBERNETES, "clusterConfigurationId": 1, "enabled": False}, "only what is enabled"),
    ],
)
def test_options_that_cannot_be_are_refused_offline(written: dict[str, Any], says: str) -> None:
    """Before any platform is asked, in words that say what to write."""
    with pytest.raises(ValidationError) as refused:
        options(**written)

    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("strategy", "stored"), [(Strategy.NONE, 0), (Strategy.LATEST, 1), (Strategy.EARLIEST, 2), (Strategy.PATH, 0)]
)
def test_strategies_are_stored_and_read_back(strategy: Strategy, stored: int) -> None:
    """0, 1, 2; whatever else is stored counts as none, as it does for Dinky."""
    spec = job(savepoint=Savepoint(strategy, "s3://a"))
    kept = wanted_fields(spec, spec.options)["savePointStrategy"]

    assert kept == fields_of({"savePointStrategy": str(kept)})["savePointStrategy"] == stored
    assert all(fields_of({"savePointStrategy": odd})["savePointStrategy"] == 0 for odd in (9, None, "", 3))


def test_a_path_goes_with_the_start_and_is_not_stored(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """On PostgreSQL no two tasks may store the same path, not even an empty one."""
    ended = stopped(provider, started(provider, job()))
    assert ended.snapshot is not None

    spec = job(savepoint=Savepoint(Strategy.PATH, ended.snapshot.path))
    started(provider, spec, live=ended, restore=from_savepoint(ended))

    assert dinky.task_named("orders")["savePointPath"] is None
    assert dinky.ages("orders") == 1


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("INITIALIZING CREATED RECONCILING RESTARTING SUSPENDED", JobState.STARTING),
        ("RUNNING", JobState.RUNNING),
        ("FAILING CANCELLING", JobState.STOPPING),
        ("FAILED", JobState.FAILED),
        ("CANCELED", JobState.STOPPED),
        ("FINISHED", JobState.FINISHED),
        ("RECONNECTING UNKNOWN BRAND_NEW", JobState.UNKNOWN),
    ],
)
def test_status_words_in_common_words(words: str, state: JobState) -> None:
    """What may still run is active; a word nobody knows may."""
    assert {common_state(word) for word in words.split()} == {state}
    assert state.active is (state not in (JobState.FAILED, JobState.STOPPED, JobState.FINISHED))


def test_placeholders_in_names_and_config_are_filled_in_and_come_back(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """The values go to Dinky, the placeholders stay in what is compared."""
    secrets = Secrets({"CLUSTER": "session-a", "BUCKET": "s3://bucket"})
    config = {"state.savepoints.dir": "${env:BUCKET}/savepoints"}
    spec = job(options=options(clusterName="${env:CLUSTER}"), config=config, secrets=secrets)

    live: Live = started(provider, spec)

    assert live.applied is not None
    assert diff(live.applied, spec) == ()
    stored = dinky.task_named("orders")["configJson"]["customConfig"]
    assert stored == [{"key": "state.savepoints.dir", "value": "s3://bucket/savepoints"}]


def test_a_secret_among_the_variables_is_never_shown(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Nor is the older one that a rotated value is compared with."""
    written = options(fragment=True, variables={"token": "Bearer ${env:TOKEN}", "day": "monday"})
    spec = job(options=written, secrets=Secrets({"TOKEN": "first-secret"}))
    rotated = replace(spec, secrets=Secrets({"TOKEN": "second-secret"}))

    live = started(provider, spec)

    assert live.applied is not None
    assert diff(live.applied, spec) == ()
    [change] = diff(live.applied, rotated)
    assert change.path == "env.TOKEN"
    assert (change.before, change.after) == ("(sensitive)", "(sensitive)")
    assert "Bearer first-secret" in repr(dinky.tables.histories)
