"""A job that fails every second is most often seen as RUNNING, with all its tasks: only its failures show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.clusters import eventually
from tests.providers.flink.jobs import a_project, counting_spec, observed, opened, settled, submission

from headgate.errors import Unavailable
from headgate.local import LocalFlink
from headgate.model.live_health import Condition, HealthWord
from headgate.model.spec import JobSpec, Sql
from headgate.providers.flink.crash_loops import CrashLoops, failures, judged
from headgate.providers.run_facts import Facts

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
NOW = 1_767_225_600_000
ID = "f00"


def looping_spec(name: str) -> JobSpec:
    """A job that runs for two seconds and then divides by zero; it never takes a checkpoint, so it does so for ever."""
    script = """
        CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5',
          'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100000');
        CREATE TABLE sink (id BIGINT) WITH ('connector' = 'blackhole');
        INSERT INTO sink SELECT 100 / (10 - id) FROM numbers"""
    config = {
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": "100000",
        "restart-strategy.fixed-delay.delay": "50 ms",
    }
    return JobSpec(name, "local", Sql(script), config=config)


class Cluster:
    """Stands in for the API of a cluster: answers with these failures, and counts how often it is asked."""

    def __init__(self, *at: int, start_key: int = 0) -> None:
        self.at = list(at)
        self.start_key = start_key
        self.asked: list[str] = []
        self.silent = False

    def read(self, path: str) -> Any:
        self.asked.append(path)
        if self.silent:
            raise Unavailable("no connection")
        return history(*self.at, start_key=self.start_key)


def history(*at: int, start_key: int = 0) -> Mapping[str, Any]:
    """`GET /jobs/:id/exceptions`, newest first."""
    entries = [
        {
            "exceptionName": "java.lang.RuntimeException",
            "stacktrace": "java.lang.RuntimeException: it broke\n\tat Calc.call(Unknown Source)\n",
            "timestamp": moment,
            "taskName": f"Source: s[1] -> Calc[2] (1/1) - execution #{start_key - number}",
        }
        for number, moment in enumerate(at)
    ]
    return {"exceptionHistory": {"entries": entries, "truncated": False}}


def entry(*, changed: int, running: int = 2, started: int = NOW - DAY, **tasks: int) -> dict[str, Any]:
    """A line of `GET /jobs/overview`."""
    counts = {"running": running, "total": 2, "finished": 0} | tasks
    return {"jid": ID, "start-time": started, "last-modification": changed, "tasks": counts}


def condition(
    cluster: Cluster, line: Mapping[str, Any], word: str = "RUNNING", now: int = NOW, facts: Facts | None = None
) -> Condition:
    """What a process says of a job, with `facts` of earlier looks or without any memory."""
    return CrashLoops(cluster, facts or Facts(None, "flink", "")).condition(line, word, now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "word"),
    [
        pytest.param([], HealthWord.HEALTHY, id="never-failed"),
        pytest.param([SECOND], HealthWord.HEALTHY, id="failed-once-and-recovered"),
        pytest.param([SECOND, 3 * SECOND, 5 * SECOND], HealthWord.DEGRADED, id="fails-every-other-second"),
        pytest.param([2 * MINUTE, 122 * SECOND, 124 * SECOND], HealthWord.HEALTHY, id="looped-and-runs-since"),
        pytest.param([8 * MINUTE, 18 * MINUTE, 28 * MINUTE], HealthWord.DEGRADED, id="fails-every-ten-minutes"),
        pytest.param([25 * MINUTE, 35 * MINUTE], HealthWord.HEALTHY, id="ran-for-longer-than-it-ever-did"),
        pytest.param([MINUTE, DAY], HealthWord.HEALTHY, id="two-failures-that-have-nothing-in-common"),
    ],
)
def test_a_job_is_degraded_while_it_has_not_outlived_its_own_failures(at: list[int], word: HealthWord) -> None:
    """One recovered failure is what Flink is for; a loop is over once the job has run for longer than it did in it."""
    cluster = Cluster(*(NOW - ago for ago in at), start_key=20)

    found = condition(cluster, entry(changed=NOW - SECOND))

    assert found.word is word


def test_a_degraded_job_says_since_when_how_often_and_why() -> None:
    """The oldest failure of the loop, not the newest, and none from long before it.

    A history holds 16 failures: "since" would be a moment ago, for ever, so the loop began before what it shows.
    """
    whole = Cluster(NOW - SECOND, NOW - 3 * SECOND, NOW - 5 * SECOND, NOW - DAY, start_key=3)
    forgets = Cluster(*(NOW - SECOND * (1 + number) for number in range(16)), start_key=99)

    found, before = condition(whole, entry(changed=NOW)), condition(forgets, entry(changed=NOW))

    assert found == Condition(HealthWord.DEGRADED, NOW - 5 * SECOND, restarts=4, cause="RuntimeException: it broke")
    assert (before.restarts, before.since, before.or_before) == (100, NOW - 16 * SECOND, True)


def test_the_beginning_of_a_loop_is_kept_where_an_earlier_look_saw_it() -> None:
    """A loop that is looked at every minute began when it was seen to begin.

    A JobManager that forgot its jobs gives their ids away again: what was seen belongs to an id and a start.
    """
    cluster, facts = Cluster(NOW - SECOND, NOW - 3 * SECOND, start_key=1), Facts(None, "flink", "")
    condition(cluster, entry(changed=NOW), facts=facts)
    later = NOW + 10 * MINUTE
    cluster.at, cluster.start_key = [later - SECOND * (1 + number) for number in range(16)], 300

    found = condition(cluster, entry(changed=later), now=later, facts=facts)
    another = condition(cluster, entry(started=NOW, changed=later), now=later, facts=facts)

    assert (found.since, found.or_before) == (NOW - 3 * SECOND, False)
    assert (another.since, another.or_before) == (later - 16 * SECOND, True)


@pytest.mark.parametrize("word", ["RUNNING", "RESTARTING", "CREATED"])
def test_tasks_that_do_not_run_are_degraded_though_nothing_failed(word: str) -> None:
    """No machine to run on is no failure to Flink."""
    long, just = entry(changed=NOW - 2 * MINUTE, running=0), entry(changed=NOW - SECOND, running=0)

    waiting, starting = condition(Cluster(), long, word), condition(Cluster(), just, word)

    assert (waiting.word, waiting.since, waiting.cause) == (HealthWord.DEGRADED, NOW - 2 * MINUTE, "0 of 2 tasks run")
    assert starting.word is HealthWord.STARTING


def test_a_job_that_has_read_part_of_its_input_is_healthy() -> None:
    """Its finished tasks are not missing."""
    assert condition(Cluster(), entry(changed=NOW, running=1, finished=1)).word is HealthWord.HEALTHY


def test_requests_are_for_what_changed() -> None:
    """The listing proves that nothing changed for long; what did change is asked about until it is settled, once."""
    cluster, facts = Cluster(), Facts(None, "flink", "")
    loops = CrashLoops(cluster, facts)  # type: ignore[arg-type]

    for _ in range(3):
        loops.condition(entry(changed=NOW - 3 * HOUR), "RUNNING", NOW)
    assert cluster.asked == []

    for _ in range(3):
        loops.condition(entry(changed=NOW - 2 * MINUTE), "RUNNING", NOW)
    assert cluster.asked == [f"/jobs/{ID}/exceptions"]

    loops.condition(entry(changed=NOW - MINUTE - SECOND), "RUNNING", NOW)
    assert len(cluster.asked) == 2


def test_an_answer_that_may_be_from_before_a_failure_is_not_kept() -> None:
    """Flink's answers are cached: the listing may know of a failure that the history does not show yet."""
    cluster, facts = Cluster(), Facts(None, "flink", "")
    loops = CrashLoops(cluster, facts)  # type: ignore[arg-type]
    line = entry(changed=NOW - 2 * SECOND)
    assert loops.condition(line, "RUNNING", NOW).word is HealthWord.HEALTHY

    cluster.at = [NOW - 2 * SECOND, NOW - 4 * SECOND]

    assert loops.condition(line, "RUNNING", NOW).word is HealthWord.DEGRADED


def test_what_cannot_be_asked_is_unknown() -> None:
    """A job that changed lately is not called healthy unseen, and the target is not called silent for it."""
    cluster = Cluster()
    cluster.silent = True

    assert condition(cluster, entry(changed=NOW)) == Condition()
    assert condition(cluster, {"jid": ID, "start-time": NOW}) == Condition()


@pytest.mark.parametrize("answer", [{}, {"exceptionHistory": None}, {"exceptionHistory": {"entries": [None]}}, []])
def test_an_odd_answer_counts_no_failures(answer: Any) -> None:
    """Nothing is read into it."""
    assert failures(answer)["count"] == 0
    assert judged(failures(answer), now=NOW, whole=True).word is HealthWord.HEALTHY


@pytest.fixture
def looping(flink: LocalFlink) -> Iterator[tuple[str, Any]]:
    """A job that settled, and fails every two seconds since."""
    project = a_project()
    provider = opened(flink, project)
    job_id = settled(provider, project, looping_spec("looping"))
    yield project, provider
    provider.cancel(job_id)
    provider.close()


@pytest.mark.flink
def test_a_real_crash_loop_is_degraded_at_every_look(flink: LocalFlink, looping: tuple[str, Any]) -> None:
    """Whatever the state word is at that moment, RUNNING or RESTARTING; a job that does well is healthy beside it."""
    project, provider = looping
    well = settled(provider, project, counting_spec("well", "well"))
    # A single failure, recovered, is no loop yet.
    eventually(lambda: (observed(provider, "looping").condition.restarts or 0) >= 2)

    looks = []
    for _ in range(20):
        with closing(opened(flink, project)) as fresh:
            looks.append(observed(fresh, "looping").condition)

    assert all(each.degraded for each in looks), looks
    assert all("/ by zero" in each.cause for each in looks)
    assert (looks[-1].restarts or 0) >= 2
    assert looks[-1].since > 0
    assert eventually(lambda: observed(provider, "well").condition.word is HealthWord.HEALTHY)
    provider.cancel(well)


@pytest.mark.flink
def test_a_real_job_without_slots_is_reported(flink: LocalFlink) -> None:
    """More tasks than the cluster has slots: Flink calls it RUNNING all the while."""
    project = a_project()
    provider = opened(flink, project)
    spec = counting_spec("wide", "wide", parallelism=100)
    job_id = provider.submit(submission(project, spec))
    try:
        seen = eventually(lambda: observed(provider, "wide").condition)

        assert seen.word in (HealthWord.STARTING, HealthWord.DEGRADED)
        # How far Flink is with it: at first no task runs, later it has given up waiting for slots, once or more.
        assert "tasks run" in seen.cause or seen.cause == "Could not acquire the minimum required resources."
    finally:
        provider.cancel(job_id)
        provider.close()


def test_facts_survive_the_process(tmp_path: Path) -> None:
    """What was found out about a change is not asked again by the next run."""
    cluster = Cluster(NOW - 10 * MINUTE)
    for _ in range(2):
        facts = Facts(tmp_path, "flink", "here")
        condition(cluster, entry(changed=NOW - 10 * MINUTE), facts=facts)
        facts.save()

    assert len(cluster.asked) == 1
