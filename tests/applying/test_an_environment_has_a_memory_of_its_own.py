"""`--env prod` and `--env staging` run the same jobs in two places: neither touches, or starts from, the other's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headgate.model.live import Live
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb
from headgate.model.reasons import Reason
from headgate.model.spec import DesiredState, Savepoint
from headgate.testing.memory import MemoryPlatform
from tests.applying.place import FILTERED, ORDERS, Place, patience

SUSPENDED = replace(ORDERS, desired_state=DesiredState.SUSPENDED)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def go_to(place: Place, environment: str, *, cluster: MemoryPlatform) -> None:
    """From now on runs are in this environment, where the target `memory` is this cluster."""
    place.environment, place.platform = environment, cluster
    place.platforms = {"memory": cluster}


@pytest.fixture
def staging(place: Place) -> MemoryPlatform:
    """The cluster of staging, where `orders` runs."""
    go_to(place, "staging", cluster=place.platform)
    place.apply(ORDERS)
    return place.platform


@pytest.fixture
def prod() -> MemoryPlatform:
    """Another cluster under the same target's name, whose storage is its own."""
    return MemoryPlatform("memory", project="shop")


def test_what_runs_in_one_environment_is_new_in_the_other(place: Place, staging: MemoryPlatform, prod: MemoryPlatform):
    """One store for both, and one target whose url differs: the first deployment to prod is a first start."""
    go_to(place, "prod", cluster=prod)
    assert place.apply(ORDERS).outcome is Outcome.APPLIED
    assert place.apply(ORDERS).outcome is Outcome.KEPT

    assert staging.running("orders")
    assert prod.running("orders")


def test_one_environment_is_not_started_from_the_savepoint_of_the_other(
    place: Place, staging: MemoryPlatform, prod: MemoryPlatform
):
    """Test data in production, with no word in the plan."""
    place.apply(SUSPENDED)
    prod.share_storage(staging)
    prod.forgets_storage = True
    go_to(place, "prod", cluster=prod)

    assert place.apply(ORDERS).outcome is Outcome.APPLIED
    assert [job.restored for job in prod.jobs.values()] == [""]


def test_savepoints_of_one_environment_are_not_the_surplus_of_the_other(
    place: Place, staging: MemoryPlatform, prod: MemoryPlatform
):
    """Both clusters keep theirs in one place, so each could delete what is all that the other has."""
    prod.snapshots = staging.snapshots
    prod._count = 100
    go_to(place, "prod", cluster=prod)
    place.apply(ORDERS)
    place.apply(SUSPENDED)
    [kept] = prod.snapshots

    go_to(place, "staging", cluster=staging)
    for parallelism in (2, 3):
        place.apply(replace(ORDERS, parallelism=parallelism, savepoint=Savepoint(keep=1)))

    assert [write for write in staging.writes if write.startswith("dispose")] == ["dispose memory:/memory/savepoint-1"]
    assert kept in prod.snapshots


def test_a_version_that_fails_in_one_environment_is_tried_in_the_other(
    place: Place, staging: MemoryPlatform, prod: MemoryPlatform
):
    """It may have failed for want of a table there."""
    staging.starts_broken = "WHERE"
    assert place.apply(FILTERED).outcome is Outcome.FAILED
    assert place.action(FILTERED).reason is Reason.REVISION_FAILING

    go_to(place, "prod", cluster=prod)
    assert place.apply(FILTERED).outcome is Outcome.APPLIED


def test_the_history_is_that_of_the_environment(place: Place, staging: MemoryPlatform, prod: MemoryPlatform):
    """`rollback` puts back what ran here, not what ran there."""
    place.apply(FILTERED)
    go_to(place, "prod", cluster=prod)
    place.apply(ORDERS)

    with place.open(ORDERS) as headgate:
        assert [one.revision for one in headgate.history("orders")] == [ORDERS.revision]
    place.environment = "staging"
    with place.open(ORDERS) as headgate:
        assert len(headgate.history("orders")) == 2


@pytest.fixture
def two(place: Place) -> Place:
    """`prod: {defaults: {target: prod}}`: both targets are there in both, and the job runs without an environment."""
    place.platforms = {name: MemoryPlatform(name, project="shop") for name in ("local", "prod")}
    place.apply(replace(ORDERS, target="local"))
    return place


def test_a_job_of_another_environment_on_another_target_is_neither_moved_nor_a_copy(two: Place):
    """Else each run would take the job away from the other, for ever."""
    for environment, target in (("prod", "prod"), ("", "local"), ("prod", "prod")):
        two.environment = environment
        assert two.apply(replace(ORDERS, target=target)).outcome in (Outcome.APPLIED, Outcome.KEPT)

    assert all(len(platform.running("orders")) == 1 for platform in two.platforms.values())
    assert [platform.writes for platform in two.platforms.values()] == [["submit orders"]] * 2


def test_a_first_start_says_which_other_environment_has_the_job(two: Place):
    """A caller that meant to move it sees that there will be two."""
    two.environment = "prod"
    action = two.action(replace(ORDERS, target="prod"))

    assert action.verb is Verb.SUBMIT
    assert action.note == "the project without an environment has a job of this name on target 'local'"
    two.apply(replace(ORDERS, target="prod"))
    two.platforms["local"] = MemoryPlatform("local", project="shop")
    two.environment = "dev"
    assert two.action(replace(ORDERS, target="local")).note == (
        "environment 'prod' has a job of this name on target 'prod'"
    )


def test_a_job_on_the_same_target_is_ours_whatever_its_environment(two: Place):
    """One place, one name, one copy: a caller that edits it next takes it over, with its state."""
    two.environment = "prod"
    edited = replace(FILTERED, target="local")

    assert two.apply(replace(ORDERS, target="local")).outcome is Outcome.KEPT
    assert two.apply(edited).outcome is Outcome.APPLIED
    [live] = two.platforms["local"].observe().jobs.values()
    assert isinstance(live, Live)
    assert live.marker is not None
    assert (live.marker.environment, live.marker.predecessor != "") == ("prod", True)


def test_a_job_that_an_environment_has_had_in_its_care_is_moved_by_it(two: Place):
    """It was started before there were environments, and kept in this one since: its marker does not say so."""
    two.environment = "prod"
    assert two.apply(replace(ORDERS, target="local")).outcome is Outcome.KEPT

    action = two.action(replace(ORDERS, target="prod"))

    assert (action.reason, action.source) == (Reason.MOVED, "local")


def test_what_left_git_in_one_environment_is_not_pruned_by_the_other(two: Place):
    """It is reported, and who has it."""
    two.environment = "prod"
    with two.open(replace(FILTERED, name="other", target="prod")) as headgate:
        plan = headgate.plan(prune=True)
        headgate.apply(plan, patience=patience())

    [orphan] = [action for action in plan.actions if action.job == "orders"]
    assert (orphan.verb, orphan.reason) == (Verb.KEEP, Reason.LEFT_GIT)
    assert orphan.note == "the project without an environment has it"
    assert two.platforms["local"].running("orders")
