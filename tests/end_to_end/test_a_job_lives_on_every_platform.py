"""From a folder in git to a job that runs, on every platform that keeps definitions: its life and its bad days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from headgate.model.outcome import Outcome
from headgate.model.plan import Verb, Verdict
from headgate.model.reasons import Reason
from headgate.testing.dli import BUCKET
from tests.cli.given import headgate
from tests.clusters import eventually
from tests.end_to_end.houses import SIMULATORS, House, house_on

CONSENT = "savepoint: {accept: [unknown, lost]}"
_ON_DINKY = "type: standalone, clusterName: session-a"
_ON_DLI = f"queue_name: flink, obs_bucket: {BUCKET}"


@dataclass(frozen=True)
class Platform:
    """What is not the same on all of them.

    `ended`: somebody ends the job by hand, and nothing is left of its state. `unmarked`: its marker is written over.
    `edited`: it is edited there, and runs like that.
    `broken`: what cannot be started, of a job with these `options`, and what is reported of it. `wider`: an edit after
    which the state is kept. `beside`: options that the job never reads, and what shows them there. `judges`: a wrong
    statement is reported at its line.
    """

    ended: Callable[[Any], object]
    unmarked: Callable[[Any], object]
    edited: Callable[[Any], object]
    broken: Callable[[Any], str]
    reported: str
    wider: dict[str, Any]
    beside: tuple[str, Callable[[Any], object]] | None = None
    judges: bool = False
    options: str | None = None
    renames: bool = True
    adopts_as_it_runs: bool = True
    carries_state_to_another_program: bool = True


def _ended_on_dinky(dinky: Any) -> None:
    for job in dinky.engine.active("dinky"):
        job.word = "CANCELED"
    dinky.lifecycle.watch()


def _listed(dli: Any, act: Callable[..., object], *arguments: Any, **fields: Any) -> None:
    act(*arguments, **fields)
    dli.ticks += dli.list_lag


def _edited_on_foas(foas: Any) -> None:
    """Changed, then paused and resumed: what runs is what an instance was launched with."""
    job = foas.jobs["foas"]
    foas.edit("foas", commit=True, Code=job.content["Code"].replace("COUNT(*)", "MAX(amount)"))
    foas.press("foas", "PAUSED")
    foas.resume(job, job.current, flush=True)


def _refused_by_foas(foas: Any) -> str:
    foas.rejects = "no_such_function"
    return "no_such_function(amount)"


PLATFORMS = {
    "dinky": Platform(
        ended=_ended_on_dinky,
        unmarked=lambda dinky: dinky.task_named("dinky").update(note="team A only"),
        edited=lambda dinky: dinky.task_named("dinky").update(parallelism=5),
        broken=lambda dinky: dinky.lifecycle.rejects.add("amuont") or "SUM(amuont)",
        reported="Object 'amuont' not found",
        wider={"parallelism": 2},
        beside=(
            f"{_ON_DINKY}, note: nightly totals",
            lambda dinky: dinky.task_named("dinky")["note"].startswith("nightly totals [headgate "),
        ),
        judges=True,
    ),
    "dli": Platform(
        ended=lambda dli: _listed(dli, dli.jobs.ended, dli.definitions("dli")[0], "job_cancel_success"),
        unmarked=lambda dli: _listed(dli, dli.edit, "dli", desc="team A only"),
        edited=lambda dli: dli.edit("dli", parallel_number=5),
        broken=lambda dli: f"COUNT(*), {dli.jobs.broken_word}",
        reported="rolled back",
        wider={"options": f"{_ON_DLI}, cu_number: 6"},
        beside=(
            f"{_ON_DLI}, smn_topic: alarms, restart_when_exception: true, resume_max_num: 3, tags: {{team: shop}}",
            lambda dli: (
                [(job.fields["smn_topic"], job.tags) for job in dli.definitions("dli")]
                == [("alarms", {"team": "shop"})]
            ),
        ),
        judges=True,
        options=f"{_ON_DLI}, flink_version: '1.15', execution_agency_urn: dli_agency",
        adopts_as_it_runs=False,
    ),
    "cs": Platform(
        ended=lambda cs: cs.stop_in_console("cs", savepoint=False),
        unmarked=lambda cs: cs.edit("cs", desc="team A only"),
        edited=lambda cs: cs.edit("cs", parallel_number=5),
        broken=lambda cs: "SUM(broken)",
        reported="rolled back",
        wider={"options": "obs_bucket: headgate-state, spu_number: 4"},
        adopts_as_it_runs=False,
    ),
    "foas": Platform(
        ended=lambda foas: foas.press("foas", "TERMINATED"),
        unmarked=lambda foas: foas.edit("foas", Description="team A only"),
        edited=_edited_on_foas,
        broken=_refused_by_foas,
        reported="From line",
        wider={"parallelism": 2},
        beside=("folder: /totals", lambda foas: foas.jobs["foas"].folder_id == foas.folders["/totals"]),
        renames=False,
        carries_state_to_another_program=False,
    ),
}


@pytest.fixture(params=sorted(SIMULATORS))
def house(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house_on(request.param, tmp_path, monkeypatch) as made:
        yield made


def of(house: House) -> Platform:
    return PLATFORMS[house.target]


def test_a_job_lives_through_git(house: House) -> None:
    """Submitted, changed, suspended, changed while it rests, resumed: one copy, and its state all the way."""
    first = house.planned()
    assert house.running(house.target) == []
    house.applied()
    assert (first.verb, first.reason) == (Verb.SUBMIT, Reason.NOT_RUNNING_YET)
    assert len(house.running(house.target)) == 1

    wider = of(house).wider
    restarted = house.applied(**wider)
    assert restarted.state is not None
    assert (restarted.verb, restarted.state.verdict) == (Verb.RESTART, Verdict.KEPT)
    assert len(restarted.changes) == 1
    assert house.platform.ages(house.target) == 1

    assert house.applied(**wider, more="state: suspended").verb is Verb.SUSPEND
    assert house.running(house.target) == []
    resumed = house.applied(where="")
    assert (resumed.verb, resumed.reason) == (Verb.RESUME, Reason.RUNNING_IN_GIT)
    assert len(house.running(house.target)) == 1
    assert house.platform.ages(house.target) == 2


@pytest.mark.parametrize("house", [name for name, one in PLATFORMS.items() if one.beside], indirect=True)
def test_what_a_running_job_never_reads_is_changed_without_a_restart(house: House) -> None:
    """Where it is filed, whom to tell of trouble, people's notes."""
    options, shown = of(house).beside or ("", bool)
    house.applied()
    before = house.running(house.target)

    action = house.applied(options=options)

    assert action.verb is Verb.UPDATE
    assert house.running(house.target) == before
    assert shown(house.platform)


@pytest.mark.parametrize("house", [name for name, one in PLATFORMS.items() if one.judges], indirect=True)
def test_a_wrong_statement_is_reported_at_its_line_before_anything_is_stopped(house: House) -> None:
    """In the platform's words, at the line of the manifest."""
    platform = of(house)
    house.applied()
    before = house.running(house.target)

    action = house.planned(select=platform.broken(house.platform))

    assert action.reason is Reason.STATEMENT_REJECTED
    assert action.where.startswith(f"jobs/{house.target}.yaml:8:")
    assert house.running(house.target) == before


@pytest.mark.parametrize("house", ["dinky", "foas"], indirect=True)
def test_several_inserts_are_one_job_that_is_left_alone(house: House) -> None:
    """Where the platform makes one job of them, a statement set around them is no difference; one fewer is."""
    file = house.root / f"jobs/{house.target}.yaml"
    head = file.read_text("utf-8").partition("  INSERT")[0]
    inserts = [f"  INSERT INTO totals SELECT customer, COUNT(*) FROM orders WHERE amount > {n};\n" for n in (1, 2)]
    file.write_text("".join([head, *inserts]), "utf-8")

    house.applied()
    file.write_text("".join([head, "  BEGIN STATEMENT SET;\n", *inserts, "  END;\n"]), "utf-8")
    assert house.planned().verb is Verb.KEEP
    file.write_text(head + inserts[0], "utf-8")

    assert house.planned().verb is not Verb.KEEP
    assert len(house.running(house.target)) == 1


def test_another_program_waits_for_consent(house: House) -> None:
    """Nobody can tell what becomes of the state, or it is lost: nothing is touched before git consents to it."""
    house.applied()
    before = house.running(house.target)

    blocked = house.planned(select="MAX(amount)")
    [result] = house.apply().results

    carried = of(house).carries_state_to_another_program
    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.STATE_UNKNOWN if carried else Reason.STATE_LOST)
    assert result.outcome is Outcome.BLOCKED
    assert house.running(house.target) == before
    house.applied(select="MAX(amount)", more=CONSENT)
    assert len(house.running(house.target)) == 1
    assert house.platform.ages(house.target) == int(carried)


def test_a_job_that_somebody_ended_is_not_started_empty(house: House) -> None:
    """Its state is gone: a start without it takes written consent."""
    house.applied()
    of(house).ended(house.platform)

    blocked = house.planned()
    house.apply()

    assert (blocked.verb, blocked.reason) == (Verb.BLOCKED, Reason.NOTHING_TO_RESTORE)
    assert house.running(house.target) == []
    house.applied(more="savepoint: {strategy: none}")
    assert len(house.running(house.target)) == 1


def test_a_job_that_failed_is_drift_and_started_again(house: House) -> None:
    """From its state, or where there is none by consent to an empty start."""
    house.applied()
    house.platform.fail_job(house.target)

    drift = eventually(lambda: house.plan().drift)  # some platforms report old news for a while
    house.apply()
    if house.running(house.target) == []:
        assert {action.reason for action in house.plan().blocked} == {Reason.NOTHING_TO_RESTORE}
        house.applied(more="savepoint: {strategy: none}")

    assert [job for job, _ in drift] == [house.target]
    assert house.plan().drift == ()
    assert len(house.running(house.target)) == 1


def test_a_job_that_was_edited_outside_is_made_what_git_asks_for(house: House) -> None:
    """What git did not ask for is drift, once."""
    house.applied(more=CONSENT)
    of(house).edited(house.platform)

    drift = eventually(lambda: house.plan().drift)

    assert drift == ((house.target, Reason.EDITED_OUTSIDE),)
    assert house.outcomes() == {house.target: "applied"}
    assert house.verbs() == {house.target: "keep"}
    assert len(house.running(house.target)) == 1


def test_a_program_that_does_not_start_is_taken_back(house: House) -> None:
    """The one before it continues from the savepoint it was stopped with, and is not stopped again for this one."""
    platform = of(house)
    house.applied(options=platform.options)
    house.job(house.target, select=platform.broken(house.platform), options=platform.options, more=CONSENT)

    [result], again = house.apply().results, house.planned()

    early = result.action.reason is Reason.STATEMENT_REJECTED
    assert early or (result.outcome, result.code) == (Outcome.FAILED, "rolled-back")
    assert platform.reported in result.detail + result.action.note
    assert again.verb is Verb.BLOCKED
    assert len(house.running(house.target)) == 1
    assert house.platform.ages(house.target) == int(not early)
    house.job(house.target, options=platform.options)
    assert not house.plan().has_changes


def test_a_marker_that_somebody_removed_comes_back(house: House) -> None:
    """The job is adopted; as it runs, where the marker was all that differed. People's words stay beside it."""
    in_place = of(house).adopts_as_it_runs
    house.applied()
    before = house.running(house.target)
    of(house).unmarked(house.platform)

    action = house.applied(more=CONSENT)
    raw = headgate("status", house.target, "--raw")

    assert (action.verb, action.reason) == (Verb.ADOPT, Reason.UNMARKED)
    assert (house.running(house.target) == before) is in_place
    assert house.platform.ages(house.target) == int(not in_place)
    assert "team A only [headgate " in raw.stdout


def test_a_renamed_job_keeps_its_state(house: House) -> None:
    """`previous_name`: the same definition under another name, or the plan says that there is no such thing."""
    house.applied()
    (house.root / f"jobs/{house.target}.yaml").unlink()
    house.job(house.target, name="totals", more=f"previous_name: {house.target}")

    action = house.planned()
    house.apply()

    if of(house).renames:
        assert house.running(house.target) == []
        assert house.platform.ages("totals") == 1
        assert not house.plan().has_changes
    else:
        assert action.verb is Verb.BLOCKED
        assert len(house.running(house.target)) == 1
        assert house.running(house.target, "totals") == []


def test_a_rotated_secret_is_a_change_that_shows_no_value(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same program with another password: its state is kept."""
    secret = {"sink": ", 'password' = '${env:PW}'", "more": CONSENT}
    monkeypatch.setenv("PW", "opensesame")
    house.applied(**secret)
    monkeypatch.setenv("PW", "openbarley")

    action = house.applied(**secret)

    assert [change.path for change in action.changes] == ["env.PW"]
    assert "opensesame" not in repr(action.changes)
    assert "openbarley" not in repr(action.changes)
    assert house.platform.ages(house.target) == 1


def test_a_platform_that_is_busy_or_down_starts_nothing(house: House) -> None:
    """One that throttles is asked again; the jobs of one that is down are unknown, not absent."""
    house.applied()
    before = house.running(house.target)
    house.platform.throttle()
    assert house.planned().verb is Verb.KEEP

    house.platform.silence()
    plan = house.plan()
    house.platform.speak()

    [action] = plan.actions
    assert (action.verb, action.reason) == (Verb.BLOCKED, Reason.LIVE_UNKNOWN)
    assert [target for target, _ in plan.unknown_targets] == [house.target]
    assert not house.plan().has_changes
    assert house.running(house.target) == before
