"""Makes the definition of a task what a spec asks for. Nothing here starts or stops anything.

Every write is sent once; what a lost reply leaves is found by the next reading, so each method begins with one.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from headgate.errors import Rejected, Unavailable
from headgate.model.live import Live, Marker
from headgate.model.plan import Change, Restore, RestoreKind
from headgate.model.spec import AppliedSpec, JobSpec
from headgate.providers import again
from headgate.providers.dinky import catalogue, definition, notes
from headgate.providers.dinky.catalogue import Catalogue, Entry, Trees
from headgate.providers.dinky.names import REFERENCES, Names
from headgate.providers.dinky.notes import Note
from headgate.providers.dinky.runs import Runs
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.states import Stored
from headgate.providers.dinky.wire import Task, document

_DEVELOP, _PUBLISHED = 1, 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a task is to become; `restore` is what its next start restores, None if it is not started.

    `by` is drawn for each start that is tried: of several runs that try at once, the last to write it down goes on.
    """

    spec: JobSpec
    marker: Marker
    options: Mapping[str, Any]
    restore: Restore | None = None
    by: str = ""

    def after(self, newest: int | None) -> Wanted:
        """The same, with the job instance that was the newest one before this start."""
        return self if newest is None else replace(self, by=f"{self.by}.{newest}")


class Definitions:
    """The saved tasks of one Dinky."""

    def __init__(self, session: Session, runs: Runs, trees: Trees, *, project: str, folder: str) -> None:
        self._session = session
        self._runs = runs
        self._trees = trees
        self._project = project
        self._folder = folder
        self._making = threading.Lock()

    # -- looking -------------------------------------------------------------------------------------------------------

    def read(self, task_id: str) -> Task:
        """A task as it is saved now. Raises Rejected if there is none."""
        return Task.read(document(self._session.read("GET", "/api/task", id=task_id)))

    def of(self, job: str) -> Task | None:
        """The task that bears our marker for a job, looked for under the job's name."""
        return next((task for task in self._named(job) if self._is_ours(task, job)), None)

    def there(self, task_id: str) -> Task | None:
        """A task by its id, from the list: what Dinky answers about one that is gone is a refusal like any other."""
        listed = self._session.listed("/api/task", {"filter": {"dialect": list(definition.DIALECTS)}})
        return next((task for row in listed if str((task := Task.read(row)).id) == task_id), None)

    def wanted(self, spec: JobSpec, marker: Marker, restore: Restore | None = None) -> Wanted:
        """Names to ids, values filled in. Raises Rejected for a name that is not there."""
        filled = spec.secrets.fill_all(spec.options)
        by = secrets.token_hex(4) if restore else ""
        return Wanted(spec, marker, Names(self._session).ids(filled), restore, by)

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

    def found(self, job: str, live: Live | None) -> Task | None:
        """The task to start for a job: what was observed, if it is there still, else what bears its marker or name.

        An id alone proves nothing: a Dinky that keeps its rows in memory gives the same ids again. Raises Rejected for
        a task of that name that is not ours.
        """
        if live is not None and (task := self._observed(live, job)):
            return task
        namesakes = self._named(job)
        for task in namesakes:
            if self._is_ours(task, job):
                return task
        if namesakes:
            raise _taken(job, f"task {namesakes[0].id}, which is not ours")
        return None

    def named(self, name: str) -> Task | None:
        """The task of exactly this name, ours or not."""
        return next(iter(self._named(name)), None) if name else None

    def taken(self, name: str, live: Live | None) -> str:
        """What else bears the name that a job is to have, in words; empty if nothing does."""
        if _bearer(self._trees.last(), name, live) is None:
            return ""
        entry = _bearer(self._trees.now(), name, live)
        if entry is None:
            return ""
        if entry.task_id is None:
            return f"a folder of the catalogue is called {entry.name!r}, and Dinky gives a name only once"
        task = self.read(str(entry.task_id))
        return "" if self._is_ours(task, name) else f"task {task.id} is called {task.name!r} and is not ours"

    def _observed(self, live: Live, job: str) -> Task | None:
        try:
            task = self.read(live.job_id)
        except Rejected:
            return None
        names = {job, live.marker.job} if live.marker else {job}
        ours = any(self._is_ours(task, name) for name in names)
        untouched = live.marker is None and task.name == live.name and Note.read(task.note).marker is None
        return task if ours or untouched else None

    def _named(self, name: str) -> list[Task]:
        """The tasks of exactly this name: Dinky's own filter finds what merely contains it."""
        listed = self._session.listed("/api/task", {"name": name})
        return [task for row in listed if (task := Task.read(row)).name.casefold() == name.casefold()]

    def _is_ours(self, task: Task, job: str) -> bool:
        marker = Note.read(task.note).marker
        return marker is not None and (marker.project, marker.job) == (self._project, job)

    # -- writing -------------------------------------------------------------------------------------------------------

    def create(self, wanted: Wanted) -> Task:
        """A new task, marker included. One at a time: two threads must not both make a folder."""
        spec, options = wanted.spec, wanted.options
        fields = definition.wanted_fields(spec, options, note=self._note(wanted, Note()), restore=wanted.restore)
        if owner := options.get("firstLevelOwner") or self._session.user_id:
            fields["firstLevelOwner"] = owner
        with self._making:
            folder = options.get("folder") or self._folder
            tree = self._trees.last()
            if tree.named(spec.name) or tree.folder(folder) is None:
                tree = self._trees.now()
            if taken := tree.named(spec.name):
                raise _taken(spec.name, f"catalogue entry {taken.id} in {taken.folder}")
            folder_id = self._ensured_folder(tree, folder)
        task_id = catalogue.create(self._session, folder_id, definition.as_body(fields))
        task = self.read(str(task_id)) if task_id is not None else self.of(spec.name)
        if task is None:
            raise Rejected(f"the task {spec.name!r} was made and is not there")
        if options.get("step") == _PUBLISHED:
            self._life(task, _PUBLISHED)
        return task

    def make(self, task: Task, wanted: Wanted) -> Task:
        """Bring a task to what is wanted, writing what differs; returns it as it is then.

        A published task refuses every change: it is taken back to development first, and published again after.
        """
        note = self._note(wanted, Note.read(task.note))
        fields = definition.wanted_fields(wanted.spec, wanted.options, note=note, restore=wanted.restore)
        if wanted.restore is not None and wanted.restore.kind is RestoreKind.FRESH and self._runs.savepoints(task.id):
            # With any other strategy Dinky would restore the newest savepoint it ever took of this task.
            fields["savePointStrategy"] = Stored.NONE
        changes = definition.differing(task.raw, fields)
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
        return self.read(str(task.id)) if written else task

    def require_ours_to_start(self, task: Task, wanted: Wanted) -> None:
        """Raises Unavailable if another run has written itself down since."""
        if Note.read(self.read(str(task.id)).note).by != wanted.by:
            raise Unavailable(
                f"another run is about to start task {task.name!r}", hint="run again when that run has ended"
            )

    def annotate(self, task: Task, note: Note) -> None:
        """Write the note alone; a published task stays published."""
        body = {"id": task.id, "name": task.name, "enabled": definition.fields_of(task.raw)["enabled"]}
        if task.step == _PUBLISHED:
            self._life(task, _DEVELOP)
        self._session.write("PUT", "/api/task", body=body | {"note": note.written()})
        if task.step == _PUBLISHED:
            self._life(task, _PUBLISHED)

    def delete(self, task: Task) -> None:
        """Delete a task that does not run. Raises Rejected for one that is not in the catalogue.

        A published one is taken back to development first. Where the reply is lost, it is looked for before Dinky is
        asked again.
        """
        entry = self._trees.now().task(task.id)
        if entry is None:
            hint = "delete it in Dinky"
            raise Rejected(f"task {task.name!r} is not in the catalogue, by which Dinky deletes", hint=hint)
        if task.step == _PUBLISHED:
            self._life(task, _DEVELOP)
        before = self.there(str(task.id))

        def arrived() -> bool | None:
            now = self.there(str(task.id))
            return True if now is None else (False if now == before else None)

        again.sent(lambda: catalogue.delete(self._session, entry), arrived)
        self._trees.forget()

    def _note(self, wanted: Wanted, there: Note) -> str:
        """Our marker beside the text of the manifest, or beside what people wrote."""
        said = notes.said(wanted.spec.options)
        text = str(wanted.options["note"]) if "note" in said else there.text
        took = there.took if wanted.restore is None else None
        return Note(text, wanted.marker, said, took, wanted.by or there.by).written()

    def _place(self, task: Task, wanted: Wanted, *, renamed: bool) -> None:
        """The right folder and the right name in the tree; a task without an entry has neither."""
        folder = wanted.options.get("folder") or self._folder
        with self._making:
            entry = self._trees.last().task(task.id)
            if entry is not None and not renamed and catalogue.tidy(entry.folder) == catalogue.tidy(folder):
                return
            tree = self._trees.now()
            entry = tree.task(task.id)
            if entry is None:
                if renamed:
                    hint = "make it anew in Dinky's catalogue"
                    raise Rejected(f"task {task.name!r} is not in the catalogue, so it cannot be renamed", hint=hint)
                return
            if catalogue.tidy(entry.folder) != catalogue.tidy(folder):
                folder_id = self._ensured_folder(tree, folder)
                catalogue.move(self._session, entry, folder_id)
                entry = replace(entry, parent_id=folder_id)
            self._trees.forget()
        if renamed:
            dialect = definition.fields_of(task.raw)["dialect"]
            catalogue.rename(self._session, entry, wanted.spec.name, dialect)

    def _ensured_folder(self, tree: Catalogue, path: str) -> int:
        """The id of a folder; a tree from before it was made is not looked at again."""
        if tree.folder(path) is None:
            self._trees.forget()
        return catalogue.ensured_folder(self._session, tree, path)

    def _life(self, task: Task, cycle: int) -> None:
        """Publish, or take back to development. No other number may ever be sent: it is stored as 0."""
        self._session.write("GET", "/api/task/changeTaskLife", taskId=str(task.id), lifeCycle=str(cycle))


def _bearer(tree: Catalogue, name: str, live: Live | None) -> Entry | None:
    """What bears a name and is not the job itself."""
    entry = tree.named(name)
    return None if entry is None or (live is not None and str(entry.task_id) == live.job_id) else entry


def _taken(name: str, by: str) -> Rejected:
    hint = "rename the job in git, or the task in Dinky; or write a manifest that equals the task, which adopts it"
    return Rejected(f"the name {name!r} is taken in this tenant by {by}", hint=hint)
