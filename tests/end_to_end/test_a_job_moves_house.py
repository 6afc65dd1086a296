"""`target:` was edited: the job is stopped there and started here, never in two places, whatever cuts it short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headgate.errors import OutcomeUnknown
from headgate.model.live import JobState, Live
from headgate.model.outcome import Outcome
from headgate.model.plan import Action, RestoreKind, Verb, Verdict
from headgate.model.project import Target
from headgate.model.reasons import Reason
from headgate.project import Headgate
from headgate.providers.registry import open_provider
from headgate.testing.dinky import DinkySimulator
from headgate.testing.memory import MemoryPlatform
from headgate.testing.server import SimulatedServer
from tests.end_to_end.houses import ENVIRON, QUICK, SIMULATORS, TARGETS, manifest

_WRITES = ("submit", "update", "stop_with_savepoint", "cancel")


class Killed(BaseException):
    """The process is gone: nothing it would have done next is done."""


@dataclass
class Cut:
    """Where a run is cut short: at its call of this number, before it, after it, or only its reply is lost."""

    left: int = -1
    how: str = "after"
    done: bool = False

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        if self.done and self.how != "lost":
            raise Killed  # on no thread
        here, self.left = self.left == 0, self.left - 1
        self.done = self.done or here
        if here and self.how == "before":
            raise Killed
        result = call()
        if here and self.how == "after":
            raise Killed
        if here and name in _WRITES:
            raise OutcomeUnknown("the reply was lost", where=name)
        return result


class Watched:
    """A provider; both houses are looked at after each of its calls."""

    def __init__(self, inner: Any, street: Street) -> None:
        self._inner = inner
        self._street = street

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found) or name == "close":
            return found

        def called(*arguments: Any, **named: Any) -> Any:
            try:
                reported = self._street.cut.around(name, lambda: found(*arguments, **named))
                if name == "submit" and self._street.cursed == self._inner.name:
                    self._street.fail(self._inner.name)
                return reported
            finally:
                self._street.seen.add(self._street.copies())

        return called


@dataclass
class Street:
    """Two houses, `old` and `new`, a project whose job lives in one of them, and all numbers of copies ever seen.

    In the `cursed` house no job lives long.
    """

    root: Path
    kinds: dict[str, str]
    houses: dict[str, Any]
    cut: Cut = field(default_factory=Cut)
    seen: set[int] = field(default_factory=set)
    cursed: str = ""

    def fail(self, where: str) -> None:
        """The job there ends by itself."""
        house = self.houses[where]
        fail = house.fail if isinstance(house, MemoryPlatform) else house.fail_job
        fail("orders")

    def open_provider(self, target: Target, *, project: str, cache: Path | None) -> Any:
        house = self.houses[target.name]
        inner = house if isinstance(house, MemoryPlatform) else open_provider(target, project=project, cache=cache)
        return Watched(inner, self)

    def move(self, where: str, *, consent: str = "") -> None:
        """Write the manifest with this target."""
        kind = self.kinds[where]
        more = f"savepoint: {{accept: [{consent}]}}" if consent else ""
        text = manifest("flink" if kind == "memory" else kind, name="orders", more=more)
        old = f"target: {'flink' if kind == 'memory' else kind}\n"
        (self.root / "jobs").mkdir(exist_ok=True)
        (self.root / "jobs" / "orders.yaml").write_text(text.replace(old, f"target: {where}\n"), "utf-8")

    def planned(self) -> Action:
        with Headgate.open(self.root) as headgate:
            [action] = headgate.plan(wait=2).actions
            return action

    def applied(self) -> tuple[Outcome, str]:
        with Headgate.open(self.root) as headgate:
            [result] = headgate.apply(headgate.plan(wait=2), patience=QUICK).results
            return result.outcome, result.detail

    def copies(self) -> int:
        return sum(len(house.running("orders")) for house in self.houses.values())

    def age(self, where: str) -> int:
        """How many starts the state of the one copy there has survived."""
        found = self.houses[where].ages("orders")
        return max(found.values()) if isinstance(found, dict) else int(found)

    def settled(self, where: str) -> None:
        """One copy, in that house, and nothing left to do."""
        action = self.planned()
        assert (action.verb, action.target) == (Verb.KEEP, where), action
        assert {name: len(house.running("orders")) for name, house in self.houses.items()} == {
            name: int(name == where) for name in self.houses
        }
        assert self.seen <= {0, 1}


@contextmanager
def street(
    root: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, *, shared: bool = False
) -> Iterator[Street]:
    """Two houses of these kinds, the job applied in the old one; `shared` if both read the same storage."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as stack:
        houses: dict[str, Any] = {}
        for name, kind in (("old", old), ("new", new)):
            houses[name] = MemoryPlatform(name) if kind == "memory" else stack.enter_context(SIMULATORS[kind]())
        if shared and isinstance(houses["old"], DinkySimulator):
            houses["new"].engine.snapshots = houses["old"].engine.snapshots
        elif shared:
            houses["new"].share_storage(houses["old"])
        made = Street(root, {"old": old, "new": new}, houses)
        lines = [f"  {name}: {{{_target(made.kinds[name], house)}}}\n" for name, house in houses.items()]
        text = f"project: payments\nsafety: {{settle_time: 0s}}\ntargets:\n{''.join(lines)}"
        root.mkdir(parents=True)
        (root / "headgate.yaml").write_text(text, "utf-8")
        monkeypatch.setattr("headgate.project.headgate.open_provider", made.open_provider)
        for house in houses.values():
            if isinstance(house, DinkySimulator):
                monkeypatch.setenv("DINKY_PASSWORD", house.password)
        made.move("old")
        assert made.applied() == (Outcome.APPLIED, "")
        yield made


def _target(kind: str, house: Any) -> str:
    if kind == "memory":
        return TARGETS["flink"].format(url=f"http://{house.name}.invalid")
    return TARGETS[kind].format(url=house.url)


# Together with the consent that each needs, and whether the state goes along then.
HOUSES = [
    pytest.param("memory", "memory", True, "", True, id="one storage"),
    pytest.param("memory", "memory", False, "lost", False, id="two storages"),
    pytest.param("dinky", "dinky", True, "unknown", True, id="nobody can tell before"),
    pytest.param("dli", "dli", False, "lost", False, id="dli keeps it for the job"),
    pytest.param("cs", "dli", False, "lost", False, id="cs to dli"),
    pytest.param("dli", "foas", False, "lost", False, id="dli to foas"),
    pytest.param("foas", "dinky", False, "lost", False, id="foas to dinky"),
    pytest.param("dinky", "cs", False, "lost", False, id="dinky to cs"),
]


@pytest.mark.parametrize(("old", "new", "shared", "consent", "state_goes_along"), HOUSES)
def test_a_move_takes_the_state_along_or_asks_first(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    shared: bool,
    consent: str,
    state_goes_along: bool,
) -> None:
    """Where the new house cannot read what the old one wrote, nothing is stopped without written consent."""
    with street(tmp_path / "repo", monkeypatch, old, new, shared=shared) as made:
        made.move("new")
        if consent:
            asked = made.planned()
            assert (asked.verb, asked.reason) == (Verb.BLOCKED, Reason.MOVED)
            assert asked.state is not None
            assert asked.state.verdict is Verdict(consent)
            assert made.applied()[0] is Outcome.BLOCKED
            assert len(made.houses["old"].running("orders")) == 1
            made.move("new", consent=consent)

        action = made.planned()
        outcome = made.applied()

        assert (action.verb, action.reason, action.source) == (Verb.RESTART, Reason.MOVED, "old")
        assert action.restore is not None
        assert (action.restore.kind is RestoreKind.FRESH) is not state_goes_along
        assert outcome == (Outcome.APPLIED, "")
        made.settled("new")
        assert not state_goes_along or made.age("new") == 1


@pytest.mark.full
@pytest.mark.parametrize(("old", "new", "shared", "consent", "state_goes_along"), HOUSES)
def test_a_job_that_cannot_live_in_its_new_house_goes_back(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    shared: bool,
    consent: str,
    state_goes_along: bool,
) -> None:
    """With the state that it left the old one with, and not a second time until the manifest changes."""
    with street(tmp_path / "repo", monkeypatch, old, new, shared=shared) as made:
        made.move("new", consent=consent)
        made.cursed = "new"

        outcome, reported = made.applied()

        assert (outcome, "runs again on target 'old'" in reported) == (Outcome.FAILED, True), reported
        assert made.copies() == len(made.houses["old"].running("orders")) == 1
        assert made.age("old") == 1
        assert made.planned().reason is Reason.REVISION_FAILING
        assert made.seen <= {0, 1}


def test_a_job_may_move_there_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the job left in the first house is older than what it brings back."""
    with street(tmp_path / "repo", monkeypatch, "memory", "memory", shared=True) as made:
        for trip, where in enumerate(("new", "old", "new", "old"), start=1):
            made.move(where)
            assert made.applied() == (Outcome.APPLIED, "")
            made.settled(where)
            assert made.age(where) == trip


@pytest.mark.full
@pytest.mark.parametrize("how", ["before", "after", "lost"])
def test_a_move_that_is_cut_short_anywhere_is_finished_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Killed at any of its calls, or with any of its replies lost: one copy at most, and then one with its state."""
    for at in range(100):
        with street(tmp_path / f"repo-{at}", monkeypatch, "memory", "memory", shared=True) as made:
            made.move("new")
            cut_short(made, Cut(at, how))
            if not made.cut.done:
                break
            made.cut = Cut()
            again = finished(made)
            assert again[0] in (Outcome.APPLIED, Outcome.KEPT), (at, again)
            made.settled("new")
            assert made.age("new") == 1, at
    assert at > 10


@pytest.mark.full
@pytest.mark.parametrize("how", ["before", "after", "lost"])
@pytest.mark.parametrize(
    ("old", "new", "shared", "consent"), [("dinky", "dinky", True, "unknown"), ("cs", "dli", False, "lost")]
)
def test_a_move_between_platforms_that_is_cut_short_is_finished_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, shared: bool, consent: str, how: str
) -> None:
    """The same on simulators, with all their oddities."""
    for at in range(100):
        with street(tmp_path / f"repo-{at}", monkeypatch, old, new, shared=shared) as made:
            made.move("new", consent=consent)
            cut_short(made, Cut(at, how))
            if not made.cut.done:
                break
            made.cut = Cut()
            again = finished(made)
            assert again[0] in (Outcome.APPLIED, Outcome.KEPT), (at, again)
            made.settled("new")
            assert not shared or made.age("new") == 1, at
    assert at > 10


def finished(made: Street) -> tuple[Outcome, str]:
    """Run again; where the job moved on by itself between a plan and its apply, which is refused, once more."""
    for _ in range(4):
        outcome = made.applied()
        if outcome[0] is not Outcome.REFUSED:
            break
    return outcome


def cut_short(made: Street, cut: Cut) -> None:
    """Apply until the cut, or to the end where it never comes."""
    made.cut = cut
    try:
        made.applied()
    except Killed:
        return


def killed(*arguments: Any) -> str:
    """In place of a call that the process did not live to make."""
    raise Killed


def test_an_old_house_that_is_silent_keeps_its_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows whether it still runs there, so it is not started here."""
    with street(tmp_path / "repo", monkeypatch, "memory", "memory", shared=True) as made:
        made.move("new")
        made.houses["old"].silent = "no connection"

        action = made.planned()

        assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.LIVES_ELSEWHERE)
        assert made.applied()[0] is Outcome.BLOCKED
        assert made.houses["new"].running("orders") == []


def test_an_old_house_may_burn_down_behind_a_job_that_has_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was stopped there with a savepoint before the run was killed: what it left is all that is needed."""
    with street(tmp_path / "repo", monkeypatch, "memory", "memory", shared=True) as made:
        made.move("new")
        with monkeypatch.context() as patched:
            patched.setattr(MemoryPlatform, "submit", killed)
            cut_short(made, Cut())
        assert made.copies() == 0
        made.houses["old"].silent = "no connection"

        assert made.applied() == (Outcome.APPLIED, "")
        assert made.age("new") == 1
        made.houses["old"].silent = ""
        made.settled("new")


def test_a_job_that_is_suspended_moves_when_it_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its savepoint waits where it was taken."""
    with street(tmp_path / "repo", monkeypatch, "memory", "memory", shared=True) as made:
        file = made.root / "jobs" / "orders.yaml"
        file.write_text(file.read_text() + "state: suspended\n")
        made.applied()
        [live] = [each.live for each in made.houses["old"].jobs.values()]
        assert (live.state, made.copies()) == (JobState.SUSPENDED, 0)
        made.move("new")

        assert made.applied() == (Outcome.APPLIED, "")
        made.settled("new")
        assert made.age("new") == 1


def test_simulators_are_watched_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests go by is counted by the platforms, not by headgate."""
    with street(tmp_path / "repo", monkeypatch, "dinky", "dli") as made:
        assert isinstance(made.houses["old"], SimulatedServer)
        assert made.seen == {0, 1}
        assert isinstance(made.planned().live, Live)
