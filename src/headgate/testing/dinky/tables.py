"""What a simulated Dinky keeps: tasks, the catalogue, job instances, histories and savepoints, by tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from headgate.testing.dinky.envelopes import Business, Exceptional

Row = dict[str, Any]

_TASK = {
    "dialect": "FlinkSql",
    "type": "local",
    "checkPoint": None,
    "savePointStrategy": 0,
    "savePointPath": None,
    "parallelism": 1,
    "fragment": None,
    "statementSet": None,
    "batchModel": None,
    "clusterId": None,
    "clusterConfigurationId": None,
    "databaseId": None,
    "envId": -1,
    "alertGroupId": -1,
    "configJson": None,
    "note": None,
    "step": 1,
    "jobInstanceId": None,
    "versionId": None,
    "enabled": True,
    "statement": None,
    "firstLevelOwner": None,
    "secondLevelOwners": None,
}
_LONGEST_NOTE = 255


def second(at: datetime) -> str:
    """`2024-10-20 12:00:00`."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


@dataclass(slots=True)
class Tables:
    """`now` is the server's wall clock. Rows are JSON objects as Dinky sends them, a tenantId in each."""

    now: Callable[[], datetime]
    tasks: dict[int, Row] = field(default_factory=dict)
    catalogue: dict[int, Row] = field(default_factory=dict)
    instances: dict[int, Row] = field(default_factory=dict)
    histories: dict[int, Row] = field(default_factory=dict)
    savepoints: dict[int, Row] = field(default_factory=dict)
    versions: list[Row] = field(default_factory=list)
    clusters: list[Row] = field(default_factory=list)
    configurations: list[Row] = field(default_factory=list)
    _last_id: int = 0

    def folder(self, name: str) -> Row | None:
        """A folder by its name."""
        return next((row for row in self.catalogue.values() if row["name"] == name and not row["isLeaf"]), None)

    def new_id(self) -> int:
        """Ids of all tables together, so that none is mistaken for another."""
        self._last_id += 1
        return self._last_id

    # -- tasks ---------------------------------------------------------------------------------------------------------

    def task(self, task_id: object, tenant: int | None) -> Row:
        """A task of a tenant. Without a tenant nothing is ever found."""
        row = self.tasks.get(_as_int(task_id))
        if row is None or tenant is None or row["tenantId"] != tenant:
            raise Business("Task Not Exist")
        return row

    def insert(self, values: Mapping[str, Any], tenant: int) -> Row:
        """A new task row. Raises Exceptional where a column refuses."""
        name = str(values.get("name") or "")
        if any(row["name"].lower() == name.lower() for row in self.of_tenant(self.tasks, tenant)):
            raise Exceptional(f"Duplicate entry '{name}-{tenant}' for key 'dinky_task.un_idx1'")
        given = {key: value for key, value in values.items() if value is not None and key in _TASK}
        task_id = self.new_id()
        row = {"id": task_id, "name": name, "tenantId": tenant, **_TASK, **given}
        row["createTime"] = row["updateTime"] = self.now().isoformat()
        self._checked(row)
        self.tasks[task_id] = row
        return row

    def change(self, row: Row, values: Mapping[str, Any]) -> None:
        """A partial update: what is null or not there stays."""
        given = {key: value for key, value in values.items() if value is not None and (key in _TASK or key == "name")}
        self._checked({**row, **given})
        row |= given
        row["updateTime"] = self.now().isoformat()

    @staticmethod
    def _checked(row: Row) -> None:
        if len(row["note"] or "") > _LONGEST_NOTE:
            raise Exceptional("Data truncation: Data too long for column 'note' at row 1")

    # -- the catalogue -------------------------------------------------------------------------------------------------

    def add_entry(
        self, name: str, parent_id: int, tenant: int, *, dialect: str | None = None, task_id: int | None = None
    ) -> Row:
        """A folder, or the leaf of a task. A name is there once in a tenant."""
        if any(row["name"] == name for row in self.of_tenant(self.catalogue, tenant)):
            raise Business("Catalogue Is Exist")
        entry_id = self.new_id()
        row: Row = {"id": entry_id, "tenantId": tenant, "name": name, "parentId": parent_id, "type": dialect}
        row |= {"taskId": task_id, "isLeaf": task_id is not None, "enabled": True}
        self.catalogue[entry_id] = row
        return row

    def tree(self, tenant: int, parent_id: int = 0) -> list[Row]:
        """The entries below one, leaves below a folder with their whole task."""
        nodes = []
        for row in self.of_tenant(self.catalogue, tenant):
            if row["parentId"] == parent_id:
                task = self.tasks.get(row["taskId"] or 0) if parent_id else None
                nodes.append({**row, "children": self.tree(tenant, int(row["id"])), "task": task})
        return nodes

    # -- instances -----------------------------------------------------------------------------------------------------

    def newest(self, task_id: int) -> Row | None:
        found = [row for row in self.instances.values() if row["taskId"] == task_id]
        return max(found, key=lambda row: int(row["id"]), default=None)

    @staticmethod
    def of_tenant(table: Mapping[int, Row], tenant: int) -> Iterator[Row]:
        return (row for row in table.values() if row["tenantId"] == tenant)


def _as_int(value: object) -> int:
    try:
        return int(str(value))
    except ValueError as problem:
        raise Exceptional(f"Failed to convert value '{value}' to required type 'int'") from problem
