"""`plan -o FILE` takes the place of an older plan and of nothing else: a slip must not cost a manifest."""

from __future__ import annotations

import json
import os

import pytest

from tests.cli.given import Workspace, headgate


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("name: orders\n", id="a-manifest"),
        pytest.param('{"some": "json"}', id="other-json"),
        pytest.param("[1]", id="a-list"),
        pytest.param('{"format_version": "1", "error": {}}', id="another-document-of-ours"),
        pytest.param("{", id="a-brace"),
    ],
)
def test_a_file_that_is_no_plan_is_left_as_it_is(workspace: Workspace, text: str) -> None:
    """It is refused before any target is asked."""
    file = workspace.write("precious", text)
    workspace.local.silent = "contacted"

    result = headgate("plan", "-o", "precious")

    assert result.exit_code == 1
    assert "error[usage]: this file is there and is no plan" in result.stderr
    assert "at: precious" in result.stderr
    assert result.stdout == ""
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize("left", ["whole", "cut-short", "edited", "empty"])
def test_an_older_plan_is_written_over(workspace: Workspace, left: str) -> None:
    """CI writes to the same place in every run, whatever became of the last."""
    headgate("plan", "-o", "plan.json")
    text = (workspace.root / "plan.json").read_text("utf-8")
    found = {"whole": text, "cut-short": text[:200], "edited": text.replace("orders", "ordres"), "empty": ""}[left]
    workspace.write("plan.json", found)

    result = headgate("plan", "-o", "plan.json")

    assert result.exit_code == 0
    assert json.loads((workspace.root / "plan.json").read_text("utf-8"))["reviewed"]["digest"]


def test_what_is_no_regular_file_is_written_to(workspace: Workspace) -> None:
    """A device or a pipe loses nothing."""
    assert headgate("plan", "-o", os.devnull).exit_code == 0
    assert workspace.local.writes == []
