"""Dinky (DataLinkDC/dinky) 1.x: tasks in a catalogue, each started as a Flink job by the Dinky server.

The facts are those of the project's source, branch `dev` of October 2024 and the tags v1.0.0 to v1.1.0. It knows no
planning; it may know the port, the door to the network and the text of SQL.

- `forms`       what a target and a manifest's `options` may say
- `envelope`    what an answer means, whatever its HTTP status
- `session`     login, tenant, pages
- `wire`        rows as Dinky sends them
- `states`      status words and savepoint strategies
- `definition`  a spec to the fields of a task and back
- `statements`  SQL as Dinky cuts it into statements, and jars as statements
- `notes`       the marker in a task's note
- `catalogue`   folders and names
- `names`       clusters and environments by name
- `runs`        instances of a task: what runs, start, cancel, savepoint; `remains`: what one left behind
- `beginnings`  starts without an instance: whether one may have left a job
- `savepoints`  savepoints of jobs that run
- `observing`   one look at everything
- `changing`    a task made what a spec asks for
- `checking`    statements explained and planned; `prospects`: what a change would mean
- `adapter`     the port
"""
