"""Files of a project: which they are, and that none of them lies outside the repository.

A file that cannot be listed or read is a mistake, never a file that is not there: a job that is missing from git is
a job to cancel.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from headgate.errors import ProjectNotFound, UsageError
from headgate.manifests.globs import is_glob, is_hidden, matches

PROJECT_FILE = "headgate.yaml"
LARGEST = 16 * 1024 * 1024
_SUFFIXES = (".yaml", ".yml")
_UNLINK = "put the file itself into it"
# What no manifest may name: history, credentials of remotes, and what headgate keeps. Some file systems know no case.
_PRIVATE = frozenset({".git", ".headgate"})


class Refused(Exception):
    """A path or file that cannot be used. `line` and `column` are set where a place in the file itself is meant."""

    def __init__(self, problem: str, hint: str = "", *, line: int = 0, column: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.line = line
        self.column = column


class Missing(Refused):
    """There is nothing at a path: what is meant to be there may not have been written yet."""


def absolute(path: Path) -> Path:
    """A path from the root, as somebody who stands in the working directory means it. Raises UsageError if that is
    gone.
    """
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links out of where the user stands
    except FileNotFoundError as gone:
        raise UsageError("the working directory is not there any more", hint="`cd` into a folder that is") from gone


def find_project(start: Path) -> Path:
    """The headgate.yaml of a folder or of the nearest folder above it."""
    begin = absolute(start)
    for folder in (begin, *begin.parents):
        if (file := folder / PROJECT_FILE).is_file():
            return file
    raise ProjectNotFound(
        f"no {PROJECT_FILE} here or in any folder above",
        where=str(begin),
        hint="run `headgate init` to start a project, or name one with `--project FILE`",
    )


def named_project(file: Path) -> Path:
    """The headgate.yaml that was named. Raises ProjectNotFound with its whole path, where it is not."""
    try:
        is_folder = stat.S_ISDIR(file.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        what = "is not there"
    except OSError:
        return file  # reading it says what is the matter
    else:
        if not is_folder:
            return file
        what = "is a folder"
    inside = file / PROJECT_FILE
    hint = f"did you mean `--project {inside}`?" if inside.is_file() else "name a headgate.yaml with `--project FILE`"
    raise ProjectNotFound(f"{file}, which `--project` names, {what}", where=str(absolute(file)), hint=hint)


class Repository:
    """The files a project may use: those in the git repository around it, or else in its own folder."""

    def __init__(self, root: Path) -> None:
        self.root = absolute(root)
        around = (self.root, *self.root.parents)
        self.boundary = next((folder for folder in around if (folder / ".git").exists()), self.root)
        self._real_boundary = os.path.realpath(self.boundary)
        self._real_root = os.path.realpath(self.root)

    def name(self, path: Path) -> str:
        """How a file is called in messages: relative to the project, with forward slashes."""
        return Path(os.path.relpath(path, self.root)).as_posix()

    def name_inside(self, path: Path) -> str:
        """The path of a file in the repository, the same wherever the project stands in it."""
        return Path(os.path.relpath(path, self.boundary)).as_posix()

    def path(self, folder: Path, written: str) -> Path:
        """The path that a text in a file of `folder` names. Raises `Refused` when it leaves the repository."""
        if not written or "\0" in written:
            raise Refused("expected a path, found no usable text")
        joined = os.path.normpath(folder / written)
        if Path(written).is_absolute() or not _within(joined, str(self.boundary)):
            raise Refused(f"`{written}` is outside the repository", "use a relative path to a file inside it")
        if not _within(os.path.realpath(joined), self._real_boundary):
            raise Refused(f"`{written}` is a link that leaves the repository", _UNLINK)
        if self._is_private(joined):
            raise Refused(
                f"`{written}` is in .git or .headgate, which no manifest may read", "name a file of the project"
            )
        return Path(joined)

    def _is_private(self, path: str) -> bool:
        """Is it in a folder that no manifest may read, as written or behind links? Counted from the project's root."""
        ways = (os.path.relpath(path, self.root), os.path.relpath(os.path.realpath(path), self._real_root))
        return any(not _PRIVATE.isdisjoint(part.casefold() for part in Path(way).parts) for way in ways)

    def below(self, folder: Path, written: str) -> str:
        """How a file that is not beside a manifest in `folder`, but below the project's root, is named there; or ""."""
        try:
            found = self.path(self.root, written)
        except Refused:
            return ""
        return Path(os.path.relpath(found, folder)).as_posix() if found.is_file() else ""

    def manifests(self, entry: str) -> tuple[list[Path], list[Refused]]:
        """The manifests of one entry of `jobs:`, sorted, and what under it cannot be used. Raises `Refused`."""
        if is_glob(entry):
            self.path(self.root, str(Path(re.split(r"[*?[]", entry)[0] + "x").parent))
            starts = list(self._glob(entry))
        else:
            start = self.path(self.root, entry)
            starts = [start]
            if _is_missing(start):
                raise Missing(f"there is no `{entry}`", "create the folder, or correct the path")
        found = [file for start in starts for file in self._under(start)]
        if not found and is_glob(entry):
            raise Missing(f"`{entry}` matches no manifest", "name a folder, or a glob of .yaml files")
        paths = {file for file in found if isinstance(file, Path)}
        return sorted(paths), [refused for refused in found if isinstance(refused, Refused)]

    def _glob(self, entry: str) -> Iterator[Path | Refused]:
        try:
            for match in matches(self.root, entry):
                if isinstance(match, OSError):
                    yield self._unlisted(match)
                else:
                    yield self.path(self.root, self.name(match))
        except ValueError as error:
            raise Refused(f"`{entry}` is not a glob: {error}") from error

    def _under(self, start: Path | Refused) -> Iterator[Path | Refused]:
        """Every manifest at or under a path."""
        if isinstance(start, Refused):
            yield start
            return
        try:
            yield from self._files(start)
        except OSError as error:
            yield self._unlisted(error)

    def _files(self, path: Path, above: frozenset[str] = frozenset()) -> Iterator[Path | Refused]:
        """Every manifest at or under a path. Linked folders are followed, in a circle once."""
        if not _is_folder(path):
            if path.suffix in _SUFFIXES:
                yield path
            return
        real = os.path.realpath(path)
        if real in above:
            return
        try:
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError as error:
            yield self._unlisted(error)
            return
        for entry in entries:
            inner = Path(entry.path)
            if is_hidden(entry.name) or not (entry.is_dir() or inner.suffix in _SUFFIXES):
                continue
            if entry.is_symlink() and not _within(os.path.realpath(inner), self._real_boundary):
                yield Refused(f"`{self.name(inner)}` is a link that leaves the repository", _UNLINK)
            elif entry.is_symlink() and self._is_private(str(inner)):
                yield Refused(f"`{self.name(inner)}` is a link into .git or .headgate", _UNLINK)
            elif entry.is_dir():
                yield from self._files(inner, above | {real})
            else:
                yield inner

    def _unlisted(self, trouble: OSError) -> Refused:
        return Refused(f"`{self.name(Path(trouble.filename))}` cannot be listed: {trouble.strerror}")


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_missing(path: Path) -> bool:
    """Does this path certainly not exist?"""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _is_folder(path: Path) -> bool:
    """Is this a folder? Raises OSError where that cannot be found out."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def content(path: Path) -> bytes:
    """The bytes of a regular file. Raises `Refused`."""
    try:
        with open(path, "rb", buffering=0, opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if stat.S_ISDIR(status.st_mode):
                raise Refused("expected a file, found a folder")
            if not stat.S_ISREG(status.st_mode):
                raise Refused("expected a file, found something that is not a regular file")
            if status.st_size > LARGEST:
                raise Refused(f"{status.st_size / 1024**2:.0f} MB large; the most is {LARGEST // 1024**2} MB")
            return file.readall()
    except FileNotFoundError as error:
        raise Refused("there is no such file") from error
    except IsADirectoryError as error:
        raise Refused("expected a file, found a folder") from error
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from error


def text(path: Path) -> str:
    """The text of a UTF-8 file, lines ended by a newline alone. Raises `Refused`."""
    raw = content(path)
    try:
        decoded = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8-sig", "replace")) + 1
        raise Refused(
            f"not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start}",
            "save the file as UTF-8",
            line=line,
            column=column,
        ) from error
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def legible(path: Path) -> str:
    """What can be read of a file that is no text, the rest replaced; nothing of one that cannot be read at all."""
    try:
        return re.sub(r"\r\n?", "\n", content(path).decode("utf-8-sig", "replace"))
    except Refused:
        return ""


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, with its folders. Raises OSError; FileExistsError where there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def rewrite(path: Path, text: str) -> None:
    """Write a file again whose `text` was read, with its own line ends; all of it or nothing. Raises OSError."""
    real = Path(os.path.realpath(path))
    old = real.read_bytes()
    if b"\r\n" in old:
        text = text.replace("\n", "\r\n")
    new = real.with_name(f".{real.name}.headgate")
    try:
        new.write_bytes((b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b"") + text.encode())
        new.chmod(real.stat().st_mode)
        new.replace(real)
    finally:
        new.unlink(missing_ok=True)


def _without_waiting(path: str, flags: int) -> int:
    """A named pipe is refused, not waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
