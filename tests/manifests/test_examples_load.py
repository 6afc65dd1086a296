"""Everything in examples/ and jobs/ is a project that loads; what people copy first must work."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.manifests import ProviderForm, load
from headgate.model.spec import Jar
from headgate.providers.flink.forms import FlinkOptions, FlinkTarget
from headgate.sql import StatementKind, split

ROOT = Path(__file__).parents[2]
FORMS = {"flink": ProviderForm(FlinkTarget, FlinkOptions)}
SECRETS = {"FLINK_URL": "https://flink.example", "FLINK_TOKEN": "t", "STORE_PASSWORD": "p"}


def test_the_example_project_has_all_example_jobs() -> None:
    """SQL in the manifest, SQL in a file, and a jar."""
    project = load(ROOT / "examples" / "headgate.yaml", forms=FORMS, environ={})

    assert list(project.jobs) == ["jar-job", "order-totals", "two-sinks", "windowed-revenue"]
    assert all(job.parallelism <= 2 for job in project.jobs.values())
    assert all("execution.checkpointing.interval" in job.config for job in project.jobs.values())
    assert isinstance(project.jobs["jar-job"].program, Jar)
    assert project.jobs["jar-job"].program.digest


def test_the_jar_example_gives_its_program_pairs_of_kind_and_statement() -> None:
    """The kinds are those the splitter gives the same statements."""
    program = load(ROOT / "examples" / "headgate.yaml", forms=FORMS, environ={}).jobs["jar-job"].program

    assert isinstance(program, Jar)
    mode, *pairs = program.args
    assert mode == "run"
    for kind, statement in zip(pairs[::2], pairs[1::2], strict=True):
        assert [part.kind for part in split(statement)] == [StatementKind(kind)]


@pytest.mark.parametrize(
    ("environment", "interval", "parallelism"), [("", "10s", 1), ("dev", "5s", 1), ("prod", "1min", 2)]
)
def test_the_environments_example_differs_where_it_says(environment: str, interval: str, parallelism: int) -> None:
    """One job, three places."""
    file = ROOT / "examples" / "environments" / "headgate.yaml"

    project = load(file, forms=FORMS, environment=environment, environ=SECRETS if environment == "prod" else {})

    job = project.jobs["basket-sizes"]
    assert (job.config["execution.checkpointing.interval"], job.parallelism) == (interval, parallelism)


def test_the_quickstart_job_can_be_edited_the_way_the_quickstart_edits_it() -> None:
    """Its script replaces these words."""
    lines = (ROOT / "jobs" / "order-totals.yaml").read_text("utf-8").splitlines()

    assert "  FROM Orders" in lines
    assert "  INSERT INTO Totals" in lines
