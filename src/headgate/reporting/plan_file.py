"""A plan in a file, to be reviewed by people and applied as it was reviewed, or not at all.

The file is the JSON plan with a `plan_file` part: what it was asked for, until when it holds, a digest over all of it.
Applying plans again and compares (`stale_plan`). There are no secrets in it, and nothing in it is executed: what runs
is the new plan, which has to be the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from headgate._version import __version__
from headgate.errors import PlanRefused
from headgate.model.formatting import moment
from headgate.model.plan import Plan, RestoreKind, Verdict
from headgate.reporting.plan_json import FORMAT_VERSION, as_json, plan_document
from headgate.reporting.stale_plan import differences, done_since

AGAIN = "run `headgate plan -o FILE` again and review the new plan"
DONE = "`headgate plan` shows what there is to do now"
HOLDS_FOR = timedelta(hours=24)
_BEGINNING = f'{{\n  "format_version": "{FORMAT_VERSION}",\n  "project": '
_TIME = "%Y-%m-%dT%H:%M:%SZ"


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

    Both sides are shown. Run `headgate plan -o FILE` again and review the new plan. A plan that was applied already is
    not applied once more: there is nothing left to do.
    """

    code = "plan-stale"


class _Form(BaseModel):
    """What applying looks at; whatever else the file says is only compared."""

    model_config = ConfigDict(strict=True, frozen=True)


class _Live(_Form):
    id: str
    status: str
    fingerprint: str


class _Change(_Form):
    path: str
    before: Any
    after: Any


class _Operator(_Form):
    name: str
    verdict: Verdict = Field(strict=False)
    why: str


class _State(_Form):
    verdict: Verdict = Field(strict=False)
    operators: list[_Operator]


class _Restore(_Form):
    kind: RestoreKind = Field(strict=False)
    path: str | None
    allow_non_restored: bool


class _Action(_Form):
    job: str
    target: str
    source: str | None = None
    verb: str
    reason: str
    changes: list[_Change]
    state: _State | None
    restore: _Restore | None
    steps: list[str]
    fallback: list[str] | None = None
    live: _Live | None
    desired: dict[str, Any] | None = None


class _Error(_Form):
    where: str
    problem: str


class _Asked(_Form):
    jobs: list[str]
    prune: bool
    delete: bool = False
    retry: bool = False
    expires_at: str


class _File(_Form):
    """The shape of a plan file."""

    format_version: Literal["1"]
    project: str
    environment: str | None
    actions: list[_Action]
    errors: list[_Error] = Field(default_factory=list)
    reviewed: _Asked


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan file as read: the JSON plan, and what it was asked for: its jobs, pruning, deletion, retries."""

    document: Mapping[str, Any]
    jobs: tuple[str, ...]
    prune: bool
    retry: bool = False
    delete: bool = False


def written(
    plan: Plan, *, jobs: tuple[str, ...], prune: bool, delete: bool = False, retry: bool = False, now: datetime
) -> str:
    """The text of a plan file."""
    document = plan_document(plan)
    asked: dict[str, Any] = {"jobs": list(jobs), "prune": prune, "retry": retry}
    asked |= {"delete": True} if delete else {}
    part = asked | {"expires_at": f"{now + HOLDS_FOR:{_TIME}}", "written_by": __version__}
    document["reviewed"] = part
    part["digest"] = _digest(document)
    return as_json(document) + "\n"


def may_be_replaced(text: str) -> bool:
    """Is this a plan file, also one that was cut short or edited, or an empty file? Nothing else is written over."""
    if not text.strip():
        return True
    try:
        return "digest" in json.loads(text)["reviewed"]
    except json.JSONDecodeError:
        return text.startswith(_BEGINNING)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


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
        raise PlanExpired(f"the plan was good until {moment(expires)}", where=where, hint=AGAIN)
    asked = form.reviewed
    return Reviewed(document, tuple(asked.jobs), asked.prune, asked.retry, asked.delete)


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
    now = plan_document(plan)
    moved = differences(reviewed.document, now)
    if moved and done_since(reviewed.document, now):
        raise PlanMoved("this plan has been applied already: nothing in it is left to do", where=where, hint=DONE)
    if moved:
        raise PlanMoved(
            "what was reviewed is not what would be done now:\n" + "\n".join(f"  {line}" for line in moved),
            where=where,
            hint=AGAIN,
        )


def _digest(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
