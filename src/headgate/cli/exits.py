"""The exit codes of a plan and of a report; those of errors are theirs (`HeadgateError.exit_code`)."""

from __future__ import annotations

from headgate.model.outcome import Report
from headgate.model.plan import Plan

DONE = 0
CHANGES_PENDING = 2
PARTIAL = 3
REFUSED = 4


def of_plan(plan: Plan, *, named: bool, detailed: bool) -> int:
    """4 goes first: `apply` refuses such a plan whole.

    Then 3: any caller that waits for "no changes" must not take a job that cannot be observed for one in sync.
    Nor one that fails again and again: `detailed` shows that too. Without it a plan is for reading, and one that mends
    another job is not refused for it.
    """
    if plan.refused:
        return REFUSED
    if plan.blocked or _untold(plan, named=named) or (detailed and plan.degraded):
        return PARTIAL
    return CHANGES_PENDING if detailed and plan.has_changes else DONE


def of_report(plan: Plan, report: Report, *, named: bool) -> int:
    """Of everything that was applied; a target that gave no answer may hold jobs that left git."""
    return report.exit_code or (PARTIAL if _untold(plan, named=named) else DONE)


def _untold(plan: Plan, *, named: bool) -> bool:
    """Is there a target, or a manifest, of which nothing is known?

    With jobs named, only their own targets and manifests count, and those show as blocked jobs.
    """
    return bool(plan.unknown_targets or plan.errors) and not named
