"""A simulated platform refuses what an adapter forgot to fill in, as nothing on a real one would make sense of it."""

from __future__ import annotations

import json
from urllib.parse import quote

import httpx
import pytest

from headgate.testing.server import Request, Response, SimulatedServer


class Agreeable(SimulatedServer):
    """Says yes to everything it is asked."""

    def answer(self, request: Request) -> Response:
        return Response(200, {"said": "yes"})


@pytest.mark.parametrize(
    ("query", "body"),
    [
        pytest.param("", json.dumps({"jar": {"uri": "obs://${env:JARS}/a.jar"}}), id="json"),
        pytest.param("", "code=" + quote("SELECT '${env:KEY}'"), id="form"),
        pytest.param("?name=" + quote("${env:NAME}"), "", id="query"),
    ],
)
def test_a_request_with_a_placeholder_is_refused(query: str, body: str):
    """Wherever it stands: a simulator that took it would hide that the platform never got the value."""
    with Agreeable() as platform:
        refused = httpx.post(f"{platform.url}/jobs{query}", content=body)
        fine = httpx.post(f"{platform.url}/jobs", content="a price of ${NAME}")

    assert (refused.status_code, fine.status_code) == (400, 200)
