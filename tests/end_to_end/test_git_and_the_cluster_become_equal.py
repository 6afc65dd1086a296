"""From git to running on a real Flink, and then nothing left to do: quiet, cheap, and honest about trouble."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from headgate.applying import Patience
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from tests.clusters import Cluster, Repo, counting, eventually
from tests.faults.proxy import faulty
from tests.sql.twins import TWINS

pytestmark = pytest.mark.flink


def indented(script: str) -> str:
    return "".join(f"  {line}\n" for line in script.splitlines())


def manifest(name: str, script: str, more: str = "") -> str:
    return f"name: {name}\n{more}\nstatement: |2\n{indented(script)}"


def test_a_new_job_is_submitted_and_a_second_plan_is_empty(repo: Repo, cluster: Cluster):
    """The job carries its marker, revision, commit and manifest, so the next run needs nothing but the cluster."""
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    commit = repo.commit()

    [result] = repo.apply().results

    assert (result.action.verb, result.outcome) == (Verb.SUBMIT, Outcome.APPLIED), result
    assert cluster.running("totals") == [result.job_id]
    carried = cluster.call("GET", f"/jobs/{result.job_id}/config")["execution-config"]["user-config"]
    assert carried["headgate.project"] == repo.project
    assert carried["headgate.commit"] == commit
    assert not repo.plan().has_changes


def test_cosmetic_edits_are_no_difference_and_their_look_alikes_are(repo: Repo):
    """A restart because somebody re-indented SQL is a fear of our users; so is a change that goes unseen."""
    assert len(TWINS) >= 12
    slots = {f"twin-{number}": twin for number, twin in enumerate(TWINS)}
    for name, twin in slots.items():
        repo.write(f"jobs/{name}.yaml", manifest(name, twin.base))
    repo.commit()
    report = repo.apply()
    assert {result.outcome for result in report.results} == {Outcome.APPLIED}, report

    for name, twin in slots.items():
        repo.write(f"jobs/{name}.yaml", manifest(name, twin.cosmetic))
    cosmetic = repo.plan()
    for name, twin in slots.items():
        repo.write(f"jobs/{name}.yaml", manifest(name, twin.lookalike))
    lookalike = repo.plan()

    assert [(slots[a.job].name, a.reason, a.note) for a in cosmetic.actions if a.verb is not Verb.KEEP] == []
    assert [slots[a.job].name for a in lookalike.actions if a.verb is Verb.KEEP] == []
    assert [a.note for a in lookalike.actions if a.reason is Reason.STATEMENT_REJECTED] == []


def test_values_written_another_way_are_no_difference(repo: Repo):
    """Config by value, defaults written out, key order: nothing."""
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    repo.apply()

    text = counting("totals", repo.project, more="state: running\nsavepoint: {strategy: latest}")
    text = text.replace("500ms}", "0.5 s, execution.checkpointing.mode: EXACTLY_ONCE}".replace("0.5 s", "500 ms"))
    repo.write("jobs/totals.yaml", text)

    assert [action.verb for action in repo.plan().actions] == [Verb.KEEP]


def test_an_unchanged_plan_costs_one_listing(repo: Repo, cluster: Cluster):
    """Requests grow with what changed: facts are asked for once a job id, and only changed jobs are compiled."""
    with faulty(cluster.url) as proxy:
        target = f"project: {repo.project}\ntargets: {{local: {{provider: flink, url: '{proxy.url}'}}}}\n"
        repo.write("headgate.yaml", target)
        for name in ("one", "two", "three"):
            repo.write(f"jobs/{name}.yaml", counting(name, repo.project))
        repo.commit()
        assert repo.apply().exit_code == 0
        repo.plan()

        proxy.requests.clear()
        assert not repo.plan().has_changes
        # Jobs whose tasks changed in the last minute are asked for their failures, until they have proven healthy.
        of_health = [line for line in proxy.requests if line.endswith("/exceptions")]
        assert [line for line in proxy.requests if line not in of_health] == ["GET /jobs/overview"]
        assert len(of_health) <= 3

        repo.write("jobs/two.yaml", counting("two", repo.project, where="WHERE v <> 3"))
        proxy.requests.clear()
        assert [action.job for action in repo.plan().actions if action.steps] == ["two"]
        assert sum("/plan" in request for request in proxy.requests) == 1

        (repo.root / ".headgate" / "cache").rename(repo.root / ".headgate" / "lost")
        repo.write("jobs/two.yaml", counting("two", repo.project))
        listed = len(cluster.call("GET", "/jobs/overview")["jobs"])
        proxy.requests.clear()
        assert not repo.plan().has_changes
        assert len([line for line in proxy.requests if not line.endswith("/exceptions")]) <= 1 + listed


def test_wrong_sql_is_blocked_at_plan_with_flinks_message_at_the_manifests_line(repo: Repo, cluster: Cluster):
    """Nothing reaches the cluster, and the job that runs is left as it is."""
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    [first] = repo.apply().results
    wrong = counting("totals", repo.project, select="k, COUNTT(*)")
    file = repo.write("jobs/totals.yaml", wrong)
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "COUNTT" in text)

    [action] = repo.plan().actions
    report = repo.apply()

    assert action.reason is Reason.STATEMENT_REJECTED
    assert action.where.startswith(f"jobs/totals.yaml:{line}:")
    assert "COUNTT" in action.note or "Unknown identifier" in action.note
    assert "Exception" not in action.note
    assert len(action.note) < 300
    assert report.exit_code == 3
    assert cluster.running("totals") == [first.job_id]


def test_an_unmarked_job_is_adopted_with_its_state(repo: Repo, cluster: Cluster):
    """Somebody started it by hand from the same statements: it is taken over, and its count goes on."""
    name = f"{repo.project}-adhoc"
    repo.write("jobs/adhoc.yaml", counting(name, repo.project))
    repo.commit()
    by_hand = start_unmarked(repo, name)
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)

    [action] = repo.plan().actions
    [result] = repo.apply().results

    assert (action.verb, action.state and action.state.verdict.value) == (Verb.ADOPT, "kept")
    assert result.outcome is Outcome.APPLIED, result
    assert cluster.running(name) == [result.job_id] != [by_hand]
    before = len(cluster.printed(repo.project))
    eventually(lambda: len(cluster.printed(repo.project)) > before + 20)
    assert cluster.printed(repo.project).count(1) == 1
    assert not repo.plan().has_changes


def start_unmarked(repo: Repo, name: str) -> str:
    """What a person with a terminal would do: the same program and config, no marker."""
    from headgate import Headgate
    from headgate.providers.flink.program import body

    with Headgate.open(repo.root) as headgate:
        spec = headgate.project.jobs[name]
        provider = headgate.provider("local")
        jar_id = provider._jars.runner()  # type: ignore[attr-defined]
        request = body(spec, mode="run")
        answer = provider._api.call("POST", f"/jars/{jar_id}/run", writes=True, body=request)  # type: ignore[attr-defined]
    return str(answer["jobid"])


def test_a_job_that_fails_again_and_again_is_a_failure_with_its_root_cause(repo: Repo):
    """Accepted is not running: the restart loop is reported, with Flink's own cause, and ended; the exit code says
    3.
    """
    repo.write("jobs/broken.yaml", counting("broken", repo.project, select="k, 10 / (k - 7)", group=""))
    repo.write("jobs/fine.yaml", counting("fine", repo.project))
    repo.commit()

    report = repo.apply()

    broken, fine = report.results
    assert (broken.outcome, broken.code) == (Outcome.FAILED, "rolled-back")
    assert "by zero" in broken.detail
    assert fine.outcome is Outcome.APPLIED
    assert report.exit_code == 3


@pytest.mark.full
def test_a_job_that_never_got_going_is_replaced_when_its_manifest_is_mended(repo: Repo, cluster: Cluster):
    """It restarts for ever and never completed a checkpoint: it has nothing to lose, and nobody has to cancel it."""
    broken = counting("broken", repo.project, select="k, 10 / (k - 7)", group="")
    # On a busy machine a checkpoint of 500 ms may complete before the first row comes; then there is state to lose.
    repo.write("jobs/broken.yaml", broken.replace("interval: 500ms", "interval: 10min"))
    repo.commit()
    assert repo.apply().exit_code == 3

    def mended() -> Outcome:
        repo.write("jobs/broken.yaml", counting("broken", repo.project))
        return repo.apply().results[0].outcome

    # Between two failures it is RUNNING for a moment; then no savepoint can be taken, and that is said. A try that
    # meets such a moment may last a minute.
    eventually(lambda: mended() is Outcome.APPLIED, within=300.0)
    assert len(cluster.running("broken")) == 1
    assert not repo.plan().has_changes


def test_a_dependency_is_settled_first_and_its_failure_holds_back_only_what_depends_on_it(repo: Repo):
    """`depends_on` is an order, not a wish."""
    repo.write("jobs/a.yaml", counting("a", repo.project, more="depends_on: [b]"))
    repo.write("jobs/b.yaml", counting("b", repo.project))
    repo.write("jobs/c.yaml", counting("c", repo.project, more="depends_on: [d]"))
    repo.write("jobs/d.yaml", counting("d", repo.project, select="k, 10 / (k - 7)", group=""))
    repo.commit()

    outcomes = {result.action.job: result.outcome for result in repo.apply().results}

    assert outcomes == {
        "a": Outcome.APPLIED,
        "b": Outcome.APPLIED,
        "c": Outcome.SKIPPED,
        "d": Outcome.FAILED,
    }


@pytest.mark.full
def test_a_target_that_is_down_leaves_its_jobs_unknown_and_the_others_done(repo: Repo, cluster: Cluster):
    """Down is not absent: nothing is started for it, and the other target goes on."""
    repo.write(
        "headgate.yaml",
        f"project: {repo.project}\ntargets:\n  up: {{provider: flink, url: '{cluster.url}'}}\n"
        "  down: {provider: flink, url: 'http://127.0.0.1:9'}\n",
    )
    repo.write("jobs/here.yaml", counting("here", repo.project, more="target: up"))
    repo.write("jobs/there.yaml", counting("there", repo.project, more="target: down"))
    repo.commit()

    report = repo.apply()

    here, there = report.results
    assert here.outcome is Outcome.APPLIED
    assert (there.outcome, there.action.reason) == (Outcome.BLOCKED, Reason.LIVE_UNKNOWN)
    assert "no connection" in there.detail
    assert report.exit_code == 3


@pytest.mark.full
def test_a_job_that_moved_after_the_plan_is_left_alone(repo: Repo, cluster: Cluster):
    """Live state is read again just before the first write."""
    from headgate import Headgate

    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    [first] = repo.apply().results
    repo.write("jobs/totals.yaml", counting("totals", repo.project, where="WHERE v <> 3"))
    with Headgate.open(repo.root) as headgate:
        reviewed = headgate.plan()
        cluster.cancel(first.job_id)
        eventually(lambda: not cluster.running("totals"))
        eventually(lambda: headgate.plan().actions[0].verb is not Verb.RESTART)

        [result] = headgate.apply(reviewed).results

    assert (result.outcome, result.code) == (Outcome.REFUSED, "plan-stale")
    assert cluster.running("totals") == []


def test_an_interrupt_ends_the_wait_and_the_next_run_continues_from_that_savepoint(repo: Repo, cluster: Cluster):
    """The cluster was asked to stop the job and does so; nothing else is begun, and a plain run starts from there."""
    from headgate import Headgate
    from headgate.model.outcome import Event, Phase

    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    repo.apply()
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)
    repo.write("jobs/totals.yaml", counting("totals", repo.project, where="WHERE v <> 3"))
    patience = Patience()

    def interrupt(event: Event) -> None:
        if event.phase is Phase.STARTED:
            patience.interrupted.set()

    with Headgate.open(repo.root) as headgate:
        [stopped] = headgate.apply(headgate.plan(), patience=patience, listen=interrupt).results
    eventually(lambda: not cluster.running("totals"))
    [resumed] = repo.apply().results

    assert stopped.outcome is Outcome.INTERRUPTED
    assert stopped.left[-2:] == ("submit", "settle")
    assert resumed.outcome is Outcome.APPLIED
    assert resumed.action.restore is not None
    assert "savepoint-" in resumed.action.restore.path
    assert cluster.printed(repo.project).count(1) == 1


def test_a_secret_reaches_the_statement_and_nothing_else(repo: Repo, cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    """The value is used, a rotation is a change, and neither the job nor the cache nor the plan holds it."""
    monkeypatch.setenv("TOTALS_PASSWORD", "hunter2-first")
    text = counting("totals", repo.project, where="WHERE '${env:TOTALS_PASSWORD}' <> 'x' AND v <> 3")
    repo.write("jobs/totals.yaml", text)
    repo.commit()
    [result] = repo.apply().results
    assert result.outcome is Outcome.APPLIED, result

    carried = json.dumps(cluster.call("GET", f"/jobs/{result.job_id}/config"))
    cached = "".join(file.read_text() for file in (repo.root / ".headgate" / "cache").iterdir())
    assert "hunter2" not in carried + cached + repr(repo.plan())
    assert not repo.plan().has_changes

    monkeypatch.setenv("TOTALS_PASSWORD", "hunter2-second")
    rotated = repo.plan()
    assert [change.path for change in rotated.actions[0].changes] == ["env.TOTALS_PASSWORD"]
    assert "hunter2" not in repr(rotated)
    assert replace(rotated, created_at="") == replace(repo.plan(), created_at="")
