"""A place in the SQL is a place in the file, however the SQL was written into it."""

from __future__ import annotations

import pytest

from headgate.model.spec import Sql
from tests.manifests.given import Repo, at


def place_of(word: str, text: str) -> tuple[int, int]:
    offset = text.index(word)
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("|\n  INSERT INTO c\n    SELECT b FROM MARK\n", id="literal"),
        pytest.param("|\n  INSERT INTO MARK\n  SELECT 1\n", id="literal-first-line"),
        pytest.param("|-\n        INSERT INTO c\n        SELECT b FROM MARK", id="literal-indented-deeply"),
        pytest.param("|+\n INSERT INTO c\n SELECT b FROM MARK\n\n", id="literal-with-its-last-lines"),
        pytest.param("|2\n    INSERT INTO c\n  SELECT b FROM MARK\n", id="literal-of-a-given-indent"),
        pytest.param("| # why\n\n\n  INSERT INTO c\n\n  SELECT b FROM MARK\n", id="literal-after-blank-lines"),
        pytest.param("&sql |\n  INSERT INTO c\n  SELECT b FROM MARK\n", id="literal-with-an-anchor"),
        pytest.param("|\n  INSERT INTO c\n  SELECT 'é', '数', '😀', b FROM MARK\n", id="literal-beyond-ascii"),
        pytest.param("INSERT INTO c SELECT b FROM MARK", id="plain"),
        pytest.param("\n  INSERT INTO c SELECT b FROM MARK", id="plain-on-the-next-line"),
        pytest.param("'INSERT INTO c SELECT b FROM MARK'", id="quoted"),
        pytest.param('"INSERT INTO c SELECT b FROM MARK"', id="double-quoted"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_word_of_the_statement_is_shown_where_it_stands(repo: Repo, statement: str, newline: str) -> None:
    """A platform that rejects line 2 of the SQL is quoted with the line an editor can go to."""
    manifest = f"# first\nname: orders\nstatement: {statement}\nparallelism: 2\n"

    job = repo.job(manifest.replace("\n", newline)).jobs["orders"]

    assert isinstance(job.program, Sql)
    line, column = place_of("MARK", manifest)
    assert job.source.at(*place_of("MARK", job.program.text)) == f"jobs/orders.yaml:{line}:{column}"


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        pytest.param(">\n  INSERT INTO c\n  SELECT b FROM MARK\n", "3:12", id="folded"),
        pytest.param("INSERT INTO c\n  SELECT b FROM MARK", "3:12", id="plain-over-two-lines"),
        pytest.param("'INSERT INTO c\n  SELECT b FROM MARK'", "3:12", id="quoted-over-two-lines"),
        pytest.param("'INSERT INTO c SELECT ''x'' FROM MARK'", "3:12", id="quoted-with-an-escape"),
        pytest.param('"INSERT INTO c SELECT 1\\tFROM MARK"', "3:12", id="double-quoted-with-an-escape"),
    ],
)
def test_a_text_that_lost_its_lines_is_shown_where_it_begins(repo: Repo, statement: str, where: str) -> None:
    """A place that would be wrong is not shown."""
    job = repo.job(f"# first\nname: orders\nstatement: {statement}\n").jobs["orders"]

    assert isinstance(job.program, Sql)
    assert job.source.at(*place_of("MARK", job.program.text)) == f"jobs/orders.yaml:{where}"


def test_a_mistake_in_the_sql_is_a_mistake_in_the_manifest(repo: Repo) -> None:
    """Found offline, before a platform is asked."""
    manifest = "name: a\nstatement: |\n  INSERT INTO c\n    SELECT 'x FROM a;\n"

    found = repo.job_mistakes(manifest)

    assert [(mistake.where, mistake.problem) for mistake in found] == [
        ("jobs/orders.yaml:4:12", "this string is not closed")
    ]


def test_a_mistake_in_a_statement_file_is_shown_in_that_file(repo: Repo) -> None:
    """The manifest is not where it has to be mended."""
    repo.write({"sql/a.sql": "INSERT INTO c\nSELECT 'x FROM a;\n"})

    found = repo.job_mistakes("name: a\nstatement_file: ../sql/a.sql\n")

    assert [(mistake.where, mistake.problem) for mistake in found] == [("sql/a.sql:2:8", "this string is not closed")]


def test_a_missing_variable_is_shown_inside_the_statement(repo: Repo) -> None:
    """The position of the placeholder, not of the statement."""
    found = repo.job_mistakes("name: a\nstatement: |\n  INSERT INTO c\n  SELECT '${env:KEY}' FROM a;\n")

    assert found == [at("4:11", "environment variable KEY is not set", "set KEY before running headgate")]
