"""The Flink adapter: a session cluster through its REST API, SQL through the runner jar.

What makes every write safe to repeat: a submit names its job id, and a cluster refuses an id it knows; a stop names its
trigger id, and the same id again is the same operation. Both ids are derived, not drawn, so a run that lost a reply, or
another run that saw the same thing, asks for the same job and the same savepoint.

`GET /jobs/overview`, `GET /jobs/:id` and `/checkpoints` answer from a cache of `web.refresh-interval` (3 s by default)
while `/jobs/:id/status` is fresh, so whatever is about to be written is checked against `status`.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from headgate.errors import Overtaken, ProviderError, Rejected, Unavailable
from headgate.model.health import Graph, Health, SavepointProgress
from headgate.model.live import JobState, Kept, Live, Marker, Observation, Snapshot
from headgate.model.plan import Change, PlatformVerdict, RestoreKind
from headgate.model.project import Target
from headgate.model.reasons import Reason
from headgate.model.spec import Jar, JobSpec, Strategy
from headgate.model.topology import Compiled
from headgate.providers.answer_fields import undocumented
from headgate.providers.flink import compiled as plans
from headgate.providers.flink import job_health, job_parameters, packages, parallelism_bounds
from headgate.providers.flink.causes import root_cause
from headgate.providers.flink.cluster import Cluster
from headgate.providers.flink.cluster_files import Storage, next_id
from headgate.providers.flink.ended_jobs import Endings
from headgate.providers.flink.flink_plans import FlinkPlans
from headgate.providers.flink.forms import FlinkTarget
from headgate.providers.flink.jars import Jars
from headgate.providers.flink.observation import Observing, start_of
from headgate.providers.flink.program import body, may_compile
from headgate.providers.flink.refusals import PlannerFailed, refusal
from headgate.providers.flink.rejection import is_duplicate, is_flinks_own, judge
from headgate.providers.flink.savepoint_folders import Homes
from headgate.providers.flink.savepoint_triggers import Stops
from headgate.providers.flink.scaling import Scaling
from headgate.providers.flink.states import common_state
from headgate.providers.http import Api, NotFound
from headgate.providers.odd_answers import reports_odd_answers
from headgate.providers.port import Capabilities, NoDefinitions, Submission, Support, id_taken, require_own_start
from headgate.providers.run_facts import Facts

_UNCOMPILABLE = "uncompilable: "


class JobEnded(Rejected):
    """A savepoint was asked of a job that is no longer active. What it left behind is in `headgate status`."""

    code = "job-ended"


@reports_odd_answers
class FlinkProvider(NoDefinitions):
    """One Flink session cluster. Facts from the REST API of 1.20, 2.2 and 2.3, all run on real clusters."""

    capabilities = Capabilities(
        dispose=Support.YES,
    )

    def __init__(self, name: str, api: Api, facts: Facts, *, project: str, savepoint_dir: str | None = None) -> None:
        self.name = name
        self._api = api
        self._facts = facts
        self._project = project
        self._jars = Jars(api)
        self.compiled_form = FlinkPlans(name, self._jars)
        self._signs: dict[str, str] = {}
        self._stops = Stops(api)
        self._cluster = Cluster(api)
        self._homes = Homes(self._cluster, savepoint_dir)
        self._storage = Storage(api, self._jars)
        self._scaling = Scaling(api, facts, self._jars)
        self._endings = Endings(api, facts, self._stops)
        self._observing = Observing(api, facts, self._endings, self._scaling, project)

    def close(self) -> None:
        self._facts.save()
        self._api.close()

    # -- what is there ---------------------------------------------------------------------------------------------

    def observe(self) -> Observation:
        return self._observing.observe()

    def kept(self, job: str) -> Kept | None:
        """The folder that a job of ours has below the savepoint directory; None where no such directory is known."""
        home = self._homes.of(self._project, job)
        return self._storage.kept(home) if home else None

    def retained(self, job: str, job_ids: tuple[str, ...], config: Mapping[str, str]) -> tuple[Snapshot, ...]:
        """`<checkpoint directory>/<job id>/chk-*`, of these ids and of the one that the job's folder names."""
        return self._storage.retained(self._homes.of(self._project, job), job_ids, self._homes.checkpoints(config))

    def exists(self, path: str) -> bool | None:
        return self._storage.exists(path)

    def references(self, package: str) -> tuple[str, ...]:
        """By what jobs carry; one that no headgate started does not say what it uses."""
        return packages.references(self.observe(), package)

    def health(self, job_id: str) -> Health:
        def pending(detail: Mapping[str, Any]) -> tuple[int, int] | None:
            rescales = self._observing.carried(job_id, start_of(detail)).fixed is not None
            return self._scaling.pending(job_id, detail) if rescales else None

        return job_health.health(self._api, job_id, pending)

    def graph(self, job_id: str) -> Graph:
        return job_health.graph(self.detail(job_id))

    def detail(self, job_id: str) -> dict[str, Any]:
        detail = self._api.read(f"/jobs/{job_id}")
        if not isinstance(detail, dict):
            raise undocumented(f"GET /jobs/{job_id}")
        return detail

    # -- what a spec would become ----------------------------------------------------------------------------------

    def compile(self, spec: JobSpec) -> Compiled:
        """Compile on the cluster, run nothing. A jar has no compiled plan; only its vertex ids can be compared."""
        if not may_compile(spec):
            return Compiled(why="the statements use an external catalog; compiling them here would change it")
        try:
            plan = self.compiled_form.plan(spec, mode="compile")
        except PlannerFailed as failed:
            if failed.after_main:
                return Compiled(why=f"{failed.problem}; that is no mistake of the statement")
            raise
        name = str(plan.get("name", ""))
        if isinstance(spec.program, Jar):
            return Compiled(why="a jar's operators do not say what they store")
        if name.startswith(_UNCOMPILABLE):
            return Compiled(why=f"Flink cannot write the plan of this statement: {name.removeprefix(_UNCOMPILABLE)}")
        if plans.topology(name) is None:
            return Compiled(why="the compiled plan could not be read")
        # Numbered from 1, so that compiling twice gives the same bytes.
        text = plans.numbered(spec.secrets.put_back_in_json(name), {}, fresh_from=0)
        return Compiled(text, plans.topology(text), checkpointing=self._cluster.checkpoints(spec))

    def platform_verdict(self, spec: JobSpec, live: Live | None, changes: tuple[Change, ...]) -> PlatformVerdict:
        """The bounds of parallelism, and whether it alone changes and the scheduler does that on a running job."""
        touched = {change.path for change in changes}
        if live is not None and live.state is JobState.STARTING and _goes_with(live, spec):
            note = f"{spec.savepoint.path} is deleted when the job is cancelled: its checkpoints are not retained"
            return PlatformVerdict(blocked=Reason.SNAPSHOT_MISSING, note=note)
        scaled = touched & {parallelism_bounds.PARALLELISM, f"config.{parallelism_bounds.OPTION}"}
        if live is not None and not scaled:
            return PlatformVerdict()
        found = parallelism_bounds.of_manifest(spec)
        if live is None or live.remembered or found.blocked:
            return found  # of a job that the cluster has forgotten there is nothing to ask it
        fixed = self._observing.carried(live.job_id, live.started_at).fixed if live.marker else None
        found = parallelism_bounds.of_live(self._api, spec, live, touched, fixed)
        alone = touched == {parallelism_bounds.PARALLELISM} and fixed is not None and live.state.active
        if alone and not found.blocked and self._scaling.can_reach(live, spec):
            return PlatformVerdict(in_place=frozenset(touched))
        return found

    # -- single effects --------------------------------------------------------------------------------------------

    def submit(self, submission: Submission) -> str:
        spec, restore = submission.spec, submission.restore
        if restore.kind is not RestoreKind.FRESH and not restore.path:
            raise Rejected(f"job {spec.name} is to be restored, and no snapshot is named", where=self.name)
        compiled = submission.compiled.plan if submission.compiled else ""
        fixed = self._scaling.fixed(spec, compiled) if self._cluster.rescales() else None
        carried = job_parameters.write(submission.marker, spec.carried(), compiled, fixed=fixed)
        start, now = uuid.uuid4().hex, round(time.time() * 1000)
        sign = self._homes.sign(
            submission.marker.project, spec.name, spec.config, start, at=now, job_id=submission.job_id
        )
        self._signs[spec.name] = sign
        marked = bool(sign) and isinstance(spec.program, Jar)
        if marked:
            self._storage.mark(sign)
        request = body(spec, mode="run", compiled=compiled, parameters=carried, home=sign)
        request |= {"allowNonRestoredState": restore.allow_non_restored}
        if restore.path:
            request["savepointPath"] = restore.path
        try:
            job_id, there = self._started(submission, request)
        except Overtaken:
            if sign:
                with contextlib.suppress(ProviderError):
                    self._storage.unmark(sign)
            raise
        except Rejected as problem:
            if marked:
                self._storage.unmark(sign)
            if not is_flinks_own(problem):
                raise
            raise refusal(problem.body, spec) from problem
        if there is None:
            self._observing.started(job_id, carried)
        elif marked and not there.active:
            self._storage.unmark(sign)
        return job_id

    def _started(self, submission: Submission, request: Mapping[str, Any]) -> tuple[str, JobState | None]:
        """The id of the job that is there now, and how it is if the start was refused for it.

        It was started before then, by us or by a run that saw the same, or it failed as it was started. A cluster never
        takes an id twice, not even that of a job it has forgotten, or that ended before it could say what it is. The
        next id follows from that one, so that all who ask find the same.
        """
        job_id = submission.job_id
        while True:
            try:
                return str(self._jars.run(submission.spec.program, {**request, "jobId": job_id})["jobid"]), None
            except Rejected as problem:
                there, taken = self._state(job_id), is_duplicate(problem.body or problem.problem)
                marker = self._observing.carried_now(job_id).marker if there else None
                if there and (marker or there.active or not taken):
                    self._require_own(submission, job_id, marker, there)
                    return job_id, there
                if not taken:
                    raise
                job_id = next_id(job_id)

    def _require_own(self, submission: Submission, job_id: str, marker: Marker | None, there: JobState) -> None:
        """Raises Overtaken for an id that another job has. Ours has a marker, but where a jar's program took it off."""
        sql = not isinstance(submission.spec.program, Jar)
        if sql and marker is None and there is JobState.RUNNING:
            raise id_taken(submission, "a job without a marker", self.name)
        require_own_start(submission, marker, self.name)

    def no_place(self, spec: JobSpec) -> str:
        """Both its folder, which shows later that it ran, and that of its own configuration, if it has one."""
        sign, ours = self._signs.get(spec.name, ""), self._project
        homes = (self._homes.of(ours, spec.name), self._homes.savepoints(ours, spec.name, spec.config))
        found = (self._storage.no_place(home, sign) for home in dict.fromkeys(homes) if home and sign)
        return next((why for why in found if why), "")

    def update(self, live: Live, spec: JobSpec, marker: Marker) -> None:
        """Another parallelism; what a Flink job carries stays as it was started, the marker too."""
        self._scaling.reach(live, spec)

    def stop_with_savepoint(self, job_id: str) -> None:
        """Raises NotFound for a job the cluster has forgotten, Rejected for one that ended otherwise."""
        try:
            self._stops.ask(job_id, lambda: self._place(job_id))
        except JobEnded:
            if not self.stop_progress(job_id).done:
                raise

    def stop_progress(self, job_id: str) -> SavepointProgress:
        """The cluster forgets an operation some minutes after it is over; what it did is in the job's own end.

        Raises NotFound for a job the cluster has forgotten, too.
        """
        progress = self._stops.last(job_id)
        word = job_health.status_word(self._api, job_id)
        state = common_state(word)
        progress = replace(progress, job=state)
        if state.active:
            # COMPLETED may come a moment before the job's own final state; and so may the failure that ends it.
            stopping = state is JobState.STOPPING
            return replace(progress, done=False, failed="" if stopping else progress.failed)
        if progress.asked and not (progress.path or progress.failed):
            return progress  # the job's end was seen a moment before that of the operation, which says more
        path = progress.path or self._endings.final_savepoint(Live(job_id, "", state, word))
        if not path:
            return progress
        warning = progress.warning or ("" if state is JobState.FINISHED else f"Flink reports the job as {word}")
        return SavepointProgress(asked=True, done=True, path=path, warning=warning, job=state)

    def cancel(self, job_id: str) -> None:
        """Raises NotFound for a job the cluster has forgotten."""
        try:
            self._api.call("PATCH", f"/jobs/{job_id}", writes=True, repeatable=True, params={"mode": "cancel"})
        except Rejected:
            # 409: it has reached another final state before.
            if common_state(job_health.status_word(self._api, job_id)).active:
                raise

    def take_savepoint(self, job_id: str, key: str) -> None:
        """Raises NotFound for a job the cluster has forgotten, Rejected for one that has ended."""
        self._stops.take(job_id, key, lambda: self._place(job_id))

    def savepoint_progress(self, job_id: str, key: str) -> SavepointProgress:
        return self._stops.taken(job_id, key)

    def dispose(self, path: str) -> None:
        self._storage.dispose(path)

    # -- shared ----------------------------------------------------------------------------------------------------

    def _place(self, job_id: str) -> str:
        """Where the savepoints of a job go; those of a job that is not ours, to where it would be ours.

        Flink takes savepoints of any id at all, and says only later that there was no such job: that is asked first.
        """
        word = job_health.status_word(self._api, job_id)
        if not common_state(word).active:
            raise JobEnded(f"job {job_id} is {word}: no savepoint can be taken of it", where=self.name)
        carried = self._observing.carried_now(job_id)
        config = carried.applied.config if carried.applied else {}
        if carried.marker:
            return self._homes.savepoints(carried.marker.project, carried.marker.job, config)
        name = str(self._api.read(f"/jobs/{job_id}/config")["name"])
        return self._homes.savepoints(self._project, name, config)

    def _state(self, job_id: str) -> JobState | None:
        """Fresh; None for a job the cluster does not know."""
        try:
            return common_state(job_health.status_word(self._api, job_id))
        except NotFound:
            return None


def _goes_with(live: Live, spec: JobSpec) -> bool:
    """Is what the manifest names a checkpoint of the job that has to be cancelled first, and gone then?"""
    named = spec.savepoint.strategy is Strategy.PATH and live.job_id in spec.savepoint.path
    return named and live.snapshot is None


def open_flink(target: Target, *, project: str, cache: Path | None) -> FlinkProvider:
    """A provider for a `targets:` entry with `provider: flink`. Raises Unavailable if it names no url."""
    form: FlinkTarget = target.settings
    if form.url is None:
        raise Unavailable(
            "no Flink of this project runs on this machine, and the target names no url",
            where=target.name,
            hint="`headgate local up` starts one",
        )
    headers = {"Authorization": f"Bearer {form.token.get_secret_value()}"} if form.token else {}
    password = form.password.get_secret_value() if form.password else ""
    api = Api.of(
        target,
        form.url,
        auth=(form.username, password) if form.username else None,
        headers=headers,
        judge=judge,
        credentials="check `token`, or `username` and `password`, of this target in headgate.yaml",
        explain=root_cause,
    )
    facts = Facts(cache, "flink", form.url)
    return FlinkProvider(target.name, api, facts, project=project, savepoint_dir=form.savepoint_dir)
