"""What DLI changes without a stop, and the marks that are left on jobs: nobody who watches the job notices."""

from __future__ import annotations

import pytest
from tests.providers.dli.bench import DliBench, job, options

from headgate.errors import Rejected
from headgate.model.live import Marker
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.planning import diff
from headgate.providers.dli import set_fields
from headgate.providers.dli.set_fields import FILLED_IN, FORM, Sets
from headgate.testing.contract import PROJECT, eventually, seen, started
from headgate.testing.dli import BUCKET, DliSimulator

MARKER = Marker(PROJECT, "orders", "5f3c" * 4, "c0ffee" * 6, "148.1767225606000.21614993", start_key="ab" * 16)
JAR = Jar(f"obs://{BUCKET}/orders.jar", "com.acme.Orders")


@pytest.mark.parametrize("program", [job().program, JAR], ids=["sql", "jar"])
def test_fields_that_change_in_place(bench: DliBench, dli: DliSimulator, program: Sql | Jar) -> None:
    """One update of what differs, and the mark; a jar job refuses a bucket that stays the same."""
    live = started(bench.provider, job(program=program))
    before = dli.running("orders")
    edited = job(program=program, options=options(smn_topic="alarms", restart_when_exception=True, resume_max_num=2))

    bench.provider.update(live, edited, MARKER)
    now = eventually(lambda: _updated(bench, edited))

    assert dli.running("orders") == before
    assert now.revision == MARKER.revision


def test_tags_change_in_place(bench: DliBench, dli: DliSimulator) -> None:
    """By calls of their own: changed, added and taken away."""
    live = started(bench.provider, job(options=options(tags={"team": "shop", "stage": "prod"})))
    edited = job(options=options(tags={"team": "sales", "cost": "7"}))

    bench.provider.update(live, edited, MARKER)

    assert dli.definitions("orders")[0].tags == {"team": "sales", "cost": "7"}
    assert eventually(lambda: _updated(bench, edited))


def test_asking_twice_changes_once(bench: DliBench, dli: DliSimulator) -> None:
    """The second finds nothing that differs."""
    live = started(bench.provider, job())
    edited = job(options=options(smn_topic="alarms"))
    dli.lose_replies(at="PUT ")

    bench.provider.update(live, edited, MARKER)
    before = len([line for line in dli.requests if line.startswith("PUT")])
    bench.again().update(live, edited, MARKER)

    assert len([line for line in dli.requests if line.startswith("PUT")]) == before


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        pytest.param(job(program=Sql("INSERT INTO t SELECT b FROM s")), "statement", id="statement"),
        pytest.param(job(parallelism=2), "parallelism", id="parallelism"),
        pytest.param(job(options=options(cu_number=4)), "cu_number", id="an-option"),
        pytest.param(job(config={"table.exec.state.ttl": "1 h"}), "config", id="configuration"),
    ],
)
def test_what_takes_a_stop_is_refused(bench: DliBench, dli: DliSimulator, spec: JobSpec, named: str) -> None:
    """By us, before DLI is asked."""
    live = started(bench.provider, job())

    with pytest.raises(Rejected, match=f"{named} cannot be changed while the job runs"):
        bench.provider.update(live, spec, MARKER)

    assert not [line for line in dli.requests if line.startswith("PUT")]


def test_another_way_to_write_the_same_is_no_change(bench: DliBench) -> None:
    """The statement is laid out again, a default is written out, and a topic is set: only that is sent."""
    statement = job().program
    assert isinstance(statement, Sql)
    live = started(bench.provider, job(config={"table.exec.state.ttl": "60 min"}))
    edited = job(
        program=Sql(statement.text.replace(" FROM", "\n  FROM")),
        config={"table.exec.state.ttl": "1 h"},
        options=options(smn_topic="alarms", cu_number=2),
    )

    bench.provider.update(live, edited, MARKER)

    assert eventually(lambda: _updated(bench, edited))


def test_a_platform_that_keeps_descriptions_shut_says_so(bench: DliBench, dli: DliSimulator) -> None:
    """Huawei's console changes them at any time; should the API not, nothing has happened."""
    live = started(bench.provider, job())
    dli.edits_desc = False

    with pytest.raises(Rejected, match="desc cannot be changed while the job is job_running"):
        bench.provider.update(live, job(), MARKER)

    assert dli.definitions("orders")[0].fields.get("smn_topic", "") == ""


# -- the description ---------------------------------------------------------------------------------------------------


def test_too_many_keys_are_all_taken_for_set() -> None:
    """A difference too many is shown, never one too few."""
    text = set_fields.written("", MARKER, Sets.of(["tags"], [f"key-{number}" for number in range(200)]))

    marker, sets = set_fields.read(text)

    assert len(text) <= FORM.longest
    assert marker == MARKER
    assert sets.has("tags")
    assert sets.has_key("any key")
    assert not sets.has("flink_version")


def test_without_a_mark_everything_was_set_by_somebody() -> None:
    """A job that we did not start is reported whole."""
    marker, sets = set_fields.read("made by hand")

    assert marker is None
    assert all(sets.has(name) for name in FILLED_IN)
    assert sets.has_key("any key")


def _updated(bench: DliBench, spec: JobSpec) -> Marker | None:
    """The marker of our job once it is what the spec says."""
    live = seen(bench.provider, spec.name)
    same = live is not None and live.applied is not None and diff(live.applied, spec) == ()
    return live.marker if same and live and live.marker and live.marker.start_key == MARKER.start_key else None
