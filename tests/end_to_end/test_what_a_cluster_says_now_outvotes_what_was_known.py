"""Two checkouts, each with a cache and a store of its own, and a JobManager that is restarted and gives ids again."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from headgate import Headgate
from headgate.cli.main import cli
from headgate.local import LocalFlink, down, status, up
from headgate.model.live import Live
from headgate.model.plan import Action, Verb
from headgate.model.reasons import Reason
from tests.clusters import Cluster, Repo, counting, eventually
from tests.conftest import chosen_flink, free_port

pytestmark = [pytest.mark.flink, pytest.mark.full]


class Restarted:
    """A Flink without high availability, and the checkouts of one project that know it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.flink: LocalFlink = self._up()

    def restart(self) -> None:
        """The JobManager dies without a word, and comes back with an empty memory."""
        os.kill(self.flink.pids[0], signal.SIGKILL)
        eventually(lambda: not (seen := status(self._folder / "flink")) or not seen.alive)
        self.flink = self._up()

    def _up(self) -> LocalFlink:
        config = {"web.refresh-interval": "100"}
        return up(self._folder / "flink", port=self._port, slots=4, flink=chosen_flink(), config=config)

    def down(self) -> None:
        down(self._folder / "flink")

    @property
    def savepoints(self) -> Path:
        return self._folder / "flink" / "flink" / "savepoints"

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.flink)


class Checkout:
    """A clone of the project with one job, `n`, and with a `.headgate` folder of its own."""

    def __init__(self, root: Path, url: str, project: str) -> None:
        self._repo = Repo(root, url)
        text = (root / "headgate.yaml").read_text("utf-8").replace(self._repo.project, project)
        self._repo.write("headgate.yaml", text)
        self.root = root
        self.project = project
        self.configured = ""

    def write(self, more: str = "", where: str = "") -> None:
        text = counting("n", self.project, more=more, where=where)
        config = "execution.checkpointing.interval: 500ms"
        self._repo.write(
            "jobs/n.yaml", text.replace(config, f"{config}, {self.configured}" if self.configured else config)
        )
        self._repo.commit()

    def forget_everything(self) -> None:
        """A fresh clone: no store, no cache."""
        shutil.rmtree(self.root / ".headgate")

    def status(self) -> tuple[str, int]:
        """What `headgate status` says, and how it exits."""
        found = CliRunner().invoke(cli, ["--project", str(self.root / "headgate.yaml"), "status"])
        return found.stdout, found.exit_code

    def planned(self) -> Action:
        [action] = self._repo.plan().actions
        return action

    def applied(self, more: str = "", where: str = "") -> Action:
        """What is done about the job once its manifest says so; it went well."""
        self.write(more, where)
        [result] = (report := self._repo.apply()).results
        assert report.exit_code == 0, result
        return result.action

    def suspended(self, more: str = "", where: str = "") -> str:
        """Suspend the job; the savepoint it is stopped with."""
        self.write("state: suspended" + more, where)
        [result] = (report := self._repo.apply()).results
        assert report.exit_code == 0, result
        return result.savepoint

    def seen(self) -> Live:
        with Headgate.open(self.root) as headgate:
            [(_, _, live)] = headgate.status(["n"])
        assert isinstance(live, Live)
        return live


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    made = Restarted(tmp_path_factory.mktemp("restarted"))
    try:
        yield made
    finally:
        made.down()


@pytest.fixture
def checkouts(restarted: Restarted, tmp_path: Path) -> Iterator[tuple[Checkout, Checkout]]:
    a = Repo(tmp_path / "unused", restarted.flink.url).project
    made = [Checkout(tmp_path / name, restarted.flink.url, a) for name in ("a", "b")]
    yield made[0], made[1]
    for job in restarted.cluster.running("n"):
        restarted.cluster.cancel(job)


def test_an_old_savepoint_is_not_restored_because_it_was_the_last_one_known(
    restarted: Restarted, checkouts: tuple[Checkout, Checkout]
):
    """The first start of a name has the same id on a JobManager without memory: what A knows is of another run."""
    a, b = checkouts
    a.applied()
    old = a.suspended()
    a.planned()
    restarted.restart()
    named = f"savepoint: {{strategy: path, path: '{old}'}}"
    b.applied(named)
    newer = b.suspended()
    a.write()

    action = a.planned()
    resumed = a.applied()

    assert action.restore is not None
    assert (action.verb, action.reason, action.restore.path) == (Verb.RESUME, Reason.RUNNING_IN_GIT, newer)
    assert resumed.restore is not None
    assert resumed.restore.path == newer
    assert newer != old


def test_another_revision_under_a_known_id_is_seen_as_it_is(restarted: Restarted, checkouts: tuple[Checkout, Checkout]):
    """A sees what B started; neither "no changes" for a job that differs, nor a restart of one that is as git asks."""
    a, b = checkouts
    a.applied()
    known = a.seen()
    old = a.suspended()
    restarted.restart()
    started = b.applied(f"savepoint: {{strategy: path, path: '{old}', accept: [unknown, partial]}}", "WHERE v <> 3")
    a.write()
    differs, seen = a.planned(), a.seen()
    a.write(where="WHERE v <> 3")
    same = a.planned()

    assert started.want is not None
    assert seen.job_id == known.job_id
    assert seen.marker is not None
    assert seen.marker.revision == started.want.revision
    assert "statement" in {change.path for change in differs.changes}
    assert (same.verb, same.reason) == (Verb.KEEP, Reason.IN_SYNC)


def test_a_job_that_ran_again_under_a_known_id_and_was_ended_is_not_suspended(
    restarted: Restarted, checkouts: tuple[Checkout, Checkout]
):
    """What is left of it is what the second run left, not the savepoint of the first."""
    a, b = checkouts
    retention = "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION"
    a.applied()
    old = a.suspended()
    a.planned()
    restarted.restart()
    b.configured = retention
    b.applied(f"savepoint: {{strategy: path, path: '{old}'}}")
    [job] = restarted.cluster.running("n")
    eventually(lambda: restarted.cluster.checkpoints(job) > 1)
    restarted.cluster.cancel(job)
    a.write()

    action = a.planned()

    assert action.live is not None
    assert action.live.word == "CANCELED"
    assert action.restore is not None
    assert f"/{job}/chk-" in action.restore.path


@pytest.mark.parametrize("store", [True, False], ids=["with-the-store", "without-it"])
def test_what_is_left_of_a_forgotten_job_is_named_and_the_newest_proposed(
    restarted: Restarted, checkouts: tuple[Checkout, Checkout], store: bool
):
    """Its retained checkpoint is newer than its last savepoint; nothing is started until a person chooses."""
    a, _ = checkouts
    a.applied()
    edited = a.applied(where="WHERE v <> 3")
    [job] = restarted.cluster.running("n")
    eventually(lambda: restarted.cluster.checkpoints(job) > 2)
    restarted.restart()
    if not store:
        a.forget_everything()

    blocked, (text, exit_code) = a.planned(), a.status()
    checkpoint = blocked.hint.partition("path: '")[2].partition("'")[0]
    a.write(f"savepoint: {{strategy: path, path: '{checkpoint}', accept: [unknown]}}", where="WHERE v <> 3")
    chosen = a.planned()

    assert edited.live is not None
    assert (blocked.verb, blocked.reason, blocked.steps) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE, ())
    assert f"/{job}/chk-" in checkpoint
    assert f"checkpoint {checkpoint}" in blocked.note
    assert f"and savepoint file:{restarted.savepoints}/headgate/{a.project}/n/savepoint-" in blocked.note
    assert " old)" in blocked.note
    assert "the newer of the two" in blocked.hint
    assert "ABSENT" in text
    assert "forgotten by its target" in text
    assert exit_code == 3
    assert chosen.restore is not None
    assert (chosen.restore.path, bool(chosen.steps)) == (checkpoint, True)
