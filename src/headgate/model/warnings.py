"""Warnings: what a person should know that stops nothing, each with a stable code (`headgate explain CODE`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class WarningCode(StrEnum):
    """The kind of a warning."""

    OPTION_WITHOUT_EFFECT = "option-without-effect"


EXPLAINED = {
    WarningCode.OPTION_WITHOUT_EFFECT: (
        "The option configures a cluster, not a job: a session cluster that runs already does not read it from a job. "
        "Set it in the configuration of the cluster, and remove it from the manifest."
    ),
}


@dataclass(frozen=True, slots=True)
class ProjectWarning:
    """One warning about a project: `where` (file:line:column, or a target), `jobs` the jobs it is about, sorted.

    No jobs: it is about a target or the whole project. It never holds the value of a secret.
    """

    code: WarningCode
    problem: str
    where: str = ""
    hint: str = ""
    jobs: tuple[str, ...] = ()


def grouped(warnings: Iterable[ProjectWarning]) -> tuple[ProjectWarning, ...]:
    """Each warning once: those of one code, problem and hint become one about all their jobs, at the first place."""
    found: dict[tuple[str, str, str], ProjectWarning] = {}
    for one in warnings:
        key = (one.code, one.problem, one.hint)
        before = found.get(key, one)
        found[key] = replace(before, jobs=tuple(sorted({*before.jobs, *one.jobs})))
    return tuple(found.values())


def about(warnings: Iterable[ProjectWarning], jobs: frozenset[str]) -> tuple[ProjectWarning, ...]:
    """The warnings about some of these jobs, and those about no job in particular; no jobs: all of them."""
    return tuple(one for one in warnings if not jobs or not one.jobs or jobs & set(one.jobs))
