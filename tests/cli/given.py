"""A project on disk whose targets are platforms in memory, and the command line as a user has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from headgate.cli.main import cli
from headgate.model.project import Target
from headgate.providers.port import Provider
from headgate.testing.memory import MemoryPlatform

PROJECT_FILE = """\
project: payments
targets:
  local: {provider: flink, url: "http://flink.invalid:8081"}
  remote: {provider: flink, url: "http://remote.invalid:8081"}
defaults: {target: local}
safety:
  settle_time: 0s
"""


def manifest(name: str, *, select: str = "COUNT(*)", target: str = "local", more: str = "") -> str:
    """A job that keeps one number for each customer."""
    return f"""\
name: {name}
target: {target}
{more}
statement: |
  CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen');
  CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole');
  INSERT INTO totals SELECT customer, {select} FROM orders GROUP BY customer;
"""


class Workspace:
    """A project folder; `platforms` are its targets by name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.platforms = {name: MemoryPlatform(name) for name in ("local", "remote")}
        self.write("headgate.yaml", PROJECT_FILE)
        self.write("jobs/orders.yaml", manifest("orders"))

    @property
    def local(self) -> MemoryPlatform:
        return self.platforms["local"]

    def write(self, name: str, text: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def open_provider(self, target: Target, *, project: str, cache: Path | None) -> Provider:
        """Stands in for the registry's."""
        return self.platforms[target.name]


def headgate(*arguments: str, answer: str | None = None, env: Mapping[str, str | None] | None = None) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(arguments), input=answer, env=env)


def document(result: Result) -> Any:
    """The one JSON document on stdout."""
    return json.loads(result.stdout)
