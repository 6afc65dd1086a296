"""The DLI adapter: the port, method by method.

A job is a definition with a lasting id that is run, stopped and run again. Ours bear the marker in their description,
which can be written at any time; `Live.run` tells one run from the next. Lists are for the overview and may lag: what
is about to be changed is read one by one. A savepoint that DLI made is named `dli:JOB/START` here, because DLI gives
it no name; a snapshot on OBS keeps its address, and is imported before the run that is to go on from it.

Unverified: this was made from the pages and the SDK, and no account was ever used. Nobody documents that an execution
graph which cannot be read means that there is none, that a failed stop without one is an end, that `job_savepointing`
is a stop under way, that a run takes up a savepoint which was imported before it, what a run with `resume_savepoint`
does without one, that a savepoint of one's own ends up under the directory that was named, whether names are unique
and `name=` finds parts of them, how long lists lag, and whether `runtime_config` is heard when state is to be dropped.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from headgate.errors import Rejected
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Live, Marker, Observation, Several
from headgate.model.packages import mentions
from headgate.model.plan import Change, PlatformVerdict
from headgate.model.project import Target
from headgate.model.reasons import Reason
from headgate.model.spec import JobSpec, Sql
from headgate.model.topology import Compiled
from headgate.providers import again
from headgate.providers.compiled_form import CompiledForm
from headgate.providers.definition_deletion import require_deletable
from headgate.providers.dli import graphs, making, prospects, states, wire
from headgate.providers.dli.definition import Definition, own_path
from headgate.providers.dli.jobs import Jobs
from headgate.providers.dli.looking import Looks, shown, state_of, there
from headgate.providers.dli.starting import Starting
from headgate.providers.dli.stopping import Stopping
from headgate.providers.http import Api
from headgate.providers.huawei.account import Account, host
from headgate.providers.no_storage import NoStorage
from headgate.providers.odd_answers import reports_odd_answers
from headgate.providers.port import Capabilities, Submission, Support

_AT_ONCE = 8
_FORMAT = "huawei-dli"
_NOT_COMPILED = "DLI does not say what the operators of a job store"
_NOT_CHECKED = "DLI checks statements when the job is run; before that, for jobs it knows on Flink 1.10 and 1.12 alone"
_PACKAGES = ("entrypoint", "udf_jar_url", "dependency_jars", "dependency_files")


@reports_odd_answers
class DliProvider(NoStorage):
    """The Flink jobs of one DLI project. Facts from the API pages dli_02_0228 to dli_02_0393 and the official SDK."""

    compiled_form = CompiledForm()
    capabilities = Capabilities(
        compile=Support.NO,
        delete_definition=Support.YES,
        state_outlives=Support.NO,
        mark_in_place=Support.YES,
        update_in_place=Support.YES,
        savepoint_format=_FORMAT,
    )

    def __init__(self, name: str, jobs: Jobs, *, project: str, close: Callable[[], None], looks: Looks) -> None:
        self.name = name
        # DLI keeps the savepoint of a job for that job alone, and names none that another could be given.
        self.capabilities = replace(type(self).capabilities, savepoint_format=f"{_FORMAT} {name}")
        self._jobs = jobs
        self._project = project
        self._close = close
        self._starting = Starting(jobs, project=project, looks=looks)
        self._stopping = Stopping(jobs, looks=looks)

    def close(self) -> None:
        self._close()

    # -- looking -------------------------------------------------------------------------------------------------------

    def observe(self) -> Observation:
        """The list with details; once more without them if a job of ours has ended: only then savepoints are told.

        Tags cost a request for each job whose manifest sets any, in every plan: no list tells them, nothing that a list
        tells is known to change with them, and a tag edited in the console is a difference like any other.
        """
        found = [Definition.of(row) for row in self._jobs.listed()]
        ours = [one for one in found if one.marker and one.marker.project == self._project]
        saved = self._saved([one for one in ours if not one.state.active])
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            lives = list(pool.map(partial(self._live, saved=saved), found))
        jobs: dict[str, list[tuple[Definition, Live]]] = {}
        others = []
        for one, live in zip(found, lives, strict=True):
            if one.marker and one.marker.project == self._project:
                jobs.setdefault(one.marker.job, []).append((one, live))
            else:
                others.append(live)
        seen = {name: _current(several) for name, several in sorted(jobs.items())}
        return Observation(seen, tuple(sorted(others, key=lambda live: (live.name, int(live.job_id)))))

    def _saved(self, ended: list[Definition]) -> Mapping[str, bool]:
        """Job id to whether there is a savepoint to go on from."""
        silent = [one.id for one in ended if one.has_savepoint is None and not one.never_ran]
        plain = {}
        if silent:
            plain = {str(row["job_id"]): Definition.of(row) for row in self._jobs.listed(detail=False)}
        told = {one.id: one.has_savepoint for one in ended}
        for job_id in silent:
            known = plain[job_id].has_savepoint if job_id in plain else None
            if known is None:
                one = there(self._jobs, job_id)
                known = bool(one and one.has_savepoint)
            told[job_id] = known
        return {job_id: bool(known) for job_id, known in told.items()}

    def _live(self, one: Definition, *, saved: Mapping[str, bool]) -> Live:
        if one.sets.has("tags") and one.marker and one.marker.project == self._project:
            one = Definition.of({**one.row, "tags": self._jobs.tags(one.id)})
        return one.live(state=state_of(self._jobs, one), saved=saved.get(one.id))

    def health(self, job_id: str) -> Health:
        """DLI counts neither tasks nor checkpoints: a running job is one task.

        Whether `restart_times` begins anew with a run is not documented, so it may count earlier runs too.
        """
        found = shown(self._jobs, job_id)
        state, word = state_of(self._jobs, found), found.word
        cause = str(found.row.get("status_desc") or "") if state is JobState.FAILED else ""
        if word == states.RUNNING:
            flink = graphs.flink_word(self._jobs, job_id)
            if flink and flink != "RUNNING":
                # DLI's own word says when a job has ended; until then it is on its way.
                state, word = JobState.STARTING, f"{word}/{flink}"
        return Health(
            state,
            word,
            tasks_running=int(state is JobState.RUNNING),
            tasks=1,
            checkpointing=found.checkpointing,
            restarts=found.restarts,
            cause=cause,
        )

    def graph(self, job_id: str) -> Graph:
        return graphs.graph_of(self._jobs, shown(self._jobs, job_id))

    def detail(self, job_id: str) -> dict[str, Any]:
        return {"job_detail": self._jobs.shown(job_id), "execute_graph": self._jobs.execute_graph(job_id)}

    def references(self, package: str) -> tuple[str, ...]:
        names = set()
        for row in self._jobs.listed():
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
        found = there(self._jobs, own[0])
        return found is not None and found.holds(path)

    # -- what a spec would become --------------------------------------------------------------------------------------

    def compile(self, spec: JobSpec) -> Compiled:
        """DLI reads a statement only for a job it knows, on Flink 1.10 and 1.12."""
        if not isinstance(spec.program, Sql) or prospects.impossible(spec):
            return Compiled(why=_NOT_COMPILED)
        with wire.masked(spec.secrets):
            known = [Definition.of(row) for row in self._jobs.listed(name=spec.name)]
            found = next((one for one in known if not one.is_jar), None)
            checked = found is not None and graphs.checked(self._jobs, found, spec)
        return Compiled(why=_NOT_COMPILED if checked else _NOT_CHECKED)

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        found = prospects.platform_verdict(spec, live, changes)
        if found.blocked is None and live is not None and (why := self._unstated_tags(spec, live)):
            return PlatformVerdict(blocked=Reason.NOT_SUPPORTED, note=why)
        return found

    def _unstated_tags(self, spec: JobSpec, live: Live) -> str:
        """Why options.tags cannot be the tags of this job yet: it has others, which neither list nor detail reports."""
        if "tags" not in spec.options or (live.applied is not None and "tags" in live.applied.options):
            return ""
        others = sorted(self._jobs.tags(live.job_id).keys() - spec.options["tags"].keys())
        named = ", ".join(others)
        return f"the job has tags that options.tags does not state: {named}; add them to it" if others else ""

    # -- single effects ------------------------------------------------------------------------------------------------

    def submit(self, submission: Submission) -> str:
        with wire.masked(submission.spec.secrets):
            return self._starting.submit(submission)

    def update(self, live: Live, spec: JobSpec, marker: Marker) -> None:
        with wire.masked(spec.secrets):
            found = shown(self._jobs, live.job_id)
            if state_of(self._jobs, found).active:
                making.updated_in_place(self._jobs, found, spec, marker)
            else:
                making.updated(self._jobs, found, spec, marker)

    def stop_with_savepoint(self, job_id: str) -> None:
        self._stopping.with_savepoint(job_id)

    def stop_progress(self, job_id: str) -> SavepointProgress:
        return self._stopping.progress(job_id)

    def cancel(self, job_id: str) -> None:
        self._stopping.cancel(job_id)

    def take_savepoint(self, job_id: str, key: str) -> None:
        self._stopping.take(job_id, key)

    def savepoint_progress(self, job_id: str, key: str) -> SavepointProgress:
        return self._stopping.taken(job_id, key)

    def delete_definition(self, live: Live) -> None:
        """DLI deletes a job in any state, so it is looked at right before."""
        found = there(self._jobs, live.job_id)
        if found is None:
            return
        require_deletable(found.name, found.word, found.marker, live, runs=state_of(self._jobs, found).active)

        def arrived() -> bool | None:
            now = there(self._jobs, found.id)
            return True if now is None else (False if now.row == found.row else None)

        again.sent(lambda: self._jobs.delete(found.id), arrived)

    def dispose(self, path: str) -> None:
        hint = "DLI deletes the savepoint of a stop when the job runs again; delete others on OBS"
        raise Rejected("DLI has no call that deletes a savepoint", where=path, hint=hint)


def _current(several: list[tuple[Definition, Live]]) -> Live | Several:
    """The job that a name stands for: the active one, else the newest that ever ran, else the oldest draft."""
    active = [live for _, live in several if live.state.active]
    if len(active) > 1:
        return Several(tuple(sorted(active, key=lambda live: int(live.job_id))))
    if active:
        return active[0]
    ran = [pair for pair in several if not pair[0].never_ran]
    if ran:
        return max(ran, key=lambda pair: (pair[0].started, pair[0].created))[1]
    return min(several, key=lambda pair: int(pair[0].id))[1]


def open_dli(target: Target, *, project: str, cache: Path | None) -> DliProvider:
    """A provider for a `targets:` entry with `provider: huawei-dli`. Raises `Unauthorised` without credentials."""
    return opened(target, os.environ, project=project)


def opened(
    target: Target, environ: Mapping[str, str], *, project: str, pause: Callable[[float], None] = time.sleep
) -> DliProvider:
    """As `open_dli`, with the variables and the clock to use."""
    account = Account.of(target, environ, address=partial(host, "dli"))
    api: Api = account.api(judge=wire.judge, headers={"X-Language": "en-us"}, pause=pause)
    jobs = Jobs(api, account.project_id, pause=pause)
    return DliProvider(target.name, jobs, project=project, close=account.close, looks=Looks(pause))
