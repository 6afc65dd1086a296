"""A whole provider for a platform that is not there: the example of how to add one, simulator included.

The toy keeps definitions in memory, starts a second copy whenever it is asked to, and lists in pages of two.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from typing import Any

from headgate.errors import OutcomeUnknown, Rejected, Unavailable
from headgate.model.health import Health, SavepointProgress
from headgate.model.live import JobState, Live, Marker, Snapshot
from headgate.model.packages import mentions
from headgate.model.plan import RestoreKind
from headgate.model.spec import AppliedSpec, Jar, JobSpec
from headgate.providers.definitions import last_applied
from headgate.providers.definitions.client import Client
from headgate.providers.definitions.definition import Definition
from headgate.providers.definitions.last_applied import Form
from headgate.providers.definitions.paging import Page, every_row
from headgate.providers.definitions.start_once import Wanted
from headgate.providers.http import NotFound
from headgate.providers.port import Capabilities, Support

NOTE = Form(longest=500)
STATES = {"draft": JobState.STOPPED, "runs": JobState.RUNNING, "stopped": JobState.STOPPED, "failed": JobState.FAILED}


# -- the platform, as it would be on the other side of the network -----------------------------------------------------


@dataclass
class Row:
    id: int
    name: str
    program: dict[str, Any]
    note: str = ""
    word: str = "draft"
    starts: int = 0
    saved: int = 0
    copies: int = 0


@dataclass
class ToyServer:
    rows: dict[int, Row] = field(default_factory=dict)
    silent: bool = False
    lose: int = -1  # after so many writes a reply is lost
    left: int = -1  # after so many requests nothing is answered any more
    done: bool = True  # whether the last of these is still done
    moves: int = 0
    made: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def ask(self, verb: str, *arguments: Any) -> Any:
        writes = verb not in ("page", "one")
        with self.lock:
            self.left -= self.left >= 0
            cut = self.left == 0
            self.silent = self.silent or cut
            if self.silent and not (cut and self.done):
                raise (OutcomeUnknown if writes else Unavailable)("no answer")
            answer = getattr(self, verb)(*arguments)
            lost = writes and self.lose == 0
            self.lose -= writes and self.lose >= 0
            if cut or lost:
                raise (OutcomeUnknown if writes else Unavailable)("the answer was lost")
            return answer

    def page(self, offset: int) -> tuple[list[Row], int]:
        found, total = [replace(row) for row in list(self.rows.values())[offset : offset + 2]], len(self.rows)
        if self.moves and offset == 0:
            self.moves -= 1
            self.make(f"moving-{self.made}", {}, "")
        return found, total

    def one(self, row_id: int) -> Row | None:
        return replace(self.rows[row_id]) if row_id in self.rows else None

    def make(self, name: str, program: dict[str, Any], note: str) -> int:
        self.made += 1
        self.rows[self.made] = Row(self.made, name, program, note)
        return self.made

    def change(self, row_id: int, fields: dict[str, Any]) -> None:
        for key, value in fields.items():
            setattr(self.rows[row_id], key, value)

    def run(self, row_id: int) -> None:
        row = self.rows[row_id]
        row.word, row.starts, row.copies = "runs", row.starts + 1, row.copies + 1

    def drop(self, row_id: int) -> None:
        del self.rows[row_id]

    def stop(self, row_id: int, saves: bool) -> None:
        row = self.rows[row_id]
        row.word, row.copies, row.saved = "stopped", 0, row.starts if saves else 0


# -- the client --------------------------------------------------------------------------------------------------------


class ToyClient(Client):
    capabilities = Capabilities(
        savepoint=Support.NO,
        graph=Support.NO,
        delete_definition=Support.YES,
        state_outlives=Support.NO,
        mark_in_place=Support.YES,
        savepoint_format="toy",
    )

    def __init__(self, server: ToyServer) -> None:
        self.name, self._server = "toy", server

    def list(self) -> tuple[Definition, ...]:
        def read(rows: Any) -> Page[Row]:
            found, total = self._server.ask("page", len(rows))
            return Page(found, total)

        rows = every_row(read, lambda row: row.id, what="the list", where=self.name, pause=lambda seconds: None)
        return tuple(map(_definition, rows))

    def candidates(self, wanted: Wanted) -> tuple[Definition, ...]:
        return tuple(one for one in self.list() if one.name == wanted.job or one.id in wanted.known_ids())

    def get(self, definition_id: str) -> Definition:
        row = self._server.ask("one", int(definition_id))
        if row is None:
            raise NotFound(f"there is no definition {definition_id}", where=self.name)
        return _definition(row)

    def health(self, definition: Definition) -> Health:
        return Health(definition.status, definition.word, int(definition.active), 1)

    def detail(self, definition: Definition) -> dict[str, Any]:
        return {"name": definition.name, "word": definition.word}

    def references(self, package: str) -> tuple[str, ...]:
        programs = ((one.name, one.live.applied.program) for one in self.list() if one.live.applied)
        return tuple(sorted(name for name, each in programs if isinstance(each, Jar) and mentions(each.uri, package)))

    def stop_progress(self, definition: Definition) -> SavepointProgress:
        if definition.snapshot:
            return SavepointProgress(asked=True, done=True, path=definition.snapshot.path, job=definition.status)
        failed = "" if definition.active else "it has ended and left no savepoint"
        return SavepointProgress(failed=failed, job=definition.status)

    def require_state(self, wanted: Wanted, definition: Definition | None) -> None:
        path = wanted.submission.restore.path
        there = definition.snapshot.path if definition and definition.snapshot else ""
        if wanted.submission.restore.kind is not RestoreKind.FRESH and path != there:
            raise Rejected(f"the savepoint {path} is not there", where=self.name, code="snapshot-missing")

    def create(self, wanted: Wanted, beside: tuple[Definition, ...]) -> str:
        note = last_applied.write("", wanted.marker, {}, NOTE)
        return str(self._server.ask("make", wanted.job, wanted.spec.carried(), note))

    def update(self, definition: Definition, spec: JobSpec, marker: Marker, start: Wanted | None = None) -> None:
        row, program = definition.row, json.loads(json.dumps(spec.carried()))
        if definition.active and row.program != program:
            raise Rejected("a definition that runs cannot be changed", where=self.name)
        wanted = {"name": spec.name, "program": program, "note": last_applied.write(row.note, marker, {}, NOTE)}
        if differs := {key: value for key, value in wanted.items() if getattr(row, key) != value}:
            self._server.ask("change", row.id, differs)

    def run(self, definition: Definition, wanted: Wanted, beside: tuple[Definition, ...]) -> bool:
        self._server.ask("run", definition.row.id)
        return False

    def delete(self, definition: Definition) -> None:
        self._server.ask("drop", definition.row.id)

    def stop(self, definition: Definition, *, savepoint: bool) -> None:
        self._server.ask("stop", definition.row.id, savepoint)


def _definition(row: Row) -> Definition:
    marker, state = last_applied.read(row.note).marker, STATES[row.word]
    snapshot = Snapshot(f"toy:{row.id}/{row.saved}", "savepoint") if row.word == "stopped" and row.saved else None
    state = JobState.SUSPENDED if snapshot else state
    applied = AppliedSpec.restored(row.program) if row.program else None
    run, empty = f"{row.id}.{row.starts}", row.word == "draft"
    live = Live(
        str(row.id), row.name, state, row.word, marker, applied, "", row.starts, snapshot, empty, run=run, markable=True
    )
    return Definition(live, never_ran=not row.starts, row=row)
