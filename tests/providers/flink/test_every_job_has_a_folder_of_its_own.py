"""Where savepoints go: below the directory that is nearest, in a folder that no other job has."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.providers.flink.cluster import Cluster
from headgate.providers.flink.savepoint_folders import Homes

NAMES = st.text(min_size=1, max_size=20)


class Configured(Cluster):
    """A cluster that is never asked."""

    def __init__(self, **configuration: str) -> None:
        self._configured = {key.replace("_", "."): value for key, value in configuration.items()}

    def configuration(self) -> Mapping[str, str]:
        return self._configured


def homes(configured: str | None = "s3://b/sp") -> Homes:
    return Homes(Configured(state_savepoints_dir="hdfs:///of/cluster"), configured)


@given(st.tuples(NAMES, NAMES), st.tuples(NAMES, NAMES))
def test_no_two_jobs_share_a_folder(one: tuple[str, str], other: tuple[str, str]):
    """Whatever people call them; and the path is one that every file system takes as it is."""
    first, second = homes().of(*one), homes().of(*other)

    assert (first == second) == (one == other)
    assert re.fullmatch(r"s3://b/sp/headgate/[A-Za-z0-9=._~-]+/[A-Za-z0-9=._~-]+", first)
    assert not {".", ".."} & set(first.split("/"))


def test_the_target_comes_before_the_cluster():
    """headgate.yaml says it for this project; the cluster for everybody. Without either nothing is claimed."""
    nowhere = Homes(Configured(), None)

    assert homes().of("shop", "orders") == "s3://b/sp/headgate/shop/orders"
    assert homes("s3://b/sp/").of("shop", "orders") == "s3://b/sp/headgate/shop/orders"
    assert homes(None).of("shop", "orders") == "hdfs:///of/cluster/headgate/shop/orders"
    assert nowhere.of("shop", "orders") == nowhere.sign("shop", "orders", {}, "f00", at=5) == ""


@pytest.mark.parametrize("option", ["execution.checkpointing.savepoint-dir", "state.savepoints.dir"])
def test_a_manifest_comes_before_both_and_the_sign_says_so(option: str):
    """The sign stays where it is looked for, and names the other folder."""
    config = {option: "s3://own"}

    assert homes().savepoints("shop", "orders", config) == "s3://own/headgate/shop/orders"
    assert homes().sign("shop", "orders", config, "f00", at=5).split("\n") == [
        "s3://b/sp/headgate/shop/orders",
        "s3://own/headgate/shop/orders",
        "f00",
        "5",
    ]
    assert homes().sign("shop", "orders", {}, "f00", at=5).split("\n")[1] == ""


def test_a_place_that_only_the_environment_tells_is_left_to_flink():
    """A stop knows what the job carries, and that holds no values."""
    config = {"state.savepoints.dir": "s3://${env:BUCKET}/sp"}

    assert homes().savepoints("shop", "orders", config) == ""
    assert homes().sign("shop", "orders", config, "f00", at=5).split("\n")[1] == ""
