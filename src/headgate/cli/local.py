"""`headgate local`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from headgate.cli import exits
from headgate.cli.commands import Commands
from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import Number, format_option, with_project
from headgate.cli.output import busy, say
from headgate.errors import ProjectNotFound, UsageError
from headgate.local import LocalFlink
from headgate.local import down as stop
from headgate.local import status as look
from headgate.local import up as start
from headgate.local.flink_versions import named

MODULES = {name: f"headgate.cli.local:{name}" for name in ("up", "down", "status")}


@click.group(cls=Commands, modules=MODULES)
def local() -> None:
    """A real Flink on this machine: up, down, status."""


@click.command()
@click.option("--port", type=Number(1, 65535), metavar="N", help="REST port; by default 8081 or a free one.")
@click.option("--slots", type=Number(1, 1024), metavar="N", help="Task slots; by default 16.")
@click.option("--flink", metavar="VERSION|DIR", help="A Flink version, installed on first use, or a folder of one.")
@click.option("--config", "settings", multiple=True, metavar="KEY=VALUE", help="A Flink option; may be repeated.")
@format_option("text", "json")
@with_project
def up(
    chosen: GlobalOptions, port: int | None, slots: int | None, flink: str | None, settings: tuple[str, ...], style: str
) -> None:
    """Start Flink; harmless if it runs.

    An option that differs from what runs is refused.
    """
    config = dict(_setting(text) for text in settings)
    with busy("Starting Flink") as words:
        wanted = named(flink) if flink is not None else None
        running = start(_folder(chosen), port=port, slots=slots, flink=wanted, config=config, say=words)
    say(_rendered(running, style), changed=True)


@click.command()
@format_option("text", "json")
@with_project
def down(chosen: GlobalOptions, style: str) -> None:
    """Stop the Flink that was started here.

    Nothing else is touched; savepoints and checkpoints stay.
    """
    with busy("Stopping Flink"):
        was_running = stop(_folder(chosen))
    if style == "json":
        say(json.dumps({"format_version": "1", "stopped": was_running}, indent=2), changed=was_running)
    else:
        reported = (
            "Flink is stopped; its savepoints and checkpoints are kept." if was_running else "No Flink runs here."
        )
        say(reported, changed=was_running)


@click.command()
@format_option("text", "json")
@with_project
def status(chosen: GlobalOptions, style: str) -> int:
    """Show the Flink that was started here.

    The exit code is 3 if only a part of it is left.
    """
    found = look(_folder(chosen))
    say(_rendered(found, style))
    return exits.DONE if found is None or found.alive else exits.PARTIAL


def _folder(chosen: GlobalOptions) -> Path:
    """The project's `.headgate`, or that of the working directory where there is no project."""
    from headgate.manifests import absolute, find_project, named_project

    if chosen.file:
        return absolute(named_project(chosen.file)).parent / ".headgate"
    try:
        return find_project(Path()).parent / ".headgate"
    except ProjectNotFound:
        return absolute(Path()) / ".headgate"


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"expected --config key=value, found {text!r}")
    return key.strip(), value.strip()


def _rendered(found: LocalFlink | None, style: str) -> str:
    if style == "json":
        document = None
        if found:
            document = {
                "url": found.url,
                "version": found.version,
                "alive": found.alive,
                "slots": found.slots,
                "pids": list(found.pids),
                "directory": str(found.directory),
                "logs": [str(file) for file in found.log_files],
            }
        return json.dumps({"format_version": "1", "flink": document}, indent=2)
    if found is None:
        return "No Flink was started here."
    state = "runs at" if found.alive else "is down, or only a part of it is left; it was at"
    logs = "\n".join(f"  {file}" for file in found.log_files)
    return f"Flink {found.version} {state} {found.url}, {found.slots} slots\nlogs:\n{logs}"
