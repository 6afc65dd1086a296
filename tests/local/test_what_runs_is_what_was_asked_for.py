"""`up` says that a Flink runs only where it runs as it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headgate.errors import LocalFlinkError
from headgate.local import configuration, processes, state, up
from headgate.local.ports import Ports
from headgate.local.state import Home, Started


def distribution(root: Path) -> Path:
    (root / "lib").mkdir(parents=True)
    (root / "lib" / "flink-dist-2.2.1.jar").touch()
    return root


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """The folder of a Flink that runs on port 8081 with 16 slots: two processes that are as patient."""
    home = Home(tmp_path.resolve() / ".headgate" / "flink")
    home.make()
    options = configuration.configuration(home.root, Ports(8081, 6123, 6124), 16, {"parallelism.default": "2"})
    home.config_file.write_text(configuration.as_yaml(options), encoding="utf-8")
    started = [
        processes.start(["sleep", "600"], output=home.log / f"{role}.out", folder=home.root, environ={})
        for role in state.ROLES
    ]
    flink = str(distribution(tmp_path.resolve() / "flink"))
    state.write(home, Started("2.2.1", 8081, 16, tuple(started), flink))
    yield home.root.parent
    processes.end(started)


@pytest.mark.parametrize(
    ("asked", "reported"),
    [
        pytest.param({"slots": 4}, "it runs with 16 slots", id="slots"),
        pytest.param({"port": 9999}, "it listens on port 8081", id="port"),
        pytest.param({"config": {"parallelism.default": "4"}}, "parallelism.default is 2", id="another-value"),
        pytest.param({"config": {"pipeline.name": "x"}}, "pipeline.name is not set", id="another-option"),
        pytest.param({"slots": 4, "port": 1}, "it runs with 16 slots, it listens on port 8081", id="several"),
    ],
)
def test_an_option_that_differs_from_what_runs_is_refused(
    directory: Path, asked: dict[str, Any], reported: str
) -> None:
    """A caller that asks for four slots and is reported of success counts on four."""
    with pytest.raises(LocalFlinkError) as refused:
        up(directory, **asked)

    assert refused.value.problem == f"Flink 2.2.1 runs already, and otherwise: {reported}"
    assert "`headgate local down` first" in refused.value.hint


def test_another_flink_is_refused(directory: Path, tmp_path: Path) -> None:
    """Of the same version, too: it has other jars."""
    with pytest.raises(LocalFlinkError, match="it is the Flink in "):
        up(directory, flink=distribution(tmp_path / "another"))
    with pytest.raises(LocalFlinkError, match="is no Flink"):
        up(directory, flink=tmp_path / "nowhere")


def test_another_version_is_refused_before_it_is_installed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched for an answer that is no."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(LocalFlinkError, match="it is Flink 2\\.2\\.1"):
        up(directory, flink="2.3.0")


def test_what_runs_as_it_was_asked_for_is_harmless(directory: Path, tmp_path: Path) -> None:
    """A script that is run again, with its options or with none."""
    said: list[str] = []
    same: dict[str, Any] = {"port": 8081, "slots": 16, "config": {"parallelism.default": "2"}}

    first, second = up(directory, say=said.append), up(directory, flink=tmp_path / "flink", **same)
    third = up(directory, flink="2.2.1")

    assert first == second == third
    assert said == ["Flink 2.2.1 is already running at http://127.0.0.1:8081"]
