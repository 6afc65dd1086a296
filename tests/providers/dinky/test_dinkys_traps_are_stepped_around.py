"""What goes wrong in Dinky without an error: each is looked for, reported, and never made worse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.providers.dinky.given import edited, job, options, seen

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.live import JobState
from headgate.model.reasons import Reason
from headgate.model.secret import Secrets
from headgate.model.spec import Sql
from headgate.planning import diff
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.providers.dinky.client import DinkyClient
from headgate.testing.contract import converged, eventually, from_savepoint, started, stopped, submission
from headgate.testing.dinky import DinkySimulator
from headgate.testing.dinky.envelopes import envelope
from headgate.testing.server import Response

Connect = Callable[..., DinkyProvider]

# -- starts ------------------------------------------------------------------------------------------------------------


def test_a_start_from_somewhere_else_is_cancelled_and_reported(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """What Dinky says it restored is compared with what was asked."""
    ended = stopped(provider, started(provider, job()))
    dinky.engine.snapshots["s3://elsewhere"] = 9
    dinky.lifecycle.goes_astray = "s3://elsewhere"

    with pytest.raises(Rejected, match="from s3://elsewhere and not from"):
        provider.submit(submission(job(), live=ended, restore=from_savepoint(ended)))

    assert [found.word for found in dinky.engine.active("orders")] == ["CANCELLING"]


WRITES = {
    "publishing": "changeTaskLife",
    "the-folder": "saveOrUpdateCatalogue$",
    "the-task": "saveOrUpdateCatalogueAndTask",
    "moving": "moveCatalogue",
}
ENDS = {"not-done": "refuse", "done-and-not-heard": "lose_replies", "done-and-a-proxy-answers": "break_replies"}


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("write", WRITES)
def test_a_restart_that_renames_and_moves_keeps_its_state(
    dinky: DinkySimulator, provider: DinkyProvider, write: str, ends: str
) -> None:
    """Taken back to development, moved, renamed, changed, published, started: from its savepoint, once."""
    ended = stopped(provider, started(provider, job(options=options(step=2))))
    after = edited(job("totals", options=options(step=2, folder="elsewhere")))
    getattr(dinky, ENDS[ends])(at=WRITES[write])

    converged(provider, submission(after, live=ended, restore=from_savepoint(ended)))
    eventually(lambda: provider.health(ended.job_id).settled)

    assert (dinky.running("orders"), dinky.ages("totals")) == ([], 1)
    assert seen(provider, "totals").job_id == ended.job_id
    assert diff(seen(provider, "totals").applied or pytest.fail("it says nothing"), after) == ()
    # Dinky's pages show the name of the task, its open API that of the catalogue.
    assert [row["name"] for row in dinky.tables.catalogue.values() if str(row["taskId"]) == ended.job_id] == ["totals"]


def test_a_failed_start_leaves_the_savepoint_where_the_next_run_finds_it(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """The definition is changed, the start refused: the state is still that of the job."""
    ended = stopped(provider, started(provider, job()))
    after = edited(job())
    dinky.lifecycle.rejects.add("SUM(amount) + 1")

    with pytest.raises(Rejected):
        provider.submit(submission(after, live=ended, restore=from_savepoint(ended)))
    reported = seen(provider)
    dinky.lifecycle.rejects.clear()
    started(provider, after, live=reported, restore=from_savepoint(reported))

    assert reported.snapshot == ended.snapshot
    assert dinky.ages("orders") == 1


@pytest.mark.parametrize("moment", ["writes-itself-down", "has-started"])
def test_a_run_that_comes_between_is_noticed(dinky: DinkySimulator, connect: Connect, moment: str) -> None:
    """Between the last look and the start: the other's name in the note, or the other's start."""
    provider = connect(claim_wait=0.01)
    ended = stopped(provider, started(provider, job()))
    task = dinky.task_named("orders")

    def meanwhile(seconds: float) -> None:
        if moment == "has-started":
            dinky.start_again("orders")
        else:
            dinky.tables.change(task, {"note": task["note"].replace(" by=", " by=f00d")})

    assert isinstance(provider.client, DinkyClient)
    provider.client._pause = meanwhile
    with pytest.raises(Unavailable, match="another run"):
        provider.submit(submission(edited(job()), live=ended, restore=from_savepoint(ended)))

    assert len(dinky.running("orders")) == int(moment == "has-started")
    assert seen(provider).marker is not None


def test_an_id_alone_does_not_make_a_task_ours(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """A Dinky with its rows in memory forgets all of them, and gives their ids to others."""
    ended = stopped(provider, started(provider, job()))
    theirs = dinky.task_named("orders")
    theirs |= {"name": "theirs", "note": "", "statement": "INSERT INTO x SELECT 1"}
    dinky.tables.catalogue = {key: row for key, row in dinky.tables.catalogue.items() if row["name"] != "orders"}

    job_id = provider.submit(submission(job(), live=ended, restore=from_savepoint(ended)))

    assert job_id != ended.job_id
    assert dinky.ages("orders") == 1
    assert theirs["statement"] == "INSERT INTO x SELECT 1"


# -- ends --------------------------------------------------------------------------------------------------------------


def test_a_savepoint_that_dinky_could_not_write_down_is_found(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """The path was too long for its column: the job ended with it, Dinky says that it failed, Flink knows better."""
    live = started(provider, job(config={"rest.target-directory": "s3://deep/" + "x" * 250}))

    with pytest.raises(OutcomeUnknown, match="the job ended"):
        provider.stop_with_savepoint(live.job_id)
    progress, ended = provider.stop_progress(live.job_id), seen(provider)

    assert progress.done
    assert progress.path in dinky.engine.snapshots
    assert ended.state is JobState.SUSPENDED
    assert ended.snapshot is not None
    assert ended.snapshot.path == progress.path


@pytest.mark.parametrize(("path", "end"), [("savepoint", "stop_with_savepoint"), ("cancel", "cancel")])
def test_no_end_is_ever_asked_for_twice_by_itself(
    dinky: DinkySimulator, provider: DinkyProvider, path: str, end: str
) -> None:
    """GET or not: after a lost reply comes a look, not the same request."""
    live = started(provider, job())
    dinky.refuse(9, at=f"GET /api/task/{path}")

    with pytest.raises(OutcomeUnknown):
        getattr(provider, end)(live.job_id)

    assert len([line for line in dinky.requests if line.startswith(f"GET /api/task/{path}")]) == 1


def test_a_start_that_dinky_does_not_point_at_is_not_ended_by_chance(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """Cancel and stop act on a pointer, and debug runs move it."""
    live = started(provider, job())
    dinky.task_named("orders")["jobInstanceId"] = 4711

    for end in (provider.cancel, provider.stop_with_savepoint):
        with pytest.raises(Rejected, match="points at job instance 4711"):
            end(live.job_id)

    assert len(dinky.running("orders")) == 1


def test_an_ended_job_is_not_asked_about_again(
    dinky: DinkySimulator, provider: DinkyProvider, connect: Connect
) -> None:
    """A cluster that has forgotten it would turn it into UNKNOWN, and its savepoint would be out of sight."""
    ended = stopped(provider, started(provider, job()))
    dinky.engine.forgotten |= set(dinky.engine.jobs)

    assert provider.stop_progress(ended.job_id).done
    assert seen(connect()).state is JobState.SUSPENDED


def test_an_end_counts_when_it_is_reported_twice(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Around a cancel or a restart Dinky may tell an end that is none."""
    live = started(provider, job())
    [row] = dinky.tables.instances.values()
    ended = dinky.lifecycle.detail(row) | {"instance": {**row, "status": "CANCELED"}}
    reported = envelope(ended, "2024-10-20 12:00:00")
    dinky.fail(1, at="refreshJobInfoDetail", response=Response(200, reported))

    assert provider.health(live.job_id).state is JobState.RUNNING


def test_an_old_savepoint_is_not_taken_for_that_of_a_later_end(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Rows belong to the task, not to a start: a job cancelled later left none of them."""
    first = stopped(provider, started(provider, job()))
    again = started(provider, job(), live=first, restore=from_savepoint(first))

    provider.cancel(again.job_id)
    eventually(lambda: not provider.health(again.job_id).state.active)
    progress, ended = provider.stop_progress(again.job_id), seen(provider)

    assert ended.state is JobState.STOPPED
    assert not progress.done
    assert "without a savepoint" in progress.failed
    # It took no savepoint and completed no checkpoint: what it was started from is all there is.
    assert (ended.snapshot and ended.snapshot.path) == from_savepoint(first).path


def test_a_retained_checkpoint_counts_and_one_that_was_not_retained_does_not(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """Flink deletes the checkpoints of a job that ends, unless it was asked to keep them."""
    interval = {"execution.checkpointing.interval": "30s"}
    kept = interval | {"execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION"}
    started(provider, job("kept", config=kept))
    started(provider, job("gone", config=interval))

    dinky.fail_job("kept")
    dinky.fail_job("gone")
    first, second = seen(provider, "kept"), seen(provider, "gone")

    assert first.snapshot is not None
    assert first.snapshot.kind == "checkpoint"
    assert second.snapshot is None
    assert not second.provably_empty


# -- names, lists, text ------------------------------------------------------------------------------------------------


def test_a_name_that_is_merely_like_it_is_another_name(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Dinky searches with LIKE, where `_` is any character."""
    dinky.start_stranger("job-a-copy")
    dinky.start_stranger("jobxa")

    started(provider, job("job_a"))

    assert len(dinky.running("job_a")) == 1


def test_a_name_that_is_taken_is_reported_before_anything_is_made(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """By a task that is not ours, or by a folder."""
    dinky.start_stranger("taken")

    with pytest.raises(Rejected, match="is taken"):
        provider.submit(submission(job("people")))

    assert provider.platform_verdict(job("Taken"), None, ()).blocked is Reason.NAME_TAKEN
    assert provider.platform_verdict(job("people"), None, ()).blocked is Reason.NAME_TAKEN
    assert provider.platform_verdict(job("free"), None, ()).blocked is None


def test_the_catalog_with_dinkys_own_password_is_never_shown(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Every tenant has one, among its tasks."""
    dinky.task_named("DefaultCatalog")["dialect"] = "FlinkSql"

    assert provider.observe().others == ()


def test_a_statement_in_an_error_shows_no_secret(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Dinky quotes the whole script when a start fails, and adds a Java stack."""
    text = "CREATE TABLE t (a INT) WITH ('password' = 'typed-in', 'x' = '${env:KEY}');\nINSERT INTO t SELECT amuont"
    spec = job(program=Sql(text), secrets=Secrets({"KEY": "from-the-environment"}))
    dinky.lifecycle.rejects.add("amuont")

    with pytest.raises(Rejected) as failed:
        provider.submit(submission(spec))

    reported = f"{failed.value} {failed.value.body}"
    assert "amuont" in reported
    assert "${env:KEY}" in reported
    assert not [word for word in ("typed-in", "from-the-environment", "\tat ", "RuntimeException") if word in reported]


def test_planning_never_reaches_a_catalog(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Explaining carries out the DDL in Dinky, and in a catalog it would stay; the DDL of an environment, too.

    Nor does a job that only its catalog knows have a graph.
    """
    catalog = "CREATE CATALOG lake WITH ('type' = 'jdbc');\nINSERT INTO lake.db.t SELECT a FROM s"
    dinky.tables.insert({"name": "shared", "dialect": "FlinkSqlEnv", "statement": "USE CATALOG lake"}, 1)
    inside, before = job(program=Sql(catalog)), job(options=options(envName="shared"))

    for spec in (inside, before):
        assert "catalog" in provider.compile(spec).why
        assert provider.compiled_form.vertices(spec) == ()
    dinky.start_stranger("lake", statement=catalog)
    with pytest.raises(Rejected, match="catalog"):
        provider.graph(str(dinky.task_named("lake")["id"]))

    assert dinky.endpoints.planned == []


def test_kubernetes_names_are_checked_before_a_cluster_is_made_of_them(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """In application mode the name of the task is that of the cluster."""
    deployed = options(type="kubernetes-application", clusterName=None, clusterConfigurationName="k8s")

    assert provider.platform_verdict(job("Orders.Totals", options=deployed), None, ()).blocked is Reason.NOT_SUPPORTED
    assert provider.platform_verdict(job("orders_totals", options=deployed), None, ()).blocked is None
