"""What the options before a command say; every command reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """What `--project`, `--env` and `--verbose` say."""

    file: Path | None = None
    environment: str = ""
    verbose: bool = False
