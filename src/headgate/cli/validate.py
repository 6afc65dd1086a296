"""`headgate validate`."""

from __future__ import annotations

import sys

import click

from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import format_option, loaded, with_project
from headgate.cli.output import note, palette, say
from headgate.errors import ManifestError
from headgate.reporting import valid_json, valid_text, warnings_text


@click.command()
@format_option("text", "json")
@with_project
def validate(chosen: GlobalOptions, style: str) -> None:
    """Check all manifests, offline. No secret is needed: variables that are not set are named, and not judged."""
    project = loaded(chosen)
    if project.broken:
        raise ManifestError(project.mistakes)
    if project.warnings and style == "text":
        note(warnings_text(project.warnings, palette(sys.stderr)))
    say(valid_json(project) if style == "json" else valid_text(project))
