"""One look at a target shared by the jobs that are about to be written there, or were written, in the same moment.

Every job is looked at again just before its first write and after its last. When thousands are written side by side,
one listing serves all that ask within the same half second; and a listing that takes long is not asked for again until
its time has passed once more, so that looking never takes more than half of the time.
"""

from __future__ import annotations

import threading
import time

from headgate.model.live import Observation
from headgate.providers.port import Provider

_SAME_MOMENT = 0.5


class SharedObservation:
    """The newest observation of one target, never older than a moment."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._lock = threading.Lock()
        self._seen: Observation | None = None
        self._begun = self._ended = float("-inf")

    def now(self) -> Observation:
        """What the target reports, asked for no longer than half a second ago. Raises ProviderError."""
        return self.since(time.monotonic() - _SAME_MOMENT)

    def since(self, moment: float) -> Observation:
        """What the target reports, asked for after that moment of the monotonic clock. Raises ProviderError."""
        with self._lock:
            if self._seen is None or self._begun < moment:
                pause = self._ended + (self._ended - self._begun) - time.monotonic()
                if 0 < pause < float("inf"):
                    threading.Event().wait(pause)
                self._begun = time.monotonic()
                self._seen = self._provider.observe()
                self._ended = time.monotonic()
            return self._seen
