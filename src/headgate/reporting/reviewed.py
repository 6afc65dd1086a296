"""A plan in a file, to be reviewed by people and applied as it was reviewed, or not at all.

The file is the JSON plan with a `reviewed` part: what it was asked for, until when it holds, a digest over all of it.
Applying plans anew and compares: the manifests of every job, and for every job that would be touched the live state it
was decided on, where it is, the changes, the state verdict, what is restored, and the steps. There are no secrets in
it, and nothing in it is executed: what runs is the new plan, which has to be the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from headgate._version import __version__
from headgate.errors import PlanRefused
from headgate.model.plan import Plan
from headgate.reporting.plan_json import FORMAT_VERSION, as_json, plan_document

AGAIN = "run `headgate plan -o FILE` again and review the new plan"
HOLDS_FOR = timedelta(hours=24)
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_DECIDED_ON = ("verb", "reason", "source", "changes", "state", "steps", "fallback")


class PlanEdited(PlanRefused):
    """The plan file is not as `headgate plan -o` wrote it: edited, cut short, or something else altogether.

    Run `headgate plan -o FILE` again and review the new plan.
    """

    code = "plan-edited"


class PlanFormat(PlanRefused):
    """The plan file is of another format version than this headgate reads: another headgate wrote it.

    Apply it with the headgate that wrote it, or run `headgate plan -o FILE` with this one and review that plan.
    """

    code = "plan-format"


class PlanExpired(PlanRefused):
    """The reviewed plan is too old: it holds for 24 hours. Run `headgate plan -o FILE` again, and review that plan."""

    code = "plan-expired"


class PlanMoved(PlanRefused):
    """What was reviewed is not what would be done now: the manifests or the live jobs moved since. Nothing was changed.

    Both sides are shown. Run `headgate plan -o FILE` again and review the new plan.
    """

    code = "plan-stale"


class _Form(BaseModel):
    """What applying looks at; whatever else the file says is only compared."""

    model_config = ConfigDict(strict=True, frozen=True)


class _Live(_Form):
    id: str
    status: str
    fingerprint: str


class _Action(_Form):
    job: str
    target: str
    steps: list[str]
    live: _Live | None
    restore: dict[str, Any] | None


class _Asked(_Form):
    jobs: list[str]
    prune: bool
    retry: bool = False
    expires_at: str


class _File(_Form):
    """The shape of a plan file."""

    format_version: Literal["1"]
    project: str
    environment: str | None
    actions: list[_Action]
    reviewed: _Asked


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan file as read: the JSON plan, and what it was asked for: its jobs, pruning, another try of failing ones."""

    document: Mapping[str, Any]
    jobs: tuple[str, ...]
    prune: bool
    retry: bool = False


def written(plan: Plan, *, jobs: tuple[str, ...], prune: bool, retry: bool = False, now: datetime) -> str:
    """The text of a plan file."""
    document = plan_document(plan)
    asked: dict[str, Any] = {"jobs": list(jobs), "prune": prune, "retry": retry}
    part = asked | {"expires_at": f"{now + HOLDS_FOR:{_TIME}}", "written_by": __version__}
    document["reviewed"] = part
    part["digest"] = _digest(document)
    return as_json(document) + "\n"


def read(text: str, *, where: str, now: datetime) -> Reviewed:
    """Read a plan file. Raises PlanFormat, PlanEdited or PlanExpired, before anything is contacted."""
    try:
        document = json.loads(text)
        _require_format(document, where=where)
        digest = document["reviewed"].pop("digest")
        whole = digest == _digest(document)
        form = _File.model_validate(document)
        expires = datetime.strptime(form.reviewed.expires_at, _TIME).replace(tzinfo=UTC)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise PlanEdited("this is not a plan that `headgate plan -o` wrote", where=where, hint=AGAIN) from problem
    if not whole:
        raise PlanEdited("the plan file was changed after it was written", where=where, hint=AGAIN)
    if now > expires:
        raise PlanExpired(f"the plan was good until {form.reviewed.expires_at}", where=where, hint=AGAIN)
    return Reviewed(document, tuple(form.reviewed.jobs), form.reviewed.prune, form.reviewed.retry)


def _require_format(document: Mapping[str, Any], *, where: str) -> None:
    """Raises PlanFormat for a plan file of another format version, and KeyError or TypeError for what is no plan."""
    found, part = document["format_version"], document["reviewed"]
    if found == FORMAT_VERSION or not isinstance(found, str | int):
        return
    writer = part.get("written_by")
    known = isinstance(writer, str)
    raise PlanFormat(
        f"the plan file has format version {found!r}{f', written by headgate {writer}' if known else ''}; "
        f"this is headgate {__version__}, which reads version {FORMAT_VERSION!r}",
        where=where,
        hint=f"apply it with {f'headgate {writer}' if known else 'the headgate that wrote it'}, or {AGAIN}",
    )


def require_same(reviewed: Reviewed, plan: Plan, *, where: str) -> None:
    """Raise PlanMoved, with both sides, unless the new plan would do what was reviewed."""
    moved = _differences(reviewed.document, plan_document(plan))
    if moved:
        raise PlanMoved(
            "what was reviewed is not what would be done now:\n" + "\n".join(f"  {line}" for line in moved),
            where=where,
            hint=AGAIN,
        )


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{key}: was {before.get(key)!r}, is {after.get(key)!r}"
        for key in ("project", "environment")
        if before.get(key) != after.get(key)
    ]
    old, new = _by_job(before), _by_job(after)
    for job in sorted(old.keys() | new.keys()):
        was, now = old.get(job), new.get(job)
        if was is None or now is None:
            lines.append(f"{job}: {'not in the reviewed plan' if was is None else 'no longer there'}")
            continue
        lines += [
            f"{job}: {what}: was {_short(one)}, is {_short(other)}"
            for what, one, other in _compared(was, now)
            if one != other
        ]
    return lines


def _compared(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """The manifest of every job; and of a job that would be touched, then or now, all that was decided on."""
    pairs = [("manifest", was.get("desired"), now.get("desired"))]
    if was["steps"] or now["steps"]:
        pairs += [(key, was.get(key), now.get(key)) for key in _DECIDED_ON]
        pairs += [("live", _live(was), _live(now)), ("restore", _restore(was), _restore(now))]
    return pairs


def _live(action: Mapping[str, Any]) -> str:
    live = action["live"]
    return f"{live['id']} {live['status']} ({live['fingerprint']})" if live else "absent"


def _restore(action: Mapping[str, Any]) -> tuple[Any, ...]:
    restore = action["restore"] or {}
    return tuple(restore.get(key) for key in ("kind", "path", "allow_non_restored"))


def _by_job(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {f"{action['job']} on {action['target']}": action for action in document["actions"]}


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _digest(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
