"""What the Cloud Stream provider wants written about it: `targets:` entries and a manifest's `options:`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from headgate.providers.huawei.forms import HuaweiTarget


class CsTarget(HuaweiTarget):
    """A region of Cloud Stream, or an installation that answers to its API. Its successor is `huawei-dli`."""

    GONE: ClassVar[Mapping[str, str]] = {
        "signature": "take it out: requests are signed as today's API gateway checks them, and the signature of the "
        "service's own SDK of 2020 is not sent any more"
    }


class CsOptions(BaseModel):
    """The fields of Cloud Stream's create and update requests that a manifest has no word of its own for.

    What is left out and has no default is left to the platform: of a new job that is its documented default, of one
    that was adopted whatever it has.
    """

    model_config = ConfigDict(extra="forbid")

    run_mode: Literal["shared_cluster", "exclusive_cluster", "edge_node"] = Field(
        default="shared_cluster", description="where a SQL job runs; a jar always runs on an exclusive cluster"
    )
    cluster_id: int | None = Field(default=None, ge=1, description="the exclusive cluster")
    spu_number: int | None = Field(default=None, ge=1, description="how many SPUs, the unit that is billed")
    manager_spu: int | None = Field(default=None, ge=1, description="SPUs of the job manager, 1 if new; jar only")
    checkpoint_enabled: bool = Field(default=False, description="SQL only, or set execution.checkpointing.interval")
    checkpoint_mode: Literal["exactly_once", "at_least_once"] = Field(default="exactly_once", description="SQL only")
    checkpoint_interval: int = Field(default=10, ge=1, description="seconds; SQL only")
    obs_bucket: str = Field(
        default="", description="bucket for savepoints, checkpoints and logs, authorised for the service once"
    )
    log_enabled: bool = Field(default=False, description="write logs to the bucket")
    smn_topic: str = Field(default="", description="is reported when the job fails")
    restart_when_exception: bool | None = Field(
        default=None, description="the platform restarts the job when it fails; false if new"
    )
    idle_state_retention: int | None = Field(default=None, ge=0, description="seconds, 3600 if new; SQL only")
    udf_jar_url: str = Field(default="", description="OBS path of user-defined functions; SQL only")
    dirty_data_strategy: str = Field(default="", description="what becomes of rows that cannot be read; SQL only")
    edge_group_ids: str = Field(default="", description="edge groups, separated by commas; run_mode edge_node only")
    config_url: str = Field(default="", description="OBS path of the program's configuration file; jar only")
    tags: str = Field(default="", description="as k=v,k2=v2")
    sys_enterprise_project_id: str = Field(default="", description="the enterprise project")


SQL_ONLY = (
    *("run_mode", "checkpoint_enabled", "checkpoint_mode", "checkpoint_interval", "idle_state_retention"),
    *("udf_jar_url", "dirty_data_strategy", "edge_group_ids"),
)
JAR_ONLY = ("manager_spu", "config_url")
# Written, and not reported again (but for some answers, manager_spu): our note in the description remembers them. With
# what a new job has, by the API reference.
UNREPORTED: MappingProxyType[str, Any] = MappingProxyType(
    {
        "manager_spu": 1,
        "restart_when_exception": False,
        "idle_state_retention": 3600,
        "udf_jar_url": "",
        "dirty_data_strategy": "",
        "config_url": "",
        "tags": "",
        "sys_enterprise_project_id": "",
    }
)
# Without a documented default: what the platform made of one that was left out is no difference.
UNSTATED = ("cluster_id", "spu_number")
DEFAULTS = {name: field.default for name, field in CsOptions.model_fields.items()}
