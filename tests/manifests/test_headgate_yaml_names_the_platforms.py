"""headgate.yaml: targets, limits, and environments merged over the base."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headgate import load
from headgate.errors import ManifestError, Mistake, UsageError
from headgate.manifests import schemas
from headgate.model.project import Limit
from headgate.providers.registry import PROVIDERS
from tests.manifests.given import FORMS, JOB, PROJECT, Repo, RiverTarget

ENVIRONMENTS = """\
project: payments
targets:
  main: {provider: river, url: http://dev, username: me}
  moved: {provider: river, url: http://dev, username: me}
defaults: {target: main, parallelism: 1, config: {execution.checkpointing.interval: 10s, a: base}}
safety: {max_restarts: 100%}
store: sqlite:///dev.db
environments:
  prod:
    targets:
      main: {url: http://prod}
      moved: {provider: lake, url: http://lake}
      extra: {provider: river, url: http://extra}
    defaults: {parallelism: 8, config: {execution: {checkpointing: {interval: 30s}}, b: "${env:PROD_ONLY}"}}
    safety: {max_cancels: 1}
    store: postgresql://db/prod
"""


def target(name: str, repo_target: object) -> RiverTarget:
    assert isinstance(repo_target, RiverTarget), name
    return repo_target


def test_without_an_environment_the_base_is_all_there_is(repo: Repo) -> None:
    """What only production has, a laptop need not have: its variables are not asked for."""
    loaded = repo.job(JOB, ENVIRONMENTS)

    assert sorted(loaded.targets) == ["main", "moved"]
    assert loaded.jobs["orders"].parallelism == 1
    assert loaded.environment == ""


def test_an_environment_is_merged_over_the_base(repo: Repo) -> None:
    """Mappings key by key; config as options, however it was nested; a target of another provider as a whole."""
    repo.write({"headgate.yaml": ENVIRONMENTS, "jobs/a.yaml": JOB})

    loaded = repo.load("prod", PROD_ONLY="x")

    main, moved = (target(name, loaded.targets[name].settings) for name in ("main", "moved"))
    assert (main.url, main.username) == ("http://prod", "me")
    assert (loaded.targets["moved"].provider, moved.url, moved.username) == ("lake", "http://lake", None)
    assert sorted(loaded.targets) == ["extra", "main", "moved"]
    assert loaded.jobs["orders"].parallelism == 8
    assert loaded.jobs["orders"].config == {
        "execution.checkpointing.interval": "30s",
        "a": "base",
        "b": "${env:PROD_ONLY}",
    }
    assert (loaded.safety.max_restarts, loaded.safety.max_cancels) == (Limit(share=1.0), Limit(count=1))
    assert (loaded.store, loaded.environment) == ("postgresql://db/prod", "prod")


@pytest.mark.parametrize(
    ("name", "hint"), [("prd", "did you mean `prod`?"), ("zzz", "environments: prod")], ids=["slip", "unlike-any"]
)
def test_an_environment_that_does_not_exist(repo: Repo, name: str, hint: str) -> None:
    """Falling back to the base would apply the wrong settings to the wrong platform."""
    repo.write({"headgate.yaml": ENVIRONMENTS})

    with pytest.raises(UsageError, match=f"there is no environment `{name}`") as caught:
        repo.load(name)

    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("overlay", "where", "problem"),
    [
        pytest.param("{jobs: [x]}", "5:10", "unknown key `jobs`", id="key"),
        pytest.param("{targets: {local: {ulr: x}}}", "5:28", "unknown key `ulr`", id="setting"),
        pytest.param("{targets: {new: {url: x}}}", "5:20", "target `new` has no `provider`", id="no-provider"),
        pytest.param("{targets: {x: {provider: rivr}}}", "5:34", "there is no provider `rivr`", id="provider"),
        pytest.param("{defaults: {parallelism: x}}", "5:34", "expected a whole number, found text 'x'", id="type"),
        pytest.param(
            "{defaults: {config: {pipeline.name: x}}}", "5:30", "`pipeline.name` is set by headgate", id="config"
        ),
        pytest.param("[]", "5:9", "expected a mapping, found an empty list", id="list"),
    ],
)
def test_an_environment_that_is_not_picked_is_checked_too(repo: Repo, overlay: str, where: str, problem: str) -> None:
    """Production is not the place to find a slip of last month."""
    found = repo.project_mistakes(PROJECT + f"environments:\n  prod: {overlay}\n")

    assert [(mistake.where, mistake.problem) for mistake in found] == [(f"headgate.yaml:{where}", problem)]


@pytest.mark.parametrize(
    ("project", "mistake"),
    [
        pytest.param("{}\n", Mistake("headgate.yaml:1:1", "`project` is missing"), id="no-name"),
        pytest.param("[a]\n", Mistake("headgate.yaml:1:1", "expected a mapping, found a list"), id="list"),
        pytest.param(
            "",
            Mistake("headgate.yaml:1:1", "the file is empty", "write at least `project: NAME` and `targets:` into it"),
            id="empty",
        ),
        pytest.param(
            "project: p\njobs: jobs/\n",
            Mistake("headgate.yaml:2:7", "expected a list, found text 'jobs/'", "write [jobs/]"),
            id="jobs-as-text",
        ),
        pytest.param(
            "project: p\njobs: []\n",
            Mistake("headgate.yaml:2:7", "expected a list of 1 or more, found an empty list"),
            id="no-jobs",
        ),
        pytest.param(
            "project: p\nsafety: {max_restarts: 101%}\n",
            Mistake(
                "headgate.yaml:2:24",
                "expected a share of the jobs such as 30%, or a whole number of 0 or more, found text '101%'",
            ),
            id="more-than-all",
        ),
        pytest.param(
            "project: p\nsafety: {prune: yes}\n",
            Mistake("headgate.yaml:2:17", "expected true, false or delete, found text 'yes'"),
            id="yes",
        ),
        pytest.param(
            "project: p\ntargets: {t: {url: x}}\n",
            Mistake("headgate.yaml:2:11", "target `t` has no `provider`", "providers: lake, river"),
            id="no-provider",
        ),
        pytest.param(
            "project: p\ntargets: {t: {provider: river}}\n",
            Mistake("headgate.yaml:2:14", "`url` is missing"),
            id="missing-setting",
        ),
        pytest.param(
            "project: p\ntargets: {t: {provider: river, url: ftp://x}}\n",
            Mistake("headgate.yaml:2:37", "expected a URL such as http://river:8081, found text 'ftp://x'"),
            id="pattern",
        ),
        pytest.param(
            "project: p\ntargets: {t: {provider: river, url: http://x, timeout: 0}}\n",
            Mistake("headgate.yaml:2:56", "expected a number of more than 0, found the number 0"),
            id="bound",
        ),
        pytest.param(
            "project: p\ndefaults: {target: x}\n",
            Mistake("headgate.yaml:2:20", "there is no target `x`", "targets: none"),
            id="default-target",
        ),
        pytest.param(
            "project: p\ndefaults: {savepoint: {strategy: none}}\n",
            Mistake("headgate.yaml:2:12", "unknown key `savepoint`", "valid keys: config, parallelism, target"),
            id="consent-for-all-jobs-at-once",
        ),
    ],
)
def test_a_mistake_in_headgate_yaml(repo: Repo, project: str, mistake: Mistake) -> None:
    """The same rules as for manifests."""
    assert mistake in repo.project_mistakes(project)


@pytest.mark.parametrize(
    ("setting", "reported"),
    [
        pytest.param('url: "${env:URL}"', ["environment variable URL is not set"], id="a-url"),
        pytest.param('url: "${env:}"', ["a placeholder that is not complete"], id="half-a-placeholder"),
        pytest.param(
            'url: http://x, timeout: "${env:TIME}"',
            ["expected a number, found text '${env:TIME}'", "environment variable TIME is not set"],
            id="no-value-would-do",
        ),
    ],
)
def test_a_variable_that_is_not_set_is_one_mistake(repo: Repo, setting: str, reported: list[str]) -> None:
    """What its value would look like is not known; that it may be no text at all is."""
    found = repo.project_mistakes(f"project: p\ntargets: {{t: {{provider: river, {setting}}}}}\n")

    assert [mistake.problem for mistake in found] == reported


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_every_pattern_has_an_example(provider: str) -> None:
    """What a regular expression says is for programmers; a mistake tells the example."""
    waiting: list[tuple[Any, bool]] = [(form.model_json_schema(), False) for form in PROVIDERS[provider].forms()]
    wanting = []
    while waiting:
        part, has_one = waiting.pop()
        has_one = has_one or "examples" in part
        wanting += [part] * ("pattern" in part and not has_one)
        within = part.values() if isinstance(part, dict) else part
        waiting += [(inner, has_one) for inner in within if isinstance(inner, dict | list)]

    assert wanting == []


@pytest.mark.parametrize(
    ("targets", "hint"),
    [
        ("", "headgate.yaml has no targets"),
        (
            "targets: {a: {provider: river, url: http://x}, b: {provider: river, url: http://x}}\n",
            "name one of a, b, or set `defaults: {target: ...}` in headgate.yaml",
        ),
    ],
    ids=["none", "several"],
)
def test_a_job_without_a_target(repo: Repo, targets: str, hint: str) -> None:
    """Where a job runs is not guessed."""
    found = repo.job_mistakes(JOB, "project: p\n" + targets)

    assert found == [Mistake("jobs/orders.yaml:1:1", "`target` is missing", hint)]


def test_editors_get_the_same_shapes() -> None:
    """The schemas are made from the models that read the files; a placeholder may stand where a pattern is asked."""
    project, job = schemas(FORMS)["project"], schemas(FORMS)["job"]

    choices = project["properties"]["targets"]["additionalProperties"]["anyOf"]
    assert [choice["properties"]["provider"] for choice in choices] == [{"const": "lake"}, {"const": "river"}]
    assert {"type": "string", "pattern": r"\$\{env:[A-Za-z_][A-Za-z0-9_]*\}"} in choices[0]["properties"]["url"][
        "anyOf"
    ]
    assert choices[0]["required"] == ["provider", "url"]
    assert choices[0]["additionalProperties"] is False
    assert set(job["properties"]) >= {"name", "target", "statement", "statement_file", "jar", "config", "options"}
    assert job["properties"]["options"]["anyOf"][1]["properties"].keys() >= {"clusterId", "dialect"}
    assert "password" not in str(schemas(FORMS)["project"]["properties"]["project"])


def test_files_of_a_target_are_beside_headgate_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A command that is run in jobs/ finds the same certificate."""
    (tmp_path / "jobs").mkdir()
    project = (
        'project: p\ntargets:\n  prod: {provider: flink, url: "https://f:1", ca: certs/ca.pem, cert: /etc/me.pem}\n'
    )
    (tmp_path / "headgate.yaml").write_text(project, "utf-8")
    monkeypatch.chdir(tmp_path / "jobs")

    settings = load().targets["prod"].settings

    assert (settings.ca, settings.cert, settings.key) == (str(tmp_path / "certs/ca.pem"), "/etc/me.pem", None)


@pytest.mark.parametrize(
    ("targets", "same"),
    [
        pytest.param("{provider: flink, url: 'http://f:1'}", "{provider: flink, url: 'http://F:1/'}", id="flink"),
        pytest.param("{provider: flink}", "{provider: flink}", id="the-local-flink-twice"),
        pytest.param(
            "{provider: dinky, url: 'http://d', username: u, password: p}",
            "{provider: dinky, url: 'http://d', username: u, password: q, folder: other}",
            id="dinky",
        ),
        pytest.param(
            "{provider: huawei-dli, region: eu, project_id: '1'}",
            "{provider: huawei-dli, region: eu, project_id: '1', timeout: 3}",
            id="dli",
        ),
    ],
)
def test_two_targets_are_two_places(tmp_path: Path, targets: str, same: str):
    """Under two names every job of one place would be seen twice, and none of them touched."""
    (tmp_path / "jobs").mkdir()
    file = tmp_path / "headgate.yaml"
    file.write_text(f"project: p\ntargets:\n  a: {targets}\n  b: {same}\n", "utf-8")

    with pytest.raises(ManifestError, match="target `b` is the same place as target `a`") as caught:
        load(file=file, environ={})

    assert caught.value.mistakes[0].where == "headgate.yaml:4:3"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("{provider: flink, url: 'http://f:1'}", "{provider: flink, url: 'http://f:2'}", id="ports"),
        pytest.param("{provider: flink, url: 'http://f/a'}", "{provider: flink, url: 'http://f/b'}", id="paths"),
        pytest.param(
            "{provider: dinky, url: 'http://d', username: u, password: p, tenant: 1}",
            "{provider: dinky, url: 'http://d', username: u, password: p, tenant: 2}",
            id="tenants",
        ),
        pytest.param(
            "{provider: huawei-dli, region: eu, token: one}",
            "{provider: huawei-dli, region: eu, token: two}",
            id="tokens",
        ),
        pytest.param(
            "{provider: huawei-dli, region: eu, project_id: '1'}",
            "{provider: huawei-cs, region: eu, project_id: '1'}",
            id="services",
        ),
    ],
)
def test_places_that_may_differ_are_not_taken_for_one(tmp_path: Path, one: str, other: str):
    """Only what is certainly the same is refused."""
    (tmp_path / "jobs").mkdir()
    file = tmp_path / "headgate.yaml"
    file.write_text(f"project: p\ntargets:\n  a: {one}\n  b: {other}\n", "utf-8")

    assert list(load(file=file, environ={}).targets) == ["a", "b"]


def test_a_job_is_given_time_to_settle(repo: Repo):
    """A timeout below the time it must be healthy would roll back every start there is."""
    [mistake] = repo.project_mistakes(PROJECT + "safety: {settle_time: 1m, settle_timeout: 30s}\n")

    assert "longer than settle_time" in mistake.problem
