"""Loading continues past a manifest that is wrong: it is reported as data, with the names it states, and is no job."""

from __future__ import annotations

import re

import pytest

from headgate.errors import ManifestError
from headgate.manifests.broken_documents import documents_of, stated
from headgate.model.broken_manifests import BrokenManifest
from tests.manifests.given import JOB, PROJECT, SQL, Repo


def loaded(repo: Repo, **files: str | bytes) -> tuple[list[str], list[BrokenManifest]]:
    """The jobs that load, and the manifests that do not; files are named `a` for jobs/a.yaml."""
    repo.write({"headgate.yaml": PROJECT, **{f"jobs/{name}.yaml": text for name, text in files.items()}})
    project = repo.load()
    return list(project.jobs), list(project.broken)


def job(name: str, more: str = "") -> str:
    return f"name: {name}\nstatement: {SQL}\n{more}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(job("x", "paralelism: 2\n"), ("x",), id="unknown-key"),
        pytest.param(job("x", "parallelism: many\n"), ("x",), id="wrong-type"),
        pytest.param("name: x\nstatement: SELEC 1\n", ("x",), id="sql"),
        pytest.param("name: x\nstatement_file: missing.sql\n", ("x",), id="missing-file"),
        pytest.param(job("x", "target: nowhere\n"), ("x",), id="unknown-target"),
        pytest.param("name: x\nstatement: INSERT INTO c SELECT '${env:UNSET}' FROM a\n", ("x",), id="unset-variable"),
        pytest.param(job("x", "state: [running\n"), ("x",), id="yaml"),
        pytest.param(job("x", "name: y\n"), ("x", "y"), id="two-names"),
        pytest.param("'name': \"x\"  # ours\nstate: [\n", ("x",), id="quoted-name"),
        pytest.param("  name: x\n  state: [\n", ("x",), id="indented"),
        pytest.param(job("x", "# caf\xe9\n").encode("latin-1"), ("x",), id="not-utf-8"),
        pytest.param("nmae: x\nstatement: SELECT 1\n", (), id="name-mistyped"),
        pytest.param("name: [x]\nstate: [\n", (), id="name-is-a-list"),
        pytest.param("name: not a name\nstate: running\n", (), id="no-name-for-a-job"),
        pytest.param("name: ${env:X}\nstate: running\n", (), id="name-from-a-variable"),
        pytest.param("statement: |\n  name: x\nstate: [\n", (), id="name-inside-a-text"),
        pytest.param("- a\n- b\n", (), id="no-mapping"),
        pytest.param("", (), id="empty"),
        pytest.param("{", (), id="brace"),
        pytest.param(b"\xff\xfe\x00", (), id="bytes"),
    ],
)
def test_a_manifest_that_is_wrong_is_data_and_the_others_load(
    repo: Repo, text: str | bytes, names: tuple[str, ...]
) -> None:
    """Each has its mistakes, at file, line and column, and the name it states where one can be read."""
    jobs, [broken] = loaded(repo, orders=JOB, x=text)

    assert jobs == ["orders"]
    assert broken.names == names
    assert re.fullmatch(r"jobs/x\.yaml:\d+:\d+", broken.where)
    assert all(mistake.problem for mistake in broken.mistakes)


def test_a_broken_document_leaves_the_others_of_its_file(repo: Repo) -> None:
    """`---` ends a document whatever stands before it; lines are still those of the file."""
    text = "\n---\n".join([job("a"), "name: b\nstate: [\nstatement: |\n  x", job("c"), "name: d\nstate: wrong"])

    jobs, broken = loaded(repo, many=text)

    assert jobs == ["a", "c"]
    assert [(one.names, one.where) for one in broken] == [
        (("b",), "jobs/many.yaml:7:12"),
        (("d",), "jobs/many.yaml:14:1"),
    ]


def test_a_mapping_that_ends_too_early_is_not_half_a_manifest(repo: Repo) -> None:
    """The rest of it stands at another indent: YAML has read a whole document before it fails."""
    jobs, [broken] = loaded(repo, x="  name: x\n  statement: INSERT INTO c SELECT b FROM a\nparallelism: 3\n")

    assert (jobs, broken.where) == ([], "jobs/x.yaml:3:1")


def test_a_merge_conflict_leaves_nothing_of_its_file(repo: Repo) -> None:
    """Which side a document is on is not known; all names in it are protected."""
    conflict = f"<<<<<<< HEAD\n{job('a')}\n---\n{job('b')}\n=======\n{job('c')}\n>>>>>>> other\n"

    jobs, [broken] = loaded(repo, orders=JOB, many=conflict)

    assert jobs == ["orders"]
    assert broken.names == ("a", "b", "c")


def test_a_name_stated_twice_is_no_job(repo: Repo) -> None:
    """Which of the two is meant is not known, so neither is applied."""
    jobs, broken = loaded(repo, a=job("same"), b=job("same"), c=job("other"))

    assert jobs == ["other"]
    assert [(one.names, one.where) for one in broken] == [(("same",), "jobs/b.yaml:1:7")]


def test_a_name_that_a_broken_manifest_states_too_is_no_job(repo: Repo) -> None:
    """The one that cannot be read may be the one that is meant."""
    jobs, broken = loaded(repo, a=job("same"), b="name: same\nstate: [\n")

    assert jobs == []
    assert [one.where for one in broken] == ["jobs/b.yaml:3:1"]


@pytest.mark.parametrize("other", ["name: old\nstate: [\n", "name: x\nprevious_name: old\nstate: [\n"])
def test_no_job_takes_over_from_one_that_a_broken_manifest_names(repo: Repo, other: str) -> None:
    """Its state would go to the wrong one, or its job would end."""
    jobs, broken = loaded(repo, new=job("new", "previous_name: old\n"), x=other)

    assert jobs == []
    assert [one.names for one in broken][1:] == [("new",)]
    assert broken[1].where == "jobs/x.yaml:3:1" or broken[1].where == "jobs/x.yaml:4:1"


def test_previous_names_are_read_too(repo: Repo) -> None:
    """They name live jobs that have not left git."""
    _, [broken] = loaded(repo, x="name: x\nprevious_name: old\nstate: [\n")

    assert (broken.names, broken.previous_names) == (("x",), ("old",))


def test_a_mistake_in_headgate_yaml_ends_it_all_with_all_mistakes(repo: Repo) -> None:
    """Nothing can be said about any job without it."""
    repo.write({"headgate.yaml": PROJECT + "job: x\n", "jobs/x.yaml": "nmae: x\n"})

    with pytest.raises(ManifestError) as caught:
        repo.load()

    assert caught.value.where == "headgate.yaml:4:1"
    assert len(caught.value.mistakes) > 1


def test_a_folder_of_jobs_that_is_missing_is_a_mistake_in_headgate_yaml(repo: Repo) -> None:
    """How many jobs are in it, and which, is not known: nothing is planned at all."""
    repo.write({"headgate.yaml": PROJECT + "jobs: [jobs/, more/]\n", "jobs/orders.yaml": JOB})

    with pytest.raises(ManifestError) as caught:
        repo.load()

    assert caught.value.where == "headgate.yaml:4:15"


def test_values_of_a_manifest_that_does_not_load_are_still_secrets(repo: Repo) -> None:
    """Its job may run, and its platform may quote them."""
    text = "name: x\nstate: [\nstatement: INSERT INTO c SELECT '${env:TOKEN}' FROM a\n"
    repo.write({"headgate.yaml": PROJECT, "jobs/x.yaml": text, "jobs/y.yaml": "nmae: y\nconfig: {a: '${env:KEY}'}\n"})

    project = repo.load(TOKEN="hunter2-hunter2", KEY="correct-horse")

    assert project.secrets.values == {"TOKEN": "hunter2-hunter2", "KEY": "correct-horse"}
    assert "hunter2" not in repr(project)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("a: 1\n---\nb: 2\n", 2, id="two"),
        pytest.param("# head\n---\na: 1\n...\n---\nb: 2\n", 2, id="comment-and-end-marker"),
        pytest.param("%YAML 1.2\n---\na: 1\n", 1, id="directive"),
        pytest.param("a: |\n  ---\nb: 2\n", 1, id="indented-in-a-text"),
        pytest.param("a: 1\n----\n", 1, id="four-dashes"),
    ],
)
def test_documents_are_distinguished_by_their_marks_alone(text: str, count: int) -> None:
    """A mark stands at the start of its line; lines before a document are kept empty, so that places stay."""
    found = documents_of(text)

    assert len(found) == count
    assert max(len(one.rstrip("\n").split("\n")) for one in found) == len(text.rstrip("\n").split("\n"))


def test_a_name_in_a_list_or_with_a_comment_is_stated() -> None:
    """Every spelling of it that a line alone can show."""
    assert stated("- name: a\n- name: 'b' # c\n- name: c d\n- name : d\n", "name") == ("a", "b", "d")
