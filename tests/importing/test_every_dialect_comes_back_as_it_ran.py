"""What runs in a dialect of its platform is imported as it stands, and the next plan finds nothing to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.given import document, headgate
from tests.end_to_end.houses import House, built, simulators

STREAMS = """\
/** 骑行：每个通道一条 **/
CREATE SOURCE STREAM rides (rider STRING, km INT, begun TIMESTAMP)
WITH (
	type = "dis",
	channel = "rides_${town}",
	field_delimiter = ","
)TIMESTAMP BY begun.rowtime
SET WATERMARK (ROWS 9, interval 7 second);
create temp stream far(rider string) timestamp by proctime.proctime;
CREATE SINK STREAM notices (body STRING) WITH (type = "smn", message_subject = "里程，请注意！");
-- 第一步；
INSERT INTO far SELECT rider FROM rides WHERE km > 40 AND rider <> "nobody";
// and the second
INSERT INTO notices SELECT rider || "：太远" FROM far"""
OLD = """\
create table rides (rider string, `at` as proctime()) with ("connector.type" = "dis", 'format.type' = 'csv');
create table far (rider string) with ("connector.type" = "dis");
insert into far select rider from rides; -- 中文注释
insert into near select rider from rides;"""
BLINK = """\
CREATE FUNCTION span AS 'org.example.Span';
create table rides(
  rider VARCHAR,
  begun AS span(rider),
  WATERMARK wk FOR begun AS withOffset(begun, 4000)
) with (type='sls', startTime='${startTime}', `group.id` = 'g'); --骑行，测试
CREATE TABLE towns(id BIGINT, PRIMARY KEY (id), PERIOD FOR SYSTEM_TIME) WITH (type='rds', cache='ALL');
INSERT INTO far SELECT rider FROM rides JOIN towns FOR SYSTEM_TIME AS OF PROCTIME() AS t ON rides.rider = t.id
EMIT WITH DELAY '1' MINUTE BEFORE WATERMARK;
CREATE VIEW v AS SELECT rider FROM rides WHERE km > ${limit};
INSERT INTO near SELECT rider FROM v;"""
PARTS = 'create sink stream notices (body string) with (type = "smn");'
STRANGERS: dict[str, tuple[str, dict[str, Any]]] = {
    "cloud-stream": ("cs", {"sql_body": STREAMS}),
    "cloud-stream-without-insert": ("cs", {"sql_body": PARTS}),
    "dli-stream-job": ("dli", {"sql": STREAMS, "job_type": "flink_sql_job"}),
    "dli-on-flink-1.10": ("dli", {"sql": OLD, "flink_version": "1.10"}),
    "dli-on-a-version-of-its-choice": ("dli", {"sql": OLD}),
    "blink": ("foas", {"code": BLINK}),
    "blink-without-semicolons": ("foas", {"code": "CREATE TABLE t (a INT) WITH (type='rds')\nINSERT INTO t SELECT 1"}),
    "blink-full-width": ("foas", {"code": "INSERT INTO t\u3000SELECT rider， km FROM rides"}),
}
LEFT_BY_EDITORS: dict[str, Callable[[str], str]] = {
    "as-it-is": lambda text: text,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "blanks-at-line-ends": lambda text: text.replace("\n", " \t\n") + " \t",
    "blank-lines-around": lambda text: f"\n\n  {text}\n\n\n",
    "a-semicolon-more": lambda text: f"{text};\n;",
}


@pytest.fixture(params=list(STRANGERS))
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[House]:
    """A project without jobs, and the platform of a stranger."""
    with simulators(STRANGERS[request.param][0]) as platforms:
        made = built(tmp_path / "repo", platforms, monkeypatch)
        monkeypatch.chdir(made.root)
        yield made


@pytest.mark.parametrize("left", LEFT_BY_EDITORS)
def test_a_job_is_imported_and_the_next_plan_changes_nothing(
    house: House, left: str, request: pytest.FixtureRequest
) -> None:
    """Strings in double quotes, several INSERTs, comments in Chinese, tabs, and what editors and browsers leave."""
    target, fields = STRANGERS[request.node.callspec.params["house"]]
    edited = {key: LEFT_BY_EDITORS[left](text) if "\n" in text or "(" in text else text for key, text in fields.items()}
    house.platforms[target].start_stranger("rides", **edited)

    imported = headgate("import", target)
    [action] = document(headgate("plan", "--format", "json"))["actions"]

    assert imported.exit_code == 0, imported.output
    assert (action["verb"], action["changes"]) == ("adopt", [])
    assert headgate("validate").exit_code == 0


def test_a_secret_in_double_quotes_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stream SQL has its passwords in double quotes; the manifest has a placeholder there, in the same quotes."""
    sql = 'CREATE SINK STREAM s (a INT) WITH (type = "rds", password = "hunter2 of the db"); INSERT INTO s SELECT 1;'
    with simulators("cs") as platforms:
        house = built(tmp_path / "repo", platforms, monkeypatch)
        monkeypatch.chdir(house.root)
        platforms["cs"].start_stranger("rides", sql_body=sql)

        imported = headgate("import", "cs")
        monkeypatch.setenv("RIDES_PASSWORD", "hunter2 of the db")
        [action] = document(headgate("plan", "--format", "json"))["actions"]

    text = (house.root / "jobs" / "rides.yaml").read_text("utf-8")
    assert 'password = "${env:RIDES_PASSWORD}"' in text
    assert "hunter2" not in text + imported.output
    assert (action["verb"], action["changes"]) == ("adopt", [])


def test_a_set_that_an_older_headgate_wrote_is_the_script_it_was_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It used to put the INSERTs of a Blink script into a statement set, which Blink does not have."""
    inserts = "INSERT INTO t SELECT a FROM s;\nINSERT INTO u SELECT a FROM s;\n"
    with simulators("foas") as platforms:
        house = built(tmp_path / "repo", platforms, monkeypatch)
        monkeypatch.chdir(house.root)
        platforms["foas"].start_stranger("rides", code=inserts)
        headgate("import", "foas")
        file = house.root / "jobs" / "rides.yaml"
        text = file.read_text("utf-8").replace("  INSERT INTO t", "  BEGIN STATEMENT SET;\n  INSERT INTO t")
        file.write_text(text.replace("INTO u SELECT a FROM s;\n", "INTO u SELECT a FROM s;\n  END;\n"), "utf-8")

        [action] = document(headgate("plan", "--format", "json"))["actions"]

    assert (action["verb"], action["changes"]) == ("adopt", [])
    assert "END;" in file.read_text("utf-8")
