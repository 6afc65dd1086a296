"""What the Flink provider wants written about it: `targets:` entries and a manifest's `options:`."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from headgate.providers.durations import RequestTime


class FlinkTarget(BaseModel):
    """A Flink session cluster, reached through its REST API."""

    model_config = ConfigDict(extra="forbid")
    PLACE: ClassVar[tuple[str, ...]] = ("url",)

    url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        examples=["http://host:8081"],
        description="REST address of the JobManager; left out: the one that headgate local started",
    )
    username: str | None = Field(default=None, description="basic auth")
    password: SecretStr | None = Field(default=None, description="basic auth")
    token: SecretStr | None = Field(default=None, description="bearer token")
    ca: str | None = Field(default=None, description="PEM bundle to trust")
    cert: str | None = Field(default=None, description="PEM certificate for mTLS")
    key: str | None = Field(default=None, description="PEM key for mTLS")
    verify: bool = Field(default=True, description="check the server's certificate")
    timeout: RequestTime = Field(default=30.0, description="how long one request may take")
    max_answer_mib: int = Field(default=32, ge=1, le=1024, description="MiB of one answer, unpacked, at most")
    savepoint_dir: str | None = Field(default=None, description="where savepoints go; default: the cluster's own")


class FlinkOptions(BaseModel):
    """Plain Flink takes no options of its own."""

    model_config = ConfigDict(extra="forbid")
