"""Targets, providers and jobs for the tests of Cloud Stream."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.providers.simulated import OnSimulator

from headgate.model.project import Target
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.providers.cs.client import open_cs
from headgate.providers.cs.forms import CsOptions, CsTarget
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.testing.contract import PROJECT
from headgate.testing.cs import CsSimulator
from headgate.testing.cs_answers import refused
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY
from headgate.testing.server import Response

SQL = "INSERT INTO sink SELECT id, COUNT(*) FROM source /*+ OPTIONS('id' = '{name}') */ GROUP BY id"


def opened(platform: CsSimulator, project: str = PROJECT, **settings: Any) -> DefinitionProvider:
    """A provider for the simulator, as a target of headgate.yaml opens it."""
    said = {"endpoint": platform.url, "region": "cn-north-1", "project_id": PROJECT_ID}
    form = CsTarget.model_validate({**said, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, **settings})
    return open_cs(Target("cs", "huawei-cs", form), project=project, cache=None, pause=lambda seconds: None)


def options(**fields: Any) -> dict[str, Any]:
    """Options as the manifest loader leaves them: defaults out."""
    form = CsOptions.model_validate({"obs_bucket": "headgate-state", **fields})
    return form.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def sql_job(name: str = "orders", **changes: Any) -> JobSpec:
    return replace(JobSpec(name, "cs", Sql(SQL.format(name=name)), options=options()), **changes)


def jar_job(name: str = "windows", **changes: Any) -> JobSpec:
    jar = Jar("obs://jars/windows.jar", "com.example.Windows", ("--input", "orders"))
    return replace(JobSpec(name, "cs", jar, options=options(cluster_id=100)), **changes)


def edited(spec: JobSpec) -> JobSpec:
    """The same job with another program."""
    if isinstance(spec.program, Jar):
        return replace(spec, program=replace(spec.program, args=("--input", "returns")))
    return replace(spec, program=Sql(spec.program.text.replace("COUNT(*)", "SUM(amount)")))


class CsBench(OnSimulator[CsSimulator]):
    """Cloud Stream, seen from outside."""

    many = 12
    no_rename = no_copy = no_pages = ""

    def __init__(self, platform: CsSimulator, **settings: Any) -> None:
        self.platform = platform
        self._settings = settings
        self._opened: list[DefinitionProvider] = []
        self.provider = self.again()

    def again(self, project: str = PROJECT) -> DefinitionProvider:
        self._opened.append(opened(self.platform, project, **self._settings))
        return self._opened[-1]

    def options(self, **fields: Any) -> dict[str, Any]:
        return options(**fields)

    def spec(self, name: str, **changes: Any) -> JobSpec:
        return sql_job(name, **changes)

    def jar(self, name: str) -> JobSpec:
        return jar_job(name)

    def edited(self, spec: JobSpec) -> JobSpec:
        return edited(spec)

    def vanished(self, path: str) -> str:
        return f"{path}1"

    def definitions(self, name: str) -> list[str]:
        return [str(job.job_id) for job in self.platform.jobs.values() if job.fields["name"] == name]

    def copy_definition(self, name: str, copy: str) -> None:
        [job] = [job for job in self.platform.jobs.values() if job.fields["name"] == name]
        self.platform.make({**job.fields, "name": copy})

    def delete(self, name: str) -> None:
        self.platform.forget(name)

    def move_list(self, readings: int) -> None:
        self.platform.move_list(readings)

    def savepoints(self, *, fail: bool = False, lost: bool = False) -> None:
        """What becomes of the savepoints of stops from now on; execution graphs tell whether a job still runs."""
        self.platform.savepoints_fail, self.platform.loses_savepoints, self.platform.graphs_by_flink = fail, lost, True

    def turn(self, name: str, word: str) -> None:
        """The status of a job becomes this word."""
        [job] = [job for job in self.platform.jobs.values() if job.fields["name"] == name]
        job.becomes(word, self.platform.ticks)

    def fields(self, name: str) -> dict[str, Any]:
        """What the platform keeps of a job."""
        [job] = [job for job in self.platform.jobs.values() if job.fields["name"] == name]
        return job.fields

    def edit(self, name: str, **fields: Any) -> None:
        """Somebody changes a job in the console."""
        self.platform.edit(name, **fields)

    def refusal(self, words: str) -> Response:
        """How the platform says that a statement is wrong."""
        return refused("CS.11003", "SQL_ERROR", words)

    def close(self) -> None:
        for provider in self._opened:
            provider.close()
