"""From nothing to a project: init, a Flink on this machine, completion in the shell."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from headgate.cli.main import MODULES, cli
from headgate.local import LocalFlink
from tests.cli.given import PROJECT_FILE, Workspace, document, headgate


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder called My Jobs, the working directory."""
    made = tmp_path / "My Jobs"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


def test_what_init_writes_is_valid(folder: Path) -> None:
    """The first command after `init` must not be an error."""
    result = headgate("init")

    assert result.exit_code == 0
    assert headgate("validate").stdout == "headgate.yaml and 1 job in 1 file are valid.\n"
    assert "project: my-jobs " in (folder / "headgate.yaml").read_text()
    assert (folder / ".github/workflows/headgate.yml").is_file()
    assert (folder / ".gitignore").read_text() == ".headgate/\n"


def test_init_can_name_a_folder(folder: Path) -> None:
    """It is made if it is not there, and the next command is said with it."""
    result = headgate("init", "streams")

    assert (folder / "streams/headgate.yaml").is_file()
    assert "cd streams && headgate local up" in result.stdout


def test_init_writes_all_or_nothing(folder: Path) -> None:
    """A half-written project, or a job of yours overwritten, would be worse than none."""
    (folder / "jobs").mkdir()
    (folder / "jobs/hello.yaml").write_text("mine")

    result = headgate("init")

    assert result.exit_code == 1
    assert "jobs/hello.yaml" in result.stderr
    assert sorted(path.name for path in folder.rglob("*")) == ["hello.yaml", "jobs"]
    assert (folder / "jobs/hello.yaml").read_text() == "mine"


def test_init_leaves_nothing_where_it_may_not_write(folder: Path) -> None:
    """The third file cannot be written: the first two go again."""
    (folder / ".github").write_text("a file where a folder should be")

    result = headgate("init")

    assert result.exit_code == 1
    assert not (folder / "headgate.yaml").exists()
    assert not (folder / "jobs/hello.yaml").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("*.pyc", "*.pyc\n.headgate/\n", id="added-at-the-end"),
        pytest.param("/.headgate/\n", "/.headgate/\n", id="there-already"),
    ],
)
def test_init_adds_to_a_gitignore_that_is_there(folder: Path, before: str, after: str) -> None:
    """Logs, caches and the local Flink are no business of git; what was ignored before stays ignored."""
    (folder / ".gitignore").write_text(before)

    headgate("init")

    assert (folder / ".gitignore").read_text() == after


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("plan",), id="plan"),
        pytest.param(("--project", "headgate.yaml", "plan"), id="a-file-named"),
        pytest.param(("local", "up"), id="local"),
        pytest.param(("--project", "headgate.yaml", "local", "status"), id="local-with-a-file-named"),
        pytest.param(("init",), id="init"),
    ],
)
def test_a_working_directory_that_is_gone_is_reported(folder: Path, command: tuple[str, ...]) -> None:
    """Another terminal has deleted it, or made it again: no bug, and the next move is `cd`."""
    folder.rmdir()

    result = headgate(*command)

    assert result.exit_code == 1
    assert "error[usage]: the working directory is not there any more" in result.stderr
    assert "hint: `cd`" in result.stderr


class LocalFlinks:
    """Stands in for `headgate.local`, and remembers what it was asked."""

    def __init__(self) -> None:
        self.running: dict[Path, LocalFlink] = {}
        self.asked: dict[str, Any] = {}

    def up(self, directory: Path, **asked: Any) -> LocalFlink:
        self.asked = asked
        logs = (directory / "flink/log/jobmanager.log",)
        self.running[directory] = LocalFlink("http://127.0.0.1:8081", "2.2.1", (1, 2), directory, logs, 16, True)
        return self.running[directory]

    def down(self, directory: Path, **asked: Any) -> bool:
        return self.running.pop(directory, None) is not None

    def status(self, directory: Path) -> LocalFlink | None:
        return self.running.get(directory)


@pytest.fixture
def flinks(monkeypatch: pytest.MonkeyPatch) -> LocalFlinks:
    made = LocalFlinks()
    for name, to in (("start", made.up), ("stop", made.down), ("look", made.status)):
        monkeypatch.setattr(f"headgate.cli.local.{name}", to)
    return made


def test_a_local_flink_belongs_to_the_project(
    workspace: Workspace, flinks: LocalFlinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started in a folder below, it is the project's; its address and logs are said, because they are needed next."""
    monkeypatch.chdir(workspace.root / "jobs")

    result = headgate("local", "up", "--config", "a.b=1", "--config", "c=x=y")

    assert list(flinks.running) == [workspace.root / ".headgate"]
    assert flinks.asked["config"] == {"a.b": "1", "c": "x=y"}
    assert "http://127.0.0.1:8081" in result.stdout
    assert "jobmanager.log" in result.stdout


def test_a_local_flink_needs_no_project(folder: Path, flinks: LocalFlinks) -> None:
    """Somebody who only wants a Flink need not write a file first."""
    headgate("local", "up")
    seen = headgate("local", "status", "--format", "json")
    stopped, again = headgate("local", "down", "--format", "json"), headgate("local", "down")

    assert document(seen)["flink"]["alive"] is True
    assert document(stopped) == {"format_version": "1", "stopped": True}
    assert (again.stdout, again.stderr) == ("No Flink runs here.\n", "")
    assert stopped.exit_code == again.exit_code == 0
    assert flinks.running == {}
    assert headgate("local", "status").stdout == "No Flink was started here.\n"
    assert list(folder.iterdir()) == []


def test_half_a_flink_is_3(folder: Path, flinks: LocalFlinks) -> None:
    """A script must not take a JobManager without a TaskManager for a cluster."""
    headgate("local", "up")
    directory, whole = flinks.running.popitem()
    flinks.running[directory] = LocalFlink(whole.url, whole.version, (1,), directory, whole.log_files, 16, False)

    result = headgate("local", "status")

    assert result.exit_code == 3
    assert "only a part of it is left" in result.stdout


def test_an_option_without_a_value_is_refused_before_anything_starts(folder: Path, flinks: LocalFlinks) -> None:
    """`--config taskmanager.numberOfTaskSlots` would otherwise be a Flink with other settings than asked for."""
    result = headgate("local", "up", "--config", "slots")

    assert result.exit_code == 1
    assert flinks.running == {}


def completed(words: str, count: int) -> list[str]:
    """What the shell is offered for the last of these words."""
    return headgate(
        env={"_HEADGATE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
    ).stdout.split()


@pytest.mark.usefixtures("workspace")
def test_the_shell_completes_commands_and_jobs() -> None:
    """Job names are long and many."""
    commands = completed("headgate pl", 1)
    jobs = completed("headgate plan ord", 2)

    assert commands == ["plain,plan"]
    assert jobs == ["plain,orders"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        pytest.param("headgate import re", ["plain,remote"], id="targets"),
        pytest.param("headgate explain state-w", ["plain,state-wrong"], id="codes"),
        pytest.param("headgate plan --env pr", ["plain,prod"], id="environments"),
        pytest.param("headgate --env pr", ["plain,prod"], id="environments-before-the-command"),
    ],
)
def test_the_shell_completes_all_that_has_a_name(workspace: Workspace, words: str, offered: list[str]) -> None:
    """A name that can be looked up need not be remembered."""
    workspace.write("headgate.yaml", f"{PROJECT_FILE}environments: {{prod: {{}}}}\n")

    assert completed(words, len(words.split()) - 1) == offered


def commands(group: click.Group, *above: str) -> Iterator[tuple[str, click.Command]]:
    """Every command there is, with what is typed for it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*above, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)


@pytest.mark.parametrize(("name", "command"), [pytest.param(*each, id=each[0]) for each in commands(cli)])
def test_no_summary_is_cut_short(name: str, command: click.Command) -> None:
    """`headgate --help` has a line for each command, and half a sentence says nothing."""
    longest_name, columns = max(map(len, MODULES)), 78  # what click fills of a terminal

    assert not command.get_short_help_str(columns - longest_name - 6).endswith("..."), name


@pytest.mark.parametrize("name", ["rollback orders --to x", "local up --port x", "local up --slots x"])
@pytest.mark.usefixtures("workspace")
def test_a_number_is_called_one(name: str) -> None:
    """`integer range` is what the library calls it."""
    result = headgate(*name.split())

    assert result.exit_code == 1
    assert "'x' is not a valid whole number" in result.stderr


def test_what_an_option_takes_is_named() -> None:
    """`--interval TEXT` leaves it to be guessed that a unit belongs to it."""
    shown = [headgate(*name.split(), "--help").stdout for name, _ in commands(cli)]

    assert not [line for text in shown for line in text.splitlines() if " TEXT" in line or "INTEGER" in line]
    assert "--interval TIME" in headgate("reconcile", "--help").stdout


def test_completion_never_fails(workspace: Workspace) -> None:
    """A broken headgate.yaml must not break the prompt."""
    workspace.write("headgate.yaml", "{")

    offered = completed("headgate plan ord", 2)

    assert offered == []


def test_the_version_is_said_at_once() -> None:
    """It is what scripts ask first; nothing heavy may be imported for it, nor for finding a command."""
    program = (
        "import sys\n"
        "from headgate.cli.main import main\n"
        "sys.argv = ['headgate', '--version']\n"
        "try:\n    main()\nexcept SystemExit as done:\n    assert not done.code\n"
        "heavy = {'pydantic', 'httpx', 'ruamel', 'deepdiff', 'rich', 'headgate.model', 'headgate.project'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    version, loaded = result.stdout.splitlines()
    assert version.startswith("headgate ")
    assert loaded == "[]"


def test_manifests_are_read_without_waiting_for_what_plans() -> None:
    """`validate` in an editor, and every TAB in a shell."""
    program = (
        "import sys\n"
        "from headgate.project import load\n"
        "heavy = {'headgate.applying', 'headgate.planning', 'headgate.store', 'deepdiff', 'httpx', 'sqlalchemy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"
