"""What a person should know of a manifest that is right: options without effect, placeholders of other tools, and SQL
that another dialect than Flink's may read although Flink's would not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headgate.manifests import lookalikes
from headgate.manifests.source_file import Page
from headgate.manifests.yaml_tree import Mapping, Position
from headgate.model.configuration import is_of_the_cluster
from headgate.model.spec import JobSpec, Sql
from headgate.model.warnings import ProjectWarning, WarningCode
from headgate.sql import SqlMistake

_VALUES = ("config", "options", "jar")


def job_warnings(
    page: Page, node: Mapping, spec: JobSpec, provider: str, doubtful: Iterable[SqlMistake]
) -> Iterator[ProjectWarning]:
    """The warnings about a job, whose target is of a provider; `doubtful` is what may be wrong in its statement."""
    if provider == "flink":
        yield from _without_effect(spec)
    own = spec.dialect.own_variables
    savepoint = node.get("savepoint")
    path = savepoint.get("path") if isinstance(savepoint, Mapping) else None
    for value in (*map(node.get, _VALUES), path):
        yield from lookalikes.in_values(page, value, job=spec.name, own_variables=own)
    if isinstance(spec.program, Sql):
        source = spec.source
        position = Position(source.statement_line, source.statement_indent, source.folded)
        file = source.statement_file or source.file
        yield from lookalikes.in_statement(spec.program.text, file, position, job=spec.name, own_variables=own)
        yield from _doubtful(spec, doubtful)


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


def _doubtful(spec: JobSpec, mistakes: Iterable[SqlMistake]) -> Iterator[ProjectWarning]:
    for mistake in mistakes:
        yield ProjectWarning(
            WarningCode.STATEMENT_DOUBTFUL,
            f"{mistake.problem} (a rule of Flink SQL; headgate does not know that of {spec.dialect.name})",
            where=spec.source.at(mistake.line, mistake.column),
            hint=f"if the platform refuses it: {mistake.hint}",
            jobs=(spec.name,),
        )
