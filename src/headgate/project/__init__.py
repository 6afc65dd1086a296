"""One project, from its manifests to its platforms: what the CLI calls, and what `import headgate` offers.

    from headgate import Headgate
    with Headgate.open() as headgate:
        plan = headgate.plan()
        report = headgate.apply(plan)

- `headgate`   the class itself: looking, planning, applying
- `loading`    headgate.yaml and its manifests, offline
- `job_lookup`    where the jobs are that a person asks about
- `compatibility_reports`  what a platform is asked about a spec that would be started
- `load_history`  what the store knows of a job's past
- `importing`  manifests from what runs
- `jar_references`  which jobs use a package
- `operations`  savepoints and rollbacks that a person asks for
- `savepoint_retention`   which savepoints are deleted, and when

Every method may raise `HeadgateError`. A platform's trouble is never an exception in a plan: its jobs are unknown, the
others are planned and applied. `Headgate` is imported when it is first used: to read manifests, as `validate` and shell
completion do, nothing that plans or applies is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.project.loading import load, project_file, schemas

if TYPE_CHECKING:
    from headgate.project.headgate import Headgate
    from headgate.project.limits import LimitPassed

__all__ = ["Headgate", "LimitPassed", "load", "project_file", "schemas"]


def __getattr__(name: str) -> Any:
    if name in ("Headgate", "LimitPassed"):
        from headgate.project import headgate

        return getattr(headgate, name)
    raise AttributeError(f"module 'headgate.project' has no attribute {name!r}")
