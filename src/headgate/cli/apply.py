"""`headgate apply`."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headgate.cli.carrying_out import carry_out
from headgate.cli.choices import (
    TRANSITIONS,
    complete_jobs,
    format_option,
    opened,
    prune_option,
    retry_option,
    with_project,
    yes_option,
)
from headgate.cli.commands import Chosen
from headgate.cli.telling import busy
from headgate.errors import UnknownJob, UsageError
from headgate.model.plan import Plan
from headgate.reporting.reviewed import AGAIN, PlanMoved, Reviewed, read, require_same

if TYPE_CHECKING:
    from headgate.project import Headgate


@click.command()
@click.argument("what", nargs=-1, metavar="[FILE | JOB...]", shell_complete=complete_jobs)
@yes_option
@format_option("text", "json", "markdown")
@prune_option
@retry_option
@with_project
def apply(chosen: Chosen, what: tuple[str, ...], yes: bool, style: str, prune: bool, retry: bool) -> int:
    """Show what would change, ask, and do it.

    A FILE is a reviewed plan, written by `headgate plan -o`: it is applied as it was reviewed, without asking, or
    refused if the manifests or the live jobs moved since. A name that a job of git has is that job, whatever file has
    the same.
    """
    with opened(chosen) as headgate:
        plan_file = _plan_file(what, headgate.project.jobs, more=prune or retry)
        if plan_file is None:
            with busy("Asking the targets"):
                found = headgate.plan(what, prune=prune, retry=retry, wait=TRANSITIONS)
            return carry_out(headgate, found, style=style, consented=yes, command="apply", named=bool(what))
        file, reviewed = plan_file
        found = _as_reviewed(headgate, reviewed, file)
        return carry_out(headgate, found, style=style, consented=True, command="apply", named=bool(reviewed.jobs))


def _as_reviewed(headgate: Headgate, reviewed: Reviewed, file: Path) -> Plan:
    """The plan of now, which is what was reviewed. Raises PlanMoved with both sides if it is not."""
    try:
        with busy("Asking the targets"):
            found = headgate.plan(reviewed.jobs, prune=reviewed.prune, retry=reviewed.retry, wait=TRANSITIONS)
    except UnknownJob as gone:
        raise PlanMoved(f"what was reviewed is no longer there: {gone.problem}", where=str(file), hint=AGAIN) from gone
    require_same(reviewed, found, where=str(file))
    return found


def _plan_file(what: tuple[str, ...], jobs: Container[str], *, more: bool) -> tuple[Path, Reviewed] | None:
    """The reviewed plan, if a file is named and no job of git. Raises PlanRefused or UsageError."""
    files = [name for name in what if name not in jobs and _names_a_plan(name)]
    if not files:
        return None
    if len(what) > 1 or more:
        raise UsageError("a reviewed plan is applied whole", hint="name the file alone: `headgate apply FILE`")
    file = Path(files[0])
    try:
        text = _text(file)
    except OSError as problem:
        raise UsageError(f"the plan file cannot be read: {problem.strerror}", where=str(file)) from problem
    return file, read(text, where=str(file), now=datetime.now(UTC))


def _names_a_plan(name: str) -> bool:
    """A path, or a file here that looks like a plan; a job that left git may be called like any other file."""
    if "/" in name or name.endswith(".json"):
        return True
    try:
        return Path(name).is_file() and _text(Path(name)).lstrip().startswith("{")
    except (OSError, ValueError):
        return False


def _text(file: Path) -> str:
    """What is no text is no plan either: it is read all the same, and refused as one that was edited."""
    return file.read_text("utf-8", errors="replace")
