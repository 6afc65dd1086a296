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
from headgate.providers.dinky import task_note
from headgate.providers.dinky.catalogue import Catalogue, Entry, Trees, tidy
from headgate.providers.dinky.instances import Instances
from headgate.providers.dinky.names import REFERENCES, Names
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.spec import (
    DIALECTS,
    NO_SAVEPOINT,
    as_body,
    differing,
    fields_of,
    is_a_job,
    wanted_fields,
)
from headgate.providers.dinky.task_note import Note
from headgate.providers.dinky.wire import Task, document

_DEVELOP, _PUBLISHED = 1, 2
_RENAME = "rename the job in git, or the task in Dinky; or write a manifest that equals the task, which adopts it"


@dataclass(frozen=True, slots=True)
class WantedTask:
    """What a task is to become; `restore` is what its next start restores, None if it is not started.

    `by` is that of its note, empty where the one that is there stays.
    """

    spec: JobSpec
    marker: Marker
    options: Mapping[str, Any]
    restore: Restore | None = None
    by: str = ""


class Tasks:
    """Reads and writes them. The catalogue is changed by one thread at a time: two must not both make a folder."""

    def __init__(self, session: Session, instances: Instances, trees: Trees, *, project: str, folder: str) -> None:
        self._session = session
        self._instances = instances
        self._trees = trees
        self._project = project
        self._folder = folder
        self._making = threading.Lock()

    # -- looking -------------------------------------------------------------------------------------------------------

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
        wanted = {"filter": {"dialect": list(DIALECTS)}, "sorter": {"id": "ascend"}}
        found = (Task.read(row) for row in self._session.listed("/api/task", wanted))
        return tuple(task for task in found if is_a_job(task))

    def named(self, name: str) -> tuple[Task, ...]:
        """The tasks of exactly this name, ours or not: Dinky's own filter finds what merely contains it."""
        listed = self._session.listed("/api/task", {"name": name}) if name else ()
        found = (Task.read(row) for row in listed)
        return tuple(task for task in found if task.name.casefold() == name.casefold())

    def of(self, job: str) -> Task | None:
        """The task that has our marker for a job, looked for under the job's name."""
        return next((task for task in self.named(job) if self._is_ours(task, job)), None)

    def taken(self, name: str, live: Live | None) -> str:
        """What else has the name that a job is to have, in words; empty if nothing does."""
        if _namesake(self._trees.last(), name, live) is None:
            return ""
        entry = _namesake(self._trees.now(), name, live)
        if entry is None:
            return ""
        if entry.task_id is None:
            return f"a folder of the catalogue is called {entry.name!r}, and Dinky gives a name only once"
        task = self.read(str(entry.task_id))
        return "" if self._is_ours(task, name) else f"task {task.id} is called {task.name!r} and is not ours"

    def wanted(self, spec: JobSpec, marker: Marker, restore: Restore | None = None, by: str = "") -> WantedTask:
        """Names to ids, values filled in. Raises Rejected for a name that is not there."""
        filled = spec.secrets.fill_all(spec.options)
        return WantedTask(spec, marker, Names(self._session).ids(filled), restore, by)

    def respelled(self, spec: JobSpec, applied: AppliedSpec, changes: tuple[Change, ...]) -> frozenset[str]:
        """The paths of changes that only say in other words what a job is on already: by name what was an id, say."""
        names, same = Names(self._session), set[str]()
        wanted = spec.secrets.fill_all(spec.options)
        paths = {change.path for change in changes}
        for option, (of_id, _) in REFERENCES.items():
            pair = {f"options.{option}", f"options.{of_id}"}
            if paths & pair and names.one(option, applied.options) == names.one(option, wanted):
                same |= paths & pair
        return frozenset(same)

    def _is_ours(self, task: Task, job: str) -> bool:
        return is_ours(Note.read(task.note).marker, self._project, job)

    # -- writing -------------------------------------------------------------------------------------------------------

    def create(self, wanted: WantedTask) -> str:
        """A new task, marker included; its id, empty where Dinky does not answer it."""
        fields = wanted_fields(wanted.spec, wanted.options, note=_note(wanted, Note()), restore=wanted.restore)
        if owner := wanted.options.get("firstLevelOwner") or self._session.login.user_id:
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
        return self._trees.create(folder_id, as_body(fields))

    def make(self, task: Task, wanted: WantedTask) -> bool:
        """Bring a task to what is wanted, writing what differs; did anything?

        A published task refuses every change: it is taken back to development first, and published again after.
        """
        note = _note(wanted, Note.read(task.note))
        fields = wanted_fields(wanted.spec, wanted.options, note=note, restore=wanted.restore)
        if wanted.restore and wanted.restore.kind is RestoreKind.FRESH and self._instances.savepoints(task.id):
            # With any other strategy Dinky would restore the newest savepoint it ever took of this task.
            fields["savePointStrategy"] = NO_SAVEPOINT
        changes = differing(task.raw, fields)
        step = wanted.options.get("step", _DEVELOP)
        renamed = changes.pop("name", None) is not None
        written = bool(changes or renamed)
        if task.step == _PUBLISHED and (written or step != _PUBLISHED):
            self._life(task, _DEVELOP)
            task = replace(task, step=_DEVELOP)
        self._place(task, wanted, renamed=renamed)
        if changes:
            body = {"id": task.id, "name": wanted.spec.name, "enabled": fields["enabled"], **changes}
            self._session.write("PUT", "/api/task", body=body)
        if step == _PUBLISHED and task.step != _PUBLISHED:
            self._life(task, _PUBLISHED)
        return written

    def annotate(self, task: Task, note: Note) -> None:
        """Write the note alone; a published task stays published."""
        body = {"id": task.id, "name": task.name, "enabled": fields_of(task.raw)["enabled"]}
        if task.step == _PUBLISHED:
            self._life(task, _DEVELOP)
        self._session.write("PUT", "/api/task", body=body | {"note": note.written()})
        if task.step == _PUBLISHED:
            self._life(task, _PUBLISHED)

    def delete(self, task: Task) -> None:
        """Delete a task that does not run; a published one is taken back to development first.

        Dinky keeps the rows of its savepoints, and touches no file. Raises Rejected for one outside of the catalogue.
        """
        entry = self._trees.now().task(task.id)
        if entry is None:
            hint = "delete it in Dinky"
            raise Rejected(f"task {task.name!r} is not in the catalogue, by which Dinky deletes", hint=hint)
        if task.step == _PUBLISHED:
            self._life(task, _DEVELOP)
        self._trees.delete(entry)
        self._trees.forget()

    def _place(self, task: Task, wanted: WantedTask, *, renamed: bool) -> None:
        """The right folder and the right name in the tree; a task without an entry has neither."""
        folder = wanted.options.get("folder") or self._folder
        with self._making:
            entry = self._trees.last().task(task.id)
            if entry is not None and not renamed and tidy(entry.folder) == tidy(folder):
                return
            tree = self._trees.now()
            entry = tree.task(task.id)
            if entry is None:
                if renamed:
                    hint = "make it again in Dinky's catalogue"
                    raise Rejected(f"task {task.name!r} is not in the catalogue, so it cannot be renamed", hint=hint)
                return
            if tidy(entry.folder) != tidy(folder):
                folder_id = self._trees.ensured_folder(folder)
                self._trees.move(entry, folder_id)
                entry = replace(entry, parent_id=folder_id)
            self._trees.forget()
        if renamed:
            self._trees.rename(entry, wanted.spec.name, fields_of(task.raw)["dialect"])

    def _life(self, task: Task, cycle: int) -> None:
        """Publish, or take back to development. No other number may ever be sent: it is stored as 0."""
        self._session.write("GET", "/api/task/changeTaskLife", taskId=str(task.id), lifeCycle=str(cycle))


def _note(wanted: WantedTask, there: Note) -> str:
    """Our marker beside the text of the manifest, or beside what people wrote."""
    said = task_note.said(wanted.spec.options)
    text = str(wanted.options["note"]) if "note" in said else there.text
    took = there.took if wanted.restore is None else None
    return Note(text, wanted.marker, said, took, wanted.by or there.by).written()


def _namesake(tree: Catalogue, name: str, live: Live | None) -> Entry | None:
    """What has a name and is not the job itself."""
    entry = tree.named(name)
    return None if entry is None or (live is not None and str(entry.task_id) == live.job_id) else entry
