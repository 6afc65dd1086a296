"""A write that sets fields is sent again only if nothing has changed meanwhile: nobody's edit is overwritten unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.providers.cs.given import CsBench
from tests.providers.dli.bench import DliBench
from tests.providers.foas.bench import FoasBench

from headgate.errors import OutcomeUnknown, Unavailable
from headgate.providers.again import compared, sent
from headgate.testing.contract import from_savepoint, started, stopped, submission
from headgate.testing.cs import CsSimulator
from headgate.testing.dli import DliSimulator
from headgate.testing.foas import FoasSimulator
from headgate.testing.server import Request, Response

Trouble = type[OutcomeUnknown] | type[Unavailable]


class Row:
    """A definition somewhere. `write` sets it, and `troubles` are what becomes of the first requests."""

    def __init__(self, *troubles: tuple[Trouble, Callable[[Row], None]]) -> None:
        self.fields: dict[str, Any] = {"sql": "old", "note": "theirs"}
        self.troubles = list(troubles)
        self.requests = 0

    def write(self, fields: dict[str, Any]) -> None:
        self.requests += 1
        if self.troubles:
            trouble, meanwhile = self.troubles.pop(0)
            if trouble is OutcomeUnknown:
                self.fields |= fields
            meanwhile(self)
            raise trouble("no reply")
        self.fields |= fields


def change(row: Row) -> None:
    before, fields = dict(row.fields), {"sql": "new", "secret": "never reported again"}
    sent(lambda: row.write(fields), lambda: compared({k: row.fields[k] for k in ("sql", "note")}, fields, before))


def nothing(row: Row) -> None:
    """Nobody does anything meanwhile."""


def edited(row: Row) -> None:
    row.fields["sql"] = "edited by a person"


def edited_elsewhere(row: Row) -> None:
    row.fields["note"] = "edited by a person"


@pytest.mark.parametrize(
    ("trouble", "meanwhile", "requests"),
    [
        pytest.param(OutcomeUnknown, nothing, 1, id="arrived"),
        pytest.param(Unavailable, nothing, 2, id="did-not-arrive"),
        pytest.param(OutcomeUnknown, edited_elsewhere, 1, id="arrived-and-another-field-was-edited"),
        pytest.param(Unavailable, edited_elsewhere, 2, id="another-field-was-edited"),
    ],
)
def test_it_is_sent_again_only_if_it_is_not_there(
    trouble: Trouble, meanwhile: Callable[[Row], None], requests: int
) -> None:
    """A reply that is lost costs a look, not the run."""
    row = Row((trouble, meanwhile))

    change(row)

    assert (row.fields["sql"], row.requests) == ("new", requests)


@pytest.mark.parametrize("trouble", [OutcomeUnknown, Unavailable])
def test_what_a_person_wrote_meanwhile_stays(trouble: Trouble) -> None:
    """The next run sees it as drift and decides."""
    row = Row((trouble, edited))

    with pytest.raises(trouble):
        change(row)

    assert (row.fields["sql"], row.requests) == ("edited by a person", 1)


def test_it_is_given_up_where_the_trouble_stays() -> None:
    """A platform that answers no write at all is no reason to go on for ever."""
    row = Row(*[(Unavailable, nothing)] * 9)

    with pytest.raises(Unavailable):
        change(row)

    assert row.requests == 3


THEIRS = "INSERT INTO t SELECT 'edited by a person' FROM s"


@pytest.mark.parametrize(
    ("simulator", "bench_of", "write", "field"),
    [
        pytest.param(DliSimulator, DliBench, "PUT .*/sql-jobs/", "sql_body", id="dli"),
        pytest.param(CsSimulator, CsBench, "PATCH .*/sql_job", "sql_body", id="cs"),
        pytest.param(FoasSimulator, FoasBench, r"PUT .*/jobs/orders\?", "Code", id="foas"),
    ],
)
def test_an_edit_in_the_console_survives_a_lost_reply(
    simulator: Any, bench_of: Any, write: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody saves another statement in the moment in which our reply is lost: it is not written over."""
    with simulator() as platform:
        bench = bench_of(platform)
        ended = stopped(bench.provider, started(bench.provider, bench.spec("orders")))
        restore = replace(from_savepoint(ended), allow_non_restored=True)
        wanted = submission(bench.edited(bench.spec("orders")), live=ended, restore=restore)
        answer, writes = platform.answer, []

        def answered(request: Request) -> Response:
            reported: Response = answer(request)
            if re.search(write, request.line):
                writes.append(request.line)
                platform.edit("orders", **{field: THEIRS})
            return reported

        monkeypatch.setattr(platform, "answer", answered)
        platform.lose_replies(at=write)

        with pytest.raises(OutcomeUnknown):
            bench.provider.submit(wanted)
        shown = str(bench.provider.detail(ended.job_id))
        bench.close()

    assert len(writes) == 1
    assert "edited by a person" in shown
