"""A plan of what happens more rarely: a move, a rescale in place, a rollback, runs that meet or never ended."""

from __future__ import annotations

from dataclasses import replace

from headgate.model.live import JobState, Snapshot
from headgate.model.plan import (
    Action,
    CancelJob,
    Change,
    Impact,
    OperatorVerdict,
    Plan,
    Restore,
    RestoreKind,
    Settle,
    StateVerdict,
    StopWithSavepoint,
    Submit,
    Update,
    Verb,
    Verdict,
)
from headgate.model.reasons import Reason
from tests.reporting.given import SPEC, live

_MOVED = replace(SPEC, name="audit", target="new")
_ALL_KEPT = StateVerdict(Verdict.KEPT, (OperatorVerdict("all operators", Verdict.KEPT, "the job is not restarted"),))

MOVE = Action(
    job="audit",
    target="new",
    verb=Verb.RESTART,
    reason=Reason.MOVED,
    note="from target 'old'",
    changes=(Change("target", "old", "new", Impact.RESTART),),
    state=StateVerdict(Verdict.KEPT, (OperatorVerdict("GroupAggregate", Verdict.KEPT, "the same operator"),)),
    restore=Restore(RestoreKind.SAVEPOINT, note="taken when the job is stopped"),
    steps=(StopWithSavepoint("f00d"), Submit(_MOVED, predecessor="f00d"), Settle()),
    live=live("audit"),
    source="old",
    want=_MOVED,
)
CANNOT_MOVE = replace(
    MOVE,
    job="billing",
    verb=Verb.BLOCKED,
    state=StateVerdict(
        Verdict.LOST, (OperatorVerdict("all operators", Verdict.LOST, "'new' cannot read the savepoints of 'old'"),)
    ),
    restore=None,
    steps=(),
    want=replace(_MOVED, name="billing"),
)
RESCALE = Action(
    job="clicks",
    target="local",
    verb=Verb.RESCALE,
    reason=Reason.SPEC_CHANGED,
    changes=(Change("parallelism", 2, 4, Impact.UPDATE),),
    state=_ALL_KEPT,
    steps=(Update(replace(SPEC, name="clicks")), Settle()),
    live=live("clicks"),
    want=replace(SPEC, name="clicks"),
)
UPDATE = replace(
    RESCALE,
    job="devices",
    verb=Verb.UPDATE,
    changes=(Change("options.tags", [], ["eu"], Impact.UPDATE),),
    want=replace(SPEC, name="devices"),
)
TO_SETTLE = Action(
    "events",
    "local",
    Verb.KEEP,
    Reason.NOT_SETTLED_YET,
    steps=(Settle(),),
    live=live("events"),
    want=replace(SPEC, name="events"),
    fallback=Action(
        "events", "local", Verb.RESTART, Reason.ROLLED_BACK, steps=(CancelJob("f00d"), Submit(SPEC), Settle())
    ),
)
ROLLBACK = Action(
    job="forecast",
    target="local",
    verb=Verb.RESTART,
    reason=Reason.ROLLED_BACK,
    note="to number 3 of the history, commit c0ffee00c0ff",
    changes=(Change("parallelism", 4, 2, Impact.RESTART),),
    state=StateVerdict(Verdict.KEPT, (OperatorVerdict("all operators", Verdict.KEPT, "the same program"),)),
    restore=Restore(RestoreKind.SAVEPOINT, note="taken when the job is stopped"),
    steps=(StopWithSavepoint("f00d"), Submit(SPEC, predecessor="f00d", revision="beef", quarantined="ed17"), Settle()),
    live=live("forecast"),
    want=replace(SPEC, name="forecast"),
)
FAILED = Action(
    job="gauges",
    target="local",
    verb=Verb.SUBMIT,
    reason=Reason.FAILED,
    state=ROLLBACK.state,
    restore=Restore(
        RestoreKind.CHECKPOINT, "file:/snapshots/chk-7", "its last checkpoint, of 2026-01-31 06:00:00Z, 3 h old"
    ),
    steps=(Submit(replace(SPEC, name="gauges"), predecessor="dead"), Settle()),
    live=live("gauges", "dead", JobState.FAILED, snapshot=Snapshot("file:/snapshots/chk-7", "checkpoint")),
    want=replace(SPEC, name="gauges"),
)
FAILING = Action(
    job="history",
    target="local",
    verb=Verb.BLOCKED,
    reason=Reason.REVISION_FAILING,
    note="job beef failed 2 times: the disk is full",
    changes=(Change("parallelism", 2, 4, Impact.RESTART),),
    live=live("history"),
    want=replace(SPEC, name="history"),
)

OPERATIONS = Plan(
    project="payments",
    created_at="2026-01-31T09:00:00Z",
    actions=(MOVE, CANNOT_MOVE, RESCALE, UPDATE, TO_SETTLE, ROLLBACK, FAILED, FAILING),
    interrupted=(
        ("events", "a run that began submit at 2026-01-31 08:58:00Z never saw its end"),
        ("forecast", "ci@runner (process 7) is at work on it since 08:59:30Z"),
    ),
)
WAITING = Plan("payments", (TO_SETTLE,), created_at="2026-01-31T09:00:00Z")
