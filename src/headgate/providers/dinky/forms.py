"""What the Dinky provider wants written about it: `targets:` entries and a manifest's `options:`.

The options are the fields of Dinky's own TaskDTO under their own names. What the manifest says elsewhere (name,
statement, parallelism, configJson.customConfig, savePointStrategy) is not repeated here.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic.alias_generators import to_camel

from headgate.providers.durations import ShortWait, SlowRequestTime
from headgate.providers.http_settings import PacedHttpSettings, Url
from headgate.providers.misplaced_options import PlatformOptions

RunMode = Literal[
    "local",
    "standalone",
    "yarn-session",
    "yarn-per-job",
    "yarn-application",
    "kubernetes-session",
    "kubernetes-application",
    "kubernetes-application-operator",
]
RUN_MODES: tuple[str, ...] = get_args(RunMode)
ON_A_CLUSTER = frozenset({"standalone", "yarn-session", "kubernetes-session"})
ON_THEIR_OWN = frozenset(RUN_MODES) - ON_A_CLUSTER - {"local"}
_NONE = -1
# Run modes, how many clusters and cluster configurations they take, and that in words.
_CLUSTERS = (
    (ON_A_CLUSTER, (1, 0), "needs one of clusterId, clusterName, and no cluster configuration"),
    (ON_THEIR_OWN, (0, 1), "needs one of clusterConfigurationId, clusterConfigurationName, and no cluster"),
    ({"local"}, (0, 0), "runs inside the Dinky server: it takes no cluster"),
)


def _folder(path: str) -> str:
    """A path as the catalogue spells it, so that it is compared as it is written."""
    parts = path.split("/") if path != "/" else []
    if any(part != part.strip() or not part for part in parts):
        raise ValueError("expected folder names joined with `/`, such as team/payments, or `/` for the root")
    return path


Folder = Annotated[str, AfterValidator(_folder)]


class _Server(BaseModel):
    url: Url = Field(examples=["http://dinky:8888"], description="address of the Dinky server")
    username: str = Field(min_length=1, description="a user of its own, bound to the tenant")
    password: SecretStr = Field(description="its password")
    tenant: str | int | None = Field(default=None, description="code or id; not needed if the user has only one")
    folder: Folder = Field(default="headgate", description="catalogue folder of tasks, as team/payments")
    slow_timeout: SlowRequestTime = Field(
        default=900.0, description="how long a start or a savepoint may take: Dinky answers when it is done"
    )
    claim_wait: ShortWait = Field(
        default=1.0, description="how long to wait before a restart, so that another run may be noticed"
    )


class DinkyTarget(PacedHttpSettings, _Server):
    """A Dinky server. Its user should be headgate's alone: a login ends every other session of the same user."""

    PLACE: ClassVar[tuple[str, ...]] = ("url", "username", "tenant")


# What Dinky has among the fields of a task, and a manifest of its own.
_ELSEWHERE = {
    "name": "`name`, beside `options`",
    "jobName": "`name`, beside `options`",
    "statement": "`statement`, beside `options`",
    "parallelism": "`parallelism`, beside `options`",
    "savePointStrategy": "`savepoint: {strategy: ...}`, beside `options`",
    "savePointPath": "`savepoint: {strategy: path, path: ...}`, beside `options`",
    "checkPoint": "`config: {execution.checkpointing.interval: ...}`, beside `options`",
    "configJson": "`config`, beside `options`; `udfConfig` and `udfRefer` are options",
    "customConfig": "`config`, beside `options`",
}


class _Options(PlatformOptions):
    model_config = ConfigDict(alias_generator=to_camel)


class UdfConfig(_Options):
    """A user-defined function made from a template."""

    template_id: int | None = None
    select_keys: list[Any] = Field(default=[])
    class_name: str = ""


class UdfRefer(_Options):
    """A user-defined function of another task."""

    name: str
    class_name: str = ""


class DinkyOptions(_Options):
    """The fields of a task that only Dinky has."""

    ELSEWHERE = _ELSEWHERE

    type: RunMode = Field(description="run mode; local runs inside the Dinky server and ends with it")
    dialect: Literal["FlinkSql", "FlinkJar"] = Field(
        default="FlinkSql", description="follows from the program: FlinkJar for a jar"
    )
    cluster_id: int | None = Field(default=None, ge=1, description="session modes: id of the cluster instance")
    cluster_name: str = Field(default="", description="session modes: its name, instead of the id")
    cluster_configuration_id: int | None = Field(default=None, ge=1, description="deploy modes: cluster configuration")
    cluster_configuration_name: str = Field(default="", description="deploy modes: its name, instead of the id")
    env_id: int = Field(default=_NONE, ge=_NONE, description="FlinkSqlEnv task that is put before the statement")
    env_name: str = Field(default="", description="its name, instead of the id")
    database_id: int | None = Field(default=None, ge=1, description="data source; Flink tasks do not read it")
    fragment: bool = Field(default=False, description="replace ${name} by global variables and by `variables`")
    variables: dict[str, str] = Field(default={}, description="values of ${name} for this job; needs fragment: true")
    batch_model: bool = Field(default=False, description="batch runtime mode")
    statement_set: bool = Field(default=True, description="all INSERTs are one job; a start always does this")
    enabled: bool = Field(default=True, description="application modes run only what is enabled")
    step: Literal[1, 2] = Field(default=1, description="1 develop, 2 published: nobody edits it in Dinky")
    alert_group_id: int = Field(default=_NONE, ge=_NONE, description="who is reported of failures; -1: nobody")
    note: str = Field(default="", max_length=90, description="text beside the marker; left out: people's text stays")
    folder: Folder = Field(default="", description="catalogue folder, / for the root; or the target's")
    first_level_owner: int | None = Field(default=None, ge=1, description="user id; left out: not touched")
    second_level_owners: list[int] = Field(default=[], description="user ids; left out: not touched")
    udf_config: UdfConfig | None = Field(default=None, description="a function made from a template")
    udf_refer: list[UdfRefer] = Field(default=[], description="functions of other tasks")

    @model_validator(mode="after")
    def _places(self) -> Self:
        clusters = bool(self.cluster_id) + bool(self.cluster_name)
        configurations = bool(self.cluster_configuration_id) + bool(self.cluster_configuration_name)
        for modes, number_of_each, needs in _CLUSTERS:
            if self.type in modes and (clusters, configurations) != number_of_each:
                raise ValueError(f"type {self.type} {needs}")
        if self.env_name and self.env_id != _NONE:
            raise ValueError("envId and envName say the same: write one of them")
        return self

    @model_validator(mode="after")
    def _effective(self) -> Self:
        if self.variables and not self.fragment:
            raise ValueError("variables are only replaced with `fragment: true`")
        if self.note != self.note.strip() or "[headgate" in self.note:
            raise ValueError("note begins and ends with a letter, and holds no [headgate ...] of its own")
        if self.udf_config == UdfConfig():
            raise ValueError("udfConfig says nothing: remove it")
        if not self.enabled and self.type.endswith(("application", "operator")):
            raise ValueError(f"type {self.type} runs only what is enabled: remove `enabled: false`")
        return self
