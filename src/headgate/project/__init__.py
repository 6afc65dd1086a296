"""One project, from its manifests to its platforms: what the CLI calls, and what `import headgate` offers.

    from headgate import Headgate
    with Headgate.open() as headgate:
        plan = headgate.plan()
        report = headgate.apply(plan)

- `headgate`   the class itself: looking, planning, applying
- `loading`    headgate.yaml and its manifests, offline
- `finding`    where the jobs are that a person asks about
- `gathering`  what a platform is asked about a spec that would be started
- `recalling`  what the store knows of a job's past
- `importing`  manifests from what runs
- `referring`  which jobs use a package
- `operating`  savepoints and rollbacks that a person asks for
- `retiring`   which savepoints are deleted, and when

Every method may raise `HeadgateError`. A platform's trouble is never an exception in a plan: its jobs are unknown, the
others are planned and applied.
"""

from headgate.project.headgate import Headgate, LimitPassed
from headgate.project.loading import load, schemas

__all__ = ["Headgate", "LimitPassed", "load", "schemas"]
