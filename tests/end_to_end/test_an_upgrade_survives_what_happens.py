"""On a real Flink: a failing edit is rolled back, savepoints are retired, a forgetful JobManager is no loss."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate import Headgate
from headgate.applying import Patience
from headgate.errors import LocalFlinkError
from headgate.local import LocalFlink, down, up
from headgate.model.outcome import Event, Outcome, Phase
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from tests.clusters import Cluster, Repo, counting, eventually
from tests.conftest import chosen_flink, free_port

pytestmark = pytest.mark.flink


class Killed(BaseException):
    """The process is gone."""


def killed_before(repo: Repo, step: str) -> None:
    """Apply, and die as this step begins."""

    def listen(event: Event) -> None:
        if event.phase is Phase.STARTED and event.step == step:
            raise Killed

    with Headgate.open(repo.root) as headgate, pytest.raises(Killed):
        headgate.apply(headgate.plan(), patience=Patience(stable=0.5), listen=listen)


def test_an_edit_that_does_not_settle_is_rolled_back_and_the_count_goes_on(repo: Repo, cluster: Cluster):
    """The new job divides by zero at its first row; the old one runs again from the savepoint, and stays."""
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    assert repo.apply().exit_code == 0
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)
    repo.write("jobs/totals.yaml", counting("totals", repo.project, where="WHERE 10 / (k - 7) > 0"))
    repo.commit()

    [result] = repo.apply().results

    assert (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert "by zero" in result.detail
    assert cluster.running("totals") == [result.job_id]
    rows = len(cluster.printed(repo.project))
    eventually(lambda: len(cluster.printed(repo.project)) > rows + 20)
    assert cluster.printed(repo.project).count(1) == 1
    [again] = repo.plan().actions
    assert (again.verb, again.reason) == (Verb.BLOCKED, Reason.REVISION_FAILING)
    shutil.rmtree(repo.root / ".headgate")
    [forgetful] = repo.plan().actions
    assert forgetful.reason is Reason.REVISION_FAILING


@pytest.mark.full
def test_savepoints_are_taken_of_a_running_job_and_the_old_ones_deleted(repo: Repo, cluster: Cluster):
    """`savepoint.keep: 2`: the files of the others are gone, and the job never noticed."""
    repo.write("jobs/totals.yaml", counting("totals", repo.project, more="savepoint: {keep: 2}"))
    repo.commit()
    repo.apply()
    [job_id] = cluster.running("totals")

    taken = []
    for _ in range(3):
        with Headgate.open(repo.root) as headgate:
            taken.append(headgate.savepoint("totals").removeprefix("file:"))

    assert cluster.running("totals") == [job_id]
    assert [Path(path).exists() for path in taken] == [False, True, True]


@pytest.mark.full
def test_a_person_rolls_back_and_the_count_goes_on(repo: Repo, cluster: Cluster):
    """To the revision before, from a savepoint of today; the manifest in git is not tried again."""
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    repo.apply()
    repo.write("jobs/totals.yaml", counting("totals", repo.project, where="WHERE v <> 3"))
    repo.commit()
    repo.apply()
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)

    with Headgate.open(repo.root) as headgate:
        [result] = headgate.apply(headgate.rollback("totals"), patience=Patience(stable=0.5)).results

    assert result.outcome is Outcome.APPLIED
    assert cluster.running("totals") == [result.job_id]
    rows = len(cluster.printed(repo.project))
    eventually(lambda: len(cluster.printed(repo.project)) > rows + 20)
    assert cluster.printed(repo.project).count(1) == 1
    assert [action.reason for action in repo.plan().actions] == [Reason.REVISION_FAILING]


@pytest.mark.full
def test_a_job_that_loops_after_days_goes_on_from_the_checkpoint_that_a_person_names(
    repo: Repo, cluster: Cluster, tmp_path: Path
):
    """No savepoint can be taken of it. The plan names its newest retained checkpoint; git then names it, too."""
    rows = tmp_path / "rows"
    rows.mkdir()

    def arrive(name: str, *values: int) -> None:
        """A file that is whole from the moment it is there."""
        (tmp_path / name).write_text("".join(f"7,{value}\n" for value in values), "utf-8")
        (tmp_path / name).rename(rows / name)

    def job(where: str, more: str = "") -> str:
        reported = counting("totals", repo.project, where=where, more=more)
        source = f"'connector' = 'filesystem', 'path' = '{rows.as_uri()}', 'format' = 'csv',"
        return re.sub(
            r"'connector' = 'datagen'.*?'7'\n", f"{source} 'source.monitor-interval' = '200ms'\n", reported, flags=re.S
        )

    arrive("first.csv", *[5] * 30)
    repo.write("jobs/totals.yaml", job("WHERE 10 / v > 0"))
    repo.commit()
    assert repo.apply().exit_code == 0
    eventually(lambda: max(cluster.printed(repo.project), default=0) == 30)
    kept = cluster.checkpoints(cluster.running("totals")[0])
    eventually(lambda: cluster.checkpoints(cluster.running("totals")[0]) > kept + 1)
    arrive("bad.csv", 0)
    repo.write("jobs/totals.yaml", job("WHERE v <> 0"))
    repo.commit()

    def reported() -> str:
        [action] = repo.plan().actions
        return action.note if action.reason is Reason.IN_TRANSITION and "/chk-" in action.note else ""

    path = next(word.rstrip(":") for word in eventually(reported).split() if "/chk-" in word)
    repo.write("jobs/totals.yaml", job("WHERE v <> 0", more=f"savepoint: {{strategy: path, path: '{path}'}}"))
    repo.commit()

    report = eventually(lambda: found if (found := repo.apply()).exit_code == 0 else None)

    [result] = report.results
    assert result.outcome is Outcome.APPLIED, result.detail
    assert cluster.running("totals") == [result.job_id]
    arrive("last.csv", 5, 5)
    eventually(lambda: max(cluster.printed(repo.project)) == 32)
    assert cluster.printed(repo.project).count(1) == 1


class Forgetful:
    """A Flink whose JobManager can be killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.flink = self._up()

    def _up(self) -> LocalFlink:
        return up(self._folder, port=self._port, slots=2, flink=chosen_flink())

    def _up_unless_taken(self) -> LocalFlink | None:
        """Connections that were cut keep a port for a moment."""
        try:
            return self._up()
        except LocalFlinkError as trouble:
            assert "is taken" in trouble.problem
            return None

    def forget(self) -> None:
        """Kill the JobManager and start another; savepoints stay, memory does not."""
        for pid in self.flink.pids:
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not _up(self.flink.pids))
        self.flink = eventually(self._up_unless_taken)


def _up(pids: tuple[int, ...]) -> list[int]:
    """Those that still run; a process that has ended and was not waited for yet does not."""
    found = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        found += [pid] if state != "Z" else []
    return found


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Forgetful]:
    folder = tmp_path / "forgetful" / ".headgate"
    try:
        yield Forgetful(folder)
    finally:
        down(folder)


@pytest.mark.full
def test_a_jobmanager_that_forgot_a_stopped_job_loses_nothing(forgetful: Forgetful, tmp_path: Path):
    """Killed between stop and submit: with the store the job goes on; without, it is blocked and says why."""
    cluster = Cluster(forgetful.flink)
    repo = Repo(tmp_path / "repo", cluster.url)
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    repo.apply()
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)
    repo.write("jobs/totals.yaml", counting("totals", repo.project, where="WHERE v <> 3"))
    repo.commit()
    killed_before(repo, "submit")
    assert cluster.running("totals") == []
    forgetful.forget()
    assert cluster.jobs("totals") == []
    memory, elsewhere = repo.root / ".headgate", tmp_path / "kept"

    memory.rename(elsewhere)
    [without] = repo.plan().actions
    shutil.rmtree(memory, ignore_errors=True)
    elsewhere.rename(memory)
    [known] = repo.plan().actions
    outcome = repo.apply().results[0].outcome

    assert (without.verb, without.reason, without.steps) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE, ())
    assert "forgotten" in without.note
    assert known.restore is not None
    assert known.restore.path in without.note
    assert (known.verb, known.reason) == (Verb.RESUME, Reason.FORGOTTEN)
    assert outcome is Outcome.APPLIED
    eventually(lambda: len(cluster.printed(repo.project)) > 20)
    assert min(cluster.printed(repo.project)) > 20
    assert not repo.plan().has_changes


@pytest.mark.full
def test_a_stop_that_nobody_saw_the_end_of_is_found_in_storage(forgetful: Forgetful, tmp_path: Path):
    """Killed while the savepoint was taken, and the JobManager lost too: the savepoint is there, and is used."""
    cluster = Cluster(forgetful.flink)
    repo = Repo(tmp_path / "repo", cluster.url)
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    repo.apply()
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)
    repo.write("jobs/totals.yaml", counting("totals", repo.project, where="WHERE v <> 3"))
    repo.commit()
    with Headgate.open(repo.root) as headgate:
        plan = headgate.plan()
        provider = headgate.provider("local")
        ask = provider.stop_with_savepoint

        def ask_and_die(job_id: str) -> None:
            ask(job_id)
            raise Killed

        provider.stop_with_savepoint = ask_and_die  # type: ignore[method-assign]
        with pytest.raises(Killed):
            headgate.apply(plan)
    eventually(lambda: not cluster.running("totals"))
    forgetful.forget()

    # A cluster that has just come up may not read its storage at once: then nothing is started, and that is said.
    planned = eventually(lambda: next((one for one in repo.plan().actions if one.verb is not Verb.BLOCKED), None))
    outcome = repo.apply().results[0].outcome

    assert (planned.verb, planned.reason) == (Verb.RESUME, Reason.FORGOTTEN)
    assert outcome is Outcome.APPLIED
    eventually(lambda: len(cluster.printed(repo.project)) > 20)
    assert min(cluster.printed(repo.project)) > 20
