"""Ten rules decide the next step of a start; what an earlier call did is found, and only the rest is done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.errors import OutcomeUnknown, Overtaken, Rejected
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


def test_a_second_manifest_is_overtaken_and_reported_the_revision_that_runs() -> None:
    """The hint is the next move."""
    other = replace(OURS, start_key="e" * 32, revision="f" * 16)

    error = refused(WANTED, one(marker=other, state=JobState.RUNNING, run="7.6"))

    assert isinstance(error, Overtaken)
    assert "started as revision ffffffffffffffff by another run" in error.problem
    assert error.hint == "run `headgate plan` to see what is left to do"


def test_what_a_person_started_is_not_said_to_be_another_runs() -> None:
    """Its marker is the one that planning saw: nobody can say more than that it runs."""
    error = refused(WANTED, one(state=JobState.RUNNING, word="runs", run="7.6"))

    assert isinstance(error, Overtaken)
    assert error.problem == "job 'orders' is runs, and was not started beside itself"


@pytest.mark.parametrize("wanted", [WANTED, FIRST], ids=["planning-saw-an-older-run", "planning-saw-none"])
def test_a_run_that_began_and_ended_since_the_plan_was_made_has_overtaken_it(wanted: Wanted) -> None:
    """Its state is newer than what the start would restore."""
    error = refused(wanted, one(run="7.6"))

    assert isinstance(error, Overtaken)
    assert "since the plan was made" in error.problem


def test_a_definition_that_took_the_place_of_the_planned_one_has_overtaken_the_start() -> None:
    """It ran, and planning never saw it: what the start would restore is older than its state."""
    other = replace(BEFORE, start_key="e" * 32)

    error = refused(WANTED, one(job_id="8", run="8.9", marker=other))

    assert isinstance(error, Overtaken)
    assert "since the plan was made" in error.problem


def test_a_job_that_comes_from_another_target_uses_what_an_earlier_stay_left() -> None:
    """Its predecessor is a run over there."""
    moved = replace(submission(SPEC), marker=replace(OURS, predecessor="f00"))

    assert isinstance(next_start_step(Wanted(moved, PROJECT), (one(),)), Update)


@pytest.mark.parametrize(
    ("marker", "whose"),
    [
        pytest.param(None, "has no marker of headgate", id="no-marker"),
        pytest.param(Marker("billing", "orders", "1" * 16), "belongs to project 'billing'", id="another-project"),
    ],
)
def test_a_name_that_is_another_owners_is_left_alone(marker: Marker | None, whose: str) -> None:
    """Also where it has the id that planning saw: platforms give ids again."""
    for wanted in (FIRST, WANTED):
        error = refused(wanted, one(marker=marker))
        assert isinstance(error, Rejected)
        assert whose in error.problem
        assert error.hint


def test_a_job_that_planning_adopts_is_used_while_nobody_else_has_marked_it() -> None:
    """Named in the plan, without a marker then and now."""
    stranger = replace(LAST_RUN, marker=None)
    wanted = replace(WANTED, submission=submission(SPEC, live=stranger))

    assert isinstance(next_start_step(wanted, (one(stranger),)), Update)


def test_two_copies_that_run_are_named_and_not_added_to() -> None:
    """A person ends one of them."""
    runs = one(state=JobState.RUNNING, word="runs")
    error = refused(WANTED, runs, replace(runs, live=replace(runs.live, job_id="8", run="8.1")))

    assert isinstance(error, Rejected)
    assert "7.5 is runs and 8.1 is runs" in error.problem


def test_a_start_that_nobody_can_judge_is_not_repeated() -> None:
    """Its platform says why, and what a person can do."""
    error = refused(WANTED, one(state=JobState.UNKNOWN, doubt=Unknown("it may run", "look at the cluster")))

    assert isinstance(error, OutcomeUnknown)
    assert (error.problem, error.hint) == ("it may run", "look at the cluster")


def test_what_the_platform_holds_is_not_started() -> None:
    """The bill is paid first."""
    error = refused(WANTED, one(held="it was stopped for an unpaid bill"))

    assert isinstance(error, Rejected)
    assert "unpaid bill" in error.problem


def test_a_definition_of_another_kind_is_replaced_or_refused() -> None:
    """As the platform can; the old one goes right before the new one runs."""
    old, wanted = one(kind="sql"), replace(WANTED, kind="jar")
    new = replace(draft("9", OURS), kind="jar")

    assert "is sql and cannot become jar" in refused(wanted, old).problem
    assert next_start_step(replace(wanted, replaces_kind=True), (old,)) == Create((old,))
    assert next_start_step(replace(wanted, replaces_kind=True, created="9", updated="9"), (old, new)) == Run(
        new, (old,)
    )
