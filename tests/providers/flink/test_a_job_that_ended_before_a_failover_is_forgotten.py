"""A JobManager that takes over lists a job that had just ended without a word about it; all answers are Flink's."""

from __future__ import annotations

import json

import httpx
import pytest

from headgate.errors import Rejected
from headgate.providers.flink.adapter import FlinkProvider
from headgate.providers.flink.rejection import judge
from headgate.providers.http import Api
from headgate.providers.run_facts import Facts

ENDED = "ead3d5c8cd1617971b8ce51cd86d9087"
LISTED = {
    "jid": ENDED,
    "name": "unknown",
    "start-time": 1796066035641,
    "end-time": 0,
    "duration": -1796066035641,
    "state": "CANCELED",
    "last-modification": 0,
    "tasks": {"running": 0, "total": 0},
}
CONFIG = {"jid": ENDED, "name": "unknown", "execution-config": {"job-parallelism": 1, "user-config": {}}}
BROKEN = {"errors": ["Internal server error.", "<Exception on server side:\njava.lang.NullPointerException\n"]}


def provider(*, state: str) -> FlinkProvider:
    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.path.removeprefix(f"/jobs/{ENDED}"):
            case "/jobs/overview":
                return httpx.Response(200, json={"jobs": [LISTED]})
            case "/config":
                return httpx.Response(200, json=CONFIG)
            case "/status":
                return httpx.Response(200, json={"status": state})
            case _:
                return httpx.Response(500, text=json.dumps(BROKEN))

    api = Api("there", "http://flink", transport=httpx.MockTransport(answer), pause=lambda seconds: None, judge=judge)
    return FlinkProvider("there", api, Facts(None, "flink", "http://flink"), project="payments")


def test_it_does_not_make_the_target_unreadable():
    """It stays in the listing for an hour: until then no job of any project could be planned."""
    seen = provider(state="CANCELED").observe()

    assert seen.jobs == {}
    assert seen.others == ()


def test_nothing_is_known_of_what_it_carried():
    """Its id is taken, and no project owns it: a start takes the next id."""
    carried = provider(state="CANCELED")._observing.carried_now(ENDED)

    assert carried.marker is None


def test_a_job_that_lives_is_never_taken_for_one():
    """What cannot be read of a job that may be ours is unknown, not nothing."""
    with pytest.raises(Rejected):
        provider(state="RUNNING")._observing.carried_now(ENDED)
