"""Writing to a person, a log or a pipe - and going on when nobody reads any more.

A result that cannot be written is an error, reported on stderr; a word about how it goes is not worth one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TextIO

import click

from headgate.cli.exceptions import Untold
from headgate.cli.global_options import GlobalOptions
from headgate.cli.streams import lead_nowhere, watched
from headgate.errors import HeadgateError
from headgate.reporting import COLOURED, PLAIN, Palette


def say(text: str, *, changed: bool = False) -> None:
    """A result, to stdout. A reader that has gone (`| head`) changes neither what is done nor the exit code.

    `changed`: by now something was done that the result tells of. Raises Untold where stdout takes nothing.
    """
    try:
        _write(text, sys.stdout, error=False)
    except OSError as trouble:
        raise Untold(trouble, changed=changed) from trouble


def note(text: str) -> None:
    """A word about how it goes, to stderr. Where that takes nothing there is nobody left to tell."""
    with contextlib.suppress(OSError):
        _write(text, sys.stderr, error=True)


def complain(error: HeadgateError, words: str, document: str = "") -> None:
    """An error: its JSON `document` to stdout, if one was asked for and stdout takes it; else `words` to stderr."""
    with contextlib.suppress(Untold):
        if document and not isinstance(error, Untold):
            say(document)
            return
    note(words)


def palette(stream: TextIO | None) -> Palette:
    """Colours for a terminal, unless $NO_COLOR says otherwise; nothing folded where `--verbose` was given."""
    context = click.get_current_context(silent=True)
    chosen = context.find_object(GlobalOptions) if context else None
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    colours = COLOURED if wanted and watched(stream) else PLAIN
    return replace(colours, whole=chosen is not None and chosen.verbose)


@contextlib.contextmanager
def busy(doing: str) -> Iterator[Callable[[str], None]]:
    """A spinner on stderr while something takes its time, if a person watches; yields how to say how far it is."""
    if not watched(sys.stderr):
        yield note
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status(escape(doing)) as spinner:
        yield lambda words: spinner.update(escape(words))


def _write(text: str, stream: TextIO | None, *, error: bool) -> None:
    if stream is None:  # what Python has in the place of a stream that was closed before it began (`>&-`)
        raise OSError(errno.EBADF, "it is closed")
    try:
        click.echo(text, err=error)
    except (BrokenPipeError, ValueError):  # the reader has gone, or the stream was closed
        lead_nowhere(stream)
