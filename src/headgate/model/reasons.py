"""Why an action was chosen: stable codes, each with what it means and the next move (`headgate explain CODE`)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """The reason of an action."""

    IN_SYNC = "in-sync"
    FINISHED = "finished"
    NOT_RUNNING_BY_CHOICE = "not-running-by-choice"
    LEFT_GIT = "left-git"
    NOT_RUNNING_YET = "not-running-yet"
    SPEC_CHANGED = "spec-changed"
    RENAMED = "renamed"
    SUSPENDED_IN_GIT = "suspended-in-git"
    RUNNING_IN_GIT = "running-in-git"
    FAILED = "failed"
    STOPPED_OUTSIDE = "stopped-outside"
    EDITED_OUTSIDE = "edited-outside"
    PRUNED = "pruned"
    UNMARKED = "unmarked"
    LIVE_UNKNOWN = "live-unknown"
    SEVERAL_LIVE = "several-live"
    OWNED_BY_ANOTHER = "owned-by-another"
    LIVES_ELSEWHERE = "lives-elsewhere"
    IN_TRANSITION = "in-transition"
    MOVED = "moved"
    FORGOTTEN = "forgotten"
    PAST_UNKNOWN = "past-unknown"
    NOTHING_TO_RESTORE = "nothing-to-restore"
    EARLIEST_UNKNOWN = "earliest-unknown"
    STATEMENT_REJECTED = "statement-rejected"
    DEPENDENCY_MISSING = "dependency-missing"
    PLANNER_FAILED = "planner-failed"
    NOT_COMPILED = "not-compiled"
    STATE_PARTIAL = "state-partial"
    STATE_LOST = "state-lost"
    STATE_UNKNOWN = "state-unknown"
    STATE_WRONG = "state-wrong"
    NAME_TAKEN = "name-taken"
    NOT_SUPPORTED = "not-supported"
    ABOVE_MAX_PARALLELISM = "above-max-parallelism"
    SNAPSHOT_MISSING = "snapshot-missing"
    SNAPSHOT_TOO_OLD = "snapshot-too-old"
    REVISION_FAILING = "revision-failing"
    RETRY_LATER = "retry-later"
    ROLLED_BACK = "rolled-back"
    NOT_SETTLED_YET = "not-settled-yet"
    LIKELY_RENAME = "likely-rename"
    NOTHING_IN_GIT = "nothing-in-git"
    MANIFEST_INVALID = "manifest-invalid"


EXPLAINED = {
    Reason.IN_SYNC: "The job that runs is the job in git. Nothing is done.",
    Reason.FINISHED: "The job has read all of its bounded input and ended. It is not started again until it changes.",
    Reason.NOT_RUNNING_BY_CHOICE: "git asks for `state: suspended`, and the job is not running. Nothing is done.",
    Reason.LEFT_GIT: (
        "The job runs and has this project's marker, but its manifest is gone. It is left alone unless pruning is "
        "asked for: `--prune`, or `safety.prune: true`. A job that is pruned is stopped with a savepoint."
    ),
    Reason.NOT_RUNNING_YET: "The target answered completely and does not have this job. It is started.",
    Reason.SPEC_CHANGED: (
        "What the job computes, or how it runs, is not what git asks for. It is stopped with a savepoint and started "
        "again from it. Whitespace, comments, keyword case and defaults written out are no difference."
    ),
    Reason.RENAMED: "`previous_name` names a job that runs: its state goes on under the new name.",
    Reason.SUSPENDED_IN_GIT: "git asks for `state: suspended`: the job is stopped with a savepoint, its state kept.",
    Reason.RUNNING_IN_GIT: "git asks for `state: running`, and the job was suspended: it goes on from its savepoint.",
    Reason.FAILED: "The job failed. It is started again from its newest retained checkpoint or savepoint.",
    Reason.STOPPED_OUTSIDE: (
        "The job was cancelled, or stopped, by somebody other than headgate while git asks for it to run. It is "
        "started again from its newest retained checkpoint or savepoint."
    ),
    Reason.EDITED_OUTSIDE: (
        "The job is not what its manifest said when it was applied, and the manifest has not changed since: somebody "
        "edited it on the platform. `apply` makes it what git asks for again; `headgate import TARGET JOB` takes the "
        "edit into git; `ignore` in the manifest leaves a field to the one who else owns it."
    ),
    Reason.PRUNED: (
        "The manifest is gone and pruning was asked for: the job is stopped with a savepoint. Where the platform keeps "
        "definitions, that of the job stays: a manifest that comes back resumes from it, and `headgate status --all` "
        "lists it. With `--prune --delete`, or `safety.prune: delete`, it is deleted once the job has stopped, if it "
        "has this project's marker. headgate deletes no savepoint; where the platform keeps the state of a stopped job "
        "with its definition, the plan says `state: lost`, because no start can read it afterwards. A deletion counts "
        "against `safety.max_cancels`."
    ),
    Reason.UNMARKED: (
        "A job of this name runs that no headgate project started. If its execution graph is the one the manifest "
        "compiles to, it is adopted: stopped with a savepoint and started from it, now bearing this project's marker. "
        "`savepoint.strategy: path` starts it from what it names, and with `none` it is cancelled and started empty."
    ),
    Reason.LIVE_UNKNOWN: (
        "The target did not answer, or not in a way that can be trusted, so nobody knows whether this job runs. "
        "Nothing is done: starting it could make two copies. Run again when the target answers."
    ),
    Reason.SEVERAL_LIVE: (
        "More than one running job has this project's marker and this name. headgate touches neither: decide which "
        "one is right, cancel the other with the platform's own tools, and run again."
    ),
    Reason.OWNED_BY_ANOTHER: (
        "A job of this name runs and has the marker of another project. Rename one, or remove it from one project."
    ),
    Reason.LIVES_ELSEWHERE: (
        "The job still runs on another target of this project, as far as is known. Starting it here would make two "
        "copies: suspend it there first (`state: suspended` under the old target), or cancel it. If headgate.yaml no "
        "longer has that target, nobody can look there: put it back until the job is moved; or end the job there "
        "and name what to start from with `savepoint: {strategy: path, path: ...}`, or start empty with "
        "`savepoint: {strategy: none}`."
    ),
    Reason.IN_TRANSITION: (
        "The job is starting, restarting or stopping: no savepoint can be taken of it now. Wait and run again. (One "
        "that restarts and never completed a checkpoint has nothing to lose, and is replaced.) If it never settles, "
        "name what to go on from: with `savepoint: {strategy: path, path: ...}` it is cancelled and started from that "
        "savepoint or retained checkpoint, by `apply` or by `rollback`. The plan names the newest one there is; with "
        "that one, `state: suspended` cancels it too. Flink deletes a job's own checkpoints when it is cancelled, "
        "unless `execution.checkpointing.externalized-checkpoint-retention` is RETAIN_ON_CANCELLATION. "
        "With `savepoint.strategy: none` the job is cancelled and started empty."
    ),
    Reason.MOVED: (
        "The job has run on another target, where its state is. It is stopped there with a savepoint and started here "
        "from it, where this target can read it. Where it cannot, that would mean starting empty: name a savepoint "
        "that it can read with `savepoint: {strategy: path, path: ...}`, or consent with `savepoint: {accept: [lost]}`."
    ),
    Reason.FORGOTTEN: (
        "The target no longer knows this job - a JobManager that was restarted remembers nothing - but the store does: "
        "it was stopped with a savepoint, and is started from that savepoint. The target's storage was asked: it has "
        "no later savepoint and no later start."
    ),
    Reason.PAST_UNKNOWN: (
        "The target does not have this job and keeps no trace of jobs that are gone. Either the store does not answer, "
        "so it is not known whether the job has run before; or the store alone knows it, so it is not known whether "
        "another run, with a store of its own, has started it since. Nothing is done: a start could be an empty one, "
        "or one from an old savepoint. Bring the store back and run again; or name what to start from with `savepoint: "
        "{strategy: path, path: ...}`; or consent to an empty start with `savepoint: {strategy: none}`. On Flink a "
        "savepoint directory that the JobManager can read (`savepoint_dir`) keeps such traces."
    ),
    Reason.NOTHING_TO_RESTORE: (
        "The job has ended and no savepoint or retained checkpoint of it can be proven to exist, so starting it would "
        "mean starting empty. Name a snapshot with `savepoint: {strategy: path, path: ...}`, or consent to an empty "
        "start with `savepoint: {strategy: none}`. A bounded job that finished leaves none either: where neither the "
        "target nor the store remembers its end, `state: suspended` says that it is not to run again."
    ),
    Reason.EARLIEST_UNKNOWN: (
        "`savepoint.strategy: earliest` needs to know the savepoints of the job, and neither the target nor the store "
        "knows any. Name one with `strategy: path`."
    ),
    Reason.STATEMENT_REJECTED: (
        "The target does not accept the new statement; the message is its own. A job that runs is left as it is. "
        "Mend the statement, or the option, at the line that is named."
    ),
    Reason.DEPENDENCY_MISSING: (
        "The statement asks for something that the target does not have: a connector, a format, a catalog, a file "
        "system or a class. Nothing is done. If the name is mistyped, mend it. Otherwise put the jar into Flink's lib "
        "folder on every node (the plugin of a file system into a folder of its own below plugins) and restart them; a "
        "function may bring its own jar, with ADD JAR or USING JAR."
    ),
    Reason.PLANNER_FAILED: (
        "The target's planner failed while it read the statement, by a fault of its own that says nothing of the "
        "statement. Nothing is done. Write the statement another way, use another Flink version, or report the fault."
    ),
    Reason.NOT_COMPILED: (
        "The target did not say whether it accepts the new statement: it could not be asked, or it refused the "
        "question for a reason that is not in the statement. The message says which. Nothing is done. Mend that, or "
        "run again when the target answers."
    ),
    Reason.STATE_PARTIAL: (
        "The edit keeps the state of some operators and drops that of others. To go ahead, consent in the manifest "
        "with `savepoint: {accept: [partial]}`; or start empty with `savepoint: {strategy: none}`."
    ),
    Reason.STATE_LOST: (
        "No operator of the new job can read the old state. To go ahead, consent in the manifest with "
        "`savepoint: {accept: [lost]}`; or start empty with `savepoint: {strategy: none}`."
    ),
    Reason.STATE_UNKNOWN: (
        "Whether the old state fits the new job, or would mean the same in it, cannot be judged. To go ahead, consent "
        "in the manifest with `savepoint: {accept: [unknown]}`; with `[unknown, partial]` if state that no operator of "
        "the new job takes may be dropped. Or start empty with `savepoint: {strategy: none}`."
    ),
    Reason.STATE_WRONG: (
        "The platform would accept the old state and the job would then compute wrong results: an operator would look "
        "up by one column what was kept by another. There is no consent to that: start empty with "
        "`savepoint: {strategy: none}`."
    ),
    Reason.NAME_TAKEN: (
        "A job of this name runs that no headgate project started, and its execution graph is not the one the manifest "
        "compiles to. Starting the manifest would run beside it; taking it over could lose its state. Rename the job "
        "in git, make the manifest match, or consent with `savepoint: {accept: [unknown]}`."
    ),
    Reason.NOT_SUPPORTED: (
        "The platform cannot do what the manifest asks for; the message says what. Nothing is done. Change the "
        "manifest, or run the job on another target. `headgate explain platforms` has a table of what each can do."
    ),
    Reason.ABOVE_MAX_PARALLELISM: (
        "The parallelism is above the max parallelism of the job, and state cannot be spread wider than that. Lower "
        "the parallelism, or raise `pipeline.max-parallelism`, which loses the state."
    ),
    Reason.SNAPSHOT_MISSING: (
        "There is no snapshot at the path that the job would be restored from. Nothing was stopped. Name "
        "one that is there with `savepoint: {strategy: path, path: ...}`, or choose another strategy."
    ),
    Reason.SNAPSHOT_TOO_OLD: (
        "The newest snapshot of the job is older than `savepoint.max_age` allows, so what was computed since would be "
        "computed again. Raise max_age, name the snapshot with `strategy: path`, or consent to an empty start with "
        "`strategy: none`."
    ),
    Reason.REVISION_FAILING: (
        "This version of the manifest was started before and did not settle, or was rolled back by hand. It is not "
        "tried again until the manifest changes, or `--retry` is given."
    ),
    Reason.RETRY_LATER: (
        "This version of the manifest was started before and the infrastructure failed it: no free slot, a lost "
        "TaskManager, or storage that could not be read. It is not to blame, and the job that ran before stands in for "
        "it. `reconcile` tries it again after 2 minutes, then 4, up to an hour, for each try stops that job. `apply` "
        "tries it at once."
    ),
    Reason.ROLLED_BACK: (
        "What was started did not settle, or a person asked for a rollback: the revision that ran before is started "
        "again from the same snapshot."
    ),
    Reason.NOT_SETTLED_YET: (
        "An earlier run started this job and ended before it saw the job settle. It is waited for now; if it does not "
        "settle, it is rolled back. A job that runs and only has no checkpoint yet is never rolled back for that."
    ),
    Reason.LIKELY_RENAME: (
        "The manifest is new, and a job with the same program runs under a name that has left git, or ended under it "
        "and left its state: most likely it was renamed. Starting it would run both, or begin empty beside that state. "
        "Write `previous_name: OLD` to continue the state of the old one; or consent to an empty start beside it "
        "with `savepoint: {strategy: none}`. One that runs may also be ended first, in a run of its own (`headgate "
        "apply --prune OLD`); its state is then asked about in the same way."
    ),
    Reason.NOTHING_IN_GIT: (
        "There is no manifest at all, or none in one of the places that `jobs:` names, so pruning would end every job "
        "of the project, or every job from there: more likely a wrong folder, a submodule that was not fetched or a "
        "broken checkout than a wish. Nothing is pruned. Take a place that is to be empty out of `jobs:`. To end the "
        "last job, write `state: suspended` into its manifest, apply, and remove the manifest then."
    ),
    Reason.MANIFEST_INVALID: (
        "In a plan: a job manifest does not load, so it is not known what git asks of the jobs it may concern. Nothing "
        "is done to them, and what runs goes on. They are the jobs whose names it states (`name`, `previous_name`); "
        "where no name can be read, every live job of the project that no other manifest has; and jobs that depend on "
        "one of these and would be started. In such a run nothing is pruned, and a new job with the program of one "
        "that no manifest has is not started, because it may be that job under a new name. Every other job is planned "
        "and applied, and the run exits with 3. `headgate validate` shows all mistakes, offline."
    ),
}

_CONSENT = "to go ahead: `savepoint: {{accept: [{}]}}` in the manifest"
_RUN_AGAIN = "run again when the target answers"
_NAME_ONE = "name one to start from: `savepoint: {strategy: path, path: ...}` in the manifest"

# What to do about a job that is blocked, in a line: the first move, where EXPLAINED has all of them.
FIRST_MOVES: Mapping[str, str] = {
    Reason.LIVE_UNKNOWN: _RUN_AGAIN,
    Reason.SEVERAL_LIVE: "cancel all but the right one with the platform's own tools, then run again",
    Reason.OWNED_BY_ANOTHER: "rename one of the two jobs, or remove it from one project",
    Reason.LIVES_ELSEWHERE: "run again when that target answers",
    Reason.IN_TRANSITION: "wait and run again",
    Reason.MOVED: f"{_NAME_ONE}, if this target reads it; or start empty: `savepoint: {{strategy: none}}`",
    Reason.PAST_UNKNOWN: "bring the store back, and run again",
    Reason.NOTHING_TO_RESTORE: f"{_NAME_ONE}; or start empty: `savepoint: {{strategy: none}}`",
    Reason.EARLIEST_UNKNOWN: _NAME_ONE,
    Reason.STATEMENT_REJECTED: "mend what stands at the place named",
    Reason.DEPENDENCY_MISSING: "give the target the jar that is missing, or mend the name",
    Reason.PLANNER_FAILED: "write the statement another way, or report this fault to the platform",
    Reason.NOT_COMPILED: _RUN_AGAIN,
    Reason.STATE_PARTIAL: _CONSENT.format("partial"),
    Reason.STATE_LOST: _CONSENT.format("lost"),
    Reason.STATE_UNKNOWN: _CONSENT.format("unknown"),
    Reason.STATE_WRONG: "to go ahead, start empty: `savepoint: {strategy: none}` in the manifest",
    Reason.NAME_TAKEN: "rename the job in git, or make the manifest what runs",
    Reason.NOT_SUPPORTED: "change the manifest, or run the job on another target",
    Reason.ABOVE_MAX_PARALLELISM: "lower the parallelism",
    Reason.SNAPSHOT_MISSING: "name one that is there: `savepoint: {strategy: path, path: ...}` in the manifest",
    Reason.SNAPSHOT_TOO_OLD: f"raise `savepoint.max_age`; or {_NAME_ONE}",
    Reason.RETRY_LATER: "give the cluster what it lacks; `headgate apply` tries it at once",
    Reason.REVISION_FAILING: "mend the manifest; or try this version once more with `--retry`",
    Reason.LIKELY_RENAME: "if it was renamed, write `previous_name: OLD` into the manifest",
    Reason.MANIFEST_INVALID: "mend the manifest (`headgate validate` shows all mistakes); what runs is left as it is",
    Reason.NOTHING_IN_GIT: "are these the right folder and the whole checkout?",
}
