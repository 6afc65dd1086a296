"""What a person should know of a manifest that is right: options without effect, placeholders of other tools."""

from __future__ import annotations

from collections.abc import Iterator

from headgate.manifests import lookalikes
from headgate.manifests.source_file import Page
from headgate.manifests.yaml_tree import Mapping, Position
from headgate.model.configuration import is_of_the_cluster
from headgate.model.spec import JobSpec, Sql
from headgate.model.warnings import ProjectWarning, WarningCode

_VALUES = ("config", "options", "jar")


def job_warnings(page: Page, node: Mapping, spec: JobSpec, provider: str) -> Iterator[ProjectWarning]:
    """The warnings about a job, whose target is of a provider."""
    if provider == "flink":
        yield from _without_effect(spec)
    own = _has_variables(spec, provider)
    savepoint = node.get("savepoint")
    path = savepoint.get("path") if isinstance(savepoint, Mapping) else None
    for value in (*map(node.get, _VALUES), path):
        yield from lookalikes.in_values(page, value, job=spec.name, own_variables=own)
    if isinstance(spec.program, Sql):
        source = spec.source
        position = Position(source.statement_line, source.statement_indent, source.folded)
        file = source.statement_file or source.file
        yield from lookalikes.in_statement(spec.program.text, file, position, job=spec.name, own_variables=own)


def _without_effect(spec: JobSpec) -> Iterator[ProjectWarning]:
    for key, where in sorted(spec.source.settings.items()):
        if is_of_the_cluster(key):
            yield ProjectWarning(
                WarningCode.OPTION_WITHOUT_EFFECT,
                f"`{key}` is an option of the cluster: a session cluster does not read it from a job",
                where=where,
                hint="set it in the configuration of the cluster, and remove it here",
                jobs=(spec.name,),
            )


def _has_variables(spec: JobSpec, provider: str) -> bool:
    """Does the platform put values of its own in place of `${name}`? Dinky does where the job asks for it; Realtime
    Compute has such variables for every job.
    """
    return provider == "alibaba-foas" or (provider == "dinky" and bool(spec.options.get("fragment")))
