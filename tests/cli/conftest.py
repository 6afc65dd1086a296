"""The project every command line test starts from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.given import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A folder with a project of one job, `orders`, on two platforms in memory; the working directory."""
    made = Workspace(tmp_path / "repo")
    monkeypatch.chdir(made.root)
    monkeypatch.setattr("headgate.project.headgate.open_provider", made.open_provider)
    monkeypatch.delenv("HEADGATE_DEBUG", raising=False)
    return made
