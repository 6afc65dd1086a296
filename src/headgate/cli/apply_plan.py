"""What `apply` and `rollback` have in common: show a plan, ask, carry it out, and report."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import click

from headgate.cli import exits
from headgate.cli.exceptions import GivenUp, while_applying
from headgate.cli.interrupts import heeding
from headgate.cli.output import note, palette, say
from headgate.cli.progress import shown
from headgate.cli.streams import watched
from headgate.errors import UsageError
from headgate.model.outcome import Report
from headgate.model.plan import Plan
from headgate.reporting import plan_text, report_json, report_markdown, report_text

if TYPE_CHECKING:
    from headgate.project import Headgate

ONCE = "\nFinishing the requests in progress; press Ctrl-C again to quit now.\n"


def carry_out(headgate: Headgate, reviewed: Plan, *, style: str, consented: bool, command: str, named: bool) -> int:
    """Show the plan, ask unless it is `consented` to, apply it and report; the exit code.

    `command` is the one that was run. Raises LimitPassed, UsageError, GivenUp or Untold before anything is changed;
    Untold, with exit code 3, also where it was and the report cannot be written.
    """
    if style == "text":
        say(plan_text(reviewed, palette(sys.stdout)))
    headgate.check(reviewed)
    if reviewed.has_changes and not consented:
        _ask(reviewed, command=command, shown_before=style == "text")
    stop = threading.Event()
    try:
        with heeding(stop, ONCE), shown() as listen:
            report = headgate.apply(reviewed, patience=headgate.patience(stop), listen=listen)
        reported = _reported(reviewed, report, style)
    except Exception as trouble:
        raise while_applying(trouble) from trouble
    if reported:
        say(reported, changed=reviewed.has_changes)
    return exits.of_report(reviewed, report, named=named)


def _reported(reviewed: Plan, report: Report, style: str) -> str:
    """What became of the plan; nothing where the plan that was shown as text had no changes."""
    match style:
        case "json":
            return report_json(reviewed, report)
        case "markdown":
            return report_markdown(report, reviewed.errors)
        case _:
            return "\n" + report_text(report, palette(sys.stdout)) if reviewed.has_changes else ""


def _ask(reviewed: Plan, *, command: str, shown_before: bool) -> None:
    """Ask the person at the terminal. Raises UsageError where there is none, and GivenUp unless it is a yes."""
    if not watched(sys.stdin):
        raise UsageError(
            f"{command} asks before it changes anything, and nobody is here to answer",
            hint="read the plan; the same command with `--yes` goes ahead without asking",
        )
    if not shown_before:
        note(plan_text(reviewed, palette(sys.stderr)))
    if not click.confirm("\nApply this plan?", err=True):
        raise GivenUp("nobody said yes; nothing was changed")
