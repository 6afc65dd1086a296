"""What Dinky says of a spec before it is started: is the statement right, and what graph does it become.

Explaining and planning carry out the DDL in the Dinky server, so a script that reaches a catalog outside of it is not
sent: a plan changes nothing. Whatever the run mode, it is planned in the server, because then no cluster is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.live import Marker
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.model.topology import Compiled
from headgate.providers.answer_fields import number
from headgate.providers.compiled_form import CompiledForm
from headgate.providers.dinky import statements
from headgate.providers.dinky.envelope import said
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.spec import NO_SAVEPOINT, as_body, fields_of, wanted_fields
from headgate.providers.dinky.tasks import Tasks
from headgate.providers.dinky.wire import Task, document, flag, rows, text
from headgate.providers.odd_answers import reports_odd_answers
from headgate.sql.reported_places import within_script

_OUTSIDE = "the statements use a catalog; planning them in Dinky would change it"
_ACCEPTED = "Dinky says whether a statement is right, not what its operators store"
_CODE = "statement-rejected"


@reports_odd_answers
class Checker(CompiledForm):
    """Asks one Dinky about statements that do not run. `name` is that of the target."""

    def __init__(self, name: str, session: Session, tasks: Tasks) -> None:
        self.name = name
        self._session = session
        self._tasks = tasks

    def check(self, spec: JobSpec) -> Compiled:
        """Explain a spec. Raises Rejected at the statement that is wrong, in Flink's words as Dinky passes them on."""
        if isinstance(spec.program, Jar):
            statements.jar_statement(spec, spec.program)
            return Compiled(why="a jar's operators do not say what they store")
        body = self._body(spec)
        if not self._harmless(body):
            return Compiled(why=_OUTSIDE)
        try:
            answer = self._asked_once("/api/task/explainSql", body)
        except Rejected as refused:
            where = refused.where or str(spec.source)
            raise Rejected(spec.secrets.mask(refused.problem), where=where, code=_CODE) from refused
        for row in rows(answer):
            if text(row.get("error")) or not flag(row.get("explainTrue"), default=True):
                raise _rejected(spec, row)
        return Compiled(why=_ACCEPTED)

    def vertices(self, spec: JobSpec) -> tuple[str, ...]:
        """The vertex ids of the graph that a spec becomes; none where planning would change something."""
        body = {} if isinstance(spec.program, Jar) else self._body(spec)
        if not body or not self._harmless(body):
            return ()
        task = next(iter((*self._tasks.named(spec.name), *self._tasks.named(spec.previous_name))), None)
        if task is None and (body["fragment"] or number(body.get("envId")) not in (None, -1)):
            return ()
        return tuple(text(node.get("id")) for node in rows(self._planned(body, task).get("nodes")))

    def saved(self, task: Task) -> Mapping[str, Any]:
        """The plan of a task as it is saved. Raises Rejected where planning would change something."""
        fields = fields_of(task.raw)
        body = _here(fields)
        if not self._harmless(body) or fields["dialect"] != "FlinkSql":
            raise Rejected(f"Dinky shows no graph of task {task.name!r}, and cannot plan it: {_OUTSIDE}")
        return self._planned(body, task)

    def _planned(self, body: Mapping[str, Any], task: Task | None) -> Mapping[str, Any]:
        path, body = ("/api/task/getJobPlan", {**body, "id": task.id}) if task else ("/openapi/getJobPlan", body)
        return document(self._asked_once(path, body))

    def _body(self, spec: JobSpec) -> dict[str, Any]:
        """The TaskDTO of a spec, to be planned inside Dinky."""
        wanted = self._tasks.wanted(spec, Marker("", spec.name, spec.revision))
        variables = {"variables": dict(wanted.options.get("variables", {}))}
        return _here(wanted_fields(spec, wanted.options)) | variables

    def _harmless(self, body: Mapping[str, Any]) -> bool:
        secrets = number(body.get("envId")) or -1
        before = text(self._tasks.read(str(secrets)).raw.get("statement")) if secrets > 0 else ""
        return statements.may_plan(text(body["statement"])) and statements.may_plan(before)

    def _asked_once(self, path: str, body: Mapping[str, Any]) -> Any:
        """Planning is long and is asked for once; a reply that is lost has changed nothing."""
        try:
            return self._session.write("POST", path, body=body, slow=True)
        except OutcomeUnknown as lost:
            raise Unavailable(lost.problem, where=lost.where, hint=lost.hint) from lost


def _here(fields: dict[str, Any]) -> dict[str, Any]:
    """The body of something that is planned inside Dinky and not started."""
    here = {key: value for key, value in as_body(fields).items() if not key.startswith("cluster") and key != "note"}
    return {**here, "type": "local", "savePointStrategy": NO_SAVEPOINT}


def _rejected(spec: JobSpec, row: Mapping[str, Any]) -> Rejected:
    assert isinstance(spec.program, Sql)  # noqa: S101 - only SQL is explained
    message = said(row.get("error")) or "Dinky does not accept this statement and does not say why"
    begins = statements.place(spec.secrets.fill(spec.program.text), text(row.get("sql")))
    where = str(spec.source) if begins is None else spec.source.at(*within_script(message, *begins))
    return Rejected(spec.secrets.mask(message), where=where, code=_CODE)
