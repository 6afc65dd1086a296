"""How earlier versions read what stands on a job: kept here for good, whatever today's code does.

Names are those on the wire. A version that reads less than another is served by what both know.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any
from urllib.parse import unquote

MARKER = ("project", "job", "revision", "commit", "succeeds", "restored", "attempt", "avoids", "environment")
_CODED = "b64_"


def signs(texts: dict[str, str]) -> dict[str, Any]:
    """All that the texts of a job say, by the sign it stands in."""
    said: dict[str, Any] = {}
    for text in texts.values():
        if found := re.search(r"\[headgate ([^\[\]]*)\]", text):
            pairs = dict(pair.split("=", 1) for pair in found[1].split())
            said["marker"] = {key: word(value) for key, value in pairs.items() if key in MARKER}
            said["beside"] = {key: value for key, value in pairs.items() if key not in MARKER}
        if found := re.search(r"\[headgate\+([^\[\]]*)\]", text):
            said["facts"] = {key: unquote(value) for key, value in (pair.split("=", 1) for pair in found[1].split())}
        if found := re.search(r"\[headgate-sets ([0-9a-f]+)(?:\.([A-Za-z0-9_-]*))?\]", text):
            said["sets"] = {"bits": int(found[1], 16), "keys": sorted(re.findall("...", found[2] or ""))}
        if found := re.search(r"^#headgate: (.*)$", text, re.MULTILINE):
            said["properties"] = json.loads(found[1])
        if people := re.sub(r"\s?\[headgate[ +-][^\[\]]*\]", "", text).strip():
            said["people"] = people.replace(found[0] if found else "", "").strip()
    return said


def job_parameters(text: str) -> dict[str, Any]:
    """What a Flink job says in `pipeline.global-job-parameters`, as Flink splits it."""
    pairs = dict(pair.split(":", 1) for pair in text.split(","))
    own = {key.removeprefix("headgate."): value for key, value in pairs.items() if key.startswith("headgate.")}
    said: dict[str, Any] = {key: word(value) for key, value in own.items() if key in MARKER}
    said["fixed"] = own["fixed"].split("-")
    said["manifest"] = json.loads(unpacked(own["manifest"]))
    said["compiled"] = unpacked(own["compiled"])
    assert own.keys() == said.keys(), "an earlier version knows no more names"
    return said


def word(text: str) -> str:
    return decoded(text.removeprefix(_CODED)).decode() if text.startswith(_CODED) else text


def unpacked(text: str) -> str:
    return zlib.decompress(decoded(text)).decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
