"""The marker and the manifest go into the job's parameters and come back whole, without secrets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headgate.model.live import Marker
from headgate.model.secret import Secrets
from headgate.model.spec import AppliedSpec, JobSpec, Sql
from headgate.providers.flink import job_parameters


def read_back(text: str) -> job_parameters.Carried:
    """As Flink reads the option: pairs split at commas, keys from values at the first colon."""
    return job_parameters.read(dict(pair.split(":", 1) for pair in text.split(",")))


@given(statement=st.text(max_size=300), restored=st.text(max_size=60), job=st.text(min_size=1, max_size=20))
def test_whatever_is_written_is_read_back(statement: str, restored: str, job: str):
    """Commas, colons, quotes and every script of the world."""
    spec = JobSpec("orders", "local", Sql(statement), config={"a.b": "1:2,3"})
    marker = Marker(
        "shop", job, "abc", "c0ffee", predecessor="f00", restored=restored, start_key="9a01", quarantined="bad: one"
    )

    carried = read_back(job_parameters.write(marker, spec.carried(), "{}"))

    assert carried.marker == marker
    assert carried.applied == AppliedSpec.restored(spec.carried())
    assert carried.compiled == "{}"


def test_a_job_of_somebody_else_has_no_marker():
    """Other people's parameters, and damaged ones, are not ours."""
    assert job_parameters.read({"input": "topic"}) == job_parameters.Carried()
    assert job_parameters.read({"headgate.project": "shop"}) == job_parameters.Carried()
    damaged = {"headgate.project": "shop", "headgate.job": "a", "headgate.revision": "1", "headgate.manifest": "%%"}
    assert job_parameters.read(damaged).applied is None


def test_a_compiled_plan_too_large_to_carry_is_left_out():
    """What is missing can be made again; a job that cannot be started cannot."""
    import random

    noise = random.Random(1).randbytes(300_000).hex()

    text = job_parameters.write(Marker("shop", "orders", "abc"), {"name": "orders"}, noise)

    assert "headgate.compiled" not in text


def test_no_secret_is_carried():
    """The placeholder and a cut digest travel, the value does not."""
    secrets = Secrets({"PASSWORD": "hunter2-and-more"})
    spec = JobSpec("orders", "local", Sql("SELECT '${env:PASSWORD}'"), secrets=secrets)

    carried = spec.carried()

    assert "hunter2" not in repr(carried)
    assert carried["env"] == secrets.digests()
    assert carried["env"] != Secrets({"PASSWORD": "another-value"}).digests()
