"""Which commit the manifests are at, as git says; a folder that is not in git has none."""

from __future__ import annotations

import subprocess
from pathlib import Path

from headgate.model.wording import DIRTY


def commit_of(folder: Path) -> str:
    """The full hash of HEAD, with `-dirty` if tracked files differ from it; empty without git or a commit."""
    try:
        head = _git(folder, "rev-parse", "HEAD")
        return head + (DIRTY if _git(folder, "status", "--porcelain", "--untracked-files=no", ".") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def author_of(folder: Path) -> str:
    """Who wrote the commit at HEAD, by name; empty without git or a commit."""
    try:
        return _git(folder, "log", "-1", "--format=%an")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=20
    )
    return done.stdout.strip()
