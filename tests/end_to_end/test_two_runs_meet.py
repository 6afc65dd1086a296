"""CI and the loop, or two runs of CI, started in the same moment on a real Flink: one copy, whoever wins."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.clusters import Cluster, Repo, counting, eventually

pytestmark = [pytest.mark.flink, pytest.mark.full]

ROUNDS = 6


def apply_in(folders: list[Path]) -> list[tuple[int, str]]:
    """headgate apply in every folder at once: (exit code, output) each."""
    command = [sys.executable, "-m", "headgate", "apply", "--yes"]
    started = [
        subprocess.Popen(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for folder in folders
    ]
    outputs = [process.communicate(timeout=120)[0] for process in started]
    return [(process.returncode, output) for process, output in zip(started, outputs, strict=True)]


@pytest.mark.parametrize("shared", [True, False], ids=["one-store", "no-common-store"])
def test_two_applies_at_once_leave_one_copy_with_its_state(repo: Repo, cluster: Cluster, tmp_path: Path, shared: bool):
    """Round after round an edit is applied twice at the same time; nobody ever sees two copies or a count from 1."""
    name = f"{repo.project}-totals"
    repo.write("jobs/totals.yaml", counting(name, repo.project))
    repo.commit()
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "-q", str(repo.root), str(other)], check=True)
    folders = [repo.root, repo.root if shared else other]
    copies: list[int] = []
    over = threading.Event()

    def poll() -> None:
        while not over.wait(0.1):
            copies.append(len(cluster.running(name)))

    watcher = threading.Thread(target=poll)
    watcher.start()
    try:
        for number in range(ROUNDS):
            for folder in {repo.root, other}:
                text = counting(name, repo.project, where=f"WHERE v <> {number}")
                (folder / "jobs" / "totals.yaml").write_text(text, "utf-8")
            results = apply_in(folders)
            # The one that was second may have been refused, or have found its job moved on; then nothing is wrong.
            assert any(code == 0 for code, _ in results), results
            assert all(code in (0, 3, 4) for code, _ in results), results
            assert len(cluster.running(name)) == 1
            assert not repo.plan().has_changes
    finally:
        over.set()
        watcher.join()
    assert max(copies) == 1
    before = len(cluster.printed(repo.project))
    eventually(lambda: len(cluster.printed(repo.project)) > before + 20)
    assert cluster.printed(repo.project).count(1) == 1
