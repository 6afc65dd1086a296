"""The running count of one job, and the snapshots it left: did it ever go on from less than the newest one?

Read from outside: from what the job printed, and from the folders that savepoints and checkpoints are in. A snapshot
holds every row that was printed before its folder was made. So what was printed at the look before it was first seen is
the least that a restore of it has to go on from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Snapshot:
    """A savepoint or checkpoint, and the least count it can have."""

    folder: Path
    least: int
    complete: bool = False

    @property
    def there(self) -> bool:
        return (self.folder / "_metadata").exists()


@dataclass(frozen=True, slots=True)
class Restore:
    """The count began again from `count`, when the newest snapshot that was there had at least `least`."""

    count: int
    least: int
    newest: str


class Counts:
    """What was seen of the count since this was made; `look` as often as possible."""

    def __init__(self, project: str, outputs: Callable[[], list[Path]], savepoints: Path, checkpoints: Path) -> None:
        self._row = re.compile(rf"^{project}(?::\d+)?> \+[IU]\[.*?(\d+)\]$", re.MULTILINE)
        self._outputs = outputs
        self._savepoints = savepoints / "headgate" / project
        self._checkpoints = checkpoints
        self._others = set(self._jobs())
        self._jobs_seen = set(self._others)
        self._read: dict[Path, int] = {}
        self._snapshots: dict[Path, Snapshot] = {}
        self._settled = False
        self.rows = 0
        self.last = 0
        self.restores: list[Restore] = []

    @property
    def newest(self) -> Snapshot | None:
        """The newest snapshot that can be restored."""
        return next((one for one in reversed(self._snapshots.values()) if one.complete and one.there), None)

    def look(self, *, steady: bool) -> None:
        """`steady`: the cluster answers, and no job of this name is on its way somewhere."""
        newest, printed = self.newest, self.last
        counts = list(self._new_counts())
        for count in counts:
            self.rows += 1
            if count <= self.last:
                least, path = (newest.least, str(newest.folder)) if newest else (0, "none")
                self.restores.append(Restore(count - 1, least, path))
                printed = min(printed, count - 1)
            self.last = count
        jobs = self._jobs() - self._jobs_seen
        self._jobs_seen |= jobs
        # What a job that has just begun again holds is not what was printed last, until it has printed something.
        self._settled = steady and not jobs and (self._settled or bool(counts))
        self._note(printed if self._settled else min(printed, newest.least if newest else 0))

    def require(self, *, consented: int, forgotten: bool) -> None:
        """Fails if the count ever went on from less than was kept, or began again without consent.

        `forgotten`: nothing but a start by headgate can have begun it again.
        """
        allowed = consented
        for restore in self.restores:
            if restore.count == 0 and allowed:
                allowed -= 1
                continue
            assert restore.count >= restore.least, f"an old state was restored: {restore}, of {self.restores}"
            assert restore.count or not forgotten, f"the count began again without consent: {self.restores}"

    def _note(self, least: int) -> None:
        for folder in self._folders():
            snapshot = self._snapshots.get(folder)
            if snapshot is None:
                snapshot = self._snapshots[folder] = Snapshot(folder, least)
            snapshot.complete = snapshot.complete or snapshot.there

    def _jobs(self) -> set[str]:
        """The ids of the jobs that have a folder for checkpoints: made as soon as the job is."""
        return {folder.name for folder in self._checkpoints.iterdir()}

    def _folders(self) -> list[Path]:
        """Of this job, the folders that are, or will be, a snapshot each; those of other jobs were there before."""
        mine = self._jobs() - self._others
        found = [folder for job in mine for folder in (self._checkpoints / job).glob("chk-*")]
        return sorted([*found, *self._savepoints.glob("**/savepoint-*")], key=_made)

    def _new_counts(self) -> Iterator[int]:
        """The counts of the whole lines that were printed since the last look."""
        for output in self._outputs():
            done = self._read.get(output, 0)
            with output.open("rb") as file:
                file.seek(done)
                text = file.read()
            text = text[: text.rfind(b"\n") + 1]
            self._read[output] = done + len(text)
            for row in self._row.findall(text.decode("utf-8", "replace")):
                yield int(row)


def _made(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
