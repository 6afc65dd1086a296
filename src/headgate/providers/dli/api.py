"""DLI's jobs API, one method a call. Job ids are text here and numbers in bodies.

Run, stop and savepoint only ask: the answer says that the request was delivered, and what becomes of it is reported by
the job's status alone. None of them has an operation id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeGuard

from headgate.errors import OutcomeUnknown, Rejected
from headgate.providers.answer_fields import number, undocumented
from headgate.providers.definitions.paging import Page, every_row
from headgate.providers.dli import wire
from headgate.providers.dli.fields import sent
from headgate.providers.dli.forms import JAR_JOB
from headgate.providers.http import Api, NotFound

_TAGGED = "dli_flink_job"
Row = dict[str, Any]


class DliApi(Api):
    """The jobs of one project. Every method raises `ProviderError`; `NotFound` where there is no such job."""

    def __init__(
        self, name: str, base_url: str, *, project: Callable[[], str], page_size: int = 100, **more: Any
    ) -> None:
        super().__init__(name, base_url, judge=wire.judge, headers={"X-Language": "en-us"}, **more)
        self._project_id = project
        self._page_size = page_size

    # -- looking -------------------------------------------------------------------------------------------------------

    def listed(self, *, detail: bool = True, name: str = "") -> list[Row]:
        """Every job, oldest first; of one name alone if it is given (compared by us, too: how DLI compares is unknown).

        The list may lag behind: whatever is about to be changed is read with `shown`.
        """

        def read(before: Sequence[Row]) -> Page[Row]:
            query = {"limit": str(self._page_size), "offset": str(len(before)), "order": "asc"}
            query |= {"show_detail": str(detail).lower()} | ({"name": name} if name else {})
            found = _part(self.read(self._path("jobs"), **query), "job_list")
            rows = found.get("jobs")
            if not isinstance(rows, list) or not all(is_job(row) for row in rows):
                raise undocumented("the list of jobs")
            total = number(found.get("total_count", len(rows) + len(before)))
            if total is None:
                raise undocumented("the list of jobs")
            # A full page may be followed by another, whatever the total says.
            short = len(rows) < self._page_size
            return Page(rows, total, last=short and len(before) + len(rows) == total)

        # The total may count jobs that the asking user may not read.
        rows = every_row(
            read, lambda row: str(row["job_id"]), what="the list of jobs", hidden_rows=True, pause=self._pause
        )
        return [row for row in rows if not name or row.get("name") == name]

    def shown(self, job_id: str) -> Row:
        """A job with all its details, as it is now."""
        found = _part(self.read(self._path(f"jobs/{job_id}")), "job_detail")
        if not is_job(found):
            raise undocumented(f"job {job_id}")
        return found

    def execute_graph(self, job_id: str) -> Row | None:
        """The Flink job behind it; {} where there is none, which DLI answers with an error of its own.

        None where it is not known: credentials may not ask for it, the gateway does not know this call, or DLI answers
        with success and nothing, and does not say what that means.
        """
        try:
            answer = self.read(self._path(f"jobs/{job_id}/execute-graph"))
        except (NotFound, wire.DliRejected):
            return {}
        except Rejected:
            return None
        if isinstance(answer, Mapping) and answer.get("execute_graph") in (None, {}):
            return None
        return _part(answer, "execute_graph")

    def stream_graph(self, job_id: str, body: Mapping[str, Any]) -> str:
        """The static stream graph of a statement, as JSON text. It changes nothing, though it is a POST."""
        path = f"/v3/{self._project_id()}/streaming/jobs/{job_id}/gen-graph"
        answer = self.call("POST", path, writes=False, body=sent(body))
        return str(answer.get("stream_graph") or "") if isinstance(answer, Mapping) else ""

    def tags(self, job_id: str) -> dict[str, str]:
        """The tags of a job, which no other answer tells."""
        answer = self.read(self._tag_path(job_id))
        tags = _entries(answer, "tags")
        return {str(tag.get("key")): str(tag.get("value") or "") for tag in tags}

    # -- single effects ------------------------------------------------------------------------------------------------

    def create(self, body: Mapping[str, Any], tags: Mapping[str, str]) -> str:
        """A draft; nothing runs yet. Returns its id."""
        kind = "flink-jobs" if body["job_type"] == JAR_JOB else "sql-jobs"
        fields = {key: value for key, value in sent(body).items() if kind == "sql-jobs" or key != "job_type"}
        if tags:
            fields["tags"] = _tags(tags)
        answer = self.call("POST", self._path(kind), writes=True, body=fields)
        made = answer.get("job") if isinstance(answer, Mapping) else None
        if not is_job(made):
            raise OutcomeUnknown("the answer does not say which job was made")
        return str(made["job_id"])

    def change(self, job_id: str, *, is_jar: bool, body: Mapping[str, Any]) -> None:
        """Change the fields in the body, and none else. Sent once: see `changes`."""
        kind = "flink-jobs" if is_jar else "sql-jobs"
        self.call("PUT", self._path(f"{kind}/{job_id}"), writes=True, body=sent(body))

    def run(self, job_id: str, *, resume: bool) -> None:
        """Start it, from its newest savepoint if `resume`; one id a call, as answers do not say which job they mean."""
        self._post(self._path("jobs/run"), job_ids=[int(job_id)], resume_savepoint=resume)

    def stop(self, job_id: str, *, savepoint: bool) -> None:
        """Stop it, after a savepoint if asked for."""
        self._post(self._path("jobs/stop"), job_ids=[int(job_id)], trigger_savepoint=savepoint)

    def delete(self, job_id: str) -> None:
        self.call("DELETE", self._path(f"jobs/{job_id}"), writes=True)

    def savepoint(self, job_id: str, path: str) -> None:
        """A savepoint of a job that goes on, into `bucket/dir/`."""
        self._post(self._path(f"jobs/{job_id}/savepoint"), action="TRIGGER", savepoint_path=path)

    def import_savepoint(self, job_id: str, path: str) -> None:
        """Make the snapshot at `obs://bucket/dir/` the newest of a stopped job. Twice is once."""
        where = self._path(f"jobs/{job_id}/import-savepoint")
        self._post(where, repeatable=True, job_id=int(job_id), savepoint_path=path)

    def retag(self, job_id: str, verb: str, tags: Mapping[str, str]) -> None:
        """`create`: add tags, or change their values; `delete`: take them away. Twice is once."""
        self._post(f"{self._tag_path(job_id)}/{verb}", repeatable=True, tags=_tags(tags))

    def _post(self, path: str, *, repeatable: bool = False, **body: Any) -> None:
        self.call("POST", path, writes=True, repeatable=repeatable, body=body)

    def _path(self, rest: str) -> str:
        return f"/v1.0/{self._project_id()}/streaming/{rest}"

    def _tag_path(self, job_id: str) -> str:
        return f"/v3/{self._project_id()}/{_TAGGED}/{job_id}/tags"


def _part(answer: Any, name: str) -> Row:
    """The part of an envelope that holds the answer."""
    part = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(part, dict):
        raise undocumented(f"a call that answers with a {name}")
    return part


def is_job(row: Any) -> TypeGuard[Row]:
    """Is this a job of DLI's, with its id and, where they are reported, its times as numbers?"""
    if not isinstance(row, dict) or not number(row.get("job_id")):
        return False
    return all(row.get(time) is None or number(row[time]) is not None for time in ("start_time", "create_time"))


def _entries(answer: Any, name: str) -> list[Row]:
    """The entries of a list in an answer, none where it has none. Raises Unavailable for what is no such list."""
    found = (answer.get(name) or []) if isinstance(answer, Mapping) else [] if answer is None else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise undocumented(f"a call that answers with {name}")
    return found


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]
