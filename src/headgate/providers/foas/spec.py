"""A spec as the fields of a job, and a job as the spec it runs.

The platform fills in much by itself: an engine version, a queue, resources of nodes. So what the manifest asked for is
left in the job's parameters (`properties.Asked`), what it did not ask for is nobody's difference, and what it did ask
for is read from the job's own fields, so that a change made in the console is seen.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from headgate.model.live import Marker
from headgate.model.spec import AppliedSpec, Jar, JobSpec
from headgate.providers.definitions import last_applied
from headgate.providers.definitions.last_applied import Facts, Form
from headgate.providers.foas import plan_json, programs, scripts
from headgate.providers.foas.forms import normal
from headgate.providers.foas.properties import Asked, parsed, rendered
from headgate.providers.foas.wire import BATCH, STREAM, Content, Job

# Words that stand for a version the platform chooses.
FLOATING = ("", "current", "beta")
# Options that are fields of a job, and of what it runs.
_OWN_FIELDS = {"engineVersion": "engine_version", "clusterId": "cluster_id", "queueName": "queue_name"}
# How long a description may be is not documented.
_NOTE = Form(10_000, Facts.INSIDE, whole_marker=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where jobs go whose manifests do not say: the target's own cluster and queue."""

    cluster_id: str = ""
    queue_name: str = ""


def filled_options(spec: JobSpec) -> dict[str, Any]:
    """The options of a spec with the values of `${env:NAME}` in place."""
    return dict(spec.secrets.fill_all(spec.options))


def job_type(options: Mapping[str, Any]) -> str:
    return str(options.get("jobType", STREAM))


def plan_options(options: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(options.get("planJson", {}))


def plan_of(spec: JobSpec) -> str:
    """Digest of what a plan is generated from: a stored plan with another one is not this spec's."""
    options = filled_options(spec)
    code = scripts.shape(programs.code_of(spec))
    made_of = [code, sorted(programs.packages_of(spec)), options.get("engineVersion", ""), _hints(options)]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]


def has_plan(job: Job, spec: JobSpec) -> bool:
    """Was the stored plan made for this program? It is used again then, with all that somebody tuned in it."""
    left = Asked.read(job.content.properties)
    if not plan_json.nodes(job.content.plan_json):
        return False
    if left is not None:
        return left.plan_of == plan_of(spec)
    options, saved = filled_options(spec), job.content
    same = scripts.shape(saved.code) == scripts.shape(programs.code_of(spec))
    same = same and set(saved.packages) == set(programs.packages_of(spec))
    return same and options.get("engineVersion", "") in ("", saved.engine_version) and not _hints(options)


def _hints(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plan_options(options).items() if key != "nodes"}


def asked(spec: JobSpec, *, plan: str = "", folder_id: int = 0) -> Asked:
    """What a spec asks for; `plan` is the digest of what the stored plan was made from, if it is known."""
    return Asked(spec.parallelism, filled_options(spec), plan, folder_id)


def fields(spec: JobSpec, marker: Marker, wanted: Asked, *, job: Job | None) -> dict[str, str]:
    """The form fields that make a job equal to a spec, but for its plan; what people wrote in `job` stays."""
    options = filled_options(spec)
    config = {key: spec.secrets.fill(value) for key, value in spec.config.items()}
    found = {
        "code": programs.code_of(spec),
        "properties": rendered(config, wanted, old=job.content.properties if job else ""),
        "packages": ",".join(programs.packages_of(spec)),
        "description": described(job, marker),
    }
    stated = {key: options.get(key) for key in _OWN_FIELDS} | {"folderId": wanted.folder_id}
    return found | {key: str(value) for key, value in stated.items() if value}


def described(job: Job | None, marker: Marker) -> str:
    return last_applied.write(job.description if job else "", marker, {}, _NOTE)


def tuned(spec: JobSpec, plan: str) -> str:
    """A plan with the spec's parallelism and its tuning of single nodes. Raises `Rejected` for a node it has not."""
    options = plan_options(filled_options(spec))
    parallelism = None if options.get("autoconf") else spec.parallelism
    return plan_json.tuned(plan, parallelism, options.get("nodes", {}))


def applied(job: Job, ran: Content | None, place: Place) -> AppliedSpec | None:
    """The spec a job runs: what its instance was launched with where there is one, else what is saved.

    None where it cannot be read, such as SQL that is broken.
    """
    content = ran if ran and ran.code else job.content
    program = programs.read(job.api_type, content, job.name)
    if program is None:
        return None
    saved = Asked.read(job.content.properties)
    then = Asked.read(content.properties) or saved
    parallelism, options = _asked_for(job, content, then, saved) if then else _all(job, content, place)
    if job.job_type == BATCH:
        options["jobType"] = BATCH
    if packages := program[1]:
        options["packages"] = packages
    if isinstance(program[0], Jar):
        # The plan of a DataStream job is what its program made of it, not what a manifest asks for.
        parallelism = then.parallelism if then else 1
        options.pop("planJson", None)
    with contextlib.suppress(ValidationError):  # somebody tuned what no manifest can say: shown as it is
        options = normal(options)
    return AppliedSpec(program[0], parallelism, parsed(content.properties), options, filled=True)


def _asked_for(job: Job, content: Content, then: Asked, saved: Asked | None) -> tuple[int, dict[str, Any]]:
    """What a manifest asked for, each part as it is on the platform now."""
    wanted = then.options
    options = {key: getattr(content, field) for key, field in _OWN_FIELDS.items() if wanted.get(key)}
    if options.get("engineVersion") is not None and wanted["engineVersion"] in FLOATING:
        options["engineVersion"] = wanted["engineVersion"]
    # These two are read from what is saved: they are changed without a restart.
    now = saved or then
    if now.options.get("startOffset"):
        options["startOffset"] = now.options["startOffset"]
    if now.options.get("folder"):
        moved = now.folder_id and job.folder_id and now.folder_id != job.folder_id
        options["folder"] = f"/(folder {job.folder_id})" if moved else now.options["folder"]
    options |= {"autoscale": wanted["autoscale"]} if wanted.get("autoscale") else {}
    parallelism, tuning = _parallelism(content.plan_json, then)
    if plan := {**plan_options(wanted), "nodes": tuning}:
        options["planJson"] = plan
    return parallelism, options


def _parallelism(plan: str, then: Asked) -> tuple[int, dict[str, Any]]:
    """The parallelism for all nodes, and what single nodes have beside it."""
    wanted: Mapping[str, Mapping[str, Any]] = plan_options(then.options).get("nodes", {})
    left_to_platform = then.options.get("autoscale") or plan_options(then.options).get("autoconf")
    nodes = plan_json.nodes(plan)
    if left_to_platform or not nodes:
        return then.parallelism, dict(wanted)
    own = {name for name, tuning in wanted.items() if "parallelism" in tuning}
    untuned = {plan_json.parallelism_of(node) for name, node in nodes.items() if name not in own}
    # All of them alike, and not as asked for: somebody gave the job another parallelism.
    parallelism = untuned.pop() if len(untuned) == 1 else then.parallelism
    return parallelism, plan_json.tuning_of(plan, parallelism, wanted)


def _all(job: Job, content: Content, place: Place) -> tuple[int, dict[str, Any]]:
    """Everything a manifest could say about a job that headgate did not start."""
    usual = {"clusterId": place.cluster_id, "queueName": place.queue_name}
    found = {key: getattr(content, field) for key, field in _OWN_FIELDS.items()}
    options: dict[str, Any] = {key: value for key, value in found.items() if value not in ("", usual.get(key))}
    parallelism = plan_json.usual_parallelism(content.plan_json)
    if tuning := plan_json.all_tuning_of(content.plan_json, parallelism):
        options["planJson"] = {"nodes": tuning}
    return parallelism, options
