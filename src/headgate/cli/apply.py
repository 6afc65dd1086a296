"""`headgate apply`."""

from __future__ import annotations

import sys

import click

from headgate.cli import exits
from headgate.cli.choices import format_option, jobs_argument, opened, prune_option, with_project
from headgate.cli.commands import Chosen
from headgate.cli.failures import GivenUp, while_applying
from headgate.cli.interrupts import heeding
from headgate.cli.progress import shown
from headgate.cli.telling import busy, note, palette, say, watched
from headgate.errors import UsageError
from headgate.model.plan import Plan
from headgate.reporting import plan_text, report_json, report_markdown, report_text

ONCE = "\nStopping: steps in flight are finished, no other is begun. Once more to give up at once.\n"


@click.command()
@jobs_argument
@click.option("--yes", is_flag=True, help="Apply without asking.")
@format_option("text", "json", "markdown")
@prune_option
@with_project
def apply(chosen: Chosen, jobs: tuple[str, ...], yes: bool, style: str, prune: bool) -> int:
    """Show what would change, ask, and do it."""
    from headgate.applying import Patience

    patience = Patience()
    with opened(chosen) as headgate:
        with busy("Asking the targets"):
            reviewed = headgate.plan(jobs, prune=prune)
        if style == "text":
            say(plan_text(reviewed, palette(sys.stdout)))
        headgate.check(reviewed)
        if reviewed.has_changes and not yes:
            _consent(reviewed, shown_before=style == "text")
        try:
            with heeding(patience.interrupted, ONCE), shown() as listen:
                report = headgate.apply(reviewed, patience=patience, listen=listen)
        except Exception as trouble:
            raise while_applying(trouble) from trouble
    if style == "json":
        say(report_json(reviewed, report))
    elif style == "markdown":
        say(report_markdown(report))
    elif reviewed.has_changes:
        say("\n" + report_text(report, palette(sys.stdout)))
    return exits.of_report(reviewed, report, named=bool(jobs))


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
