"""A folder that cannot be used is the user's to mend: the file is named, and nobody is asked to report a bug."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from headgate.errors import LocalFlinkError
from headgate.local import down, status, up


def a_file_for_the_folder(directory: Path) -> None:
    directory.touch()


def a_file_for_the_folder_in_it(directory: Path) -> None:
    directory.mkdir()
    (directory / "flink").touch()


def a_link_that_leads_to_itself(directory: Path) -> None:
    directory.symlink_to(directory)


def a_file_for_the_folder_of_the_logs(directory: Path) -> None:
    (directory / "flink").mkdir(parents=True)
    (directory / "flink" / "log").touch()


@pytest.mark.parametrize("command", [up, down, status])
@pytest.mark.parametrize("trouble", [a_file_for_the_folder, a_file_for_the_folder_in_it, a_link_that_leads_to_itself])
def test_a_folder_that_is_none(
    tmp_path: Path, trouble: Callable[[Path], None], command: Callable[[Path], object]
) -> None:
    """Whichever command meets it first."""
    directory = tmp_path / ".headgate"
    trouble(directory)

    with pytest.raises(LocalFlinkError, match="cannot be used") as reported:
        command(directory)

    assert str(directory) in reported.value.where
    assert str(directory / "flink") in reported.value.hint


def test_what_cannot_be_written_once_the_folder_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is done under the lock is reported alike; a full disk is found out there."""
    directory = tmp_path / ".headgate"
    a_file_for_the_folder_of_the_logs(directory)
    flink = tmp_path / "flink"
    (flink / "lib").mkdir(parents=True)
    (flink / "lib" / "flink-dist-2.2.1.jar").touch()

    with pytest.raises(LocalFlinkError, match="cannot be used: File exists"):
        up(directory, flink=flink)
