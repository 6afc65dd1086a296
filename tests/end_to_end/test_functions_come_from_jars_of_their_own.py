"""SQL functions from jars that the statements add: planned, run and upgraded like any other job, checkpoints on.

With a checkpoint interval Flink's plan endpoint compiles generated operators once more, in a class loader that does not
know such jars: https://issues.apache.org/jira/browse/FLINK-28897.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from headgate.local import LocalFlink
from headgate.model.outcome import Outcome
from headgate.model.plan import Verb, Verdict
from headgate.providers.flink.runner import build
from tests.clusters import Cluster, Repo, eventually
from tests.functions import SOURCES, TOTAL, UPPER

TABLES = """\
  CREATE TABLE numbers (k STRING, v BIGINT) WITH (
    'connector' = 'datagen', 'rows-per-second' = '40', 'fields.v.min' = '1', 'fields.v.max' = '2'
  );
  CREATE TABLE texts (a STRING, b BIGINT) WITH ('connector' = 'blackhole');
"""
UPPERCASE = "  INSERT INTO texts SELECT fx(k), v FROM numbers;\n"


def manifest(name: str, statement: str, more: str = "") -> str:
    return f"""\
name: {name}
config: {{execution.checkpointing.interval: 500ms{more}}}
statement: |
{statement}"""


def total(identifier: str, where: str = "") -> str:
    """A running total of the aggregate from a jar, whose rows are found by the identifier."""
    return f"""\
  ADD JAR '{UPPER}';
  CREATE FUNCTION fx AS 'acme.Upper';
  CREATE TEMPORARY SYSTEM FUNCTION total AS 'acme.Total' USING JAR 'file://{TOTAL}';
{TABLES}\
  CREATE TABLE totals (k STRING, total BIGINT) WITH ('connector' = 'print', 'print-identifier' = '{identifier}');
  INSERT INTO totals SELECT fx('all'), total(v) FROM numbers {where};
"""


@pytest.mark.full
@pytest.mark.flink
def test_every_way_to_name_a_jar_is_planned_applied_and_then_in_sync(repo: Repo, flink: LocalFlink, cluster: Cluster):
    """By path, by URL, relative to where the JobManager runs, one jar for all functions or one for each."""
    relative = os.path.relpath(UPPER, flink.directory.parent.parent)
    ways = {
        "url": f"  CREATE TEMPORARY FUNCTION fx AS 'acme.Upper' USING JAR 'file://{UPPER}';\n",
        "relative": f"  CREATE FUNCTION fx AS 'acme.Upper' USING JAR '{relative}';\n",
        "added": f"  ADD JAR '{UPPER}';\n  CREATE TEMPORARY SYSTEM FUNCTION fx AS 'acme.Upper' LANGUAGE JAVA;\n",
        "several": f"  CREATE FUNCTION fx AS 'acme.Upper' USING JAR '{TOTAL}', JAR '{UPPER}';\n",
    }
    for name, way in ways.items():
        repo.write(f"jobs/{name}.yaml", manifest(name, way + TABLES + UPPERCASE))
    on_the_class_path = f", pipeline.classpaths: 'file://{UPPER}'"
    repo.write(
        "jobs/by-config.yaml",
        manifest("by-config", "  CREATE FUNCTION fx AS 'acme.Upper';\n" + TABLES + UPPERCASE, on_the_class_path),
    )
    repo.commit()

    report = repo.apply()

    assert [(one.action.job, one.detail) for one in report.results if one.outcome is not Outcome.APPLIED] == []
    assert [len(cluster.running(name)) for name in (*ways, "by-config")] == [1, 1, 1, 1, 1]
    assert not repo.plan().has_changes


@pytest.mark.flink
def test_an_edit_of_a_job_with_functions_of_its_own_keeps_their_state(repo: Repo, cluster: Cluster):
    """A filter before the aggregate, as on any other job; the total goes on from where it was."""
    repo.write("jobs/total.yaml", manifest("total", total(repo.project)))
    repo.commit()
    repo.apply()
    eventually(lambda: any(number >= 40 for number in cluster.printed(repo.project)))

    repo.write("jobs/total.yaml", manifest("total", total(repo.project, where="WHERE v > 0")))
    repo.commit()
    [action] = repo.plan().actions
    [result] = repo.apply().results

    assert (action.verb, action.state.verdict if action.state else None) == (Verb.RESTART, Verdict.KEPT)
    assert result.outcome is Outcome.APPLIED
    before = len(cluster.printed(repo.project))
    after = eventually(lambda: cluster.printed(repo.project)[before:])
    assert min(after) > 40
    assert not repo.plan().has_changes


@pytest.mark.full
@pytest.mark.parametrize("jar", SOURCES, ids=lambda jar: jar.stem)
def test_the_jar_is_its_source_compiled(jar: Path):
    """Where a JDK like the builder's is present, the bytes themselves are compared."""
    with zipfile.ZipFile(jar) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    manifest_of = found.pop("META-INF/MANIFEST.MF").decode("ascii")
    like_the_builders = shutil.which("javac") is not None and f"Build-Jdk-Spec: {build.jdk()}\r\n" in manifest_of

    compiled = build.compiled(build.installed_lib(), (SOURCES[jar],)) if like_the_builders else found

    assert compiled == found
