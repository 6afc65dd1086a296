"""`headgate unlock`."""

from __future__ import annotations

import click

from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import format_option, opened, with_project
from headgate.cli.output import say
from headgate.reporting.locks import unlocked_json, unlocked_text


@click.command()
@click.argument("lock_id", metavar="ID")
@format_option("text", "json")
@with_project
def unlock(chosen: GlobalOptions, lock_id: str, style: str) -> None:
    """End the lock of a run that is certainly gone.

    The run that was refused shows its ID. A holder that lives after all notices before its next step, and stops.
    """
    with opened(chosen) as headgate:
        ended = headgate.unlock(lock_id)
    say(unlocked_json(ended) if style == "json" else unlocked_text(ended), changed=True)
