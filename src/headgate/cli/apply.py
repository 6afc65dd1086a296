"""`headgate apply`."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import click

from headgate.cli import exits
from headgate.cli.choices import (
    TRANSITIONS,
    complete_jobs,
    format_option,
    opened,
    prune_option,
    retry_option,
    with_project,
)
from headgate.cli.commands import Chosen
from headgate.cli.failures import GivenUp, while_applying
from headgate.cli.interrupts import heeding
from headgate.cli.progress import shown
from headgate.cli.telling import busy, note, palette, say, watched
from headgate.errors import UsageError
from headgate.model.plan import Plan
from headgate.reporting import plan_text, report_json, report_markdown, report_text
from headgate.reporting.reviewed import Reviewed, read, require_same

ONCE = "\nStopping: steps in flight are finished, no other is begun. Once more to give up at once.\n"


@click.command()
@click.argument("what", nargs=-1, metavar="[FILE | JOB...]", shell_complete=complete_jobs)
@click.option("--yes", is_flag=True, help="Apply without asking.")
@format_option("text", "json", "markdown")
@prune_option
@retry_option
@with_project
def apply(chosen: Chosen, what: tuple[str, ...], yes: bool, style: str, prune: bool, retry: bool) -> int:
    """Show what would change, ask, and do it.

    A FILE is a reviewed plan, written by `headgate plan -o`: it is applied as it was reviewed, without asking, or
    refused if the manifests or the live jobs moved since.
    """
    stop = threading.Event()
    plan_file = _plan_file(what, prune=prune)
    jobs, prune = (plan_file[1].jobs, plan_file[1].prune) if plan_file else (what, prune)
    with opened(chosen) as headgate:
        with busy("Asking the targets"):
            reviewed = headgate.plan(jobs, prune=prune, retry=retry, wait=TRANSITIONS)
        if plan_file:
            require_same(plan_file[1], reviewed, where=str(plan_file[0]))
        if style == "text":
            say(plan_text(reviewed, palette(sys.stdout)))
        headgate.check(reviewed)
        if reviewed.has_changes and not yes and not plan_file:
            _consent(reviewed, shown_before=style == "text")
        try:
            with heeding(stop, ONCE), shown() as listen:
                report = headgate.apply(reviewed, patience=headgate.patience(stop), listen=listen)
        except Exception as trouble:
            raise while_applying(trouble) from trouble
    if style == "json":
        say(report_json(reviewed, report))
    elif style == "markdown":
        say(report_markdown(report))
    elif reviewed.has_changes:
        say("\n" + report_text(report, palette(sys.stdout)))
    return exits.of_report(reviewed, report, named=bool(jobs))


def _plan_file(what: tuple[str, ...], *, prune: bool) -> tuple[Path, Reviewed] | None:
    """The reviewed plan, if a file is named; job names are no paths. Raises PlanRefused or UsageError."""
    files = [name for name in what if "/" in name or name.endswith(".json") or Path(name).is_file()]
    if not files:
        return None
    if len(what) > 1 or prune:
        raise UsageError("a reviewed plan is applied whole", hint="name the file alone: `headgate apply FILE`")
    file = Path(files[0])
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"the plan file cannot be read: {problem}", where=str(file)) from problem
    return file, read(text, where=str(file), now=datetime.now(UTC))


def _consent(reviewed: Plan, *, shown_before: bool) -> None:
    """Ask the person at the terminal. Raises UsageError where there is none, and GivenUp unless it is a yes."""
    if not watched(sys.stdin):
        raise UsageError(
            "apply asks before it changes anything, and nobody is here to answer",
            hint="read `headgate plan`, then run `headgate apply --yes`",
        )
    if not shown_before:
        note(plan_text(reviewed, palette(sys.stderr)))
    if not click.confirm("\nApply this plan?", err=True):
        raise GivenUp("nobody said yes; nothing was changed")
