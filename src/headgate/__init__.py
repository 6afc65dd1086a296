"""headgate: a declarative GitOps reconciler for Apache Flink jobs.

`Headgate` does everything the command line does; it is imported when it is first used, so that `headgate --version`
need not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate._version import __version__

if TYPE_CHECKING:
    from headgate.project import Headgate, load

__all__ = ["Headgate", "__version__", "load"]


def __getattr__(name: str) -> Any:
    if name in ("Headgate", "load"):
        from headgate import project

        return getattr(project, name)
    raise AttributeError(f"module 'headgate' has no attribute {name!r}")
