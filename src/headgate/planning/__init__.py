"""What to do: a pure function from what git wants and what was observed to a plan.

Nothing here has effects, reads a clock or knows a platform by name. What planning does not know it asks: `plan` is a
generator of questions (`questions`), which `project` answers from the store and from the platforms.

One run, as planning sees it (the life of a whole run is on the page of `headgate`):

    cli        `headgate apply`
    project    loads headgate.yaml and the manifests; a commit and the values of secrets come with them
    project    observes every target, side by side: an answer, or unknown
    project    gives `plan` a `PlanInput`: the specs, the observations, and what earlier runs left unfinished
    planning     one decision per job (`job_decision`), all side by side, each from the top:
                 unknown, a stranger's, several?    decided, nothing is asked
                 it does not run where git says     LastSeen: where did the store see it last?
                 git and the target are compared    `deciding`, the rule book, and `moves` make a draft
                 something would be started         Quarantined, Revisions: has an earlier one not settled? (`rollback`)
    project      answers each round from the store
    planning     what left git, was renamed, or waits for another job is held back (`orphans`, `renaming`,
                 `broken_manifests`), and of what is still to be started:
                 all of it at once                  Compatibility: what does its platform say, and storage?
    project      asks the platforms, side by side (`compatibility_reports`)
    planning     the answers are the last word (`compatibility`): in place, blocked, or with this state
    planning     `safety` bounds how much one run may touch
    cli        shows the plan (`reporting`), and asks for consent
    applying   each action under its lock: one more look, then step by step; a start that does not settle is undone,
               as `rollback` says
    cli        shows the report

The rules, by what they decide:

- `deciding`            one job, from what git wants and what was observed: the rule book
- `moves`, `last_seen`  a job that is, or was, on another target; `one_cluster`: two targets that are one
- `rollback`            what did not settle: every rule on going back; `previous_revision` to what, `job_history` what
                        the store is asked for it, `backoff` when a loop tries again
- `compatibility`       the answer of a platform, made into an action; `state_verdicts`: what an edit does to state
- `restore_points`      what a start restores; `forgotten_jobs`: what storage has of a job that its target forgot
- `orphans`, `renaming`, `broken_manifests`   jobs without a manifest, and what may be theirs
- `diffing`, `drifting` which fields differ, and what left the applied revision by itself
- `live_jobs`, `start_ids`                    which job has a name, and the ids that a start is asked for under
- `safety`, `checkpointing`                   what a person has to consent to, or should know
"""

from headgate.planning.compatibility import CompatibilityReport, is_lost
from headgate.planning.deciding import changes_of, decide, in_sync, started_from
from headgate.planning.diffing import diff
from headgate.planning.forgotten_jobs import is_newest
from headgate.planning.live_jobs import both, each, look_up, our_job
from headgate.planning.one_cluster import each_run_once, homes_of
from headgate.planning.plan_input import PlanInput
from headgate.planning.planner import plan
from headgate.planning.questions import (
    Compatibility,
    LastSeen,
    Quarantined,
    Question,
    Revisions,
    Round,
    answered,
    one_by_one,
)
from headgate.planning.safety import refusals
from headgate.planning.start_ids import derive_start_key, successor_id

__all__ = [
    "Compatibility",
    "CompatibilityReport",
    "LastSeen",
    "PlanInput",
    "Quarantined",
    "Question",
    "Revisions",
    "Round",
    "answered",
    "both",
    "changes_of",
    "decide",
    "derive_start_key",
    "diff",
    "each",
    "each_run_once",
    "homes_of",
    "in_sync",
    "is_lost",
    "is_newest",
    "look_up",
    "one_by_one",
    "our_job",
    "plan",
    "refusals",
    "started_from",
    "successor_id",
]
