"""The calls that a start, a stop and a look are made of, and what DLI makes of them.

A job is a definition with a lasting id that is run, stopped and run again. Ours have the marker in their description,
which can be written at any time. Lists are for the overview and may lag: what is about to be changed is read one by
one. A savepoint that DLI made is named `dli:JOB/START` here, because DLI gives it no name; a snapshot on OBS keeps its
address, and is imported before the run that is to restore it.

Unverified: this was made from the pages and the SDK, and no account was ever used. Nobody documents that an execution
graph which cannot be read means that there is none, that a failed stop without one is an end, that `job_savepointing`
is a stop under way, that a run takes up a savepoint which was imported before it, what a run with `resume_savepoint`
does without one, that a savepoint of one's own ends up under the directory that was named, whether names are unique
and `name=` finds parts of them, how long lists lag, and whether `runtime_config` is heard when state is to be dropped.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from headgate.errors import Rejected, Unavailable
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Live, Marker
from headgate.model.packages import mentions
from headgate.model.plan import Change, PlatformVerdict, RestoreKind
from headgate.model.project import Target
from headgate.model.reasons import Reason
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.model.topology import Compiled
from headgate.providers.definitions.client import Client, Traits
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.ownership import is_ours
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.definitions.start_once import Wanted
from headgate.providers.definitions.waiter import Patience, Waiter
from headgate.providers.dli import changes, compatibility, graphs, states, validation
from headgate.providers.dli.api import DliApi
from headgate.providers.dli.forms import JAR_JOB
from headgate.providers.dli.job import UNSAVABLE, DliJob, own_path
from headgate.providers.dli.spec import options_of
from headgate.providers.http import NotFound
from headgate.providers.huawei import job_words
from headgate.providers.huawei.account import Account, host
from headgate.providers.port import Capabilities, Support

_AT_ONCE = 8
_FORMAT = "huawei-dli"
_FOLDER = "headgate-savepoints"
_UNTIL_SEEN = Patience(looks=8)
_NOT_COMPILED = "DLI does not say what the operators of a job store"
_NOT_CHECKED = "DLI checks statements when the job is run; before that, for jobs it knows on Flink 1.10 and 1.12 alone"
_PACKAGES = ("entrypoint", "udf_jar_url", "dependency_jars", "dependency_files")


class DliClient(Client):
    """The Flink jobs of one DLI project. Facts from the API pages dli_02_0228 to dli_02_0393 and the official SDK."""

    capabilities = Capabilities(
        mark_in_place=Support.YES,
        delete_definition=Support.YES,
        state_outlives=Support.NO,
        savepoint_format=_FORMAT,
    )
    traits = Traits(
        replaces_kind=True,
        busy_words=frozenset({job_words.SAVEPOINTING}),
        failed_stop_words=frozenset({job_words.STOP_FAILED}),
    )

    def __init__(self, name: str, api: DliApi, *, project: str, close: Callable[[], None], waiter: Waiter) -> None:
        self.name = name
        # DLI keeps the savepoint of a job for that job alone, and names none that another could be given.
        self.capabilities = replace(type(self).capabilities, savepoint_format=f"{_FORMAT} {name}")
        self._api = api
        self._project = project
        self._close = close
        self._waiter = waiter

    def close(self) -> None:
        self._close()

    # -- looking -------------------------------------------------------------------------------------------------------

    def list(self) -> tuple[Definition, ...]:
        """The list with details; once more without them if a job of ours has ended: only then savepoints are reported.

        Tags cost a request for each job whose manifest sets any, in every plan: no list reports them, nothing that a
        list reports is known to change with them, and a tag edited in the console is a difference like any other.
        """
        found = [DliJob.of(row) for row in self._api.listed()]
        saved = self._saved([one for one in found if self._is_ours(one) and not one.state.active])
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            return tuple(pool.map(lambda one: self._definition(self._with_tags(one), saved.get(one.id)), found))

    def candidates(self, wanted: Wanted) -> tuple[Definition, ...]:
        """The job that planning saw, alone if it has the name; else with all of that name, oldest first.

        A draft that was created is waited for in the list: older drafts of the same job appear no later than it does.
        """
        known = [one for each in wanted.known_ids() if each != wanted.created and (one := self.there(each))]
        if wanted.created is None and known and known[0].name == wanted.job and wanted.may_use(known[0]):
            return tuple(known)
        listed = self._api.listed(name=wanted.job, detail=False)
        named = [one for row in listed if (one := self.there(str(row["job_id"])))]
        if wanted.created and wanted.created not in {one.id for one in named} and self.there(wanted.created):
            return ()
        return (*known, *(one for one in named if one.id not in {each.id for each in known}))

    def get(self, definition_id: str) -> Definition:
        found = DliJob.of(self._api.shown(definition_id))
        return self._definition(found, found.has_savepoint)

    def health(self, definition: Definition) -> Health:
        """DLI counts neither tasks nor checkpoints: a running job is one task.

        Whether `restart_times` begins again with a run is not documented, so it may count earlier runs too.
        """
        found: DliJob = definition.row
        state, word = definition.status, found.word
        cause = str(found.row.get("status_desc") or "") if state is JobState.FAILED else ""
        if word == job_words.RUNNING:
            flink = graphs.flink_word(self._api, found.id)
            if flink and flink != "RUNNING":
                # DLI's own word says when a job has ended; until then it is on its way.
                state, word = JobState.STARTING, f"{word}/{flink}"
        running = int(state is JobState.RUNNING)
        return Health(state, word, running, 1, checkpointing=found.checkpointing, restarts=found.restarts, cause=cause)

    def graph(self, definition: Definition) -> Graph:
        return graphs.graph_of(self._api, definition.row)

    def detail(self, definition: Definition) -> dict[str, Any]:
        return {"job_detail": definition.row.row, "execute_graph": self._api.execute_graph(definition.id)}

    def references(self, package: str) -> tuple[str, ...]:
        names = set()
        for row in self._api.listed():
            config = row.get("job_config") or {}
            used = [config.get(name) or "" for name in _PACKAGES]
            if any(mentions(part, package) for each in used for part in ([each] if isinstance(each, str) else each)):
                names.add(str(row.get("name") or row["job_id"]))
        return tuple(sorted(names))

    def exists(self, path: str) -> bool | None:
        """Of a savepoint that DLI made: is it still there? Of a snapshot on OBS nothing is known before the start."""
        own = own_path(path)
        if own is None:
            return None
        found = self.there(own[0])
        return found is not None and found.row.holds(path)

    def stop_progress(self, definition: Definition) -> SavepointProgress:
        """A stop ends in job_cancel_success, or in job_init as the vendor's own Terraform provider has it.

        https://github.com/huaweicloud/terraform-provider-huaweicloud, resource huaweicloud_dli_flinksql_job.
        """
        found: DliJob = definition.row
        why = f": {said}" if (said := str(found.row.get("status_desc") or "").strip()) else ""
        failed = ""
        if found.word in states.STOP_ENDS:
            if found.has_savepoint:
                return SavepointProgress(asked=True, done=True, path=found.savepoint)
            failed = f"it was stopped and left no savepoint{why}"
        elif found.word == job_words.STOP_FAILED:
            failed = f"the stop failed{why}"
        elif found.state in (JobState.FAILED, JobState.FINISHED):
            failed = f"it ended before: {found.word}{why}"
        job = definition.status if failed else JobState.UNKNOWN
        return SavepointProgress(asked=bool(failed) or found.state is JobState.STOPPING, failed=failed, job=job)

    def savepoint_progress(self, definition: Definition, key: str) -> SavepointProgress:
        """DLI may report no more than the folder that was asked for, as its pages have it (dli_02_0392).

        Flink makes a folder `savepoint-...` in it, which is what a restore is to name.
        """
        path = str(definition.row.row.get("savepoint_path") or "")
        if key not in path or definition.word == job_words.SAVEPOINTING:
            return SavepointProgress(asked=definition.word == job_words.SAVEPOINTING)
        place = path if "://" in path else f"obs://{path}"
        if place.rstrip("/").rpartition("/")[2].startswith("savepoint-"):
            return SavepointProgress(asked=True, done=True, path=place)
        return SavepointProgress(asked=True, done=True, folder=place)

    # -- what a spec would become --------------------------------------------------------------------------------------

    def unfit(self, spec: JobSpec) -> str:
        return validation.impossible(spec)

    def kind(self, spec: JobSpec) -> str:
        return JAR_JOB if isinstance(spec.program, Jar) else options_of(spec).job_type

    def compile(self, spec: JobSpec) -> Compiled:
        """DLI reads a statement only for a job it knows, on Flink 1.10 and 1.12."""
        if not isinstance(spec.program, Sql) or validation.impossible(spec):
            return Compiled(why=_NOT_COMPILED)
        known = [DliJob.of(row) for row in self._api.listed(name=spec.name)]
        found = next((one for one in known if not one.is_jar), None)
        checked = found is not None and graphs.checked(self._api, found, spec)
        return Compiled(why=_NOT_COMPILED if checked else _NOT_CHECKED)

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        found = compatibility.platform_verdict(spec, live, changes)
        if found.blocked is None and live is not None and (why := self._unstated_tags(spec, live)):
            return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=why)
        return found

    def _unstated_tags(self, spec: JobSpec, live: Live) -> str:
        """Why options.tags cannot be the tags of this job yet: it has others, which neither list nor detail reports."""
        if "tags" not in spec.options or (live.applied is not None and "tags" in live.applied.options):
            return ""
        others = sorted(self._api.tags(live.job_id).keys() - spec.options["tags"].keys())
        named = ", ".join(others)
        return f"the job has tags that options.tags does not state: {named}; add them to it" if others else ""

    def require_state(self, wanted: Wanted, definition: Definition | None) -> None:
        """DLI has one savepoint for the next run of a job, which is gone when the job runs.

        Of a definition it is asked right before the run: by then it has the marker, which says what did not settle.
        Of one whose last start was not even submitted, it is asked before that, too: only the marker of that start says
        which savepoint is still there.
        """
        restore = wanted.submission.restore
        own = own_path(restore.path)
        if definition is not None and wanted.updated != definition.id and definition.word != job_words.SUBMIT_FAILED:
            return
        if restore.kind is RestoreKind.FRESH or own is None or (definition and definition.row.holds(restore.path)):
            return
        if definition is None and self.there(own[0]):
            raise Rejected("a job that becomes one of another kind leaves its state behind", where=self.name)
        raise Rejected(
            f"the savepoint {restore.path} is gone: DLI deletes it when the job runs again",
            where=self.name,
            hint="name a snapshot on OBS with savepoint.strategy: path",
            code="snapshot-missing",
        )

    # -- single effects ------------------------------------------------------------------------------------------------

    def create(self, wanted: Wanted, beside: tuple[Definition, ...]) -> str:
        """Where names are unique, the definition of another kind that has this one is renamed first."""
        created = changes.draft(self._api, wanted.spec, wanted.marker)
        for other in beside if not created else ():
            if other.name == wanted.job:
                changes.aside(self._api, other.row)
                return changes.draft(self._api, wanted.spec, wanted.marker)
        return created

    def update(self, definition: Definition, spec: JobSpec, marker: Marker, start: Wanted | None = None) -> None:
        if definition.active:
            changes.updated_in_place(self._api, definition.row, spec, marker)
        else:
            dropping = start is not None and start.submission.restore.allow_non_restored
            changes.updated(self._api, definition.row, spec, marker, ignore_unclaimed=dropping)

    def run(self, definition: Definition, wanted: Wanted, beside: tuple[Definition, ...]) -> bool:
        """What it replaces goes when nothing is left but the run, so that whatever DLI refuses is refused before."""
        restore = wanted.submission.restore
        resume = restore.kind is not RestoreKind.FRESH
        if resume and own_path(restore.path) is None:
            self._api.import_savepoint(definition.id, restore.path)
        for other in beside:
            with contextlib.suppress(NotFound):  # another process that starts the same job may have been faster
                self._api.delete(other.id)
        self._api.run(definition.id, resume=resume)
        return False

    def stop(self, definition: Definition, *, savepoint: bool) -> None:
        if savepoint and definition.row.bucket is None:
            problem = f"job {definition.name!r} continues to run: DLI does not report whether it has a bucket for state"
            raise Unavailable(problem, where=self.name, hint="run again")
        self._api.stop(definition.id, savepoint=savepoint)

    def delete(self, definition: Definition) -> None:
        """DLI deletes a job in any state, running ones too."""
        self._api.delete(definition.id)

    def savepoint(self, definition: Definition, key: str) -> None:
        """Into a folder of its own, named by `key`."""
        found: DliJob = definition.row
        if key in str(found.row.get("savepoint_path") or "") or found.word == job_words.SAVEPOINTING:
            return
        if definition.status is not JobState.RUNNING:
            raise Rejected(f"job {found.id} is {found.word}: only a job that runs takes savepoints", where=self.name)
        if not found.bucket:
            hint = "from Flink 1.15 on it needs options.execution_agency_urn too"
            raise Rejected(UNSAVABLE, where=self.name, hint=hint)
        self._api.savepoint(found.id, f"{found.bucket}/{_FOLDER}/{found.id}/{key}/")
        # Or the status from before would be taken for that of a savepoint that is done.
        self._waiter.until(_UNTIL_SEEN, lambda: self.get(found.id).word == job_words.SAVEPOINTING or None)

    def dispose(self, path: str) -> None:
        hint = "DLI deletes the savepoint of a stop when the job runs again; delete others on OBS"
        raise Rejected("DLI has no call that deletes a savepoint", where=path, hint=hint)

    # -- shared --------------------------------------------------------------------------------------------------------

    def _definition(self, found: DliJob, saved: bool | None) -> Definition:
        """Where the last stop of a job failed, its Flink job says what it is."""
        state = found.state
        if found.word == job_words.STOP_FAILED:
            graph = self._api.execute_graph(found.id)
            # Only DLI's own error says that there is no Flink job: a graph without a state says nothing.
            unsaid = graph is None or (graph and not graph.get("state"))
            state = JobState.UNKNOWN if unsaid else states.after_failed_stop(str((graph or {}).get("state") or ""))
        return found.definition(state=state, saved=saved)

    def _is_ours(self, found: DliJob) -> bool:
        return is_ours(found.marker, self._project)

    def _with_tags(self, found: DliJob) -> DliJob:
        if found.sets.has("tags") and self._is_ours(found):
            return DliJob.of({**found.row, "tags": self._api.tags(found.id)})
        return found

    def _saved(self, ended: Sequence[DliJob]) -> Mapping[str, bool]:
        """Job id to whether there is a savepoint to restore."""
        reported = {one.id: one.has_savepoint for one in ended}
        if None in reported.values():
            plain = {one.id: one.has_savepoint for one in map(DliJob.of, self._api.listed(detail=False))}
            for job_id in [job_id for job_id, known in reported.items() if known is None]:
                reported[job_id] = plain.get(job_id)
                if reported[job_id] is None and (found := self.there(job_id)):
                    reported[job_id] = found.row.has_savepoint
        return {job_id: bool(known) for job_id, known in reported.items()}


def open_dli(target: Target, *, project: str, cache: Path | None) -> DefinitionProvider:
    """A provider for a `targets:` entry with `provider: huawei-dli`. Raises `Unauthorised` without credentials."""
    return opened(target, os.environ, project=project)


def opened(
    target: Target,
    environ: Mapping[str, str],
    *,
    project: str,
    pause: Callable[[float], None] = time.sleep,
    page_size: int = 100,
) -> DefinitionProvider:
    """As `open_dli`, with the variables, the clock and the page size to use."""
    account = Account.of(target, environ, address=partial(host, "dli"))
    calls = account.api(DliApi, project=account.project_id, pause=pause, page_size=page_size)
    client = DliClient(target.name, calls, project=project, close=account.close, waiter=Waiter(pause))
    return DefinitionProvider(client, project=project, pause=pause)
