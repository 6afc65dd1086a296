"""Warnings: what a person should know that stops nothing, each with a stable code (`headgate explain CODE`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class WarningCode(StrEnum):
    """The kind of a warning."""

    OPTION_WITHOUT_EFFECT = "option-without-effect"
    CHECKPOINTING_OFF = "checkpointing-off"
    COMMIT_UNKNOWN = "commit-unknown"
    CREDENTIAL_IN_CLEAR = "credential-in-clear"
    SERVER_UNCHECKED = "server-unchecked"
    ONE_CLUSTER = "one-cluster"
    SAVEPOINT_DIR_UNUSABLE = "savepoint-dir-unusable"
    PLACEHOLDER_LOOKALIKE = "placeholder-lookalike"
    STATEMENT_DOUBTFUL = "statement-doubtful"


EXPLAINED = {
    WarningCode.STATEMENT_DOUBTFUL: (
        "The target reads another SQL than Flink's (Stream SQL of Huawei, Blink SQL), and Flink would refuse the "
        "statement at the place that is named. headgate knows the rules of Flink, not those of this platform, so it "
        "sends the statement as it is. If the platform refuses it, the hint says what to change."
    ),
    WarningCode.PLACEHOLDER_LOOKALIKE: (
        "A value looks like the placeholder of another tool, such as ${NAME}, ${ENV:NAME} or $NAME. headgate reads "
        "${env:NAME} only, so that the value is used as it stands. Write ${env:NAME} to have the variable put in its "
        "place; if the text is meant as it stands, there is nothing to do."
    ),
    WarningCode.CHECKPOINTING_OFF: (
        "The job keeps state, and neither its manifest nor its cluster sets `execution.checkpointing.interval`: Flink "
        "takes no checkpoints of it then. Savepoints are taken when it is stopped or asked for one; after a failure "
        "all state since the last of them is lost, and by Flink's defaults the job is not even restarted. Set "
        "`config: {execution.checkpointing.interval: 1 min}` in the manifest, or under `defaults:` in headgate.yaml."
    ),
    WarningCode.OPTION_WITHOUT_EFFECT: (
        "The option configures a cluster, not a job: a session cluster that runs already does not read it from a job. "
        "Set it in the configuration of the cluster, and remove it from the manifest."
    ),
    WarningCode.COMMIT_UNKNOWN: (
        "The project is in a git repository, and git does not say at which commit it is, so that plans, jobs and the "
        "history are without commit and author. The message says why. Where the repository belongs to another user, "
        "as in many CI containers, git reads it once `git config --global --add safe.directory FOLDER` trusts it."
    ),
    WarningCode.CREDENTIAL_IN_CLEAR: (
        "A token or a password is sent to this target over http, where anybody on the way can read and use it. Reach "
        "the target over https. A loopback address is not warned about."
    ),
    WarningCode.SERVER_UNCHECKED: (
        "`verify: false` accepts any server at the address of this target, also one that only reads the credentials "
        "and the jobs that are sent to it. Name the PEM file of the authority that signed its certificate as `ca` "
        "instead. A loopback address is not warned about."
    ),
    WarningCode.SAVEPOINT_DIR_UNUSABLE: (
        "The folder that the savepoints of this job go to cannot be made, so every stop with a savepoint - an edit, a "
        "suspension, a move - will fail, and nothing in storage shows later that the job ran. The message says why, in "
        "the words of the JobManager, which makes the folder: mend `savepoint_dir` of the target (or the savepoint "
        "directory of the cluster, or that of the job's own `config:`), or the rights of the JobManager's user there."
    ),
    WarningCode.ONE_CLUSTER: (
        "Two targets of headgate.yaml list the same run of a job, with the same id and the same start: they are one "
        "cluster under two names or addresses. There is one copy of the job, so nothing has to be cancelled, and it is "
        "planned once, on the target of its manifest. Take one of the targets out of headgate.yaml."
    ),
}


PLACE_HINT = (
    "mend `savepoint_dir` of the target, or the rights of the JobManager's user there: until then the job cannot be "
    "stopped with a savepoint"
)


@dataclass(frozen=True, slots=True)
class ProjectWarning:
    """One warning about a project: `where` (file:line:column, or a target), `jobs` the jobs it is about, sorted.

    No jobs: it is about a target or the whole project. It never holds the value of a secret.
    """

    code: WarningCode
    problem: str
    where: str = ""
    hint: str = ""
    jobs: tuple[str, ...] = ()


def grouped(warnings: Iterable[ProjectWarning]) -> tuple[ProjectWarning, ...]:
    """Each warning once: those of one code, problem and hint become one about all their jobs, at the first place."""
    found: dict[tuple[str, str, str], ProjectWarning] = {}
    for one in warnings:
        key = (one.code, one.problem, one.hint)
        before = found.get(key, one)
        found[key] = replace(before, jobs=tuple(sorted({*before.jobs, *one.jobs})))
    return tuple(found.values())


def about(warnings: Iterable[ProjectWarning], jobs: frozenset[str]) -> tuple[ProjectWarning, ...]:
    """The warnings about some of these jobs, and those about no job in particular; no jobs: all of them."""
    return tuple(one for one in warnings if not jobs or not one.jobs or jobs & set(one.jobs))
