"""A simulated Dinky, providers opened on it as the registry opens them, and jobs for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from headgate.model.live import Live
from headgate.model.project import Target
from headgate.model.secret import Secrets
from headgate.model.spec import JobSpec, Sql
from headgate.providers.definitions.provider import DefinitionProvider as DinkyProvider
from headgate.providers.dinky.client import open_dinky
from headgate.providers.dinky.forms import DinkyOptions, DinkyTarget
from headgate.providers.port import Provider
from headgate.testing.dinky import DinkySimulator

PROJECT = "payments"
STATEMENT = """\
CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen');
CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole', 'name' = '{name}');
INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer;
"""


def opened(
    dinky: DinkySimulator, *, project: str = PROJECT, pause: Callable[[float], None] = time.sleep, **settings: Any
) -> DinkyProvider:
    """A provider as a target of this simulator opens it."""
    login = {"url": dinky.url, "username": dinky.username, "password": dinky.password}
    form = DinkyTarget.model_validate({**login, "timeout": 10, "claim_wait": 0, **settings})
    target = Target("dinky", "dinky", form, Secrets({"DINKY_PASSWORD": dinky.password}))
    return open_dinky(target, project=project, cache=None, pause=pause)


def options(**written: Any) -> dict[str, Any]:
    """Options as a manifest's loader hands them on; on the simulator's one cluster if nothing else is said."""
    given = {"type": "standalone", "clusterName": "session-a", **written}
    form = DinkyOptions.model_validate({key: value for key, value in given.items() if value is not None})
    return form.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def job(name: str = "orders", **changes: Any) -> JobSpec:
    """A job that keeps one number for each customer."""
    spec = JobSpec(name, "dinky", Sql(STATEMENT.replace("{name}", name)), options=options())
    return replace(spec, **changes)


def edited(spec: JobSpec) -> JobSpec:
    """The same job with another program."""
    assert isinstance(spec.program, Sql)
    return replace(spec, program=Sql(spec.program.text.replace("SUM(amount)", "SUM(amount) + 1")))


def seen(provider: Provider, name: str = "orders") -> Live:
    """Our one job of a name, as it is observed now."""
    live = provider.observe().jobs[name]
    assert isinstance(live, Live)
    return live


def asked(dinky: DinkySimulator, method: str, path: str, *, body: Any = None, **query: Any) -> httpx.Response:
    """What a client without a login hears: the raw answer of the open API."""
    with httpx.Client(base_url=dinky.url) as client:
        return client.request(method, path, json=body, params=query)
