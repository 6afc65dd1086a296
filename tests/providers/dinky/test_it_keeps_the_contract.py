"""Dinky keeps what every provider must keep, and every provider whose platform keeps definitions."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from typing import Any

import pytest
from tests.providers.dinky import given
from tests.providers.simulated import OnSimulator

from headgate.model.spec import JobSpec
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.dinky import session
from headgate.testing.bench import PROJECT
from headgate.testing.definition_contract import DefinitionContract
from headgate.testing.dinky import DinkySimulator
from headgate.testing.server import Request, Response


class MovingDinky(DinkySimulator):
    """A Dinky whose list of tasks gets one more while its first page is answered, so many times."""

    moves = 0

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        body = request.json if isinstance(request.json, dict) else {}
        if self.moves and (request.method, request.path) == ("POST", "/api/task") and body.get("current") == 1:
            self.moves -= 1
            self.tables.insert({"name": f"moving-{self.tables.new_id()}"}, 1)
        return answer


class DinkyBench(OnSimulator[MovingDinky]):
    """A simulated Dinky, seen from outside."""

    many = 12
    claim_wait, published = 0.0, False
    no_rename = no_copy = no_pages = ""

    def __init__(self, dinky: MovingDinky) -> None:
        self.platform = dinky
        self._opened: list[DefinitionProvider] = []
        self.provider = self.again()

    def again(self, project: str = PROJECT) -> DefinitionProvider:
        pause = sleep if self.claim_wait else lambda seconds: None
        self._opened.append(given.opened(self.platform, project=project, pause=pause, claim_wait=self.claim_wait))
        return self._opened[-1]

    def close(self) -> None:
        for provider in self._opened:
            provider.close()

    def spec(self, name: str, **changes: Any) -> JobSpec:
        written = {"step": 2, "folder": f"of-{name}"} if self.published else {}
        return given.job(name, options=given.options(**written), **changes)

    def edited(self, spec: JobSpec) -> JobSpec:
        return given.edited(spec)

    def vanished(self, path: str) -> str:
        return f"{path}-gone"

    def definitions(self, name: str) -> list[str]:
        return [str(row["id"]) for row in self.platform.tables.tasks.values() if row["name"] == name]

    def copy_definition(self, name: str, copy: str) -> None:
        row = self.platform.task_named(name)
        made = self.platform.tables.insert({**row, "name": copy, "jobInstanceId": None}, 1)
        folder = self.platform.tables.folder("headgate")
        assert folder is not None
        self.platform.tables.add_entry(copy, folder["id"], 1, dialect=row["dialect"], task_id=made["id"])

    def delete(self, name: str) -> None:
        for job in self.platform.engine.active(name):
            job.word = "CANCELED"
        tables = self.platform.tables
        for task_id in map(int, self.definitions(name)):
            del tables.tasks[task_id]
        for entry_id in [row["id"] for row in tables.catalogue.values() if row["name"] == name]:
            del tables.catalogue[entry_id]

    def move_list(self, readings: int) -> None:
        self.platform.moves = readings
        for number in range(4 * bool(readings)):
            self.platform.tables.insert({"name": f"more-{readings}-{number}"}, 1)


_ABOUT_PAGES = {"test_every_page_is_read", "test_a_list_that_moves_is_read_again_and_never_in_part"}


class TestDinky(DefinitionContract):
    """On the simulator; lists are read in small pages where that is what matters."""

    @pytest.fixture
    def bench(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[DinkyBench]:
        if request.node.name in _ABOUT_PAGES:
            monkeypatch.setattr(session, "_PAGE", 3)
        with MovingDinky() as dinky:
            bench = DinkyBench(dinky)
            bench.claim_wait = 0.5 * ("start_a_job_at_once" in request.node.name)
            bench.published = "lost_reply_of_any_step" in request.node.name
            yield bench
            bench.close()
