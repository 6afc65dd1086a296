"""`headgate import`: manifests from what runs on a target, such that the next plan finds nothing to change.

Every manifest is read back by the loader before it is written, and compared with the live job by the planner's own
rule; one that would differ is not written. Nothing on the target is touched: the next apply adopts the jobs. How it
does, or why it cannot, is asked of the planner too and reported of every job.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from headgate.errors import ManifestError, UsageError
from headgate.manifests import (
    Concealing,
    Drafts,
    Unwritable,
    rewrite,
    tidied,
    updated,
    write_new,
    written,
)
from headgate.manifests.files import Refused
from headgate.manifests.files import text as text_of
from headgate.model.import_result import Taken, TakenOver, Taking, Variable
from headgate.model.live import Live, Observation, Several
from headgate.model.masking import masked_text
from headgate.model.plan import Action, Change, Submit, Verb
from headgate.model.project import Project
from headgate.model.secret import Secrets, digests
from headgate.model.spec import AppliedSpec, DesiredState, Jar, JobSpec, Program, Sql
from headgate.planning import changes_of
from headgate.project.import_candidates import Found, found_on, left_alone

_UNSET = "(not set)"


@dataclass(frozen=True, slots=True)
class _Draft:
    """The text of a manifest, the job it was written from and the one the loader reads, and a word about it."""

    text: str
    job: JobSpec
    read: JobSpec
    why: str = ""


@dataclass(slots=True)
class Importing:
    """One import. `output` is where new manifests go, by default the first folder of `jobs:`.

    `ahead` gives what the next plan would do about a job of git.
    """

    project: Project
    target: str
    drafts: Drafts
    environ: Mapping[str, str]
    ahead: Callable[[JobSpec], Action]
    output: Path | None = None
    _taken: dict[str, str] = field(default_factory=dict)
    _variables: list[Variable] = field(default_factory=list)
    _outside: str = ""

    def run(self, seen: Observation, asked: Collection[str]) -> TakenOver:
        """Take over the jobs asked for, or all that run and are not in git. Raises UsageError before it writes."""
        specs = self.project.jobs.values()
        self._taken = {name: value for spec in specs for name, value in spec.secrets.values.items()}
        found = found_on(seen, self.project)
        several = {name: jobs for name, jobs in seen.jobs.items() if isinstance(jobs, Several)}
        _require_known(asked, {one.name for one in found} | several.keys(), self.target)
        taken = [self._one(one, named=one.name in asked) for one in found if not asked or one.name in asked]
        for name, jobs in several.items():
            if not asked or name in asked:
                which = " and ".join(live.job_id for live in jobs.jobs)
                hint = "decide which one is right, and cancel the other with the platform's own tools"
                taken.append(Taken(name, Taking.SKIPPED, why=f"more than one runs: {which}", hint=hint))
        jobs_in_order = tuple(sorted(taken, key=lambda one: one.job))
        return TakenOver(self.target, jobs_in_order, tuple(self._variables), self._outside)

    def _one(self, found: Found, *, named: bool) -> Taken:
        if left := left_alone(found, self.project, self.target, named=named):
            return left
        spec = self.project.jobs.get(found.name)
        try:
            return self._update(found, spec, named=named) if spec else self._write(found)
        except Unwritable as problem:
            why, hint = str(problem), "write its manifest by hand"
        except ManifestError as problem:
            why = f"a manifest cannot say what it runs: {problem.problem}"
            hint = problem.hint or "change it on the platform, or write its manifest by hand"
        except (OSError, Refused) as problem:
            why = f"the file cannot be written: {getattr(problem, 'strerror', None) or problem}"
            hint = "mend that, and run again"
        return Taken(found.name, Taking.SKIPPED, why=self._masked(why), hint=self._masked(hint))

    def _masked(self, text: str) -> str:
        return masked_text(text, Secrets(self._taken))

    def _write(self, found: Found) -> Taken:
        live, applied = found.live, _applied(found.live)
        concealing = Concealing(found.name, taken=self._taken)
        concealed = concealing.applied(applied)
        path = self._free(found.name)
        spec = JobSpec(
            found.name,
            self.target,
            self._beside(path, concealed.program),
            concealed.parallelism,
            config=concealed.config,
            desired_state=DesiredState.RUNNING if live.state.active else DesiredState.SUSPENDED,
            previous_name=found.previous_name,
            options=concealed.options,
            dialect=self.drafts.dialect(self.target, concealed.options),
        )
        values = {one.name: one.value for one in concealing.found.values()}
        draft = self._checked(path, written, spec, found, concealed, values)
        write_new(path, draft.text)
        if not self.drafts.covers(path):
            self._outside = str(path.parent)
        self._tell_variables(found, concealing)
        taken = Taken(found.name, Taking.WRITTEN, self.drafts.repository.name(path), why=draft.why)
        return self._looking_ahead(taken, draft.read)

    def _update(self, found: Found, spec: JobSpec, *, named: bool) -> Taken:
        live, applied = found.live, _applied(found.live)
        name, file = found.name, spec.source.file
        changes = _of_fields(changes_of(spec, live))
        rotated = (change.path for change in changes_of(spec, live) if change.path.startswith("env."))
        for variable in (path.removeprefix("env.") for path in rotated):
            self._variables.append(Variable(variable, name, "in its manifest; the job has another value", is_set=False))
        if not changes:
            return self._looking_ahead(Taken(name, Taking.UNCHANGED, file), spec)
        moved_on = found.ours and live.marker is not None and live.marker.revision != spec.revision
        if moved_on and not named:
            hint = f"`headgate import {self.target} {name}` would write what runs over it"
            return Taken(name, Taking.LEFT, file, why="git has moved on since it was applied", hint=hint)
        others = {key: value for key, value in self._taken.items() if key not in spec.secrets.values}
        own = AppliedSpec(spec.program, spec.parallelism, spec.config, spec.options)
        concealing = Concealing(name, known=spec.secrets.values, taken=others, before=own)
        concealed = concealing.applied(applied)
        path = self.project.root / file
        after = own.over(_with(spec, concealed, applied.unfilled(spec)), spec.ignore)
        before, after = (replace(one, program=self._beside(path, one.program)) for one in (spec, after))
        values = {one.name: one.value for one in concealing.found.values()}
        old = text_of(path)
        draft = self._checked(path, lambda job: updated(old, before, job), after, found, concealed, values)
        text, after = draft.text, draft.job
        sql_file = self._own_sql_file(spec)
        if sql_file and isinstance(after.program, Sql):
            text = updated(old, replace(before, program=after.program), after)
            rewrite(sql_file, tidied(after.program.text))
        if text != old:
            rewrite(path, text)
        self._tell_variables(found, concealing)
        taken = Taken(name, Taking.UPDATED, file, tuple(change.path for change in changes), draft.why)
        return self._looking_ahead(taken, draft.read)

    def _looking_ahead(self, taken: Taken, spec: JobSpec) -> Taken:
        """With what the next plan makes of it."""
        action = self.ahead(spec)
        if action.verb is Verb.BLOCKED:
            why = f"{action.reason}: {action.note}" if action.note else action.reason
            return replace(taken, next_plan=self._masked(f"blocked, {why}"), blocked=True)
        if action.verb is not Verb.ADOPT:
            return taken
        restarts = any(isinstance(step, Submit) for step in action.steps)
        how = "with a restart from a savepoint" if restarts else "without a restart"
        return replace(taken, next_plan=f"adopts it {how}")

    def _checked(
        self,
        path: Path,
        make: Callable[[JobSpec], str],
        spec: JobSpec,
        found: Found,
        concealed: AppliedSpec,
        values: Mapping[str, str],
    ) -> _Draft:
        """The text that the loader reads as what runs. Raises Unwritable, ManifestError.

        What headgate.yaml gives every job and this one does not have is left to the one who took it out (`ignore`).
        """
        live, applied = found.live, _applied(found.live)
        values = {**{name: _UNSET for name in applied.env if name not in self.environ}, **values}
        self._taken |= values
        for _ in range(2):
            text = make(spec)
            read = self.drafts.read(path, text, spec.name, values)
            changes = _of_fields(changes_of(read, live))
            given = [change.path for change in changes if change.path.startswith("config.") and change.before is None]
            if not given:
                break
            spec = replace(spec, ignore=(*spec.ignore, *given))
        if changes and not applied.filled:  # it was started with the secret in its manifest
            reported = ", ".join(change.path for change in changes)
            if not _of_fields(changes_of(read, replace(live, applied=concealed))):
                why = f"it carries a secret in plain text ({reported}): the next apply restarts it, its state kept"
                return _Draft(text, spec, read, why)
        if changes:
            raise Unwritable(f"its manifest would differ from what runs in {', '.join(c.path for c in changes)}")
        return _Draft(text, spec, read)

    def _tell_variables(self, found: Found, concealing: Concealing) -> None:
        applied = _applied(found.live)
        for one in concealing.found.values():
            is_set = self.environ.get(one.name) == one.value
            self._variables.append(Variable(one.name, found.name, one.place, is_set))
            self._taken[one.name] = one.value
        for name, digest in applied.env.items():
            is_set = name in self.environ and digests({name: self.environ[name]})[name] == digest
            self._variables.append(Variable(name, found.name, "as it was when the job was started", is_set))

    def _own_sql_file(self, spec: JobSpec) -> Path | None:
        """The file of its statement, unless other jobs run it too: then this one gets a statement of its own."""
        name = spec.source.statement_file
        sharing = [one for one in self.project.jobs.values() if one.source.statement_file == name]
        return self.project.root / name if name and len(sharing) == 1 else None

    def _free(self, name: str) -> Path:
        """A file that is nobody's yet."""
        folder = self.output or self.drafts.folder
        endings = ("", f"-{self.target}", *(f"-{number}" for number in range(2, 10_000)))
        paths = (folder / f"{name}{ending}.yaml" for ending in endings)
        return next(path for path in paths if not path.exists() and not path.is_symlink())

    def _beside(self, path: Path, program: Program) -> Program:
        """A jar of the repository as the manifest at a path names it."""
        if isinstance(program, Jar) and program.digest:
            return replace(program, uri=self.drafts.jar_beside(path, program.uri))
        return program


def _applied(live: Live) -> AppliedSpec:
    if live.applied is None:
        raise Unwritable("the platform does not tell what it runs")
    return live.applied


def _of_fields(changes: Iterable[Change]) -> list[Change]:
    """The changes that a manifest can make undone: not the values of variables, and not a name on the platform."""
    return [change for change in changes if change.path != "name" and not change.path.startswith("env.")]


def _with(spec: JobSpec, concealed: AppliedSpec, unfilled: AppliedSpec) -> JobSpec:
    """The manifest with what runs in it, but as it is written where it says the same, placeholders and all."""
    same = unfilled.fields(), spec.fields()
    program_same = all(same[0].get(key) == same[1].get(key) for key in ("statement", "jar"))
    return replace(
        spec,
        program=spec.program if program_same else concealed.program,
        parallelism=concealed.parallelism,
        config={
            key: spec.config[key] if unfilled.config[key] == spec.config.get(key) else value
            for key, value in concealed.config.items()
        },
        options={
            key: spec.options[key] if unfilled.options[key] == spec.options.get(key) else value
            for key, value in concealed.options.items()
        },
    )


def _require_known(asked: Iterable[str], known: Collection[str], target: str) -> None:
    for name in asked:
        if name not in known:
            close = get_close_matches(name, list(known), n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"`headgate import {target}` takes in all that run"
            raise UsageError(f"there is no job {name!r} on target {target!r}", hint=hint)
