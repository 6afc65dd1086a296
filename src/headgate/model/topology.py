"""The operators of a job: what their state is, and what it depends on.

A provider reads a compiled plan into a `Topology`; planning matches the operators of two topologies and says what
becomes of each one's state. `id` is what the platform keys state by; carrying an id over keeps the state.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator that may hold state.

    `signature` is a digest of everything that decides whether old state can be read by it (type, key and value types,
    grouping, aggregate calls); `feed` a digest of what its input rows mean (the projections upstream, not the filters).
    `keyed_by` are the columns that its state is looked up by, followed up to the sources as far as is known.
    """

    id: int
    kind: str
    name: str
    signature: str
    feed: str = ""
    keyed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    """All operators with state, in plan order, and the highest id in use by any operator.

    `columns` are those of its sources, whether they are read or not. `keeps_state`: not only its sources and sinks have
    some, so that a start without it would compute something else.
    """

    operators: tuple[Operator, ...]
    last_id: int = 0
    columns: frozenset[str] = frozenset()
    keeps_state: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a platform made of a spec without running it.

    `plan` is the platform's own compiled form (Flink: the JSON of the compiled plan), empty where the platform could
    not give one; then `topology` is None and what an edit does to state is unknown, `why` saying why.
    `checkpointing` says whether it would take checkpoints by itself; None: that is not known before a start.
    """

    plan: str = ""
    topology: Topology | None = None
    why: str = ""
    checkpointing: bool | None = None
