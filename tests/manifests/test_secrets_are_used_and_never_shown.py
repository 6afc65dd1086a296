"""`${env:NAME}`: the text keeps the placeholder, the value goes to the platform, and nothing prints it."""

from __future__ import annotations

import logging

import pytest

from headgate.errors import ManifestError
from headgate.model.spec import Jar, Sql
from tests.manifests.given import JOB, PROJECT, SQL, Repo, RiverTarget, at

VALUE = "hunter2-correct-horse"
FIELDS = "statement, statement_file contents, jar.uri, jar.args, config values, options, savepoint.path"


def test_a_job_keeps_the_placeholder_and_carries_the_value_beside_it(repo: Repo) -> None:
    """Only the names a job uses go with it, so that a rotated secret restarts only the jobs that use it."""
    manifest = """\
name: sql
statement: INSERT INTO c SELECT '${env:A}' FROM a
config: {s3.secret: "${env:B}"}
options: {note: "x ${env:C}"}
savepoint: {strategy: path, path: "s3://${env:D}/x"}
---
name: jar
jar: {uri: "https://${env:E}/a.jar", args: ["--key", "${env:A}"]}
---
name: none
statement: INSERT INTO c SELECT 1
"""

    jobs = repo.job(manifest, A="1", B="2", C="3", D="4", E="5", F="6").jobs

    assert jobs["sql"].program == Sql("INSERT INTO c SELECT '${env:A}' FROM a")
    assert jobs["sql"].config == {"s3.secret": "${env:B}"}
    assert jobs["sql"].options == {"note": "x ${env:C}"}
    assert jobs["sql"].savepoint.path == "s3://${env:D}/x"
    assert jobs["sql"].secrets.values == {"A": "1", "B": "2", "C": "3", "D": "4"}
    assert jobs["jar"].program == Jar("https://${env:E}/a.jar", "", ("--key", "${env:A}"))
    assert jobs["jar"].secrets.values == {"A": "1", "E": "5"}
    assert jobs["none"].secrets.values == {}


def test_a_default_that_a_job_overrides_is_not_a_variable_it_uses(repo: Repo) -> None:
    """Its rotation is none of that job's business."""
    project = PROJECT + 'defaults: {config: {s3.key: "${env:KEY}", s3.secret: "${env:B}"}}\n'

    job = repo.job(JOB + "config: {s3.key: mine}\n", project, KEY="1", B="2").jobs["orders"]

    assert job.secrets.values == {"B": "2"}


def test_a_target_and_the_store_get_the_values(repo: Repo) -> None:
    """They are settings of headgate, not of a job; the target knows what to mask."""
    project = """\
project: payments
targets: {t: {provider: river, url: "https://${env:HOST}", password: "${env:PW}"}}
store: postgresql://x:${env:PW}@db/x
"""

    loaded = repo.job(JOB, project, HOST="river", PW=VALUE)

    settings = loaded.targets["t"].settings
    assert isinstance(settings, RiverTarget)
    assert settings.url == "https://river"
    assert settings.password is not None
    assert settings.password.get_secret_value() == VALUE
    assert loaded.store == f"postgresql://x:{VALUE}@db/x"
    assert loaded.targets["t"].secrets.mask(f"no {VALUE}") == "no ${env:PW}"


def test_nothing_that_is_loaded_shows_a_value(repo: Repo, caplog: pytest.LogCaptureFixture) -> None:
    """A repr ends in logs and tracebacks."""
    project = PROJECT.replace("}\n", ', password: "${env:PW}"}\n') + "store: x://${env:PW}@db\n"
    manifest = f'{JOB}config: {{a: "${{env:PW}}"}}\noptions: {{note: "${{env:PW}}"}}\n'

    with caplog.at_level(logging.DEBUG):
        loaded = repo.job(manifest, project, PW=VALUE)

    assert loaded.jobs["orders"].secrets.values == {"PW": VALUE}
    assert VALUE not in repr(loaded) + str(loaded) + caplog.text
    assert VALUE not in str(loaded.jobs["orders"].carried()) + str(loaded.jobs["orders"].fields())


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        pytest.param(
            'url: "${env:PW}"', "expected a URL such as http://river:8081, found text '${env:PW}'", id="pattern"
        ),
        pytest.param('url: http://x, timeout: "${env:PW}"', "expected a number, found text '${env:PW}'", id="number"),
        pytest.param('url: http://x, "${env:PW}": 1', "unknown key `${env:PW}`", id="key"),
    ],
)
@pytest.mark.parametrize("value", [VALUE, "x", "http//"])
def test_no_mistake_shows_a_value(repo: Repo, settings: str, problem: str, value: str) -> None:
    """Not even a value so short that masking it hides other text."""
    repo.write({"headgate.yaml": f"project: p\ntargets: {{t: {{provider: river, {settings}}}}}\n"})

    with pytest.raises(ManifestError) as caught:
        repo.load(PW=value)

    assert problem in [mistake.problem for mistake in caught.value.mistakes]
    if len(value) > 1:
        assert value not in str(caught.value) + repr(caught.value.mistakes)


def test_a_variable_that_is_not_set_is_named_once_for_each_place(repo: Repo) -> None:
    """The name and the nearest one that is set, never what others are set to."""
    manifest = f'name: a\nstatement: {SQL}\nconfig:\n  a: "${{env:DB_PASSWRD}}"\n  b: x${{env:OTHER}}\n'

    found = repo.job_mistakes(manifest, DB_PASSWORD=VALUE)

    assert found == [
        at("4:7", "environment variable DB_PASSWRD is not set", "did you mean ${env:DB_PASSWORD}?"),
        at("5:7", "environment variable OTHER is not set", "set OTHER before running headgate"),
    ]


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param("name: ${env:A}\nstatement: x\n", id="name"),
        pytest.param(JOB + "target: ${env:A}\n", id="target"),
        pytest.param(JOB + "parallelism: ${env:A}\n", id="parallelism"),
        pytest.param(JOB + "state: ${env:A}\n", id="state"),
        pytest.param(JOB + "depends_on: ['${env:A}']\n", id="depends-on"),
        pytest.param(JOB + "savepoint: {strategy: '${env:A}'}\n", id="strategy"),
        pytest.param("name: a\nstatement_file: ${env:A}.sql\n", id="statement-file"),
        pytest.param("name: a\njar: {uri: s3://a/b.jar, main_class: '${env:A}'}\n", id="main-class"),
    ],
)
def test_a_placeholder_where_none_may_stand(repo: Repo, manifest: str) -> None:
    """What a job is, and where it runs, is read in review and not known only to a runner."""
    found = repo.job_mistakes(manifest, A="1")

    assert [(mistake.problem, mistake.hint) for mistake in found if "placeholder" in mistake.problem] == [
        ("placeholders are for text fields, found ${env:A}", f"they may stand in: {FIELDS}")
    ]


@pytest.mark.parametrize("text", ["${env:}", "${env:1}", "${env:A", "${env: A}"])
def test_a_placeholder_that_is_not_complete(repo: Repo, text: str) -> None:
    """Passed on as it is, it would be a wrong password."""
    found = repo.job_mistakes(JOB + f"config: {{a: '{text}'}}\n", A="1")

    assert found == [at("6:14", "a placeholder that is not complete", "write ${env:NAME}")]


def test_a_jar_in_the_repository_is_named_without_placeholders(repo: Repo) -> None:
    """A path that depends on the machine cannot be distinguished from a missing file."""
    found = repo.job_mistakes("name: a\njar: {uri: '${env:A}/b.jar'}\n", A="build")

    assert [mistake.problem for mistake in found] == ["a jar in the repository is named without placeholders"]
