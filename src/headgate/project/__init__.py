"""One project, from its manifests to its platforms: what the CLI calls, and what `import headgate` offers.

    from headgate import Headgate
    with Headgate.open() as headgate:
        plan = headgate.plan()
        report = headgate.apply(plan)

Who asks whom while a plan is made, and in which order, is on the page of `headgate.planning`. What this package does in
a run, in that order:

- `loading`                 headgate.yaml and its manifests, offline
- `headgate`                the class itself: it observes every target, has `planning` decide, and `applying` do it
- `answers`                 what planning asks: of the store one thing after the other, of the platforms side by side
- `compatibility_reports`   what a platform, and storage, say of a start: asked once for each job that would be started
- `limits`, `transitions`   what stops a plan, and what is waited for before it is made
- `observation_records`     what was seen, for the store; `savepoint_retention` which savepoints are deleted, and when

and what a person asks for:

- `job_lookup`              where the jobs are that a person asks about; `name_checks` that they exist
- `operations`              savepoints, and a rollback by hand (its rules are in `planning.rollback`)
- `importing`               manifests from what runs; `import_candidates` of which jobs
- `jar_references`          which jobs use a package

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
