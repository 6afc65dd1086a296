"""`headgate schema`."""

from __future__ import annotations

import json

import click

from headgate.cli import schema_files
from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import with_project
from headgate.cli.output import say
from headgate.errors import UsageError


@click.command()
@click.argument("which", type=click.Choice(["project", "job"]), required=False)
@click.option("--write", is_flag=True, help="Renew schemas/project.json and schemas/job.json of this project.")
@with_project
def schema(chosen: GlobalOptions, which: str | None, write: bool) -> None:
    """Print JSON Schemas for editors.

    Of headgate.yaml (project) or of a job manifest (job); both in one document by default. Editors find those that
    `--write` keeps beside the project by the first line of a file, `# yaml-language-server: $schema=...`.
    """
    from headgate.project import project_file, schemas

    found = schemas()
    if not write:
        say(json.dumps(found[which] if which else found, indent=2))
        return
    if which:
        raise UsageError("--write renews both schemas", hint="`headgate schema --write`")
    changed = schema_files.renew(project_file(chosen.file).parent, found)
    lines = [f"wrote {file}" for file in changed] or ["The schemas are what this headgate writes."]
    say("\n".join(lines), changed=bool(changed))
