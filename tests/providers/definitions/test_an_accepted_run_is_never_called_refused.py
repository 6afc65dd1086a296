"""Once a platform has accepted the request to run a job, no later trouble says that nothing was started."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.providers.definitions.toy_platform import ToyClient, ToyServer

from headgate.errors import OutcomeUnknown
from headgate.model.spec import JobSpec, Sql
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.definitions.start_once import Wanted
from headgate.providers.http import Unauthorised
from headgate.testing.bench import PROJECT, submission

SPEC = JobSpec("orders", "toy", Sql("INSERT INTO t SELECT a FROM s"))


class LateClient(ToyClient):
    """What a start looks at lags behind; `after_run` is what happens as soon as a run was accepted."""

    def __init__(self, server: ToyServer) -> None:
        super().__init__(server)
        self.after_run: Callable[[], None] = lambda: None
        self.server, self.lost, self.hidden, self.before = server, False, 0, tuple[Definition, ...]()

    def candidates(self, wanted: Wanted) -> tuple[Definition, ...]:
        if self.hidden:
            self.hidden -= 1
            return self.before
        self.before = super().candidates(wanted)
        return self.before

    def run(self, definition: Definition, wanted: Wanted, beside: tuple[Definition, ...]) -> bool:
        super().run(definition, wanted, beside)
        self.hidden = 3
        self.after_run()
        if self.lost:
            self.lost = False
            raise OutcomeUnknown("the reply was lost")
        return False


def provider(client: ToyClient) -> DefinitionProvider:
    return DefinitionProvider(client, project=PROJECT, pause=lambda seconds: None)


def test_credentials_that_expire_after_the_run_leave_it_unclear() -> None:
    """Reported as `Rejected`, the previous revision would be started beside it."""
    client = LateClient(ToyServer())

    def expire() -> None:
        def refused(wanted: Wanted) -> tuple[Definition, ...]:
            raise Unauthorised("the token has expired", hint="renew it")

        client.candidates = refused  # type: ignore[method-assign]

    client.after_run = expire

    with pytest.raises(OutcomeUnknown, match="the token has expired"):
        provider(client).submit(submission(SPEC))
    assert client.server.rows[1].copies == 1


def test_a_second_copy_that_comes_up_after_the_run_leaves_it_unclear() -> None:
    """Our own start is one of the copies."""
    client = LateClient(ToyServer())

    def copied() -> None:
        row = client.server.rows[1]
        client.server.run(client.server.make("orders", row.program, row.note))

    client.after_run = copied

    with pytest.raises(OutcomeUnknown, match="more than one copy"):
        provider(client).submit(submission(SPEC))


def test_a_run_whose_reply_was_lost_and_that_shows_late_is_not_made_again() -> None:
    """The definition has our start key already, so an earlier call may have run it: it is looked at for a while."""
    client = LateClient(ToyServer())
    client.lost = True
    with pytest.raises(OutcomeUnknown):
        provider(client).submit(submission(SPEC))

    provider(client).submit(submission(SPEC))

    assert client.server.rows[1].copies == 1
