"""What the alibaba-foas provider wants written about it: `targets:` entries and a manifest's `options:`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic.alias_generators import to_camel

from headgate.providers.durations import ShortWait
from headgate.providers.http_settings import PER_SECOND, Concurrency, Endpoint, PacedHttpSettings

# What the paths of the API take as it is; the signature of anything else is documented nowhere.
PLAIN_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"


class _Project(BaseModel):
    project: str = Field(
        pattern=PLAIN_NAME, examples=["payments"], description="the project's name in Realtime Compute"
    )
    region: str = Field(default="", pattern=r"^[a-z0-9-]*$", examples=["cn-shanghai"], description="the region")
    endpoint: Endpoint = ""
    access_key_id: str = Field(default="", description="AccessKey ID")
    access_key_secret: SecretStr | None = Field(default=None, description="AccessKey secret")
    security_token: SecretStr | None = Field(default=None, description="security token of temporary keys (STS)")
    cluster_id: str = Field(default="", description="where new jobs go; default: a queue that is bound to the project")
    queue_name: str = Field(default="", description="where new jobs go; default: a queue that is bound to the project")
    body: Literal["form", "json"] = Field(default="form", description="how request bodies are written")
    poll_interval: ShortWait = Field(default=1.0, description="time between looks at what was asked for")


class FoasTarget(PacedHttpSettings, _Project):
    """A project of Alibaba Cloud Realtime Compute (Blink).

    Without keys here they are taken from ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for
    temporary ones, ALIBABA_CLOUD_SECURITY_TOKEN.
    """

    PLACE: ClassVar[tuple[str, ...]] = ("region", "endpoint", "project", "access_key_id")
    GONE: ClassVar[Mapping[str, str]] = {
        "signature": "take it out: requests are signed as the foas SDKs sign them (HMAC-SHA1), and nothing shows that "
        "the service takes another signature"
    }

    concurrency: Concurrency = 4
    requests_per_second: float = Field(default=5.0, gt=0, description=PER_SECOND)


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class NodeTuning(_Options):
    """What one node of the plan gets; the keys are those of PlanJson, memory in MB."""

    model_config = ConfigDict(alias_generator=None)

    parallelism: int | None = Field(default=None, ge=1, le=32_768)
    core: float | None = Field(default=None, gt=0)
    heap_memory: int | None = Field(default=None, ge=1)
    direct_memory: int | None = Field(default=None, ge=0)
    native_memory: int | None = Field(default=None, ge=0)
    state_size: Literal[0, 1] | None = None
    chaining_strategy: Literal["ALWAYS", "NEVER", "HEAD"] | None = Field(default=None, alias="chainingStrategy")


class PlanOptions(_Options):
    """How the plan of a SQL job is made, and what single nodes get. Nodes are named as the plan names them.

    Where several nodes have one name, the second is `NAME#2`.
    """

    autoconf: bool = Field(default=False, description="let the platform choose parallelism and resources")
    expected_core: float | None = Field(default=None, gt=0)
    expected_gb: float | None = Field(default=None, gt=0, alias="expectedGB")
    nodes: dict[str, NodeTuning] = Field(default={}, description="single nodes by name")

    @model_validator(mode="after")
    def _both_or_neither(self) -> PlanOptions:
        if (self.expected_core is None) != (self.expected_gb is None):
            raise ValueError("expectedCore and expectedGB go together")
        return self


class AutoScale(_Options):
    """Automatic tuning of a job that runs; Blink 3.2.1 and newer. One CU is a core and 4 GB."""

    max_cu: float = Field(gt=0, alias="maxCU")
    configure: dict[str, Any] = Field(default={}, description='such as {"fetch_delay": 1.0}')
    recommend_only: bool = Field(default=False, description="Blink 3.7.8 and newer")
    suspend_periods: list[dict[str, str]] = Field(default=[], description="startTime, endTime, plan and policy of each")


PackageName = Annotated[str, Field(pattern=PLAIN_NAME, examples=["udf.jar"])]


class FoasOptions(_Options):
    """`options:` of a manifest. What is left out is left to the platform."""

    job_type: Literal["FLINK_STREAM", "FLINK_BATCH"] = "FLINK_STREAM"
    engine_version: str = Field(
        default="", description="as blink-3.6.0; or current, or beta, which are what they are then"
    )
    cluster_id: str = ""
    queue_name: str = Field(default="", description="as root.NAME")
    folder: str = Field(
        default="", pattern=r"^(/.*)?$", examples=["/team"], description="path of a folder; made if need be"
    )
    packages: Annotated[list[PackageName], AfterValidator(lambda names: sorted(set(names)))] = Field(
        default=[], description="names of registered packages, beside the jar of the job"
    )
    plan_json: PlanOptions = Field(default=PlanOptions(), description="the plan of a SQL job")
    autoscale: AutoScale | None = Field(default=None, description="automatic tuning of the job as it runs")
    start_offset: int | None = Field(
        default=None,
        ge=10**12,
        lt=10**13,
        description="where sources begin when the job is started empty, milliseconds since the epoch; SQL streams only",
    )


def normal(options: dict[str, Any]) -> dict[str, Any]:
    """Options as a manifest's are read: in JSON types, what is at its default left out. Raises ValidationError."""
    return FoasOptions.model_validate(options).model_dump(mode="json", by_alias=True, exclude_defaults=True)
