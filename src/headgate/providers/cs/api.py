"""The calls of Cloud Stream's API v1.0 that headgate makes, each as the API reference has it.

Answers come in an envelope (`message_id`, `message`, `current_time`, `payload`); the payload is returned. A reader of
the successor's pages will find everything spelled differently: `/job/{id}` in the singular, `execute_graph`,
`resumeSavePoint` and `triggerSavePoint` in the query, PATCH with the id in the body.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.providers.cs.errors import judge, said
from headgate.providers.cs.spec import word
from headgate.providers.cs.wire import CsJob, definition, job_id_of, rows_by_id
from headgate.providers.definitions.paging import Page, every_row
from headgate.providers.http import Api, NotFound

_PAGE = 100
# A job's id, and what a list says of it.
_Row = tuple[int, Mapping[str, Any]]


class CsApi(Api):
    """`project` gives the project id that every path begins with; `more` are the arguments of `Api`."""

    def __init__(self, name: str, base_url: str, *, project: Callable[[], str], **more: Any) -> None:
        super().__init__(name, base_url, judge=judge, explain=said, **more)
        self._project = project
        self._successor_is_silent = False

    def path(self, rest: str) -> str:
        return f"/v1.0/{self._project()}{rest}"

    # -- reading -------------------------------------------------------------------------------------------------------

    def jobs(self, name: str = "") -> list[CsJob]:
        """Every job of the project, newest first: those of other kinds too. Raises Unavailable if pages disagree.

        With a `name`, those of exactly that name: whether the service finds parts of names too is not documented.

        Pages go down by job id, so jobs made meanwhile are not missed but simply newer than the answer. One that was
        deleted meanwhile leaves a count that does not fit, and all is read again.
        """
        return [self._whole(row) for _, row in self._rows(name) if not name or row.get("name") == name]

    def _rows(self, name: str = "") -> list[_Row]:
        query = {"show_detail": "true", "order": "desc", "next": "true", "limit": str(_PAGE)}
        query |= {"name": name} if name else {}

        def page(before: Sequence[_Row]) -> Page[_Row]:
            cursor = {"cursor": str(before[-1][0])} if before else {}
            answer = self._payload(self.read(self.path("/jobs"), **query, **cursor), "/jobs")
            rows = sorted(rows_by_id(answer.get("jobs"), "the list of jobs").items(), reverse=True)
            # The largest page is not documented: a short one is the last only if nothing is missing. The first page
            # alone says how many there are: whether later ones count those behind their cursor is not documented.
            total = answer.get("total")
            return Page(rows, total if isinstance(total, int) and not before else None)

        return every_row(page, _id_of, what="the list of jobs", where=self.path("/jobs"), pause=self._pause)

    def _whole(self, row: Mapping[str, Any]) -> CsJob:
        """A row, or the job's detail where the service does not put details into rows."""
        detailed = "job_config" in row or "sql_body" in row
        return definition(row) if detailed else self.job(job_id_of(row, "the list of jobs"))

    def job(self, job_id: int) -> CsJob:
        """One job, fresh. Raises NotFound once the list does not have it either."""
        rest = f"/job/{job_id}"
        try:
            return definition(self._payload(self.read(self.path(rest)), rest))
        except NotFound:
            if job_id in dict(self._rows()):
                raise Unavailable("the detail says that the job is gone, and the list has it", where=rest) from None
            raise

    def execute_graph(self, job_id: int) -> dict[str, Any]:
        """The execution plan as the platform gives it. Raises Rejected where there is none now."""
        rest = f"/job/{job_id}/execute_graph"
        return dict(self._payload(self.read(self.path(rest)), rest))

    def saved(self, name: str = "", *, must_answer: bool = False) -> dict[tuple[int, str], bool] | None:
        """(job id, name) to whether the job has a savepoint, from the successor's list; None if that does not answer.

        The last SDK of Cloud Stream put DLI's job list on this host. It alone says `has_savepoint`. `name` narrows it.
        With `must_answer`, raises Unavailable where it may answer later: None is then a host that has no such list.
        """
        if self._successor_is_silent:
            return None
        narrowed = {"name": name} if name else {}

        def page(before: Sequence[_Row]) -> Page[_Row]:
            query = {**narrowed, "limit": str(_PAGE), "offset": str(len(before))}
            answer = self.read(self.path("/streaming/jobs"), **query)
            listed = answer.get("job_list") if isinstance(answer, dict) else None
            if not isinstance(listed, dict):
                raise Rejected("this host has something else in the place of the successor's list of jobs")
            found = rows_by_id(listed.get("jobs") or [], "the successor's list of jobs")
            return Page(list(found.items()))

        try:
            rows = every_row(page, _id_of, what="the successor's list of jobs", pause=self._pause)
        except Rejected:
            self._successor_is_silent = True
            return None
        except Unavailable:
            if must_answer:
                raise
            return None
        known = [(job_id, row) for job_id, row in rows if row.get("has_savepoint") is not None]
        return {(job_id, str(row.get("name"))): str(row["has_savepoint"]).lower() == "true" for job_id, row in known}

    # -- writing -------------------------------------------------------------------------------------------------------

    def save(self, fields: Mapping[str, Any], *, is_jar: bool, file: Path | None = None) -> int:
        """Create a job, or change these fields of the one whose `job_id` is among them; its id. Sends `file` along."""
        rest, changes = "/jar_job" if is_jar else "/sql_job", "job_id" in fields
        content = {"content": form(fields, file)} if is_jar else {"body": dict(fields)}
        answer = self.call("PATCH" if changes else "POST", self.path(rest), writes=True, **content)
        try:
            return int(fields["job_id"]) if changes else job_id_of(self._payload(answer, rest), rest)
        except Unavailable as trouble:
            raise OutcomeUnknown("the answer does not say which job was made", where=self.path(rest)) from trouble

    def run(self, job_id: int, *, resume: bool) -> None:
        """Asks for a start, from the latest savepoint or empty."""
        query = {"resumeSavePoint": str(resume).lower()}
        self.call("POST", self.path(f"/job/{job_id}/run"), writes=True, params=query)

    def stop(self, job_id: int, *, savepoint: bool) -> None:
        """Ask for a stop; a job that is stopping or has stopped answers with an error, and nothing happens."""
        query = {"triggerSavePoint": str(savepoint).lower()}
        self.call("POST", self.path(f"/job/{job_id}/stop"), writes=True, params=query)

    def delete(self, job_id: int) -> None:
        """Delete a job, in whatever state it is."""
        self.call("DELETE", self.path(f"/job/{job_id}"), writes=True)

    def _payload(self, answer: Any, rest: str) -> Mapping[str, Any]:
        payload = answer.get("payload") if isinstance(answer, dict) else None
        if not isinstance(payload, dict):
            said = answer.get("message", "") if isinstance(answer, dict) else ""
            raise Unavailable(f"an answer without a payload: {said or 'it is empty'}", where=self.path(rest))
        return payload


def _id_of(row: _Row) -> int:
    return row[0]


def form(values: Mapping[str, Any], jar: Path | None = None) -> tuple[str, bytes]:
    """A body of multipart/form-data, after its Content-Type: every field a text part, the jar a file.

    Made here and not by the HTTP client, because the signature covers the Content-Type, which tells the boundary.
    Raises OSError if the jar cannot be read.
    """
    boundary = f"headgate-{uuid.uuid4().hex}"
    parts = [_part(boundary, f'name="{key}"', word(value).encode()) for key, value in values.items()]
    if jar is not None:
        name = jar.name.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
        kind = "\r\nContent-Type: application/java-archive"
        parts.append(_part(boundary, f'name="jar"; filename="{name}"{kind}', jar.read_bytes()))
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()


def _part(boundary: str, disposition: str, content: bytes) -> bytes:
    return f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + content + b"\r\n"
