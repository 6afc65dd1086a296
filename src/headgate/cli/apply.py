"""`headgate apply`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headgate.cli.apply_plan import carry_out
from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import (
    TRANSITIONS,
    Number,
    complete_jobs,
    delete_option,
    format_option,
    opened,
    prune_option,
    retry_option,
    with_project,
    yes_option,
)
from headgate.cli.output import busy
from headgate.errors import UnknownJob, UsageError
from headgate.model.plan import Plan
from headgate.model.project import Allowance, Project
from headgate.reporting.plan_file import AGAIN, PlanMoved, Reviewed, read, require_same

if TYPE_CHECKING:
    from headgate.project import Headgate

_SUFFIXES = (".json", ".yaml", ".yml")


@click.command()
@click.argument("what", nargs=-1, metavar="[FILE | JOB...]", shell_complete=complete_jobs)
@yes_option
@format_option("text", "json", "markdown")
@prune_option
@delete_option
@retry_option
@click.option("--allow-restarts", type=Number(min=0), metavar="N", help="Allow N restarts in this run.")
@click.option("--allow-cancels", type=Number(min=0), metavar="N", help="Allow N cancels in this run.")
@with_project
def apply(
    chosen: GlobalOptions,
    what: tuple[str, ...],
    yes: bool,
    style: str,
    prune: bool,
    delete: bool,
    retry: bool,
    allow_restarts: int | None,
    allow_cancels: int | None,
) -> int:
    """Show what would change, ask, and do it.

    A FILE is a reviewed plan, written by `headgate plan -o`: it is applied as it was reviewed, without asking, or
    refused if the manifests or the live jobs moved since. A name that a job of git has is that job, whatever file has
    the same.

    A plan beyond a limit of `safety:` is refused; --allow-restarts and --allow-cancels consent to so many jobs, once.
    """
    with opened(chosen, shows_errors=True) as headgate:
        headgate.allowance = Allowance(allow_restarts or 0, allow_cancels or 0)
        plan_file = _plan_file(what, headgate.project, more=prune or delete or retry)
        if plan_file is None:
            found = _planned(headgate, what, prune=prune, delete=delete, retry=retry)
            return carry_out(headgate, found, style=style, consented=yes, command="apply", named=bool(what))
        file, reviewed = plan_file
        found = _as_reviewed(headgate, reviewed, file)
        return carry_out(headgate, found, style=style, consented=True, command="apply", named=bool(reviewed.jobs))


def _planned(headgate: Headgate, jobs: tuple[str, ...], *, prune: bool, delete: bool, retry: bool) -> Plan:
    """The plan of now. Raises UnknownJob for a word that is neither a job nor a file."""
    try:
        with busy("Asking the targets"):
            return headgate.plan(jobs, prune=prune, delete=delete, retry=retry, wait=TRANSITIONS)
    except UnknownJob as unknown:
        problem = f"{unknown.problem}; nor is a plan in a file of that name"
        raise UnknownJob(problem, where=unknown.where, hint=unknown.hint) from unknown


def _as_reviewed(headgate: Headgate, reviewed: Reviewed, file: Path) -> Plan:
    """The plan of now, which is what was reviewed. Raises PlanMoved with both sides if it is not."""
    try:
        with busy("Asking the targets"):
            found = headgate.plan(
                reviewed.jobs,
                prune=reviewed.prune,
                delete=reviewed.delete,
                retry=reviewed.retry,
                wait=TRANSITIONS,
            )
    except UnknownJob as gone:
        raise PlanMoved(f"what was reviewed is no longer there: {gone.problem}", where=str(file), hint=AGAIN) from gone
    require_same(reviewed, found, where=str(file))
    return found


def _plan_file(what: tuple[str, ...], project: Project, *, more: bool) -> tuple[Path, Reviewed] | None:
    """The reviewed plan, if a file is named and no job of git. Raises PlanRefused or UsageError."""
    files = [Path(name) for name in what if name not in project.names and _names_a_file(name)]
    if not files:
        return None
    for file in files:
        if not _may_be_a_plan(_text(file)):
            raise UsageError("this file is no plan", where=str(file), hint=_instead(files, project))
    if len(what) > 1 or more:
        raise UsageError("a reviewed plan is applied whole", hint="name the file alone: `headgate apply FILE`")
    [file] = files
    return file, read(_text(file), where=str(file), now=datetime.now(UTC))


def _names_a_file(name: str) -> bool:
    """A path, or a file here that begins as a plan does; a job that left git may be called like any other file."""
    if "/" in name or name.endswith(_SUFFIXES):
        return True
    try:
        return Path(name).is_file() and _may_be_a_plan(_text(Path(name)))
    except (UsageError, ValueError):
        return False


def _text(file: Path) -> str:
    """The text of a plan file, bytes that are none replaced: it is refused then. Raises UsageError."""
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError as problem:
        raise UsageError(f"the plan file cannot be read: {problem.strerror}", where=str(file)) from problem


def _may_be_a_plan(text: str) -> bool:
    """Was this one once, whatever became of it? Of one that was cut short nothing may be left."""
    return text.lstrip()[:1] in ("", "{")


def _instead(files: Sequence[Path], project: Project) -> str:
    """What to say for a manifest, or its SQL: the jobs in it."""
    named = {file.resolve() for file in files}
    jobs = [
        name
        for name, spec in sorted(project.jobs.items())
        if {(project.root / part).resolve() for part in (spec.source.file, spec.source.statement_file) if part} & named
    ]
    if jobs:
        return f"`headgate apply {' '.join(jobs)}` applies what is in it"
    return "a FILE is what `headgate plan -o FILE` wrote; `headgate apply` applies what git has"
