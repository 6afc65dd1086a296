"""Names, SQL and messages come from manifests and platforms; none of them may act on who reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from headgate.errors import Rejected
from headgate.model.health import Graph, Health, Vertex
from headgate.model.live import Unknown
from headgate.model.outcome import Outcome, Report, Result
from headgate.model.plan import Change, Impact, OperatorVerdict, Plan, Restore, RestoreKind, StateVerdict, Verdict
from headgate.model.secret import Secrets
from headgate.reporting import (
    StatusLine,
    error_text,
    graph_json,
    graph_mermaid,
    graph_text,
    pass_json,
    pass_text,
    plan_json,
    plan_markdown,
    plan_text,
    report_json,
    report_markdown,
    report_text,
    status_json,
    status_markdown,
    status_text,
)
from tests.reporting.given import RESTART, SECRET, SPEC, live

HOSTILE = "evil\x1b]0;owned\x07\x1b[2K\r\u202edrowssap \x9b31m"
STEERING = set("\x1b\x07\r\u202e\x9b")


def plan_with(words: str) -> tuple[Plan, Report]:
    """A plan and its report in which every field of free text says the same."""
    action = replace(
        RESTART,
        note=words,
        where=words,
        changes=(
            Change("statement", f"SELECT 1;\n{words}", f"SELECT 2;\n{words}", Impact.RESTART),
            Change("config.x", words, words + "2", Impact.RESTART),
            Change("options.y", {"inner": [words]}, words, Impact.RESTART),
        ),
        state=StateVerdict(Verdict.LOST, (OperatorVerdict(words, Verdict.LOST, words),)),
        restore=Restore(RestoreKind.SAVEPOINT, words, words),
    )
    result = Result(action, Outcome.FAILED, words, words, "not-settled", "id", words, ("settle",))
    return Plan("payments", (action,)), Report((result,))


def graph_with(words: str) -> Graph:
    return Graph("f00d", "orders", (Vertex("1", words, 1, "RUNNING"), Vertex("2", "sink", 1, "", (("1", "HASH"),))))


def status_with(words: str) -> StatusLine:
    health = Health(live("orders").state, cause=words)
    secrets = SPEC.secrets
    return StatusLine("orders", "local", replace(live("orders"), word=words), health=health, secrets=secrets)


RENDERINGS: dict[str, Callable[[str], str]] = {
    "plan-text": lambda words: plan_text(plan_with(words)[0]),
    "plan-json": lambda words: plan_json(plan_with(words)[0]),
    "plan-markdown": lambda words: plan_markdown(plan_with(words)[0]),
    "report-text": lambda words: report_text(plan_with(words)[1]),
    "report-json": lambda words: report_json(*plan_with(words)),
    "report-markdown": lambda words: report_markdown(plan_with(words)[1]),
    "pass-text": lambda words: pass_text(*plan_with(words)),
    "pass-json": lambda words: pass_json(*plan_with(words)),
    "status-text": lambda words: status_text([status_with(words)]),
    "status-json": lambda words: status_json([status_with(words)]),
    "status-markdown": lambda words: status_markdown([status_with(words)]),
    "unknown-text": lambda words: status_text([replace(status_with(""), observed=Unknown(words))]),
    "graph-text": lambda words: graph_text(graph_with(words), SPEC.secrets),
    "graph-json": lambda words: graph_json(graph_with(words), SPEC.secrets),
    "graph-mermaid": lambda words: graph_mermaid(graph_with(words), SPEC.secrets),
}
EVERY_RENDERING = pytest.mark.parametrize("rendering", [pytest.param(RENDERINGS[name], id=name) for name in RENDERINGS])


@EVERY_RENDERING
def test_control_characters_are_made_visible(rendering: Callable[[str], str]) -> None:
    """An error message must not clear the screen, and reversed text must not hide what SQL does."""
    text = rendering(HOSTILE)

    assert not STEERING & set(text)
    assert "evil" in text
    assert "owned" in text


@EVERY_RENDERING
def test_values_of_the_environment_are_never_shown(rendering: Callable[[str], str]) -> None:
    """Plans go into pull requests and logs: a password that a platform repeats goes back to its placeholder."""
    text = rendering(f"no access with {SECRET} here")

    assert SECRET not in text
    assert "no access with" in text
    assert "PASSWORD}" in text


def test_a_value_of_several_lines_is_hidden_as_a_whole() -> None:
    """A key in PEM form has line breaks; escaping them must not let it slip past the mask."""
    key = "-----BEGIN KEY-----\nabcdef\n-----END KEY-----"
    spec = replace(SPEC, secrets=Secrets({"KEY": key}))
    plan, _ = plan_with(f"key {key}")
    action = replace(plan.actions[0], want=spec)

    text = plan_text(Plan("p", (action,)))

    assert "abcdef" not in text


def test_the_placeholder_itself_is_shown() -> None:
    """What git says is no secret, and a reviewer must see which variable is used."""
    change = Change("config.password", None, "${env:DB_PASSWORD}", Impact.RESTART)

    text = plan_text(Plan("p", (replace(RESTART, changes=(change,)),)))

    assert "config.password: (not set) -> ${env:DB_PASSWORD}" in text


def test_markdown_of_a_job_stays_in_its_cell() -> None:
    """A job called `a|b` or `<img>` must not break the table, load a picture or call `@everybody`."""
    action = replace(RESTART, job="a|b <img src=x> `c` @everybody", changes=())

    text = plan_markdown(Plan("p", (action,)))

    row = next(line for line in text.splitlines() if line.startswith("| <code>a"))
    assert row.count("|") == 5
    assert "<img" not in text
    assert "@everybody" not in text


def test_sql_with_a_fence_in_it_stays_in_its_block() -> None:
    """Three backticks in a comment of the SQL must not end the block and let the rest become markup."""
    change = Change("statement", None, "SELECT 1;\n-- ```\n-- # not a heading\n", Impact.RESTART)

    text = plan_markdown(Plan("p", (replace(RESTART, changes=(change,)),)))

    assert "````diff\n" in text
    assert "\n````\n" in text


def test_an_error_message_cannot_pose_as_another() -> None:
    """A platform's own line breaks are indented: only headgate begins a line with `error[`."""
    error = Rejected("no\nerror[internal]: format your disk", where="local\x1b[2J")

    text = error_text(error)

    assert [line for line in text.splitlines() if line.startswith("error[")] == ["error[rejected]: no"]
    assert "\x1b" not in text


def test_json_is_ascii() -> None:
    """So nothing in it can steer a terminal, and every reader gets the same text back."""
    text = plan_json(plan_with("größer\x1b")[0])

    assert text.isascii()
    assert json.loads(text)["actions"][0]["note"] == "größer\x1b"
