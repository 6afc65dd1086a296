"""Where the service is, who asks, and how: from headgate.yaml and the variables of Alibaba's SDKs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tests.providers.foas.bench import FoasBench

from headgate.errors import ManifestError, Rejected
from headgate.model.project import Target
from headgate.project import load
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.foas.credentials import credentials
from headgate.providers.foas.endpoints import endpoint
from headgate.providers.foas.forms import FoasOptions, FoasTarget, normal
from headgate.providers.foas.opening import open_foas
from headgate.providers.http import Unauthorised
from headgate.providers.registry import PROVIDERS
from headgate.testing.contract import started, submission
from headgate.testing.foas import FoasSimulator

KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "testsecret"}


def form(**written: Any) -> FoasTarget:
    return FoasTarget.model_validate({"project": "demo_prj", **written})


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("cn-shanghai", "https://foas.cn-shanghai.aliyuncs.com"),
        ("cn-hongkong", "https://foas.aliyuncs.com"),
        ("", "https://foas.aliyuncs.com"),
        ("eu-central-1", "https://foas.ap-northeast-1.aliyuncs.com"),
    ],
)
def test_a_region_has_an_address(region: str, expected: str):
    """Its own, the central one, or that of Tokyo."""
    assert endpoint(region) == expected


def test_keys_come_from_the_variables_of_the_sdks_or_from_one_other_place():
    """Temporary ones with their token; those of headgate.yaml go without the token of the environment."""
    environ = {**KEYS, "ALIBABA_CLOUD_SECURITY_TOKEN": "test-token"}

    known = credentials(form(), environ, where="foas")
    written = credentials(form(access_key_id="written", access_key_secret="secret"), environ, where="foas")

    assert (known.key_id, known.secret, known.token) == ("testid", "testsecret", "test-token")
    assert "testsecret" not in repr(known)
    assert (written.key_id, written.token) == ("written", "")
    assert credentials(form(access_key_id="written"), KEYS, where="foas").key_id == "testid"


def test_without_keys_it_says_where_they_belong(monkeypatch: pytest.MonkeyPatch):
    """Nothing is asked without them."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(Unauthorised) as raised:
        open_foas(Target("foas", "alibaba-foas", form()), project="payments", cache=None)

    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in raised.value.hint
    assert raised.value.where == "foas"


@pytest.mark.parametrize("body", ["form", "json"])
def test_temporary_keys_work_with_both_kinds_of_bodies(body: str):
    """A form, as the SDKs send it, and JSON."""
    with FoasSimulator(key_id="STS.testid", token="test-token") as platform:
        bench = FoasBench(platform, body=body, access_key_id="STS.testid", security_token="test-token", region="")

        started(bench.provider, bench.spec("orders"))

        assert len(bench.running("orders")) == 1
        bench.close()


@pytest.mark.parametrize("signature", ["v1", "v3"])
def test_a_setting_that_is_gone_names_the_next_move(tmp_path: Path, signature: str):
    """A headgate.yaml from before says what to take out."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "headgate.yaml").write_text(
        f"project: payments\ntargets:\n  foas: {{provider: alibaba-foas, project: p, signature: {signature}}}\n"
    )

    with pytest.raises(ManifestError) as refused:
        load(tmp_path)

    [mistake] = [one for one in refused.value.mistakes if "signature" in one.problem]
    assert mistake.problem == "unknown key `signature`"
    assert mistake.hint.startswith("take it out: requests are signed as the foas SDKs sign them")


def test_a_new_job_goes_to_a_queue_the_project_may_use(platform: FoasSimulator, bench: FoasBench):
    """The manifest's, the target's, else any that is bound; none is an error before anything is made."""
    platform.queues = [("cluster-1", "root.a"), ("cluster-2", "root.b"), ("cluster-2", "root.c")]
    asked = bench.spec("asked", options=normal({"clusterId": "cluster-2", "queueName": "root.b"}))

    bench.provider.submit(submission(bench.spec("any")))
    bench.again(cluster_id="cluster-2", queue_name="root.c").submit(submission(bench.spec("configured")))
    bench.provider.submit(submission(asked))
    with pytest.raises(Rejected, match="no queue"):
        bench.again(cluster_id="cluster-9").submit(submission(bench.spec("nowhere")))

    queues = {name: job.content["QueueName"] for name, job in platform.jobs.items()}
    assert queues == {"any": "root.a", "configured": "root.c", "asked": "root.b"}


def test_the_start_offset_goes_into_the_start_of_an_empty_job(platform: FoasSimulator, bench: FoasBench):
    """As text of 13 digits inside of JSON; a resumption takes none."""
    spec = bench.spec("orders", options=normal({"startOffset": 1767225600000}))

    started(bench.provider, spec)
    started(bench.provider, replace(spec, name="clicks", options={}))

    assert platform.parameters("orders") == ['{"startOffset":"1767225600000"}']
    assert platform.parameters("clicks") == ["{}"]


@pytest.mark.parametrize(
    "written",
    [
        {"unknown": 1},
        {"jobType": "STREAM"},
        {"packages": ["a/b.jar"]},
        {"folder": "team"},
        {"startOffset": 1767225600},
        {"planJson": {"expectedCore": 2.0}},
        {"planJson": {"nodes": {"Calc": {"cores": 1}}}},
        {"autoscale": {}},
    ],
)
def test_options_that_cannot_be_are_refused(written: dict[str, Any]):
    """Before anything is contacted."""
    with pytest.raises(ValidationError):
        FoasOptions.model_validate(written)


def test_a_name_that_cannot_stand_in_a_path_is_refused(platform: FoasSimulator, provider: DefinitionProvider):
    """How it would be signed is documented nowhere."""
    with pytest.raises(Rejected, match="path"):
        provider.references("jar mit umlaut ü")
    assert platform.requests == []


def test_a_target_in_headgate_yaml_is_this_provider(tmp_path: Path):
    """With its options, read as the loader reads them."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "headgate.yaml").write_text(
        "project: payments\ntargets:\n  foas: {provider: alibaba-foas, project: demo_prj, region: cn-shanghai}\n"
    )
    (tmp_path / "jobs" / "orders.yaml").write_text(
        "name: orders\nstatement: INSERT INTO t SELECT a FROM s\n"
        "options: {jobType: FLINK_STREAM, packages: [b.jar, a.jar], planJson: {nodes: {Calc: {core: 1}}}}\n"
    )

    project = load(tmp_path)

    assert project.targets["foas"].settings.requests_per_second == 5
    assert project.jobs["orders"].options == {
        "packages": ["a.jar", "b.jar"],
        "planJson": {"nodes": {"Calc": {"core": 1.0}}},
    }
    assert PROVIDERS["alibaba-foas"].forms() == (FoasTarget, FoasOptions)
