"""Globs in `jobs:`, walked so that a folder that cannot be looked into is reported.

`Path.glob` takes such a folder for an empty one, and then the jobs in it have left git.
"""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

_SPECIAL = frozenset("*?[")
_ANY_DEPTH = "**"


def is_glob(entry: str) -> bool:
    """Does it match names, or is it one?"""
    return bool(_SPECIAL & set(entry))


def is_hidden(name: str) -> bool:
    """Is it a name that no glob and no folder listing finds?"""
    return name.startswith(".") and name not in (".", "..")


def matches(root: Path, entry: str) -> Iterator[Path | OSError]:
    """What a glob under `root` matches, hidden names left out, and the trouble with each folder that was to be listed.

    `**` is any number of folders, links not followed. Raises ValueError for what is no glob.
    """
    parts = [part for part in entry.split("/") if part not in ("", ".")]
    if any(_ANY_DEPTH in part and part != _ANY_DEPTH for part in parts):
        raise ValueError("`**` stands alone between slashes")
    once = [part for part, same in groupby(parts) for _ in ([0] if part == _ANY_DEPTH else same)]
    for match in _matches(root, tuple(once)):
        if isinstance(match, OSError) or not entry.endswith("/") or match.is_dir():
            yield match


def _matches(folder: Path, parts: tuple[str, ...]) -> Iterator[Path | OSError]:
    if not parts:
        yield folder
        return
    part, rest = parts[0], parts[1:]
    if part == _ANY_DEPTH:
        yield from _matches(folder, rest)
    elif not is_glob(part):
        yield from _named(folder / part, rest)
        return
    try:
        with os.scandir(folder) as listed:
            entries = sorted((entry for entry in listed if not is_hidden(entry.name)), key=lambda entry: entry.name)
        for entry in entries:
            inner = Path(entry.path)
            if part == _ANY_DEPTH and entry.is_dir(follow_symlinks=False):
                yield from _matches(inner, parts)
            elif part != _ANY_DEPTH and fnmatch.fnmatch(entry.name, part) and (not rest or entry.is_dir()):
                yield from _matches(inner, rest)
    except OSError as trouble:
        yield trouble


def _named(path: Path, rest: tuple[str, ...]) -> Iterator[Path | OSError]:
    """A part of a glob that is a name: there, not there, or nobody can tell."""
    if is_hidden(path.name):
        return
    try:
        found = path.lstat() if not rest else path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as trouble:
        yield trouble
        return
    if not rest or stat.S_ISDIR(found.st_mode):
        yield from _matches(path, rest)
