"""Which jobs use a jar or package, in git and on every target; and which packages a plan changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from headgate.errors import HeadgateError
from headgate.model.live import Unknown
from headgate.model.masking import masked_text
from headgate.model.packages import Package, Use, mentions
from headgate.model.plan import Action, Plan
from headgate.model.project import Project
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.providers.port import Provider
from headgate.sql import SqlMistake, is_text, tokens

_AT_ONCE = 8
# The changes of an action that make its package another one.
_OF_A_PACKAGE = frozenset({"jar", "jar.uri", "jar.digest"})


def references(package: str, project: Project, provider: Callable[[str], Provider]) -> Package:
    """The jobs that use a package. A target in trouble is named, and what git says of its jobs is reported."""
    targets = sorted(project.targets)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        reported = dict(zip(targets, pool.map(lambda target: _live(package, target, provider), targets), strict=True))
    live = {target: names for target, names in reported.items() if not isinstance(names, Unknown)}
    git = {(spec.name, spec.target) for spec in project.jobs.values() if uses(spec, package)}
    found = git | {(name, target) for target, names in live.items() for name in names}
    return Package(
        package,
        tuple(
            Use(job, target, (job, target) in git, job in live[target] if target in live else None)
            for job, target in sorted(found)
        ),
        tuple(
            (
                target,
                replace(why, why=masked_text(why.why, project.secrets), hint=masked_text(why.hint, project.secrets)),
            )
            for target, why in reported.items()
            if isinstance(why, Unknown)
        ),
    )


def changed_packages(plan: Plan, project: Project, provider: Callable[[str], Provider]) -> tuple[Package, ...]:
    """The jars that a plan changes, as they are and as they will be, each with the jobs that use it."""
    names = dict(pair for action in plan.actions for pair in _changed(action))
    return tuple(replace(references(asked, project, provider), name=shown) for shown, asked in sorted(names.items()))


def uses(spec: JobSpec, package: str) -> bool:
    """Does a manifest name this package, as its jar, in its options, its config, or the jars of its statements?"""
    fill = spec.secrets.fill
    return any(mentions(text, package) or mentions(fill(text), package) for text in _named(spec))


def _live(package: str, target: str, provider: Callable[[str], Provider]) -> tuple[str, ...] | Unknown:
    try:
        return provider(target).references(package)
    except HeadgateError as trouble:
        return Unknown(trouble.problem, trouble.hint)


def _changed(action: Action) -> Iterator[tuple[str, str]]:
    """The jars before and after, as they are shown, with placeholders, and as the platform knows them."""
    if action.want is None or not _OF_A_PACKAGE & {change.path for change in action.changes}:
        return
    before = action.live.applied.unfilled(action.want).program if action.live and action.live.applied else None
    for program in (before, action.want.program):
        if isinstance(program, Jar) and program.uri:
            yield masked_text(program.uri, action.want.secrets), action.want.secrets.fill(program.uri)


def _named(spec: JobSpec) -> Iterator[str]:
    match spec.program:
        case Jar(uri):
            yield uri
        case Sql(text):
            yield from _jars_in(text)
    yield from spec.config.values()
    yield from _texts(spec.options)


def _jars_in(statement: str) -> Iterator[str]:
    """`ADD JAR '...'`, `USING JAR '...'`, and settings and options whose value is a jar."""
    before = ""
    try:
        for token in tokens(statement):
            if is_text(token) and (before == "JAR" or ".jar" in token.text):
                yield token.text
            before = token.keyword()
    except SqlMistake:  # the loader has said so
        return


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)
