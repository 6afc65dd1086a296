"""`headgate schema`."""

from __future__ import annotations

import json

import click

from headgate.cli.telling import say


@click.command()
@click.argument("which", type=click.Choice(["project", "job"]), required=False)
def schema(which: str | None) -> None:
    """Print JSON Schemas for editors.

    Of headgate.yaml (project) or of a job manifest (job); both in one document by default.
    """
    from headgate.project import schemas

    found = schemas()
    say(json.dumps(found[which] if which else found, indent=2))
