"""A project reads what git versions and nothing else, and what it cannot read is never taken for absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headgate.errors import Mistake, ProjectNotFound
from headgate.manifests import find_project
from tests.manifests.given import JOB, PROJECT, SQL, Repo, at

JOBS = "project: p\ntargets: {t: {provider: river, url: http://x}}\njobs: [%s]\n"
UNLINK = "put the file itself into it"
OUTSIDE = "use a relative path to a file inside it"


def named(name: str) -> str:
    return JOB.replace("orders", name)


def test_the_project_is_found_from_any_folder_below_it(repo: Repo) -> None:
    """As git does."""
    repo.write({"headgate.yaml": PROJECT, "jobs/deep/a.yaml": JOB})

    assert find_project(repo.root / "jobs" / "deep") == repo.root / "headgate.yaml"
    assert find_project(repo.root) == repo.root / "headgate.yaml"


def test_no_project_says_how_to_start_one(tmp_path: Path) -> None:
    """The first thing a newcomer meets."""
    with pytest.raises(ProjectNotFound, match=r"no headgate\.yaml here") as caught:
        find_project(tmp_path)

    assert "headgate init" in caught.value.hint


@pytest.mark.parametrize(
    ("entry", "jobs"),
    [
        pytest.param("jobs/", ["a", "b", "c"], id="folder"),
        pytest.param("jobs", ["a", "b", "c"], id="folder-without-its-slash"),
        pytest.param("./jobs/deep/..", ["a", "b", "c"], id="roundabout"),
        pytest.param("jobs/*.yaml", ["a"], id="glob-of-files"),
        pytest.param("jobs/**/*.y*ml", ["a", "b", "c"], id="glob-of-all-files"),
        pytest.param("j*/de*", ["c"], id="glob-of-folders"),
        pytest.param("jobs/b.yml", ["b"], id="file"),
        pytest.param("jobs/b.yml, jobs", ["a", "b", "c"], id="named-twice"),
        pytest.param(".", ["a", "b", "c"], id="the-project-folder-without-its-own-file"),
    ],
)
def test_manifests_are_the_yaml_files_under_folders_and_globs(repo: Repo, entry: str, jobs: list[str]) -> None:
    """Hidden files and folders, and files of other kinds, are somebody else's."""
    repo.write(
        {
            "headgate.yaml": JOBS % entry,
            "jobs/a.yaml": named("a"),
            "jobs/b.yml": named("b"),
            "jobs/deep/c.yaml": named("c"),
            "jobs/.hidden/d.yaml": "no: manifest",
            "jobs/.e.yaml": "no: manifest",
            "jobs/README.md": "# no manifest",
            "jobs/sql/f.sql": "no: manifest",
        }
    )

    assert list(repo.load().jobs) == jobs


def test_an_empty_folder_is_a_project_without_jobs(repo: Repo) -> None:
    """It is there, it can be read, and nothing is in it."""
    repo.write({"headgate.yaml": PROJECT})

    project = repo.load()

    assert (project.jobs, project.empty) == ({}, ("jobs/",))


def test_a_place_without_a_manifest_is_reported_apart_from_the_others(repo: Repo) -> None:
    """It may be a submodule that was not fetched: what was there has not left git."""
    (repo.root / "jobs" / "b").mkdir()
    repo.write({"headgate.yaml": JOBS % "jobs/a, jobs/b, jobs", "jobs/a/a.yaml": named("a")})

    project = repo.load()

    assert (list(project.jobs), project.empty) == (["a"], ("jobs/b",))


@pytest.mark.parametrize(
    ("entry", "problem", "hint"),
    [
        pytest.param("nowhere", "there is no `nowhere`", "create the folder, or correct the path", id="missing"),
        pytest.param(
            "jobs/*.yaml", "`jobs/*.yaml` matches no manifest", "name a folder, or a glob of .yaml files", id="glob"
        ),
        pytest.param("../other", "`../other` is outside the repository", OUTSIDE, id="above"),
        pytest.param("../*/x.yaml", "`..` is outside the repository", OUTSIDE, id="glob-above"),
        pytest.param("/etc", "`/etc` is outside the repository", OUTSIDE, id="absolute"),
        pytest.param("/etc/*", "`/etc` is outside the repository", OUTSIDE, id="absolute-glob"),
    ],
)
def test_jobs_that_are_not_there_are_a_mistake(repo: Repo, entry: str, problem: str, hint: str) -> None:
    """Read as "no jobs", a slip in a path would prune everything."""
    found = repo.project_mistakes(JOBS % f"'{entry}'")

    assert found == [Mistake("headgate.yaml:3:8", f"`jobs`: {problem}", hint)]


def test_a_project_in_a_subfolder_may_use_its_whole_repository(repo: Repo) -> None:
    """A monorepo keeps jobs beside services; places are reported relative to the project."""
    repo.write({"ops/headgate.yaml": JOBS % "../jobs/", "jobs/a.yaml": named("a") + "x: 1\n"})

    found = repo.mistakes(file="ops/headgate.yaml")

    assert [mistake.where for mistake in found] == ["../jobs/a.yaml:6:1"]


def test_without_git_the_project_folder_is_the_boundary(repo: Repo) -> None:
    """There is no repository to be inside of."""
    (repo.root / ".git").rmdir()
    repo.write({"ops/headgate.yaml": JOBS % "../jobs/", "jobs/a.yaml": named("a")})

    assert "`../jobs/` is outside the repository" in repo.mistakes(file="ops/headgate.yaml")[0].problem


@pytest.mark.parametrize(
    ("written", "problem", "hint"),
    [
        pytest.param("sql/orders.sq", "there is no `../parts/sql/orders.sq`", "did you mean `orders.sql`?", id="slip"),
        pytest.param("nowhere.sql", "there is no `../parts/nowhere.sql`", "", id="missing"),
        pytest.param("sql", "expected a file, found a folder", "", id="folder"),
        pytest.param("../../x.sql", "`../parts/../../x.sql` is outside the repository", OUTSIDE, id="above"),
        pytest.param("pipe", "expected a file, found something that is not a regular file", "", id="pipe"),
        pytest.param("linked", "`../parts/linked` is a link that leaves the repository", UNLINK, id="link"),
        pytest.param("away/a.sql", "`../parts/away/a.sql` is a link that leaves the repository", UNLINK, id="in-link"),
        pytest.param("big.sql", "17 MB large; the most is 16 MB", "", id="too-large"),
    ],
)
def test_a_statement_file_is_a_readable_file_in_the_repository(
    repo: Repo, tmp_path_factory: pytest.TempPathFactory, written: str, problem: str, hint: str
) -> None:
    """Whatever a path is, it is neither followed out of the repository nor waited for."""
    away = tmp_path_factory.mktemp("away")
    (away / "a.sql").write_text(SQL)
    repo.write({"parts/sql/orders.sql": SQL, "parts/big.sql": b"-" * (17 * 1024 * 1024)})
    os.mkfifo(repo.root / "parts/pipe")
    (repo.root / "parts/linked").symlink_to(away / "a.sql")
    (repo.root / "parts/away").symlink_to(away)

    found = repo.job_mistakes(f"name: a\nstatement_file: ../parts/{written}\n")

    assert found == [at("2:17", f"`statement_file`: {problem}", hint)]


@pytest.mark.parametrize(
    ("written", "problem", "hint"),
    [
        pytest.param("/etc/passwd", "`/etc/passwd` is outside the repository", OUTSIDE, id="absolute"),
        pytest.param("''", "expected a path, found no usable text", "", id="nothing"),
    ],
)
def test_a_statement_file_is_a_relative_path(repo: Repo, written: str, problem: str, hint: str) -> None:
    """The same on every machine."""
    found = repo.job_mistakes(f"name: a\nstatement_file: {written}\n")

    assert found == [at("2:17", f"`statement_file`: {problem}", hint)]


def test_a_statement_file_that_is_not_utf_8_is_shown_at_its_byte(repo: Repo) -> None:
    """A Latin-1 umlaut is found in the file, not in the manifest."""
    repo.write({"jobs/a.sql": b"INSERT INTO c\nSELECT '\xfc' FROM a"})

    found = repo.job_mistakes("name: a\nstatement_file: a.sql\n")

    assert found == [Mistake("jobs/a.sql:2:9", "not UTF-8: byte 0xfc at offset 22", "save the file as UTF-8")]


@pytest.mark.parametrize(
    ("uri", "problem", "hint"),
    [
        pytest.param(
            "a.jar",
            "there is no `a.jar`",
            "a path on the platform is written as a URL, such as local:///opt/flink/job.jar",
            id="missing",
        ),
        pytest.param("/opt/a.jar", "`/opt/a.jar` is outside the repository", OUTSIDE, id="absolute"),
        pytest.param("../../a.jar", "`../../a.jar` is outside the repository", OUTSIDE, id="above"),
        pytest.param("../jobs", "`../jobs` is not a file", None, id="folder"),
    ],
)
def test_a_jar_without_a_scheme_is_a_file_in_the_repository(
    repo: Repo, uri: str, problem: str, hint: str | None
) -> None:
    """Otherwise its digest would be missing, and a rebuilt jar no change."""
    found = repo.job_mistakes(f"name: a\njar: {{uri: {uri}}}\n")

    assert [(mistake.where, mistake.problem) for mistake in found] == [("jobs/orders.yaml:2:12", f"`uri`: {problem}")]
    assert hint is None or found[0].hint == hint


def test_a_linked_manifest_is_read_once(repo: Repo) -> None:
    """Links inside the repository are followed, links in a circle too."""
    repo.write({"headgate.yaml": PROJECT, "shared/a.yaml": JOB, "jobs/x.yaml": named("x")})
    (repo.root / "jobs/shared").symlink_to(repo.root / "shared")
    (repo.root / "jobs/again.yaml").symlink_to(repo.root / "shared/a.yaml")
    (repo.root / "jobs/circle").symlink_to(repo.root / "jobs")

    assert list(repo.load().jobs) == ["orders", "x"]


@pytest.mark.parametrize("name", ["a.yaml", "folder"])
def test_a_linked_manifest_outside_the_repository_is_refused(
    repo: Repo, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    """What is not in git was not reviewed."""
    away = tmp_path_factory.mktemp("away")
    (away / "a.yaml").write_text(JOB)
    repo.write({"headgate.yaml": PROJECT})
    (repo.root / "jobs" / name).symlink_to(away / "a.yaml" if name == "a.yaml" else away)

    assert [mistake.problem for mistake in repo.mistakes()] == [
        f"`jobs`: `jobs/{name}` is a link that leaves the repository"
    ]


def test_a_dangling_link_is_not_an_absent_manifest(repo: Repo) -> None:
    """It was meant to be a job."""
    repo.write({"headgate.yaml": PROJECT})
    (repo.root / "jobs/a.yaml").symlink_to("gone.yaml")

    assert repo.mistakes() == [Mistake("jobs/a.yaml:1:1", "there is no such file")]


def test_a_large_statement_is_read_exactly(repo: Repo) -> None:
    """Generated SQL grows to megabytes, inline and in files."""
    long = "INSERT INTO c SELECT '" + "x" * 1_500_000 + "' FROM a"
    repo.write({"jobs/long.sql": long})

    jobs = repo.job(f"name: a\nstatement: |-\n  {long}\n---\nname: b\nstatement_file: long.sql\n").jobs

    assert jobs["a"].program == jobs["b"].program
