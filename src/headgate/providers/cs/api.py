"""The calls of Cloud Stream's API v1.0 that headgate makes, each as the API reference has it.

Answers come in an envelope (`message_id`, `message`, `current_time`, `payload`); the payload is returned. A reader of
the successor's pages will find everything spelled differently: `/job/{id}` in the singular, `execute_graph`,
`resumeSavePoint` and `triggerSavePoint` in the query, PATCH with the id in the body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.providers import again
from headgate.providers.again import compared
from headgate.providers.cs.errors import judge, said
from headgate.providers.cs.multipart import Form
from headgate.providers.cs.wire import Definition, definition, job_id_of, rows_by_id
from headgate.providers.http import Api, NotFound

_PAGE = 100
_READINGS = 3


class CsApi(Api):
    """`project` gives the project id that every path begins with; `more` are the arguments of `Api`."""

    def __init__(self, name: str, base_url: str, *, project: Callable[[], str], **more: Any) -> None:
        super().__init__(name, base_url, judge=judge, explain=said, **more)
        self._project = project
        self._successor_is_silent = False

    def path(self, rest: str) -> str:
        return f"/v1.0/{self._project()}{rest}"

    # -- reading -------------------------------------------------------------------------------------------------------

    def jobs(self, name: str = "") -> list[Definition]:
        """Every job of the project, newest first: those of other kinds too. Raises Unavailable if pages disagree.

        With a `name`, those of exactly that name: whether the service finds parts of names too is not documented.

        Pages go down by job id, so jobs made meanwhile are not missed but simply newer than the answer. One that was
        deleted meanwhile leaves a count that does not fit, and all is read again.
        """
        for _ in range(_READINGS):
            rows, total = self._all_pages(name)
            if total is None or len(rows) >= total:
                return [self._whole(row) for row in rows.values() if not name or row.get("name") == name]
        raise Unavailable(
            f"the list of jobs does not hold still: {len(rows)} rows where {total} were promised",
            where=self.path("/jobs"),
        )

    def _all_pages(self, name: str = "") -> tuple[dict[int, Mapping[str, Any]], int | None]:
        """Rows by job id, and how many the first page promised."""
        rows: dict[int, Mapping[str, Any]] = {}
        promised: int | None = None
        query = {"show_detail": "true", "order": "desc", "next": "true", "limit": str(_PAGE)}
        query |= {"name": name} if name else {}
        while True:
            page = self._payload(self.read(self.path("/jobs"), **query), "/jobs")
            found = rows_by_id(page.get("jobs"), "the list of jobs")
            if not rows and isinstance(page.get("total"), int):
                promised = page["total"]
            new = {job_id: row for job_id, row in found.items() if job_id not in rows}
            rows |= new
            # The largest page is not documented: a short one is the last only if nothing is missing.
            if not new or (promised is not None and len(rows) >= promised and len(found) < _PAGE):
                return rows, promised
            query["cursor"] = str(min(new))

    def _whole(self, row: Mapping[str, Any]) -> Definition:
        """A row, or the job's detail where the service does not put details into rows."""
        detailed = "job_config" in row or "sql_body" in row
        return definition(row) if detailed else self.job(job_id_of(row, "the list of jobs"))

    def job(self, job_id: int) -> Definition:
        """One job, fresh. Raises NotFound."""
        return definition(self.detail(job_id))

    def detail(self, job_id: int) -> dict[str, Any]:
        """The platform's own words about a job. Raises NotFound once the list does not have it either."""
        rest = f"/job/{job_id}"
        try:
            return dict(self._payload(self.read(self.path(rest)), rest))
        except NotFound:
            rows, _ = self._all_pages()
            if job_id in rows:
                raise Unavailable("the detail says that the job is gone, and the list has it", where=rest) from None
            raise

    def execute_graph(self, job_id: int) -> dict[str, Any]:
        """The execution plan as the platform gives it. Raises Rejected where there is none now."""
        rest = f"/job/{job_id}/execute_graph"
        return dict(self._payload(self.read(self.path(rest)), rest))

    def saved(self, name: str = "") -> dict[tuple[int, str], bool] | None:
        """(job id, name) to whether the job has a savepoint, from the successor's list; None if that does not answer.

        The last SDK of Cloud Stream put DLI's job list on this host. It alone says `has_savepoint`. `name` narrows it.
        """
        if self._successor_is_silent:
            return None
        told: dict[tuple[int, str], bool] = {}
        rows: set[int] = set()
        narrowed = {"name": name} if name else {}
        while True:
            try:
                query = {**narrowed, "limit": str(_PAGE), "offset": str(len(rows))}
                answer = self.read(self.path("/streaming/jobs"), **query)
            except Rejected:
                self._successor_is_silent = True
                return None
            except Unavailable:
                return None
            listed = answer.get("job_list") if isinstance(answer, dict) else None
            if not isinstance(listed, dict):
                return None
            found = rows_by_id(listed.get("jobs") or [], "the successor's list of jobs")
            page = {job_id: row for job_id, row in found.items() if job_id not in rows}
            rows |= page.keys()
            for job_id, row in page.items():
                if row.get("has_savepoint") is not None:
                    told[job_id, str(row.get("name"))] = str(row["has_savepoint"]).lower() == "true"
            if not page:
                return told

    # -- writing -------------------------------------------------------------------------------------------------------

    def create_sql(self, body: Mapping[str, Any]) -> int:
        """The new job's id."""
        return self._created(self.call("POST", self.path("/sql_job"), writes=True, body=dict(body)), "/sql_job")

    def update_sql(self, body: Mapping[str, Any], before: Definition) -> None:
        """Changes the named fields of the job whose `job_id` is in the body; `before` is how it was found.

        Where the reply is lost, the job is looked at before the fields are sent again.
        """

        def arrived() -> bool | None:
            return compared(self.job(before.job_id).now, body, before.now)

        again.sent(lambda: self.call("PATCH", self.path("/sql_job"), writes=True, body=dict(body)), arrived)

    def create_jar(self, form: Form) -> int:
        """The new job's id."""
        return self._created(self._send("POST", "/jar_job", form), "/jar_job")

    def update_jar(self, form: Form) -> None:
        """Changes the fields in the form of the job whose `job_id` is in it."""
        self._send("PATCH", "/jar_job", form)

    def run(self, job_id: int, *, resume: bool) -> None:
        """Asks for a start, from the latest savepoint or empty."""
        query = {"resumeSavePoint": str(resume).lower()}
        self.call("POST", self.path(f"/job/{job_id}/run"), writes=True, params=query)

    def stop(self, before: Definition, *, savepoint: bool) -> None:
        """Asks for a stop; a job that is stopping or has stopped answers with an error, and nothing happens.

        Where the reply is lost, the job is looked at before it is asked again: somebody may have started it anew.
        """
        query = {"triggerSavePoint": str(savepoint).lower()}
        path = self.path(f"/job/{before.job_id}/stop")

        def arrived() -> bool | None:
            now = self.job(before.job_id)
            if now.start_time != before.start_time:
                return None
            return now.word != before.word

        again.sent(lambda: self.call("POST", path, writes=True, params=query), arrived)

    def delete(self, before: Definition) -> None:
        """Delete a job; `before` is how it was found. Where the reply is lost, it is looked for first."""

        def arrived() -> bool | None:
            try:
                now = self.job(before.job_id)
            except NotFound:
                return True
            return False if now == before else None

        again.sent(lambda: self.call("DELETE", self.path(f"/job/{before.job_id}"), writes=True), arrived)

    def _send(self, method: str, rest: str, form: Form) -> Any:
        return self.call(method, self.path(rest), writes=True, content=(form.content_type, form.body))

    def _created(self, answer: Any, rest: str) -> int:
        try:
            return job_id_of(self._payload(answer, rest), rest)
        except Unavailable as trouble:
            raise OutcomeUnknown("the answer does not say which job was made", where=self.path(rest)) from trouble

    def _payload(self, answer: Any, rest: str) -> Mapping[str, Any]:
        payload = answer.get("payload") if isinstance(answer, dict) else None
        if not isinstance(payload, dict):
            said = answer.get("message", "") if isinstance(answer, dict) else ""
            raise Unavailable(f"an answer without a payload: {said or 'it is empty'}", where=self.path(rest))
        return payload
