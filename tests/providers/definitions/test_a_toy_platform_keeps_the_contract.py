"""A provider is one folder: a toy platform of at most 200 lines, simulator included, keeps the whole contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.providers.definitions import toy_platform
from tests.providers.definitions.toy_platform import ToyClient, ToyServer

from headgate.model.spec import JobSpec, Sql
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.testing.bench import PROJECT
from headgate.testing.definition_contract import DefinitionContract


class ToyBench:
    many = 5
    no_rename = no_copy = no_pages = ""
    no_meeting = "the toy runs a definition as often as it is asked, and has no room for the name of a caller"

    def __init__(self) -> None:
        self.server = ToyServer()
        self.provider = self.again()

    def again(self, project: str = PROJECT) -> DefinitionProvider:
        return DefinitionProvider(ToyClient(self.server), project=project, pause=lambda seconds: None)

    def spec(self, name: str, **changes: Any) -> JobSpec:
        return replace(JobSpec(name, "toy", Sql(f"INSERT INTO t SELECT a FROM s -- {name}")), **changes)

    def edited(self, spec: JobSpec) -> JobSpec:
        return replace(spec, program=Sql("INSERT INTO t SELECT b FROM s"))

    def running(self, name: str) -> list[str]:
        rows = [row for row in self.server.rows.values() if row.name == name]
        return [f"{row.id}/{copy}" for row in rows for copy in range(row.copies)]

    def definitions(self, name: str) -> list[str]:
        return [str(row.id) for row in self.server.rows.values() if row.name == name]

    def start_stranger(self, name: str) -> None:
        program = JobSpec(name, "toy", Sql("INSERT INTO t SELECT a FROM s")).carried()
        self.server.run(self.server.make(name, program, "made by hand"))

    def copy_definition(self, name: str, copy: str) -> None:
        row = next(row for row in self.server.rows.values() if row.name == name)
        self.server.make(copy, row.program, row.note)

    def delete(self, name: str) -> None:
        for definition_id in self.definitions(name):
            del self.server.rows[int(definition_id)]

    def fail(self, name: str) -> None:
        for row in self.server.rows.values():
            if row.name == name and row.copies:
                row.word, row.copies = "failed", 0

    def lose_reply(self, after: int = 0) -> None:
        self.server.lose = after

    def cut_off(self, after: int, *, done: bool) -> None:
        self.server.left, self.server.done = after, done

    def is_over(self) -> bool:
        return self.server.lose < 0 and self.server.left <= 0

    def silence(self) -> None:
        self.server.silent = True

    def speak(self) -> None:
        self.server.silent, self.server.lose, self.server.left = False, -1, -1

    def move_list(self, readings: int) -> None:
        self.server.moves = readings
        for number in range(4):
            self.server.make(f"more-{number}", {}, "")

    def vanished(self, path: str) -> str:
        return path + "0"


class TestTheContract(DefinitionContract):
    @pytest.fixture
    def bench(self) -> ToyBench:
        return ToyBench()


def test_a_whole_provider_fits_into_two_hundred_lines() -> None:
    """A new platform writes down what only it knows, and none of the rules."""
    written = Path(toy_platform.__file__).read_text("utf-8").splitlines()

    assert len(written) <= 200
