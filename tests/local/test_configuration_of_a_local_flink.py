"""What a Flink on this machine is reported, without starting one."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.errors import LocalFlinkError
from headgate.local.configuration import (
    as_yaml,
    configuration,
    jobmanager_jvm,
    taskmanager_jvm,
)
from headgate.local.ports import Ports

HOME = Path("/project/.headgate/flink")
PORTS = Ports(rest=8081, rpc=6123, blob=6124)


def options(slots: int = 16, **overrides: str) -> dict[str, str]:
    named = {key.replace("__", "."): value for key, value in overrides.items()}
    return configuration(HOME, PORTS, slots, named)


@pytest.mark.parametrize(
    "key",
    [
        "rest.address",
        "rest.bind-address",
        "jobmanager.rpc.address",
        "jobmanager.bind-host",
        "taskmanager.host",
        "taskmanager.bind-host",
    ],
)
def test_every_address_is_loopback(key: str) -> None:
    """Flink's REST API runs code for a caller that reaches it, so nobody outside this machine may."""
    reported = options()

    address = reported[key]

    assert address == "127.0.0.1"


@pytest.mark.parametrize("key", ["rest.port", "rest.bind-address", "web.upload.dir", "taskmanager.numberOfTaskSlots"])
def test_what_makes_the_cluster_ours_cannot_be_overridden(key: str) -> None:
    """A port or address changed behind our back would make a cluster that `status` and `down` do not know."""
    override = {key: "elsewhere"}

    with pytest.raises(LocalFlinkError) as refused:
        configuration(HOME, PORTS, 16, override)

    assert key in refused.value.problem


def test_every_other_option_can_be_overridden() -> None:
    """The adaptive scheduler is off by default, yet in-place rescaling is tried out on a laptop too."""
    assert options()["jobmanager.scheduler"] == "Default"

    reported = options(jobmanager__scheduler="Adaptive", state__backend__type="rocksdb")

    assert reported["jobmanager.scheduler"] == "Adaptive"
    assert reported["state.backend.type"] == "rocksdb"


@pytest.mark.parametrize("slots", [1, 16, 32, 100])
def test_memory_parts_are_whole_and_agree_with_each_other(slots: int) -> None:
    """Without the shell scripts Flink computes no part of its memory and stops when two of them disagree."""
    reported = options(slots)

    memory = {key.removeprefix("taskmanager.memory."): value for key, value in reported.items() if "memory" in key}

    assert memory["network.min"] == memory["network.max"]
    assert memory["jvm-overhead.min"] == memory["jvm-overhead.max"]
    for part in (
        "task.heap",
        "task.off-heap",
        "framework.heap",
        "framework.off-heap",
        "managed",
        "jvm-metaspace",
    ):
        assert memory[f"{part}.size"].endswith("m")


def test_jvm_limits_follow_the_memory_that_was_asked_for() -> None:
    """An override of Flink's option that left -Xmx as it was would change nothing but the web page."""
    reported = options(taskmanager__memory__task__heap__size="2g", jobmanager__memory__heap__size="1024 mb")

    jobmanager, taskmanager = jobmanager_jvm(reported), taskmanager_jvm(reported)

    assert "-Xmx1024m" in jobmanager
    assert "-Xmx2176m" in taskmanager
    assert "-XX:MaxDirectMemorySize=256m" in taskmanager


def test_a_size_that_is_none_is_named() -> None:
    """The JVM would say something about -Xmx that nobody wrote."""
    reported = options(jobmanager__memory__heap__size="plenty")

    with pytest.raises(LocalFlinkError) as refused:
        jobmanager_jvm(reported)

    assert refused.value.where == "jobmanager.memory.heap.size: plenty"


def test_arguments_for_the_jvm_can_be_added() -> None:
    """A debugger or another collector is asked for where Flink's users ask for it."""
    reported = options(env__java__opts__all="-Dall=1", env__java__opts__taskmanager="-Dtask=1 -Dmore=2")

    jobmanager, taskmanager = jobmanager_jvm(reported), taskmanager_jvm(reported)

    assert jobmanager[-1] == "-Dall=1"
    assert taskmanager[-3:] == ["-Dall=1", "-Dtask=1", "-Dmore=2"]


def test_values_are_quoted_in_the_file() -> None:
    """A folder's name may hold anything that YAML would read as its own."""
    strange = {"io.tmp.dirs": 'a: "b" # c', "rest.port": "8081"}

    text = as_yaml(strange)

    assert text == 'io.tmp.dirs: "a: \\"b\\" # c"\nrest.port: "8081"\n'
