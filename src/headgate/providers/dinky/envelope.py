"""What an answer of Dinky means: its HTTP status says next to nothing, its envelope does.

`{data, code, msg, time, success}`: code 0 is success, 1 a refusal, 5 any exception on the server, 6 a parameter, 7 the
session. Codes 0, 1 and 5 come with HTTP 200. Lists in pages have an envelope without a code. A 200 without a body is
the tenant interceptor's: the request was not let through. `msg` may be in any language and is never matched on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.providers.dinky.wire import document
from headgate.providers.http import Reply, Unauthorised

_CLASS = re.compile(r"^(?:[a-z][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error|Throwable|Failure)?:\s*")
_TRACE = re.compile(r"\n\s+at [\w.$/<>]+\(|\n\s*\.\.\. \d+ more")
# Options whose values tell a secret in a statement that an error message quotes.
_SECRET = re.compile(r"('[^']*(?:password|secret|token|credential|access.?key)[^']*'\s*=\s*)'[^']*'", re.IGNORECASE)
_LONGEST = 2000
_WRONG_URL = "is the target's url that of a Dinky 1.x server?"


class SessionEnded(Unauthorised):
    """Dinky does not know our session (any more). Nothing was executed; a login mends it."""


class TurnedAway(Unauthorised):
    """Dinky's tenant interceptor did not let a request through. A login may mend it."""


def judge(reply: Reply, writes: bool) -> ProviderError | None:
    """The error an answer is; None for a success, and where only the HTTP status tells."""
    if reply.status == 401:
        return SessionEnded(said(document(reply.json).get("msg")) or "the session has ended")
    if reply.status == 400 and isinstance(reply.json, Mapping) and "code" in reply.json:
        return Rejected(said(reply.json.get("msg")) or "a parameter is not valid")
    if reply.status != 200:
        return None
    if not reply.text.strip():
        problem = "an empty answer: the session may not enter this tenant"
        hint = "is the user of this target still in its tenant?"
        return (OutcomeUnknown if writes else TurnedAway)(problem, hint=hint)
    unread = OutcomeUnknown if writes else Unavailable
    if not isinstance(reply.json, Mapping):
        return unread("the answer is no JSON object", hint=_WRONG_URL)
    if "code" in reply.json:
        problem = said(reply.json.get("msg")) or "Dinky gives no reason; its log does"
        match str(reply.json["code"]):
            case "0":
                return None
            case "5" if not writes:
                return Unavailable(f"an exception in Dinky: {problem}")
            case "7":
                return Unauthorised(problem)
        return Rejected(problem)
    if reply.json.get("success") is True and isinstance(reply.json.get("data"), list) and "total" in reply.json:
        return None
    return unread("the answer is not in Dinky's envelope", hint=_WRONG_URL)


def said(message: object) -> str:
    """A message for people: without Java class names and stack, secrets in quoted statements masked, not too long."""
    text = str(message or "").strip()
    if found := _TRACE.search(text):
        text = text[: found.start()]
    while (shorter := _CLASS.sub("", text)) != text:
        text = shorter
    text = _SECRET.sub(r"\1'***'", text.strip())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
