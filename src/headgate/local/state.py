"""What `up` started, remembered under `.headgate/flink/`, and the lock that keeps commands from racing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from headgate.errors import LocalFlinkError
from headgate.local.processes import Process
from headgate.private_files import private_folder, write_private

ROLES = ("jobmanager", "taskmanager")


@dataclass(frozen=True, slots=True)
class Started:
    """One cluster as it was started; either process may have died since. `flink` is the folder of its distribution."""

    version: str
    port: int
    slots: int
    processes: tuple[Process, ...]
    flink: str = ""

    @property
    def alive(self) -> bool:
        return len(self.processes) == len(ROLES) and all(process.alive for process in self.processes)


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one local cluster. Savepoints and checkpoints stay when the cluster ends."""

    root: Path

    @property
    def conf(self) -> Path:
        return self.root / "conf"

    @property
    def config_file(self) -> Path:
        return self.conf / "config.yaml"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    @property
    def state_file(self) -> Path:
        return self.root / "flink.json"

    @property
    def log_files(self) -> tuple[Path, ...]:
        return tuple(self.log / f"{role}.{kind}" for role in ROLES for kind in ("log", "out"))

    def make(self) -> None:
        for name in ("conf", "log", "tmp", "upload", "savepoints", "checkpoints"):
            private_folder(self.root / name)


def read(home: Home) -> Started | None:
    """What was started here. An unreadable note is an error: to start again might leave two clusters."""
    try:
        known = json.loads(home.state_file.read_text(encoding="utf-8"))
        processes = tuple(Process(int(each["pid"]), str(each["started"])) for each in known["processes"])
        flink = str(known.get("flink", ""))
        return Started(str(known["version"]), int(known["port"]), int(known["slots"]), processes, flink)
    except FileNotFoundError:
        return None
    except OSError as trouble:
        raise _unusable(home, trouble) from trouble
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise LocalFlinkError(
            "the note of what was started here cannot be read, so nothing was started or ended",
            where=str(home.state_file),
            hint=f"end the two java processes of this folder yourself, then delete {home.state_file}",
        ) from exc


def write(home: Home, started: Started) -> None:
    """Whole or not at all: a reader never sees half a file."""
    draft = home.state_file.with_suffix(".new")
    write_private(draft, json.dumps(asdict(started), indent=1) + "\n")
    draft.replace(home.state_file)


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """One command at a time in this folder; the second waits. The lock dies with its holder.

    Raises LocalFlinkError where the folder, or a file in it, cannot be used by what is done meanwhile.
    """
    import fcntl  # not on Windows, where this module must still import

    try:
        private_folder(home.root)
        descriptor = os.open(home.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
    except OSError as trouble:
        raise _unusable(home, trouble) from trouble


def _unusable(home: Home, trouble: OSError) -> LocalFlinkError:
    return LocalFlinkError(
        f"the folder of the Flink on this machine cannot be used: {trouble.strerror or trouble}",
        where=str(trouble.filename or home.root),
        hint=f"{home.root} must be a folder that you may write to, on a disk with room",
    )
