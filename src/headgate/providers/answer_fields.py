"""What an answer means whose envelope says nothing: its HTTP status, sorted by what may have happened.

A status from 500 on that is not in a platform's own envelope was made by something in front of the platform, or by a
platform that no longer knew what it did. Either may have come after the deed: a write that ends so may have been done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from headgate.errors import OutcomeUnknown, ProviderError, Rejected, Unavailable

# Signatures are good for 15 minutes either way; well before that a clock is worth a word.
_LARGEST_SKEW = 300.0
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FEW_WORDS = 200
_NOT_THIS_API = "is the target's url that of this platform, or of something in front of it?"
_LONGEST = 2000


class NotFound(Rejected):
    """The platform answered that the thing asked for does not exist."""

    code = "not-found"


class Unauthorised(Rejected):
    """The platform refused the credentials, or they may not do this.

    Check the target's credentials in headgate.yaml and the environment variables they come from.
    """

    code = "unauthorised"
    # Was it the proof itself that was refused, not what was asked with it? Another proof may do then.
    of_the_proof: bool = False


_BY_STATUS: Mapping[int, tuple[type[ProviderError], str]] = {
    HTTPStatus.UNAUTHORIZED: (Unauthorised, ""),
    HTTPStatus.FORBIDDEN: (Unauthorised, ""),
    # Only a platform, in its own words, can say that a job does not exist: see each platform's `Judge`.
    HTTPStatus.NOT_FOUND: (Unavailable, _NOT_THIS_API),
    HTTPStatus.TOO_MANY_REQUESTS: (Unavailable, ""),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `json` is its document, None if it is empty or none; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str
    json: Any


def by_status(reply: Reply, *, writes: bool, explain: Callable[[str], str] = str) -> ProviderError:
    """The error that an answer is by its status alone; `explain` makes the few words for people out of its text."""
    status = reply.status
    problem = f"HTTP {status}: {_said(reply, explain)}".rstrip(": ")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return OutcomeUnknown(problem) if writes else Unavailable(problem)
    if status < HTTPStatus.BAD_REQUEST:
        hint = f"the target's url redirects to {reply.headers.get('location', '?')}; use that one"
        return Rejected(problem, hint=hint)
    kind, hint = _BY_STATUS.get(status, (Rejected, ""))
    return kind(problem, hint=hint)


def undocumented(what: str, *, where: str = "") -> Unavailable:
    """The error for an answer whose parts are not those that are documented: nobody knows what it says.

    It is never read as what is left of it: a list without its rows is not an empty list.
    """
    return Unavailable(f"the answer of {what} is not what this API documents", where=where, hint=_NOT_THIS_API)


def sendable(value: str) -> bool:
    """Can a header carry this value?"""
    return value.isascii() and value.isprintable() and value == value.strip()


def unsendable(name: str, *, where: str, hint: str) -> Unauthorised:
    """The error for a credential that no header can carry; it is named, and never shown."""
    problem = f"{name} has characters that no header can carry: was something else pasted there?"
    return Unauthorised(problem, where=where, hint=hint)


def is_page(text: str) -> bool:
    """Is this a page for people, or XML, where JSON was to be expected?"""
    return _HTML.match(text) is not None


def words(page: str) -> str:
    """The first words of a page for people, without its tags, in one line."""
    seen = " ".join(_TAG.sub(" ", _UNSEEN.sub(" ", page)).split())
    return seen if len(seen) <= _FEW_WORDS else f"{seen[: _FEW_WORDS - 3]}..."


def retry_after(reply: Reply, now: float) -> float | None:
    """The seconds that an answer asks to wait, reported as such or as a date; None where it does not ask.

    A date is compared with the answer's own, if it has one: what the clocks differ by cancels out. `now` is in seconds
    since the epoch.
    """
    reported = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", reported):
        return float(reported)
    until = _epoch(reported)
    if until is None:
        return None
    since = _epoch(reply.headers.get("date", ""))
    return max(0.0, until - (now if since is None else since))


def skew(reply: Reply, now: float) -> str:
    """What to say if the platform's clock and ours differ so much that a signature cannot be right; empty if not."""
    theirs = _epoch(reply.headers.get("date", ""))
    ahead = 0.0 if theirs is None else now - theirs
    if abs(ahead) < _LARGEST_SKEW:
        return ""
    side = "ahead of" if ahead > 0 else "behind"
    return f"this machine's clock is {abs(ahead) / 60:.0f} minutes {side} the platform's: set it right"


def _said(reply: Reply, explain: Callable[[str], str]) -> str:
    said = words(reply.text) if is_page(reply.text) else explain(reply.text).strip()[:_LONGEST]
    return said or next((known.phrase for known in HTTPStatus if known == reply.status), "")


def _epoch(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def number(value: object) -> int | None:
    """A whole number, be it written as text or with a point and no fraction; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    try:
        return int(str(value))
    except ValueError:
        return None
