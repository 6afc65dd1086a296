"""Warnings: shown to people and programs, explained, grouped, and never a reason for another exit code."""

from __future__ import annotations

import json
from dataclasses import replace

from headgate.cli import exits
from headgate.cli.explain import explanations
from headgate.model.plan import Plan
from headgate.model.warnings import ProjectWarning, WarningCode, about
from headgate.reporting import plan_json, plan_markdown, plan_text, warnings_text

_CODE = WarningCode.OPTION_WITHOUT_EFFECT
_ONE = ProjectWarning(_CODE, "`rest.port` does nothing in a job", "jobs/a.yaml:3:1", "remove it", ("a",))


def test_a_warning_is_in_every_form_of_a_plan():
    plan = Plan("shop", (), warnings=(_ONE,))

    assert "warning[option-without-effect]: `rest.port` does nothing in a job (job a)" in plan_text(plan)
    assert "  at: jobs/a.yaml:3:1\n  hint: remove it" in plan_text(plan)
    assert "- warning <code>option-without-effect</code>:" in plan_markdown(plan)
    assert json.loads(plan_json(plan))["warnings"] == [
        {
            "code": "option-without-effect",
            "problem": "`rest.port` does nothing in a job",
            "where": "jobs/a.yaml:3:1",
            "hint": "remove it",
            "jobs": ["a"],
        }
    ]


def test_a_warning_changes_no_exit_code():
    assert exits.of_plan(Plan("shop", (), warnings=(_ONE,)), named=False, detailed=True) == exits.DONE


def test_the_same_warning_about_five_hundred_jobs_is_one_paragraph():
    """One cause is said once, or a plan of many jobs drowns in it."""
    many = [replace(_ONE, where=f"jobs/{n:03}.yaml:3:1", jobs=(f"job-{n:03}",)) for n in range(500)]

    text = warnings_text(many)

    assert text.count("warning[") == 1
    assert "(job-000, job-001, job-002 and 497 other jobs)" in text


def test_a_plan_of_named_jobs_has_their_warnings_and_those_about_no_job():
    general = replace(_ONE, jobs=())
    other = replace(_ONE, jobs=("b",))

    assert about([_ONE, other, general], frozenset({"a"})) == (_ONE, general)


def test_every_warning_can_be_explained():
    assert {code.value for code in WarningCode} <= explanations().keys()
