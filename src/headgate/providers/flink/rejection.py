"""Flink's own words, without the Java stack; about a bad statement, at the line of the user's file.

An error body is `{"errors": [..., stack]}`: the last `Caused by:` is the message for the user, the runner's
"headgate: statement N failed" names the statement, and "line L, column C" (often one cause above the last) counts
within that statement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from headgate.errors import ProviderError, Rejected, Unavailable
from headgate.model.spec import JobSpec, Sql
from headgate.providers.flink.refused_option import place_of_refused_option
from headgate.providers.http import NotFound, Reply
from headgate.sql import Statement, split

# Flink 2.x answers 500, not 404, when it is asked for the status of a job it does not know.
_UNKNOWN_JOB = re.compile(r"FlinkJobNotFoundException|There is no savepoint operation")
# A JobManager that is coming up or going down answers for a part of it that is not there: the question got no answer.
_NOBODY_THERE = re.compile(r"RecipientUnreachableException|because the recipient is unreachable|FencingTokenException")
_STATEMENT = re.compile(r"headgate: statement (\d+) failed")
_DUPLICATE = re.compile(r"(?:Job|Application) has already been submitted")
_POSITION = re.compile(r"[Ff]rom line (\d+), column (\d+) to line \d+, column \d+|[Ll]ine (\d+), column (\d+)")
_CAUSE = re.compile(r"^\s*(?:Caused by: )(.+)", re.MULTILINE)
_CLASS = re.compile(r"^(?:[a-z][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error|Throwable|Failure)?:\s*")
_WRAPPED = re.compile(r"<Exception on server side:\s*|End of exception on server side>")


class StatementRejected(Rejected):
    """The platform does not accept this job's statement; its own message says why. Nothing was started.

    Mend the statement, or the option, at the line that is named. The job that runs now, if any, is left as it is.
    """

    code = "statement-rejected"


def is_duplicate(body: str) -> bool:
    """Was a job refused because its id is, or was, another's?

    `DuplicateJobSubmissionException`; since 2.3, where each job is an application of its own with the same id,
    `DuplicateApplicationSubmissionException`.
    """
    return bool(_DUPLICATE.search(body))


def judge(reply: Reply, writes: bool) -> ProviderError | None:
    """The `Judge` of `providers.http`: Flink's own 404 is "no such job", its own 500 a refusal, and its own 503 is said
    before anything is done. A read that reached a JobManager between two lives was not answered, and is repeated.

    The same statuses without it are those of something in front of Flink, which cannot know what Flink did.
    """
    if reply.status < 400 or not isinstance(reply.json, Mapping) or not isinstance(reply.json.get("errors"), list):
        return None
    problem = f"HTTP {reply.status}: {root_cause(reply.text)[:2000]}"
    if _UNKNOWN_JOB.search(reply.text):
        return NotFound(problem)
    if not writes and _NOBODY_THERE.search(reply.text):
        return Unavailable(problem)
    match reply.status:
        case 404:
            return NotFound(problem)
        case 500:
            return Rejected(problem)
        case 503:
            return Unavailable(problem)
        case _:
            return None


def root_cause(body: str) -> str:
    """The last cause in a Flink error body or stack trace, its class name left off; one paragraph."""
    try:
        text = "\n".join(str(part) for part in json.loads(body)["errors"])
    except (ValueError, KeyError, TypeError):
        text = body
    text = _WRAPPED.sub("", text)
    causes = list(_CAUSE.finditer(text))
    start = causes[-1].start(1) if causes else 0
    lines: list[str] = []
    for line in text[start:].splitlines():
        if re.match(r"\s+at [\w.$/<>]+\(|\s*\.\.\. \d+ more", line) and lines:
            break
        if line.strip():
            lines.append(line.strip())
    message = "\n".join(lines)
    while (shorter := _CLASS.sub("", message)) != message:
        message = shorter
    return message[:4000] or "no reason was given"


def statement_rejected(body: str, spec: JobSpec) -> StatementRejected:
    """The error for a compile that failed, at the position in the file the statement was written in."""
    where, message = str(spec.source), root_cause(body)
    number = _STATEMENT.search(body)
    if isinstance(spec.program, Sql) and number:
        statements = split(spec.program.text)
        index = int(number[1])
        if index < len(statements):
            line, column = _position(body, statements[index])
            where = spec.source.at(line, column)
    where = place_of_refused_option(body, spec, of_a_statement=bool(number)) or where
    return StatementRejected(spec.environment.mask(message), where=where)


def _position(body: str, statement: Statement) -> tuple[int, int]:
    """The position nearest to the root cause: the last cause itself often has none, the one above it does."""
    found = list(_POSITION.finditer(body))
    if not found:
        return statement.line, statement.column
    line, column = (int(part) for part in found[-1].groups() if part is not None)
    return statement.line + line - 1, column + (statement.column - 1 if line == 1 else 0)
