"""`headgate validate`."""

from __future__ import annotations

import click

from headgate.cli.choices import format_option, loaded, with_project
from headgate.cli.commands import Chosen
from headgate.cli.telling import say
from headgate.reporting import valid_json, valid_text


@click.command()
@format_option("text", "json")
@with_project
def validate(chosen: Chosen, style: str) -> None:
    """Check all manifests, offline."""
    project = loaded(chosen)
    say(valid_json(project) if style == "json" else valid_text(project))
