"""On a real Flink: no TaskManager, or a savepoint that cannot be read, is nothing that a manifest could mend."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate import Headgate
from headgate.applying import Patience
from headgate.local import down, up
from headgate.model.outcome import Event, Outcome, Phase
from headgate.model.reasons import Reason
from tests.clusters import Cluster, Repo, counting, eventually
from tests.conftest import chosen_flink, free_port

pytestmark = pytest.mark.flink

PATIENCE = Patience(settle=20, stable=0.5)


class Killed(BaseException):
    """The process is gone."""


class OneTaskManager:
    """A Flink whose only TaskManager is lost, and comes back when it is asked to."""

    def __init__(self, folder: Path) -> None:
        self.flink = up(folder, port=free_port(), slots=4, flink=chosen_flink())
        self._workers = [pid for pid in self.flink.pids if b"TaskManagerRunner" in self._of(pid, "cmdline")]
        self._command = [part.decode() for part in self._of(self._workers[0], "cmdline").split(b"\0") if part]
        self.cluster = Cluster(self.flink)
        self.back: list[subprocess.Popen[bytes]] = []

    @staticmethod
    def _of(pid: int, what: str) -> bytes:
        return Path(f"/proc/{pid}/{what}").read_bytes()

    def lose(self) -> None:
        for pid in self._workers:
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not self.slots())

    def bring_back(self) -> None:
        with (self.flink.log_files[0].parent / "taskmanager-again.out").open("wb") as log:
            self.back.append(subprocess.Popen(self._command, stdout=log, stderr=log))
        eventually(self.slots)

    def slots(self) -> int:
        return int(self.cluster.call("GET", "/overview")["slots-total"])


@pytest.fixture
def one(tmp_path: Path) -> Iterator[OneTaskManager]:
    folder = tmp_path / "one" / ".headgate"
    made: list[OneTaskManager] = []
    try:
        made.append(OneTaskManager(folder))
        yield made[0]
    finally:
        for process in [process for each in made for process in each.back]:
            process.kill()
            process.wait()
        down(folder)


@pytest.mark.full
def test_a_first_start_without_a_taskmanager_is_applied_once_there_is_one(one: OneTaskManager, tmp_path: Path) -> None:
    """With checkpoints Flink keeps trying, without them the job is FAILED: neither is blamed, neither needs --retry."""
    repo = Repo(tmp_path / "repo", one.cluster.url)
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.write("jobs/plain.yaml", counting("plain", repo.project).replace("config: {execution", "config: {} #"))
    repo.commit()
    one.lose()

    first = repo.apply(patience=PATIENCE)
    one.bring_back()
    # The job that Flink keeps trying may be between two tries just now.
    second = eventually(lambda: found if (found := repo.apply(patience=PATIENCE)).exit_code == 0 else None, within=120)

    assert first.exit_code == 3
    assert [(one.code, one.detail) for one in first.results if one.code != "infrastructure-failed"] == []
    assert all("mend the manifest" not in result.hint for result in first.results)
    assert all(result.outcome in (Outcome.APPLIED, Outcome.KEPT) for result in second.results)
    assert len(one.cluster.running("totals")) == len(one.cluster.running("plain")) == 1
    assert not repo.plan().has_changes


@pytest.mark.full
def test_a_savepoint_that_cannot_be_read_condemns_no_version(repo: Repo, cluster: Cluster) -> None:
    """Neither version starts from a file that was cut short. Once it is whole again, the next run makes git live."""
    repo.write("jobs/totals.yaml", counting("totals", repo.project))
    repo.commit()
    repo.apply()
    eventually(lambda: max(cluster.printed(repo.project), default=0) > 20)
    repo.write("jobs/totals.yaml", counting("totals", repo.project, where="WHERE v <> 3"))
    repo.commit()
    savepoint = ""

    def die(event: Event) -> None:
        nonlocal savepoint
        if event.phase is Phase.DONE:
            savepoint = savepoint or event.detail.removeprefix("savepoint file:")
        if event.phase is Phase.STARTED and event.step == "submit":
            raise Killed

    with Headgate.open(repo.root) as headgate, pytest.raises(Killed):
        headgate.apply(headgate.plan(), patience=PATIENCE, listen=die)
    metadata = Path(savepoint) / "_metadata"
    whole = metadata.read_bytes()
    metadata.write_bytes(whole[:200])

    [cut_short] = repo.apply(patience=PATIENCE).results
    metadata.write_bytes(whole)
    [planned] = repo.plan().actions
    after = repo.apply(patience=PATIENCE)

    assert cut_short.code == "infrastructure-failed"
    assert "could not be started again" in cut_short.detail
    assert planned.reason is not Reason.REVISION_FAILING
    assert after.exit_code == 0
    assert not repo.plan().has_changes
    rows = len(cluster.printed(repo.project))
    eventually(lambda: len(cluster.printed(repo.project)) > rows + 20)
    assert cluster.printed(repo.project).count(1) == 1
