"""A plan shows the fields that differ, down to one key of nested options, and no field that is the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.model.spec import JobSpec, Sql
from tests.planning.given import planned, running

JOB = JobSpec("orders", "local", Sql("INSERT INTO t SELECT a FROM s"))


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """The changes of a plan between two `options:` of a job."""
    [action] = planned(replace(JOB, options=after), running(replace(JOB, options=before))).actions
    return [(change.path, change.before, change.after) for change in action.changes]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("options.a.c", 2, 3)], id="a-nested-key"),
        pytest.param({"a": ["x", "y"]}, {"a": ["x", "z"]}, [("options.a.1", "y", "z")], id="an-item-of-a-list"),
        pytest.param({}, {"a": {"b": 1}}, [("options.a", None, {"b": 1})], id="a-key-that-is-new"),
        pytest.param({"a": 1, "b": 1}, {"a": 1.0, "b": 2}, [("options.b", 1, 2)], id="beside-a-number-of-another-type"),
        pytest.param({"a": 1}, {"a": 1.0}, [], id="a-number-of-another-type"),
    ],
)
def test_only_what_differs_is_a_change(
    before: dict[str, Any], after: dict[str, Any], changes: list[tuple[str, Any, Any]]
) -> None:
    """A field that is shown as changed is reviewed, and may decide between an update in place and a restart."""
    assert changed(before, after) == changes
