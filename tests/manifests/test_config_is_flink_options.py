"""`config:`: every value as the text Flink reads, and what is surely wrong refused before a cluster sees it."""

from __future__ import annotations

import pytest

from headgate.errors import Mistake
from tests.manifests.given import JOB, PROJECT, Repo, at


@pytest.mark.parametrize(
    ("config", "read"),
    [
        pytest.param("{a.b: x}", {"a.b": "x"}, id="text"),
        pytest.param("{a: true, b: False}", {"a": "true", "b": "false"}, id="booleans"),
        pytest.param("{a: 010, b: 0x10, c: 1_000}", {"a": "10", "b": "16", "c": "1000"}, id="whole-numbers"),
        pytest.param("{a: 1.10, b: 1e3}", {"a": "1.10", "b": "1e3"}, id="decimals-keep-their-digits"),
        pytest.param("{a: 30 s, b: '', c: yes}", {"a": "30 s", "b": "", "c": "yes"}, id="words"),
        pytest.param("{a: {b: {c: 1}, d: 2}, e.f: 3}", {"a.b.c": "1", "a.d": "2", "e.f": "3"}, id="nested"),
        pytest.param("{my.own.key: 1, execution.my-own: 2}", {"my.own.key": "1", "execution.my-own": "2"}, id="custom"),
    ],
)
def test_a_value_is_the_text_flink_reads(repo: Repo, config: str, read: dict[str, str]) -> None:
    """Nested or dotted, quoted or not: one option has one text."""
    assert repo.job(JOB + f"config: {config}\n").jobs["orders"].config == read


@pytest.mark.parametrize(
    ("config", "mistake"),
    [
        pytest.param(
            "{a: }", at("6:12", "expected text, a number, true or false for `a`, found nothing"), id="nothing"
        ),
        pytest.param(
            "{a: [1, 2]}",
            at("6:13", "expected text, a number, true or false for `a`, found a list", "write a list as a;b;c"),
            id="list",
        ),
        pytest.param(
            "{a: {b: 1}, a.b: 2}",
            at("6:21", "duplicate key `a.b`", "it was first written on line 6, column 14"),
            id="nested-and-dotted",
        ),
        pytest.param(
            "{state.backend: rocksdb, state.backend.type: hashmap}",
            at(
                "6:34",
                "`state.backend.type` is the same option as `state.backend`",
                "it was first written on line 6, column 10",
            ),
            id="old-and-new-name",
        ),
        pytest.param(
            "{execution.checkpointing.interval: soon}",
            at("6:44", "expected a duration such as 30s for `execution.checkpointing.interval`, found text 'soon'"),
            id="duration",
        ),
        pytest.param(
            "{execution: {checkpointing: {mode: exactly}}}",
            at(
                "6:44",
                "expected one of AT_LEAST_ONCE, EXACTLY_ONCE for `execution.checkpointing.mode`, found text 'exactly'",
            ),
            id="enum",
        ),
        pytest.param(
            "{pipeline.object-reuse: yes}",
            at("6:33", "expected true or false for `pipeline.object-reuse`, found text 'yes'"),
            id="boolean",
        ),
        pytest.param(
            "{table.exec.mini-batch.size: 1.5}",
            at("6:38", "expected a whole number for `table.exec.mini-batch.size`, found the number 1.5"),
            id="whole-number",
        ),
        pytest.param(
            "{execution.checkpointing.intervall: 30s}",
            at(
                "6:10",
                "unknown option `execution.checkpointing.intervall`",
                "did you mean `execution.checkpointing.interval`?",
            ),
            id="slip-in-a-known-option",
        ),
        pytest.param(
            "{parallelism.default: 4}",
            at("6:10", "`parallelism.default` is set by headgate", "use `parallelism`"),
            id="parallelism",
        ),
        pytest.param(
            "{execution.savepoint.path: s3://a}",
            at(
                "6:10",
                "`execution.savepoint.path` is set by headgate",
                "use `savepoint: {strategy: path, path: ...}`",
            ),
            id="restore-path",
        ),
        pytest.param(
            "{execution.state-recovery.ignore-unclaimed-state: true}",
            at(
                "6:10",
                "`execution.state-recovery.ignore-unclaimed-state` is set by headgate",
                "use `savepoint: {accept: [...]}`, which names what may be lost",
            ),
            id="state-given-up-behind-headgates-back",
        ),
    ],
)
def test_what_is_surely_wrong_is_refused(repo: Repo, config: str, mistake: Mistake) -> None:
    """Flink would take the slip for an option of somebody else and run without checkpoints."""
    assert repo.job_mistakes(JOB + f"config: {config}\n") == [mistake]


@pytest.mark.parametrize("value", ["30s", "30 s", "500", "1 min", "PT30S", "${env:INTERVAL}"])
def test_every_way_to_write_a_duration_is_accepted(repo: Repo, value: str) -> None:
    """What Flink accepts, and what is only known when it runs."""
    config = f"config: {{execution.checkpointing.interval: '{value}'}}\n"

    assert repo.job(JOB + config, INTERVAL="30s").jobs["orders"].config == {"execution.checkpointing.interval": value}


def test_a_mistake_in_the_defaults_is_reported_once_where_it_stands(repo: Repo) -> None:
    """Not once for every job that inherits it."""
    repo.write({"jobs/b.yaml": JOB.replace("orders", "b")})
    project = PROJECT + 'defaults:\n  config: {pipeline.object-reuse: 3, a: "${env:GONE}"}\n'

    found = repo.job_mistakes(JOB, project)

    assert [mistake.where for mistake in found] == ["headgate.yaml:5:35", "headgate.yaml:5:42"]


def test_a_set_in_the_sql_is_held_to_the_same_rules(repo: Repo) -> None:
    """A SET goes over what headgate gives the job: one of the job parameters would wipe its marker."""
    script = "  SET 'table.exec.state.ttl' = '1 h';\n  SET 'pipeline.global-job-parameters' = 'a:b';\n"

    mistakes = repo.job_mistakes(f"name: orders\nstatement: |\n{script}  INSERT INTO c SELECT b FROM a;\n")

    why = "headgate keeps the marker and the manifest of the job there"
    assert mistakes == [at("4:3", "`pipeline.global-job-parameters` is set by headgate", why)]
