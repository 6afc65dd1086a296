"""Ten rules decide the next step of a start; what an earlier call did is found, and only the rest is done."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from headgate.errors import OutcomeUnknown, Overtaken, ProviderError, Rejected
from headgate.model.live import JobState, Live, Marker, Unknown
from headgate.model.spec import JobSpec, Sql
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.start_once import (
    AlreadyStarted,
    Create,
    Refuse,
    Run,
    Update,
    Wait,
    Wanted,
    next_start_step,
)
from headgate.testing.bench import PROJECT, submission

SPEC = JobSpec("orders", "toy", Sql("INSERT INTO t SELECT a FROM s"))
BEFORE = Marker(PROJECT, "orders", "1" * 16, start_key="a" * 32)
LAST_RUN = Live("7", "orders", JobState.SUSPENDED, "stopped", BEFORE, started_at=5, run="7.5")
WANTED = Wanted(submission(SPEC, live=LAST_RUN), PROJECT, where="toy")
FIRST = Wanted(submission(SPEC), PROJECT, where="toy")
OURS = WANTED.marker


def one(live: Live = LAST_RUN, *, never_ran: bool = False, kind: str = "", **changes: Any) -> Definition:
    """A definition; `changes` are fields of its `live`."""
    return Definition(replace(live, **changes), never_ran=never_ran, kind=kind)


def draft(job_id: str, marker: Marker = FIRST.marker) -> Definition:
    return one(job_id=job_id, state=JobState.STOPPED, word="draft", marker=marker, started_at=0, run="", never_ran=True)


def refused(wanted: Wanted, *found: Definition) -> Any:
    step = next_start_step(wanted, found)
    assert isinstance(step, Refuse)
    return step.error


@pytest.mark.parametrize(
    ("wanted", "found", "step"),
    [
        pytest.param(FIRST, [], Create(), id="nothing-is-there"),
        pytest.param(WANTED, [one()], Update(one()), id="the-last-run-has-ended"),
        pytest.param(
            replace(WANTED, updated="7"), [one(marker=OURS)], Run(one(marker=OURS)), id="it-was-made-equal-by-this-call"
        ),
        pytest.param(WANTED, [one(marker=OURS)], Update(one(marker=OURS)), id="an-earlier-call-was-cut-off-before-run"),
        pytest.param(
            WANTED, [one(marker=OURS, state=JobState.RUNNING, run="7.6")], AlreadyStarted("7"), id="it-runs-already"
        ),
        pytest.param(
            WANTED, [one(marker=OURS, state=JobState.FAILED, run="7.6")], AlreadyStarted("7"), id="it-ran-and-is-over"
        ),
        pytest.param(
            WANTED,
            [replace(one(marker=OURS, run=f"7.5.{OURS.start_key}"), run="7.5")],
            Update(one(marker=OURS)),
            id="same-run-with-our-key",
        ),
        pytest.param(FIRST, [draft("9"), draft("10")], Update(draft("9")), id="the-oldest-of-several-drafts"),
        pytest.param(
            replace(FIRST, updated="10", ran=draft("10")),
            [draft("9"), draft("10")],
            Update(draft("9")),
            id="another-draft-that-shows-after-the-run-is-no-start",
        ),
        pytest.param(
            replace(FIRST, updated="9"),
            [draft("10"), draft("9")],
            Run(draft("9"), (draft("10"),)),
            id="spares-go-first",
        ),
    ],
)
def test_the_next_step_follows_from_what_is_there(wanted: Wanted, found: list[Definition], step: Any) -> None:
    """The same for every process that asks."""
    reported = next_start_step(wanted, tuple(found))

    assert type(reported) is type(step)
    if isinstance(reported, Update | Run) and isinstance(step, Update | Run):
        assert reported.definition.id == step.definition.id
    if isinstance(reported, Run) and isinstance(step, Run):
        assert [each.id for each in reported.beside] == [each.id for each in step.beside]


def test_a_job_that_comes_back_from_another_target_is_run_where_it_was() -> None:
    """It takes over from a run over there: its last run here, from before it had the start key, is not this start."""
    returning = submission(SPEC, live=LAST_RUN)
    returning = replace(returning, marker=replace(returning.marker, predecessor="there/3"))
    wanted = Wanted(returning, PROJECT, where="toy", updated="7", before=one())
    paused = one(marker=returning.marker)
    ran = one(marker=returning.marker, state=JobState.FAILED, run="7.6")

    assert next_start_step(wanted, (paused,)) == Run(paused)
    assert next_start_step(wanted, (ran,)) == AlreadyStarted("7")


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(replace(FIRST, created="9"), id="a-new-draft-is-not-listed-yet"),
        pytest.param(replace(FIRST, created=""), id="nor-one-whose-id-is-not-known"),
    ],
)
def test_what_was_created_and_is_not_shown_yet_is_waited_for(wanted: Wanted) -> None:
    """A second one is never created."""
    step = next_start_step(wanted, ())

    assert isinstance(step, Wait)
    assert "not shown yet" in step.otherwise.problem


def test_a_run_that_was_asked_for_is_waited_for_and_is_unclear_in_the_end() -> None:
    """It may begin later: the next call looks first."""
    ready = one(marker=OURS)

    step = next_start_step(replace(WANTED, updated="7", ran=ready), (ready,))
    moved = next_start_step(
        replace(WANTED, updated="7", ran=ready), (replace(ready, live=replace(ready.live, word="x")),)
    )

    assert isinstance(step, Wait)
    assert isinstance(step.otherwise, OutcomeUnknown)
    assert moved == AlreadyStarted("7")


def test_a_run_that_is_ending_is_waited_for() -> None:
    """A start beside it would be a second copy."""
    step = next_start_step(WANTED, (one(state=JobState.STOPPING, word="ends"),))

    assert isinstance(step, Wait)
    assert "still ends" in step.otherwise.problem


RUNS = one(state=JobState.RUNNING, word="runs", run="7.6")
OTHER = replace(OURS, start_key="e" * 32, revision="f" * 16)
SINCE = "since the plan was made"


@pytest.mark.parametrize(
    ("wanted", "found", "error", "problem"),
    [
        pytest.param(
            WANTED,
            [one(marker=OTHER, state=JobState.RUNNING, run="7.6")],
            Overtaken,
            "started as revision ffffffffffffffff by another run",
            id="another-manifest-was-started",
        ),
        pytest.param(
            WANTED,
            [RUNS],
            Overtaken,
            "^job 'orders' is runs, and was not started beside itself$",
            id="a-person-started-it",
        ),
        pytest.param(WANTED, [one(run="7.6")], Overtaken, SINCE, id="it-ran-again-since-and-its-state-is-newer"),
        pytest.param(FIRST, [one(run="7.6")], Overtaken, SINCE, id="it-ran-since-and-planning-saw-none"),
        pytest.param(
            WANTED, [one(job_id="8", run="8.9", marker=OTHER)], Overtaken, SINCE, id="another-definition-ran-since"
        ),
        pytest.param(
            WANTED,
            [RUNS, one(RUNS.live, job_id="8", run="8.1")],
            Rejected,
            "7.6 is runs and 8.1 is runs",
            id="two-copies-run",
        ),
        pytest.param(WANTED, [one(held="for an unpaid bill")], Rejected, "unpaid bill", id="the-platform-holds-it"),
        pytest.param(
            WANTED,
            [one(state=JobState.UNKNOWN, doubt=Unknown("it may run", "look at the cluster"))],
            OutcomeUnknown,
            "^it may run$",
            id="nobody-can-judge-its-start",
        ),
        *(
            pytest.param(wanted, [one(marker=marker)], Rejected, whose, id=f"{name}-{of}")
            for wanted, name in ((FIRST, "unseen"), (WANTED, "seen"))
            for marker, whose, of in (
                (None, "has no marker of headgate", "without-a-marker"),
                (Marker("billing", "orders", "1" * 16), "belongs to project 'billing'", "of-another-project"),
            )
        ),
    ],
)
def test_a_start_is_refused_with_the_next_move(
    wanted: Wanted, found: list[Definition], error: type[ProviderError], problem: str
) -> None:
    """Also where a name has the id that planning saw: platforms give ids again."""
    reported = refused(wanted, *found)

    assert type(reported) is error
    assert re.search(problem, reported.problem)
    if error is Overtaken:
        assert reported.hint == "run `headgate plan` to see what is left to do"
    assert reported.hint or found[0].live.held
    if found[0].live.doubt:
        assert reported.hint == "look at the cluster"


def test_a_job_that_comes_from_another_target_uses_what_an_earlier_stay_left() -> None:
    """Its predecessor is a run over there."""
    moved = replace(submission(SPEC), marker=replace(OURS, predecessor="f00"))

    assert isinstance(next_start_step(Wanted(moved, PROJECT), (one(),)), Update)


def test_a_job_that_planning_adopts_is_used_while_nobody_else_has_marked_it() -> None:
    """Named in the plan, without a marker then and now."""
    stranger = replace(LAST_RUN, marker=None)
    wanted = replace(WANTED, submission=submission(SPEC, live=stranger))

    assert isinstance(next_start_step(wanted, (one(stranger),)), Update)


def test_a_definition_of_another_kind_is_replaced_or_refused() -> None:
    """As the platform can; the old one goes right before the new one runs."""
    old, wanted = one(kind="sql"), replace(WANTED, kind="jar")
    new = replace(draft("9", OURS), kind="jar")

    assert "is sql and cannot become jar" in refused(wanted, old).problem
    assert next_start_step(replace(wanted, replaces_kind=True), (old,)) == Create((old,))
    assert next_start_step(replace(wanted, replaces_kind=True, created="9", updated="9"), (old, new)) == Run(
        new, (old,)
    )
