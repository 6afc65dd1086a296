"""`headgate apply`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

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
from headgate.errors import UsageError
from headgate.reporting.reviewed import Reviewed, read, require_same


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
    refused if the manifests or the live jobs moved since.
    """
    plan_file = _plan_file(what, more=prune or retry)
    jobs = plan_file[1].jobs if plan_file else what
    if plan_file:
        prune, retry = plan_file[1].prune, plan_file[1].retry
    with opened(chosen) as headgate:
        with busy("Asking the targets"):
            found = headgate.plan(jobs, prune=prune, retry=retry, wait=TRANSITIONS)
        if plan_file:
            require_same(plan_file[1], found, where=str(plan_file[0]))
        consented = yes or plan_file is not None
        return carry_out(headgate, found, style=style, consented=consented, command="apply", named=bool(jobs))


def _plan_file(what: tuple[str, ...], *, more: bool) -> tuple[Path, Reviewed] | None:
    """The reviewed plan, if a file is named; job names are no paths. Raises PlanRefused or UsageError."""
    files = [name for name in what if "/" in name or name.endswith(".json") or Path(name).is_file()]
    if not files:
        return None
    if len(what) > 1 or more:
        raise UsageError("a reviewed plan is applied whole", hint="name the file alone: `headgate apply FILE`")
    file = Path(files[0])
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"the plan file cannot be read: {problem}", where=str(file)) from problem
    return file, read(text, where=str(file), now=datetime.now(UTC))
