"""A planner in miniature: reads the tokens of a script and says which operators with state it would have.

One rule a kind, enough to make every state verdict happen: each table read has a source, each table written a sink,
GROUP BY an aggregate whose state depends on the select list and the keys, JOIN a join whose state depends on its
condition. A filter (WHERE) is no operator. What an operator is fed by are the tables its statement reads.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from headgate.model.failure_origin import Blame
from headgate.model.live import JobState, Live
from headgate.model.live_health import Condition, HealthWord
from headgate.model.spec import Jar, JobSpec, Program, Sql
from headgate.model.topology import Operator, Topology
from headgate.sql import StatementKind, meaning, split

_CLAUSES = {"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "JOIN", "LEFT", "RIGHT", "INNER", "FULL", ";"}

# Operator id to its signature and how many starts its state has survived.
State = dict[int, tuple[str, int]]


class StateRefused(Exception):
    """The state of a snapshot does not fit the operators that should restore it."""


@dataclass(slots=True)
class MemoryJob:
    """One job that was started: what it runs, the snapshot it was given, the state it has now, why it failed."""

    live: Live
    spec: JobSpec
    topology: Topology
    restored: str = ""
    state: State = field(default_factory=dict)
    cause: str = ""
    blame: Blame = Blame.UNKNOWN

    def waits_for_slots(self, cause: str) -> None:
        """It is started, and its platform has no place for it yet."""
        self.cause, self.blame = cause, Blame.INFRASTRUCTURE
        self.live = replace(self.live, state=JobState.STARTING, word="RESTARTING", provably_empty=not self.restored)

    def gets_slots(self) -> None:
        """It runs, if it waited for that."""
        if self.live.state is JobState.STARTING and self.blame is Blame.INFRASTRUCTURE:
            self.cause, self.blame = "", Blame.UNKNOWN
            self.live = replace(self.live, state=JobState.RUNNING, word="RUNNING", provably_empty=False)

    def fails_again(self, cause: str, now: int) -> None:
        """One more failure that its platform recovers it from."""
        before, self.cause = self.live.condition, cause
        count, since = (before.restarts or 0) + 1, before.since or now
        degraded = Condition(HealthWord.DEGRADED, since, restarts=count, cause=cause)
        self.live = replace(self.live, condition=degraded)


def restored_state(topology: Topology, old: State, *, dropping: bool) -> State:
    """The state the operators start with. Raises StateRefused, as a platform would fail the job."""
    signatures = {operator.id: operator.signature for operator in topology.operators}
    unread = [number for number in old if number in signatures and old[number][0] != signatures[number]]
    nowhere = [] if dropping else [number for number in old if number not in signatures]
    for number in sorted(unread + nowhere):
        raise StateRefused(f"the state of operator {number} cannot be restored")
    return {number: (signature, old[number][1] + 1 if number in old else 0) for number, signature in signatures.items()}


def topology_of(script: str) -> Topology:
    """The operators of a script. Ids differ from script to script, as they do on a real platform."""
    drafts = [draft for tokens in _inserts(script) for draft in _operators(tokens)]
    base = int(digest(meaning(script))[:4], 16)
    operators = tuple(replace(draft, id=base + number) for number, draft in enumerate(drafts, start=1))
    return Topology(operators, last_id=base + len(operators))


def written(topology: Topology) -> str:
    """A topology as the compiled form a job carries."""
    return json.dumps({"operators": [asdict(operator) for operator in topology.operators], "last_id": topology.last_id})


def read(compiled: str) -> Topology | None:
    """The topology of a compiled form, or None if it is none."""
    try:
        plan = json.loads(compiled)
        operators = (Operator(**{**each, "keyed_by": tuple(each["keyed_by"])}) for each in plan["operators"])
        return Topology(tuple(operators), int(plan["last_id"]))
    except (ValueError, KeyError, TypeError):
        return None


def numbered(topology: Topology, ids: Mapping[int, int], fresh_from: int) -> Topology:
    """The operators under the ids they take over, all others above `fresh_from`."""
    free, operators = fresh_from, []
    for operator in topology.operators:
        if operator.id not in ids:
            free += 1
        operators.append(replace(operator, id=ids.get(operator.id, free)))
    return Topology(tuple(operators), max([free, *(operator.id for operator in operators)]))


def vertices_of(program: Program) -> tuple[str, ...]:
    """One vertex id for each operator, the same for programs that mean the same."""
    match program:
        case Jar():
            return (digest([program.uri, program.main_class]),)
        case Sql(text):
            return tuple(digest([each.kind, each.signature, each.feed]) for each in topology_of(text).operators)


def digest(value: object) -> str:
    """16 hex digits for any JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _inserts(script: str) -> Iterator[tuple[str, ...]]:
    for statement in split(script):
        if statement.kind is StatementKind.INSERT:
            yield meaning(statement.text)


def _operators(tokens: Sequence[str]) -> Iterator[Operator]:
    tables = [tokens[at + 1] for at, token in enumerate(tokens[:-1]) if token in ("FROM", "JOIN")]
    for table in tables:
        yield Operator(0, "source", f"source {table}", digest(["source", table]))
    if "JOIN" in tokens:
        yield Operator(0, "join", f"join {tables}", digest(["join", tables, _after("ON", tokens)]), digest(tables))
    if "GROUP" in tokens:
        keys, select = _after("BY", tokens), list(tokens[tokens.index("SELECT") + 1 : tokens.index("FROM")])
        name = f"aggregate {' '.join(select)} by {' '.join(keys)}"
        yield Operator(0, "aggregate", name, digest(["aggregate", select, keys]), digest(tables))
    if "INTO" in tokens:
        table = tokens[tokens.index("INTO") + 1]
        yield Operator(0, "sink", f"sink {table}", digest(["sink", table]))


def _after(word: str, tokens: Sequence[str]) -> list[str]:
    """The tokens between a keyword and the next clause."""
    clause: list[str] = []
    for token in tokens[tokens.index(word) + 1 :] if word in tokens else ():
        if token in _CLAUSES:
            break
        clause.append(token)
    return clause
