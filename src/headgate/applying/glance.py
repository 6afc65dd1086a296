"""One look at a target shared by the jobs that are about to be written there in the same moment.

Every job is looked at again just before its first write. When thousands are written side by side, one listing serves
all that ask within the same half second.
"""

from __future__ import annotations

import threading
import time

from headgate.model.live import Observation
from headgate.providers.port import Provider

_SAME_MOMENT = 0.5


class Glance:
    """The newest observation of one target, never older than a moment."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._lock = threading.Lock()
        self._seen: Observation | None = None
        self._begun = float("-inf")

    def now(self) -> Observation:
        """What the target says, asked for no longer than half a second ago. Raises ProviderError."""
        with self._lock:
            if self._seen is None or time.monotonic() - self._begun > _SAME_MOMENT:
                self._begun = time.monotonic()
                self._seen = self._provider.observe()
            return self._seen
