"""`headgate refs`."""

from __future__ import annotations

import click

from headgate.cli import exits
from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import format_option, opened, with_project
from headgate.cli.output import busy, say
from headgate.reporting.references import references_json, references_text


@click.command()
@click.argument("package")
@format_option("text", "json")
@with_project
def refs(chosen: GlobalOptions, package: str, style: str) -> int:
    """List the jobs that use PACKAGE.

    Those that are live, on every target, and those in git. PACKAGE is the file name of a jar, its path or the end of
    it after a `/`, or the name of a registered package.
    """
    with opened(chosen) as headgate, busy("Asking the targets"):
        found = headgate.references(package)
    say(references_json(found) if style == "json" else references_text(found))
    return exits.PARTIAL if found.silent else exits.DONE
