"""The promise that matters most, watched from outside on a real Flink: a running count never starts again."""

from __future__ import annotations

import pytest

from headgate.model.outcome import Outcome
from headgate.model.plan import RestoreKind, Verb
from headgate.model.reasons import Reason
from tests.clusters import Cluster, Repo, counting, eventually

pytestmark = pytest.mark.flink


def started(repo: Repo, cluster: Cluster, name: str = "totals", **how: object) -> str:
    """Start a counting job and wait until it has counted."""
    repo.write(f"jobs/{name}.yaml", counting(name, repo.project, **how))  # type: ignore[arg-type]
    repo.commit()
    report = repo.apply()
    assert [result.outcome for result in report.results] == [Outcome.APPLIED], report
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 50)
    return cluster.running(name)[0]


def assert_went_on(repo: Repo, cluster: Cluster) -> None:
    """No count was ever lower than one before it: no row was counted from an empty start."""
    before = len(cluster.printed(repo.project))
    eventually(lambda: len(cluster.printed(repo.project)) > before + 20)
    counts = cluster.printed(repo.project)
    # A restore goes back to its snapshot, at most a checkpoint interval ago; an empty start goes back to 1.
    assert counts.count(1) == 1
    assert counts[-1] > counts[before - 1]


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"parallelism": 2}, id="parallelism"),
        pytest.param({"where": "WHERE v <> 3"}, id="filter-added"),
        pytest.param({"select": "k, COUNT(*)", "group": "GROUP BY k HAVING COUNT(*) > 1"}, id="having-added"),
    ],
)
def test_an_edit_restarts_from_a_savepoint(repo: Repo, cluster: Cluster, edit: dict[str, object]):
    """Stop with a savepoint, start from it, and one copy at the end; a new plan is empty."""
    first = started(repo, cluster)
    repo.write("jobs/totals.yaml", counting("totals", repo.project, **edit))  # type: ignore[arg-type]
    repo.commit()

    [action] = repo.plan().actions
    [result] = repo.apply().results

    assert (action.verb, action.state and action.state.verdict.value) == (Verb.RESTART, "kept")
    assert result.outcome is Outcome.APPLIED, result
    assert cluster.running("totals") == [result.job_id] != [first]
    assert_went_on(repo, cluster)
    assert not repo.plan().has_changes


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("", id="at-once"),
        pytest.param(
            ", table.exec.mini-batch.enabled: true, table.exec.mini-batch.size: 5,"
            " table.exec.mini-batch.allow-latency: 100ms",
            id="in-two-phases",
            marks=pytest.mark.full,
        ),
    ],
)
def test_a_filter_under_a_count_of_all_rows_keeps_the_count(repo: Repo, cluster: Cluster, more: str):
    """`COUNT(*)` reads no column, and a filter may change which one Flink feeds it."""

    def manifest(where: str) -> str:
        text = counting("totals", repo.project, select="7, COUNT(*)", group="", where=where)
        return text.replace("interval: 500ms", f"interval: 500ms{more}")

    repo.write("jobs/totals.yaml", manifest(""))
    repo.commit()
    repo.apply()
    eventually(lambda: len(cluster.printed(repo.project)) > 10)
    counted = cluster.printed(repo.project)[-1]
    repo.write("jobs/totals.yaml", manifest("WHERE v <> 3"))

    [result] = repo.apply().results

    state = result.action.state
    assert (result.action.verb, state and state.verdict.value) == (Verb.RESTART, "kept"), state
    before = len(cluster.printed(repo.project))
    assert eventually(lambda: cluster.printed(repo.project)[before:])[0] > counted
    assert result.outcome is Outcome.APPLIED, result


def test_a_suspended_job_goes_on_where_it_was(repo: Repo, cluster: Cluster):
    """`state: suspended` stops it with a savepoint, `state: running` goes on from there."""
    started(repo, cluster)
    repo.write("jobs/totals.yaml", counting("totals", repo.project, more="state: suspended"))

    [suspended] = repo.apply().results
    assert suspended.action.verb is Verb.SUSPEND
    assert suspended.outcome is Outcome.APPLIED
    assert cluster.running("totals") == []
    assert not repo.plan().has_changes

    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    [resumed] = repo.apply().results
    assert resumed.action.verb is Verb.RESUME
    assert resumed.action.restore is not None
    assert resumed.action.restore.path == suspended.savepoint
    assert_went_on(repo, cluster)
    assert not repo.plan().has_changes


def test_a_job_killed_behind_headgates_back_is_healed_from_its_checkpoint(repo: Repo, cluster: Cluster):
    """Somebody cancelled it: the plan says so, and it goes on from its newest retained checkpoint."""
    first = started(repo, cluster)
    eventually(lambda: cluster.checkpoints(first) > 2)
    cluster.cancel(first)

    seen = repo.plan()
    [action] = seen.actions
    [result] = repo.apply().results

    assert (action.verb, action.reason) == (Verb.SUBMIT, Reason.STOPPED_OUTSIDE)
    assert seen.drift == (("totals", Reason.STOPPED_OUTSIDE),)
    assert action.restore is not None
    assert action.restore.kind is RestoreKind.CHECKPOINT
    assert result.outcome is Outcome.APPLIED
    assert_went_on(repo, cluster)


def test_an_edit_that_loses_state_is_blocked_until_the_manifest_consents(repo: Repo, cluster: Cluster):
    """SUM cannot read what COUNT stored. Nothing is touched, and the plan says which operator it is about."""
    first = started(repo, cluster)
    summed = {"select": "k, SUM(CAST(v AS BIGINT))"}
    repo.write("jobs/totals.yaml", counting("totals", repo.project, **summed))  # type: ignore[arg-type]

    [blocked] = repo.apply().results
    assert blocked.action.reason is Reason.STATE_PARTIAL
    assert blocked.action.state is not None
    lost = [one.name for one in blocked.action.state.operators if one.verdict.value == "lost"]
    assert "GroupAggregate" in " ".join(lost)
    assert cluster.running("totals") == [first]

    consent = "savepoint: {accept: [partial]}"
    repo.write("jobs/totals.yaml", counting("totals", repo.project, more=consent, **summed))  # type: ignore[arg-type]
    [accepted] = repo.apply().results
    assert accepted.outcome is Outcome.APPLIED, accepted
    assert cluster.running("totals") == [accepted.job_id]


def test_an_edit_that_flink_would_restore_into_wrong_results_is_blocked(repo: Repo, cluster: Cluster):
    """Counts of one column read as those of another: Flink takes the state and runs, and no consent makes it right."""
    first = started(repo, cluster)
    other = {"select": "v, COUNT(*)", "group": "GROUP BY v", "more": "savepoint: {accept: [partial, lost, unknown]}"}
    repo.write("jobs/totals.yaml", counting("totals", repo.project, **other))  # type: ignore[arg-type]

    [blocked] = repo.apply().results

    assert blocked.action.reason is Reason.STATE_WRONG
    assert blocked.action.state is not None
    [why] = [one.why for one in blocked.action.state.operators if one.verdict.value == "wrong"]
    assert why == "it is kept by `numbers`.k, and would be read by `numbers`.v"
    assert cluster.running("totals") == [first]


def test_a_job_that_left_git_is_stopped_with_a_savepoint_only_when_pruning(repo: Repo, cluster: Cluster):
    """Without --prune it runs on; with it, its state is kept and its place is reported."""
    first = started(repo, cluster)
    repo.write("jobs/other.yaml", counting("other", repo.project, where="WHERE v > 5", more="state: suspended"))
    (repo.root / "jobs" / "totals.yaml").unlink()

    assert not repo.plan().has_changes
    assert cluster.running("totals") == [first]

    [_, pruned] = repo.apply(prune=True).results
    assert pruned.action.verb is Verb.CANCEL
    assert pruned.outcome is Outcome.APPLIED
    assert pruned.savepoint.startswith("file:")
    assert cluster.running("totals") == []
    assert [action.job for action in repo.plan(prune=True).actions] == ["other"]


def test_a_renamed_job_keeps_its_state(repo: Repo, cluster: Cluster):
    """`previous_name` stops the old name and goes on under the new one."""
    started(repo, cluster)
    (repo.root / "jobs" / "totals.yaml").unlink()
    repo.write("jobs/sums.yaml", counting("sums", repo.project, more="previous_name: totals"))

    [result] = repo.apply().results

    assert result.outcome is Outcome.APPLIED, result
    assert cluster.running("totals") == []
    assert cluster.running("sums") == [result.job_id]
    assert_went_on(repo, cluster)
    assert not repo.plan(prune=True).has_changes
