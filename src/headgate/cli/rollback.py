"""`headgate rollback`."""

from __future__ import annotations

import click

from headgate.cli.apply_plan import carry_out
from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import Number, format_option, job_argument, opened, with_project, yes_option
from headgate.cli.output import busy, note
from headgate.model.reasons import Reason


@click.command()
@job_argument
@click.option("--to", type=Number(min=1), metavar="N", help="The number in `headgate history JOB` to go to.")
@yes_option
@format_option("text", "json", "markdown")
@with_project
def rollback(chosen: GlobalOptions, job: str, to: int | None, yes: bool, style: str) -> int:
    """Put an earlier revision in the place of a JOB.

    By default the newest of its history that worked and is not what runs. Its state goes with it, judged like that of
    any edit. The manifest in git is not tried again until it changes, or --retry is given.
    """
    with opened(chosen) as headgate:
        with busy("Asking the target"):
            found = headgate.rollback(job, to=to)
        for action in found.actions:
            if action.reason == Reason.ROLLED_BACK and not action.steps:
                note(f"{action.job}: {action.note}")
        return carry_out(headgate, found, style=style, consented=yes, command="rollback", named=True)
