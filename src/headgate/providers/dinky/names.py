"""Clusters, cluster configurations and environments by name: a manifest may name them, a task keeps their ids.

Names are asked for when one is needed, and once for each `Names`: ids change where a Dinky keeps its rows in memory.
The answers hold addresses and cluster settings and are never shown.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from headgate.errors import Rejected
from headgate.providers.answer_fields import number
from headgate.providers.dinky.session import Session
from headgate.providers.dinky.wire import rows, text


class Reference(NamedTuple):
    """What an option names: the option with its id, what it is for people, and where Dinky lists all of its kind."""

    of_id: str
    what: str
    path: str
    query: Mapping[str, str] = MappingProxyType({})


_CONFIGURATIONS = "/api/clusterConfiguration/listEnabledAll"
_CREATED_BY_PEOPLE = {"searchKeyWord": "", "isAutoCreate": "false"}
# By the option that takes the name.
REFERENCES = {
    "clusterName": Reference("clusterId", "cluster", "/api/cluster/list", _CREATED_BY_PEOPLE),
    "clusterConfigurationName": Reference("clusterConfigurationId", "cluster configuration", _CONFIGURATIONS),
    "envName": Reference("envId", "environment task", "/api/task/listFlinkSQLEnv"),
}


class Names:
    """What this Dinky calls its parts, as of now."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._listed: dict[str, Mapping[str, set[int]]] = {}
        self._lock = threading.Lock()

    def ids(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options with ids in place of names. Raises Rejected for a name that is not there, or there twice."""
        resolved = {option: value for option, value in options.items() if option not in REFERENCES}
        for option, reference in REFERENCES.items():
            if name := text(options.get(option)):
                known = self._known(option)
                if len(known.get(name, ())) != 1:
                    raise _odd(name, reference.what, known)
                [resolved[reference.of_id]] = known[name]
        return resolved

    def one(self, option: str, options: Mapping[str, Any]) -> int | None:
        """The id that options say, in `option` by name or as it is; None for nothing, or a name not there once."""
        if name := text(options.get(option)):
            ids = self._known(option).get(name, set())
            return next(iter(ids)) if len(ids) == 1 else None
        return number(options.get(REFERENCES[option].of_id))

    def name(self, option: str, row_id: int) -> str:
        """The name for an id, empty where there is none: `option` is the one that takes the name."""
        return next((name for name, ids in sorted(self._known(option).items()) if ids == {row_id}), "")

    def _known(self, option: str) -> Mapping[str, set[int]]:
        with self._lock:
            if option not in self._listed:
                reference, known = REFERENCES[option], dict[str, set[int]]()
                for row in rows(self._session.read("GET", reference.path, **reference.query)):
                    if (row_id := number(row.get("id"))) is not None:
                        known.setdefault(text(row.get("name")), set()).add(row_id)
                self._listed[option] = known
            return self._listed[option]


def _odd(name: str, what: str, known: Mapping[str, set[int]]) -> Rejected:
    if name in known:
        return Rejected(f"more than one {what} is called {name!r}", hint="write its id instead")
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there is: {', '.join(sorted(known)) or 'none'}"
    return Rejected(f"there is no {what} {name!r} on this Dinky", hint=hint)
