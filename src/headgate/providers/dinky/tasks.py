"""The saved tasks of one Dinky: read, and made what a spec asks for. Nothing here starts or stops anything.

Every write is sent once; what a lost reply leaves is found by the next reading.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from headgate.errors import Rejected
from headgate.model.live import Live, Marker
from headgate.model.plan import Change, Restore, RestoreKind
from headgate.model.spec import AppliedSpec, JobSpec
from headgate.providers.answer_fields import NotFound
from headgate.providers.definitions.ownership import is_ours
from headgate.providers.dinky import spec as task_spec
from headgate.providers.dinky.catalogue import Trees, tidy
from headgate.providers.dinky.instances import Instances
from headgate.providers.dinky.names import REFERENCES, Names
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.task_note import LETTERS, Note
from headgate.providers.dinky.wire import Task, document

_DEVELOP, _PUBLISHED = 1, 2
_RENAME = "rename the job in git, or the task in Dinky; or write a manifest that equals the task, which adopts it"


@dataclass(frozen=True, slots=True)
class WantedTask:
    """What a task is to become. `restore` is for its next start, `by` for its note: empty where the one there stays."""

    spec: JobSpec
    marker: Marker
    options: Mapping[str, Any]
    restore: Restore | None = None
    by: str = ""

    def fields(self, there: Note) -> dict[str, Any]:
        """Its fields, with our marker beside the manifest's text, or people's. Raises Rejected for what cannot be."""
        said = frozenset(LETTERS.keys() & self.spec.options.keys())
        text = str(self.options["note"]) if "note" in said else there.text
        took = there.took if self.restore is None else None
        note = Note(text, self.marker, said, took, self.by or there.by).written()
        return task_spec.wanted_fields(self.spec, self.options, note=note, restore=self.restore)


class Tasks:
    """Reads and writes them. The catalogue is changed by one thread at a time: two must not both make a folder."""

    def __init__(self, session: Session, instances: Instances, trees: Trees, *, project: str, folder: str) -> None:
        self._session = session
        self._instances = instances
        self._trees = trees
        self._project = project
        self._folder = folder
        self._making = threading.Lock()

    def read(self, task_id: str) -> Task:
        """A task as it is saved now. Raises NotFound where the list of tasks does not have it either."""
        try:
            return Task.read(document(self._session.read("GET", "/api/task", id=task_id)))
        except Rejected as refused:
            # What Dinky answers about a task that is gone is a refusal like any other.
            if any(str(task.id) == task_id for task in self.listed()):
                raise
            raise NotFound(refused.problem, where=refused.where) from refused

    def listed(self) -> tuple[Task, ...]:
        """Every task that can be started as a job."""
        wanted = {"filter": {"dialect": list(task_spec.DIALECTS)}, "sorter": {"id": "ascend"}}
        return tuple(filter(task_spec.is_a_job, map(Task.read, self._session.listed("/api/task", wanted))))

    def named(self, name: str) -> tuple[Task, ...]:
        """The tasks of exactly this name, ours or not: Dinky's own filter finds what merely contains it."""
        found = map(Task.read, self._session.listed("/api/task", {"name": name}) if name else ())
        return tuple(task for task in found if task.name.casefold() == name.casefold())

    def taken(self, name: str, live: Live | None) -> str:
        """What else has the name that a job is to have, in words; empty if nothing does."""
        job_id = live.job_id if live else None
        entry = self._trees.last().named(name, job_id) and self._trees.now().named(name, job_id)
        if entry is None:
            return ""
        if entry.task_id is None:
            return f"a folder of the catalogue is called {entry.name!r}, and Dinky gives a name only once"
        task = self.read(str(entry.task_id))
        ours = is_ours(Note.read(task.note).marker, self._project, name)
        return "" if ours else f"task {task.id} is called {task.name!r} and is not ours"

    def wanted(self, spec: JobSpec, marker: Marker, restore: Restore | None = None, by: str = "") -> WantedTask:
        """Names to ids, values filled in. Raises Rejected for a name that is not there."""
        filled = spec.secrets.fill_all(spec.options)
        return WantedTask(spec, marker, Names(self._session).ids(filled), restore, by)

    def respelled(self, spec: JobSpec, applied: AppliedSpec, changes: tuple[Change, ...]) -> frozenset[str]:
        """The paths of changes that only say in other words what a job is on already: by name what was an id, say."""
        names, wanted = Names(self._session), spec.secrets.fill_all(spec.options)
        paths, same = {change.path for change in changes}, set[str]()
        for option, reference in REFERENCES.items():
            pair = paths & {f"options.{option}", f"options.{reference.of_id}"}
            if pair and names.one(option, applied.options) == names.one(option, wanted):
                same |= pair
        return frozenset(same)

    def create(self, wanted: WantedTask) -> str:
        """A new task, marker included; its id, empty where Dinky does not answer it."""
        fields = wanted.fields(Note())
        if owner := wanted.options.get("firstLevelOwner") or self._session.login().user_id:
            fields["firstLevelOwner"] = owner
        with self._making:
            name, folder = wanted.spec.name, wanted.options.get("folder") or self._folder
            tree = self._trees.last()
            if tree.named(name) or tree.folder(folder) is None:
                tree = self._trees.now()
            if taken := tree.named(name):
                by = f"catalogue entry {taken.id} in {taken.folder}"
                raise Rejected(f"the name {name!r} is taken in this tenant by {by}", hint=_RENAME)
            folder_id = self._trees.ensured_folder(folder)
        return self._trees.create(folder_id, task_spec.as_body(fields))

    def make(self, task: Task, wanted: WantedTask) -> bool:
        """Bring a task to what is wanted, writing what differs; did anything? A published one is published again."""
        fields = wanted.fields(Note.read(task.note))
        if wanted.restore and wanted.restore.kind is RestoreKind.FRESH and self._instances.savepoints(task.id):
            # With any other strategy Dinky would restore the newest savepoint it ever took of this task.
            fields["savePointStrategy"] = task_spec.NO_SAVEPOINT
        changes = task_spec.differing(task.raw, fields)
        step = wanted.options.get("step", _DEVELOP)
        renamed = changes.pop("name", None) is not None
        written = bool(changes or renamed)
        if written or step != _PUBLISHED:
            task = self._developed(task)
        self._place(task, wanted, renamed=renamed)
        if changes:
            self._write(task, {"name": wanted.spec.name, "enabled": fields["enabled"], **changes})
        if step == _PUBLISHED and task.step != _PUBLISHED:
            self._life(task, _PUBLISHED)
        return written

    def annotate(self, task: Task, note: Note) -> None:
        """Write the note alone; a published task stays published."""
        body = {"name": task.name, "enabled": task_spec.fields_of(task.raw)["enabled"], "note": note.written()}
        self._write(self._developed(task), body)
        if task.step == _PUBLISHED:
            self._life(task, _PUBLISHED)

    def delete(self, task: Task) -> None:
        """Delete a task that does not run. Dinky keeps the rows of its savepoints, and touches no file."""
        entry = self._trees.now().task(task.id)
        if entry is None:
            problem = f"task {task.name!r} is not in the catalogue, by which Dinky deletes"
            raise Rejected(problem, hint="delete it in Dinky")
        self._developed(task)
        self._trees.delete(entry)

    def _place(self, task: Task, wanted: WantedTask, *, renamed: bool) -> None:
        """The right folder and the right name in the tree; a task without an entry has neither."""
        folder = wanted.options.get("folder") or self._folder
        with self._making:
            entry = self._trees.last().task(task.id)
            if entry is not None and not renamed and tidy(entry.folder) == tidy(folder):
                return
            entry = self._trees.now().task(task.id)
            if entry is None and renamed:
                hint = "make it again in Dinky's catalogue"
                raise Rejected(f"task {task.name!r} is not in the catalogue, so it cannot be renamed", hint=hint)
            if entry is None:
                return
            if tidy(entry.folder) != tidy(folder):
                folder_id = self._trees.ensured_folder(folder)
                self._trees.move(entry, folder_id)
                entry = replace(entry, parent_id=folder_id)
        if renamed:
            self._trees.rename(entry, wanted.spec.name, task_spec.fields_of(task.raw)["dialect"])

    def _write(self, task: Task, fields: Mapping[str, Any]) -> None:
        self._session.write("PUT", "/api/task", body={"id": task.id, **fields})

    def _developed(self, task: Task) -> Task:
        """The task, taken back to development where it is published: it would refuse every change."""
        if task.step != _PUBLISHED:
            return task
        self._life(task, _DEVELOP)
        return replace(task, step=_DEVELOP)

    def _life(self, task: Task, cycle: int) -> None:
        """Publish, or take back to development. No other number may ever be sent: it is stored as 0."""
        self._session.write("GET", "/api/task/changeTaskLife", taskId=str(task.id), lifeCycle=str(cycle))
