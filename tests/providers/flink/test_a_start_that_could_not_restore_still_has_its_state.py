"""A start that was given a savepoint and failed before it could restore it: that savepoint is its state."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.clusters import eventually
from tests.providers.flink.jobs import a_project, counting_spec, observed, opened, settled, stopped, submission

from headgate.local import LocalFlink
from headgate.model.live import JobState
from headgate.model.plan import Restore, RestoreKind

pytestmark = pytest.mark.flink


def test_it_is_not_said_to_have_nothing_to_lose(flink: LocalFlink):
    """Flink says that nothing was restored and no checkpoint completed; started empty, the count would begin again."""
    project = a_project()
    provider = opened(flink, project)
    spec = counting_spec("unrestored", f"{project}-unrestored")
    first = settled(provider, project, spec)
    path = stopped(provider, first)
    metadata = Path(urlsplit(path).path) / "_metadata"
    whole = metadata.read_bytes()
    metadata.write_bytes(whole[: len(whole) // 2])

    again = provider.submit(submission(project, spec, Restore(RestoreKind.SAVEPOINT, path), predecessor=first))
    eventually(lambda: provider.health(again).state is JobState.FAILED)
    live = observed(provider, "unrestored")
    provider.close()

    assert not live.provably_empty
    assert live.snapshot is not None
    assert live.snapshot.path == path
