"""Making a job what git asks for: a draft where there is none, else an update of what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.errors import Rejected
from headgate.model.live import Marker
from headgate.model.spec import JobSpec
from headgate.providers import again
from headgate.providers.again import compared
from headgate.providers.dli import set_fields, wire
from headgate.providers.dli import spec as of_spec
from headgate.providers.dli.api import DliApi
from headgate.providers.dli.fields import IGNORE_UNCLAIMED, IN_PLACE, NOT_OF_A_MANIFEST, UPDATE_ONLY, mapping
from headgate.providers.dli.job import DliJob
from headgate.providers.dli.spec import flat_fields, options_of, sets_of, slots
from headgate.providers.dli.validation import LONGEST_NAME

# Of a resource_config: the manifest's own, whatever DLI reports.
_ALWAYS = ("parallel_number",)


def draft(api: DliApi, spec: JobSpec, marker: Marker) -> str:
    """Create a draft that has the marker; it does not run. Its id, or nothing where DLI says that there is one."""
    empty: tuple[Any, ...] = ({}, [], "")
    flat = flat_fields(spec).items()
    body = {name: value for name, value in flat if value not in empty and name not in UPDATE_ONLY}
    body |= {"name": spec.name, "desc": set_fields.written("", marker, sets_of(spec))}
    try:
        return api.create(body, options_of(spec).tags)
    except wire.DliRejected as refused:
        if refused.said != wire.EXISTS:
            raise
        return ""


def updated(api: DliApi, found: DliJob, spec: JobSpec, marker: Marker, *, ignore_unclaimed: bool = False) -> None:
    """Change a stopped job, name included. `ignore_unclaimed` drops state that nothing claims, in its next run."""
    flat, now = flat_fields(spec), found.flat
    if now["tm_slot_num"] and "tm_slot_num" not in flat and flat["resource_config_version"] == "v1":
        flat["tm_slot_num"] = slots(spec)
    if "resource_config" in flat:
        flat["resource_config"] = _resources(spec, found, flat["resource_config"])
    if not found.row.get("run_mode") and "run_mode" not in spec.options:
        flat.pop("run_mode", None)
    # What the platform, or somebody in words that no manifest has, set.
    others = {key for key in now["runtime_config"] if key in NOT_OF_A_MANIFEST or not found.sets.has_key(key)}
    kept = {key: now["runtime_config"][key] for key in others - {IGNORE_UNCLAIMED}}
    flat["runtime_config"] = {**kept, **flat["runtime_config"]}
    if ignore_unclaimed:
        flat["runtime_config"][IGNORE_UNCLAIMED] = "true"
    _send(api, found, flat | {"name": spec.name}, spec, marker)


def updated_in_place(api: DliApi, found: DliJob, spec: JobSpec, marker: Marker) -> None:
    """Change a job as it runs. Raises `Rejected` where something differs that takes a stop."""
    if others := _needing_a_stop(found, spec):
        raise Rejected(f"{', '.join(others)} cannot be changed while the job runs", where=found.name)
    _send(api, found, {name: value for name, value in flat_fields(spec).items() if name in IN_PLACE}, spec, marker)


def aside(api: DliApi, found: DliJob) -> None:
    """Rename a definition that is about to be replaced, where names are unique: it is still there if that fails."""
    name = f"{found.name[: LONGEST_NAME - len(found.id) - 1]}-{found.id}"
    _change(api, found, {"name": name})


def _send(api: DliApi, found: DliJob, fields: Mapping[str, Any], spec: JobSpec, marker: Marker) -> None:
    """Send what differs. Tags that no manifest stated are not ours to take away; no list and no detail reports them."""
    _change(api, found, {**fields, "desc": set_fields.written(found.desc, marker, sets_of(spec))})
    wanted, ours = options_of(spec).tags, found.marker is not None and found.sets.has("tags")
    now = api.tags(found.id) if wanted or ours else {}
    if ours and (gone := {key: value for key, value in now.items() if key not in wanted}):
        api.retag(found.id, "delete", gone)
    if new := {key: value for key, value in wanted.items() if now.get(key) != value}:
        api.retag(found.id, "create", new)


def _change(api: DliApi, found: DliJob, fields: Mapping[str, Any]) -> None:
    """Send what differs from a definition as it was found; looked for, and sent again, where its reply is lost."""
    before = found.flat
    body = {name: value for name, value in fields.items() if before.get(name) != value}

    def arrived() -> bool | None:
        return compared(DliJob.of(api.shown(found.id)).flat, body, before)

    if body:
        again.sent(lambda: api.change(found.id, is_jar=found.is_jar, body=body), arrived)


def _resources(spec: JobSpec, found: DliJob, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A `resource_config` with what the manifest states of it, or what DLI reports; not what neither of them says."""
    now = mapping((found.row.get("job_config") or {}).get("resource_config"))
    stated = spec.options.get("resource_config", {})
    kept = {key: value for key, value in now.items() if key != "max_slot" or not found.sets.has("max_slot")}
    return kept | {key: value for key, value in wanted.items() if key in now or key in stated or key in _ALWAYS}


def _needing_a_stop(found: DliJob, spec: JobSpec) -> list[str]:
    """What differs by meaning and is not changed in place."""
    applied = of_spec.applied(found.row, found.sets)
    if applied is None:
        return ["the manifest"]
    now, wanted = (_with_options(fields) for fields in (applied.unfilled(spec).fields(), spec.fields()))
    return sorted(key for key in now.keys() | wanted.keys() if now.get(key) != wanted.get(key) and key not in IN_PLACE)


def _with_options(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a manifest with its options among them."""
    return {**fields, **fields["options"], "options": {}}
