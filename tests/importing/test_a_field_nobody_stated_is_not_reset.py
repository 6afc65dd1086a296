"""What a platform does not report, and git does not state, stays as it is: through import, adoption and restarts.

A default of headgate's, written over a field that nobody can see, would change a job behind the back of a plan that
says it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from headgate.model.outcome import Outcome
from tests.cli.given import headgate
from tests.end_to_end.houses import House, built, simulators
from tests.providers.simulated import report_without

STATEMENT = """\
CREATE TABLE orders (customer INT, amount INT) WITH ('connector' = 'datagen');
CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO totals SELECT customer, COUNT(*) FROM orders GROUP BY customer"""
# What somebody set by hand, and of that what the platform does not report.
STRANGERS: dict[str, dict[str, Any]] = {
    "dinky": {"statement": STATEMENT, "type": "standalone", "clusterId": 1, "parallelism": 3, "alertGroupId": 7},
    "dli": {
        "sql": STATEMENT,
        "parallel_number": 3,
        "cu_number": 4,
        "tm_slot_num": 7,
        "restart_when_exception": True,
        "resume_max_num": 5,
        "idle_state_retention": 86400,
        "log_enabled": True,
        "run_mode": "exclusive_cluster",
    },
    "cs": {
        "sql_body": STATEMENT,
        "parallel_number": 3,
        "obs_bucket": "state",
        "idle_state_retention": 86400,
        "restart_when_exception": True,
        "dirty_data_strategy": "1",
        "udf_jar_url": "jars/udf.jar",
        "tags": "team=pay",
        "log_enabled": True,
        "checkpoint_enabled": True,
        "checkpoint_interval": 60,
        "spu_number": 8,
    },
    "foas": {"code": STATEMENT, "properties": "blink.checkpoint.interval.ms=180000\nblink.state.ttl.ms=3600000"},
}
UNREPORTED = {
    "dinky": ("parallelism", "alertGroupId"),
    "dli": (
        *("parallel_number", "tm_slot_num", "restart_when_exception", "resume_max_num", "idle_state_retention"),
        *("log_enabled", "run_mode"),
    ),
    "cs": ("parallel_number", "log_enabled", "checkpoint_enabled", "checkpoint_interval", "spu_number"),
    "foas": (),
}
# The job's own fields as the platform keeps them, whatever it reports.
KEPT: dict[str, Callable[[Any], dict[str, Any]]] = {
    "dinky": lambda platform: dict(platform.task_named("totals")),
    "dli": lambda platform: dict(platform.definitions("totals")[0].fields),
    "cs": lambda platform: dict(next(iter(platform.jobs.values())).fields),
    "foas": lambda platform: dict(platform.jobs["totals"].autoscale),
}
# What a start writes for itself, beside marker and notes.
OF_A_START = {
    "desc",
    "note",
    "configJson",
    "savePointStrategy",
    "updateTime",
    "jobInstanceId",
    "versionId",
    "step",
    "runtime_config",
}

OF_THE_MANIFEST = {"statement", "sql_body"}


@pytest.fixture(params=list(STRANGERS))
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[House]:
    """A project without jobs, and a platform on which somebody runs one and that reports only a part of it."""
    with simulators(request.param) as platforms:
        made = built(tmp_path / "repo", platforms, monkeypatch)
        monkeypatch.chdir(made.root)
        platform = platforms[request.param]
        platform.start_stranger("totals", **STRANGERS[request.param])
        if request.param == "foas":
            platform.jobs["totals"].autoscale = {"isOnOff": "true", "maxCU": "12"}
        report_without(platform, *UNREPORTED[request.param])
        yield made


def test_import_adoption_and_a_restart_reset_nothing(house: House) -> None:
    """The adoption of Cloud Stream is a restart; the others restart for what git changes later."""
    [(target, platform)] = house.platforms.items()
    before = KEPT[target](platform)

    assert headgate("import", target).exit_code == 0
    [adopted] = house.apply().results
    assert adopted.outcome is Outcome.APPLIED, adopted
    assert _changed(before, KEPT[target](platform)).keys() <= OF_THE_MANIFEST
    manifest = house.root / "jobs" / "totals.yaml"
    manifest.write_text(
        manifest.read_text("utf-8").replace("COUNT(*)", "SUM(amount)") + "savepoint: {accept: [unknown, lost]}\n",
        "utf-8",
    )
    [restarted] = house.apply().results

    assert restarted.outcome is Outcome.APPLIED, restarted
    assert _changed(before, KEPT[target](platform)).keys() <= OF_THE_MANIFEST
    assert house.verbs() == {"totals": "keep"}


def test_an_adoption_that_resets_a_field_lists_it_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cloud Stream adopts by a restart, and reports these: a manifest that leaves them out asks for their defaults."""
    with simulators("cs") as platforms:
        house = built(tmp_path / "repo", platforms, monkeypatch)
        monkeypatch.chdir(house.root)
        platforms["cs"].start_stranger("totals", **STRANGERS["cs"])
        before = KEPT["cs"](platforms["cs"])
        statement = STATEMENT.replace("\n", "\n  ")
        house.write(
            "jobs/totals.yaml",
            "name: totals\ntarget: cs\nparallelism: 3\noptions: {obs_bucket: state}\n"
            f"savepoint: {{accept: [unknown, lost]}}\nstatement: |\n  {statement}\n",
        )

        plan = headgate("plan").stdout
        house.apply()

        changed = _changed(before, KEPT["cs"](platforms["cs"])).keys() - OF_THE_MANIFEST
        assert "checkpoint_interval" in changed
        assert [key for key in changed if f"options.{key}: " not in plan] == []


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    keys = (before.keys() | after.keys()) - OF_A_START
    return {key: (before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)}
