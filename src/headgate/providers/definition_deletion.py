"""The part of the port about definitions, for a platform that keeps none of a job that has ended."""

from __future__ import annotations

from headgate.errors import Rejected
from headgate.model.live import Live


class NoDefinitions:
    name: str

    def delete_definition(self, live: Live) -> None:
        raise Rejected(f"{self.name} keeps no definition of job {live.name!r}: there is nothing to delete")
