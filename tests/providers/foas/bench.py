"""A simulated project of the service, as the tests of the adapter use it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.providers.simulated import OnSimulator

from headgate.model.project import Target
from headgate.model.spec import JobSpec, Sql
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.foas.client import FoasClient
from headgate.providers.foas.forms import FoasTarget
from headgate.providers.foas.opening import open_foas
from headgate.testing.foas import FoasSimulator

PROJECT = "payments"


def opened(platform: Any, project: str = PROJECT, **settings: Any) -> DefinitionProvider:
    """The adapter on a server that stands for one project, with its keys and without waiting between looks."""
    where = {"project": platform.project, "region": "cn-shanghai", "endpoint": platform.url}
    keys = {"access_key_id": "testid", "access_key_secret": "testsecret"}
    form = {**where, **keys, "poll_interval": 0, "requests_per_second": 100_000, **settings}
    target = Target("foas", "alibaba-foas", FoasTarget.model_validate(form))
    provider = open_foas(target, project=project, cache=None)
    assert isinstance(provider.client, FoasClient)
    calls = provider.client.calls
    calls._pause = calls._api._pause = lambda seconds: None  # a simulator needs no rest between attempts
    return provider


def statement(name: str, calculation: str = "SELECT a, COUNT(*) FROM s GROUP BY a") -> str:
    """A script that keeps state; the name of the job is the value of an option."""
    return (
        f"CREATE TABLE s (a INT) WITH (type = 'datahub', topic = '{name}');\n"
        "CREATE TABLE t (a INT, b BIGINT) WITH (type = 'print');\n"
        f"INSERT INTO t {calculation}"
    )


class FoasBench(OnSimulator[FoasSimulator]):
    """The `DefinitionBench` of the provider contract; `settings` are those of its target."""

    many = 12
    no_rename = "the name of a job is its id, and never changes"
    no_copy = no_pages = ""

    def __init__(self, platform: FoasSimulator, **settings: Any) -> None:
        self.platform = platform
        self._settings = settings
        self._opened: list[DefinitionProvider] = []
        self.provider = self.again()

    def again(self, project: str = PROJECT, **settings: Any) -> DefinitionProvider:
        self._opened.append(opened(self.platform, project, **self._settings, **settings))
        return self._opened[-1]

    def close(self) -> None:
        for provider in self._opened:
            provider.close()

    def spec(self, name: str, **changes: Any) -> JobSpec:
        return replace(JobSpec(name, "foas", Sql(statement(name))), **changes)

    def edited(self, spec: JobSpec) -> JobSpec:
        return replace(spec, program=Sql(statement(spec.name, "SELECT a, MAX(a) FROM s GROUP BY a")))

    def vanished(self, path: str) -> str:
        return path.rpartition("/")[0] + "/4711"

    def definitions(self, name: str) -> list[str]:
        return [name] if name in self.platform.jobs else []

    def copy_definition(self, name: str, copy: str) -> None:
        made = self.platform.start_stranger(copy, description=self.platform.jobs[name].description)
        made.instances.clear()

    def delete(self, name: str) -> None:
        self.platform.jobs.pop(name, None)

    def move_list(self, readings: int) -> None:
        self.platform.torn_pages = readings
        for number in range(60):
            self.platform.start_stranger(f"more-{number:02}")
