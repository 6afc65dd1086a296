"""headgate: a declarative GitOps reconciler for Apache Flink jobs.

`Headgate` does everything the command line does; it is imported when it is first used, so that `headgate --version`
need not wait for it.

The life of one run, in the order of the packages (the README has it as a picture):

    cli         which command, which project, which environment
    manifests   git -> JobSpec, one for each job: YAML, SQL, `${env:NAME}`; every mistake with its place
    providers   platform -> Live, Absent or Unknown; all targets at once, each request bounded in time and size
    store       what platforms forget: unfinished intents, savepoints, history, what did not settle
    planning    all of it -> Plan: for each job a verb, a reason, a state verdict and steps. Pure: same input, same plan
    reporting   Plan -> text, JSON or Markdown; its fingerprint is what a reviewer has seen
    applying    for each job: lock it, look at it again, note the intent, carry out the step, note what came of it;
                then wait until it settles, or start again the previous revision

A run that is cut off anywhere leaves an intent in the store and its start key on the job: the next one looks first, and
continues from there. `project` is where the parts meet, `local` a Flink on this machine, `testing` platforms that are
simulated. Each package's docstring says what it may know and what it must not.
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
