"""A path in a manifest begins at the manifest, and never leads into `.git` or `.headgate`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.manifests.given import JOB, PROJECT, SQL, Repo, at

PRIVATE = "`{}` is in .git or .headgate, which no manifest may read"


def test_a_statement_file_below_the_root_is_named_as_the_manifest_has_to_write_it(repo: Repo) -> None:
    """The commonest slip: the path is counted from headgate.yaml."""
    repo.write({"sql/orders.sql": SQL})

    mistakes = repo.job_mistakes("name: orders\nstatement_file: sql/orders.sql\n")

    hint = "paths begin at the manifest: `../sql/orders.sql` is the file of that path below the project's root"
    assert mistakes == [at("2:17", "`statement_file`: there is no `sql/orders.sql`", hint)]
    repo.job("name: orders\nstatement_file: ../sql/orders.sql\n")


def test_a_jar_below_the_root_is_named_so_too(repo: Repo) -> None:
    """The same slip with a jar."""
    repo.write({"lib/job.jar": "PK"})

    [mistake] = repo.job_mistakes("name: orders\njar: {uri: lib/job.jar}\n")

    assert mistake.problem == "`uri`: there is no `lib/job.jar`"
    assert "`../lib/job.jar`" in mistake.hint


def test_what_is_nowhere_gets_the_nearest_name_beside_the_manifest(repo: Repo) -> None:
    """Nothing is promised that is not there."""
    repo.write({"jobs/orders.sql": SQL})

    [mistake] = repo.job_mistakes("name: orders\nstatement_file: order.sql\n")

    assert mistake.hint == "did you mean `orders.sql`?"


@pytest.mark.parametrize(
    "written", ["../.git/config", "../.headgate/store.db", "../.GIT/config", "../sub/.git/config", "../.git"]
)
@pytest.mark.parametrize("manifest", ["statement_file: {}", "jar: {{uri: {}}}"], ids=["statement-file", "jar"])
def test_history_and_what_headgate_keeps_are_not_read(repo: Repo, written: str, manifest: str) -> None:
    """They hold credentials of remotes, and what is masked elsewhere. That they exist is not shown either."""
    repo.write({".git/config": SQL, ".headgate/store.db": SQL, "sub/.git/config": SQL})

    [mistake] = repo.job_mistakes(f"name: orders\n{manifest.format(written)}\n")

    assert mistake.problem.endswith(PRIVATE.format(written))


@pytest.mark.parametrize("link", ["../inside", "../folder/config"])
def test_a_link_does_not_lead_there_either(repo: Repo, link: str) -> None:
    """Nor does a folder that is one."""
    repo.write({".git/config": SQL})
    (repo.root / "inside").symlink_to(repo.root / ".git/config")
    (repo.root / "folder").symlink_to(repo.root / ".git")

    [mistake] = repo.job_mistakes(f"name: orders\nstatement_file: {link}\n")

    assert mistake.problem.endswith(PRIVATE.format(link))


def test_a_linked_folder_of_manifests_does_not_lead_there(repo: Repo) -> None:
    """What it would name is not known: it blocks what no other manifest has."""
    repo.write({"headgate.yaml": PROJECT, "jobs/orders.yaml": JOB, ".git/hooks/x.yaml": JOB.replace("orders", "x")})
    (repo.root / "jobs/hooks").symlink_to(repo.root / ".git/hooks")

    project = repo.load()

    assert list(project.jobs) == ["orders"]
    assert [mistake.problem for mistake in project.mistakes] == [
        "`jobs`: `jobs/hooks` is a link into .git or .headgate"
    ]


@pytest.mark.parametrize("entry", [".git/", ".headgate", "./.git/*.yaml"])
def test_a_place_of_manifests_is_not_there(repo: Repo, entry: str) -> None:
    """Hidden folders hold no manifests, and these may not be named."""
    repo.write({".git/x.yaml": JOB, ".headgate/x.yaml": JOB})

    [mistake] = repo.project_mistakes(PROJECT + f"jobs: ['{entry}']\n")

    assert ".git or .headgate" in mistake.problem


def test_only_the_path_below_the_root_counts(tmp_path: Path) -> None:
    """A checkout may itself stand below a folder of that name, as those of some tools do."""
    repo = Repo.__new__(Repo)
    repo.root = tmp_path / ".headgate" / "checkouts" / "one"
    (repo.root / "jobs").mkdir(parents=True)
    repo.write({"sql/orders.sql": SQL})

    project = repo.job("name: orders\nstatement_file: ../sql/orders.sql\n")

    assert list(project.jobs) == ["orders"]
