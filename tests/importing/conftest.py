"""The place every import starts from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.given import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A project without jobs on two platforms that tell what they run; the working directory."""
    made = Place(tmp_path / "repo")
    monkeypatch.chdir(made.root)
    monkeypatch.setattr("headgate.project.headgate.open_provider", made.open_provider)
    return made
