"""Writing to a person, a log or a pipe - and going on when nobody reads any more."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

import click

from headgate.reporting import COLOURED, PLAIN, Palette


def say(text: str) -> None:
    """A result, to stdout. A reader that has gone (`| head`) changes neither what is done nor the exit code."""
    _write(text, sys.stdout, error=False)


def note(text: str) -> None:
    """A word about how it goes, to stderr."""
    _write(text, sys.stderr, error=True)


def palette(stream: TextIO) -> Palette:
    """Colours for a terminal, unless $NO_COLOR says otherwise."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return COLOURED if wanted and watched(stream) else PLAIN


def watched(stream: TextIO) -> bool:
    """Is a person at the other end?"""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


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


def _write(text: str, stream: TextIO, *, error: bool) -> None:
    try:
        click.echo(text, err=error)
    except (BrokenPipeError, ValueError):
        # Python flushes once more at exit and would complain: from now on the stream leads nowhere.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
