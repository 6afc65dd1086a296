"""rollback shows a plan, asks, and puts an earlier revision in the place of what runs, its state with it."""

from __future__ import annotations

import pytest

from tests.cli.given import Workspace, document, headgate, manifest


@pytest.fixture
def edited(workspace: Workspace) -> Workspace:
    """`orders` was applied, then edited and applied again: number 2 of its history runs."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2"))
    assert headgate("apply", "--yes").exit_code == 0
    return workspace


def parallelism(workspace: Workspace) -> int:
    [job_id] = workspace.local.running("orders")
    return workspace.local.jobs[job_id].spec.parallelism


def test_what_ran_before_runs_again_with_its_state(edited: Workspace) -> None:
    """In the middle of the night the question is "make it yesterday again", and nothing may start empty for it."""
    before = edited.local.ages("orders")

    result = headgate("rollback", "orders", "--yes")

    assert result.exit_code == 0, result.output
    assert "~ restart orders on local (rolled-back)" in result.stdout
    assert "| to number 1 of the history" in result.stdout
    assert "parallelism: 2 -> 1" in result.stdout
    assert result.stdout.rstrip().endswith("Done: 1 applied.")
    assert parallelism(edited) == 1
    assert edited.local.ages("orders") == {operator: age + 1 for operator, age in before.items()}


def test_it_holds_until_the_manifest_changes(edited: Workspace) -> None:
    """The next run of CI must not undo it; `--retry` is how a person does."""
    headgate("rollback", "orders", "--yes")

    later = headgate("apply", "--yes")
    assert later.exit_code == 3
    assert "blocked orders on local (revision-failing)" in later.stdout
    assert parallelism(edited) == 1

    assert headgate("apply", "--yes", "--retry").exit_code == 0
    assert parallelism(edited) == 2


def test_an_edit_ends_it(edited: Workspace) -> None:
    """A mended manifest is another version, and is applied like any other."""
    headgate("rollback", "orders", "--yes")
    edited.write("jobs/orders.yaml", manifest("orders", more="parallelism: 3"))

    assert headgate("apply", "--yes").exit_code == 0
    assert parallelism(edited) == 3


def test_asking_twice_puts_nothing_bad_back(edited: Workspace) -> None:
    """A CI job that is run again, or two people in the same night: the version that was bad stays out."""
    headgate("rollback", "orders", "--yes")
    before = list(edited.local.writes)

    again = headgate("rollback", "orders", "--yes")

    assert again.exit_code == 0, again.output
    assert "orders: it is rolled back already: revision " in again.stderr
    assert edited.local.writes == before
    assert parallelism(edited) == 1


def test_of_a_job_that_is_suspended_or_forgotten_the_next_move_is_reported(edited: Workspace) -> None:
    """ "keep" and "not on target" are no answers to somebody whose job is down."""
    edited.write("jobs/orders.yaml", manifest("orders", more="parallelism: 2\nstate: suspended"))
    headgate("apply", "--yes")

    suspended = headgate("rollback", "orders", "--yes")
    edited.local.forget()
    forgotten = headgate("rollback", "orders", "--yes")

    assert (suspended.exit_code, forgotten.exit_code) == (1, 1)
    assert "hint: write `state: running` and apply" in suspended.stderr
    assert "hint: `headgate plan orders` shows whether `apply` starts it" in forgotten.stderr


def test_history_tells_of_it(edited: Workspace) -> None:
    """Otherwise the revision that runs is in no commit that anybody would look at."""
    headgate("rollback", "orders", "--yes")

    text = headgate("history", "orders").stdout
    newest, edit, first = document(headgate("history", "orders", "--format", "json"))["history"]

    assert newest["outcome"] == "rolled-back"
    assert newest["revision"] == first["revision"] != edit["revision"]
    assert "rolled-back" in text.splitlines()[1]


def test_any_number_of_the_history_can_be_named(edited: Workspace) -> None:
    """The previous revision may be what is wrong, too."""
    edited.write("jobs/orders.yaml", manifest("orders", more="parallelism: 3"))
    headgate("apply", "--yes")

    result = headgate("rollback", "orders", "--to", "1", "--yes")

    assert result.exit_code == 0, result.output
    assert "to number 1 of the history" in result.stdout
    assert parallelism(edited) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("--to", "9"), "there is no number 9", id="no-such-number"),
        pytest.param(("--to", "2"), "number 2 is the revision that runs", id="what-runs"),
        pytest.param(("--to", "0"), "0 is not in the range", id="no-number-at-all"),
    ],
)
def test_a_number_that_cannot_be_is_an_error(edited: Workspace, arguments: tuple[str, ...], words: str) -> None:
    """Nothing is done by guessing."""
    before = list(edited.local.writes)

    result = headgate("rollback", "orders", "--yes", *arguments)

    assert result.exit_code == 1
    assert words in result.stderr
    assert edited.local.writes == before


def test_without_an_earlier_revision_there_is_nothing_to_go_back_to(workspace: Workspace) -> None:
    """The first start has nothing before it."""
    headgate("apply", "--yes")
    before = list(workspace.local.writes)

    result = headgate("rollback", "orders", "--yes")

    assert result.exit_code == 1
    assert "no earlier revision of 'orders' is known" in result.stderr
    assert workspace.local.writes == before


def test_it_asks_first(edited: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question as that of apply, and the same answer when nobody is there."""
    before = list(edited.local.writes)

    nobody = headgate("rollback", "orders")
    monkeypatch.setattr("headgate.cli.apply_plan.watched", lambda stream: True)
    no = headgate("rollback", "orders", answer="n\n")

    assert (nobody.exit_code, no.exit_code) == (1, 1)
    assert "the same command with `--yes`" in nobody.stderr
    assert "Apply this plan?" in no.stderr
    assert edited.local.writes == before
    assert headgate("rollback", "orders", answer="y\n").exit_code == 0


def test_what_would_lose_state_is_blocked(workspace: Workspace) -> None:
    """Going back is an edit like any other: state that the old revision cannot read is not thrown away for it."""
    headgate("apply", "--yes")
    workspace.write("jobs/orders.yaml", manifest("orders", select="SUM(amount)", more="savepoint: {accept: [partial]}"))
    assert headgate("apply", "--yes").exit_code == 0
    workspace.write("jobs/orders.yaml", manifest("orders", select="SUM(amount)"))
    before = list(workspace.local.writes)

    result = headgate("rollback", "orders", "--yes")

    assert result.exit_code == 3, result.output
    assert "! blocked orders on local (state-partial)" in result.stdout
    assert workspace.local.writes == before


def test_programs_read_the_plan_and_the_result(edited: Workspace) -> None:
    """The same document as apply's; and a table for a comment."""
    result = document(headgate("rollback", "orders", "--yes", "--format", "json"))

    assert result["plan"]["actions"][0]["reason"] == "rolled-back"
    assert result["results"][0]["outcome"] == "applied"
    edited.write("jobs/orders.yaml", manifest("orders", more="parallelism: 3"))
    headgate("apply", "--yes")
    assert headgate("rollback", "orders", "--yes", "--format", "markdown").stdout.startswith("### headgate")
