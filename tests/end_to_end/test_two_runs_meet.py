"""CI and the loop, or two runs of CI, started in the same moment on a real Flink: one copy, any caller that wins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clusters import Cluster, Repo, counting, eventually

pytestmark = [pytest.mark.flink, pytest.mark.full]

# On the Flink that is installed; the other version need not show it as often.
ROUNDS = 10 if os.environ.get("HEADGATE_TEST_FLINK_HOME") else 50
# So often the job of the round is a new one; in between it is the last one, edited.
NEW_EVERY = 10


class Applier:
    """Another process with headgate in it; `store` is the URL of its store, or that of each project by default."""

    def __init__(self, store: str) -> None:
        program = Path(__file__).with_name("applier.py")
        environ = os.environ | ({"HEADGATE_STORE": store} if store else {})
        self._process = subprocess.Popen(
            [sys.executable, str(program)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
        )

    def begin(self, folder: Path) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{folder}\n")
        self._process.stdin.flush()

    def result(self) -> tuple[int, str]:
        """Exit code and output of what was begun."""
        assert self._process.stdout is not None
        code, output = json.loads(self._process.stdout.readline())
        return code, output

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


@contextmanager
def two(store: str) -> Iterator[tuple[Applier, Applier]]:
    both = Applier(store), Applier(store)
    try:
        yield both
    finally:
        for one in both:
            one.close()


@pytest.mark.parametrize("shared", [True, False], ids=["one-store", "no-common-store"])
def test_two_applies_at_once_leave_one_copy_with_its_state(repo: Repo, cluster: Cluster, tmp_path: Path, shared: bool):
    """Round after round a job is edited twice at once, alike or in two ways: never two copies, or a count again."""
    other = tmp_path / "other"
    repo.commit()
    subprocess.run(["git", "clone", "-q", str(repo.root), str(other)], check=True)
    folders = (repo.root, other)
    store = f"sqlite:///{tmp_path / 'store.db'}" if shared else ""
    names = [f"{repo.project}-totals-{number}" for number in range(ROUNDS // NEW_EVERY)]
    copies: list[int] = []
    over = threading.Event()

    def poll() -> None:
        while not over.wait(0.2):
            listed = [job["name"] for job in cluster.call("GET", "/jobs/overview")["jobs"] if job["state"] == "RUNNING"]
            # The listing may be a second old; two in it are looked at again.
            copies.extend(
                len(cluster.running(name)) if listed.count(name) > 1 else listed.count(name) for name in names
            )

    watcher = threading.Thread(target=poll)
    watcher.start()
    try:
        with two(store) as appliers:
            for number in range(ROUNDS):
                name = names[number // NEW_EVERY]
                for place, folder in enumerate(folders):
                    for left in (folder / "jobs").glob("*.yaml"):
                        left.unlink()
                    # Every other round they are two commits of one job.
                    text = counting(name, name, where=f"WHERE v <> {number + 1000 * place * (number % 2)}")
                    (folder / "jobs").mkdir(exist_ok=True)
                    (folder / "jobs" / "totals.yaml").write_text(text, "utf-8")
                for applier, folder in zip(appliers, folders, strict=True):
                    applier.begin(folder)
                results = [applier.result() for applier in appliers]
                # The second may have been refused, or have found its job moved on; then nothing is wrong.
                assert any(code == 0 for code, _ in results), results
                assert all(code in (0, 3, 4) for code, _ in results), results
                assert len(cluster.running(name)) == 1
                if number % NEW_EVERY == NEW_EVERY - 1:
                    eventually(lambda name=name: len(cluster.printed(name)) > 20)  # type: ignore[misc]
                    assert cluster.printed(name).count(1) == 1
                    cluster.cancel(cluster.running(name)[0])
    finally:
        over.set()
        watcher.join()
    assert max(copies) == 1
