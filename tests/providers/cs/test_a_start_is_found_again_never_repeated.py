"""Whatever reply is lost, any caller that was quicker: asking again goes on from what is there, and there is one
copy.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.providers.cs.given import CsBench, edited, jar_job, sql_job

from headgate.errors import OutcomeUnknown
from headgate.model.live import JobState
from headgate.model.spec import Jar
from headgate.testing.contract import converged, eventually, from_savepoint, seen, started, stopped, submission
from headgate.testing.cs import CsSimulator


@pytest.mark.parametrize("successor_answers", [True, False], ids=["reported-by-the-successor", "reported-by-our-note"])
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
