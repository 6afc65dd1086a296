"""What the Flink provider wants written about it: `targets:` entries and a manifest's `options:`."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from headgate.providers.http_settings import HttpSettings, Url


class _Cluster(BaseModel):
    url: Url | None = Field(
        default=None,
        examples=["http://host:8081"],
        description="REST address of the JobManager; left out: the one that headgate local started",
    )
    username: str | None = Field(default=None, description="basic auth")
    password: SecretStr | None = Field(default=None, description="basic auth")
    token: SecretStr | None = Field(default=None, description="bearer token")
    cert: str | None = Field(default=None, description="PEM certificate for mTLS")
    key: str | None = Field(default=None, description="PEM key for mTLS")
    savepoint_dir: str | None = Field(default=None, description="where savepoints go; default: the cluster's own")


class FlinkTarget(HttpSettings, _Cluster):
    """A Flink session cluster, reached through its REST API."""

    PLACE: ClassVar[tuple[str, ...]] = ("url",)


class FlinkOptions(BaseModel):
    """Plain Flink takes no options of its own."""

    model_config = ConfigDict(extra="forbid")
