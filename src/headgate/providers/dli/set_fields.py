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
from headgate.providers.definitions import last_applied
from headgate.providers.definitions.last_applied import Facts, Form

# The shorter of the two lengths that are documented for descriptions (SQL jobs: 2048 by the SDK, 512 by the pages).
# The whole marker is needed: that a start restored nothing says that it left no state where it was not submitted.
FORM = Form(512, Facts.BARE, whole_marker=True)
# The order is the bits': a new field goes to the end.
FILLED_IN = (
    *("queue_name", "tm_slot_num", "checkpoint_path", "udf_jar_url", "operator_config", "static_estimator_config"),
    *("feature", "flink_version", "image", "execution_agency_urn", "flink_log_config", "max_slot", "tags"),
)
_FACT = re.compile(r"(?P<bits>[0-9a-f]+)(?:\.(?P<keys>[A-Za-z0-9_-]*))?")
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
    """The marker in a description, and what the manifest sets: everything where that is not reported."""
    found = last_applied.read(desc)
    fact = _FACT.fullmatch(found.fact("sets"))
    if found.marker is None or fact is None:
        return found.marker, EVERYTHING
    bits, keys = int(fact["bits"], 16), fact["keys"]
    fields = frozenset(name for at, name in enumerate(FILLED_IN) if bits >> at & 1)
    digests = None if keys is None else frozenset(keys[at : at + _PER_KEY] for at in range(0, len(keys), _PER_KEY))
    return found.marker, Sets(fields, digests)


def written(desc: str, marker: Marker, sets: Sets) -> str:
    """The description with the marker and this fact in it; the keys are left out where there is no room for them."""
    bits = f"{sum(1 << at for at, name in enumerate(FILLED_IN) if name in sets.fields):x}"
    facts = {"sets": bits} if sets.keys is None else {"sets": f"{bits}.{''.join(sorted(sets.keys))}"}
    return last_applied.write(desc, marker, facts if last_applied.fits(facts, FORM, marker) else {"sets": bits}, FORM)


def _digest(key: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())[:_PER_KEY].decode()
