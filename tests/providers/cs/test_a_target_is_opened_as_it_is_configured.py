"""Where a region's service is, and a setting that is gone: how requests to it are signed is tested in `huawei`."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.errors import ManifestError
from headgate.project import load
from headgate.providers.cs.client import address


@pytest.mark.parametrize("signature", ["current", "legacy"])
def test_a_headgate_yaml_that_chooses_a_signature_is_reported_what_to_do(tmp_path: Path, signature: str) -> None:
    """The signature of the SDK of 2020 is not sent any more; the other one needs no word."""
    project = "project: payments\ntargets:\n  cs: {provider: huawei-cs, region: cn-north-1, signature: SIGNATURE}\n"
    (tmp_path / "headgate.yaml").write_text(project.replace("SIGNATURE", signature), "utf-8")

    with pytest.raises(ManifestError) as refused:
        load(tmp_path)

    [mistake] = [one for one in refused.value.mistakes if "signature" in one.problem]
    assert mistake.where.startswith("headgate.yaml:3:")
    assert mistake.hint.startswith("take it out: ")


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("cn-north-1", "https://cs.cn-north-1.myhuaweicloud.com"),
        ("cn-north-5", "https://cs-api.cn-north-5.myhuaweicloud.com"),
        ("eu-west-0", "https://cs.eu-west-0.prod-cloud-ocb.orange-business.com"),
        ("eu-de", "https://cs.eu-de.otc.t-systems.com"),
    ],
)
def test_every_region_has_its_address(region: str, url: str) -> None:
    """As the official SDK knows them."""
    assert address(region) == url
