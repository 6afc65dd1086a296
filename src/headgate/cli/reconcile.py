"""`headgate reconcile`."""

from __future__ import annotations

import random
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from headgate.cli import exits
from headgate.cli.exceptions import known, trace, while_applying
from headgate.cli.global_options import GlobalOptions
from headgate.cli.interrupts import heeding
from headgate.cli.options import TRANSITIONS, delete_option, format_option, opened, prune_option, with_project
from headgate.cli.output import complain, note, palette, say
from headgate.model.duration import seconds_of
from headgate.reporting import error_text, news, pass_error_json, pass_json, pass_text

STOPPING = "Finishing the requests in progress; press Ctrl-C again to quit now.\n"
# So that many loops that were started together do not ask their targets together.
_JITTER = 0.1


def seconds(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """A time such as `30s`, `5m` or `1h`, at least a second."""
    found = seconds_of(value)
    if found is None or found < 1.0:
        raise click.BadParameter(f"expected a time such as 30s, 5m or 1h, found {value!r}", ctx, param)
    return found


@click.command()
@click.option(
    "--interval", callback=seconds, metavar="TIME", default="60s", show_default=True, help="Time between passes."
)
@click.option("--once", is_flag=True, help="One pass, then exit with its code: for cron.")
@format_option("text", "json")
@prune_option
@delete_option
@with_project
def reconcile(chosen: GlobalOptions, interval: float, once: bool, style: str, prune: bool, delete: bool) -> int:
    """Plan and apply, again and again.

    Every pass reads the manifests again. Blocked jobs are left alone and reported, a plan beyond the safety limits is
    refused, and nothing is ever asked.
    """
    stop, before = threading.Event(), Before()
    with heeding(stop, STOPPING):
        while True:
            code = one_pass(chosen, stop, before, style=style, prune=prune, delete=delete)
            if once or stop.is_set():
                return code
            wait(stop, interval)
            if stop.is_set():
                return exits.DONE


@dataclass(slots=True)
class Before:
    """What the pass before reported, and in which error it ended; it is not written to the log again."""

    news: tuple[str, ...] = ()
    error: str = ""


def one_pass(
    chosen: GlobalOptions, stop: threading.Event, before: Before, *, style: str, prune: bool, delete: bool
) -> int:
    """Load, plan, apply, report. No trouble gets out: the next pass may be better off."""
    try:
        with opened(chosen, shows_errors=True) as headgate:
            found = headgate.plan(prune=prune, delete=delete, wait=TRANSITIONS, loop=stop)
            try:
                report = headgate.apply(found, patience=headgate.patience(stop))
                text = (
                    pass_json(found, report)
                    if style == "json"
                    else pass_text(found, report, palette(sys.stdout), known=before.news)
                )
                before.news, before.error = news(found, report), ""
            except Exception as trouble:
                raise while_applying(trouble) from trouble
        say(text, changed=found.has_changes)
    except Exception as trouble:
        return _report(trouble, style, before)
    return exits.of_report(found, report, named=False)


def wait(stop: threading.Event, interval: float) -> None:
    """The time between two passes, a little more or less, or until somebody wants an end."""
    stop.wait(interval * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311 - spreads load, keeps no secret


def _report(trouble: Exception, style: str, before: Before) -> int:
    error = known(trouble)
    if where := trace(error, trouble):
        note(where)
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    text = error_text(error, palette(sys.stderr))
    words = f"{at} error[{error.code}]: as before" if text == before.error else f"{at} {text}"
    before.error = text
    complain(error, words, pass_error_json(error, at) if style == "json" else "")
    return error.exit_code
