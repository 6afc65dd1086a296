"""Which commit the manifests are at, and who wrote it, as git says; a folder that is not in git has none.

Where git does not say although there is a repository, that is a warning: a plan, a log and a history without a commit
look like those of a project without git.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from headgate.model.formatting import DIRTY
from headgate.model.warnings import ProjectWarning, WarningCode
from headgate.private_files import HOME

_PATIENCE = 20
# Git names the folder that would have to be trusted: https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
_TRUST = re.compile(r"git config --global --add safe\.directory (.+)")
# Its own words in the language they are looked for in; and nothing is written, not even a refreshed index.
_ENVIRONMENT = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


@dataclass(frozen=True, slots=True)
class Checkout:
    """The full hash of HEAD, with `-dirty` if tracked files differ from it, and its author; empty where there is none.

    `warnings` say why they are empty although there may be a commit.
    """

    commit: str = ""
    author: str = ""
    warnings: tuple[ProjectWarning, ...] = ()


class _Silent(Exception):
    """Git does not say; why, and what mends it."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


def checkout_of(folder: Path) -> Checkout:
    """What git says of the project in a folder."""
    around = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)
    try:
        if around is None or not (head := _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")):
            return Checkout()  # not in git, or nothing was committed yet
        # What headgate itself writes is no edit of a manifest, also where it was added to git.
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".", f":(exclude){HOME}")
        author = _git(folder, "log", "-1", "--format=%an", head)
    except _Silent as silent:
        problem = f"the commit and its author are not known: {silent.why}"
        return Checkout(warnings=(ProjectWarning(WarningCode.COMMIT_UNKNOWN, problem, str(around), silent.hint),))
    return Checkout(head + (DIRTY if changed else ""), author)


def _git(folder: Path, *arguments: str) -> str:
    """What git prints; empty where it has nothing to say. Raises `_Silent`."""
    command = ["git", "-C", str(folder), *arguments]
    secrets = {**os.environ, **_ENVIRONMENT}
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_PATIENCE, env=secrets)
    except subprocess.TimeoutExpired:
        raise _Silent(
            f"`git {arguments[0]}` did not end within {_PATIENCE} s", "is the disk of the repository slow, or gone?"
        ) from None
    except OSError as trouble:
        hint = "install git, or put it on the PATH of headgate"
        raise _Silent(f"git cannot be run: {trouble.strerror or trouble}", hint) from None
    complaint = done.stderr.strip()
    if done.returncode == 0 or not complaint:
        return done.stdout.strip()
    if trust := _TRUST.search(complaint):
        owned = "the repository belongs to another user, and git does not read it (`dubious ownership`)"
        raise _Silent(owned, f"trust it, if you do: `git config --global --add safe.directory {trust[1].strip()}`")
    raise _Silent(f"git says `{complaint.splitlines()[0]}`", f"`git -C {folder} status` shows the same")
