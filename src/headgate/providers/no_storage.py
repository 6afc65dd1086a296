"""The part of the port about storage, for a platform that reports nothing of what is kept outside of its jobs."""

from __future__ import annotations

from collections.abc import Mapping

from headgate.model.live import Kept, Snapshot
from headgate.model.spec import JobSpec


class NoStorage:
    """Answers every question about storage with "not known"; an adapter overrides what its platform does report."""

    def kept(self, job: str) -> Kept | None:
        return None

    def retained(self, job: str, job_ids: tuple[str, ...], config: Mapping[str, str]) -> tuple[Snapshot, ...]:
        return ()

    def no_place(self, spec: JobSpec) -> str:
        return ""

    def exists(self, path: str) -> bool | None:
        return None
