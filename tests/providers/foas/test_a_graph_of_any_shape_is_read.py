"""The plan of a job is a text of the platform: whatever is in it, it is a graph, or none, and never an accident."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headgate.providers.foas import plan_json
from headgate.providers.foas.pauses import completed_checkpoints
from headgate.providers.foas.properties import Asked

DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "plan",
    ["", "null", "[]", "7", '"text"', "{", DEEP, '{"nodes": null}', '{"nodes": {"a": 1}}', '{"nodes": [null, 1, []]}'],
    ids=lambda plan: plan[:20],
)
def test_a_plan_without_nodes_is_a_graph_without_vertices(plan: str):
    """As `null`, as a list, cut off, or nested without end."""
    assert plan_json.vertices(plan) == ()
    assert plan_json.usual_parallelism(plan) == 1


@pytest.mark.parametrize("odd", [None, "", "\u00b2", "9" * 5000, 1e400, -1, 2.5, True, [], {}, "x"])
def test_a_parallelism_that_cannot_be_read_is_one(odd: Any):
    """A superscript two is a digit to Python and no number."""
    node = {"id": [1], "name": None, "parallelism": odd, "predecessors": [{"id": {}}, None]}
    plan = json.dumps({"nodes": [node], "links": [{"source": None, "target": []}, 3]})

    [vertex] = plan_json.vertices(plan)

    assert vertex.parallelism == 1
    assert vertex.inputs == ()


@pytest.mark.parametrize(
    "asked", [DEEP, '{"parallelism": 1e400, "options": {}}', '{"parallelism": 4', '{"options": {}}', "[]"]
)
def test_what_somebody_wrote_over_our_line_is_not_ours(asked: str):
    """Statistics that are nested without end count nothing, either."""
    assert Asked.read(f"#headgate: {asked}\na=b\n") is None
    assert Asked.read("a=b\n") is None
    assert completed_checkpoints(DEEP) is None
