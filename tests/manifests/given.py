"""Projects on disk, as the tests write them, and what was said about them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from headgate.errors import ManifestError, Mistake
from headgate.manifests import ProviderForm, load
from headgate.model.project import Project


class RiverTarget(BaseModel):
    """What a made-up platform wants written about a target."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(pattern="^https?://", examples=["http://river:8081"])
    username: str | None = None
    password: SecretStr | None = None
    timeout: float = Field(default=30.0, gt=0)


class Dialect(StrEnum):
    FLINK_SQL = "flink-sql"
    HIVE = "hive"


class RiverOptions(BaseModel):
    """What it wants written about a job."""

    model_config = ConfigDict(extra="forbid")

    dialect: Dialect = Dialect.FLINK_SQL
    cluster_id: int = Field(default=0, alias="clusterId")
    note: str = ""
    tags: tuple[str, ...] = ()


FORMS = {"river": ProviderForm(RiverTarget, RiverOptions), "lake": ProviderForm(RiverTarget, RiverOptions)}

PROJECT = """\
project: payments
targets:
  local: {provider: river, url: "http://127.0.0.1:8081"}
"""

JOB = """\
name: orders
statement: |
  CREATE TABLE a (b INT) WITH ('connector' = 'datagen');
  CREATE TABLE c (b INT) WITH ('connector' = 'print');
  INSERT INTO c SELECT b FROM a;
"""

SQL = "INSERT INTO c SELECT b FROM a;"


class Repo:
    """A git repository with a project in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / ".git").mkdir()
        (root / "jobs").mkdir()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def load(self, environment: str = "", file: str = "headgate.yaml", **environ: str) -> Project:
        return load(self.root / file, forms=FORMS, environment=environment, environ=environ)

    def mistakes(self, environment: str = "", file: str = "headgate.yaml", **environ: str) -> list[Mistake]:
        """What is wrong with the project: with headgate.yaml, which ends it all, or with its manifests."""
        try:
            found = list(self.load(environment, file, **environ).mistakes)
        except ManifestError as error:
            found = list(error.mistakes)
        if not found:
            pytest.fail("nothing is wrong with it")
        return found

    def job(self, manifest: str, project: str = PROJECT, **environ: str) -> Project:
        """The project of one manifest."""
        self.write({"headgate.yaml": project, "jobs/orders.yaml": manifest})
        return self.load(**environ)

    def job_mistakes(self, manifest: str | bytes, project: str = PROJECT, **environ: str) -> list[Mistake]:
        """What is wrong with one manifest."""
        self.write({"headgate.yaml": project, "jobs/orders.yaml": manifest})
        return self.mistakes(**environ)

    def project_mistakes(self, project: str, environment: str = "", **environ: str) -> list[Mistake]:
        """What is wrong with a headgate.yaml."""
        self.write({"headgate.yaml": project})
        return self.mistakes(environment, **environ)


def at(where: str, problem: str, hint: str = "") -> Mistake:
    """A mistake in a file, as `line:column` of jobs/orders.yaml or as `file:line:column`."""
    return Mistake(where if where.count(":") == 2 else f"jobs/orders.yaml:{where}", problem, hint)
