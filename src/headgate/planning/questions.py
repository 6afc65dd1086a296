"""What planning asks while it decides. It asks nobody itself: a decision is a generator, its questions are values.

A decision about one job yields one question at a time and is sent the answer, so it reads from top to bottom like any
rule. `plan` decides on all jobs side by side and yields the questions of one round together; `project` answers them,
from the store and from the platforms, and `answered` brings the two together. Each question says what its answer is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from headgate.model.live import Remembered
from headgate.model.plan import Action
from headgate.model.spec import JobSpec
from headgate.model.store_records import Applied, Failing
from headgate.planning.compatibility import CompatibilityReport

T = TypeVar("T")


class Question(Generic[T]):
    """Something that planning does not know by itself. Its answer is a T; `nothing` is that of nobody knowing."""

    nothing: ClassVar[Any] = ()


@dataclass(frozen=True, slots=True)
class LastSeen(Question[tuple[Remembered, ...]]):
    """Where was a job seen last, on each target it was ever on? Asked of one that does not run where git wants it.

    `listed`: its target lists it, as one that has ended.
    """

    want: JobSpec
    listed: bool


@dataclass(frozen=True, slots=True)
class Quarantined(Question[Failing | None]):
    """Which manifest of this job did not settle, and is not tried again?"""

    nothing: ClassVar[Any] = None
    job: str


@dataclass(frozen=True, slots=True)
class Revisions(Question[tuple[Applied, ...]]):
    """What was put to a platform for this job before? Newest first; those under its previous name come last."""

    job: str
    previous_name: str = ""


@dataclass(frozen=True, slots=True)
class Compatibility(Question[CompatibilityReport]):
    """What does the platform say of the start in this draft, and storage of the state it needs?

    The last question about a job: what is decided on the answer is final.
    """

    draft: Action


Asking: TypeAlias = Generator[Question[Any], Any, T]
Round: TypeAlias = tuple[Question[Any], ...]
Rounds: TypeAlias = Generator[Round, Sequence[Any], T]


def asked(question: Question[T]) -> Asking[T]:
    """The answer to a question: `answer = yield from asked(question)`."""
    answer: T = yield question
    return answer


def answered(rounds: Rounds[T], answer: Callable[[Round], Sequence[Any]]) -> T:
    """What a plan comes to: `answer` is given the questions of each round, and returns the answers in their order."""
    try:
        questions = next(rounds)
        while True:
            questions = rounds.send(answer(questions))
    except StopIteration as end:
        made: T = end.value
        return made


def one_by_one(asking: Asking[T]) -> Rounds[T]:
    """A decision about one job alone, in rounds of one question."""
    try:
        question = next(asking)
        while True:
            [answer] = yield (question,)
            question = asking.send(answer)
    except StopIteration as end:
        made: T = end.value
        return made
