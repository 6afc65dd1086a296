"""What to do: a pure function from desired and observed to a plan.

Nothing here has effects, reads a clock or knows a platform by name. `deciding` is the rule book, one job at a time,
`compatibility` its second look, at what a platform says of what would be started;
`diffing` finds the changed fields, `state_verdicts` says what an edit does to state, `restore_points` chooses what to
start from, `last_seen` tells where a job is that its target does not have,
`one_cluster` finds targets that are one, `forgotten_jobs` says what is left of a job that its target has forgotten,
`start_ids` names what is started, `safety` bounds how much one run may touch,
`drifting` says what left by itself, `renaming` what was most likely renamed, `live_jobs` which job has a name,
`orphans` what no manifest has, `broken_manifests` what manifests that do not load may concern, and `planner` puts the
actions together.
"""

from headgate.planning.compatibility import CompatibilityReport, is_lost, needs_compatibility_report
from headgate.planning.deciding import both, changes_of, decide, decide_rollback, in_sync, started_from
from headgate.planning.diffing import diff
from headgate.planning.live_jobs import look_up, our_job
from headgate.planning.one_cluster import each_run_once, homes_of
from headgate.planning.plan_input import JobHistory, PlanInput
from headgate.planning.planner import plan
from headgate.planning.safety import refusals
from headgate.planning.start_ids import derive_start_key, successor_id

__all__ = [
    "CompatibilityReport",
    "JobHistory",
    "PlanInput",
    "both",
    "changes_of",
    "decide",
    "decide_rollback",
    "derive_start_key",
    "diff",
    "each_run_once",
    "homes_of",
    "in_sync",
    "is_lost",
    "look_up",
    "needs_compatibility_report",
    "our_job",
    "plan",
    "refusals",
    "started_from",
    "successor_id",
]
