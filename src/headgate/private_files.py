"""Files under a project's `.headgate/` are for the user who runs headgate alone.

They hold statements, addresses, paths of savepoints and the history of every job; on a machine that others use, too,
what a umask leaves open is read by them. Folders are 0700 and files 0600, also those that an older version made.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

HOME = ".headgate"
# For processes that write files there themselves.
UMASK = 0o077
_FOLDER, _FILE = 0o700, 0o600


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it; it, and what is above it from `.headgate` on, is its owner's alone."""
    line = [folder, *folder.parents]
    homes = [at for at, one in enumerate(line) if one.name == HOME]
    for one in reversed(line[: homes[0] + 1 if homes else 1]):
        one.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
        with contextlib.suppress(OSError):  # another user's: that one decides
            one.chmod(_FOLDER)


def private_file(file: Path) -> None:
    """Make a file that is not there, empty; it is its owner's alone. Raises OSError if it cannot be made."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, _FILE))
    with contextlib.suppress(OSError):
        file.chmod(_FILE)


def write_private(file: Path, text: str) -> None:
    """Write a file that is its owner's alone, before anything is in it."""
    private_file(file)
    file.write_text(text, encoding="utf-8")
