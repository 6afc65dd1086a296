"""What a platform makes of a job's program before it runs it: the operators by the ids that their state is keyed by.

One value of the port knows how to read, number and compare that form. Most platforms show none: theirs is a plain
`CompiledForm`, and what an edit does to state is judged by what the platform says itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from headgate.model.spec import JobSpec
from headgate.model.topology import Topology


class CompiledForm:
    """That of a platform which shows none: there is nothing to read, number or compare."""

    def topology(self, compiled: str) -> Topology | None:
        """Read the compiled form that a live job carries; None if it cannot be read."""
        return None

    def numbered(self, compiled: str, ids: Mapping[int, int], fresh_from: int) -> str:
        """The compiled form with operator ids taken over from a live job, all others above `fresh_from`."""
        return compiled

    def vertices(self, spec: JobSpec) -> tuple[str, ...]:
        """The vertex ids of a spec run as written, not from a compiled plan: to compare with a live job's.

        Empty where they are not known before a start. Raises `ProviderError`.
        """
        return ()
