"""The catalogue: folders, and the name of every task in it. A name is taken once in a tenant, by folder or task.

A task that was not made through the catalogue has no entry, and Dinky's own pages do not show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from headgate.errors import Rejected
from headgate.providers.answer_fields import number
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.wire import document, rows, text

ROOT = "/"
_ROOT_ID = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder (`task_id` None) or a task; `folder` is the path it stands in, `/` for the root."""

    id: int
    name: str
    parent_id: int
    folder: str
    task_id: int | None

    @property
    def path(self) -> str:
        return self.name if self.folder == ROOT else f"{self.folder}/{self.name}"


class Catalogue:
    """The tree as it was read."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self._tasks = {entry.task_id: entry for entry in entries if entry.task_id is not None}
        self._folders = {entry.path: entry.id for entry in entries if entry.task_id is None}

    def task(self, task_id: int) -> Entry | None:
        return self._tasks.get(task_id)

    def named(self, name: str, but: str | None = None) -> Entry | None:
        """What has this name, if it is not the task `but`; on MySQL the case of a name does not count."""
        entry = next((entry for entry in self.entries if entry.name.casefold() == name.casefold()), None)
        return None if entry is None or str(entry.task_id) == but else entry

    def folder(self, path: str) -> int | None:
        """The id of a folder, None if it is not there."""
        return _ROOT_ID if tidy(path) == ROOT else self._folders.get(tidy(path))


class Trees:
    """The catalogue, for all that look at it: one that is large is not read for every job.

    `last` may be old: it is good enough to find out that nothing is to be done, and before anything else `now` is read.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: Catalogue | None = None

    def now(self) -> Catalogue:
        """Ask for the whole tree."""
        answer = self._session.read("POST", "/api/catalogue/getCatalogueTreeData", body={})
        self._last = Catalogue(tuple(_walk(answer, ROOT)))
        return self._last

    def last(self) -> Catalogue:
        return self._last or self.now()

    def ensured_folder(self, path: str) -> int:
        """The id of a folder, made first where it is missing, one level after the other."""
        parent_id, here = _ROOT_ID, ""
        for part in filter(None, tidy(path).split("/")):
            here = f"{here}/{part}".lstrip("/")
            found = self.last().folder(here)
            parent_id = self._made(part, parent_id, here) if found is None else found
        return parent_id

    def _made(self, name: str, parent_id: int, path: str) -> int:
        """Make a folder. Dinky reports no id, so the tree is read again; somebody else may have made it meanwhile."""
        body = {"name": name, "parentId": parent_id, "isLeaf": False}
        try:
            self._session.write("PUT", "/api/catalogue/saveOrUpdateCatalogue", body=body)
            trouble = Rejected(f"the folder {path!r} was made and is not in the catalogue")
        except Rejected as refused:
            hint = "a folder cannot have the name of another folder or task: set `folder` in the target or in options"
            trouble = Rejected(f"the folder {path!r} cannot be made: {refused.problem}", hint=hint)
        if (found := self.now().folder(path)) is None:
            raise trouble
        return found

    def move(self, entry: Entry, folder_id: int) -> None:
        """Put a task into another folder."""
        entry_id, path = str(entry.id), "/api/catalogue/moveCatalogue"
        self._session.write("PUT", path, originCatalogueId=entry_id, targetParentId=str(folder_id))
        self._last = None

    def rename(self, entry: Entry, name: str, dialect: str) -> None:
        """Rename a task, in the tree and in its row."""
        body = {"id": entry.id, "parentId": entry.parent_id, "name": name, "type": dialect}
        self._last = None
        self._session.write("PUT", "/api/catalogue/saveOrUpdateCatalogueAndTask", body=body)

    def delete(self, entry: Entry) -> None:
        """Delete a task and its entry. Dinky refuses one that runs or is published."""
        self._session.write("DELETE", "/api/catalogue/deleteCatalogueById", id=str(entry.id))
        self._last = None

    def create(self, folder_id: int, task: Mapping[str, Any]) -> str:
        """Make a task and its entry; the task's id, empty where the answer does not have it."""
        # What stands outside of `task` goes over what stands in it, so it is said in both places.
        outside = ("name", "note", "configJson", "firstLevelOwner", "secondLevelOwners")
        body = {key: task[key] for key in outside if key in task}
        body |= {"type": task["dialect"], "parentId": folder_id, "isLeaf": True, "task": dict(task)}
        made = document(self._session.write("PUT", "/api/catalogue/saveOrUpdateCatalogueAndTask", body=body))
        return text(number(made.get("taskId")))


def tidy(path: str) -> str:
    """A folder path without slashes around it; `/` for the root."""
    return "/".join(part for part in path.split("/") if part) or ROOT


def _walk(nodes: Any, folder: str) -> Iterator[Entry]:
    for node in rows(nodes):
        entry_id = number(node.get("id"))
        if entry_id is None:
            continue
        parent_id = number(node.get("parentId")) or _ROOT_ID
        yield (entry := Entry(entry_id, text(node.get("name")), parent_id, folder, number(node.get("taskId"))))
        yield from _walk(node.get("children"), entry.path)
