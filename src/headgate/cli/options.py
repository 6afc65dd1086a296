"""The options and arguments that mean the same on every command."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from headgate.cli.global_options import GlobalOptions
from headgate.cli.output import busy, note, palette
from headgate.cli.request_logging import log_level_option
from headgate.errors import ManifestError
from headgate.reporting import error_text, warning_text

if TYPE_CHECKING:
    from headgate.model.project import Project
    from headgate.project import Headgate

# How long apply waits for jobs that are starting, restarting or stopping, in seconds, before it says so.
TRANSITIONS = 15.0

Command = Callable[..., int | None]
Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


class Number(click.IntRange):
    """A whole number; click's own name of it ends up in messages."""

    name = "whole number"


def _completing(names: Callable[[Project], Iterable[str]]) -> Complete:
    """Names for the shell. A project that cannot be read completes to nothing, and never fails."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        given, said = ctx.find_object(GlobalOptions) or GlobalOptions(), ctx.params
        environment = "" if param.name == "environment" else said.get("environment") or given.environment
        try:
            found = names(loaded(GlobalOptions(said.get("file") or given.file, environment)))
        except Exception:  # a shell prompt is no place for any error
            return []
        return [CompletionItem(name) for name in sorted(found) if name.startswith(incomplete)]

    return complete


complete_jobs = _completing(lambda project: project.names)
complete_targets = _completing(lambda project: project.targets)
complete_environments = _completing(lambda project: project.environments)


verbose_option = click.option("--verbose", is_flag=True, help="Show long messages and lists whole: nothing is folded.")


def with_project(command: Command) -> Command:
    """`--project`, `--env`, `--verbose` and `--log-level`, before or after the command's name.

    The command's first argument is a `GlobalOptions`.
    """

    @click.option("--project", "file", type=click.Path(path_type=Path), metavar="FILE", help="headgate.yaml to use.")
    @click.option(
        "--env",
        "environment",
        metavar="NAME",
        default="",
        help="Environment of headgate.yaml to use.",
        shell_complete=complete_environments,
    )
    @verbose_option
    @log_level_option
    @click.pass_context
    @functools.wraps(command)
    def with_chosen(
        ctx: click.Context, /, file: Path | None, environment: str, verbose: bool, **rest: Any
    ) -> int | None:
        before = ctx.find_object(GlobalOptions) or GlobalOptions()
        ctx.obj = GlobalOptions(file or before.file, environment or before.environment, verbose or before.verbose)
        return command(ctx.obj, **rest)

    return with_chosen


def opened(chosen: GlobalOptions, *, new: bool = False, shows_errors: bool = False) -> Headgate:
    """The project and its targets, to be closed; `new`: its manifests need not be there yet.

    What is wrong with manifests that do not load is said on stderr, unless the command `shows_errors` in its result.
    """
    from headgate.project import Headgate

    with busy("Reading the manifests"):
        found = Headgate.open(
            file=chosen.file,
            environment=chosen.environment,
            new=new,
            tell=lambda trouble: note(warning_text(trouble)),
        )
    if found.project.broken and not shows_errors:
        note(error_text(ManifestError(found.project.mistakes), palette(sys.stderr)))
    return found


def loaded(chosen: GlobalOptions) -> Project:
    """The project alone, offline: the variables that it asks for need not be set."""
    from headgate.project import load

    return load(file=chosen.file, environment=chosen.environment, secrets=False)


def format_option(*styles: str) -> Callable[[Command], Command]:
    """`--format`, the first of the styles by default; given to the command as `style`."""
    return click.option("--format", "style", type=click.Choice(styles), default=styles[0], show_default=True)


jobs_argument = click.argument("jobs", nargs=-1, metavar="[JOB]...", shell_complete=complete_jobs)
job_argument = click.argument("job", metavar="JOB", shell_complete=complete_jobs)
prune_option = click.option(
    "--prune", is_flag=True, help="Stop, with a savepoint, jobs of this project whose manifest is gone."
)
delete_option = click.option(
    "--delete", is_flag=True, help="With --prune: delete their definitions, too, where the platform keeps them."
)
yes_option = click.option("--yes", is_flag=True, help="Go ahead without asking.")
retry_option = click.option(
    "--retry", is_flag=True, help="Try versions of manifests again that did not settle when they were started before."
)
