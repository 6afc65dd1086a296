"""Dinky (DataLinkDC/dinky) 1.x: tasks in a catalogue, each started as a Flink job by the Dinky server.

The facts are those of the project's source, branch `dev` of October 2024 and the tags v1.0.0 to v1.1.0
(https://github.com/DataLinkDC/dinky, https://www.dinky.org.cn/docs/next/openapi/openapi_overview). A task is a
definition: `providers.definitions` decides what a start does next, waits, and finds whose a task is.

- `client`      the few calls of a platform that keeps definitions
- `forms`       what a target and a manifest's `options` may say
- `envelope`    what an answer means, whatever its HTTP status
- `session`     login, tenant, lists in pages
- `wire`        rows as Dinky sends them
- `spec`        a manifest as the fields of a task, and back; `task_note`: the marker and other facts in its note
- `statements`  SQL as Dinky cuts it into statements, and jars as statements
- `catalogue`   folders and names; `names`: clusters and environments by name
- `tasks`       saved tasks, read and written
- `instances`   starts of a task: what runs, start, cancel, savepoint; `instance_details`: how one does, what it left
- `task_runs`   tasks with their starts, as definitions
- `unclear_starts`  starts without an instance: whether one may have left a job
- `savepoints`  savepoints of jobs that run
- `validation`  statements explained and planned; `compatibility`: what a change would mean
"""
