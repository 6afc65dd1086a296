"""What `up` is asked for, and whether the Flink that runs already is one of that kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from headgate.errors import LocalFlinkError
from headgate.local.flink_home import find_flink
from headgate.local.state import Started

SLOTS = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """None, or a key that is not in `config`: whatever there is will do.

    `flink` is a version (a text) or the folder of a distribution (a path).
    """

    port: int | None = None
    slots: int | None = None
    flink: Path | str | None = None
    config: Mapping[str, str] = field(default_factory=dict)


def require_like(asked: Asked, known: Started, options: Mapping[str, str]) -> None:
    """Raise LocalFlinkError unless what runs, with these Flink `options`, is as asked for.

    To say that it runs would be to say that it runs like this.
    """
    if otherwise := list(_otherwise(asked, known, options)):
        raise LocalFlinkError(
            f"Flink {known.version} runs already, and otherwise: {', '.join(otherwise)}",
            hint="`headgate local down` first, which ends its jobs; or leave these options out",
        )


def _otherwise(asked: Asked, known: Started, options: Mapping[str, str]) -> Iterator[str]:
    """What is not as asked for, as it is."""
    if asked.slots is not None and asked.slots != known.slots:
        yield f"it runs with {known.slots} slots"
    if asked.port is not None and asked.port != known.port:
        yield f"it listens on port {known.port}"
    if isinstance(asked.flink, str):
        if asked.flink != known.version:
            yield f"it is Flink {known.version}"
    elif asked.flink is not None and str(find_flink(asked.flink).root) != known.flink:
        yield f"it is the Flink in {known.flink or 'another folder'}"
    for key, value in asked.config.items():
        if key not in options:
            yield f"{key} is not set"
        elif options[key] != value:
            yield f"{key} is {options[key]}"
