"""What other processes do with a store, one function each: `in_another(FUNCTION, URL, ...)` starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg  # noqa: F401 -- imported before the start line, so that all processes begin together

from headgate.store import Held, Lock, Store, open_store
from tests.store.given import INTENT, Place

ROOT = Path(__file__).parents[2]


def in_another(function: str, place: Place, *words: str) -> subprocess.Popen[str]:
    """Start it; it says "ready" and waits for a line, so that several begin at once."""
    program = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "tests.store.processes",
        function,
        place.url,
        str(place.root),
        *words,
    ]
    path = os.pathsep.join((str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")))
    environment = os.environ | {"PYTHONPATH": path}
    return subprocess.Popen(
        program, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def together(processes: list[subprocess.Popen[str]]) -> list[str]:
    """Let them go when all are ready; what each said, all of them ended well."""
    try:
        for process in processes:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=120)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * len(processes)
    return said


def say(*words: object) -> None:
    """One line to the one who started us."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def take_turns(store: Store, folder: str, rounds: str) -> None:
    """Take the lock so many times; while it is held, no other process may be inside."""
    inside, me = Path(folder) / "inside", f"process {os.getpid()}"
    for _ in range(int(rounds)):
        while isinstance(lock := store.acquire("shop", "orders", me, ttl=60), Held):
            time.sleep(0.002)
        with inside.open("x"):  # fails if it is there
            store.check(lock)
        inside.unlink()
        say(lock.token)
        store.release(lock)


def hold_until_killed(store: Store, ttl: str) -> None:
    """Take the lock, say its token and id, and die the hard way."""
    lock = store.acquire("shop", "orders", "the victim", ttl=float(ttl))
    assert isinstance(lock, Lock)
    say(lock.token, lock.id)
    os.kill(os.getpid(), signal.SIGKILL)


def intend_and_be_killed(store: Store) -> None:
    """Write an intent, and be gone before the effect."""
    store.intend(INTENT)
    os.kill(os.getpid(), signal.SIGKILL)


def main(function: str, url: str, root: str, *words: str) -> None:
    import headgate.store.sql.store  # noqa: F401

    say("ready")
    sys.stdin.readline()
    with open_store(url, root=Path(root)) as store:
        if function != "open":
            globals()[function](store, *words)


if __name__ == "__main__":
    main(*sys.argv[1:])
