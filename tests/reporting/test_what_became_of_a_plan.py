"""A report says how far every job came, why it did not come further, and what is left to do."""

from __future__ import annotations

import json

from headgate.model.outcome import Outcome, Report, Result
from headgate.reporting import pass_json, pass_text, plan_json, report_json, report_markdown, report_text
from tests.reporting.given import IN_SYNC, ORPHAN, PLAN, REPORT, SUBMIT, assert_golden
from tests.reporting.operations import TO_SETTLE


def test_a_person_reads_what_is_done_and_what_is_left() -> None:
    """After trouble the next move depends on it: which job runs, under which id, from which savepoint."""
    text = report_text(REPORT)

    assert_golden("report.txt", text)


def test_a_comment_holds_one_row_for_every_job_that_was_touched() -> None:
    """The summary of a CI run."""
    text = report_markdown(REPORT)

    assert_golden("report.md", text)


def test_a_program_reads_plan_and_results_in_one_document() -> None:
    """`apply --format json` prints one document and nothing else."""
    document = json.loads(report_json(PLAN, REPORT))

    assert document["plan"] == json.loads(plan_json(PLAN))
    assert [result["outcome"] for result in document["results"]] == [str(result.outcome) for result in REPORT.results]
    assert document["summary"]["failed"] == 1


def test_nothing_done_is_one_sentence() -> None:
    """A loop that runs every minute says so in one line."""
    text = report_text(Report((Result(IN_SYNC, Outcome.KEPT),)))

    assert text == "Nothing to do. 1 job is what git asks for."


def test_a_job_that_another_run_changes_is_said_to_be_left_alone() -> None:
    """ "Refused keep" is no sentence: nothing was done to it, and who is at it stands below."""
    reported = "job 'orders' is being changed by ci@runner (process 7) since 2026-01-31 08:59:30Z"
    result = Result(TO_SETTLE, Outcome.REFUSED, reported, code="lock-held")

    text = report_text(Report((result,)))

    assert text.splitlines()[:2] == ["not touched: events on local", f"    error[lock-held]: {reported}"]


def test_a_job_that_left_git_is_not_what_git_asks_for() -> None:
    """Nothing was done about it, and that is not the same."""
    text = report_text(Report((Result(IN_SYNC, Outcome.KEPT), Result(ORPHAN, Outcome.KEPT))))

    assert text == "Nothing to do. 1 job is what git asks for. 1 left git and runs on."


def test_all_done_does_not_sound_like_trouble() -> None:
    """`Not all done` is what people search a log for."""
    text = report_text(Report((Result(SUBMIT, Outcome.APPLIED, job_id="5eed"), Result(IN_SYNC, Outcome.KEPT))))

    assert text.splitlines()[-1] == "Done: 1 applied, 1 in sync."


def test_a_pass_of_the_loop_begins_with_when_which_commit_and_the_sum() -> None:
    """One line a pass is what an operator greps; the lines below it are only there where something happened."""
    text = pass_text(PLAN, REPORT)

    assert_golden("pass.txt", text)


def test_a_pass_is_one_line_of_json() -> None:
    """Log collectors take one document a line."""
    text = pass_json(PLAN, REPORT)

    assert "\n" not in text
    assert json.loads(text)["plan"]["created_at"] == "2026-01-31T09:00:00Z"
