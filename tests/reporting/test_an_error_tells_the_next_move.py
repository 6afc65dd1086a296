"""Errors, for people and for programs: code, problem, where, hint - and every mistake of a run, not the first."""

from __future__ import annotations

import json

from headgate.errors import ManifestError, Mistake, PlanRefused, UsageError
from headgate.reporting import COLOURED, error_json, error_text

TWO_MISTAKES = ManifestError(
    (
        Mistake("jobs/a.yaml:3:1", "unknown key `paralelism`", "did you mean `parallelism`?"),
        Mistake("jobs/b.yaml:9:5", "expected a whole number, found `four`"),
    )
)


def test_code_place_and_hint_have_a_line_each() -> None:
    """The next move is found without reading the sentence twice."""
    error = PlanRefused("the plan is stale", where="local", hint="run `headgate plan` again", code="plan-stale")

    text = error_text(error)

    assert text == "error[plan-stale]: the plan is stale\n  at: local\n  hint: run `headgate plan` again"


def test_every_mistake_is_reported_in_one_run() -> None:
    """Mending one mistake a run is how an afternoon goes by."""
    text = error_text(TWO_MISTAKES)

    assert text.count("error[manifest-invalid]") == 2
    assert "  at: jobs/b.yaml:9:5" in text


def test_programs_get_the_same_facts() -> None:
    """`--format json` prints one document, errors too."""
    document = json.loads(error_json(TWO_MISTAKES))["error"]

    assert document["code"] == "manifest-invalid"
    assert document["mistakes"][1] == {
        "where": "jobs/b.yaml:9:5",
        "problem": "expected a whole number, found `four`",
        "hint": None,
    }


def test_keys_are_there_when_there_is_nothing_to_say() -> None:
    """A script may ask for `hint` without asking first whether there is one."""
    document = json.loads(error_json(UsageError("no such job")))["error"]

    assert document == {"code": "usage", "problem": "no such job", "where": None, "hint": None, "mistakes": []}


def test_only_the_code_is_coloured() -> None:
    """The words people copy into a search engine stay whole."""
    text = error_text(UsageError("no such job"), COLOURED)

    assert text == "\x1b[1;31merror[usage]\x1b[0m: no such job"
