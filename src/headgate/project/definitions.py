"""Definitions that platforms keep of stopped jobs: where they can be deleted, and when that is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from headgate.errors import UsageError
from headgate.providers.port import Provider, Support


def definitions_of(providers: Iterable[Provider]) -> dict[str, bool]:
    """The targets that keep definitions which can be deleted, and whether a start can read the state of a job then."""
    return {
        provider.name: provider.capabilities.state_outlives is Support.YES
        for provider in providers
        if provider.capabilities.delete_definition is Support.YES
    }


def require_pruning(*, prune: bool, delete: bool) -> None:
    """Raise UsageError where definitions are to be deleted of jobs that nobody asked to prune."""
    if delete and not prune:
        raise UsageError(
            "only what is pruned is deleted, and nobody asked for pruning",
            hint="give both: `--prune --delete`; or set `safety: {prune: delete}` in headgate.yaml",
        )
