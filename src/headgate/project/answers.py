"""Answers what planning asks: from the store, and from the platforms. No question is decided here.

The store is asked one thing after the other; platforms are asked side by side.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from headgate.applying import Memory
from headgate.errors import ProviderError
from headgate.model.live import JobState, Remembered
from headgate.model.plan import Action, StopWithSavepoint
from headgate.model.store_records import Applied, Intent
from headgate.planning import Compatibility, CompatibilityReport, LastSeen, Quarantined, Question, Revisions, Round
from headgate.providers.port import Provider

_AT_ONCE = 8


class Answers:
    """What the store and the platforms say, for one plan: the same question is asked once.

    `providers` are those of the targets that answered, `report` asks a platform about what would be started.
    """

    def __init__(
        self, memory: Memory, providers: Mapping[str, Provider], report: Callable[[Action], CompatibilityReport]
    ) -> None:
        self._memory = memory
        self._providers = providers
        self._report = report
        self._revisions: dict[Revisions, tuple[Applied, ...]] = {}

    def __call__(self, questions: Round) -> list[Any]:
        """The answers to the questions of one round, in their order."""
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            answers = [
                pool.submit(self._report, question.draft)
                if isinstance(question, Compatibility)
                else self._from_store(question)
                for question in questions
            ]
            return [answer.result() if isinstance(answer, Future) else answer for answer in answers]

    def _from_store(self, question: Question[Any]) -> Any:
        match question:
            case LastSeen():
                return self._last_seen(question)
            case Quarantined(job):
                return self._memory.failing(job)
            case Revisions(job, previous_name):
                if question not in self._revisions:
                    self._revisions[question] = self._memory.history(job, previous_name)
                return self._revisions[question]
            case _:
                raise TypeError(f"nobody answers {question!r}")

    @functools.cached_property
    def _places(self) -> Mapping[str, tuple[str, ...]]:
        return self._memory.places()

    def _last_seen(self, question: LastSeen) -> tuple[Remembered, ...]:
        """A job that does not run on its target, as it was last seen on each target it was ever on."""
        want, memory = question.want, self._memory
        names = [name for name in (want.name, want.previous_name) if name]
        if question.listed and all({want.target}.issuperset(self._places.get(name, ())) for name in names):
            return ()  # it is there to be looked at, and was never anywhere else
        seen = [one for name in names for one in memory.remembered(name, self._places.get(name, ()))]
        unfinished = [intent for name in names for intent in memory.unfinished.get(name, ())]
        stops = [intent for intent in unfinished if intent.step == StopWithSavepoint.name]
        return tuple(self._finished(one, stops) for one in _newest_of_each_target(seen))

    def _finished(self, one: Remembered, stops: list[Intent]) -> Remembered:
        """A job whose stop a run did not see the end of, and that its platform forgot: storage has its savepoint."""
        begun = [stop for stop in stops if (stop.job_id, stop.target) == (one.job.job_id, one.target)]
        if not begun or not one.job.state.active or one.target not in self._providers:
            return one
        try:
            kept = self._providers[one.target].kept(one.job.name)
        except ProviderError:
            return one
        newest = kept.snapshots[0] if kept and kept.snapshots else None
        if newest is None or newest.at < begun[-1].at.timestamp() * 1000:
            return one
        return replace(one, job=replace(one.job, state=JobState.SUSPENDED, snapshot=newest))


def platforms_alone(report: Callable[[Action], CompatibilityReport]) -> Callable[[Round], list[Any]]:
    """Answers where the past does not count: every job is as if nobody had seen it before."""

    def answer(questions: Round) -> list[Any]:
        return [report(one.draft) if isinstance(one, Compatibility) else one.nothing for one in questions]

    return answer


def _newest_of_each_target(seen: Iterable[Remembered]) -> list[Remembered]:
    """What was seen last on each target, by target: an earlier job by one of the two names is not this one."""
    last = {one.target: one for one in sorted(seen, key=lambda one: one.at)}
    return [last[target] for target in sorted(last)]
