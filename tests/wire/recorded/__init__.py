"""What headgate 0.1.0 left behind, as it was before names in the code changed. Never recorded again: see `record`."""

from __future__ import annotations

import json
from pathlib import Path

_HERE = Path(__file__).parent


def recorded(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


JOBS = json.loads(recorded("jobs.json"))
