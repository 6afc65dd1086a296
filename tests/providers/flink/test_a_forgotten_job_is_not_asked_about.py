"""A job that only the store remembers has no place on the cluster: nothing about its id is asked there."""

from __future__ import annotations

import httpx

from headgate.model.live import JobState, Live, Marker
from headgate.model.plan import Change, Impact, PlatformVerdict
from headgate.model.spec import AppliedSpec, JobSpec, Savepoint, Sql, Strategy
from headgate.providers.flink.adapter import FlinkProvider
from headgate.providers.http import Api
from headgate.providers.run_facts import Facts

COUNT = Sql("INSERT INTO sink SELECT id, COUNT(*) FROM orders GROUP BY id")


def test_another_parallelism_of_a_forgotten_job_is_judged_by_the_manifest_alone():
    """Asked about it, the cluster would say that there is no such job, and no start be planned."""
    asked: list[str] = []

    def no_such_job(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        return httpx.Response(404, json={"errors": ["Could not find Flink job"]})

    api = Api("there", "http://flink", transport=httpx.MockTransport(no_such_job), pause=lambda seconds: None)
    provider = FlinkProvider("there", api, Facts(None, "flink", "there"), project="shop")
    wider = JobSpec("orders", "there", COUNT, 2, savepoint=Savepoint(Strategy.PATH, "s3://b/chk-9"))
    known = Live(
        "ab" * 16,
        "orders",
        JobState.STOPPED,
        marker=Marker("shop", "orders", "r1"),
        applied=AppliedSpec(COUNT, 1, {}, {}),
        remembered=True,
    )

    platform_verdict = provider.platform_verdict(wider, known, (Change("parallelism", 1, 2, Impact.RESTART),))

    assert (platform_verdict, asked) == (PlatformVerdict(), [])
