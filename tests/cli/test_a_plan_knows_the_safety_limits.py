"""What `apply` would refuse is said where it is reviewed, with the number and the limit; a person may consent once."""

from __future__ import annotations

import pytest

from tests.cli.given import PROJECT_FILE, Workspace, document, headgate, manifest

NAMES = ("a", "b", "c", "d", "e")


def edited(workspace: Workspace, *names: str) -> None:
    for name in names:
        workspace.write(f"jobs/{name}.yaml", manifest(name, more="parallelism: 2"))


def limited(workspace: Workspace, limits: str) -> None:
    workspace.write("headgate.yaml", PROJECT_FILE + f"  {limits}\n")


@pytest.fixture
def five(workspace: Workspace) -> Workspace:
    """Five jobs that run, under the limits of the starter."""
    (workspace.root / "jobs" / "orders.yaml").unlink()
    for name in NAMES:
        workspace.write(f"jobs/{name}.yaml", manifest(name))
    limited(workspace, "max_restarts: 30%\n  max_cancels: 30%")
    assert headgate("apply", "--yes").exit_code == 0
    return workspace


def test_a_share_allows_three_restarts_of_five(five: Workspace) -> None:
    """30% of five is one, and a team that edits three of its jobs has to be able to merge that."""
    edited(five, "a", "b", "c")

    result = headgate("plan", "--detailed-exitcode")

    assert result.exit_code == 2
    assert document(headgate("plan", "--format", "json"))["refused"] == []


def test_a_plan_beyond_the_limit_says_so_with_both_numbers(five: Workspace) -> None:
    """In every format, with the next move; and 4 with --detailed-exitcode or without."""
    edited(five, "a", "b", "c", "d")

    text, markdown, data = headgate("plan"), headgate("plan", "--format", "markdown"), headgate("plan", "--format=json")
    detailed = headgate("plan", "--detailed-exitcode", "--format", "markdown")

    words = "4 of 5 live jobs would be restarted; safety.max_restarts is 30%: 3"
    assert f"refused[safety-limit]: {words}" in text.stdout
    assert "`headgate apply --allow-restarts 4` consents to it once" in text.stdout
    assert "**Refused**" in markdown.stdout
    assert "4 of 5 live jobs would be restarted" in markdown.stdout
    [refused] = document(data)["refused"]
    assert (refused["limit"], refused["number"], refused["allowed"]) == ("safety.max_restarts", 4, 3)
    assert refused["hint"] == "headgate apply --allow-restarts 4"
    assert {each.exit_code for each in (text, markdown, data, detailed)} == {4}
    assert detailed.stdout == markdown.stdout


def test_apply_refuses_it_and_a_consent_is_good_for_one_run(five: Workspace) -> None:
    """The number is the one that was shown: a plan that grew since is refused again."""
    edited(five, "a", "b", "c", "d")

    refused, too_few = headgate("apply", "--yes"), headgate("apply", "--yes", "--allow-restarts", "3")
    done = headgate("apply", "--yes", "--allow-restarts", "4")

    assert (refused.exit_code, too_few.exit_code, done.exit_code) == (4, 4, 0)
    assert "`headgate apply --allow-restarts 4` consents to it once" in refused.stderr


def test_a_reviewed_plan_is_consented_to_as_well(five: Workspace) -> None:
    """The plan in the file is what was looked at."""
    edited(five, "a", "b", "c", "d")
    assert headgate("plan", "-o", "plan.json").exit_code == 4

    refused, done = headgate("apply", "plan.json"), headgate("apply", "plan.json", "--allow-restarts", "4")

    assert (refused.exit_code, done.exit_code) == (4, 0)


def test_cancels_are_counted_for_themselves(five: Workspace) -> None:
    """A share allows one; two manifests that are gone need a consent of their own."""
    for name in ("a", "b"):
        (five.root / "jobs" / f"{name}.yaml").unlink()

    plan = headgate("plan", "--prune")
    done = headgate("apply", "--prune", "--yes", "--allow-cancels", "2")

    assert plan.exit_code == 4
    assert "2 of 5 live jobs would be cancelled; safety.max_cancels is 30%: 1" in plan.stdout
    assert "`headgate apply --prune --allow-cancels 2` consents to it once" in plan.stdout
    assert done.exit_code == 0
    assert five.local.running("a") == five.local.running("b") == []


def test_one_cancel_is_within_any_share_but_none(five: Workspace) -> None:
    """0% is how people write "never"."""
    (five.root / "jobs" / "a.yaml").unlink()

    assert headgate("plan", "--prune").exit_code == 0
    limited(five, "max_cancels: 0%")
    assert headgate("plan", "--prune").exit_code == 4


@pytest.mark.usefixtures("workspace")
def test_the_limit_can_be_explained() -> None:
    """The code is printed in the plan."""
    result = headgate("explain", "safety-limit")

    assert result.exit_code == 0
    assert "--allow-restarts N" in result.stdout
