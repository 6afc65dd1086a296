"""The jar that lets a plain Flink run SQL through its REST API.

The `.java` files are the source, `sql-runner.jar` what is uploaded; `build.py` makes the one from the other and needs
a JDK, which users do not. The jar's manifest holds the digest of its source, so that a forgotten rebuild is noticed.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

JAR: Path = Path(__file__).with_name("sql-runner.jar")
SOURCES: tuple[Path, ...] = tuple(sorted(Path(__file__).parent.glob("*.java")))
ENTRY_CLASS: str = "dev.headgate.SqlRunner"


@cache
def content_name() -> str:
    """The name to upload the jar under: equal names mean equal bytes, so one upload a cluster is enough."""
    return f"headgate-sql-runner-{hashlib.sha256(JAR.read_bytes()).hexdigest()[:16]}.jar"
