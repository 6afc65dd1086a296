"""Dinky answers alike whether it failed before Flink had a job or after: what may run is not started again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.providers.dinky.given import edited, job, options, seen

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.model.live import JobState
from headgate.planning import decide
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.providers.dinky.client import DinkyClient
from headgate.providers.dinky.wire import Begun
from headgate.providers.port import Submission
from headgate.testing.contract import eventually, from_savepoint, started, stopped, submission
from headgate.testing.dinky import DinkySimulator
from headgate.testing.dinky.envelopes import Exceptional, envelope
from headgate.testing.server import Response

REFUSED = "java.lang.RuntimeException: Exception in executing FlinkSQL:\n1  INSERT INTO t SELECT a\n"
PLANNING = (
    f"{REFUSED}Caused by: org.apache.calcite.sql.validate.SqlValidatorException: Column 'a' not found in any table"
)
NO_SAVEPOINT = (
    f"{REFUSED}org.apache.flink.runtime.client.JobInitializationException: no JobMaster\n\tat a.B.c(B.java:1)"
)
LATE = f"{REFUSED}org.apache.flink.table.api.TableException: Failed\nCaused by: java.util.concurrent.TimeoutException\n"
NO_CONNECTION = f"{REFUSED}Caused by: java.net.ConnectException: Connection refused: flink/10.0.0.1:8081"


def struck(dinky: DinkySimulator) -> None:
    """A person looked for the job on the cluster, ended it, and says so as the hint tells."""
    for found in dinky.engine.active("orders"):
        found.word = "CANCELED"
    task = dinky.task_named("orders")
    note = str(task["note"])
    dinky.tables.change(task, {"note": f"{note[: note.index(' by=')]}]"})


def test_a_start_that_failed_after_flink_had_the_job_is_unclear(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """Dinky's database refused the instance of a job that runs: the same code 5 as for a wrong statement."""
    dinky.lifecycle.stumbles = 1

    with pytest.raises(OutcomeUnknown, match="may have been after Flink had it: Deadlock") as first:
        provider.submit(submission(job()))
    with pytest.raises(OutcomeUnknown, match=r"as job [0-9a-f]{32} perhaps") as second:
        provider.submit(submission(job()))

    assert len(dinky.running("orders")) == 1
    assert "look for the job on the cluster" in first.value.hint
    assert "remove `by=" in second.value.hint
    # A person who ended the job on the cluster may as well start the task in Dinky: it has an instance then.
    dinky.engine.active("orders")[0].word = "CANCELED"
    dinky.start_again("orders")
    assert seen(provider).state is JobState.RUNNING


@pytest.fixture
def unclear(dinky: DinkySimulator, provider: DinkyProvider) -> Submission:
    """A restart with another program from a savepoint, which nobody can judge."""
    ended = stopped(provider, started(provider, job()))
    wanted = submission(edited(job()), live=ended, restore=from_savepoint(ended))
    dinky.lifecycle.stumbles = 1
    with pytest.raises(OutcomeUnknown):
        provider.submit(wanted)
    return wanted


def test_another_version_is_not_started_beside_it_either(
    dinky: DinkySimulator, provider: DinkyProvider, unclear: Submission
) -> None:
    """The next commit, or a rollback: it is the task that may run, whatever is to be started."""
    with pytest.raises(OutcomeUnknown, match="failed, which may have been after"):
        provider.submit(submission(job(), live=unclear.live, restore=unclear.restore))

    assert len(dinky.running("orders")) == 1


def test_an_unclear_start_is_reported_as_unknown_with_the_way_out(
    dinky: DinkySimulator, provider: DinkyProvider, unclear: Submission
) -> None:
    """Neither "stopped, so start" nor "suspended, as git asks": nobody knows, and the plan says what to do.

    Also where the marker lost what it succeeds: people's text may leave no room for it, and a job that came from
    another target succeeds nothing of this one.
    """
    live = seen(provider)
    action = decide(edited(job()), live)
    task = dinky.task_named("orders")
    dinky.tables.change(task, {"note": re.sub(r" succeeds=\S+", "", str(task["note"]))})

    assert (live.state, action.reason, action.steps) == (JobState.UNKNOWN, "live-unknown", ())
    assert "failed, which may have been after Flink had it" in action.note
    assert "look for the job on the cluster, and end it if it is there; then remove `by=" in action.hint
    assert seen(provider).state is JobState.UNKNOWN


def test_a_person_who_looked_lets_headgate_go_on_with_the_state(
    dinky: DinkySimulator, provider: DinkyProvider, unclear: Submission
) -> None:
    """One word struck from the note, and the start is tried again from the same savepoint."""
    assert unclear.live is not None
    struck(dinky)
    reported = seen(provider)
    provider.submit(unclear)
    eventually(lambda: provider.health(reported.job_id).settled)

    assert (reported.state, reported.snapshot) == (JobState.SUSPENDED, unclear.live.snapshot)
    assert dinky.ages("orders") == 1
    assert seen(provider).state is JobState.RUNNING


def test_a_word_that_was_struck_is_no_leave_for_the_next_unclear_start(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """Each start is looked for once it cannot be judged."""
    dinky.lifecycle.stumbles = 2
    with pytest.raises(OutcomeUnknown):
        provider.submit(submission(job()))
    struck(dinky)
    with pytest.raises(OutcomeUnknown):
        provider.submit(submission(job()))

    with pytest.raises(OutcomeUnknown, match="failed, which may have been after"):
        provider.submit(submission(job()))

    assert seen(provider).state is JobState.UNKNOWN
    assert len(dinky.running("orders")) == 1


def test_a_change_in_place_is_no_word_of_a_person(dinky: DinkySimulator, provider: DinkyProvider) -> None:
    """What headgate writes again keeps the name of the run: only people strike it."""
    noted = job(options=options(note="nightly"))
    live = started(provider, job())
    provider.update(live, noted, live.marker or pytest.fail("it has no marker"))
    ended = stopped(provider, live)
    dinky.lifecycle.stumbles = 1
    with pytest.raises(Exceptional):
        dinky.start_again("orders")

    with pytest.raises(OutcomeUnknown, match="failed, which may have been after"):
        provider.submit(submission(noted, live=ended, restore=from_savepoint(ended)))

    assert len(dinky.running("orders")) == 1


def test_a_start_whose_end_cannot_be_read_is_unclear(
    dinky: DinkySimulator, provider: DinkyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal is believed when Dinky's own history confirms it, not before."""
    dinky.lifecycle.rejects.add("SUM")
    assert isinstance(provider.client, DinkyClient)
    read = provider.client._instances.begun

    def begun(task_id: int) -> Begun | None:
        if any("submitTask" in line for line in dinky.requests):
            raise Unavailable("no answer")
        return read(task_id)

    monkeypatch.setattr(provider.client._instances, "begun", begun)

    with pytest.raises(OutcomeUnknown, match="'SUM' not found"):
        provider.submit(submission(job()))


@pytest.mark.parametrize(
    ("row", "hours_ago", "expected"),
    [
        pytest.param({"status": 1}, 0, Unavailable, id="going-on"),
        pytest.param({"status": 0}, 0, Unavailable, id="just-begun"),
        pytest.param({"status": 1}, 9, OutcomeUnknown, id="dinky-died-over-it"),
        pytest.param({"status": 2, "jobId": "unknown"}, 0, OutcomeUnknown, id="ended-without-naming-a-job"),
        pytest.param({"status": 3, "jobId": "unknown"}, 0, OutcomeUnknown, id="failed-without-a-word"),
        pytest.param({"status": 3, "error": LATE}, 0, OutcomeUnknown, id="no-answer-in-time"),
        pytest.param({"status": 3, "error": NO_CONNECTION}, 0, OutcomeUnknown, id="no-connection-after-how-much"),
        pytest.param({"status": 3, "error": PLANNING}, 0, None, id="refused-while-planning"),
        pytest.param({"status": 3, "error": PLANNING, "jobId": "f" * 32}, 0, OutcomeUnknown, id="and-yet-a-job"),
        pytest.param({"status": 3, "error": NO_SAVEPOINT}, 0, None, id="ended-by-flink-before-it-ran"),
    ],
)
def test_what_dinky_wrote_down_of_a_start_decides(
    dinky: DinkySimulator,
    provider: DinkyProvider,
    row: dict[str, object],
    hours_ago: int,
    expected: type[ProviderError] | None,
) -> None:
    """A cluster takes minutes to start, and a reply may be lost before: only a history row tells of it then."""
    wanted = submission(job())
    dinky.refuse(at="GET /api/task/submitTask")
    with pytest.raises(OutcomeUnknown):
        provider.submit(wanted)
    task, history_id = dinky.task_named("orders"), dinky.tables.new_id()
    began = (dinky.now() - timedelta(hours=hours_ago)).strftime("%Y-%m-%d %H:%M:%S")
    dinky.tables.histories[history_id] = {"id": history_id, "taskId": task["id"], "startTime": began, **row}

    if expected:
        with pytest.raises(expected):
            provider.submit(wanted)
    else:
        provider.submit(wanted)

    assert len(dinky.running("orders")) == int(expected is None)


def test_a_start_that_was_never_begun_is_refused_and_nothing_more(
    dinky: DinkySimulator, provider: DinkyProvider
) -> None:
    """Dinky writes every start down before it asks Flink: without a row there is nothing to look for."""
    refusal = envelope(None, "2024-10-20 12:00:00", code=1, message="Cluster Instance Not Healthy")
    dinky.fail(1, at="submitTask", response=Response(200, refusal))

    with pytest.raises(Rejected):
        provider.submit(submission(job()))
    provider.submit(submission(job()))

    assert len(dinky.running("orders")) == 1
