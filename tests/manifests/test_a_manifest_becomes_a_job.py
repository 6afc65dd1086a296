"""What a manifest says is what the job is: defaults filled in, names kept, programs read."""

from __future__ import annotations

import hashlib

import pytest

from headgate.model.project import Limit, Safety
from headgate.model.secret import Secrets
from headgate.model.spec import DesiredState, Jar, JobSpec, Savepoint, Source, Sql, Strategy
from tests.manifests.given import JOB, PROJECT, SQL, Repo


def test_a_manifest_with_everything_in_it(repo: Repo) -> None:
    """Every field of the contract has its place in the spec."""
    manifest = f"""\
name: orders-totals
target: local
statement: {SQL}
parallelism: 4
savepoint: {{strategy: path, path: s3://a/b, accept: [partial, lost]}}
config: {{execution.checkpointing.interval: 30s}}
state: suspended
previous_name: totals
depends_on: [ingest]
ignore: [parallelism, config.a, options.note]
options: {{clusterId: 7, tags: [a], dialect: hive}}
---
name: ingest
statement: {SQL}
"""

    job = repo.job(manifest).jobs["orders-totals"]

    assert job == JobSpec(
        name="orders-totals",
        target="local",
        program=Sql(SQL),
        parallelism=4,
        savepoint=Savepoint(Strategy.PATH, "s3://a/b", frozenset({"partial", "lost"})),
        config={"execution.checkpointing.interval": "30s"},
        desired_state=DesiredState.SUSPENDED,
        previous_name="totals",
        depends_on=("ingest",),
        ignore=("parallelism", "config.a", "options.note"),
        options={"clusterId": 7, "tags": ["a"], "dialect": "hive"},
    )
    assert str(job.source) == "jobs/orders.yaml:1:1"


def test_a_manifest_with_nothing_but_a_name_and_a_statement(repo: Repo) -> None:
    """Everything else has a default, and the safe one: resume from the latest state."""
    job = repo.job(f"name: a\nstatement: {SQL}\n").jobs["a"]

    assert job == JobSpec(name="a", target="local", program=Sql(SQL))


def test_a_default_of_the_provider_written_out_is_no_difference(repo: Repo) -> None:
    """Quiet where nothing changed: the revision is that of a manifest without it."""
    plain = repo.job(JOB).jobs["orders"]
    written = repo.job(JOB + "options: {dialect: flink-sql, clusterId: 0}\nparallelism: 1\n").jobs["orders"]

    assert written.revision == plain.revision


def test_headgate_yaml_gives_what_manifests_leave_out(repo: Repo) -> None:
    """A team writes its target, parallelism and checkpointing once; a job's own word wins."""
    project = """\
project: payments
targets:
  a: {provider: river, url: http://a}
  b: {provider: river, url: http://b}
defaults: {target: b, parallelism: 3, config: {execution.checkpointing: {interval: 30s, mode: AT_LEAST_ONCE}}}
safety: {max_restarts: 30%, max_cancels: 2, prune: true}
store: sqlite:///x.db
"""

    loaded = repo.job(JOB + "config: {execution.checkpointing.interval: 5s, state.backend: rocksdb}\n", project)

    job = loaded.jobs["orders"]
    assert (job.target, job.parallelism) == ("b", 3)
    assert job.config == {
        "execution.checkpointing.interval": "5s",
        "execution.checkpointing.mode": "AT_LEAST_ONCE",
        "state.backend": "rocksdb",
    }
    assert loaded.safety == Safety(Limit(share=0.3), Limit(count=2), prune=True)
    assert (loaded.name, loaded.store, loaded.root) == ("payments", "sqlite:///x.db", repo.root)


def test_an_old_name_in_a_manifest_overrides_the_new_name_in_the_defaults(repo: Repo) -> None:
    """`state.backend` became `state.backend.type`; both at once would leave the choice to chance."""
    project = PROJECT + "defaults: {config: {state.backend.type: hashmap}}\n"

    job = repo.job(JOB + "config: {state.backend: rocksdb}\n", project).jobs["orders"]

    assert job.config == {"state.backend": "rocksdb"}


def test_a_statement_file_is_found_beside_its_manifest(repo: Repo) -> None:
    """Its text is the statement, without a byte order mark and with plain newlines."""
    repo.write({"jobs/sql/a.sql": b"\xef\xbb\xbfINSERT INTO c\r\nSELECT b FROM a;"})

    job = repo.job("name: a\nstatement_file: sql/a.sql\n").jobs["a"]

    assert job.program == Sql("INSERT INTO c\nSELECT b FROM a;")
    assert job.source.at(2, 3) == "jobs/sql/a.sql:2:3"


def test_a_jar_in_the_repository_is_known_by_its_content(repo: Repo) -> None:
    """A rebuilt jar is a change; where the manifest stands is not."""
    repo.write({"build/a.jar": b"PK", "jobs/deep/b.yaml": "name: b\njar: {uri: ../../build/a.jar, args: ['1']}\n"})

    jobs = repo.job("name: a\njar: {uri: ../build/a.jar, main_class: x.Y}\n").jobs

    digest = hashlib.sha256(b"PK").hexdigest()
    assert jobs["a"].program == Jar("build/a.jar", "x.Y", (), digest)
    assert jobs["b"].program == Jar("build/a.jar", "", ("1",), digest)
    assert isinstance(jobs["a"].program, Jar)
    assert jobs["a"].program.file == str(repo.root / "build/a.jar")


@pytest.mark.parametrize("uri", ["https://repo/a.jar", "s3://b/a.jar", "obs://b/a.jar", "local:///opt/a.jar"])
def test_a_jar_elsewhere_is_left_to_the_platform(repo: Repo, uri: str) -> None:
    """headgate validates offline; it neither reads nor resolves a URL."""
    job = repo.job(f"name: a\njar: {{uri: '{uri}'}}\n").jobs["a"]

    assert job.program == Jar(uri)


def test_the_store_of_the_environment_wins(repo: Repo) -> None:
    """A CI runner has its own store, and need not know the password of the one in the file."""
    project = PROJECT + "store: postgresql://${env:PW}@db/x\n"

    assert repo.job(JOB, project, HEADGATE_STORE="sqlite:///ci.db").store == "sqlite:///ci.db"


def test_where_a_job_was_written_takes_no_part_in_what_it_is(repo: Repo) -> None:
    """Moving a manifest restarts nothing."""
    here = repo.job(JOB).jobs["orders"]
    repo.write({"jobs/orders.yaml": f"name: other\nstatement: {SQL}\n", "jobs/moved/o.yaml": "# moved\n" + JOB})

    there = repo.load().jobs["orders"]

    assert here == there
    assert (here.source, there.source) == (
        Source("jobs/orders.yaml", 1, 1, "", 3, 2),
        Source("jobs/moved/o.yaml", 2, 1, "", 4, 2),
    )
    assert here.secrets == Secrets()
