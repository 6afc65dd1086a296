"""What Flink's own error envelope means: no such job, a refusal, or not now."""

from __future__ import annotations

import re
from collections.abc import Mapping

from headgate.errors import ProviderError, Rejected, Unavailable
from headgate.providers.flink.causes import root_cause
from headgate.providers.http import NotFound, Reply

# Flink 2.x answers 500, not 404, when it is asked for the status of a job it does not know.
_UNKNOWN_JOB = re.compile(r"FlinkJobNotFoundException|There is no savepoint operation")
# A JobManager that is coming up or going down answers for a part of it that is not there: the question got no answer.
_NO_RECIPIENT = re.compile(r"RecipientUnreachableException|because the recipient is unreachable|FencingTokenException")
_DUPLICATE = re.compile(r"(?:Job|Application) has already been submitted")


def is_duplicate(body: str) -> bool:
    """Was a job refused because its id is, or was, another's?

    `DuplicateJobSubmissionException`; since 2.3, where each job is an application of its own with the same id,
    `DuplicateApplicationSubmissionException`.
    """
    return bool(_DUPLICATE.search(body))


def is_flinks_own(problem: Rejected) -> bool:
    """Did Flink itself refuse, and not something in front of it, or headgate before it asked?"""
    return not isinstance(problem, NotFound) and problem.body.lstrip().startswith('{"errors"')


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
    if not writes and _NO_RECIPIENT.search(reply.text):
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
