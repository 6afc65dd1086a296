"""What a run of the fault suite meets, whatever its seed: nothing is left to luck but which combination."""

from __future__ import annotations

import itertools

import pytest

from tests.faults import losses
from tests.faults.checkouts import Rerun, Then
from tests.faults.on_flink import STEPS
from tests.faults.operations import OPERATIONS
from tests.faults.proxy import LOSSES, ON_THE_WIRE, Moment
from tests.faults.wire import KINDS, wire_cases

SEEDS = range(12)
KNOWN = [("flink", OPERATIONS[operation], step) for operation, steps in STEPS.items() for step in steps]
STEPS_OF_ALL = {(operation, step.name) for operation, steps in STEPS.items() for step in steps}
LEVELS = (tuple(Moment), tuple(losses.First), tuple(Rerun), tuple(Then))


def levels(case: losses.Case) -> tuple[str, ...]:
    return case.moment, case.first, case.rerun, case.then


@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_meets_every_loss_in_every_run(seed: int):
    """A run that leaves one out would be green for it."""
    met = {(case.operation.name, case.step.name, case.harm) for case in losses.cases(seed)}

    assert met == {(*step, harm) for step in STEPS_OF_ALL for harm in LOSSES}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_loss_and_every_operation_meets_every_level_in_every_run(seed: int):
    """And every two levels of two dimensions meet."""
    made = losses.cases(seed)
    together = {pair for case in made for pair in itertools.combinations(levels(case), 2)}

    for known in LEVELS:
        assert {(case.harm, level) for case in made for level in levels(case) if level in known} == set(
            itertools.product(LOSSES, known)
        )
        assert {(case.operation.name, level) for case in made for level in levels(case) if level in known} == set(
            itertools.product(STEPS, known)
        )
    for one, other in itertools.combinations(LEVELS, 2):
        assert set(itertools.product(one, other)) <= together


def test_over_the_seeds_every_step_meets_every_level():
    """A combination that one night leaves out is met in another."""
    met = {
        (case.operation.name, case.step.name, case.harm, level)
        for seed in range(50)
        for case in losses.cases(seed)
        for level in levels(case)
    }

    assert met == {
        (*step, harm, level) for step in STEPS_OF_ALL for harm in LOSSES for known in LEVELS for level in known
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_meets_every_kind_of_harm_on_the_wire_in_every_run(seed: int):
    """Killed, done and not heard of, not done; over the seeds each harm of a kind."""
    made = wire_cases(KNOWN, tuple(Rerun), seed=seed)
    met = {
        (operation.name, step.name, kind) for (_, operation, step), harm, _ in made for kind in KINDS if harm in kind
    }

    assert met == {(*step, kind) for step in STEPS_OF_ALL for kind in KINDS}
    assert {(harm, rerun) for _, harm, rerun in made} == set(itertools.product(ON_THE_WIRE, Rerun))


def test_the_same_seed_is_the_same_cases_and_another_is_others():
    """What was red is run again by its seed."""
    assert [case.id for case in losses.cases(3)] == [case.id for case in losses.cases(3)]
    assert {case.id for case in losses.cases(3)} != {case.id for case in losses.cases(4)}
