"""Flink tells nothing of a job's parameters while it is being created, and for a while longer from a cache."""

from __future__ import annotations

import pytest
from tests.providers.flink.jobs import a_project, counting_spec, opened, submission

from headgate.local import LocalFlink
from headgate.model.live import Live

pytestmark = pytest.mark.flink


@pytest.mark.parametrize("known", [True, False], ids=["by-the-same-process", "by-another-process"])
def test_it_is_not_taken_for_a_strangers(adaptive: LocalFlink, known: bool):
    """A stranger of the same name blocks, or is adopted; and what was read wrong once would be remembered."""
    project = a_project()
    starting, another = opened(adaptive, project), opened(adaptive, project)
    spec = counting_spec(f"{project}-being-started", project)

    job_id = starting.submit(submission(project, spec))
    seen = (starting if known else another).observe()
    starting.cancel(job_id)
    starting.close()
    another.close()

    [live] = seen.jobs.values()
    assert isinstance(live, Live)
    assert live.job_id == job_id
    assert live.marker is not None
    assert job_id not in {other.job_id for other in seen.others}
