"""`headgate plan`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path

import click

from headgate.cli import exits
from headgate.cli.global_options import GlobalOptions
from headgate.cli.options import (
    delete_option,
    format_option,
    jobs_argument,
    opened,
    prune_option,
    retry_option,
    with_project,
)
from headgate.cli.output import busy, note, palette, say
from headgate.errors import UsageError
from headgate.model.plan import Plan
from headgate.reporting import Palette, plan_json, plan_markdown, plan_text
from headgate.reporting.plan_file import may_be_replaced, written


@click.command()
@jobs_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the plan to a file as well, as JSON: review it, then `headgate apply FILE`.",
)
@format_option("text", "json", "markdown")
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 when changes are pending, with 3 when a job that is kept is degraded.",
)
@prune_option
@delete_option
@retry_option
@with_project
def plan(
    chosen: GlobalOptions,
    jobs: tuple[str, ...],
    output: Path | None,
    style: str,
    detailed_exitcode: bool,
    prune: bool,
    delete: bool,
    retry: bool,
) -> int:
    """Show what would change; change nothing."""
    if output:
        _require_replaceable(output)
    with opened(chosen, shows_errors=True) as headgate, busy("Asking the targets"):
        found = headgate.plan(jobs, prune=prune, delete=delete, retry=retry)
    if output:
        _write(output, written(found, jobs=jobs, prune=prune, delete=delete, retry=retry, now=datetime.now(UTC)))
    say(rendered(found, style, palette(sys.stdout)))
    if output:
        named = _named(output, headgate.project.names)
        note(f"The plan is in {output}; to apply it as it is: `headgate apply {named}`")
    return exits.of_plan(found, named=bool(jobs), detailed=detailed_exitcode)


def rendered(found: Plan, style: str, colours: Palette) -> str:
    """A plan in the form that was asked for."""
    match style:
        case "json":
            return plan_json(found)
        case "markdown":
            return plan_markdown(found)
        case _:
            return plan_text(found, colours)


def _named(file: Path, jobs: Container[str]) -> str:
    """The file as `apply` takes it: a job of git would go before a file of its name."""
    return shlex.quote(f"./{file}" if str(file) in jobs else str(file))


def _require_replaceable(file: Path) -> None:
    """Raise UsageError for a file that is there and is no plan: what is in it is not ours to lose."""
    try:
        if not file.is_file() or may_be_replaced(file.read_text("utf-8", errors="replace")):
            return
    except OSError as problem:
        raise UsageError(f"the plan cannot be written: {problem.strerror}", where=str(file)) from problem
    raise UsageError(
        "this file is there and is no plan: it is not written over",
        where=str(file),
        hint="name another file for the plan, or remove this one",
    )


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise UsageError(f"the plan cannot be written: {problem.strerror}", where=str(file)) from problem
