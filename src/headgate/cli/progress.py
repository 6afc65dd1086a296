"""What is shown while jobs are applied: a live display where a person watches, a line an event where a log does."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator

from headgate.cli.output import note
from headgate.cli.streams import watched
from headgate.model.outcome import Event, Phase
from headgate.reporting import event_text

Listener = Callable[[Event], None]


@contextlib.contextmanager
def shown() -> Iterator[Listener]:
    """Yields the listener to give to `Headgate.apply`; safe to call from several threads. All of it is on stderr."""
    if watched(sys.stderr):
        with _display() as listen:
            yield listen
    else:
        yield _lines()


def _lines() -> Listener:
    """One line for each event that says something new."""
    lock = threading.Lock()
    last: dict[str, str] = {}

    def listen(event: Event) -> None:
        text = event_text(event)
        with lock:
            if last.get(event.action.job) != text:
                last[event.action.job] = text
                note(text)

    return listen


@contextlib.contextmanager
def _display() -> Iterator[Listener]:
    """A line for each job, with a spinner; finished steps are written above it."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    lock = threading.Lock()
    with Progress(*columns, console=console, transient=True) as progress:

        def listen(event: Event) -> None:
            text = event_text(event)
            with lock:
                job = event.action.job
                if job not in tasks:
                    tasks[job] = progress.add_task(text, total=None)
                progress.update(tasks[job], description=text)
                if event.phase in (Phase.DONE, Phase.FAILED):
                    console.print(text, markup=False, highlight=False)
                last = event.action.steps[-1].name
                if event.phase is Phase.FAILED or (event.phase is Phase.DONE and event.step == last):
                    progress.update(tasks[job], visible=False)

        yield listen
