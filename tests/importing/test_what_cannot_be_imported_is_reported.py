"""Every job that cannot come under git is named, with the reason and the next move; the others are taken over."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.model.spec import Jar, Sql
from tests.importing.given import OPTIONS, Place, document, headgate
from tests.importing.platform import SQL


def test_a_name_that_git_cannot_have_is_skipped_with_the_rule(place: Place) -> None:
    """Under another name it would be another job: the rename has to be made where it runs."""
    place.start("order totals (v2)")
    place.start("orders")

    result = headgate("import", "river")

    assert result.exit_code == 3
    assert "! skipped order totals (v2)\n    its name cannot be the name of a job in git\n" in result.stdout
    assert "rename it there and run again: headgate needs a name of 1 to 128 letters" in result.stdout
    assert list(place.files()) == ["orders.yaml"]


def test_a_platform_that_does_not_tell_what_runs(place: Place) -> None:
    """Plain Flink forgets the statements of a job; its owner has them."""
    place.start("clicks")
    place.river.mute = frozenset({"clicks"})

    result = headgate("import", "river")

    assert result.exit_code == 3
    assert (
        "! skipped clicks\n    the platform does not tell what it runs\n    hint: write its manifest by hand"
        in result.stdout
    )


def test_two_jobs_of_one_name_are_nobodys(place: Place) -> None:
    """A manifest would stand for which of them?"""
    place.start("orders")
    place.start("orders")

    result = headgate("import", "river")

    assert result.exit_code == 3
    assert result.stdout.count("another job there has the same name") == 2


def test_a_job_of_another_project_is_left_to_it(place: Place) -> None:
    """That is no trouble: it is in somebody else's git."""
    place.river.start_stranger("theirs", project="logistics")

    result = headgate("import", "river")

    assert result.exit_code == 0
    assert "- left theirs\n    it belongs to project 'logistics'" in result.stdout


def test_a_name_that_git_has_elsewhere_is_not_taken_twice(place: Place) -> None:
    """Names are the identity of jobs, across targets."""
    place.write(
        "jobs/orders.yaml",
        "name: orders\ntarget: lake\nstatement: INSERT INTO a SELECT b FROM c\noptions: {type: local}\n",
    )
    place.start("orders")

    result = headgate("import", "river")

    assert result.exit_code == 3
    assert "git has a job of this name on target 'lake'" in result.stdout


@pytest.mark.parametrize(
    ("program", "why"),
    [
        pytest.param(Sql("SET 'pipeline.name' = 'x';\n" + SQL), "`pipeline.name` is set by headgate", id="reserved"),
        pytest.param(Sql("SELECT 1"), "a manifest cannot say what it runs", id="no job"),
        pytest.param(
            Jar("libs/gone.jar", "M"), "there is no `libs/gone.jar`", id="a path that is not in the repository"
        ),
        pytest.param(Sql(SQL.replace("'datagen'", "'a\x00b'")), "a character that no file can hold", id="NUL"),
    ],
)
def test_what_no_manifest_can_say_is_not_written(place: Place, program: Sql | Jar, why: str) -> None:
    """A manifest that would be refused, or would restart the job, is worse than none."""
    place.start("orders", program)

    result = headgate("import", "river")

    assert result.exit_code == 3
    assert why in result.stdout
    assert place.files() == {}


def test_options_that_the_providers_form_does_not_have_are_reported(place: Place) -> None:
    """The platform may be newer than headgate."""
    place.start("orders", options=OPTIONS | {"sparkVersion": "4"})

    result = headgate("import", "river")

    assert result.exit_code == 3
    assert "unknown key `sparkVersion`" in result.stdout


def test_a_job_or_target_that_is_not_there_is_an_error(place: Place) -> None:
    """Before anything is written, with the nearest name."""
    place.start("orders")

    job, target = headgate("import", "river", "ordres"), headgate("import", "rivr")

    assert (job.exit_code, target.exit_code) == (1, 1)
    assert "did you mean 'orders'?" in job.stderr
    assert "there is no target 'rivr'" in target.stderr
    assert place.files() == {}


def test_a_target_that_does_not_answer_is_an_error(place: Place) -> None:
    """There is nothing to import from silence."""
    place.river.silent = "no connection"

    result = headgate("import", "river", "--format", "json")

    assert result.exit_code == 1
    assert document(result)["error"]["code"] == "unavailable"


def test_a_folder_that_cannot_be_written_is_reported(place: Place) -> None:
    """With what the system said about it."""
    place.start("orders")
    place.write("jobs", "a file where the folder should be\n")

    result = headgate("import", "river", "--output", "jobs/deeper")

    assert result.exit_code == 3
    assert "the file cannot be written" in result.stdout


def test_several_of_ours_are_nobodys(place: Place, tmp_path: Path) -> None:
    """headgate touches neither of two jobs that have one marker."""
    place.river.start_stranger("orders", project="payments")
    place.river.start_stranger("orders", project="payments")

    result = headgate("import", "river")

    assert result.exit_code == 3
    assert "! skipped orders\n    more than one runs: " in result.stdout
