"""The shape of headgate.yaml and of a job manifest, as pydantic models; the editor schemas are made from them too.

Types are strict: a number in quotes is text. What needs the place of a word (statements, config, relations between
jobs) is checked where that place is known, not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from headgate.model.duration import seconds_of
from headgate.model.project import Limit
from headgate.sql import FLINK, Dialect

# The name is the identity of a job on every platform; upper case is allowed because jobs that exist have it.
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?")
NAME_RULE = "a name of 1 to 128 letters, digits, `.`, `_` and `-` that begins and ends with a letter or digit"
IGNORABLE = re.compile(r"parallelism|config|statement|jar|options|(?:config|options)\..+")
_IGNORABLES = "parallelism, config, config.KEY, statement, jar, options, options.KEY"
_SHARE = re.compile(r"(\d{1,3})\s*%")
# Flink's own limit on the number of key groups.
MOST_PARALLEL = 32_768

_CONFIG_SCHEMA = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean", "object"]},
}


def _flink(options: Mapping[str, Any]) -> Dialect:
    return FLINK


@dataclass(frozen=True, slots=True)
class ProviderForm:
    """What a provider wants written about it: beside `provider:` in a target, and in `options:` of a manifest.

    `dialect` says which SQL it reads, by the options of a job.
    """

    target: type[BaseModel]
    options: type[BaseModel]
    dialect: Callable[[Mapping[str, Any]], Dialect] = _flink


def is_name(text: str) -> bool:
    """May a job have this name?"""
    return bool(NAME.fullmatch(text))


def _name(text: Any) -> Any:
    if isinstance(text, str) and not NAME.fullmatch(text):
        raise ValueError(f"expected {NAME_RULE}")
    return text


def _ignorable(text: Any) -> Any:
    if isinstance(text, str) and not IGNORABLE.fullmatch(text):
        raise PydanticCustomError("literal_error", "expected one of {expected}", {"expected": _IGNORABLES})
    return text


_A_LIMIT = "a number, or a share of the live jobs, which allows at least 3 restarts and 1 cancel unless it is 0%"


def _limit(written: Any) -> Limit:
    if isinstance(written, str) and (match := _SHARE.fullmatch(written)) and int(match[1]) <= 100:
        return Limit(share=int(match[1]) / 100)
    if isinstance(written, int) and not isinstance(written, bool) and written >= 0:
        return Limit(count=written)
    raise ValueError("expected a share of the jobs such as 30%, or a whole number of 0 or more")


def _prune(written: Any) -> bool | str:
    if isinstance(written, bool) or written == "delete":
        return bool(written) if isinstance(written, bool) else str(written)
    raise ValueError("expected true, false or delete")


def _duration(written: Any) -> float:
    found = seconds_of(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError("expected a time such as 500ms, 30s, 5m, 1h or 7d")
    return found


Name = Annotated[str, BeforeValidator(_name), Field(json_schema_extra={"pattern": f"^{NAME.pattern}$"})]
Ignorable = Annotated[
    str, BeforeValidator(_ignorable), Field(json_schema_extra={"pattern": f"^(?:{IGNORABLE.pattern})$"})
]
Share = Annotated[
    Limit,
    BeforeValidator(_limit),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^\d{1,3}\s*%$"}]}),
]
Prune = Annotated[bool | str, BeforeValidator(_prune), WithJsonSchema({"enum": [True, False, "delete"]})]
Duration = Annotated[
    float,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*(ms|s|min|m|h|d)$"}),
]
Config = Annotated[dict[str, str], WithJsonSchema(_CONFIG_SCHEMA)]
Parallelism = Annotated[int, Field(ge=1, le=MOST_PARALLEL)]


class Form(BaseModel):
    """No unknown keys, no conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


class JarForm(Form):
    """A program in a jar."""

    uri: str = Field(min_length=1, description="a path in the repository, or a URL the platform can read")
    main_class: str = Field(default="", description="default: the one its manifest names")
    args: list[str] = Field(default=[], description="arguments of the program")


class SavepointForm(Form):
    """What a (re)start restores from, and the state verdicts consented to in writing."""

    strategy: Literal["latest", "earliest", "none", "path"] = Field(
        default="latest", description="what a (re)start restores from; none starts empty"
    )
    path: str = Field(default="", description="with strategy path: the snapshot to restore")
    accept: list[Literal["partial", "lost", "unknown"]] = Field(default=[], description="state verdicts that may pass")
    max_age: Duration = Field(
        default=0.0, description="how old the snapshot may be that a failed or cancelled job is started again from"
    )
    keep: int = Field(default=0, ge=0, description="how many savepoints are kept; older ones are deleted; 0 keeps all")


class JobForm(Form):
    """A job manifest."""

    name: Name = Field(description="unique in the project; the identity of the job")
    target: str = Field(default="", description="one of the targets in headgate.yaml")
    statement: str = Field(default="", description="Flink SQL")
    statement_file: str = Field(default="", description="a file of Flink SQL, relative to this manifest")
    jar: JarForm | None = Field(default=None, description="a program in a jar, instead of SQL")
    parallelism: Parallelism = Field(default=1, description="how many subtasks an operator has")
    savepoint: SavepointForm = Field(default=SavepointForm(), description="how state is restored")
    config: Config = Field(default={}, description="Flink options of this job")
    state: Literal["running", "suspended"] = Field(
        default="running", description="suspended: stopped with a savepoint, state kept"
    )
    previous_name: Name = Field(default="", description="a rename that keeps state")
    depends_on: list[Name] = Field(default=[], description="jobs that are started before this one")
    ignore: list[Ignorable] = Field(default=[], description="fields that somebody else owns")
    options: dict[str, Any] = Field(default={}, description="the provider's own fields")


class DefaultsForm(Form):
    """What job manifests need not repeat."""

    target: str = Field(default="", description="the target of jobs that name none")
    config: Config = Field(default={}, description="Flink options of every job")
    parallelism: Parallelism = Field(default=1, description="for jobs that give none")


class SafetyForm(Form):
    """How much one run may touch."""

    max_restarts: Share = Field(default_factory=Limit, description=f"jobs that may be restarted in one run: {_A_LIMIT}")
    max_cancels: Share = Field(default_factory=Limit, description=f"jobs that may be cancelled in one run: {_A_LIMIT}")
    prune: Prune = Field(
        default=False, description="true stops jobs that have left git; delete deletes their definitions as well"
    )
    settle_time: Duration = Field(default=2.0, description="how long a started job must be healthy to count as settled")
    settle_timeout: Duration = Field(
        default=600.0, description="how long it may take to settle before it is rolled back"
    )

    @field_validator("settle_timeout", mode="after")
    @classmethod
    def _leaves_time(cls, timeout: float, others: ValidationInfo) -> float:
        if timeout <= others.data.get("settle_time", 0.0):
            raise ValueError("expected a time longer than settle_time")
        return timeout


class EnvironmentForm(Form):
    """What differs in one environment; merged over the rest of the file when it is picked."""

    targets: dict[str, dict[str, Any]] = {}
    store: str = ""
    defaults: DefaultsForm = DefaultsForm()
    safety: SafetyForm = SafetyForm()


class ProjectForm(Form):
    """headgate.yaml."""

    project: Name = Field(description="owner name left on every job as the marker")
    jobs: list[str] = Field(default=["jobs/"], min_length=1, description="folders or globs of manifests")
    targets: dict[str, dict[str, Any]] = Field(default={}, description="configured platforms by name")
    store: str = Field(default="", description="database URL of journal, history and locks")
    defaults: DefaultsForm = Field(default=DefaultsForm(), description="what manifests need not repeat")
    safety: SafetyForm = Field(default=SafetyForm(), description="how much one run may touch")
    environments: dict[str, EnvironmentForm] = Field(
        default={}, description="what differs in one environment; picked by --env"
    )
