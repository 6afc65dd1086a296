"""The rules every provider keeps, on a real Flink behind a proxy that loses replies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.clusters import Cluster, eventually
from tests.faults.proxy import Fault, FaultProxy, Harm, faulty
from tests.providers.flink.jobs import opened

from headgate.local import LocalFlink
from headgate.model.spec import JobSpec, Sql
from headgate.providers.flink.adapter import FlinkProvider
from headgate.providers.flink.jars import Jars
from headgate.providers.flink.program import body
from headgate.providers.http import Api
from headgate.testing.contract import PROJECT, ProviderContract

pytestmark = pytest.mark.flink

_WRITES = re.compile(r"POST /jars/[^/]+/run|POST /jobs/|POST /savepoint-disposal|PATCH /|PUT /")


class FlinkBench:
    """Jobs that count the rows of files in a folder of their own, and fail on a row that is no number."""

    many = 3  # Flink has no pages

    def __init__(self, flink: LocalFlink, proxy: FaultProxy, folder: Path) -> None:
        self._proxied = replace(flink, url=proxy.url)
        self._cluster = Cluster(flink)
        self._proxy = proxy
        self._folder = folder
        self._opened: list[FlinkProvider] = []
        self.provider = self.again()

    def again(self, project: str = PROJECT) -> FlinkProvider:
        self._opened.append(opened(self._proxied, project))
        return self._opened[-1]

    def spec(self, name: str, **changes: Any) -> JobSpec:
        (self._folder / name).mkdir(exist_ok=True)
        script = f"""
            CREATE TABLE numbers (k INT) WITH ('connector' = 'filesystem', 'format' = 'csv',
              'path' = '{(self._folder / name).as_uri()}', 'source.monitor-interval' = '100 ms');
            CREATE TABLE counts (k INT, total BIGINT) WITH ('connector' = 'blackhole');
            INSERT INTO counts SELECT k, COUNT(*) FROM numbers GROUP BY k"""
        config = {"execution.checkpointing.interval": "200 ms", "restart-strategy.type": "disable"}
        return replace(JobSpec(name, "local", Sql(script), config=config), **changes)

    def edited(self, spec: JobSpec) -> JobSpec:
        assert isinstance(spec.program, Sql)
        return replace(spec, program=Sql(spec.program.text.replace("GROUP BY", "WHERE k > 0 GROUP BY")))

    def running(self, name: str) -> list[str]:
        return self._cluster.running(name)

    def start_stranger(self, name: str) -> None:
        api = Api("outside", self._cluster.url)
        Jars(api).run(Sql(""), body(self.spec(name), mode="run"))
        api.close()
        eventually(lambda: self.running(name))

    def fail(self, name: str) -> None:
        (self._folder / name / "rows.csv").write_text("no number\n")
        eventually(lambda: not self.running(name))
        (self._folder / name / "rows.csv").unlink()

    def lose_reply(self) -> None:
        self._proxy.arm(Fault(lambda line: _WRITES.match(line) is not None, Harm.LOSE_REPLY))

    def silence(self) -> None:
        self._proxy.arm(Fault(lambda line: True, Harm.UNAVAILABLE, times=1_000_000))

    def speak(self) -> None:
        self._proxy.disarm()

    def vanished(self, path: str) -> str:
        return f"{path}-that-is-not-there"

    def close(self) -> None:
        self._proxy.disarm()
        for job in self._cluster.call("GET", "/jobs/overview")["jobs"]:
            if str(job["name"]).startswith("contract-") and job["state"] == "RUNNING":
                self._cluster.cancel(str(job["jid"]))
        for provider in self._opened:
            provider.close()


def benched(flink: LocalFlink, folder: Path) -> Iterator[FlinkBench]:
    with faulty(flink.url) as proxy:
        bench = FlinkBench(flink, proxy, folder)
        yield bench
        bench.close()


@pytest.mark.full
class TestTheAdaptiveScheduler(ProviderContract):
    @pytest.fixture
    def bench(self, adaptive: LocalFlink, tmp_path: Path) -> Iterator[FlinkBench]:
        yield from benched(adaptive, tmp_path)


@pytest.mark.full
class TestTheDefaultScheduler(ProviderContract):
    @pytest.fixture
    def bench(self, flink: LocalFlink, tmp_path: Path) -> Iterator[FlinkBench]:
        yield from benched(flink, tmp_path)
