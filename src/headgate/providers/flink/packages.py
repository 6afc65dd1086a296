"""Which jobs use a jar or package: read from the manifest that a job carries. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from headgate.model.live import Live, Observation, Several
from headgate.model.packages import mentions
from headgate.model.spec import AppliedSpec, Jar


def references(seen: Observation, package: str) -> tuple[str, ...]:
    """The names of the jobs whose program, configuration or statements name a package, by its path or its end."""
    named = {live.name for live in _all(seen) if live.applied and _names(live.applied, package)}
    return tuple(sorted(named))


def _all(seen: Observation) -> Iterator[Live]:
    for have in seen.jobs.values():
        yield from have.jobs if isinstance(have, Several) else (have,)
    yield from seen.others


def _names(applied: AppliedSpec, package: str) -> bool:
    program = applied.program
    texts = [program.uri, *program.args] if isinstance(program, Jar) else [program.text]
    return any(mentions(text, package) for text in (*texts, *applied.config.values()))
