"""Import on the simulators: what people started there comes under git, and the platform never notices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headgate.model.outcome import Outcome
from headgate.testing.server import Request, Response
from tests.cli.given import headgate
from tests.end_to_end.houses import House, built, simulators

SECRET = "hunter2-of-the-database"
STATEMENT = f"""\
create table orders (customer INT, amount INT) with ('connector' = 'datagen');
CREATE TABLE totals (customer INT, total BIGINT) WITH ('connector' = 'jdbc', 'password' = '{SECRET}');
INSERT INTO totals SELECT customer, COUNT(*) FROM orders GROUP BY customer"""
STRANGERS: dict[str, dict[str, Any]] = {
    "dinky": {"statement": STATEMENT, "type": "standalone", "clusterId": 1, "parallelism": 3, "note": "ask Ann"},
    "dli": {"sql": STATEMENT, "parallel_number": 3, "smn_topic": "alarms", "checkpoint_enabled": True},
    "cs": {"sql_body": STATEMENT, "parallel_number": 3, "obs_bucket": "state", "log_enabled": True},
    "foas": {"code": STATEMENT, "properties": "blink.checkpoint.interval.ms=180000\nblink.state.ttl.ms=3600000"},
}


@pytest.fixture(params=list(STRANGERS))
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[House]:
    """A project without jobs, and a platform on which somebody runs one."""
    with simulators(request.param) as platforms:
        made = built(tmp_path / "repo", platforms, monkeypatch)
        monkeypatch.chdir(made.root)
        platforms[request.param].start_stranger("totals", **STRANGERS[request.param])
        yield made


def test_a_stranger_is_imported_and_adopted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a job that runs can be informed whose it is, nothing is restarted; elsewhere its state goes along."""
    [(target, platform)] = house.platforms.items()
    before = platform.running("totals")

    result = headgate("import", target)

    assert result.exit_code == 0, result.output
    text = (house.root / "jobs" / "totals.yaml").read_text()
    assert SECRET not in text + result.output
    how = "with a restart from a savepoint" if target == "cs" else "without a restart"
    assert f"next plan: adopts it {how}\n" in result.output
    monkeypatch.setenv("TOTALS_PASSWORD", SECRET)
    assert house.verbs() == {"totals": "adopt"}
    steps = [step.name for action in house.plan().actions for step in action.steps]
    [done] = house.apply().results
    assert done.outcome is Outcome.APPLIED, done
    assert house.verbs() == {"totals": "keep"}
    if target == "cs":
        assert steps == ["stop-with-savepoint", "submit", "settle"]
        assert len(platform.running("totals")) == 1
    else:
        assert steps == ["update", "settle"]
        assert platform.running("totals") == before
    if target == "dinky":
        assert platform.task_named("totals")["note"].startswith("ask Ann [headgate ")


def test_a_job_that_the_next_plan_would_block_is_reported_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "Written" with exit code 0, and a plan that refuses the same job, would be two answers to one question."""
    with simulators("cs") as platforms:
        house = built(tmp_path / "repo", platforms, monkeypatch)
        monkeypatch.chdir(house.root)
        job_id = platforms["cs"].start_stranger("totals", sql_body=STATEMENT, obs_bucket="state")
        platforms["cs"].jobs[job_id].becomes("job_arrearage_recovering", platforms["cs"].ticks)
        monkeypatch.setenv("TOTALS_PASSWORD", SECRET)

        found = headgate("import", "cs")
        document = json.loads(headgate("import", "cs", "--format", "json").stdout)
        planned = headgate("plan")

    assert (found.exit_code, planned.exit_code) == (3, 3)
    assert "next plan: blocked, name-taken: job 50320 is job_arrearage_recovering" in found.output
    [job] = document["jobs"]
    assert job["blocked"] is True
    assert job["next_plan"].startswith("blocked, name-taken")
    assert house.running("cs", "totals")


def test_a_second_import_changes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after the job is adopted."""
    [target] = house.platforms
    monkeypatch.setenv("TOTALS_PASSWORD", SECRET)
    headgate("import", target)
    file = house.root / "jobs" / "totals.yaml"
    commented = "# ours since today\n" + file.read_text().replace("\ntarget:", "   # a name\ntarget:")
    file.write_text(commented)

    first = headgate("import", target, "--format", "json")
    house.apply()
    second = headgate("import", target, "totals", "--format", "json")

    assert [json.loads(each.stdout)["summary"]["unchanged"] for each in (first, second)] == [1, 1]
    assert file.read_text() == commented


def test_nothing_is_written_on_the_platform(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import looks."""
    [(target, platform)] = house.platforms.items()
    answer, written = platform.answer, []

    def watched(request: Request) -> Response:
        if platform.writes(request):
            written.append(request.line)
        answered: Response = answer(request)
        return answered

    monkeypatch.setattr(platform, "answer", watched)

    assert headgate("import", target).exit_code == 0
    assert written == []
