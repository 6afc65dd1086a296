"""What the huawei-dli provider wants written about it: `targets:` entries and a manifest's `options:`.

The options are the fields of DLI's create and update calls, by their own names; defaults are the platform's, as the API
pages dli_02_0228 to dli_02_0231 give them. What the platform works out by itself where it is left out has an empty
default. Checkpoints are not among them: they are Flink's own options, under `config:`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from headgate.providers.huawei.forms import HuaweiTarget
from headgate.providers.misplaced_options import PlatformOptions

JAR_JOB = "flink_jar_job"
SHARED, EXCLUSIVE, EDGE = "shared_cluster", "exclusive_cluster", "edge_node"
_ELSEWHERE = {
    "checkpoint_enabled": "`config`: {execution.checkpointing.interval: ...}",
    "checkpoint_interval": "`config`: {execution.checkpointing.interval: ...}",
    "checkpoint_mode": "`config`: {execution.checkpointing.mode: ...}",
    "runtime_config": "`config`",
}


class DliTarget(HuaweiTarget):
    """Data Lake Insight in one project of one region."""


class ResourceSpec(PlatformOptions):
    """CPU and memory of one process."""

    cpu: float = Field(default=1.0, ge=0.5, description="cores")
    memory: str = Field(
        default="4GB", pattern=r"^\d+(GB|MB)$", examples=["4GB", "2048MB"], description="whole GB or MB"
    )


class ResourceConfig(PlatformOptions):
    """Resources by CPU and memory; used with `resource_config_version: v2`. Its parallelism is the manifest's own."""

    max_slot: int | None = Field(default=None, ge=1, description="slots at most")
    jobmanager_resource_spec: ResourceSpec = ResourceSpec()
    taskmanager_resource_spec: ResourceSpec = ResourceSpec()


class DliOptions(PlatformOptions):
    """Fields of a DLI Flink job that a manifest has no word of its own for."""

    ELSEWHERE = _ELSEWHERE

    job_type: Literal["flink_opensource_sql_job", "flink_sql_job", "flink_sql_edge_job"] = Field(
        default="flink_opensource_sql_job", description="the kind of SQL; a jar is always a flink_jar_job"
    )
    queue_name: str = Field(default="", max_length=128, description="the dedicated queue it runs on")
    run_mode: Literal["", "shared_cluster", "exclusive_cluster", "edge_node"] = Field(
        default="",
        description="default: exclusive_cluster with a queue, edge_node with edge groups, else shared_cluster",
    )
    cu_number: int = Field(default=2, ge=2, le=400, description="compute units, the manager's included")
    manager_cu_number: int = Field(default=1, ge=1, description="compute units of the JobManager")
    tm_cus: int = Field(default=1, ge=1, description="compute units of one TaskManager")
    tm_slot_num: int | None = Field(default=None, ge=1, description="slots of one TaskManager")
    resource_config_version: Literal["v1", "v2"] = Field(default="v1", description="v2: `resource_config` counts")
    resource_config: ResourceConfig = ResourceConfig()
    obs_bucket: str = Field(
        default="",
        pattern=r"^([^/:]|\$\{env:\w+\})*$",
        examples=["my-bucket"],
        description="bucket of checkpoints, savepoints and logs; its name only",
    )
    checkpoint_path: str = Field(default="", description="jar: where its checkpoints are, where the program says so")
    log_enabled: bool = Field(default=False, description="upload logs to the bucket")
    smn_topic: str = Field(default="", description="topic that is reported of exceptions")
    restart_when_exception: bool = Field(default=False, description="the platform restarts the job after an exception")
    resume_checkpoint: bool = Field(default=False, description="such a restart goes on from the last checkpoint")
    resume_max_num: int = Field(default=-1, ge=-1, description="such restarts an hour at most, -1: any number")
    idle_state_retention: int = Field(default=3600, ge=0, description="SQL: seconds after which idle state expires")
    dirty_data_strategy: str = Field(
        default="0",
        pattern=r"^(0|1|2|2:.+)$",
        examples=["0", "1", "2:obsDir"],
        description="SQL: 0 ignores, 1 fails, 2:obsDir saves dirty data",
    )
    udf_jar_url: str = Field(default="", description="SQL: jar with user-defined functions")
    operator_config: str = Field(default="", description="SQL: parallelism by operator, as JSON")
    static_estimator_config: str = Field(default="", description="SQL: traffic by operator, as JSON")
    edge_group_ids: list[str] = Field(default=[], description="SQL: groups of edge nodes")
    dependency_jars: list[str] = Field(default=[], description="jar: further jars on the class path")
    dependency_files: list[str] = Field(default=[], description="jar: files beside the program")
    feature: Literal["", "basic", "custom"] = Field(default="", description="jar: basic, or custom for an own image")
    image: str = Field(default="", description="jar: the own image, as org/name:tag")
    flink_version: str = Field(default="", description="as 1.15; default: the platform's")
    flink_log_config: dict[str, Any] = Field(default={}, description="root_logger_level and loggers_level_of_class")
    execution_agency_urn: str = Field(default="", description="agency of DLI; savepoints from Flink 1.15 on need it")
    tags: dict[str, str] = Field(default={}, description="tags of the job")

    @model_validator(mode="after")
    def _run_mode_goes_without_saying(self) -> DliOptions:
        """A run mode that follows from the rest is one left out: written out or not, it is the same manifest."""
        if self.run_mode == self.mode():
            self.run_mode = ""
        return self

    def mode(self) -> str:
        """The run mode that follows from queue and edge groups."""
        return EXCLUSIVE if self.queue_name else EDGE if self.edge_group_ids else SHARED
