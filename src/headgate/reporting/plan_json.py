"""A plan for programs: `format_version` "1". Fields may be added, never changed or taken away."""

from __future__ import annotations

import json
from typing import Any

from headgate.errors import ManifestError, Mistake
from headgate.model.live import Live
from headgate.model.packages import Package
from headgate.model.plan import Action, Plan, Restore, StateVerdict
from headgate.model.reasons import Reason
from headgate.model.warnings import ProjectWarning
from headgate.reporting.actions import hint_words, mask_of, masked, value_mask_of
from headgate.reporting.health import condition_document

FORMAT_VERSION = "1"


def plan_json(plan: Plan) -> str:
    """The plan as one JSON document, ending without a line break."""
    return as_json(plan_document(plan))


def as_json(document: Any, *, indent: int | None = 2) -> str:
    """A JSON text that is ASCII throughout, so that nothing in it can steer a terminal."""
    return json.dumps(document, indent=indent, default=str)


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values."""
    unknown: list[dict[str, Any]] = [
        {
            "job": action.job,
            "target": action.target,
            "why": mask_of(action)(action.note),
            "hint": hint_words(action) or None,
        }
        for action in plan.blocked
        if action.reason == Reason.LIVE_UNKNOWN
    ]
    unknown += [
        {"job": None, "target": target, "why": seen.why, "hint": seen.hint or None}
        for target, seen in plan.unknown_targets
    ]
    return {
        "format_version": FORMAT_VERSION,
        "project": plan.project,
        "environment": plan.environment or None,
        "commit": plan.commit or None,
        "created_at": plan.created_at,
        "fingerprint": plan.fingerprint,
        "actions": [action_document(action) for action in plan.actions],
        "drift": [{"job": job, "reason": str(reason)} for job, reason in plan.drift],
        "interrupted": [{"job": job, "what": what} for job, what in plan.interrupted],
        "unmanaged": [{"target": target, "name": live.name, **_live(live)} for target, live in plan.unmanaged],
        "unknown": unknown,
        "errors": [{"code": ManifestError.code, **mistake_document(mistake)} for mistake in plan.errors],
        "warnings": [warning_document(one) for one in plan.warnings],
        "packages": [package_document(package) for package in plan.packages],
        "refused": [
            {
                "code": one.code,
                "limit": f"safety.{one.limit}",
                "set": one.set,
                "allowed": one.most,
                "number": one.number,
                "live": one.live,
                "jobs": list(one.jobs),
                "hint": f"headgate apply {one.option}",
            }
            for one in plan.refused
        ],
        "summary": plan.summary(),
    }


def mistake_document(mistake: Mistake) -> dict[str, Any]:
    """One thing wrong in a file, as JSON values."""
    return {"where": mistake.where, "problem": mistake.problem, "hint": mistake.hint or None}


def warning_document(warning: ProjectWarning) -> dict[str, Any]:
    """A warning as JSON values."""
    return {
        "code": warning.code.value,
        "problem": warning.problem,
        "where": warning.where or None,
        "hint": warning.hint or None,
        "jobs": list(warning.jobs),
    }


def package_document(package: Package) -> dict[str, Any]:
    """A package and its jobs as JSON values; `live` is null where the target gave no answer to trust."""
    return {
        "package": package.name,
        "jobs": [
            {"job": use.job, "target": use.target, "where": use.where, "git": use.git, "live": use.live}
            for use in package.uses
        ],
    }


def action_document(action: Action) -> dict[str, Any]:
    """One action as JSON values; every key is there, null where it does not apply."""
    mask, value_mask = mask_of(action), value_mask_of(action)
    return {
        "job": action.job,
        "target": action.target,
        "source": action.source or None,
        "verb": action.verb.value,
        "reason": str(action.reason),
        "note": mask(action.note) or None,
        "where": mask(action.where) or None,
        "hint": hint_words(action) or None,
        "changes": [
            {
                "path": change.path,
                "before": masked(change.before, value_mask),
                "after": masked(change.after, value_mask),
                "impact": change.impact.value,
            }
            for change in action.changes
        ],
        "state": masked(_state(action.state), mask) if action.state else None,
        "restore": masked(_restore(action.restore), mask) if action.restore else None,
        "steps": [step.name for step in action.steps],
        "fallback": [step.name for step in action.fallback.steps] if action.fallback else None,
        "live": _live(action.live) if action.live else None,
        "health": condition_document(action.live, mask) if action.live else None,
        "desired": {"revision": action.want.revision, "handling": action.want.handling} if action.want else None,
    }


def _state(state: StateVerdict) -> dict[str, Any]:
    operators = [{"name": o.name, "verdict": o.verdict.value, "why": o.why} for o in state.operators]
    return {"verdict": state.verdict.value, "operators": operators}


def _restore(restore: Restore) -> dict[str, Any]:
    return {
        "kind": restore.kind.value,
        "path": restore.path or None,
        "note": restore.note,
        "allow_non_restored": restore.allow_non_restored,
    }


def _live(live: Live) -> dict[str, Any]:
    return {"id": live.job_id, "status": live.state.value, "word": live.word, "fingerprint": live.fingerprint}
