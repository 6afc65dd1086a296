"""Planning asks its questions in rounds: the store first, then the platforms, all at once and only where it matters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.model.live import JobState, Live, Observation, Snapshot
from headgate.model.plan import Plan, Verb
from headgate.model.reasons import Reason
from headgate.planning import (
    Compatibility,
    CompatibilityReport,
    LastSeen,
    PlanInput,
    Quarantined,
    Question,
    Revisions,
    Round,
    answered,
    plan,
)
from tests.planning.given import EDITED, ORDERS, agrees, begun, in_history, quarantined, running

SAVED = Snapshot("s3://savepoints/1", "savepoint", 1)


class Asked:
    """Answers like a store without memories and a platform that agrees; keeps the rounds of questions."""

    def __init__(self, **answers: Any) -> None:
        self.rounds: list[Round] = []
        self._answers = answers

    def __call__(self, questions: Round) -> list[Any]:
        self.rounds.append(questions)
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question[Any]) -> Any:
        name = type(question).__name__
        if name in self._answers:
            return self._answers[name]
        return agrees(question.draft) if isinstance(question, Compatibility) else question.nothing


def planned(asked: Asked, observed: dict[str, Live], *wanted: Any, **more: Any) -> Plan:
    jobs = {spec.name: spec for spec in wanted}
    return answered(plan(PlanInput("shop", jobs, {"local": Observation(observed)}, **more)), asked)


def named(name: str) -> Any:
    return replace(ORDERS, name=name)


def test_nothing_is_asked_about_jobs_that_run_as_git_says():
    """Thousands of jobs that are in order cost one look at their target."""
    asked = Asked()

    found = planned(asked, {"orders": running(ORDERS)}, ORDERS)

    assert asked.rounds == []
    assert [action.verb for action in found.actions] == [Verb.KEEP]


def test_the_platforms_are_asked_once_and_side_by_side_after_the_store():
    """A new job, which the store is asked about twice, does not hold up the question about an edited one."""
    asked = Asked()
    edited = replace(EDITED, name="edited")

    planned(asked, {"edited": running(named("edited"))}, edited, named("new"), named("newer"))

    kinds = [[type(question) for question in questions] for questions in asked.rounds]
    assert kinds == [[Quarantined, LastSeen, LastSeen], [Quarantined, Quarantined], [Compatibility] * 3]


def test_a_run_for_some_jobs_asks_the_platform_about_no_other():
    """Where the others were seen last is looked up, for one of them may be the same job under another name."""
    asked = Asked()

    planned(asked, {}, named("one"), named("two"), only=frozenset({"one"}))

    questions = [question for questions in asked.rounds for question in questions]
    assert [one.draft.job for one in questions if isinstance(one, Compatibility)] == ["one"]
    assert [one.job for one in questions if isinstance(one, Quarantined)] == ["one"]


def test_a_start_that_another_job_stands_in_the_way_of_is_not_compiled():
    """Most likely it is the same job under another name: that is for a person to say."""
    asked = Asked()

    found = planned(asked, {"old": running(named("old"))}, named("new"))

    assert not any(isinstance(question, Compatibility) for questions in asked.rounds for question in questions)
    assert [action.reason for action in found.actions] == [Reason.LIKELY_RENAME, Reason.LEFT_GIT]


def test_a_quarantined_manifest_is_not_compiled():
    """It would not be started, whatever its platform says."""
    asked = Asked(Quarantined=quarantined(EDITED))

    [action] = planned(asked, {"orders": running(ORDERS)}, EDITED).actions

    assert action.reason is Reason.REVISION_FAILING
    assert not any(isinstance(question, Compatibility) for questions in asked.rounds for question in questions)


@pytest.mark.parametrize(
    ("live", "asks"),
    [
        pytest.param(running(ORDERS), False, id="a-start-that-began-from-nothing"),
        pytest.param(running(EDITED, restored=SAVED.path), True, id="a-start-from-a-snapshot"),
    ],
)
def test_the_history_is_read_only_where_a_rollback_could_use_it(live: Live, asks: bool):
    """Reading it costs a query for each job."""
    asked = Asked(Revisions=(in_history(ORDERS),))
    want = EDITED if asks else ORDERS

    planned(asked, {"orders": live}, want, unfinished=begun(live.start_key))

    assert any(isinstance(question, Revisions) for questions in asked.rounds for question in questions) is asks


def test_what_a_platform_refuses_stays_a_move():
    """The job is still on the other target: a plan that left that out would report it as drift."""
    there, here = Observation({"orders": running(ORDERS)}), Observation()
    asked = Asked(Compatibility=CompatibilityReport(rejected="no such table"))

    found = answered(plan(PlanInput("shop", {"orders": ORDERS}, {"local": here, "old": there})), asked)

    [action] = found.actions
    assert (action.verb, action.reason, action.source) == (Verb.BLOCKED, Reason.STATEMENT_REJECTED, "old")
    assert found.drift == ()


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.STOPPED])
def test_a_start_that_is_blocked_promises_no_rollback(state: JobState):
    """What would undo it belongs to a start that is made."""
    ended = running(EDITED, job_id="f01", state=state, snapshot=SAVED, restored=SAVED.path)
    asked = Asked(Revisions=(in_history(ORDERS),), Compatibility=CompatibilityReport())

    [action] = planned(asked, {"orders": ended}, EDITED, unfinished=begun("f01")).actions

    assert (action.verb, action.reason, action.fallback) == (Verb.BLOCKED, Reason.STATE_UNKNOWN, None)
