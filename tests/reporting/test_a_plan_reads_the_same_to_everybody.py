"""One plan, three readers: a person at a terminal, a program, a reviewer of a pull request."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from headgate.model.live import Unknown
from headgate.model.plan import Action, Change, Impact, Plan, Verb
from headgate.model.reasons import FIRST_MOVES, Reason
from headgate.model.spec import Savepoint, Strategy
from headgate.reporting import COLOURED, plan_json, plan_markdown, plan_text
from tests.planning.given import COUNT, ORDERS, compiles_to, planned
from tests.reporting.given import IN_SYNC, NOTHING_TO_DO, ORPHAN, PLAN, RESTART, SUBMIT, assert_golden, live
from tests.reporting.operations import CANNOT_MOVE, MOVE, OPERATIONS, RESCALE, TO_SETTLE, WAITING

ACTION_KEYS = {
    "job",
    "target",
    "source",
    "verb",
    "reason",
    "changes",
    "state",
    "restore",
    "steps",
    "live",
    "note",
    "where",
}


def test_a_person_reads_what_changes_why_and_what_becomes_of_state() -> None:
    """Every job that changes or is blocked has its block; what is kept is counted, and the last line sums up."""
    text = plan_text(PLAN)

    assert_golden("plan.txt", text)


def test_a_reviewer_reads_a_table_first_and_unfolds_the_rest() -> None:
    """A pull request comment is skimmed: one row a job, SQL only when somebody asks for it."""
    text = plan_markdown(PLAN)

    assert_golden("plan.md", text)


def test_a_program_reads_every_field_of_every_action() -> None:
    """Scripts are written against this document: a key is there even where there is nothing to say."""
    text = plan_json(PLAN)

    assert_golden("plan.json", text)
    document = json.loads(text)
    assert document["format_version"] == "1"
    assert all(set(action) >= ACTION_KEYS for action in document["actions"])
    assert set(document["summary"]) == {verb.value for verb in Verb}


@pytest.mark.parametrize(
    ("name", "render"),
    [
        pytest.param("operations.txt", plan_text, id="text"),
        pytest.param("operations.md", plan_markdown, id="markdown"),
        pytest.param("operations.json", plan_json, id="json"),
    ],
)
def test_moves_rescales_rollbacks_and_what_was_interrupted_are_reported(
    name: str, render: Callable[[Plan], str]
) -> None:
    """What is rare is what nobody knows by heart: it has to be readable without the manual."""
    text = render(OPERATIONS)

    assert_golden(name, text)


def test_a_move_names_both_targets() -> None:
    """Two clusters are touched by one block: a caller that reviews it must see the one that loses the job, too."""
    text, document = plan_text(Plan("p", (MOVE, CANNOT_MOVE))), json.loads(plan_json(Plan("p", (MOVE, RESCALE))))

    assert "~ restart audit on new (from old) (moved)" in text
    assert "! blocked billing on new (from old) (moved)" in text
    assert [action["source"] for action in document["actions"]] == ["old", None]


def test_a_job_that_is_kept_and_waited_for_is_a_pending_change() -> None:
    """An earlier run was killed before the job settled: "no changes" would hide that it may yet be rolled back."""
    text, comment = plan_text(WAITING), plan_markdown(WAITING)

    assert WAITING.has_changes
    assert (
        "= keep events on local (not-settled-yet)\n    steps: settle\n    if it does not settle: cancel, submit, settle"
        in text
    )
    assert text.splitlines()[-1] == "Plan: 1 to settle."
    assert "| <code>events</code> | keep |" in comment
    assert plan_text(Plan("p", (TO_SETTLE, IN_SYNC))).splitlines()[-1] == "Plan: 1 to settle, 1 in sync."


def test_a_change_in_place_says_that_nothing_is_restarted() -> None:
    """That is the whole point of it, and the reviewer's first question."""
    text = plan_text(Plan("p", (RESCALE,)))

    assert "state: kept (the job is not restarted)" in text
    assert text.count("restore:") == 0
    assert "steps: update, settle" in text


def test_a_start_from_a_snapshot_of_an_unknown_job_says_so() -> None:
    """It goes ahead, for the manifest names it; that nothing is known of its state is shown to all three readers."""
    wanted = replace(ORDERS, savepoint=Savepoint(Strategy.PATH, "s3://b/chk-9"))
    found = planned(wanted, None, compatibility=replace(compiles_to(COUNT, old=None), exists=True))

    text, document, comment = plan_text(found), json.loads(plan_json(found)), plan_markdown(found)

    [action] = document["actions"]
    [everything] = action["state"]["operators"]
    assert (action["verb"], action["state"]["verdict"], everything["verdict"]) == ("submit", "unknown", "unknown")
    assert f"state: unknown\n      unknown: all operators: {everything['why']}" in text
    assert "| submit | unknown |" in comment
    assert f"unknown: all operators: {everything['why']}" in comment


def test_unknown_holds_silent_targets_and_the_jobs_nobody_can_see() -> None:
    """Unknown is its own answer: a script must find it in one place, and with the reason."""
    document = json.loads(plan_json(PLAN))

    assert document["unknown"] == [
        {"job": "payouts", "target": "remote", "why": "no connection", "hint": "run again when the target answers"},
        {"job": None, "target": "remote", "why": "no connection", "hint": "is the target up?"},
    ]


# The reasons that no job is blocked for.
HARMLESS = {
    Reason.IN_SYNC,
    Reason.FINISHED,
    Reason.NOT_RUNNING_BY_CHOICE,
    Reason.LEFT_GIT,
    Reason.NOT_RUNNING_YET,
    Reason.SPEC_CHANGED,
    Reason.RENAMED,
    Reason.SUSPENDED_IN_GIT,
    Reason.RUNNING_IN_GIT,
    Reason.FAILED,
    Reason.STOPPED_OUTSIDE,
    Reason.EDITED_OUTSIDE,
    Reason.PRUNED,
    Reason.UNMARKED,
    Reason.FORGOTTEN,
    Reason.ROLLED_BACK,
    Reason.NOT_SETTLED_YET,
}
BLOCKED = Action("orders", "local", Verb.BLOCKED, Reason.STATE_PARTIAL, live=live("orders"), want=RESTART.want)


def test_whatever_blocks_a_job_has_a_first_move() -> None:
    """A code alone sends any caller that reads it to another machine, to look it up."""
    assert set(FIRST_MOVES) == set(Reason) - HARMLESS


@pytest.mark.parametrize("render", [plan_text, plan_markdown, plan_json])
def test_a_job_that_is_blocked_tells_the_first_move(render: Callable[[Plan], str]) -> None:
    """Also where there is no note and no place; and what is known of this very case goes before what is always so."""
    always = html.unescape(render(Plan("p", (BLOCKED,))))
    known = html.unescape(render(Plan("p", (replace(BLOCKED, hint="mend the WHERE clause"),))))

    assert "to go ahead: `savepoint: {accept: [partial]}` in the manifest" in always
    assert "mend the WHERE clause" in known
    assert "to go ahead" not in known


@pytest.mark.parametrize("render", [plan_text, plan_markdown, plan_json])
def test_a_hint_about_a_job_that_goes_ahead_is_reported_too(render: Callable[[Plan], str]) -> None:
    """It was worth saying before the start, not after."""
    assert "look at the lag" in render(Plan("p", (replace(SUBMIT, hint="look at the lag"),)))


def test_a_comment_names_the_commit_it_is_about() -> None:
    """A pull request has many: the comment of the one before last is no review of the last."""
    assert ", commit <code>c0ffee00c0ff-dirty</code>" in plan_markdown(replace(PLAN, commit=f"{PLAN.commit}-dirty"))


def test_nothing_to_do_is_one_sentence() -> None:
    """The usual answer of a healthy project must not have to be searched for."""
    text = plan_text(NOTHING_TO_DO)

    assert text == "project payments\n\nNo changes. 2 jobs are what git asks for."


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        pytest.param(Plan("p", ()), "No changes. There are no jobs in git.", id="no-jobs-at-all"),
        pytest.param(
            Plan("p", (ORPHAN,)), "No changes. There are no jobs in git. 1 left git and runs on.", id="all-left-git"
        ),
        pytest.param(
            Plan("p", (ORPHAN,), only=frozenset({"old-report"})),
            "No changes. 1 left git and runs on.",
            id="the-one-that-was-named-left-git",
        ),
        pytest.param(Plan("p", (), only=frozenset({"gone"})), "No changes.", id="what-was-named-is-gone"),
        pytest.param(Plan("p", (IN_SYNC,)), "No changes. 1 job is what git asks for.", id="one-job-kept"),
        pytest.param(Plan("p", (SUBMIT, IN_SYNC)), "Plan: 1 to submit, 1 in sync.", id="one-of-two"),
        pytest.param(
            Plan("p", (IN_SYNC,), unknown_targets=(("remote", Unknown("down")),)),
            "Plan: 1 target unknown, 1 in sync.",
            id="a-silent-target-is-not-no-changes",
        ),
    ],
)
def test_the_last_line_says_what_would_be_done(plan: Plan, sentence: str) -> None:
    """It is the line that is read in a log; "no changes" must mean that everything is known and right."""
    text = plan_text(plan)

    assert text.splitlines()[-1] == sentence


def test_colour_changes_no_word() -> None:
    """A log and a terminal tell the same story."""
    coloured = plan_text(PLAN, COLOURED)

    assert "\x1b[" in coloured
    for code in ("0", "32", "31", "33", "1;31", "2", "1"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plan_text(PLAN)


def test_a_long_statement_shows_only_what_was_edited() -> None:
    """Nobody reviews a thousand lines to find one: three lines around each edit, and the rest left out."""
    lines = [f"-- line {number}" for number in range(1000)]
    edited = [*lines[:500], "SELECT 1", *lines[501:]]
    change = Change("statement", "\n".join(lines), "\n".join(edited), Impact.RESTART)

    text = plan_text(Plan("p", (replace(RESTART, changes=(change,)),)))

    assert "+SELECT 1" in text
    assert "-- line 497" in text
    assert "-- line 496" not in text


def test_a_comment_is_never_longer_than_github_takes() -> None:
    """GitHub refuses a comment of more than 65,536 characters as a whole, and the review would see nothing."""
    many = "\n".join(f"SELECT '€{number}' AS c{number}" for number in range(400))
    actions = [
        replace(RESTART, job=f"job-{number:04}", changes=(Change("statement", None, many, Impact.RESTART),))
        for number in range(30)
    ]

    text = plan_markdown(Plan("p", tuple(actions)))

    assert len(text.encode()) <= 65_536
    assert "job-0029" in text
    shown = text.count("<details>")
    assert 0 < shown == text.count("</details>")
    assert f"The details of {30 - shown} jobs do not fit into a comment" in text


def test_a_table_of_thousands_is_cut_and_says_so() -> None:
    """Even the table may be too long; the sums above it are always whole."""
    actions = tuple(replace(SUBMIT, job=f"job-{number:05}") for number in range(5000))

    text = plan_markdown(Plan("p", actions))

    assert len(text.encode()) <= 65_536
    assert "5000 to submit" in text
    assert "more jobs are not shown in this table" in text
