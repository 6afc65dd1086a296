"""Which SQL a statement is in follows from the provider of its target and the options of the job, not from the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headgate.model.project import Project
from headgate.model.spec import Sql
from headgate.model.warnings import ProjectWarning, WarningCode
from headgate.project import load
from headgate.providers.dialects import dialect_of
from headgate.sql import BLINK, DINKY, DINKY_WITH_VARIABLES, DLI, DLI_BEFORE_SETS, FLINK, STREAM, Dialect

TARGETS = """\
project: payments
targets:
  flink: {provider: flink, url: "http://127.0.0.1:8081"}
  dinky: {provider: dinky, url: "http://127.0.0.1:8888", username: a, password: b}
  dli: {provider: huawei-dli, region: north, project_id: "1"}
  cs: {provider: huawei-cs, region: north, project_id: "1"}
  foas: {provider: alibaba-foas, project: p, region: north}
"""
STREAMS = """\
CREATE SOURCE STREAM rides (rider STRING, km INT) WITH (type = "dis", channel = "${town}")
TIMESTAMP BY proctime.proctime;
CREATE TEMP STREAM far(rider STRING);
INSERT INTO far SELECT rider FROM rides WHERE km > 9;
INSERT INTO warnings SELECT rider FROM far WHERE rider <> "nobody";"""
TWO = "INSERT INTO t SELECT a FROM s;\nINSERT INTO u SELECT a FROM s;"
QUOTED = 'CREATE TABLE s (a INT) WITH ("connector" = "kafka");\nINSERT INTO t SELECT a FROM s;'


def loaded(tmp_path: Path, target: str, sql: str, options: str = "") -> Project:
    """A project with one job, whose statement is in a file beside its manifest."""
    (tmp_path / "jobs").mkdir()
    file = tmp_path / "headgate.yaml"
    file.write_text(TARGETS, "utf-8")
    manifest = f"name: orders\ntarget: {target}\nstatement_file: orders.sql\noptions: {{{options}}}\n"
    (tmp_path / "jobs" / "orders.yaml").write_text(manifest, "utf-8")
    (tmp_path / "jobs" / "orders.sql").write_text(sql, "utf-8")
    return load(file=file, environ={})


def doubts(project: Project) -> list[ProjectWarning]:
    return [one for one in project.warnings if one.code is WarningCode.STATEMENT_DOUBTFUL]


@pytest.mark.parametrize(
    ("provider", "options", "dialect"),
    [
        ("flink", {}, FLINK),
        ("a-provider-of-tomorrow", {}, FLINK),
        ("huawei-cs", {}, STREAM),
        ("huawei-dli", {"job_type": "flink_sql_job"}, STREAM),
        ("huawei-dli", {"job_type": "flink_sql_edge_job"}, STREAM),
        ("huawei-dli", {}, DLI_BEFORE_SETS),
        ("huawei-dli", {"flink_version": "1.10"}, DLI_BEFORE_SETS),
        ("huawei-dli", {"flink_version": "1.12"}, DLI_BEFORE_SETS),
        ("huawei-dli", {"flink_version": "1.15"}, DLI),
        ("huawei-dli", {"flink_version": "2.1", "job_type": "flink_opensource_sql_job"}, DLI),
        ("huawei-dli", {"flink_version": "${env:VERSION}"}, DLI_BEFORE_SETS),
        ("alibaba-foas", {"engine_version": "blink-3.6.0"}, BLINK),
        ("dinky", {}, DINKY),
        ("dinky", {"fragment": True}, DINKY_WITH_VARIABLES),
    ],
)
def test_the_dialect_follows_from_provider_and_options(
    provider: str, options: dict[str, Any], dialect: Dialect
) -> None:
    """A version that is not named is the platform's choice, so that the forms of all versions are let through."""
    assert dialect_of(provider, options) == dialect


@pytest.mark.parametrize(
    ("target", "options", "sql"),
    [
        pytest.param("cs", "", STREAMS, id="cloud-stream"),
        pytest.param("dli", "queue_name: q, job_type: flink_sql_job", STREAMS, id="dli-stream-job"),
        pytest.param("dli", "queue_name: q, flink_version: '1.10'", f"{QUOTED}\n{TWO}", id="dli-on-flink-1.10"),
        pytest.param("foas", "", TWO, id="blink"),
        pytest.param("dinky", "type: standalone, clusterName: c, fragment: true", "${it};\nx := 1;", id="dinky"),
    ],
)
def test_a_statement_of_its_platform_loads_without_a_word(tmp_path: Path, target: str, options: str, sql: str) -> None:
    """Neither a mistake nor a warning; and the job knows its dialect for every comparison to come."""
    project = loaded(tmp_path, target, sql, options)

    assert (project.mistakes, project.warnings) == ((), ())
    assert project.jobs["orders"].dialect != FLINK
    assert project.jobs["orders"].program == Sql(sql)


@pytest.mark.parametrize(
    ("target", "options", "sql", "problem"),
    [
        pytest.param("flink", "", QUOTED, "double quotes", id="quotes-on-flink"),
        pytest.param("flink", "", TWO, "second job", id="two-inserts-on-flink"),
        pytest.param("dli", "queue_name: q, flink_version: '1.15'", TWO, "second job", id="dli-on-flink-1.15"),
        pytest.param("cs", "", "INSERT INTO t SELECT f(a FROM s", "never closed", id="bracket"),
    ],
)
def test_a_mistake_is_one_by_the_rules_of_its_dialect(
    tmp_path: Path, target: str, options: str, sql: str, problem: str
) -> None:
    """The same text may be right on one target and wrong on another."""
    [mistake, *_] = loaded(tmp_path, target, sql, options).mistakes

    assert problem in mistake.problem


def test_what_flink_would_refuse_is_a_warning_where_flink_does_not_read_it(tmp_path: Path) -> None:
    """headgate does not know the rules of Stream SQL, so it says so, and where, and what to do if it matters."""
    [warning] = doubts(loaded(tmp_path, "cs", 'CREATE SINK STREAM s (a INT)\nWITH (type = "smn");'))

    assert warning.where == "jobs/orders.sql:1:1"
    assert warning.problem == (
        "a job needs at least one INSERT INTO (a rule of Flink SQL; headgate does not know that of Stream SQL)"
    )
    assert warning.hint == "if the platform refuses it: add the INSERT that writes its result"
    assert warning.jobs == ("orders",)


def test_a_value_that_the_platform_puts_in_is_no_mistyped_placeholder(tmp_path: Path) -> None:
    """Stream SQL has `${column}` in options, Blink the variables of a job; `${ENV:X}` is no name of theirs."""
    sql = 'CREATE SINK STREAM s (a INT) WITH (type = "es", es_index = "{}"); INSERT INTO s SELECT 1;'

    for name in ("own", "mistyped"):
        (tmp_path / name).mkdir()
    own = loaded(tmp_path / "own", "cs", sql.replace("{}", "car_${brand}"))
    mistyped = loaded(tmp_path / "mistyped", "cs", sql.replace("{}", "${ENV:BRAND}"))

    assert own.warnings == ()
    assert [one.hint for one in mistyped.warnings] == ["write ${env:BRAND} for the value of the variable"]


@pytest.mark.parametrize("target", ["dli", "dinky"])
@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("SET execution.savepoint.path = abc", "`execution.savepoint.path` is set by headgate"),
        ("set pipeline.global-job-parameters=a", "`pipeline.global-job-parameters` is set by headgate"),
        ("SET execution.checkpointing.interval = 'often'", "expected a duration"),
        ("SET pipeline.object-reuse = 3", "expected true or false"),
    ],
)
def test_a_setting_without_quotes_is_held_to_the_same_rules(
    tmp_path: Path, target: str, setting: str, problem: str
) -> None:
    """It would start the job from other state, or wipe its marker, as one with quotes does."""
    options = "type: standalone, clusterName: a" if target == "dinky" else ""
    project = loaded(tmp_path, target, f"{setting};\nINSERT INTO t SELECT a FROM s;", options)

    [broken] = project.broken
    assert [mistake.problem for mistake in broken.mistakes if mistake.problem.startswith(problem)]


@pytest.mark.parametrize("target", ["dli", "dinky"])
def test_a_setting_needs_no_quotes(tmp_path: Path, target: str) -> None:
    """Both platforms read it so."""
    options = "type: standalone, clusterName: a" if target == "dinky" else ""
    settings = "SET table.exec.state.ttl = 1 h;\nSET 'a.b' = c-d;\n"
    project = loaded(tmp_path, target, f"{settings}INSERT INTO t SELECT a FROM s;", options)

    assert "orders" in project.jobs
