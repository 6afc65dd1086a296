"""Where a region's service is, and a setting that is gone: how requests to it are signed is tested in `huawei`."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.errors import ManifestError
from headgate.project import load


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
