"""A fresh repository for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.manifests.given import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty git repository with an empty jobs folder."""
    return Repo(tmp_path)
