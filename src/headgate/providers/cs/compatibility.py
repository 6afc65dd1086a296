"""What becomes of the state of a job that is started with another manifest, as far as anybody documents it."""

from __future__ import annotations

from headgate.model.plan import StateVerdict, Verdict
from headgate.model.spec import AppliedSpec, JobSpec


def state_verdict(spec: JobSpec, have: AppliedSpec) -> StateVerdict | None:
    """By the platform's own ways; None where the program changed, which nobody can judge."""
    before, after = have.fields(), spec.fields()
    code = ("udf_jar_url", "config_url")
    same = all(before.get(key) == after.get(key) for key in ("statement", "jar", "env"))
    if not same or any(have.options.get(key) != spec.options.get(key) for key in code):
        return None
    if have.parallelism != spec.parallelism:
        # DLI's pages warn of it for checkpoints, and Cloud Stream's say nothing.
        why = "nobody documents that a start with another parallelism takes up the savepoint"
        return StateVerdict.of_all(Verdict.UNKNOWN, why)
    why = "the same program, started from the savepoint of its last run"
    return StateVerdict.of_all(Verdict.KEPT, why)
