"""One run at a time for a job: CI and the loop, or two runs of CI, can meet, and the second one reports who was first.

A lock is held from before the last look at the live job until its last step, renewed while its holder lives, and
checked before every step. A store that falls silent takes no lock away: the run continues. The lock of a process that
was killed ends by itself after `TTL`; on the machine it was killed on, the next run need not wait: it sees that the
process is gone. Without a store there are no locks, and the derived ids of jobs and savepoints still keep every job
single.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from headgate.store import Lock, LockHeld, LockLost, Renewer, Store, StoreError, UnknownLock

TTL = 60.0
_MARK = " #"


class JobLocks:
    """The locks of one run. `tell` is called for a store that does not answer; the run then continues without locks."""

    def __init__(self, store: Store, *, project: str, tell: Callable[[StoreError], None]) -> None:
        self._store = store
        self._project = project
        self._tell = tell
        self._holder = holder()

    @contextmanager
    def held(self, job: str) -> Iterator[Callable[[], None]]:
        """Hold the lock of a job; what is yielded raises LockLost once it is no longer ours. Raises LockHeld."""
        try:
            lock = self._acquired(job)
        except StoreError as trouble:
            self._tell(trouble)
            yield lambda: None
            return
        with Renewer(self._store, lock) as renewer:
            try:
                yield lambda: self._check(renewer)
            finally:
                self._release(renewer.lock)

    def _acquired(self, job: str) -> Lock:
        for again in (True, False):
            got = self._store.acquire(self._project, job, self._holder, ttl=TTL)
            if isinstance(got, Lock):
                return got
            if not (again and is_gone(got.lock.holder)):
                raise LockHeld(for_people(got.lock))
            with suppress(UnknownLock):  # somebody else saw it first
                self._store.break_lock(got.lock.id)
        raise AssertionError("unreachable")

    def _check(self, renewer: Renewer) -> None:
        if renewer.lost.is_set():
            raise LockLost(renewer.lock)
        try:
            try:
                self._store.check(renewer.lock)
            except LockLost:  # or expired while the store was silent, and nobody took it: then it is ours again
                self._store.renew(renewer.lock)
        except StoreError as trouble:
            self._tell(trouble)

    def _release(self, lock: Lock) -> None:
        try:
            self._store.release(lock)
        except StoreError as trouble:
            self._tell(trouble)


def holder() -> str:
    """Who this process is: words for people, and a mark by which a process on this machine is known to be dead."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid())
    pid = os.getpid()
    return f"{user}@{socket.gethostname()} (process {pid}){_MARK}{_place()}-{pid}-{_started(pid)}"


def is_gone(name: str) -> bool:
    """Is the process that calls itself this certainly dead? Only ever true where it ran in our own process table."""
    place, _, process = name.rpartition(_MARK)[2].partition("-")
    pid, _, started = process.partition("-")
    if not (pid.isdigit() and started and place and place == _place()):
        return False
    return _started(int(pid)) != started


def _place() -> str:
    """A digest of this boot and this table of processes; empty where that cannot be distinguished from others."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
        table = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
    return hashlib.sha256(f"{boot}{table}".encode()).hexdigest()[:12]


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot; "gone" if there is none. A pid may be used again."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "gone"
    return "gone" if fields[0] == "Z" else fields[19]


def for_people(lock: Lock) -> Lock:
    """The lock with its holder in words only."""
    return replace(lock, holder=lock.holder.partition(_MARK)[0])
