"""The answers of GetRefPackageJob that its documentation shows, as they stand there, through the adapter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.providers.foas.bench import opened

from headgate.errors import OutcomeUnknown, Rejected
from headgate.model.spec import Jar
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.foas import plan_json, spec
from headgate.providers.foas.client import FoasClient
from headgate.providers.foas.spec import Place
from headgate.providers.foas.wire import Job, items
from headgate.testing.server import Request, Response, SimulatedServer

DOCUMENTED = Path(__file__).parent / "documented"
JSON = (DOCUMENTED / "GetRefPackageJob.json").read_text("utf-8")
XML = (DOCUMENTED / "GetRefPackageJob.xml").read_text("utf-8")


class Documentation(SimulatedServer):
    """Answers everything with the same text."""

    project = "project1"

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.seen: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.seen.append(request)
        return Response(200, self.text)


@contextmanager
def documentation(text: str) -> Iterator[tuple[DefinitionProvider, Documentation]]:
    with Documentation(text) as server:
        provider = opened(server)
        yield provider, server
        provider.close()


def test_the_documented_json_comes_through_unchanged():
    """Every field of the job, its plan and its comments included."""
    with documentation(JSON) as (provider, server):
        assert provider.references("package1.jar") == ("job1",)
        assert provider.references("package:package1.jar") == ("job1",)
        assert isinstance(provider.client, FoasClient)
        rows = provider.client.calls.jobs_using("package1.jar")

    assert rows == json.loads(JSON)["Jobs"]["Job"]
    [request, *_] = server.seen
    assert (request.method, request.path) == ("GET", "/api/v2/projects/project1/packages/package1.jar/jobs")
    assert request.query == {"RegionId": "cn-shanghai", "pageIndex": "1", "pageSize": "50"}
    assert request.headers["accept"] == "application/json"
    assert request.headers["x-acs-action"] == "GetRefPackageJob"


def test_the_documented_xml_is_refused_in_clear_words():
    """It is never mistaken for an answer without jobs."""
    with documentation(XML) as (provider, _):
        with pytest.raises(Rejected, match="XML") as refused:
            provider.references("package1.jar")
        with pytest.raises(Rejected, match="XML"):
            provider.observe()
        assert isinstance(provider.client, FoasClient)
        with pytest.raises(OutcomeUnknown, match="XML"):
            provider.client.calls.create_folder("/team")

    assert "JSON is asked for" in refused.value.hint


def test_the_documented_job_is_a_manifest():
    """A DataStream job: its class, its jar, and none of its plan, which its program decides."""
    [row] = items(json.loads(JSON), "Jobs", "Job")
    job = Job.of(row)

    applied = spec.applied(job, None, Place())

    assert applied is not None
    assert applied.program == Jar(
        "package:blink_test_datastream.jar",
        "com.hjc.test.blink_test.ChinanTopSpeedWindowing2",
        ("blink.job.name=datastream_prestest",),
    )
    assert (applied.parallelism, applied.config) == (1, {})
    assert applied.options == {
        "engineVersion": "blink-3.4.4",
        "clusterId": "et2cloud****",
        "queueName": "root.bayes_team",
    }
    assert job.committed
    assert job.modified_at == 1583722910000


def test_the_documented_plan_is_a_graph():
    """Nodes without names are called what their contents are; predecessors are inputs."""
    [row] = items(json.loads(JSON), "Jobs", "Job")

    graph = plan_json.vertices(Job.of(row).content.plan_json)

    assert [(vertex.id, vertex.inputs) for vertex in graph] == [
        ("1", ()),
        ("2", (("1", "FORWARD"),)),
        ("4", (("2", "KEY-GROUP"),)),
        ("5", (("4", "FORWARD"),)),
    ]
    assert (graph[0].name, graph[0].parallelism) == ("Source: Custom Source", 1)
