"""What only all manifests together can tell."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.errors import Mistake
from headgate.manifests.project_checks import _circles
from tests.manifests.given import PROJECT, SQL, Repo


def job(name: str, more: str = "") -> str:
    return f"name: {name}\nstatement: {SQL}\n{more}---\n"


def test_a_name_is_used_once(repo: Repo) -> None:
    """Two manifests of one name would take turns to restart one job."""
    repo.write({"headgate.yaml": PROJECT, "jobs/a.yaml": job("x") + job("x"), "jobs/b.yaml": job("x")})

    assert repo.mistakes() == [
        Mistake("jobs/a.yaml:4:7", "there are two jobs named `x`", "the other is at jobs/a.yaml:1:7"),
        Mistake("jobs/b.yaml:1:7", "there are two jobs named `x`", "the other is at jobs/a.yaml:1:7"),
    ]


def test_a_job_depends_on_jobs_that_exist(repo: Repo) -> None:
    """Waiting for a slip would be waiting for ever."""
    repo.write(
        {
            "headgate.yaml": PROJECT,
            "jobs/a.yaml": job("ingest") + job("x", "depends_on: [ingst, nothing, x, ingest]\n"),
        }
    )

    assert repo.mistakes() == [
        Mistake("jobs/a.yaml:6:14", "there is no job `ingst`", "did you mean `ingest`?"),
        Mistake("jobs/a.yaml:6:21", "there is no job `nothing`", "jobs: ingest, x"),
        Mistake("jobs/a.yaml:6:30", "`x` depends on itself", "remove it"),
    ]


def test_an_unknown_name_proves_nothing_while_a_file_cannot_be_read(repo: Repo) -> None:
    """The job may well be in that file; it is mended first."""
    repo.write({"headgate.yaml": PROJECT, "jobs/a.yaml": job("x", "depends_on: [y]\n"), "jobs/b.yaml": "name: ["})

    assert [mistake.where for mistake in repo.mistakes()] == ["jobs/b.yaml:1:8"]


def test_a_circle_is_shown(repo: Repo) -> None:
    """Each waits for the other."""
    repo.write(
        {
            "headgate.yaml": PROJECT,
            "jobs/a.yaml": job("a", "depends_on: [b]\n") + job("b", "depends_on: [d, c]\n") + job("d"),
            "jobs/c.yaml": job("c", "depends_on: [a]\n"),
        }
    )

    assert repo.mistakes() == [Mistake("jobs/a.yaml:3:14", "jobs depend on each other in a circle: a -> b -> c -> a")]


def test_the_previous_name_of_a_job_has_left_git(repo: Repo) -> None:
    """State goes to one job: not to a new one while the old one is still there, and not to two."""
    repo.write(
        {
            "headgate.yaml": PROJECT,
            "jobs/a.yaml": job("a", "previous_name: b\n") + job("b"),
            "jobs/c.yaml": job("c", "previous_name: old\n") + job("d", "previous_name: old\n"),
            "jobs/e.yaml": job("e", "previous_name: e\n"),
        }
    )

    assert repo.mistakes() == [
        Mistake(
            "jobs/a.yaml:3:16",
            "`previous_name`: there still is a job `b`",
            "a renamed job has left git; that one is at jobs/a.yaml:5:1",
        ),
        Mistake(
            "jobs/c.yaml:7:16", "`previous_name`: `c` also takes over from `old`", "the state of a job goes to one job"
        ),
        Mistake(
            "jobs/e.yaml:3:16",
            "`previous_name`: there still is a job `e`",
            "a renamed job has left git; that one is at jobs/e.yaml:1:1",
        ),
    ]


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), unique=True)))
def test_a_circle_is_found_exactly_when_there_is_one(graph: dict[str, list[str]]) -> None:
    """Against the plain definition: remove jobs that wait for nothing until none is left."""
    edges = {name: [to for to in following if to in graph] for name, following in graph.items()}
    left = {name: set(following) for name, following in edges.items()}
    while free := [name for name, following in left.items() if not following & left.keys()]:
        for name in free:
            del left[name]

    found = _circles(edges)

    assert bool(found) == bool(left)
    assert all(
        following in edges[name]
        for circle in found
        for name, following in zip(circle, circle[1:] + circle[:1], strict=True)
    )
