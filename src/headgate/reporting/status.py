"""What is live, one line for every job of git and for every other one of ours.

Of a job that was asked for by name, what is known of it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from headgate.model.formatting import moment, moment_of
from headgate.model.health import Health
from headgate.model.live import Absent, JobState, Live, Marker, Observed, Remembered, Several, Unknown
from headgate.model.masking import masked_text
from headgate.model.secret import Secrets
from headgate.model.store_records import Disposal, Intent, Lock
from headgate.reporting import markdown
from headgate.reporting.health import condition_document, condition_words
from headgate.reporting.locks import lock_document
from headgate.reporting.palette import PLAIN, Palette
from headgate.reporting.plain_text import one_line
from headgate.reporting.plan_json import FORMAT_VERSION, as_json
from headgate.reporting.verb_words import counted

_HEADS = ("JOB", "TARGET", "STATE", "SINCE", "ID", "NOTE")


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One job, what its target says, and how it is doing where that was asked.

    `last_seen` is the job as the store knows it where its target does not list it (any more); `left_traces`: the
    target's storage shows that it ran there.

    `in_git`: it has a manifest; `suspended`: which asks for it not to run. `unread`: why that is not known, a manifest
    that does not load.

    `desired` is the revision in git, `secrets` the values that no line may show. `in_flight` is the lock of a run
    that is at work on the job, `interrupted` what runs that are gone began and never saw the end of, oldest first.
    """

    job: str
    target: str
    observed: Observed
    desired: str = ""
    health: Health | None = None
    secrets: Secrets = field(default=Secrets())
    in_flight: Lock | None = None
    interrupted: tuple[Intent, ...] = ()
    in_git: bool = True
    suspended: bool = False
    unread: str = ""
    last_seen: Remembered | None = None
    left_traces: bool = False

    @property
    def lost(self) -> bool:
        """Is it gone from its target, and its state is not known? It ran there, and git wants it to run."""
        if not isinstance(self.observed, Absent) or self.suspended or self.unread or not self.in_git:
            return False
        return self.last_seen.job.state.active if self.last_seen else self.left_traces

    @property
    def known(self) -> bool:
        """Can the answer be trusted? Two jobs where one should be are no answer either."""
        match self.observed:
            case Unknown() | Several():
                return False
            case Live(state=state):
                return state is not JobState.UNKNOWN
            case Absent():
                return not self.lost


def status_text(lines: Sequence[StatusLine], palette: Palette = PLAIN, disposals: Sequence[Disposal] = ()) -> str:
    """A table in which columns line up, a paragraph for each job that was asked for, and one for what is left over."""
    left_over = _left_over(disposals)
    if not lines:
        return "\n\n".join(["There are no jobs in git.", *left_over])
    every = lines
    lines, silent = _silent(every)
    rows = [_HEADS, *(tuple(one_line(cell) for cell in _cells(line)) for line in lines), *silent]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    text = []
    for number, row in enumerate(rows):
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        if number:
            colour = _colour(lines[number - 1], palette) if number <= len(lines) else palette.trouble
            padded[2] = palette.paint(colour, padded[2])
        line = "  ".join(padded).rstrip()
        text.append(line if number else palette.paint(palette.strong, line))
    paragraphs = [f"\n{one_line(each.job)}:\n  " + "\n  ".join(known) for each in lines if (known := _known(each))]
    paragraphs += [f"\n{one_line(target)}:\n  {one_line(hint)}" for target, hint in _hints_of_silent(every)]
    return "\n".join((*text, *paragraphs, *(f"\n{each}" for each in left_over)))


def status_json(lines: Sequence[StatusLine], disposals: Sequence[Disposal] = ()) -> str:
    """Every job as JSON values, `health` null where nothing is known of it, and the savepoints still to be deleted."""
    jobs, left_over = [_document(line) for line in lines], [_disposal_document(one) for one in disposals]
    return as_json({"format_version": FORMAT_VERSION, "jobs": jobs, "disposals": left_over})


def status_markdown(lines: Sequence[StatusLine], disposals: Sequence[Disposal] = ()) -> str:
    """The same in Markdown."""
    lines, silent = _silent(lines)
    rows = [markdown.row(*map(markdown.code, cells)) for cells in (*map(_cells, lines), *silent)]
    parts = [markdown.table(tuple(head.lower() for head in _HEADS), rows)]
    parts += [f"{markdown.code(line.job)}\n\n{markdown.fenced(known)}" for line in lines if (known := _known(line))]
    parts += [markdown.fenced(each.splitlines()) for each in _left_over(disposals)]
    return "\n\n".join(parts)


def _silent(lines: Sequence[StatusLine]) -> tuple[list[StatusLine], list[tuple[str, ...]]]:
    """The lines of jobs that something is known of, and a row for each target that is silent about more than one."""
    groups = {key: jobs for key, jobs in _by_silence(lines).items() if len(jobs) > 1}
    hidden = {id(line) for group in groups.values() for line in group}
    rows: list[tuple[str, ...]] = []
    for (target, _, _), group in groups.items():
        note = masked_text(_unmasked(group[0])[-1], group[0].secrets)
        rows.append((one_line(f"{len(group)} jobs"), one_line(target), "UNKNOWN", "", "", one_line(note)))
    return [line for line in lines if id(line) not in hidden], rows


def _by_silence(lines: Sequence[StatusLine]) -> dict[tuple[str, str, str], list[StatusLine]]:
    """Jobs that cannot be seen, by target, cause and hint; not those that a run is at work on or left unfinished."""
    found: dict[tuple[str, str, str], list[StatusLine]] = {}
    for line in lines:
        if isinstance(line.observed, Unknown) and not line.in_flight and not line.interrupted:
            found.setdefault((line.target, line.observed.why, line.observed.hint), []).append(line)
    return found


def _hints_of_silent(lines: Sequence[StatusLine]) -> list[tuple[str, str]]:
    """What to look at first, for each target that a row stands for."""
    return [
        (target, f"hint: {group[0].secrets.mask(hint)}")
        for (target, _, hint), group in _by_silence(lines).items()
        if hint and len(group) > 1
    ]


def _left_over(disposals: Sequence[Disposal]) -> list[str]:
    """A paragraph on the savepoints that are still to be deleted, if there are any."""
    lines = []
    for one in disposals:
        tried = f": {counted(one.attempts, 'attempt')}, the last: {one.error}" if one.attempts else ""
        lines.append("  " + one_line(f"{one.path} of {one.job} on {one.target}{tried}"))
    return ["\n".join(["savepoints to be deleted by the next apply:", *lines])] if lines else []


def _cells(line: StatusLine) -> tuple[str, ...]:
    *cells, note = _unmasked(line)
    absence = [line.unread] if line.unread else [] if line.in_git else ["left git"]
    notes = [*absence, masked_text(note, line.secrets), *_of_runs(line)]
    return (*cells, "; ".join(one for one in notes if one))


def _unmasked(line: StatusLine) -> tuple[str, ...]:
    match line.observed:
        case Live() as live:
            return (line.job, line.target, live.state.value, _since(live), live.job_id, _note(line, live))
        case Absent():
            return (line.job, line.target, "ABSENT", "", "", _note_of_absent(line))
        case Unknown(why, _):
            return (line.job, line.target, "UNKNOWN", "", "", why)
        case Several(jobs):
            note = "more than one runs: " + " and ".join(live.job_id for live in jobs)
            return (line.job, line.target, "SEVERAL", "", "", note)


def _note(line: StatusLine, live: Live) -> str:
    notes = []
    if live.state.active and live.condition.degraded:
        notes.append(condition_words(live.condition, str))
    if live.word and live.word != live.state.value:
        notes.append(live.word)
    if live.marker is None:
        notes.append("has no marker")
    elif line.desired and live.marker.revision != line.desired:
        notes.append("rolled back, not the revision in git" if live.marker.quarantined else "not the revision in git")
    if live.snapshot:
        notes.append(f"{live.snapshot.kind} {live.snapshot.path}")
    return ", ".join(notes)


def _note_of_absent(line: StatusLine) -> str:
    """What is known of a job that its target does not list: a target that forgot it does not make it new."""
    if seen := line.last_seen:
        when = f" ({moment_of(seen.at)})" if seen.at else ""
        snapshot = f", {seen.job.snapshot.kind} {seen.job.snapshot.path}" if seen.job.snapshot else ""
        note = f"forgotten by its target: job {seen.job.job_id} was {seen.job.state} when last seen{when}{snapshot}"
    elif line.left_traces:
        note = "forgotten by its target: storage shows that it ran there"
    else:
        return ""
    return f"{note}; `headgate plan {line.job}` says what is left of it" if line.in_git and line.lost else note


def _of_runs(line: StatusLine) -> list[str]:
    """What runs are doing to the job, or left in the middle."""
    notes = []
    if lock := line.in_flight:
        notes.append(f"in flight: {lock.holder} since {moment(lock.since)}, lock {lock.id}")
    if line.interrupted:
        newest = line.interrupted[-1]
        notes.append(f"interrupted: {newest.step} begun {moment(newest.at)}, its end was not seen")
    return notes


def _since(live: Live) -> str:
    """When it was started, empty where the platform does not say."""
    return moment_of(live.started_at) if live.started_at else ""


def _health(line: StatusLine) -> Health | None:
    return replace(line.health, cause=masked_text(line.health.cause, line.secrets)) if line.health else None


def _known(line: StatusLine) -> list[str]:
    """All that is known of a job that was asked for, in common words; of one nobody can see, what to look at first."""
    health, live = _health(line), line.observed
    if isinstance(live, Unknown) and live.hint:
        return [one_line(line.secrets.mask(f"hint: {live.hint}"))]
    if health is None or not isinstance(live, Live):
        return []
    facts = [*_health_facts(health, line), *_origin(live)]
    if snapshot := live.snapshot:
        of = f", of {moment_of(snapshot.at)}" if snapshot.at else ""
        facts.append(f"can be started again from: {snapshot.kind} {snapshot.path}{of}")
    return [one_line(masked_text(fact, line.secrets)) for fact in facts]


def _health_facts(health: Health, line: StatusLine) -> list[str]:
    restarts = "" if health.restarts is None else counted(health.restarts, "restart")
    reported = [fact for fact in (_checkpoints(health), restarts) if fact]
    unreported = ["checkpoints"] if health.checkpoints is None and health.checkpointing is not False else []
    unreported += ["restarts"] if health.restarts is None else []
    facts = [_doing(health, line), ", ".join(reported)]
    # Of a job that does not run there is nothing to miss.
    facts.append(f"not reported: {', '.join(unreported)}" if unreported and health.state is JobState.RUNNING else "")
    facts.append(f"last failure: {health.cause}" if health.cause else "")
    return [fact for fact in facts if fact]


def _doing(health: Health, line: StatusLine) -> str:
    """Whether it does what it is to do; a job that does not run, as git asks, has nothing to settle."""
    if health.state.active:
        settled = "settled" if health.settled else "not settled"
        if isinstance(line.observed, Live) and line.observed.condition.degraded:
            settled = "degraded"  # between two failures it looks settled
        return f"{settled}: {health.tasks_running}/{health.tasks} tasks running"
    return "does not run, as git asks" if line.suspended else "does not run"


def _checkpoints(health: Health) -> str:
    """What is known of its checkpoints; empty where nothing is."""
    if health.checkpointing is False:
        return "checkpointing is off"
    if health.checkpoints is not None:
        return counted(health.checkpoints, "checkpoint")
    return "checkpointing is on" if health.checkpointing else ""


def _origin(live: Live) -> list[str]:
    """What it was started from: as the manifest it carries and the marker on it say."""
    facts = [f"parallelism: {live.applied.parallelism}"] if live.applied else []
    if (marker := live.marker) is None:
        return [*facts, "has no marker: headgate did not start it"]
    facts.append(f"revision: {marker.revision}" + (f", of commit {marker.commit}" if marker.commit else ""))
    if marker.restored:
        facts.append(f"restored from: {marker.restored}")
    if marker.start_key:
        facts.append(f"started as: {marker.start_key}")
    if marker.quarantined:
        facts.append(f"rolled back: version {marker.quarantined} of the manifest is not tried again until it changes")
    return facts


def _document(line: StatusLine) -> dict[str, Any]:
    live = line.observed if isinstance(line.observed, Live) else None
    job, target, state, _, job_id, note = _cells(line)
    return {
        "job": job,
        "target": target,
        "status": state,
        "word": masked_text(live.word, line.secrets) if live else None,
        "id": job_id or None,
        "started_at": _started_at(live.started_at) if live and live.started_at else None,
        "parallelism": live.applied.parallelism if live and live.applied else None,
        **_marker_document(live.marker if live else None, line.secrets),
        "desired_revision": line.desired or None,
        "in_git": None if line.unread and not line.in_git else line.in_git,
        "snapshot": masked_text(live.snapshot.path, line.secrets) if live and live.snapshot else None,
        "in_flight": lock_document(line.in_flight) if line.in_flight else None,
        "interrupted": [_intent_document(intent) for intent in line.interrupted],
        "last_seen": _last_seen_document(line.last_seen) if line.last_seen else None,
        "note": note or None,
        "hint": line.secrets.mask(_hint(line.observed)) or None,
        "health": _health_document(line),
    }


def _marker_document(marker: Marker | None, secrets: Secrets) -> dict[str, Any]:
    """What a job says of its own start; null where it has no marker, or does not say."""
    known = marker or Marker("", "", "")
    return {
        "revision": marker.revision if marker else None,
        "commit": known.commit or None,
        "restored_from": masked_text(known.restored, secrets) or None,
        "attempt": known.start_key or None,
        "avoids": known.quarantined or None,
    }


def _last_seen_document(seen: Remembered) -> dict[str, Any]:
    return {"id": seen.job.job_id, "status": seen.job.state.value, "at": _started_at(seen.at) if seen.at else None}


def _started_at(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _hint(observed: Observed) -> str:
    return observed.hint if isinstance(observed, Unknown) else ""


def _intent_document(intent: Intent) -> dict[str, Any]:
    return {
        "step": intent.step,
        "target": intent.target,
        "job_id": intent.job_id or None,
        "at": f"{intent.at:%Y-%m-%dT%H:%M:%SZ}",
    }


def _disposal_document(one: Disposal) -> dict[str, Any]:
    return {
        "job": one.job,
        "target": one.target,
        "path": one.path,
        "asked_at": f"{one.asked_at:%Y-%m-%dT%H:%M:%SZ}",
        "attempts": one.attempts,
        "error": one.error or None,
    }


def _health_document(line: StatusLine) -> dict[str, Any] | None:
    """What the listing says of every job that runs, and more of one that was asked for; null where neither is known."""
    health, live = _health(line), line.observed
    condition: dict[str, Any] = {}
    if isinstance(live, Live):
        condition = condition_document(live, lambda text: masked_text(text, line.secrets)) or {}
    if health is None and not condition:
        return None
    asked = {
        "settled": health.settled if health else None,
        "tasks_running": health.tasks_running if health else None,
        "tasks": health.tasks if health else None,
        "checkpointing": health.checkpointing if health else None,
        "checkpoints": health.checkpoints if health else None,
    }
    counted_by = [one for one in (health.restarts if health else None, condition.get("restarts")) if one is not None]
    return asked | {
        "restarts": max(counted_by, default=None),
        "cause": (health.cause if health else "") or condition.get("cause"),
        "status": condition.get("status"),
        "since": condition.get("since"),
        "or_before": condition.get("or_before"),
    }


def _colour(line: StatusLine, palette: Palette) -> str:
    if not line.known or (isinstance(line.observed, Live) and line.observed.condition.degraded):
        return palette.trouble
    state = line.observed.state if isinstance(line.observed, Live) else None
    if state is JobState.RUNNING:
        return palette.added
    return palette.removed if state is JobState.FAILED else palette.changed
