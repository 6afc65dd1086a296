"""headgate as a process of its own, on a platform in memory that waits where a test wants it to.

    python -m tests.cli.program apply --yes

Before every submit the platform says `held` on stderr and waits for a line on stdin; with $SILENT_BECAUSE it answers
nothing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from unittest import mock

from headgate.cli.main import main
from headgate.cli.output import note
from headgate.model.project import Target
from headgate.providers.port import Provider, Submission
from headgate.testing.memory import MemoryPlatform


class HeldPlatform(MemoryPlatform):
    """Every submit waits until it is let go."""

    def submit(self, submission: Submission) -> str:
        note("held")
        sys.stdin.readline()
        return super().submit(submission)


def opener(target: Target, *, project: str, cache: Path | None) -> Provider:
    platform = HeldPlatform(target.name)
    platform.silent = os.environ.get("SILENT_BECAUSE", "")
    return platform


if __name__ == "__main__":
    with mock.patch("headgate.project.headgate.open_provider", opener):
        main()
