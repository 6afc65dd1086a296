"""JSON of another shape under HTTP 200, for every call of every adapter: reported as an answer that cannot be read.

It is never a bug in headgate, never a traceback, and never a value of another type than the model promises, over which
planning or a report would stumble later. Nor does a look find nothing: a job read as absent would be started twice.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.houses import QUICK, House, built
from tests.faults.operations import OPERATIONS, ManifestVersion, Operation
from tests.faults.platforms import SIMULATED, Simulated
from tests.providers.hostile import serving
from tests.providers.odd_answers import Call, Oddity, recorded, sampled, stumbles, unhurried, unlike

from headgate import Headgate
from headgate.applying import Patience
from headgate.errors import DEBUG_VARIABLE, HeadgateError, OutcomeUnknown, Unavailable
from headgate.local import LocalFlink
from headgate.model.live import Live
from headgate.model.project import Target
from headgate.project import load
from headgate.providers.flink.adapter import open_flink
from headgate.providers.flink.forms import FlinkTarget
from headgate.providers.odd_answers import reports_odd_answers

_QUICK = Patience(stop=30, settle=30, stable=0, confirm=30, first_look=0.002, slowest_look=0.01)
_SEED = 20_261_130


def looked_at(root: Path, job: str, patience: Patience) -> None:
    """Everything that a person may ask about a job that runs."""
    with Headgate.open(root) as headgate:
        looks: list[Callable[[], object]] = [
            headgate.plan,
            headgate.status,
            lambda: headgate.graph(job),
            lambda: headgate.health(job),
            lambda: headgate.detail(job),
            lambda: headgate.references("orders.jar"),
            lambda: headgate.savepoint(job, patience=patience),
        ]
        for look in looks:
            try:
                look()
            except HeadgateError as cannot:
                assert cannot.code != "internal"  # not every platform can do everything


def calls_of(root: Path, platform: Simulated, operation: Operation) -> tuple[Target, list[Call]]:
    """What one operation on a simulator calls, and everything that a person may ask before it."""
    house = House(root, {})
    target = f"{{there: {platform.target(platform.url, 30)}}}"
    house.write("headgate.yaml", f"project: payments\ntargets: {target}\nsafety: {{settle_time: 0s}}\n")
    (root / "jobs").mkdir(exist_ok=True)
    honest = platform.simulator.answer

    def answer(request):
        response = honest(request)
        platform.breaks()
        return response

    platform.simulator.answer = answer  # type: ignore[method-assign]
    for version in operation.before:
        house.write("jobs/job.yaml", platform.manifest(version))
        house.apply(patience=_QUICK)
    with recorded() as calls:
        looked_at(root, platform.job, _QUICK)
        if operation.asks is ManifestVersion.GONE:
            (root / "jobs/job.yaml").unlink()
            other = platform.manifest(ManifestVersion.SUSPENDED).replace(f"name: {platform.job}", "name: another")
            house.write("jobs/another.yaml", other)
        elif operation.asks is not ManifestVersion.AS_BEFORE:
            house.write("jobs/job.yaml", platform.manifest(operation.asks))
        with Headgate.open(root) as headgate:
            back = operation.command[0] == "rollback"
            plan = (
                headgate.rollback(platform.job, to=1) if back else headgate.plan(prune="--prune" in operation.command)
            )
            headgate.apply(plan, patience=_QUICK)
    return load(root).targets["there"], calls


def require_no_stumble(target: Target, calls: list[Call], each: int) -> None:
    with unhurried():
        chosen = sampled(calls, each, _SEED)
        wrong = [f"{call}: {odd}: {why}" for call, odd in chosen if (why := stumbles(target, call, odd, calls))]
    assert len(chosen) > 50
    assert wrong == []


@pytest.fixture(params=SIMULATED)
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulated]:
    with SIMULATED[request.param]() as simulated:
        for variable, value in simulated.environ.items():
            monkeypatch.setenv(variable, value)
        yield simulated


@pytest.mark.full
@pytest.mark.parametrize(("method", "each"), [("", 5), ("observe", 10**6)], ids=["in-a-sample", "to-a-look"])
def test_an_odd_answer(tmp_path: Path, platform: Simulated, method: str, each: int):
    """A restart, and what people ask; a look with each part of each answer bent in every way."""
    target, calls = calls_of(tmp_path / "repo", platform, OPERATIONS["restart"])
    require_no_stumble(target, [call for call in calls if method in ("", call.method)], each)


@pytest.mark.full
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_odd_answer_in_any_operation(tmp_path: Path, platform: Simulated, operation: Operation):
    """Every call that headgate has for a platform."""
    target, calls = calls_of(tmp_path / "repo", platform, operation)
    require_no_stumble(target, calls, each=40)


@pytest.mark.full
@pytest.mark.flink
def test_an_odd_answer_of_a_real_flink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flink: LocalFlink):
    """First start, edit, savepoint, suspend, resume, and the end of the job."""
    house = built(tmp_path / "repo", {"flink": flink}, monkeypatch)
    partial = "savepoint: {accept: [partial, lost, unknown]}"
    versions: list[dict[str, str]] = [
        {},
        {"where": "WHERE amount > 0", "more": partial},
        {"where": "WHERE amount > 0", "more": "state: suspended"},
        {"where": "WHERE amount > 0"},
        {"more": "savepoint: {strategy: none}"},
        {"more": "savepoint: {strategy: none}\nstate: suspended"},
    ]
    with recorded() as calls:
        for version in versions:
            house.job("flink", **version)
            assert [result.detail for result in house.apply().results if not result.outcome.fine] == []
            if not version:
                looked_at(house.root, "flink", QUICK)
    assert {"observe", "submit", "stop_with_savepoint", "cancel", "take_savepoint"} <= {call.method for call in calls}
    require_no_stumble(load(house.root).targets["flink"], calls, each=40)


@pytest.mark.parametrize(
    "says",
    [None, [], "up", 7, {}, {"jobs": None}, {"jobs": {}}, {"jobs": [None]}, {"jobs": [{}]}, {"jobs": [{"jid": "a"}]}],
    ids=json.dumps,
)
def test_a_url_of_something_else_is_no_empty_flink(says: Any):
    """The health page of a load balancer lists no jobs, and is no list of jobs."""
    body = json.dumps(says).encode()
    with serving(lambda: [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body]) as server:
        form = FlinkTarget.model_validate({"url": server.url})
        with (
            contextlib.closing(open_flink(Target("local", "flink", form), project="payments", cache=None)) as provider,
            pytest.raises(Unavailable, match="not what this API documents"),
        ):
            provider.observe()


@reports_odd_answers
class Stumbling:
    """An adapter that reads what is not there."""

    name = "prod"

    def observe(self) -> object:
        answer: dict[str, object] = {"token": "hunter2-hunter2"}
        return answer["hunter2-hunter2"]

    submit = update = stop_with_savepoint = cancel = take_savepoint = dispose = observe
    compile = platform_verdict = topology = numbered = vertices = kept = exists = health = graph = observe
    detail = references = stop_progress = savepoint_progress = observe


def test_what_an_adapter_stumbles_over_is_reported_without_its_values(monkeypatch: pytest.MonkeyPatch):
    """Nothing happened where it only looked, and perhaps something where it did not; the place is for the report."""
    monkeypatch.delenv(DEBUG_VARIABLE, raising=False)
    with pytest.raises(Unavailable, match="an answer is not what this API documents") as look:
        Stumbling().observe()
    with pytest.raises(OutcomeUnknown):
        Stumbling().submit()

    assert "hunter2" not in str(look.value)
    assert "bug" not in str(look.value)
    assert f"KeyError in {__name__}, line" in look.value.problem
    monkeypatch.setenv(DEBUG_VARIABLE, "1")
    with pytest.raises(Unavailable) as traced:
        Stumbling().observe()
    assert "Traceback" in traced.value.hint
    assert os.fspath(__file__) in traced.value.hint


def test_the_checks_of_these_tests_can_fail():
    """A value of another type than promised is seen, wherever it is; and an adapter that stumbles, too."""
    assert unlike((1, "x"), tuple[int, ...], "it") == "it[] is 'x'"
    assert unlike({"a": None}, dict[str, str], "it") == "it{} is None"
    assert unlike(None, Live | None, "it") == ""
    assert unlike("\ud800", str, "it") == "it is no text"
    assert Oddity("GET /", ("a", 0), 7).at == ("a", 0)
