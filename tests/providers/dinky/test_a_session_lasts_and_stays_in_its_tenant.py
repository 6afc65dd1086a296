"""One session a user, a tenant in a cookie, and refusals that look like success."""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx
import pytest
from tests.providers.dinky.given import job, opened, seen

from headgate.errors import Rejected, Unavailable
from headgate.model.live import JobState
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.providers.http import Unauthorised
from headgate.providers.http.connections import Connections
from headgate.testing.contract import eventually, started, submission
from headgate.testing.dinky import DinkySimulator
from headgate.testing.server import Response

Connect = Callable[..., DinkyProvider]


@pytest.mark.parametrize("token_name", ["token", "dinky-token"])
def test_the_token_has_the_name_that_the_server_gives_it(token_name: str) -> None:
    """A setting of the server; its default changed after 1.1."""
    with DinkySimulator(token_name=token_name) as dinky:
        provider = opened(dinky)
        assert started(provider, job()).state is JobState.RUNNING
        assert dinky.logins == 1
        provider.close()


def test_a_session_that_ended_is_renewed_once_for_reads_and_writes(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """After a 401 nothing was executed, so even a write may be asked again."""
    live = started(provider, job())

    dinky.log_out()
    assert seen(provider).state is JobState.RUNNING
    dinky.fail(at="GET /api/task/cancel", response=dinky.not_logged_in())
    provider.cancel(live.job_id)

    assert dinky.logins == 3
    assert dinky.running("orders") == [] or dinky.engine.active("orders")[0].word == "CANCELLING"


def test_a_user_that_somebody_else_works_as_is_reported(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """One session a user: a caller that logs in ends ours, and two of us would end each other's for ever."""
    provider.observe()
    dinky.fail(9, at="POST /api/task", response=dinky.not_logged_in())

    with pytest.raises(Unavailable, match="somebody else uses it") as kicked:
        provider.observe()

    assert "a Dinky user of its own" in kicked.value.hint


def test_a_wrong_password_is_refused_and_not_tried_again(dinky: DinkySimulator, connect: Connect) -> None:
    """Dinky says so with HTTP 200 and code 7."""
    with pytest.raises(Unauthorised) as refused:
        connect(password="another").observe()

    assert dinky.requests.count("POST /api/login") == 1
    assert "another" not in str(refused.value)


def test_the_tenant_is_chosen_by_code_or_id_and_never_guessed(dinky: DinkySimulator, connect: Connect) -> None:
    """With one there is nothing to choose; with two the target names one."""
    dinky.tenants.append({"id": 2, "tenantCode": "second", "note": ""})
    for tenant in ("second", 2, "2"):
        started(connect(tenant=tenant), job(f"orders-{tenant}-{type(tenant).__name__}"))

    with pytest.raises(Rejected, match="names none") as unnamed:
        connect().observe()
    with pytest.raises(Rejected, match="not in tenant"):
        connect(tenant="third").observe()

    assert "default, second" in unnamed.value.hint
    assert {row["tenantId"] for row in dinky.tables.tasks.values() if row["name"].startswith("orders")} == {2}


def test_an_empty_answer_is_no_answer(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """The tenant interceptor refuses with a 200 and nothing: one more login, then an error; never an empty list."""
    started(provider, job())

    dinky.fail(1, at="POST /api/task", response=Response(200, None))
    assert seen(provider).state is JobState.RUNNING
    dinky.fail(9, at="POST /api/task", response=Response(200, None))
    with pytest.raises(Unauthorised, match="tenant"):
        provider.observe()

    assert dinky.logins == 3


def test_a_tenant_does_not_change_in_the_middle(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """The jobs of another tenant are not there, and that must not be read as "absent"."""
    started(provider, job())
    dinky.tenants[0] = {"id": 5, "tenantCode": "another", "note": ""}

    with pytest.raises(Rejected, match="another tenant"):
        provider.observe()


class Slots(threading.BoundedSemaphore):
    """Says when a caller has to wait for one."""

    waits = threading.Event()

    def __enter__(self, blocking: bool = True, timeout: float | None = None) -> bool:
        if not self.acquire(blocking=False):
            self.waits.set()
            self.acquire()
        return True


def test_a_start_and_a_look_share_one_limit(
    dinky: DinkySimulator, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`concurrency` and `requests_per_second` are what a person promised of this Dinky: starts count like looks."""
    Slots.waits.clear()
    monkeypatch.setattr("threading.BoundedSemaphore", Slots)
    provider = connect(concurrency=1)
    provider.observe()
    started = dinky.hold(at="submitTask")
    starting = threading.Thread(target=lambda: provider.submit(submission(job())))
    looking = threading.Thread(target=provider.observe)

    starting.start()
    eventually(lambda: "submitTask" in dinky.requests[-1])
    looking.start()
    assert Slots.waits.wait(60)
    assert "submitTask" in dinky.requests[-1]
    started.set()
    starting.join()
    looking.join()

    assert len(dinky.running("orders")) == 1


def test_a_start_may_take_longer_than_a_look(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dinky answers when the cluster has the job, which is minutes where it has to be made first."""
    given: dict[str, float] = {}

    class Timed(Connections):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            given[request.url.path] = request.extensions["timeout"]["read"]
            return super().handle_request(request)

    monkeypatch.setattr("headgate.providers.http.api.Connections", Timed)
    provider = connect(timeout=30, slow_timeout=900)

    provider.submit(submission(job()))

    assert given["/api/task/submitTask"] == 900
    assert given["/api/task"] == 30
