"""Making a definition what git asks for: a draft where there is none, else an update of what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.errors import Rejected
from headgate.model.live import Marker
from headgate.model.spec import JobSpec
from headgate.providers import again
from headgate.providers.again import compared
from headgate.providers.dli import reading, signs, wire
from headgate.providers.dli.definition import Definition
from headgate.providers.dli.fields import IGNORE_UNCLAIMED, IN_PLACE, NOT_OF_A_MANIFEST, UPDATE_ONLY, mapping
from headgate.providers.dli.jobs import Jobs
from headgate.providers.dli.looking import shown
from headgate.providers.dli.signs import Sets
from headgate.providers.dli.writing import options_of, sets_of, slots, written

# Of a resource_config: the manifest's own, whatever DLI reports.
_ALWAYS = ("parallel_number",)


def draft(jobs: Jobs, spec: JobSpec, marker: Marker) -> str:
    """Create a draft that bears the marker; it does not run. Its id, or nothing where DLI says that there is one."""
    body = {name: value for name, value in written(spec).items() if value not in ({}, [], "")}
    body = {name: value for name, value in body.items() if name not in UPDATE_ONLY}
    body |= {"name": spec.name, "desc": signs.left("", marker, sets_of(spec))}
    try:
        return jobs.create(body, options_of(spec).tags)
    except wire.DliRejected as refused:
        if refused.said != wire.EXISTS:
            raise
        return ""


def updated(jobs: Jobs, found: Definition, spec: JobSpec, marker: Marker, *, ignore_unclaimed: bool = False) -> None:
    """Change a stopped job, name included. `ignore_unclaimed` drops state that nothing claims, in its next run."""
    flat, now = written(spec), _now(found)
    if now["tm_slot_num"] and "tm_slot_num" not in flat and flat["resource_config_version"] == "v1":
        flat["tm_slot_num"] = slots(spec)
    if "resource_config" in flat:
        flat["resource_config"] = _resources(spec, found, flat["resource_config"])
    if not found.row.get("run_mode") and "run_mode" not in spec.options:
        flat.pop("run_mode", None)
    kept = {key: value for key, value in now.get("runtime_config", {}).items() if _not_ours(key, found)}
    kept.pop(IGNORE_UNCLAIMED, None)
    flat["runtime_config"] = {**kept, **flat["runtime_config"]}
    if ignore_unclaimed:
        flat["runtime_config"][IGNORE_UNCLAIMED] = "true"
    body = {name: value for name, value in flat.items() if now.get(name) != value}
    if found.name != spec.name:
        body["name"] = spec.name
    _send(jobs, found, body, spec, marker)


def updated_in_place(jobs: Jobs, found: Definition, spec: JobSpec, marker: Marker) -> None:
    """Change a job as it runs. Raises `Rejected` where something differs that takes a stop."""
    if others := _needing_a_stop(found, spec):
        raise Rejected(f"{', '.join(others)} cannot be changed while the job runs", where=found.name)
    flat, now = written(spec), _now(found)
    body = {name: value for name, value in flat.items() if name in IN_PLACE and now.get(name) != value}
    _send(jobs, found, body, spec, marker)


def aside(jobs: Jobs, found: Definition, *, longest: int) -> None:
    """Rename a definition that is about to be replaced, where names are unique: it is still there if that fails."""
    name = f"{found.name[: longest - len(found.id) - 1]}-{found.id}"
    _change(jobs, found, {"name": name})


def _send(jobs: Jobs, found: Definition, body: dict[str, Any], spec: JobSpec, marker: Marker) -> None:
    desc = signs.left(found.desc, marker, sets_of(spec))
    if desc != found.desc:
        body["desc"] = desc
    if body:
        _change(jobs, found, body)
    wanted = options_of(spec).tags
    if wanted or tags_are_ours(found.marker, found.sets):
        _tag(jobs, found.id, wanted, only_add=not tags_are_ours(found.marker, found.sets))


def _change(jobs: Jobs, found: Definition, body: Mapping[str, Any]) -> None:
    """Send a change of a definition as it was found; looked for, and sent again, where its reply is lost."""

    def arrived() -> bool | None:
        return compared(_told(shown(jobs, found.id)), body, _told(found))

    again.sent(lambda: jobs.change(found.id, is_jar=found.is_jar, body=body), arrived)


def _told(found: Definition) -> dict[str, Any]:
    return {**_now(found), "name": found.name, "desc": found.desc}


def tags_are_ours(marker: Marker | None, sets: Sets) -> bool:
    """Did a manifest state the tags of this job? Those of another job are reported by no list and no detail."""
    return marker is not None and sets.has("tags")


def _tag(jobs: Jobs, job_id: str, wanted: Mapping[str, str], *, only_add: bool) -> None:
    now = jobs.tags(job_id)
    if not only_add and (gone := {key: value for key, value in now.items() if key not in wanted}):
        jobs.untag(job_id, gone)
    if new := {key: value for key, value in wanted.items() if now.get(key) != value}:
        jobs.tag(job_id, new)


def _now(found: Definition) -> dict[str, Any]:
    """The flat fields as they are."""
    return reading.told(found.row)


def _resources(spec: JobSpec, found: Definition, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A `resource_config` with what the manifest states of it, or what DLI reports; not what neither of them says."""
    now = mapping((found.row.get("job_config") or {}).get("resource_config"))
    stated = spec.options.get("resource_config", {})
    kept = {key: value for key, value in now.items() if key != "max_slot" or not found.sets.has("max_slot")}
    return kept | {key: value for key, value in wanted.items() if key in now or key in stated or key in _ALWAYS}


def _not_ours(key: str, found: Definition) -> bool:
    """Did the platform, or somebody in words that no manifest has, set this configuration key?"""
    return key in NOT_OF_A_MANIFEST or not found.sets.has_key(key)


def _needing_a_stop(found: Definition, spec: JobSpec) -> list[str]:
    """What differs by meaning and is not changed in place."""
    applied = reading.applied(found.row, found.sets)
    if applied is None:
        return ["the manifest"]
    now, wanted = applied.unfilled(spec).fields(), spec.fields()
    options = _differing(now.pop("options"), wanted.pop("options")) - IN_PLACE
    return sorted(_differing(now, wanted) | options)


def _differing(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> set[str]:
    return {name for name in now.keys() | wanted.keys() if now.get(name) != wanted.get(name)}
