"""`headgate import`."""

from __future__ import annotations

from pathlib import Path

import click

from headgate.cli import exits
from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import complete_targets, format_option, opened, with_project
from headgate.cli.output import busy, say
from headgate.reporting.import_report import taken_json, taken_text


@click.command("import")
@click.argument("target", shell_complete=complete_targets)
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of new manifests; by default the first of `jobs:` in headgate.yaml.",
)
@format_option("text", "json")
@with_project
def import_(chosen: GlobalOptions, target: str, jobs: tuple[str, ...], output: Path | None, style: str) -> int:
    """Write manifests from what runs on TARGET.

    Of the JOBs named, or of all that git does not have. Nothing on the target is touched: the next apply adopts the
    jobs, and each is said to be restarted for it or not, or why the next plan would block it (exit code 3). A
    manifest that is there already keeps its comments; only the fields that differ are written.
    """
    with opened(chosen, new=True) as headgate, busy("Asking the target"):
        found = headgate.import_jobs(target, jobs, output=output.absolute() if output else None)
    say(taken_json(found) if style == "json" else taken_text(found), changed=found.wrote)
    return exits.DONE if found.complete else exits.PARTIAL
