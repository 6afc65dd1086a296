"""The marker as a piece of text, for platforms that let us leave a note, a description or a tag on a job.

    nightly totals, see the wiki [headgate project=payments job=orders revision=5f3c... attempt=9a01...]

People may write before and after it; `left` changes only what stands between the brackets, and `without` takes it out.
Values that are not plain words are base64url, so no text around them can be mistaken for ours.
"""

from __future__ import annotations

import base64
import binascii
import re

from headgate.model.live import MARKER_KEYS, Marker

_TEXT = re.compile(r"\s?\[headgate (?P<pairs>[^\[\]]*)\]")
_PLAIN = re.compile(r"[A-Za-z0-9._/-]*")
_CODED = "b64_"
# In the order in which they may be left out where a platform's text is short: the last goes first.
_NEEDED = ("project", "job", "revision", "environment", "attempt")
_KEYS = (*_NEEDED, "succeeds", "avoids", "commit", "restored")
# What is needed takes up no more where names are of ordinary length.
ROOM = 190


def written(marker: Marker, *, longest: int = 10_000) -> str:
    """The marker as text of at most `longest` characters: what does not fit is left out, least needed first.

    Raises ValueError where not even project, job, revision, environment and attempt fit.
    """
    words = marker.written()
    pairs = [f"{key}={_word(words[key])}" for key in _KEYS if words[key]]
    needed = sum(1 for key in _NEEDED if words[key])
    for count in range(len(pairs), 0, -1):
        text = f"[headgate {' '.join(pairs[:count])}]"
        if len(text) <= longest and count >= needed:
            return text
    raise ValueError(f"the marker of job {marker.job!r} does not fit into {longest} characters")


def read(text: str) -> Marker | None:
    """The marker in a text that may say more; None if there is none that can be read."""
    found = _TEXT.search(text or "")
    if found is None:
        return None
    try:
        pairs = dict(pair.split("=", 1) for pair in found["pairs"].split())
        return Marker.read({key: _unword(value) for key, value in pairs.items() if key in MARKER_KEYS})
    except (ValueError, KeyError):
        return None


def left(text: str, marker: Marker, *, longest: int = 10_000) -> str:
    """The text with this marker in it, in the old one's place or at the end; what people wrote is cut last."""
    own = without(text)
    sign = written(marker, longest=max(longest - len(own) - 1, min(longest, ROOM)))
    own = own[: longest - len(sign) - 1] if own else ""
    old = _TEXT.search(text or "")
    if old and own == without(text):
        before, after = text[: old.start()], text[old.end() :]
        return f"{before}{' ' if before else ''}{sign}{after}"
    return f"{own} {sign}" if own else sign


def without(text: str) -> str:
    """The text as people wrote it."""
    return _TEXT.sub("", text or "", count=1).lstrip()


def _word(text: str) -> str:
    if _PLAIN.fullmatch(text) and not text.startswith(_CODED):
        return text
    return _CODED + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unword(word: str) -> str:
    if not word.startswith(_CODED):
        return word
    code = word.removeprefix(_CODED)
    try:
        return base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode()
    except binascii.Error as problem:
        raise ValueError(str(problem)) from problem
