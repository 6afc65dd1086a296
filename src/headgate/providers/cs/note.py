"""What the platform cannot be asked for later, left in the job's description beside the marker.

    nightly totals [headgate project=payments ...] [headgate+ begin=1516952710740 restart_when_exception=true]

Some fields can be written and are never told again, a jar that was uploaded loses its name, and no job says whether its
last stop made a savepoint. They are kept here as plain words, percent-encoded, so any process can read them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from headgate.model.live import Marker
from headgate.providers import marking

# DLI documents 512 characters for a description; CS documents none.
LONGEST = 512
_TEXT = re.compile(r"\s?\[headgate\+(?P<pairs>[^\[\]]*)\]")
_BARE = "/:,"


def read(desc: str) -> dict[str, str] | None:
    """The facts in a description; None if it holds no note."""
    found = _TEXT.search(desc or "")
    if found is None:
        return None
    pairs = (pair.partition("=") for pair in found["pairs"].split())
    return {key: unquote(value) for key, _, value in pairs}


def written(facts: Mapping[str, str]) -> str:
    """The facts as a piece of text, those that are empty left out."""
    pairs = [f"{key}={quote(value, safe=_BARE)}" for key, value in facts.items() if value]
    return f"[headgate+ {' '.join(pairs)}]"


def left(desc: str, marker: Marker | None, facts: Mapping[str, str]) -> str:
    """The description with this marker and these facts in it; people's text stays, and is cut last.

    Without a marker the one that stands there is left as it is.
    """
    text = _TEXT.sub("", desc or "", count=1)
    sign = written(facts)
    marker = marker or marking.read(text)
    if marker is not None:
        text = marking.left(text, marker, longest=LONGEST - len(sign) - 1)
    return f"{text} {sign}" if text else sign


def fits(facts: Mapping[str, str]) -> bool:
    """Is there room for a marker beside these facts?"""
    return len(written(facts)) + 1 + marking.ROOM <= LONGEST
