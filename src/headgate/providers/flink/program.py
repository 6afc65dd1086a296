"""The request body that compiles or runs a spec: `POST /jars/:id/plan` and `/run` take the same one."""

from __future__ import annotations

from typing import Any

from headgate.model.spec import Jar, JobSpec, Sql
from headgate.providers.flink import runner
from headgate.sql import StatementKind, meaning, split

JOB_NAME = "pipeline.name"
JOB_PARAMETERS = "pipeline.global-job-parameters"


def body(spec: JobSpec, *, mode: str, compiled: str = "", parameters: str = "", home: str = "") -> dict[str, Any]:
    """`mode` is the runner's (compile or run); with `compiled` the job runs from that plan, not from its INSERTs.

    `home` is the sign that the runner leaves before it starts the job.
    """
    fill = spec.secrets.fill
    configuration = {key: fill(value) for key, value in spec.config.items()} | {JOB_NAME: spec.name}
    if parameters:
        configuration[JOB_PARAMETERS] = parameters
    request: dict[str, Any] = {"parallelism": spec.parallelism, "flinkConfiguration": configuration}
    match spec.program:
        case Sql(text):
            request["entryClass"] = runner.ENTRY_CLASS
            # Last, so that the runner counts statements as the manifest does.
            marked = ["home", home] if home else []
            request["programArgsList"] = [mode, *_arguments(fill(text), spec.secrets.fill_json(compiled)), *marked]
        case Jar(main_class=main_class, args=arguments):
            if main_class:
                request["entryClass"] = main_class
            request["programArgsList"] = [fill(argument) for argument in arguments]
    return request


def may_compile(spec: JobSpec) -> bool:
    """Not if the statements reach an external catalog: their DDL would change it, and a plan changes nothing."""
    if isinstance(spec.program, Jar):
        return True
    return not any(meaning(statement.text)[:2] == ("CREATE", "CATALOG") for statement in split(spec.program.text))


def _arguments(text: str, compiled: str) -> list[str]:
    arguments: list[str] = []
    for statement in split(text):
        if not (compiled and statement.kind is StatementKind.INSERT):
            arguments += [statement.kind.value, statement.text]
    return [*arguments, "plan", compiled] if compiled else arguments
