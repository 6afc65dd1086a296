"""Blink runs all INSERTs of a script as one job, and does not know the statement set a manifest may put them into."""

from __future__ import annotations

import re

import pytest

from headgate.providers.foas.scripts import as_code, as_script, shape
from headgate.sql import BLINK, check, meaning

SCRIPTS = {
    "one": "CREATE TABLE s (a INT) WITH (type = 'x');\nINSERT INTO t SELECT a FROM s;\n",
    "one in a set": "BEGIN STATEMENT SET;\nINSERT INTO t SELECT a FROM s;\nEND;",
    "two": "BEGIN STATEMENT SET;\nINSERT INTO t SELECT a FROM s;\nINSERT INTO u SELECT a FROM s;\nEND;\n",
    "on one line": "BEGIN STATEMENT SET; INSERT INTO t SELECT 1; INSERT INTO u SELECT 2; END",
    "executed": "EXECUTE STATEMENT SET BEGIN\n  INSERT INTO t SELECT 1;\n  INSERT INTO u SELECT 2;\nEND;",
    "executed alone": "EXECUTE INSERT INTO t SELECT CASE WHEN a = 1 THEN 2 END FROM s;",
    "with comments": "-- why\nBEGIN /* so */ STATEMENT SET;\n-- t\nINSERT INTO t SELECT 'END;'; -- u\nEND; -- done",
    "with placeholders": "BEGIN STATEMENT SET; INSERT INTO t SELECT '${env:A}'; INSERT INTO u SELECT ${env:B}; END;",
}
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_statement_set_is_nothing_but_comments_there(script: str):
    """And comes back as it was, whatever stands around it."""
    code = as_code(script)

    plain = COMMENT.sub(" ", code.replace("'END;'", "''")).upper()
    assert not {"BEGIN", "EXECUTE", "SET"} & set(re.findall(r"\w+", plain))
    assert "END;" not in plain
    assert meaning(as_script(code)) == meaning(script)
    assert check(as_script(code)) == check(script) == ()


def test_lines_stay_where_they_are():
    """The platform tells mistakes by line."""
    script = SCRIPTS["two"]

    assert [line for line in as_code(script).splitlines() if "INSERT" in line] == script.splitlines()[1:3]
    assert as_code(script).splitlines()[2] == script.splitlines()[2]


@pytest.mark.parametrize(
    ("code", "set_of_it"),
    [
        (
            "CREATE TABLE s (a INT);\nINSERT INTO t SELECT 1;\nINSERT INTO u SELECT 2;",
            "CREATE TABLE s (a INT);\nBEGIN STATEMENT SET;\nINSERT INTO t SELECT 1;\nINSERT INTO u SELECT 2;\nEND;",
        ),
        (
            "INSERT INTO t SELECT 1;\nINSERT INTO u SELECT 2 -- the last",
            "BEGIN STATEMENT SET; INSERT INTO t SELECT 1; INSERT INTO u SELECT 2; END;",
        ),
        (
            "INSERT INTO t SELECT 1; CREATE VIEW v AS SELECT 2 a; INSERT INTO u SELECT a FROM v",
            "CREATE VIEW v AS SELECT 2 a;BEGIN STATEMENT SET;INSERT INTO t SELECT 1;INSERT INTO u SELECT a FROM v;END",
        ),
    ],
    ids=["in order", "without a last semicolon", "mixed"],
)
def test_a_script_with_several_inserts_is_a_manifest_as_it_is(code: str, set_of_it: str):
    """It is read as it stands, and equal to the statement set that an older headgate made of it."""
    script = as_script(code)

    assert script == code
    assert check(script, BLINK) == check(set_of_it, BLINK) == ()
    assert meaning(script, BLINK) == meaning(as_script(as_code(set_of_it)), BLINK)
    assert as_code(script) == code


def test_what_may_change_without_losing_state_does_not_hang_on_brackets():
    """The shape of a script is that of its statements."""
    assert shape(as_code(SCRIPTS["two"])) == shape("INSERT INTO t SELECT a FROM s; INSERT INTO u SELECT a FROM s")
