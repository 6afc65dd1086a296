"""The remote steps of each operation: the requests at which a fault is done.

Those of a simulator are recorded: `steps/PLATFORM.json` says what a run without a fault asks, and a test that it still
is so. After an adapter has changed, `python -m tests.faults.steps [PLATFORM...]` records again.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.proxy import ON_THE_WIRE, Asked, Fault, Harm

_FOLDER = Path(__file__).with_name("steps")
_ID = re.compile(r"(?<=/)(?:-?\d+|[0-9a-fA-F]{16,})(?=/|$)")
# A read is repeated whatever is the matter with its answer; these three end in three different ways.
_TO_A_READ = (Harm.KILL_BEFORE_REQUEST, Harm.UNAVAILABLE, Harm.HANG)

# What a run asks: the shapes of its requests, each with the numbers of writes that had come before it.
Recorded = dict[str, dict[str, list[int]]]


@dataclass(frozen=True, slots=True)
class Step:
    """One remote step: the first request that is `at` it after so many writes, or after each of `then`."""

    name: str
    at: Callable[[str], bool]
    harms: tuple[Harm, ...] = ON_THE_WIRE
    writes: int | None = None
    then: tuple[Callable[[str], bool], ...] = ()

    def fault(self, harm: Harm, times: int, kill: Callable[[], None]) -> Fault:
        """This harm at this step."""
        return Fault(self.at, harm, times, kill, self.writes, self.then)


def shape(line: str) -> str:
    """A request without its query, and with a star for each id."""
    return _ID.sub("*", line.partition("?")[0])


def named(steps: Mapping[str, str]) -> tuple[Step, ...]:
    """Steps by regular expressions: `POST .*/run > GET .*/status` is the first such GET after such a POST."""
    made = []
    for name, reported in steps.items():
        *then, at = map(_matching, reported.split(" > "))
        made.append(Step(name, at, then=tuple(then)))
    return tuple(made)


def recorded(platform: str) -> dict[str, tuple[Step, ...]]:
    """The steps of every operation on a simulator.

    Every write meets every harm. A read is harmed once after the same write, in the first operation that has it.
    """
    known: set[tuple[str, str]] = set()
    found = {}
    for operation, asked in _read(platform).items():
        writes = {at: line for line, times in asked["writes"].items() for at in times}
        steps = [Step(f"write-{at}-{_word(line)}", _shaped(line), writes=at) for at, line in sorted(writes.items())]
        for line, times in asked["reads"].items():
            for at in times:
                place = (writes.get(at - 1, ""), line)
                if place not in known:
                    known.add(place)
                    steps.append(Step(f"read-{at}-{_word(line)}", _shaped(line), _TO_A_READ, at))
        found[operation] = tuple(steps)
    return found


def summary(asked: Iterable[Asked], writes: Callable[[str], bool]) -> Recorded:
    """What was asked, as it is recorded."""
    reported: dict[bool, dict[str, set[int]]] = {True: {}, False: {}}
    for one in asked:
        reported[writes(one.line)].setdefault(shape(one.line), set()).add(one.writes_before)
    writing = dict(sorted(reported[True].items(), key=lambda item: min(item[1])))
    return {
        "writes": {line: sorted(at) for line, at in writing.items()},
        "reads": {line: sorted(at) for line, at in sorted(reported[False].items())},
    }


def expected(platform: str, operation: str) -> Recorded:
    """What was recorded of an operation."""
    return _read(platform)[operation]


def _matching(pattern: str) -> Callable[[str], bool]:
    found = re.compile(pattern)
    return lambda line: found.search(line) is not None


def _shaped(wanted: str) -> Callable[[str], bool]:
    return lambda line: shape(line) == wanted


def _word(line: str) -> str:
    method, _, path = line.partition(" ")
    return f"{method}-{'-'.join(part for part in path.split('/') if part not in ('', '*'))}"


def _read(platform: str) -> dict[str, Recorded]:
    file = _FOLDER / f"{platform}.json"
    known: dict[str, Recorded] = json.loads(file.read_text("utf-8"))
    return known


def record(platform: str) -> None:
    """Run every operation without a fault, and write down what it asks."""
    from tests.faults.operations import OPERATIONS
    from tests.faults.platforms import SIMULATED
    from tests.faults.workspace import asked_by

    reported = {}
    for operation in OPERATIONS.values():
        with tempfile.TemporaryDirectory() as folder, SIMULATED[platform]() as there:
            reported[operation.name] = asked_by(Path(folder) / "repo", there, operation)
    _FOLDER.mkdir(exist_ok=True)
    rows = json.dumps(reported, indent=1)
    rows = re.sub(r"\[\s*([\d,\s]+?)\s*\]", lambda found: f"[{' '.join(found[1].split())}]", rows)
    (_FOLDER / f"{platform}.json").write_text(f"{rows}\n", "utf-8")


if __name__ == "__main__":
    from tests.faults.platforms import SIMULATED

    for each in sys.argv[1:] or SIMULATED:
        record(each)
