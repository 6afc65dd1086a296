"""Which jobs use a jar or package: read from the manifest that a job carries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headgate.model.live import Live, Observation, Several
from headgate.model.spec import AppliedSpec, Jar

# Paths stand in lists (`pipeline.jars: a.jar;b.jar`) and in statements (ADD JAR 'libs/a.jar').
_BETWEEN = re.compile(r"""[\s,;'"]+""")


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
    words = (word for text in (*texts, *applied.config.values()) for word in _BETWEEN.split(text))
    return any(word == package or word.endswith(f"/{package}") for word in words)
