"""The JobManager is killed between a stop and the start that follows, and comes back knowing nothing."""

from __future__ import annotations

import pytest
from tests.clusters import Cluster, eventually
from tests.providers.flink.conftest import PrivateFlink
from tests.providers.flink.jobs import a_project, counting_spec, opened, settled, stopped

from headgate.model.live import Observation
from headgate.model.plan import Restore, RestoreKind

pytestmark = [pytest.mark.flink, pytest.mark.full]


def test_what_was_stopped_goes_on_after_a_restart_of_the_cluster(private: PrivateFlink):
    """No store, no job in the listing: the folder of the job says that it is not new, and where its state is."""
    project = a_project()
    spec = counting_spec("survivor", f"{project}-survivor")
    before = opened(private.up(), project)
    job_id = settled(before, project, spec)
    eventually(lambda: max(Cluster(private.flink).printed(f"{project}-survivor"), default=0) > 20)
    path = stopped(before, job_id)
    before.close()

    private.kill_jobmanager()
    after = opened(private.up(), project)
    forgotten, kept, there = after.observe(), after.kept("survivor"), after.exists(path)
    settled(after, project, spec, Restore(RestoreKind.SAVEPOINT, path), predecessor=job_id)
    counted = eventually(lambda: Cluster(private.flink).printed(f"{project}-survivor"))
    after.close()

    assert forgotten == Observation()
    assert kept is not None
    assert (kept.existed, [snapshot.path for snapshot in kept.snapshots]) == (True, [path])
    assert there is True
    assert min(counted) > 20
