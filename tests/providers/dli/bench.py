"""A simulated DLI under test, and what the tests of this folder speak with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.providers.simulated import OnSimulator

from headgate.model.live import Live
from headgate.model.project import Target
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.dli.client import opened
from headgate.providers.dli.forms import DliOptions, DliTarget
from headgate.testing.contract import PROJECT, eventually, seen
from headgate.testing.dli import BUCKET, DliSimulator
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY
from headgate.testing.server import Response

PAGE = 5
ENVIRON = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}


def options(**written: Any) -> dict[str, Any]:
    """Options as the loader of manifests makes them: through the form, defaults left out."""
    whole = {"queue_name": "flink", "obs_bucket": BUCKET, **written}
    return DliOptions.model_validate(whole).model_dump(mode="json", by_alias=True, exclude_defaults=True)


def job(name: str = "orders", **changes: Any) -> JobSpec:
    """An SQL job as a manifest would have it."""
    statement = f"INSERT INTO t SELECT a, COUNT(*) FROM s /*+ OPTIONS('id' = '{name}') */ GROUP BY a"
    return replace(JobSpec(name, "dli", Sql(statement), options=options()), **changes)


def target(url: str, **settings: Any) -> Target:
    form = DliTarget.model_validate({"endpoint": url, "project_id": PROJECT_ID, **settings})
    return Target("dli", "huawei-dli", form)


def provider(
    platform: DliSimulator, project: str = PROJECT, environ: dict[str, str] | None = None
) -> DefinitionProvider:
    """An adapter that does not wait between looks: the simulator counts them."""
    return opened(target(platform.url), environ or ENVIRON, project=project, pause=lambda seconds: None, page_size=PAGE)


class DliBench(OnSimulator[DliSimulator]):
    many = 12
    no_rename = no_copy = no_pages = ""

    def __init__(self, platform: DliSimulator) -> None:
        self.platform = platform
        self.provider = provider(platform)
        self._opened = [self.provider]

    def again(self, project: str = PROJECT) -> DefinitionProvider:
        self._opened.append(provider(self.platform, project))
        return self._opened[-1]

    def close(self) -> None:
        for one in self._opened:
            one.close()

    def options(self, **written: Any) -> dict[str, Any]:
        return options(**written)

    def spec(self, name: str, **changes: Any) -> JobSpec:
        return job(name, **changes)

    def jar(self, name: str) -> JobSpec:
        return job(name, program=Jar(f"obs://{BUCKET}/orders.jar", "com.acme.Orders"))

    def edited(self, spec: JobSpec) -> JobSpec:
        assert isinstance(spec.program, Sql)
        return replace(spec, program=Sql(spec.program.text.replace("COUNT(*)", "SUM(b)")))

    def definitions(self, name: str) -> list[str]:
        return [str(one.id) for one in self.platform.definitions(name)]

    def copy_definition(self, name: str, copy: str) -> None:
        [job] = self.platform.definitions(name)
        self.platform.jobs.create(job.job_type, {**job.fields, "name": copy, "desc": job.desc})
        self.platform.ticks += self.platform.list_lag

    def delete(self, name: str) -> None:
        for one in self.platform.definitions(name):
            self.platform.jobs.delete(one)
        self.platform.ticks += self.platform.list_lag

    def move_list(self, readings: int) -> None:
        self.platform.moves = readings
        for number in range(2 * PAGE):
            self.platform.jobs.create("flink_jar_job", {"name": f"more-{number}", "desc": ""})
        self.platform.ticks += self.platform.list_lag

    def savepoints(self, *, fail: bool = False, lost: bool = False) -> None:
        """What becomes of the savepoints of stops from now on."""
        self.platform.jobs.savepoints_fail, self.platform.jobs.stops_lose_state = fail, lost

    def turn(self, name: str, word: str) -> None:
        """The status of a job becomes this word."""
        self.platform.be(name, word)
        self.platform.ticks += self.platform.list_lag

    def fields(self, name: str) -> dict[str, Any]:
        """What the platform keeps of a job."""
        [job] = self.platform.definitions(name)
        return {**job.fields, "desc": job.desc}

    def edit(self, name: str, **fields: Any) -> None:
        """Somebody changes a job in the console."""
        self.platform.edit(name, **fields)
        self.platform.ticks += self.platform.list_lag

    def refusal(self, words: str) -> Response:
        """How the platform says that a statement is wrong."""
        return Response(400, {"error_code": "DLI.0004", "error_msg": words})

    def cancelled(self, live: Live) -> Live:
        """The job once it has ended without a savepoint."""
        self.provider.cancel(live.job_id)
        return eventually(lambda: self.ended(live))

    def ended(self, live: Live) -> Live | None:
        """The job as it is now, if it is over."""
        now = seen(self.provider, live.name)
        return now if now and not now.state.active else None

    def vanished(self, path: str) -> str:
        return path + "0"
