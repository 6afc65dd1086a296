"""A project whose target is a platform that tells what it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headgate.cli.main import cli
from headgate.model.project import Target
from headgate.providers.port import Provider
from tests.cli.given import document, headgate
from tests.importing.platform import ReadablePlatform

PROJECT_FILE = """\
project: payments
targets:
  river: {provider: dinky, url: "http://river.invalid", username: u, password: p}
  lake: {provider: dinky, url: "http://lake.invalid", username: u, password: p}
defaults: {target: river}
safety: {settle_time: 0s}
"""
OPTIONS: dict[str, Any] = {"type": "standalone", "clusterName": "session-a"}

__all__ = ["OPTIONS", "PROJECT_FILE", "Place", "cli", "document", "headgate"]


class Place:
    """A repository with a headgate.yaml and no job yet, and its platforms."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.platforms = {name: ReadablePlatform(name) for name in ("river", "lake")}
        root.mkdir()
        self.write("headgate.yaml", PROJECT_FILE)

    @property
    def river(self) -> ReadablePlatform:
        return self.platforms["river"]

    def start(self, name: str, *arguments: Any, **fields: Any) -> str:
        """A stranger on `river`, with the options that the provider's form asks for."""
        return self.river.start(name, *arguments, **{"options": OPTIONS, **fields})

    def write(self, name: str, text: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def read(self, name: str) -> str:
        return (self.root / name).read_text("utf-8")

    def files(self) -> dict[str, str]:
        """Everything under jobs/, by name."""
        return {file.name: file.read_text("utf-8") for file in sorted((self.root / "jobs").glob("*"))}

    def verbs(self, **env: str) -> dict[str, str]:
        """What the next plan would do to each job."""
        result = headgate("plan", "--format", "json", env=env)
        assert result.exit_code == 0, result.stdout + result.stderr
        return {action["job"]: action["verb"] for action in document(result)["actions"]}

    def open_provider(self, target: Target, *, project: str, cache: Path | None) -> Provider:
        return self.platforms[target.name]
