"""`headgate graph`."""

from __future__ import annotations

import click

from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import format_option, job_argument, opened, with_project
from headgate.cli.output import busy, say
from headgate.reporting import graph_json, graph_mermaid, graph_text

_RENDER = {"text": graph_text, "json": graph_json, "mermaid": graph_mermaid}


@click.command()
@job_argument
@format_option(*_RENDER)
@with_project
def graph(chosen: GlobalOptions, job: str, style: str) -> None:
    """Draw the execution graph of a live JOB."""
    with opened(chosen) as headgate, busy("Asking the target"):
        found = headgate.graph(job)
        environment = headgate.project.secrets_of(job)
    say(_RENDER[style](found, environment))
