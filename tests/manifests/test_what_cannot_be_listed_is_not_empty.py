"""A folder of manifests that cannot be looked into is a mistake: read as empty, its jobs would have left git."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.errors import Mistake
from headgate.manifests.globs import matches
from tests.manifests.given import JOB, Repo

JOBS = "project: p\ntargets: {t: {provider: river, url: http://x}}\njobs: ['%s']\n"
EVERY_WAY = [
    "jobs/",
    "jobs/**",
    "jobs/**/*.yaml",
    "jobs/*",
    "jobs/*/*.yaml",
    "jobs/*/a.yaml",
    "j*/secret/*",
    "**/*.yaml",
]
NOBODY = 65534


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Folders called `secret` cannot be looked into, any caller that runs this."""
    listing, looking = os.scandir, Path.lstat

    def refused(path: str | os.PathLike[str]) -> None:
        if "secret" in Path(path).parts[-2:]:
            raise PermissionError(13, "Permission denied", str(path))

    def scandir(path: str | os.PathLike[str]) -> object:
        refused(path)
        return listing(path)

    def lstat(self: Path) -> os.stat_result:
        refused(self.parent)
        return looking(self)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", scandir)
        patched.setattr(Path, "lstat", lstat)
        yield


@pytest.mark.parametrize("entry", EVERY_WAY)
@pytest.mark.usefixtures("closed")
def test_a_folder_that_cannot_be_looked_into_is_a_mistake(repo: Repo, entry: str) -> None:
    """In whatever way `jobs:` names it, and whatever else it finds."""
    repo.write({"jobs/b/a.yaml": JOB, "jobs/secret/a.yaml": JOB.replace("orders", "secret")})

    [mistake] = repo.project_mistakes(JOBS % entry)

    assert mistake.problem.startswith("`jobs`: `jobs/secret")
    assert mistake.problem.endswith("` cannot be listed: Permission denied")


@pytest.mark.usefixtures("closed")
def test_a_folder_that_no_glob_leads_into_may_be_closed(repo: Repo) -> None:
    """What cannot match is nobody's mistake."""
    repo.write({"headgate.yaml": JOBS % "jobs/*.yaml", "jobs/a.yaml": JOB, "jobs/secret/b.yaml": "no: manifest"})

    assert list(repo.load().jobs) == ["orders"]


def test_the_operating_system_says_it_as_well() -> None:
    """No seam of ours in between: a user who may not read a folder, on a real file system."""
    script = """
import os, pathlib, sys
from headgate.manifests.files import Repository
if os.geteuid() == 0:
    os.setuid(int(sys.argv[2]))
for entry in sys.argv[3:]:
    print([refused.problem for refused in Repository(pathlib.Path(sys.argv[1])).manifests(entry)[1]])
"""
    with tempfile.TemporaryDirectory() as root:
        Path(root).chmod(0o755)
        secret = Path(root) / "jobs" / "secret"
        secret.mkdir(parents=True)
        (secret / "a.yaml").write_text(JOB)
        secret.chmod(0o000)
        arguments = [sys.executable, "-c", script, root, str(NOBODY), *EVERY_WAY]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        secret.chmod(0o755)

    reported = done.stdout.splitlines()
    assert len(reported) == len(EVERY_WAY)
    assert all("cannot be listed: Permission denied" in line for line in reported), reported


@pytest.mark.parametrize(
    "entry",
    [
        "*",
        "**/",
        "*/",
        "**/**/c*",
        "**/b/*",
        "a/**/*.yaml",
        "a/../b/*",
        "./a/*",
        "[ab]/?.yaml",
        "a/b/c.yaml",
        "x/*",
    ],
)
def test_what_is_listed_matches_as_it_does_everywhere(tmp_path: Path, entry: str) -> None:
    """`Path.glob` is what people know; only hidden names are left out, and a closed folder is reported."""
    for name in ("a/c.yaml", "a/b/c.yaml", "b/d.yaml", "b/c", "c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "a" / "linked").symlink_to(tmp_path / "b")

    expected = {os.path.normpath(path) for path in tmp_path.glob(entry)}
    assert {os.path.normpath(path) for path in matches(tmp_path, entry) if isinstance(path, Path)} == expected


def test_a_glob_that_is_none_says_so(repo: Repo) -> None:
    """It would match something else than was meant."""
    found = repo.project_mistakes(JOBS % "jobs/a**.yaml")

    problem = "`jobs`: `jobs/a**.yaml` is not a glob: `**` stands alone between slashes"
    assert found == [Mistake("headgate.yaml:3:8", problem, "")]
