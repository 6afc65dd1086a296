"""The program `headgate`: its name, its global options and where each command is."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from headgate._version import __version__
from headgate.cli.commands import Commands
from headgate.cli.global_options import GlobalOptions
from headgate.cli.request_logging import log_level_option

MODULES = {
    "init": "headgate.cli.init:init",
    "validate": "headgate.cli.validate:validate",
    "plan": "headgate.cli.plan:plan",
    "apply": "headgate.cli.apply:apply",
    "reconcile": "headgate.cli.reconcile:reconcile",
    "rollback": "headgate.cli.rollback:rollback",
    "savepoint": "headgate.cli.savepoint:savepoint",
    "status": "headgate.cli.status:status",
    "graph": "headgate.cli.graph:graph",
    "refs": "headgate.cli.refs:refs",
    "history": "headgate.cli.history:history",
    "import": "headgate.cli.import_:import_",
    "unlock": "headgate.cli.unlock:unlock",
    "local": "headgate.cli.local:local",
    "schema": "headgate.cli.schema:schema",
    "explain": "headgate.cli.explain:explain",
}


COMPLETION = """Completion of commands, options, jobs, targets, environments and codes:
  eval "$(_HEADGATE_COMPLETE=bash_source headgate)", or zsh_source, or fish_source."""


def _environments(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from headgate.cli.options import complete_environments

    return complete_environments(ctx, param, incomplete)


@click.group(cls=Commands, modules=MODULES, invoke_without_command=True, epilog="\b\n" + COMPLETION)
@click.option("--project", "file", type=click.Path(path_type=Path), metavar="FILE", help="headgate.yaml to use.")
@click.option(
    "--env",
    "environment",
    metavar="NAME",
    default="",
    help="Environment of headgate.yaml to use.",
    shell_complete=_environments,
)
@click.option("--verbose", is_flag=True, help="Show long messages and lists whole: nothing is folded.")
@log_level_option
@click.version_option(__version__, prog_name="headgate", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, file: Path | None, environment: str, verbose: bool) -> None:
    """Keep the Flink jobs that run equal to the job manifests in git.

    Exit codes: 0 done, or nothing to do; 1 error, nothing was changed; 2 changes are pending, and plan was asked for
    --detailed-exitcode; 3 some jobs failed, are blocked, unknown or degraded, the rest is done; 4 refused: stale
    plan, lock held, safety limit.
    """
    ctx.obj = GlobalOptions(file, environment, verbose)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or log that cannot show a letter must not turn a result into a crash.
            stream.reconfigure(errors="backslashreplace")
    cli()


if __name__ == "__main__":
    main()
