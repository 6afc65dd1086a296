"""What the service says of a request that it did not do, sorted by what may have happened.

An error body is `{"Code", "Message", "RequestId", "HostId"}`; only the codes of the gateway are documented, and the
code decides, not the status: a throttled request comes as 400, an unknown AccessKey and a wrong path as 404, which is
no proof that a job is absent.
"""

from __future__ import annotations

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.providers.foas.wire import text
from headgate.providers.http import NotFound, Reply, Unauthorised

# What the codes of refused credentials begin with, and what to do then.
_CREDENTIALS = {
    ("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurityToken", "IncompleteSignature"): "",
    ("InvalidTimeStamp",): "the clock of this machine is off by more than 15 minutes: set it right",
    ("Forbidden", "NoPermission"): "these credentials may not do this: their owner grants it in RAM",
}
_RETRY_AFTER = "x-acs-retry-after"


def judge(reply: Reply, writes: bool) -> ProviderError | None:
    """The `Judge` of `providers.http`."""
    if reply.status < 300:
        return _not_json(writes) if reply.text.lstrip().startswith("<") else None
    code = text(reply.json, "Code")
    if not code:
        return None
    problem = f"{code}: {_message(code, reply)}"
    if request := text(reply.json, "RequestId"):
        problem = f"{problem} (request {request})"
    for beginnings, hint in _CREDENTIALS.items():
        if code.startswith(beginnings):
            return Unauthorised(problem, hint=hint)
    if code.startswith("Throttling") or reply.status == 429:
        return Unavailable(problem, retry_after=_retry_after(reply))
    # The same request came twice, and whichever came first may have been done; of the others nobody documents that such
    # a write was not done.
    if code in ("SignatureNonceUsed", "ServiceUnavailable") or reply.status >= 500:
        return OutcomeUnknown(problem) if writes else Unavailable(problem, retry_after=_retry_after(reply))
    if reply.status == 404 and not code.startswith("InvalidApi"):
        return NotFound(problem)
    return Rejected(problem)


def _not_json(writes: bool) -> ProviderError:
    hint = "JSON is asked for with every request: is the target's endpoint that of the foas API?"
    problem = "the answer is XML, or a page for people, not JSON"
    return OutcomeUnknown(problem, hint=hint) if writes else Rejected(problem, hint=hint)


def _message(code: str, reply: Reply) -> str:
    """What the service says; where it continues the text that it signed itself, not that."""
    message = text(reply.json, "Message")
    if code != "SignatureDoesNotMatch":
        return message
    reported, its_own, _ = message.partition(":")
    # What is left of the sentence that the colon ends announces what is not shown.
    whole = reported.rpartition(". ")[0] if its_own else ""
    return f"{whole}." if whole else reported


def _retry_after(reply: Reply) -> float | None:
    """Seconds to wait; the header tells milliseconds."""
    reported = reply.headers.get(_RETRY_AFTER, "")
    return int(reported) / 1000 if reported.isdigit() else None
