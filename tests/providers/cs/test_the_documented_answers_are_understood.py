"""The bodies of the API reference, as they stand there, through the adapter.

From "Querying Job Details" (cs_02_0037), "Querying the List of Jobs" (cs_02_0036) and "Querying the Job Execution Plan"
(cs_02_0039) of the Cloud Stream API reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.providers.cs.given import CsBench

from headgate.model.live import JobState
from headgate.model.spec import Jar
from headgate.testing.cs import CsSimulator
from headgate.testing.huawei import PROJECT_ID
from headgate.testing.server import Request, Response

DOCUMENTED = Path(__file__).parent / "documented"


def documented(name: str) -> Any:
    return json.loads((DOCUMENTED / f"{name}.json").read_text("utf-8"))


class Documented(CsSimulator):
    """Says what the pages say, and nothing else."""

    def answer(self, request: Request) -> Response:
        pages = {
            f"/v1.0/{PROJECT_ID}/jobs": "job-list",
            f"/v1.0/{PROJECT_ID}/job/50320": "job-details",
            f"/v1.0/{PROJECT_ID}/job/50320/execute_graph": "execute-graph",
        }
        if "cursor" in request.query:
            return Response(200, {"message_id": "CS.10001", "payload": {"total": 1, "jobs": []}})
        return Response(200, (DOCUMENTED / f"{pages[request.path]}.json").read_text("utf-8"))


@pytest.fixture
def platform() -> Iterator[Documented]:
    with Documented() as platform:
        yield platform


def test_job_details_reach_the_user_unchanged(bench: CsBench) -> None:
    """`status --raw` is the platform's own words."""
    assert bench.provider.detail("50320") == documented("job-details")["payload"]


def test_job_details_become_a_manifest(bench: CsBench) -> None:
    """The documented list has no details, so the documented details are asked for; the sample's name is theirs."""
    observed = bench.provider.observe()

    [live] = observed.others
    assert (live.job_id, live.name, live.state, live.word) == ("50320", "my_job_001", JobState.RUNNING, "job_running")
    assert live.started_at == 1516952710740
    assert live.marker is None
    assert live.applied is not None
    assert live.applied.program == Jar(
        "obs://cs-flink-jar/52818/WindowJoin.jar", "org.apache.spark.examples.streaming.JavaQueueStream"
    )
    assert live.applied.parallelism == 1
    assert live.applied.options == {
        "cluster_id": 100000,
        "obs_bucket": "string",
        "log_enabled": True,
        "smn_topic": "cs_job_exception",
    }


def test_the_documented_plan_is_drawn_as_far_as_it_goes(bench: CsBench) -> None:
    """What its items hold is not documented; they are shown as they are."""
    [vertex] = bench.provider.graph("50320").vertices

    assert (vertex.id, vertex.name) == ("1", '{"key": "value"}')
