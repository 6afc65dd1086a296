"""Checkpoints as a manifest has them: options of Flink, which both services keep in fields of their own."""

from __future__ import annotations

from headgate.model.configuration import current_key, normal_value
from headgate.model.spec import JobSpec

INTERVAL, MODE = "execution.checkpointing.interval", "execution.checkpointing.mode"


def config_of(spec: JobSpec) -> dict[str, str]:
    """The configuration of a spec, values in place of placeholders, under the keys in use today."""
    return {current_key(key): spec.secrets.fill(value) for key, value in spec.config.items()}


def whole_seconds(interval: str) -> int:
    """A Flink duration in seconds; 0 if it is none, or not a whole number of them."""
    number, _, unit = normal_value(INTERVAL, interval).partition(" ")
    whole = unit == "ms" and number.isdigit() and int(number) % 1000 == 0
    return int(number) // 1000 if whole else 0
