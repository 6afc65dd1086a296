"""What the description of a job carries beside people's words: our marker, and which fields the manifest sets.

    nightly totals [headgate project=payments job=orders ...] [headgate-sets 41.QmFzZTY]

DLI fills in fields that are left out (tm_slot_num, flink_version, keys of runtime_config), and does not tell them from
fields that were asked for. A field that was never asked for must not look like a difference, and one that was asked for
and left git must. So the description says which ones were: a bit for each of the fields it may fill in, and 18 bits of
a digest for each configuration key.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from headgate.model.live import Marker
from headgate.providers import marking

# The shorter of the two lengths that are documented for descriptions (SQL jobs: 2048 by the SDK, 512 by the pages).
LONGEST = 512
# The order is the bits': a new field goes to the end.
FILLED_IN = (
    "queue_name",
    "tm_slot_num",
    "checkpoint_path",
    "udf_jar_url",
    "operator_config",
    "static_estimator_config",
    "feature",
    "flink_version",
    "image",
    "execution_agency_urn",
    "flink_log_config",
    "max_slot",
    "tags",
)
_SIGN = re.compile(r"\s?\[headgate-sets (?P<bits>[0-9a-f]+)(?:\.(?P<keys>[A-Za-z0-9_-]*))?\]")
_PER_KEY = 3


@dataclass(frozen=True, slots=True)
class Sets:
    """The fields and configuration keys that the manifest sets; `keys` are digests, None if they did not fit."""

    fields: frozenset[str] = frozenset()
    keys: frozenset[str] | None = frozenset()

    @classmethod
    def of(cls, fields: Iterable[str], config: Iterable[str]) -> Sets:
        return cls(frozenset(fields) & set(FILLED_IN), frozenset(map(_digest, config)))

    def has(self, field: str) -> bool:
        return field in self.fields

    def has_key(self, key: str) -> bool:
        """Did the manifest set this configuration key, as far as is known?"""
        return self.keys is None or _digest(key) in self.keys


# Of a job that we did not start: every field that holds something was asked for by somebody.
EVERYTHING = Sets(frozenset(FILLED_IN), None)


def read(desc: str) -> tuple[Marker | None, Sets]:
    """The marker in a description, and what the manifest sets: everything where that is not told."""
    marker, found = marking.read(desc), _SIGN.search(desc or "")
    if marker is None or found is None:
        return marker, EVERYTHING
    bits = int(found["bits"], 16)
    fields = frozenset(name for at, name in enumerate(FILLED_IN) if bits >> at & 1)
    keys = found["keys"]
    if keys is None:
        return marker, Sets(fields, None)
    return marker, Sets(fields, frozenset(keys[at : at + _PER_KEY] for at in range(0, len(keys), _PER_KEY)))


def left(desc: str, marker: Marker, sets: Sets) -> str:
    """The description with marker and sign in it; what people wrote stays as far as there is room for it."""
    bits = f"{sum(1 << at for at, name in enumerate(FILLED_IN) if name in sets.fields):x}"
    whole = marking.written(marker, longest=LONGEST - len(bits) - len("[headgate-sets ] "))
    sign = f"[headgate-sets {bits}.{''.join(sorted(sets.keys))}]" if sets.keys is not None else ""
    if not sign or len(whole) + 1 + len(sign) > LONGEST:
        sign = f"[headgate-sets {bits}]"
    room = LONGEST - len(whole) - len(sign) - 2
    text = _SIGN.sub("", desc or "", count=1)
    people = marking.without(text)
    if len(people) > room:
        text = people[: max(0, room)].rstrip()
    return f"{marking.left(text, marker, longest=LONGEST - len(sign) - 1)} {sign}"


def _digest(key: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())[:_PER_KEY].decode()
