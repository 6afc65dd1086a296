"""A line for each request, for `--log-level debug`: method, path, status, time, and which attempt it was.

The logger is `headgate.http`. What a request carries is in no line: no body, no header, and of a query only its keys
and values that are numbers or flags. Values of `${env:NAME}` are masked in the path as they are everywhere. httpx has
loggers of its own, which write whole urls; headgate attaches nothing to them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from headgate.model.credential_keys import names_a_credential
from headgate.providers.http.request import Outgoing

LOG = logging.getLogger("headgate.http")
_HARMLESS = re.compile(r"[0-9]{1,10}|true|false|asc|desc")


@dataclass(slots=True)
class Answered:
    """What became of a request: the status of its answer, once there is one."""

    status: int | None = None


@contextmanager
def logged(
    target: str, request: Outgoing, attempt: int, clock: Callable[[], float], mask: Callable[[str], str]
) -> Iterator[Answered]:
    """Log one request when it is over, however it ends."""
    if not LOG.isEnabledFor(logging.DEBUG):
        yield Answered()
        return
    answered, started, lost = Answered(), clock(), ""
    try:
        yield answered
    except Exception as trouble:
        lost = f"{type(trouble).__name__}, "
        raise
    finally:
        status = answered.status or "no answer"
        again = f", attempt {attempt}" if attempt > 1 else ""
        took = (clock() - started) * 1000
        LOG.debug(
            "%s: %s %s: %s, %s%.0f ms%s", target, request.method, mask(shown(request.url)), status, lost, took, again
        )


def log_retry(where: str, wait: float, attempt: int, attempts: int, trouble: Exception) -> None:
    """A request is sent again."""
    LOG.info("%s: attempt %d of %d in %.1f s: %s", where, attempt + 1, attempts, wait, type(trouble).__name__)


def log_lost(where: str) -> None:
    """The reply of a write is lost: it may have been done."""
    LOG.warning("%s: the reply is lost, it may have been done", where)


def shown(url: str) -> str:
    """The path of a url, with the keys of its query and those values that give nothing away."""
    parts = urlsplit(url)
    pairs = (pair.partition("=") for pair in parts.query.split("&") if pair)
    query = "&".join(f"{key}{sign}{value if _gives_nothing_away(key, value) else '...'}" for key, sign, value in pairs)
    return parts.path + (f"?{query}" if query else "")


def _gives_nothing_away(key: str, value: str) -> bool:
    return bool(_HARMLESS.fullmatch(value)) and not names_a_credential(key)
