"""A simulator of Alibaba Cloud Realtime Compute (Blink) and its `foas` OpenAPI 2018-11-11.

    with FoasSimulator() as platform:
        platform.start_stranger("clicks")
        ...                                    # requests to platform.url, signed with testid and testsecret
        assert platform.running("orders") == ["7"]

It is made from the service's OpenAPI metadata, its SDKs and its documentation: wrapped lists, pages that begin with 1,
plans that are generated while one asks again, states that are shown late, errors under odd statuses, XML for a caller
that
does not ask for JSON. Signatures are verified. What a job keeps is modelled too: `ages` counts the starts its state has
survived, and only a pause and a resumption keep it.

`platform` is the service and its switches, `server` with `job_calls` and `project_calls` is its API, `jobs` is what
jobs and instances do over time, `plans` makes plans, `signatures` verifies requests, `answers` writes what is answered.
"""

from headgate.testing.foas.jobs import SimulatedInstance, SimulatedJob
from headgate.testing.foas.server import FoasSimulator

__all__ = ["FoasSimulator", "SimulatedInstance", "SimulatedJob"]
