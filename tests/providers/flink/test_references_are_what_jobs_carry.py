"""Which jobs use a package: asked before it is deleted, so nobody is forgotten and nobody is suspected."""

from __future__ import annotations

import pytest

from headgate.model.live import JobState, Live, Observation, Several
from headgate.model.spec import AppliedSpec, Jar, Program, Sql
from headgate.providers.flink.packages import references

PACKAGE = "libs/orders-1.0.jar"


def job(name: str, program: Program, state: JobState = JobState.RUNNING, jars: str = "") -> Live:
    return Live(name, name, state, applied=AppliedSpec(program, 1, {"pipeline.jars": jars}, {}))


@pytest.mark.parametrize(
    "user",
    [
        pytest.param(job("user", Jar(PACKAGE)), id="its-program"),
        pytest.param(job("user", Jar(f"s3://bucket/{PACKAGE}")), id="its-program-elsewhere"),
        pytest.param(job("user", Jar("main.jar", args=("--lib", PACKAGE))), id="its-arguments"),
        pytest.param(job("user", Sql("x"), jars=f"file:///a.jar;file:///{PACKAGE}"), id="its-config"),
        pytest.param(job("user", Sql(f"ADD JAR '{PACKAGE}'; INSERT INTO t SELECT 1")), id="its-statements"),
        pytest.param(job("user", Jar(PACKAGE), JobState.SUSPENDED), id="while-it-is-suspended"),
    ],
)
def test_a_job_that_names_the_package_is_found(user: Live):
    """Wherever it stands, and of other projects too."""
    other = job("other", Jar("libs/other-orders-1.0.jar"))

    assert references(Observation({"user": user, "other": other}), PACKAGE) == ("user",)
    assert references(Observation({}, (user, other)), PACKAGE) == ("user",)


def test_the_end_of_a_path_is_a_name_of_its_own():
    """orders-1.0.jar is not other-orders-1.0.jar; copies of one job count once, in order."""
    two = Several((job("b", Jar(PACKAGE)), job("b", Jar(PACKAGE))))
    seen = Observation({"b": two, "a": job("a", Jar("orders-1.0.jar")), "c": job("c", Jar("more-orders-1.0.jar"))})

    assert references(seen, "orders-1.0.jar") == ("a", "b")


def test_a_job_that_says_nothing_is_not_named():
    """What it uses is unknown."""
    assert references(Observation({}, (Live("x", "x", JobState.RUNNING),)), PACKAGE) == ()
