"""One error for each mistake: where it is, what was expected, what was found, and the nearest right word."""

from __future__ import annotations

import pytest

from headgate.errors import Mistake
from tests.manifests.given import JOB, SQL, Repo, at

TAIL = f"statement: {SQL}\n"


@pytest.mark.parametrize(
    ("manifest", "mistake"),
    [
        pytest.param(
            JOB + "paralelism: 4\n",
            at("6:1", "unknown key `paralelism`", "did you mean `parallelism`?"),
            id="slip-in-a-key",
        ),
        pytest.param(
            JOB + "savepoint: {zzz: 1}\n",
            at("6:13", "unknown key `zzz`", "valid keys: accept, keep, max_age, path, strategy"),
            id="key-like-no-other",
        ),
        pytest.param(
            JOB + "parallelism: four\n",
            at("6:14", "expected a whole number, found text 'four'"),
            id="text-for-a-number",
        ),
        pytest.param(
            JOB + 'parallelism: "4"\n', at("6:14", "expected a whole number, found text '4'"), id="number-in-quotes"
        ),
        pytest.param(
            JOB + "parallelism: 1.5\n", at("6:14", "expected a whole number, found the number 1.5"), id="half-a-subtask"
        ),
        pytest.param(
            JOB + "parallelism: 0\n",
            at("6:14", "expected a whole number of 1 or more, found the number 0"),
            id="no-subtask",
        ),
        pytest.param(
            JOB + "parallelism: true\n", at("6:14", "expected a whole number, found true"), id="true-for-a-number"
        ),
        pytest.param(JOB + "parallelism:\n", at("6:13", "expected a whole number, found nothing"), id="nothing"),
        pytest.param(
            JOB + "parallelism: ${env:P}\n",
            at(
                "6:14",
                "placeholders are for text fields, found ${env:P}",
                "they may stand in: statement, statement_file contents, jar.uri, jar.args, config values, options, "
                "savepoint.path",
            ),
            id="placeholder-for-a-number",
        ),
        pytest.param(
            "name: 123\n" + TAIL,
            at("1:7", "expected text, found the number 123", 'quote it: "123"'),
            id="number-for-a-name",
        ),
        pytest.param(
            "name: no spaces\n" + TAIL,
            at(
                "1:7",
                "expected a name of 1 to 128 letters, digits, `.`, `_` and `-` that begins and ends with a letter or "
                "digit, found text 'no spaces'",
            ),
            id="name-with-a-space",
        ),
        pytest.param(TAIL, at("1:1", "`name` is missing"), id="no-name"),
        pytest.param(
            "name: a\n",
            at("1:1", "the job has no program", "write one of statement, statement_file, jar"),
            id="no-program",
        ),
        pytest.param(
            JOB + "statement_file: a.sql\n",
            at(
                "6:1",
                "`statement` and `statement_file` are given; a job has one program",
                "write one of statement, statement_file, jar",
            ),
            id="two-programs",
        ),
        pytest.param("name: a\nstatement: ' '\n", at("2:12", "there is no statement here"), id="empty-statement"),
        pytest.param(
            JOB + "depends_on: orders\n",
            at("6:13", "expected a list, found text 'orders'", "write [orders]"),
            id="text-for-a-list",
        ),
        pytest.param(JOB + "jar: x\n", at("6:6", "expected a mapping, found text 'x'"), id="text-for-a-mapping"),
        pytest.param(
            JOB + "state: stopped\n", at("6:8", "expected one of running, suspended, found text 'stopped'"), id="state"
        ),
        pytest.param(
            JOB + "savepoint: {strategy: lates}\n",
            at(
                "6:23",
                "expected one of latest, earliest, none, path, found text 'lates'",
                "did you mean `latest`?",
            ),
            id="slip-in-a-word",
        ),
        pytest.param(
            JOB + "savepoint: {accept: [wrong]}\n",
            at("6:22", "expected one of partial, lost, unknown, found text 'wrong'"),
            id="consent-to-wrong-results",
        ),
        pytest.param(
            JOB + "savepoint: {accept: all}\n",
            at("6:21", "expected a list, found text 'all'", "write a list of partial, lost, unknown"),
            id="consent-to-all",
        ),
        pytest.param(
            JOB + "savepoint: {accept: lsot}\n",
            at("6:21", "expected a list, found text 'lsot'", "write [lost]"),
            id="slip-in-a-word-for-a-list",
        ),
        pytest.param(
            JOB + "depends_on: no spaces\n",
            at("6:13", "expected a list, found text 'no spaces'"),
            id="text-that-may-not-be-in-the-list",
        ),
        pytest.param(
            JOB + "savepoint: {strategy: path}\n",
            at("6:23", "strategy path needs a `path`", "add `path: s3://...`"),
            id="path-strategy-without-path",
        ),
        pytest.param(
            JOB + "savepoint: {path: s3://a/b}\n",
            at("6:13", "`path` is only read with strategy path", "write `strategy: path`, or remove it"),
            id="path-without-its-strategy",
        ),
        pytest.param(
            JOB + "ignore: [name]\n",
            at(
                "6:10",
                "expected one of parallelism, config, config.KEY, statement, jar, options, options.KEY, "
                "found text 'name'",
            ),
            id="name-cannot-be-ignored",
        ),
        pytest.param(
            JOB + "ignore: [paralelism]\n",
            at(
                "6:10",
                "expected one of parallelism, config, config.KEY, statement, jar, options, options.KEY, "
                "found text 'paralelism'",
                "did you mean `parallelism`?",
            ),
            id="slip-in-what-is-ignored",
        ),
        pytest.param(
            JOB + "target: locl\n",
            at("6:9", "there is no target `locl`", "did you mean `local`?"),
            id="slip-in-a-target",
        ),
        pytest.param(
            JOB + "options: {clusterid: 1}\n",
            at("6:11", "unknown key `clusterid`", "did you mean `clusterId`?"),
            id="slip-in-an-option",
        ),
        pytest.param(
            JOB + "options: {clusterId: '1'}\n",
            at("6:22", "expected a whole number, found text '1'"),
            id="option-of-a-wrong-type",
        ),
        pytest.param(
            JOB + "options: {dialect: hiv}\n",
            at("6:20", "expected one of flink-sql, hive, found text 'hiv'", "did you mean `hive`?"),
            id="option-of-a-wrong-word",
        ),
        pytest.param("- a\n- b\n", at("1:1", "expected a job manifest (a mapping), found a list"), id="list"),
        pytest.param(
            "just text\n", at("1:1", "expected a job manifest (a mapping), found text 'just text'"), id="text"
        ),
        pytest.param(
            JOB + "name: other\n",
            at("6:1", "duplicate key `name`", "it was first written on line 1, column 1"),
            id="key-written-twice",
        ),
        pytest.param(b"", at("1:1", "the file is empty", "write a manifest into it, or delete it"), id="empty-file"),
        pytest.param(
            "# soon\n---\n",
            at("1:1", "the file is empty", "write a manifest into it, or delete it"),
            id="comments-alone",
        ),
        pytest.param(
            b"name: a\nstatement: \xffx\n",
            at("2:12", "not UTF-8: byte 0xff at offset 19", "save the file as UTF-8"),
            id="not-utf-8",
        ),
        pytest.param(
            "name: a\n\tstatement: b\n",
            at("2:1", "not valid YAML: a tab where only spaces may indent", "use spaces"),
            id="tab",
        ),
        pytest.param(
            "name: a: b\n",
            at("1:8", "not valid YAML: a second `: ` in one line", "quote text that contains `: `"),
            id="two-colons",
        ),
        pytest.param(
            "name: a\n  target: b\n",
            at("2:9", "not valid YAML: a second `: ` in one line", "quote text that contains `: `"),
            id="indented-too-far",
        ),
        pytest.param(
            "name: [a\n",
            at("2:1", "not valid YAML: the file ends inside a list or mapping", "close it with ] or }"),
            id="open-bracket",
        ),
        pytest.param(
            "name: !!python/object/apply:os.system [ls]\n",
            at(
                "1:7",
                "tags such as `tag:yaml.org,2002:python/object/apply:os.system` are not allowed",
                "write the value alone",
            ),
            id="tag",
        ),
    ],
)
def test_one_mistake_is_one_error(repo: Repo, manifest: str | bytes, mistake: Mistake) -> None:
    """A caller that made it can go to the place and knows what to write instead."""
    found = repo.job_mistakes(manifest, P="4")

    assert mistake in found
    assert len([other for other in found if other.where == mistake.where]) == 1


def test_all_mistakes_of_all_files_are_reported_in_one_run(repo: Repo) -> None:
    """A person mends them all and runs it once more, instead of once for each."""
    repo.write(
        {
            "headgate.yaml": "project: payments\ntarget: {}\n",
            "jobs/b.yaml": "name: b\nstatment: x\n---\nname: c\nparallelism: x\n",
            "jobs/a.yml": "name: [",
            "jobs/deep/er/c.yaml": "",
        }
    )

    found = repo.mistakes()

    assert [mistake.where for mistake in found] == [
        "headgate.yaml:2:1",
        "jobs/a.yml:1:8",
        *["jobs/b.yaml:1:1"] * 2,
        "jobs/b.yaml:2:1",
        *["jobs/b.yaml:4:1"] * 2,
        "jobs/b.yaml:5:14",
        "jobs/deep/er/c.yaml:1:1",
    ]
