"""A write whose reply is lost is looked for before it is sent again.

Of a write that sets fields, "twice is once" is true only while nobody else writes: a person's edit between a lost reply
and its repeat would be overwritten unseen. So what was sent is compared with what is there. If it is there, it is done;
if all is as it was when the change was worked out, it is sent again; and if it is neither, somebody was at it, and the
next run looks and decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headgate.errors import OutcomeUnknown, Unavailable

_TIMES = 3


def sent(write: Callable[[], Any], arrived: Callable[[], bool | None]) -> None:
    """Do a write. `arrived` looks: is it done (True), is all as before (False), or is it neither (None)?

    Raises what the write raised where looking does not settle it, and whatever the look raises.
    """
    for time in range(1, _TIMES + 1):
        try:
            write()
        except (OutcomeUnknown, Unavailable):
            done = arrived()
            if done is None or (not done and time == _TIMES):
                raise
            if not done:
                continue
        return


def compared(now: Mapping[str, Any], sent: Mapping[str, Any], before: Mapping[str, Any]) -> bool | None:
    """What `arrived` says of fields that were sent, by what they are and were; those that nobody tells do not count."""
    reported = [key for key in sent if key in now]
    if reported and all(now[key] == sent[key] for key in reported):
        return True
    return False if all(now[key] == before.get(key) for key in reported) else None
