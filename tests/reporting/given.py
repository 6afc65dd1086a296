"""One plan with everything in it, what became of it, and the file a rendering is compared with."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from headgate.model.live import JobState, Live, Marker, Snapshot, Unknown
from headgate.model.live_health import Condition, HealthWord
from headgate.model.outcome import Outcome, Report, Result
from headgate.model.plan import (
    Action,
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
    Verb,
    Verdict,
)
from headgate.model.reasons import Reason
from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec, Sql

SECRET = "hunter2-of-the-database"

_BEFORE = """\
CREATE TABLE orders (
  id BIGINT,
  price DECIMAL(10, 2),
  placed TIMESTAMP(3),
  note STRING
) WITH ('connector' = 'kafka', 'topic' = 'orders');
CREATE TABLE totals (id BIGINT, total DECIMAL(10, 2)) WITH ('connector' = 'print');
INSERT INTO totals
SELECT id, SUM(price)
FROM orders
GROUP BY id;
"""
_AFTER = _BEFORE.replace("SUM(price)", "MAX(price)")

SPEC = JobSpec("orders-totals", "local", Sql(_AFTER), secrets=Secrets({"DB_PASSWORD": SECRET}))


def live(name: str, job_id: str = "f00d", state: JobState = JobState.RUNNING, **more: object) -> Live:
    """A job of project `payments`."""
    marker = Marker("payments", name, "0123456789abcdef", commit="c0ffee")
    job = Live(job_id, name, state, word=state.value, marker=marker, started_at=1_767_225_600_000)
    return replace(job, **more)  # type: ignore[arg-type]


RESTART = Action(
    job="orders-totals",
    target="local",
    verb=Verb.RESTART,
    reason=Reason.SPEC_CHANGED,
    changes=(
        Change("config.execution.checkpointing.interval", "30s", "60s", Impact.RESTART),
        Change("env.DB_PASSWORD", "(sensitive)", "(sensitive)", Impact.RESTART),
        Change("options.tags", None, ["a", 1], Impact.UPDATE),
        Change("statement", _BEFORE, _AFTER, Impact.RESTART),
    ),
    state=StateVerdict(
        Verdict.PARTIAL,
        (
            OperatorVerdict("TableSourceScan(table=[orders])", Verdict.KEPT, "the same operator on the same input"),
            OperatorVerdict("GroupAggregate(groupBy=[id], select=[id, SUM(price)])", Verdict.LOST, "no such operator"),
            OperatorVerdict("GroupAggregate(groupBy=[id], select=[id, MAX(price)])", Verdict.NONE, "new, starts empty"),
            OperatorVerdict("Sink(table=[totals])", Verdict.KEPT, "the same operator on the same input"),
        ),
    ),
    restore=Restore(RestoreKind.SAVEPOINT, note="taken when the job is stopped", allow_non_restored=True),
    steps=(StopWithSavepoint("f00d"), Submit(SPEC, predecessor="f00d"), Settle()),
    live=live("orders-totals"),
    seen="1234",
    want=SPEC,
)
REJECTED = Action(
    job="orders-clean",
    target="local",
    verb=Verb.BLOCKED,
    reason=Reason.STATEMENT_REJECTED,
    note="SQL validation failed. From line 3, column 8 to line 3, column 12:\nColumn 'prise' not found in any table",
    where="jobs/orders.yaml:12:10",
    want=replace(SPEC, name="orders-clean"),
)
SUBMIT = Action(
    job="returns",
    target="local",
    verb=Verb.SUBMIT,
    reason=Reason.NOT_RUNNING_YET,
    state=StateVerdict(Verdict.NONE),
    restore=Restore(RestoreKind.FRESH, note="first start"),
    steps=(Submit(replace(SPEC, name="returns")), Settle()),
    want=replace(SPEC, name="returns"),
)
RESUBMIT = Action(
    job="invoices",
    target="local",
    verb=Verb.SUBMIT,
    reason=Reason.FAILED,
    state=StateVerdict(Verdict.KEPT, (OperatorVerdict("all operators", Verdict.KEPT, "the same program"),)),
    restore=Restore(RestoreKind.CHECKPOINT, "file:/snapshots/chk-7", "its last checkpoint, of 2026-01-01 00:00:00Z"),
    steps=(Submit(replace(SPEC, name="invoices"), predecessor="dead"), Settle()),
    live=live("invoices", "dead", JobState.FAILED, snapshot=Snapshot("file:/snapshots/chk-7", "checkpoint")),
    want=replace(SPEC, name="invoices"),
)
UNKNOWN = Action(
    job="payouts",
    target="remote",
    verb=Verb.BLOCKED,
    reason=Reason.LIVE_UNKNOWN,
    note="no connection",
    seen="unknown",
    want=replace(SPEC, name="payouts", target="remote"),
)
IN_SYNC = Action("customers", "local", Verb.KEEP, Reason.IN_SYNC, live=live("customers"), want=SPEC)
DEGRADED = Action(
    job="shipments",
    target="local",
    verb=Verb.KEEP,
    reason=Reason.IN_SYNC,
    live=live(
        "shipments",
        condition=Condition(
            HealthWord.DEGRADED, since=1_767_225_660_000, or_before=True, restarts=44, cause=f"no access for {SECRET}"
        ),
    ),
    want=replace(SPEC, name="shipments"),
)
ORPHAN = Action("old-report", "local", Verb.KEEP, Reason.LEFT_GIT, live=live("old-report", "01d"))

PLAN = Plan(
    project="payments",
    environment="prod",
    commit="c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00",
    created_at="2026-01-31T09:00:00Z",
    actions=(IN_SYNC, RESUBMIT, ORPHAN, REJECTED, RESTART, UNKNOWN, SUBMIT, DEGRADED),
    unmanaged=(("local", replace(live("adhoc query", "ad0c"), marker=None)),),
    unknown_targets=(("remote", Unknown("no connection", "is the target up?")),),
    drift=(("invoices", Reason.FAILED),),
)
NOTHING_TO_DO = Plan("payments", (IN_SYNC, replace(IN_SYNC, job="vendors")), created_at="2026-01-31T09:00:00Z")

REPORT = Report(
    (
        Result(IN_SYNC, Outcome.KEPT),
        Result(RESUBMIT, Outcome.INTERRUPTED, "not begun", left=("submit", "settle")),
        Result(ORPHAN, Outcome.KEPT),
        Result(REJECTED, Outcome.BLOCKED, REJECTED.note),
        Result(
            RESTART,
            Outcome.FAILED,
            f"job beef failed 2 times: no access for {SECRET}",
            hint="it was left as it is; mend the job in git and run again",
            code="not-settled",
            job_id="beef",
            savepoint="file:/snapshots/savepoint-1",
            left=("settle",),
        ),
        Result(UNKNOWN, Outcome.BLOCKED, "no connection"),
        Result(SUBMIT, Outcome.APPLIED, job_id="5eed"),
        Result(DEGRADED, Outcome.KEPT),
    )
)


def assert_golden(name: str, text: str) -> None:
    """Compare with `golden/NAME`; HEADGATE_UPDATE_GOLDEN=1 writes the file again, for a person to review."""
    file = Path(__file__).parent / "golden" / name
    if os.environ.get("HEADGATE_UPDATE_GOLDEN"):
        file.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == file.read_text(encoding="utf-8")
