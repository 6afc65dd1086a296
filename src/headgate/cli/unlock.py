"""`headgate unlock`."""

from __future__ import annotations

import click

from headgate.cli.choices import opened, with_project
from headgate.cli.commands import Chosen
from headgate.cli.telling import say


@click.command()
@click.argument("lock_id", metavar="ID")
@with_project
def unlock(chosen: Chosen, lock_id: str) -> None:
    """End the lock of a run that is certainly gone.

    The run that was refused told its ID. A holder that lives after all notices before its next step, and stops.
    """
    with opened(chosen) as headgate:
        ended = headgate.unlock(lock_id)
    say(f"Unlocked job {ended.job}; {ended.holder.partition(' #')[0]} held it since {ended.since:%Y-%m-%d %H:%M:%S}Z.")
