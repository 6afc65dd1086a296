"""The endpoints of a simulated Dinky, each by its method and path; who may call them is the simulator's business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headgate.testing.dinky.envelopes import Business, Exceptional, paged
from headgate.testing.dinky.lifecycle import Lifecycle
from headgate.testing.dinky.planner import explained, planned, statements
from headgate.testing.dinky.tables import Row, Tables

_KINDS = ("trigger", "stop", "cancel")
_LISTED = ("id", "name", "taskId", "step", "jid", "status", "type", "createTime", "updateTime", "finishTime")


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `tenant` is what its thread works for, None if nobody said."""

    query: Mapping[str, str]
    body: Row
    tenant: int | None

    def number(self, name: str) -> int:
        try:
            return int(self.query[name])
        except (KeyError, ValueError) as problem:
            raise Exceptional(f"Required request parameter '{name}' is not present") from problem

    def flag(self, name: str, default: bool) -> bool:
        return self.query.get(name, str(default)).lower() == "true"


@dataclass(slots=True)
class Paged:
    """An answer in the other envelope."""

    page: Row


@dataclass(slots=True)
class InMessage:
    """An answer that the controller puts into `msg`, because it is a plain text."""

    text: str


class Endpoints:
    """`planned` holds every script that was carried out for a plan: its DDL really was."""

    def __init__(self, tables: Tables, lifecycle: Lifecycle) -> None:
        self.tables = tables
        self.lifecycle = lifecycle
        self.planned: list[str] = []

    # -- tasks ---------------------------------------------------------------------------------------------------------

    def list_tasks(self, call: Call) -> Paged:
        rows = list(self._mine(self.tables.tasks, call))
        for column, wanted in (call.body.get("filter") or {}).items():
            rows = [row for row in rows if row.get(column) in wanted] if wanted else rows
        return Paged(paged(_alike(rows, call.body), call.body))

    def task(self, call: Call) -> Row:
        row = self.tables.task(call.number("id"), call.tenant)
        instance = self.tables.instances.get(row["jobInstanceId"] or 0)
        reported = {key: value for key, value in row.items() if key not in ("createTime", "tenantId", "checkPoint")}
        cluster = next((one["name"] for one in self.tables.clusters if one["id"] == row["clusterId"]), None)
        return reported | {"status": instance["status"] if instance else None, "clusterName": cluster, "path": None}

    def save(self, call: Call) -> None:
        if call.body.get("id") is None:
            self.tables.insert(call.body, call.tenant or 0)
            return
        row = self.tables.task(call.body["id"], call.tenant)
        if row["step"] == 2:
            raise Business("Task Is Published, Edit Denied")
        self.tables.change(row, call.body)

    def life(self, call: Call) -> None:
        row = self.tables.task(call.number("taskId"), call.tenant)
        cycle = call.number("lifeCycle")
        row["step"] = cycle if cycle in (1, 2) else 0
        if cycle == 2:
            count = 1 + sum(1 for version in self.tables.versions if version["taskId"] == row["id"])
            self.tables.versions.append({"taskId": row["id"], "versionId": count, "statement": row["statement"]})
            row["versionId"] = count

    def environments(self, call: Call) -> list[Row]:
        return [row for row in self._mine(self.tables.tasks, call) if row["dialect"] == "FlinkSqlEnv"]

    # -- the catalogue -------------------------------------------------------------------------------------------------

    def tree(self, call: Call) -> list[Row]:
        return self.tables.tree(call.tenant) if call.tenant is not None else []

    def save_folder(self, call: Call) -> None:
        self.tables.add_entry(str(call.body["name"]), int(call.body["parentId"]), call.tenant or 0)

    def save_entry(self, call: Call) -> Row:
        body, tenant = call.body, call.tenant or 0
        over = {key: body.get(key) for key in ("name", "configJson", "note", "firstLevelOwner", "secondLevelOwners")}
        over["dialect"] = body.get("type")
        if body.get("id") is not None:
            entry = self.tables.catalogue[int(body["id"])]
            taken = [row for row in self._mine(self.tables.catalogue, call) if row["name"] == body["name"]]
            if any(row is not entry for row in taken):
                raise Business("Catalogue Is Exist")
            entry |= {"name": body["name"], "parentId": int(body["parentId"])}
            self.tables.change(self.tables.tasks[entry["taskId"]], over)
            return entry
        # A leaf's name is compared with folders and leaves before its task is made.
        entry = self.tables.add_entry(str(body["name"]), int(body["parentId"]), tenant, dialect=body.get("type"))
        try:
            task = self.tables.insert({**(body.get("task") or {}), **{k: v for k, v in over.items() if v}}, tenant)
        except Exceptional:
            del self.tables.catalogue[entry["id"]]
            raise
        entry |= {"taskId": task["id"], "isLeaf": True}
        return entry

    def move(self, call: Call) -> None:
        self.tables.catalogue[call.number("originCatalogueId")]["parentId"] = call.number("targetParentId")

    def delete(self, call: Call) -> None:
        entry = self.tables.catalogue[call.number("id")]
        task = self.tables.tasks.get(entry["taskId"] or 0)
        if task is not None:
            newest = self.tables.newest(task["id"])
            if task["step"] == 2 or (newest and newest["status"] == "RUNNING"):
                raise Business("Task Is Online Or Running, Delete Denied")
            del self.tables.tasks[task["id"]]
        del self.tables.catalogue[entry["id"]]

    # -- instances -----------------------------------------------------------------------------------------------------

    def list_instances(self, call: Call) -> Paged:
        rows = sorted(self._mine(self.tables.instances, call), key=lambda row: (row["updateTime"], row["id"]))
        if not call.body.get("isHistory"):
            rows = [row for row in rows if self.tables.newest(row["taskId"]) is row]
        for key in ("taskId", "status", "step"):
            if call.body.get(key) is not None:
                rows = [row for row in rows if row[key] == call.body[key]]
        found = [{key: row[key] for key in _LISTED} for row in _alike(rows, call.body)]
        return Paged(paged(found, call.body))

    def newest_instance(self, call: Call) -> Row | None:
        return self.tables.newest(call.number("taskId" if "taskId" in call.query else "id"))

    def one_instance(self, call: Call) -> Row | None:
        return self.tables.instances.get(int(call.body["id"]))

    def instance(self, call: Call) -> Row | None:
        return self.tables.instances.get(call.number("id"))

    def detail(self, call: Call) -> Row:
        row = self.tables.instances.get(call.number("id"))
        if row is None:
            raise Business("Job Instance Not Exist")
        if call.flag("isForce", False):
            self.lifecycle.poll(row)
        return self.lifecycle.detail(row)

    def savepoints(self, call: Call) -> list[Row]:
        rows = [row for row in self._mine(self.tables.savepoints, call) if row["taskId"] == call.number("taskId")]
        return rows[::2] + rows[1::2]

    def latest_history(self, call: Call) -> Row | None:
        found = [row for row in self.tables.histories.values() if row["taskId"] == call.number("id")]
        return max(found, key=lambda row: int(row["id"]), default=None)

    # -- what changes jobs ---------------------------------------------------------------------------------------------

    def submit_open(self, call: Call) -> Row:
        row = self.tables.tasks.get(int(call.body.get("id") or 0))
        if row is None:
            raise Business("Task Not Exist")
        return self.lifecycle.submit(row, str(call.body.get("savePointPath") or ""), call.body.get("variables"))

    def submit(self, call: Call) -> Row:
        return self.lifecycle.submit(self.tables.task(call.number("id"), call.tenant))

    def cancel_open(self, call: Call) -> bool:
        row = self.tables.task(call.number("id"), call.tenant)
        saving, force = call.flag("withSavePoint", False), call.flag("forceCancel", True)
        return self.lifecycle.cancel(row, with_savepoint=saving, force=force)

    def cancel(self, call: Call) -> None:
        row = self.tables.task(call.number("id"), call.tenant)
        saving, force = call.flag("withSavePoint", False), call.flag("forceCancel", False)
        self.lifecycle.cancel(row, with_savepoint=saving, force=force)

    def savepoint(self, call: Call) -> Row:
        kind = str(call.query.get("savePointType", "")).lower()
        if kind not in _KINDS:
            raise Exceptional(f"No enum constant org.dinky.gateway.enums.SavePointType.{kind.upper()}")
        return self.lifecycle.savepoint(self.tables.task(call.number("taskId"), call.tenant), kind)

    def savepoint_task(self, call: Call) -> Row:
        kind = str(call.body.get("type") or "trigger")
        row = self.tables.task(call.body.get("taskId"), call.tenant)
        return self.lifecycle.savepoint(row, kind if kind in _KINDS else "trigger")

    def restart(self, call: Call) -> Row:
        return self.lifecycle.restart(
            self.tables.task(call.number("id"), call.tenant), str(call.query.get("savePointPath") or "")
        )

    # -- what only looks -----------------------------------------------------------------------------------------------

    def explain(self, call: Call) -> list[Row]:
        self.planned.append(str(call.body.get("statement") or ""))
        if call.body.get("dialect") is None:
            raise Exceptional("not support dialect: null")
        return explained(self._before(call.body) + str(call.body.get("statement") or ""), self.lifecycle.rejects)

    def plan_task(self, call: Call) -> Row:
        if call.body.get("id") is None:
            raise Exceptional('Cannot invoke "java.lang.Integer.intValue()" because "id" is null')
        return self.plan(call)

    def plan(self, call: Call) -> Row:
        self.planned.append(str(call.body.get("statement") or ""))
        return planned(call.body, self._before(call.body), self.lifecycle.rejects)

    def export(self, call: Call) -> InMessage:
        row = self.tables.task(call.number("id"), call.tenant)
        return InMessage(";\n".join(statements(row["statement"] or "")))

    def clusters(self, call: Call) -> list[Row]:
        return [one for one in self.tables.clusters if not one["autoRegisters"]]

    def configurations(self, call: Call) -> list[Row]:
        return self.tables.configurations

    def _before(self, body: Row) -> str:
        """The environment that is put before a statement."""
        row = self.tables.tasks.get(int(body.get("envId") or -1))
        return f"{row['statement']}\n" if row else ""

    def _mine(self, table: Mapping[int, Row], call: Call) -> list[Row]:
        return list(self.tables.of_tenant(table, call.tenant)) if call.tenant is not None else []


def _alike(rows: list[Any], body: Row) -> list[Any]:
    """LIKE %name%: `_` is any character."""
    name = str(body.get("name") or "").lower()
    if not name:
        return rows
    return [row for row in rows if any(_matches(name, row["name"].lower()[at:]) for at in range(len(row["name"])))]


def _matches(name: str, text: str) -> bool:
    return len(text) >= len(name) and all(want in ("_", got) for want, got in zip(name, text, strict=False))
