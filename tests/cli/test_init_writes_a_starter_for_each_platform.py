"""`headgate init --provider NAME`: a project that validates offline as it is, and runs once its variables are set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from headgate import Headgate
from headgate.applying import Patience
from headgate.cli.init import PROVIDERS as OFFERED
from headgate.providers.registry import PROVIDERS
from headgate.testing.dli import BUCKET
from headgate.testing.huawei import ACCESS_KEY, PROJECT_ID, SECRET_KEY
from tests.cli.given import document, headgate
from tests.clusters import Cluster
from tests.end_to_end.houses import QUICK, simulators

SIMULATED = {"dinky": "dinky", "huawei-dli": "dli", "huawei-cs": "cs", "alibaba-foas": "foas"}
HUAWEI = {
    "HUAWEICLOUD_SDK_PROJECT_ID": PROJECT_ID,
    "HUAWEICLOUD_SDK_AK": ACCESS_KEY,
    "HUAWEICLOUD_SDK_SK": SECRET_KEY,
}
ENVIRON = {
    "dinky": {"DINKY_USER": "headgate"},
    "huawei-dli": HUAWEI,
    "huawei-cs": HUAWEI,
    "alibaba-foas": {"ALIBABA_CLOUD_ACCESS_KEY_ID": "testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "testsecret"},
}
# What is marked `edit:`, as somebody edits it who has these platforms.
EDITS = {
    "dinky": {"clusterName: my-session": "clusterName: session-a"},
    "huawei-dli": {"queue_name: my_queue": "queue_name: flink", "my-bucket": BUCKET},
    "huawei-cs": {"my-bucket": "headgate-state"},
    "alibaba-foas": {"my_project": "demo_prj"},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the working directory."""
    made = tmp_path / "streams"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@contextmanager
def platform(provider: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The simulated platform of a starter, whose marked words are edited and whose variables are set."""
    name = SIMULATED[provider]
    with simulators(name) as found:
        for variable, value in ENVIRON[provider].items():
            monkeypatch.setenv(variable, value)
        if provider == "dinky":
            monkeypatch.setenv("DINKY_URL", found[name].url)
            monkeypatch.setenv("DINKY_PASSWORD", found[name].password)
        edits = {
            **EDITS[provider],
            f"    provider: {provider}\n": f"    provider: {provider}\n{_at(found[name].url, provider)}",
        }
        for file in (folder / "headgate.yaml", folder / "jobs/hello.yaml"):
            text = file.read_text("utf-8")
            for old, new in edits.items():
                text = text.replace(old, new)
            file.write_text(text, "utf-8")
        yield found[name]


def _at(url: str, provider: str) -> str:
    return "    claim_wait: 0\n" if provider == "dinky" else f"    endpoint: {url}\n"


def test_there_is_a_starter_for_every_provider() -> None:
    """A new provider comes with one."""
    assert set(OFFERED) == set(PROVIDERS)


@pytest.mark.parametrize("provider", OFFERED)
def test_a_starter_is_valid_before_anything_is_set(folder: Path, provider: str) -> None:
    """Offline, without a warning; the variables that are to be set are named."""
    result = headgate("init", "--provider", provider)
    validated = headgate("validate", "--format", "json")

    assert result.exit_code == validated.exit_code == 0, validated.stdout
    assert document(validated)["warnings"] == []
    assert validated.stderr == ""
    assert document(validated)["jobs"] == ["hello"]
    assert document(validated)["project"] == "streams"
    assert re.findall(r"provider: (\S+)", (folder / "headgate.yaml").read_text("utf-8")) == [provider]
    assert document(validated)["unset"] == sorted(_variables(folder))


@pytest.mark.parametrize("provider", OFFERED)
def test_every_variable_of_a_starter_is_said_and_given_to_ci(folder: Path, provider: str) -> None:
    """A variable that is forgotten in CI is found when the first pull request fails."""
    result = headgate("init", "--provider", provider)

    workflow = (folder / ".github/workflows/headgate.yml").read_text("utf-8")
    assert _variables(folder)
    for name in _variables(folder):
        assert name in result.stdout.partition("Next: ")[2]
        assert f"  {name}: ${{{{ secrets.{name} }}}}\n" in workflow
    assert "__" not in workflow
    written = "".join(file.read_text("utf-8") for file in (folder / "headgate.yaml", folder / "jobs/hello.yaml"))
    assert ("edit what is marked `edit:`" in result.stdout) == ("# edit: " in written)
    assert {file.name for file in (folder / "schemas").iterdir()} == {"project.json", "job.json"}


@pytest.mark.full
@pytest.mark.parametrize("provider", SIMULATED)
def test_a_starter_is_applied_and_then_in_sync(folder: Path, provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody tries first on a platform: plan, apply, and a second plan that is empty."""
    headgate("init", "--provider", provider)

    with platform(provider, folder, monkeypatch) as simulator:
        planned = document(headgate("plan", "--format", "json"))
        with Headgate.open(folder) as opened:
            report = opened.apply(opened.plan(), patience=QUICK)
        second = document(headgate("plan", "--format", "json"))
        running = simulator.running("hello")

    assert planned["summary"]["submit"] == 1
    assert [result.outcome.value for result in report.results] == ["applied"]
    assert second["summary"] == {**dict.fromkeys(second["summary"], 0), "keep": 1}
    assert len(running) == 1


@pytest.mark.flink
def test_the_starter_of_flink_is_applied_and_then_in_sync(
    folder: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a real cluster, which does not ask for the token that it is given."""
    headgate("init", "--provider", "flink")
    monkeypatch.setenv("FLINK_URL", cluster.url)
    monkeypatch.setenv("FLINK_TOKEN", "not-asked-for")
    name = f"hello-{folder.parent.name.lower().replace('_', '-')}"
    job = folder / "jobs/hello.yaml"
    job.write_text(job.read_text("utf-8").replace("name: hello", f"name: {name}"), "utf-8")

    with Headgate.open(folder) as opened:
        report = opened.apply(opened.plan(), patience=Patience(settle=90))
        second = opened.plan()
        running = cluster.running(name)
    for one in running:
        cluster.cancel(one)

    assert [result.outcome.value for result in report.results] == ["applied"]
    assert not second.has_changes
    assert len(running) == 1


def test_a_platform_that_is_none_is_refused_with_those_there_are(folder: Path) -> None:
    """And nothing is written."""
    result = headgate("init", "--provider", "kubernetes")

    assert result.exit_code == 1
    assert "'huawei-dli'" in result.stderr
    assert list(folder.iterdir()) == []


def _variables(folder: Path) -> list[str]:
    return re.findall(r"\$\{env:(\w+)\}", (folder / "headgate.yaml").read_text("utf-8"))
