"""DLI's envelopes: what an answer means, whatever its HTTP status.

Nearly every error is a 400 with `error_code` and `error_msg`; an answer with 200 may say `is_success: "false"`, or the
boolean, or be a bare list of such; the gateway in front has codes of its own (APIG.*). Codes are those of page
dli_02_0056. A server error arrives as a 400 as well (DLI.0999): a write that ends in one may have been done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable
from headgate.providers.definitions.graph_nodes import document
from headgate.providers.http import NotFound, Reply, Unauthorised
from headgate.providers.huawei.signing import clock_hint

_GONE = frozenset({"DLI.0002", "DLI.0023", "DLI.12004", "DLI.16001"})
_STATEMENT = frozenset({"DLI.0004", "DLI.0005"})
_TROUBLE = frozenset({"DLI.0019", "DLI.0999"})
_CREDENTIALS = frozenset({"DLI.0003", "DLI.0013", "DLI.0014", "DLI.0015", "DLI.0016"})
_THROTTLED = "APIG.0308"
# Seconds to wait where the gateway does not say: twice what its limits count by.
_THROTTLED_FOR = 2.0
EXISTS = "DLI.0006"
STATEMENT_REJECTED = "statement-rejected"
_HINTS = {
    "DLI.0003": "does this user have the IAM action? dli:jobs:list, get, create, update, start, stop, delete",
    "DLI.0012": "has the queue room for the job? `cu_number` and `parallelism` say how much it needs",
    "DLI.1028": "a quota of the account is used up",
    "DLI.11016": "allow DLI to use the bucket: authorise it, or name an agency in execution_agency_urn",
    "DLI.12002": "are the packages that the job names there?",
}


class DliRejected(Rejected):
    """Huawei DLI understood the request and said no; the message begins with its own error code.

    Nothing happened. Codes are explained on Huawei's page "Error Codes" of the DLI API reference.
    """

    code = "dli-rejected"

    def __init__(self, problem: str, *, said: str = "", hint: str = "") -> None:
        super().__init__(problem, hint=hint, code=STATEMENT_REJECTED if said in _STATEMENT else "")
        self.said = said


def judge(reply: Reply, writes: bool) -> ProviderError | None:
    """The error in an answer, None if it is fine or speaks for itself."""
    code, message = error_of(reply.json)
    problem = f"{code}: {message}"
    if code == _THROTTLED or (code and reply.status == 429):
        return Unavailable(problem, retry_after=_THROTTLED_FOR)
    if code in _TROUBLE or (code and reply.status >= 500):
        return OutcomeUnknown(problem) if writes else Unavailable(problem)
    if reply.status < 300:
        failed = next((one for one in _parts(reply.json) if not succeeded(one)), None)
        return DliRejected(str(failed.get("message") or "the platform says that it failed")) if failed else None
    if code in _GONE or (code.startswith("DLI.") and reply.status == 404):
        return NotFound(problem)
    if reply.status == 404 and code.startswith("APIG."):
        # The gateway does not know this API. Read as "there is no such job" it would start a second one.
        return Rejected(problem, hint="is the target's region one that has this API, and its endpoint that of DLI?")
    if code in _CREDENTIALS or (code and reply.status in (401, 403)):
        return Unauthorised(problem, hint=_HINTS.get(code, "") or clock_hint(code, message))
    return DliRejected(problem, said=code, hint=_HINTS.get(code, "")) if code else None


def error_of(document: Any) -> tuple[str, str]:
    """The error code and message of a body, in any of the spellings the SDK understands; empty if there is none."""
    for part in (document, *(document.values() if isinstance(document, Mapping) else ())):
        if isinstance(part, Mapping):
            for code, message in (("error_code", "error_msg"), ("errorCode", "errorMsg"), ("code", "message")):
                if isinstance(part.get(code), str) and part.get(code) and message in part:
                    return str(part[code]), str(part[message])
    return "", ""


def succeeded(part: Mapping[str, Any]) -> bool:
    """`is_success`, as text, as a boolean, or left out; and inside `message`, where that is JSON itself.

    The savepoint call answers with the outcome as JSON inside the message (page dli_02_0392).
    """
    said = (part, document(part.get("message")))
    return not any(isinstance(one, Mapping) and str(one.get("is_success", "true")).lower() == "false" for one in said)


def _parts(document: Any) -> list[Mapping[str, Any]]:
    """The envelope, or every one of a list."""
    found = document if isinstance(document, list) else [document]
    return [part for part in found if isinstance(part, Mapping)]
