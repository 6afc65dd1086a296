"""What is live, one line for every job of git; for a job that was asked for by name, how it is doing too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from headgate.model.health import Health
from headgate.model.live import Absent, JobState, Live, Observed, Several, Unknown
from headgate.model.secret import Environment
from headgate.reporting import markdown
from headgate.reporting.palette import PLAIN, Palette
from headgate.reporting.plain import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json
from headgate.reporting.words import counted

_HEADS = ("JOB", "TARGET", "STATE", "SINCE", "ID", "NOTE")


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One job, what its target says, and how it is doing where that was asked.

    `desired` is the revision in git, `environment` the values that no line may show.
    """

    job: str
    target: str
    observed: Observed
    desired: str = ""
    health: Health | None = None
    environment: Environment = field(default=Environment())

    @property
    def known(self) -> bool:
        """Can the answer be trusted? Two jobs where one should be are no answer either."""
        match self.observed:
            case Unknown() | Several():
                return False
            case Live(state=state):
                return state is not JobState.UNKNOWN
            case Absent():
                return True


def status_text(lines: Sequence[StatusLine], palette: Palette = PLAIN) -> str:
    """A table in which columns line up, and a paragraph of health for each line that has it."""
    if not lines:
        return "There are no jobs in git."
    rows = [_HEADS, *(tuple(one_line(cell) for cell in _cells(line)) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    text = []
    for number, row in enumerate(rows):
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        if number:
            padded[2] = palette.paint(_colour(lines[number - 1], palette), padded[2])
        line = "  ".join(padded).rstrip()
        text.append(line if number else palette.paint(palette.strong, line))
    text += [f"\n{one_line(line.job)}:\n{_health_text(health)}" for line in lines if (health := _health(line))]
    return "\n".join(text)


def status_json(lines: Sequence[StatusLine]) -> str:
    """Every job as JSON values, `health` null where it was not asked for."""
    return as_json({"format_version": FORMAT_VERSION, "jobs": [_document(line) for line in lines]})


def status_markdown(lines: Sequence[StatusLine]) -> str:
    """The same table in Markdown."""
    rows = [markdown.row(*(markdown.code(cell) for cell in _cells(line))) for line in lines]
    return markdown.table(tuple(head.lower() for head in _HEADS), rows)


def _cells(line: StatusLine) -> tuple[str, ...]:
    *cells, note = _unmasked(line)
    return (*cells, line.environment.mask(note))


def _unmasked(line: StatusLine) -> tuple[str, ...]:
    match line.observed:
        case Live() as live:
            return (line.job, line.target, live.state.value, _since(live), live.job_id, _note(line, live))
        case Absent():
            return (line.job, line.target, "ABSENT", "", "", "")
        case Unknown(why):
            return (line.job, line.target, "UNKNOWN", "", "", why)
        case Several(jobs):
            note = "more than one runs: " + " and ".join(live.job_id for live in jobs)
            return (line.job, line.target, "SEVERAL", "", "", note)


def _note(line: StatusLine, live: Live) -> str:
    notes = []
    if live.word and live.word != live.state.value:
        notes.append(live.word)
    if live.marker is None:
        notes.append("bears no marker")
    elif line.desired and live.marker.revision != line.desired:
        notes.append("not the revision in git")
    if live.snapshot:
        notes.append(f"{live.snapshot.kind} {live.snapshot.path}")
    return ", ".join(notes)


def _since(live: Live) -> str:
    return f"{datetime.fromtimestamp(live.started_at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}" if live.started_at else ""


def _health(line: StatusLine) -> Health | None:
    return replace(line.health, cause=line.environment.mask(line.health.cause)) if line.health else None


def _health_text(health: Health) -> str:
    checkpoints = counted(health.checkpoints, "checkpoint") if health.checkpointing else "checkpointing is off"
    lines = [
        f"  {'settled' if health.settled else 'not settled'}: {health.tasks_running}/{health.tasks} tasks running",
        f"  {checkpoints}, {counted(health.restarts, 'restart')}",
    ]
    if health.cause:
        lines.append(f"  last failure: {one_line(health.cause)}")
    return "\n".join(lines)


def _document(line: StatusLine) -> dict[str, Any]:
    live = line.observed if isinstance(line.observed, Live) else None
    job, target, state, since, job_id, note = _cells(line)
    return {
        "job": job,
        "target": target,
        "status": state,
        "word": line.environment.mask(live.word) if live else None,
        "id": job_id or None,
        "started_at": since or None,
        "revision": live.marker.revision if live and live.marker else None,
        "commit": (live.marker.commit or None) if live and live.marker else None,
        "desired_revision": line.desired or None,
        "snapshot": live.snapshot.path if live and live.snapshot else None,
        "note": note or None,
        "health": _health_document(health) if (health := _health(line)) else None,
    }


def _health_document(health: Health) -> dict[str, Any]:
    return {
        "settled": health.settled,
        "tasks_running": health.tasks_running,
        "tasks": health.tasks,
        "checkpointing": health.checkpointing,
        "checkpoints": health.checkpoints,
        "restarts": health.restarts,
        "cause": health.cause or None,
    }


def _colour(line: StatusLine, palette: Palette) -> str:
    if not line.known:
        return palette.trouble
    state = line.observed.state if isinstance(line.observed, Live) else None
    if state is JobState.RUNNING:
        return palette.added
    return palette.removed if state is JobState.FAILED else palette.changed
