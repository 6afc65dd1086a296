"""`headgate refs`, and plans in which a package changes: a caller that rebuilds a jar sees whom it touches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.model.spec import Jar
from headgate.testing.memory import MemoryPlatform
from tests.cli.given import Workspace, document, headgate

JAR = "libs/windows.jar"


def jar_job(name: str, *, target: str = "local", uri: str = "../libs/windows.jar", more: str = "") -> str:
    return (
        f"name: {name}\ntarget: {target}\njar: {{uri: {uri}, main_class: W}}\nsavepoint: {{accept: [unknown]}}\n{more}"
    )


def stranger(platform: MemoryPlatform, name: str, uri: str = JAR) -> None:
    """Somebody else runs a job from a jar."""
    job_id = platform.start_stranger(name)
    platform.jobs[job_id].spec = replace(platform.jobs[job_id].spec, program=Jar(uri))


@pytest.fixture
def jars(workspace: Workspace) -> Workspace:
    """A jar in the repository that two jobs of git run, one of them on another target, and one of nobody's."""
    workspace.write(JAR, "first build")
    workspace.write("jobs/orders.yaml", jar_job("orders"))
    workspace.write("jobs/returns.yaml", jar_job("returns", target="remote"))
    assert headgate("apply", "--yes").exit_code == 0
    workspace.write("jobs/new.yaml", jar_job("new"))
    stranger(workspace.local, "by-hand")
    return workspace


def test_jobs_are_listed_live_and_in_git(jars: Workspace) -> None:
    """On every target, with where each was found."""
    text, data = headgate("refs", "windows.jar"), headgate("refs", "windows.jar", "--format", "json")

    assert text.exit_code == 0
    assert text.stdout == (
        "JOB      TARGET  WHERE\n"
        "by-hand  local   live\n"
        "new      local   git\n"
        "orders   local   git and live\n"
        "returns  remote  git and live\n"
        "\n"
        "4 jobs use windows.jar.\n"
    )
    assert [(job["job"], job["where"]) for job in document(data)["jobs"]] == [
        ("by-hand", "live"),
        ("new", "git"),
        ("orders", "both"),
        ("returns", "both"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "config: {pipeline.jars: s3://jars/udfs.jar}\nstatement: INSERT INTO a SELECT b FROM c\n", id="config"
        ),
        pytest.param(
            "statement: |\n  ADD JAR 's3://jars/udfs.jar';\n  INSERT INTO a SELECT b FROM c;\n", id="statement"
        ),
        pytest.param("jar: {uri: '${env:BUCKET}/udfs.jar'}\n", id="placeholder"),
    ],
)
def test_a_manifest_may_name_a_package_anywhere(workspace: Workspace, text: str) -> None:
    """In its jar, in its config, in its statements; options are the platforms' own."""
    workspace.write("jobs/orders.yaml", f"name: orders\n{text}")

    result = headgate("refs", "s3://jars/udfs.jar", "--format", "json", env={"BUCKET": "s3://jars"})

    assert [job["job"] for job in document(result)["jobs"]] == ["orders"]


def test_a_silent_target_is_reported(jars: Workspace) -> None:
    """What git says of its jobs is known all the same; that there are no others is not."""
    jars.platforms["remote"].silent = "no connection"

    text, data = headgate("refs", "windows.jar"), headgate("refs", "windows.jar", "--format", "json")

    assert text.exit_code == 3
    assert "returns  remote  git, live unknown\n" in text.stdout
    assert "Targets that could not be read:\n    remote: no connection\n" in text.stdout
    assert text.stdout.endswith("4 jobs use windows.jar, as far as is known.\n")
    assert [job["live"] for job in document(data)["jobs"] if job["target"] == "remote"] == [None]
    assert document(data)["unknown"] == [{"target": "remote", "why": "no connection", "hint": None}]


def test_nobody_uses_it(jars: Workspace) -> None:
    """An answer like any other."""
    result = headgate("refs", "gone.jar")

    assert (result.exit_code, result.stdout) == (0, "0 jobs use gone.jar.\n")
    assert headgate("refs", " ").exit_code == 1


def test_a_plan_that_changes_a_package_lists_all_its_jobs(jars: Workspace) -> None:
    """A rebuilt jar is a change of every job that runs it, here and elsewhere."""
    jars.write(JAR, "second build")

    text, data, comment = (headgate("plan", "orders", "--format", style) for style in ("text", "json", "markdown"))

    listed = (
        "libs/windows.jar: by-hand on local (live), new on local (git), orders on local (git and live), "
        "returns on remote (git and live)"
    )
    assert f"Packages that change, and all jobs that use them:\n    {listed}\n" in text.stdout
    assert "- package <code>libs/windows.jar</code> changes; it is used by by-hand on local" in comment.stdout
    [package] = document(data)["packages"]
    assert package["package"] == JAR
    assert [job["job"] for job in package["jobs"]] == ["by-hand", "new", "orders", "returns"]


def test_both_jars_are_reported_where_one_takes_the_place_of_another(jars: Workspace) -> None:
    """A caller that still runs the old one may want to know, too."""
    jars.write("libs/windows-2.jar", "the next version")
    jars.write("jobs/orders.yaml", jar_job("orders", uri="../libs/windows-2.jar"))

    packages = document(headgate("plan", "orders", "--format", "json"))["packages"]

    assert [(one["package"], [job["job"] for job in one["jobs"]]) for one in packages] == [
        ("libs/windows-2.jar", ["orders"]),
        ("libs/windows.jar", ["by-hand", "new", "orders", "returns"]),
    ]


@pytest.mark.parametrize("change", ["parallelism: 3\n", "config: {table.exec.state.ttl: 1 d}\n", ""])
def test_nobody_is_asked_where_no_package_changes(
    jars: Workspace, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Plans are made every minute, jars once a week."""
    jars.write("jobs/orders.yaml", jar_job("orders", more=change))
    asked: list[str] = []

    def references(self: MemoryPlatform, package: str) -> tuple[str, ...]:
        asked.append(package)
        return ()

    monkeypatch.setattr(MemoryPlatform, "references", references)

    result = headgate("plan", "--format", "json")

    assert document(result)["packages"] == []
    assert asked == []
