"""Flink options compared by value: `30s` is `30000 ms`, `true` is `"true"`, a default written out is one left out.

The types and defaults in `flink_options.json` were read by reflection from the option classes of all supported versions
of Flink (`tests/model/flink`); a default is listed only where all of them agree. What a text means for a type is in
`flink_values` and `flink_lists`. An option that is not in the table is compared as text.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from headgate.model.flink_lists import NotKnown, items, joined, pairs, quoted
from headgate.model.flink_values import EXPECTED, Unreadable, normal

# Words that Flink takes for one another, whatever their case.
_SYNONYMS = {
    "restart-strategy.type": {
        **dict.fromkeys(("none", "off", "disable"), "none"),
        **dict.fromkeys(("fixed-delay", "fixeddelay"), "fixed-delay"),
        **dict.fromkeys(("failure-rate", "failurerate"), "failure-rate"),
        **dict.fromkeys(("exponential-delay", "exponentialdelay"), "exponential-delay"),
    }
}
# What belongs to a cluster: a job that sets it changes nothing of a cluster that runs.
_OF_THE_CLUSTER = (
    *("taskmanager.", "jobmanager.", "rest.", "web.", "blob.", "high-availability.", "heartbeat.", "resourcemanager."),
    *("slotmanager.", "cluster.", "pekko.", "akka.", "security.", "historyserver.", "jobstore.", "kubernetes."),
    *("yarn.", "zookeeper.", "env.", "process.", "queryable-state.", "metrics.reporter", "io.tmp.dirs"),
)


@functools.cache
def options() -> Mapping[str, Mapping[str, Any]]:
    """The option table: key to {type, default, instead_of, ...}."""
    text = resources.files("headgate.model").joinpath("flink_options.json").read_text("utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text)
    return table


@functools.cache
def _current_keys() -> Mapping[str, str]:
    return {old: key for key, option in options().items() for old in option.get("instead_of", ())}


def current_key(key: str) -> str:
    """The key in use today for a deprecated one; other keys as they are."""
    return key if key in options() else _current_keys().get(key, key)


def normal_value(key: str, value: str) -> str:
    """One value in its normal form: equal for values that mean the same to Flink; as it is where that is not known."""
    try:
        return _normal(current_key(key), value)
    except (Unreadable, NotKnown):
        return value


def expected(key: str, value: str) -> str:
    """What should stand under a key instead of a value that no supported Flink reads; empty if some may read it."""
    try:
        _normal(current_key(key), value)
    except NotKnown:
        return ""
    except Unreadable:
        return _expectation(options()[current_key(key)])
    return ""


def is_of_the_cluster(key: str) -> bool:
    """Is it an option that a session cluster has read when it started, and reads from no job?"""
    return key.startswith(_OF_THE_CLUSTER) and current_key(key) not in options()


def _normal(key: str, value: str) -> str:
    option = options().get(key, {})
    kind, choices = option.get("type", "string"), option.get("values", ())
    if option.get("list"):
        return joined([_map(part) if kind == "map" else normal(kind, part, choices) for part in items(value)])
    if kind == "map":
        return _map(value)
    if kind == "string":
        return _SYNONYMS.get(key, {}).get(value.strip().lower(), value)
    return normal(kind, value, choices)


def _map(text: str) -> str:
    return ",".join(f"{quoted(name)}:{quoted(value)}" for name, value in sorted(pairs(text).items()))


def _expectation(option: Mapping[str, Any]) -> str:
    kind = option["type"]
    one = "one of " + ", ".join(option["values"]) if kind == "enum" else EXPECTED.get(kind, "text")
    return f"a list such as a;b, each {one}" if option.get("list") else one


def normalised(config: Mapping[str, str]) -> dict[str, str]:
    """A configuration by value: current keys, normal values, defaults left out, sorted."""
    normal = {current_key(key): normal_value(key, value) for key, value in config.items()}
    return {key: value for key, value in sorted(normal.items()) if not _is_default(key, value)}


def _is_default(key: str, value: str) -> bool:
    default = options().get(key, {}).get("default")
    return default is not None and normal_value(key, default) == value
