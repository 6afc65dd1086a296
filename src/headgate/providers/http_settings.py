"""What a `targets:` entry may say about the HTTP requests to its platform; `Api.of` makes a client of it.

A platform's own settings come first on its page, and so this form is named before them among the bases of its target.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from headgate.providers.durations import RequestTime

Url = Annotated[str, Field(pattern=r"^https?://")]
# Empty is the address of the region.
Endpoint = Annotated[
    str,
    Field(
        pattern=r"^(https?://.+)?$",
        examples=["https://host"],
        description="address of the service; default: that of the region",
    ),
]
Concurrency = Annotated[int, Field(ge=1, le=64, description="requests under way at a time")]
PER_SECOND = "requests begun in a second, at most"


class HttpSettings(BaseModel):
    """What every platform is asked with."""

    model_config = ConfigDict(extra="forbid")

    ca: str | None = Field(default=None, description="PEM bundle to trust")
    verify: bool = Field(default=True, description="check the server's certificate")
    timeout: RequestTime = Field(default=30.0, description="how long one request may take")
    max_answer_mib: int = Field(default=32, ge=1, le=1024, description="MiB of one answer, unpacked, at most")


class PacedHttpSettings(HttpSettings):
    """Of a platform that others use, too: how many requests it gets from here."""

    concurrency: Concurrency = 8
    requests_per_second: float | None = Field(default=None, gt=0, description=PER_SECOND)
