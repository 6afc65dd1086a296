"""The model of a platform that planning is tested with keeps what real ones keep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.model.spec import JobSpec, Sql
from headgate.testing.contract import PROJECT, ProviderContract
from headgate.testing.memory import MemoryPlatform


class MemoryBench:
    many = 40

    def __init__(self) -> None:
        self.provider = MemoryPlatform(project=PROJECT)

    def again(self, project: str = PROJECT) -> MemoryPlatform:
        return self.provider.opened_by(project)

    def spec(self, name: str, **changes: Any) -> JobSpec:
        statement = f"INSERT INTO t SELECT a, COUNT(*) FROM s /*+ OPTIONS('id' = '{name}') */ GROUP BY a"
        return replace(JobSpec(name, "memory", Sql(statement)), **changes)

    def edited(self, spec: JobSpec) -> JobSpec:
        assert isinstance(spec.program, Sql)
        return replace(spec, program=Sql(spec.program.text.replace("COUNT(*)", "SUM(b)")))

    def running(self, name: str) -> list[str]:
        return self.provider.running(name)

    def start_stranger(self, name: str) -> None:
        self.provider.start_stranger(name)

    def fail(self, name: str) -> None:
        self.provider.fail(name)

    def lose_reply(self) -> None:
        self.provider.lost_replies = 1

    def silence(self) -> None:
        self.provider.silent = "the cable is cut"

    def speak(self) -> None:
        self.provider.silent = ""

    def vanished(self, path: str) -> str:
        return path + "-gone"


class TestTheContract(ProviderContract):
    @pytest.fixture
    def bench(self) -> MemoryBench:
        return MemoryBench()
