"""Whatever reply is lost, whoever was quicker: asking again goes on from what is there, and there is one copy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.providers.cs.given import CsBench, edited, jar_job, sql_job

from headgate.errors import OutcomeUnknown, Rejected
from headgate.model.live import JobState, Live, Several
from headgate.model.spec import Jar, Sql
from headgate.testing.contract import PROJECT, converged, eventually, from_savepoint, seen, started, stopped, submission
from headgate.testing.cs import CsSimulator


@pytest.mark.parametrize("lost", ["lose_replies", "break_replies"])
@pytest.mark.parametrize("at", ["POST .*/sql_job", "POST .*/run"], ids=["created", "run"])
def test_a_first_start_whose_reply_is_lost(bench: CsBench, platform: CsSimulator, at: str, lost: str) -> None:
    """The definition bears the marker, and its status says whether it was started."""
    wanted = submission(sql_job())
    getattr(platform, lost)(at=at)

    with pytest.raises(OutcomeUnknown):
        bench.provider.submit(wanted)
    job_id = bench.again().submit(wanted)

    eventually(lambda: bench.provider.health(job_id).settled)
    assert len(platform.jobs) == 1
    assert len(bench.running("orders")) == 1


@pytest.mark.parametrize("at", ["PATCH .*/sql_job", "POST .*/run"], ids=["updated", "run"])
def test_a_restart_whose_reply_is_lost_keeps_the_state(bench: CsBench, platform: CsSimulator, at: str) -> None:
    """What was to be restored is not lost between the steps."""
    ended = stopped(bench.provider, started(bench.provider, sql_job()))
    wanted = submission(edited(sql_job()), live=ended, restore=from_savepoint(ended))
    platform.lose_replies(at=at)

    job_id = converged(bench.again(), wanted)

    eventually(lambda: bench.provider.health(job_id).settled)
    assert platform.ages("orders") == 1
    assert len(bench.running("orders")) == 1


@pytest.mark.parametrize("successor_answers", [True, False], ids=["told-by-the-successor", "told-by-our-note"])
def test_killed_between_the_update_and_the_start(
    bench: CsBench, platform: CsSimulator, successor_answers: bool
) -> None:
    """The definition is new, the job stands still: it is still known to be suspended, and from which savepoint."""
    platform.successor_answers = successor_answers
    ended = stopped(bench.provider, started(bench.provider, sql_job()))
    wanted = submission(edited(sql_job()), live=ended, restore=from_savepoint(ended))
    platform.refuse(at="POST .*/run")
    with pytest.raises(OutcomeUnknown):
        bench.provider.submit(wanted)

    there = seen(bench.again(), "orders")
    assert there is not None
    assert (there.state, there.snapshot) == (JobState.SUSPENDED, ended.snapshot)
    job_id = bench.again().submit(wanted)

    eventually(lambda: bench.provider.health(job_id).settled)
    assert platform.ages("orders") == 1


def test_a_start_that_is_over_is_not_started_again(bench: CsBench, platform: CsSimulator) -> None:
    """The same attempt, asked for after it ran and failed: a new one needs a new plan."""
    wanted = submission(sql_job())
    job_id = bench.provider.submit(wanted)
    eventually(lambda: bench.provider.health(job_id).settled)
    platform.fail_job("orders")

    assert bench.again().submit(wanted) == job_id
    assert bench.running("orders") == []


def test_another_start_was_quicker(bench: CsBench) -> None:
    """Two runs with different manifests: the second is told, and nothing is started beside the first."""
    started(bench.provider, sql_job())

    with pytest.raises(Rejected, match="job_running"):
        bench.again().submit(submission(edited(sql_job())))

    assert len(bench.running("orders")) == 1


def test_a_first_start_does_not_empty_what_ran_meanwhile(bench: CsBench, platform: CsSimulator) -> None:
    """Planned when nothing was there; since then somebody ran it and stopped it with its state."""
    stopped(bench.provider, started(bench.provider, sql_job()))

    with pytest.raises(Rejected, match="since the plan was made"):
        bench.again().submit(submission(edited(sql_job())))

    assert [job.savepoint for job in platform.jobs.values()] == [0]


def test_a_taken_name_is_told_before_anything_is_made(bench: CsBench, platform: CsSimulator) -> None:
    """Names are unique on the platform, and what is not ours is not touched."""
    platform.start_stranger("orders")

    with pytest.raises(Rejected, match="'orders' is taken by job 50320, that headgate did not make"):
        bench.provider.submit(submission(sql_job()))

    assert not any(line.startswith(("POST", "PATCH")) for line in platform.requests)


def test_a_job_of_another_project_is_not_taken_over(bench: CsBench) -> None:
    """Its marker names its owner."""
    wanted = submission(sql_job())
    bench.again("billing").submit(replace(wanted, marker=replace(wanted.marker, project="billing")))

    [theirs] = bench.provider.observe().others
    with pytest.raises(Rejected, match="of project 'billing'"):
        bench.provider.submit(wanted)

    assert theirs.name == "orders"


def test_a_rename_keeps_the_job_and_its_state(bench: CsBench, platform: CsSimulator) -> None:
    """One definition, another name."""
    ended = stopped(bench.provider, started(bench.provider, sql_job()))
    renamed = replace(sql_job(), name="orders-v2")

    live = started(bench.provider, renamed, live=ended, restore=from_savepoint(ended))

    assert (live.job_id, live.name) == (ended.job_id, "orders-v2")
    assert platform.ages("orders-v2") == 1
    assert platform.running("orders") == []


def test_a_copied_description_makes_two_of_one_name(bench: CsBench, platform: CsSimulator) -> None:
    """A job copied in the console bears the marker twice: that is seen by looking, and a start makes no third."""
    live = started(bench.provider, sql_job())
    desc = platform.jobs[int(live.job_id)].fields["desc"]
    platform.start_stranger("orders-copy", desc=desc)

    told = bench.provider.observe()

    several = told.jobs["orders"]
    assert isinstance(several, Several)
    assert len(several.jobs) == 2
    assert bench.provider.submit(submission(sql_job())) == live.job_id
    assert len([job for job in platform.jobs.values() if job.engines]) == 2


def test_a_status_that_lags_is_not_read_as_an_end(bench: CsBench, platform: CsSimulator) -> None:
    """Right after a start the list may still say what was before it."""
    ended = stopped(bench.provider, started(bench.provider, sql_job()))
    platform.list_lags = 3
    platform.takes = 4

    bench.provider.submit(submission(sql_job(), live=ended, restore=from_savepoint(ended)))
    [live] = bench.provider.observe().jobs.values()

    assert isinstance(live, Live)
    assert live.state is JobState.STARTING


def test_a_job_of_another_kind_is_another_job(bench: CsBench) -> None:
    """SQL cannot become a jar in one definition."""
    ended = stopped(bench.provider, started(bench.provider, sql_job()))

    with pytest.raises(Rejected, match="a SQL job and cannot become a jar job"):
        bench.provider.submit(submission(jar_job("orders"), live=ended, restore=from_savepoint(ended)))


def test_an_upload_whose_reply_is_lost_is_made_again(bench: CsBench, platform: CsSimulator, tmp_path: Path) -> None:
    """The note about where the jar is was not left yet, so nobody can say that it is there."""
    file = tmp_path / "windows.jar"
    file.write_bytes(b"PK")
    spec = jar_job(program=Jar("build/windows.jar", "com.example.Windows", (), "ab" * 32, str(file)))
    platform.lose_replies(at="POST .*/jar_job")

    job_id = converged(bench.provider, submission(spec))

    eventually(lambda: bench.provider.health(job_id).settled)
    assert len(bench.running("windows")) == 1
    assert [job.uploads for job in platform.jobs.values()] == [2]


def test_a_job_that_runs_is_not_changed_in_place(bench: CsBench) -> None:
    """Nobody documents what may be; one that stands still may be."""
    spec = sql_job()
    live = started(bench.provider, spec)
    marker = submission(spec).marker
    with pytest.raises(Rejected, match="job_running"):
        bench.provider.update(live, edited(spec), marker)

    ended = stopped(bench.provider, live)
    bench.provider.update(ended, replace(spec, program=Sql("SELECT 2")), replace(marker, project=PROJECT))

    there = seen(bench.provider, "orders")
    assert there is not None
    assert there.applied is not None
    assert there.applied.program == Sql("SELECT 2")
    assert (there.state, there.snapshot) == (JobState.SUSPENDED, ended.snapshot)
