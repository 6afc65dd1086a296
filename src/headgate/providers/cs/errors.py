"""What the service's own error bodies mean, whatever their HTTP status.

Nearly everything that goes wrong is a 400. `CS.10001` as `error_id` is an internal error and as `message_id` of an
answer a success: what decides is whether there is an `error_id`, never the number.
"""

from __future__ import annotations

import json
import re

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.providers.http import NotFound, Reply, Unauthorised
from headgate.providers.huawei.signing import clock_hint

_INTERNAL = "CS.10001"
# Forbidden resource, no permission, project of another token, token expired or missing, account frozen, no user in it.
_NOT_ALLOWED = ("CS.10002", "CS.10005", "CS.10006", "CS.10007", "CS.10008", "CS.10009", "CS.10010")
_NAME_TAKEN = "CS.11004"
_TOO_MANY = "APIG.0308"
# The code is not documented; the words of its kind are.
_MISSING = re.compile(r"NOT_?_?EXIST|not exist", re.IGNORECASE)
_SUCCESSOR = "Cloud Stream was succeeded by Data Lake Insight: is the endpoint right, or is it time for huawei-dli?"


def judge(reply: Reply, wrote: bool) -> ProviderError | None:
    """What the body says, as an error; None where the HTTP status says it all."""
    body = reply.json if isinstance(reply.json, dict) else {}
    problem, hint = said(reply.text), str(body.get("error_suggestion") or "")
    if code := str(body.get("error_id") or ""):
        if code == _INTERNAL:
            return OutcomeUnknown(problem) if wrote else Unavailable(problem)
        if code in _NOT_ALLOWED:
            return Unauthorised(problem, hint=hint)
        if code == _NAME_TAKEN:
            return Rejected(
                problem, hint="job names are unique on the platform: rename one of the two", code="name-taken"
            )
        missing = _MISSING.search(f"{body.get('error_name')} {body.get('error_cause')}")
        return NotFound(problem, hint=hint) if missing else Rejected(problem, hint=hint)
    gateway = str(body.get("error_code") or "")
    if gateway == _TOO_MANY and reply.status < 500:
        return Unavailable(problem)
    if clock := clock_hint(gateway, str(body.get("error_msg"))):
        return Unauthorised(problem, hint=clock)
    # The gateway does not know this API. Read as "there is no such job" it would start a second one.
    return Rejected(problem, hint=_SUCCESSOR) if gateway and reply.status == 404 else None


def said(text: str) -> str:
    """The few words for people in an error body of the service or of the gateway; other texts as they are."""
    try:
        body = json.loads(text)
    except ValueError:
        return text
    code = (body.get("error_id") or body.get("error_code")) if isinstance(body, dict) else ""
    if not code:
        return text
    return f"{code}: {', '.join(str(body[key]) for key in ('error_name', 'error_cause', 'error_msg') if body.get(key))}"
