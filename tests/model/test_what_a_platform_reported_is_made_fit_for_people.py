"""A platform gives back what it was given, and quotes it in its messages: what is shown of that holds no secret."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.model.live import JobState, Live
from headgate.model.masking import HIDDEN, hidden, masked_text, masked_value
from headgate.model.plan import Change
from headgate.model.secret import Secrets
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Program, Sql
from headgate.planning import diff

OLD = "the-old-secret"
NOTHING = Secrets()
SELECT = Sql("INSERT INTO t SELECT 1")


def changes(
    live: Program = SELECT,
    want: Program = SELECT,
    *,
    config: tuple[dict[str, str], dict[str, str]] = ({}, {}),
    options: tuple[dict[str, Any], dict[str, Any]] = ({}, {}),
    secrets: Secrets = NOTHING,
) -> dict[str, Change]:
    """What differs between the two, by path."""
    reported = AppliedSpec(live, 1, config[0], options[0], filled=True)
    spec = JobSpec("orders", "dli", want, config=config[1], options=options[1], secrets=secrets)
    return {change.path: change for change in diff(reported, spec)}


@pytest.mark.parametrize(
    "option",
    [
        pytest.param(f"'password' = '{OLD}'", id="option"),
        pytest.param(f"`s3.secret-key` = '{OLD}'", id="bare key"),
        pytest.param(f"'url' = 'jdbc:mysql://ada:{OLD}@db/x'", id="url"),
        pytest.param(f"'url' = 'redis://:{OLD}@cache/0'", id="url without a user"),
        pytest.param(f"'url' = 'jdbc:mysql://db/x?user=ada&password={OLD}'", id="inside a url"),
        pytest.param(f"'x' = 'y' -- 'password' = '{OLD}'\n", id="comment"),
        pytest.param(f"'password' = 'it''s {OLD}'", id="with a quote in it"),
        pytest.param(f"'token' = '{OLD}', 'comment' = 'not {OLD}!'", id="twice"),
    ],
)
def test_options_of_a_statement_that_left_git_are_hidden(option: str) -> None:
    """Their keys, or the values themselves, tell that they are secrets."""
    live = Sql(f"CREATE TABLE t (a INT) WITH ({option});\nINSERT INTO t SELECT 1")

    [change] = changes(live).values()

    assert change.path == "statement"
    assert HIDDEN in change.before
    assert OLD not in repr(change)


@pytest.mark.parametrize(
    ("path", "differing"),
    [
        pytest.param("config.s3.secret-key", {"config": ({"s3.secret-key": OLD}, {})}, id="config"),
        pytest.param("config.s3.url", {"config": ({"s3.url": f"s3://ada:{OLD}@b"}, {"s3.url": "s3://b"})}, id="url"),
        pytest.param("options.tags", {"options": ({"tags": {"api_token": OLD}}, {})}, id="options"),
        pytest.param(
            "options.tags.api_token",
            {"options": ({"tags": {"api_token": OLD}}, {"tags": {"api_token": "x"}})},
            id="deep option",
        ),
        pytest.param("options.tokens.1", {"options": ({"tokens": ["a", OLD]}, {"tokens": ["a", "b"]})}, id="list"),
    ],
)
def test_config_and_options_are_hidden_too(path: str, differing: dict[str, Any]) -> None:
    """However deep they stand in it."""
    found = changes(**differing)

    assert HIDDEN in str(found[path].before)
    assert OLD not in repr(found)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--db-password", OLD), id="word of its own"),
        pytest.param((f"--token={OLD}",), id="assigned"),
        pytest.param((f"--a b --api-key {OLD} --c d",), id="in a line"),
        pytest.param(("--db", f"jdbc:mysql://ada:{OLD}@db/x"), id="url"),
    ],
)
def test_arguments_of_a_program_are_hidden(arguments: tuple[str, ...]) -> None:
    """A main method reads its passwords from there."""
    found = changes(Jar("obs://a.jar", args=arguments), Jar("obs://a.jar"))

    assert HIDDEN in str(found["jar.args"].before)
    assert OLD not in repr(found)


def test_the_password_in_the_address_of_a_jar_is_hidden() -> None:
    """The rest of the address tells which jar it was."""
    found = changes(Jar(f"https://ada:{OLD}@repo/a.jar"), Jar("https://repo/b.jar"))

    assert found["jar.uri"].before == f"https://ada:{HIDDEN}@repo/a.jar"


def test_what_git_says_in_the_same_words_is_shown() -> None:
    """It is no secret any more, and hidden on one side alone it would look like a change."""
    text = "CREATE TABLE t (a INT) WITH ('password' = 'in-clear'); -- 'token' = 'in-a-comment'\nINSERT INTO t SELECT {}"

    [change] = changes(Sql(text.format(1)), Sql(text.format(2))).values()

    assert change.before == text.format(1)


def test_the_same_words_under_another_key_are_no_excuse() -> None:
    """A password that is the name of a table is one all the same."""
    found = changes(Sql("SELECT 1 /*+ OPTIONS('password'='orders') */"), Sql("SELECT 2 FROM orders"))

    assert found["statement"].before == "SELECT 1 /*+ OPTIONS('password'='***') */"


def test_a_word_that_git_says_is_not_hidden_elsewhere() -> None:
    """It would look like a change, and tell what is hidden."""
    found = changes(Sql("SELECT 1 FROM orders /*+ OPTIONS('password'='orders') */"), Sql("SELECT 2 FROM orders"))

    assert found["statement"].before == "SELECT 1 FROM orders /*+ OPTIONS('password'='***') */"


def test_an_earlier_value_from_the_environment_is_hidden_under_any_key() -> None:
    """Git says that it varies. Today's value, which is no change, is its placeholder however short it is."""
    template = "CREATE TABLE t (a INT) WITH ('a' = '${env:A}', 'host' = 'db-${env:HOST}');\nINSERT INTO t SELECT "
    live = Sql("CREATE TABLE t (a INT) WITH ('a' = '1', 'host' = 'db-old-host');\nINSERT INTO t SELECT 1")
    secrets = Secrets({"A": "1", "HOST": "new-host"})

    change = changes(live, Sql(template + "2"), secrets=secrets)["statement"]

    assert "'a' = '${env:A}', 'host' = '***'" in change.before


@pytest.mark.parametrize("reported", ["a", "b"])
def test_what_is_hidden_is_compared_as_it_is(reported: str) -> None:
    """A difference between two secrets is one, and two that are equal are none."""
    text = "CREATE TABLE t (a INT) WITH ('password' = '{}');\nINSERT INTO t SELECT 1"

    assert bool(changes(Sql(text.format(reported)), Sql(text.format("a")))) is (reported == "b")


def test_a_value_of_the_environment_that_git_also_says_elsewhere_is_no_difference() -> None:
    """`prod` in the config is `prod`, whatever else is filled in with that word."""
    secrets = Secrets({"STAGE": "prod"})
    options = ({"stage": "prod"}, {"stage": "${env:STAGE}"})

    found = changes(config=({"a": "prod"}, {"a": "prod"}), options=options, secrets=secrets)

    assert found == {}


def test_a_part_that_others_own_keeps_its_secrets() -> None:
    """What is submitted again is what ran, not what was shown of it."""
    live = Sql("CREATE TABLE t (a INT) WITH ('password' = 'theirs'); SELECT 1")
    want = JobSpec("orders", "dli", Sql("SELECT '${env:A}'"), secrets=Secrets({"A": "some-value"}))

    kept = AppliedSpec(live, 1, {}, {}, filled=True).unfilled(want).over(want, ("statement",))

    assert kept.program == live


def test_a_part_that_others_own_is_gits_where_its_secret_is_nowhere_to_be_had() -> None:
    """It was kept with a placeholder; to start a job with that word for a password helps nobody."""
    kept = AppliedSpec(Sql("SELECT '${env:THEIRS}'"), 1, {"a": "${env:THEIRS}", "b": "1"}, {"c": ["${env:THEIRS}"]})
    want = JobSpec("orders", "dli", SELECT, config={"a": "x"}, options={"c": ["y"]})
    paths = ("statement", "config.a", "config.b", "options.c")

    unset = kept.over(want, paths)
    given = kept.over(replace(want, secrets=Secrets({"THEIRS": "z"})), paths)

    assert (unset.program, unset.config, unset.options) == (SELECT, {"a": "x", "b": "1"}, {"c": ["y"]})
    assert (given.program, given.config, given.options) == (kept.program, kept.config, kept.options)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(f"no: WITH ('password' = '{OLD}')", id="sql"),
        pytest.param(json.dumps({"errors": [f'at "password": "{OLD}"']}), id="json"),
        pytest.param(json.dumps({"token": OLD, "a": 1}), id="json key"),
        pytest.param(f"cannot reach jdbc:mysql://ada:{OLD}@db:3306/x", id="url"),
        pytest.param(f"bad argument --api-key={OLD}", id="argument"),
    ],
)
def test_a_message_that_quotes_a_secret_is_shown_without_it(said: str) -> None:
    """One that no manifest refers to any more."""
    assert OLD not in masked_text(said, NOTHING)
    assert HIDDEN in masked_text(said, NOTHING)


@pytest.mark.parametrize(
    "said",
    [
        "Token expired, log in again",
        "http://127.0.0.1:8081/jobs refused",
        "password: expected text, found a list",
        "'password' = '${env:PW}' is not allowed",
        "https://user@host/path",
        "HTTP 401: access key is unknown",
    ],
)
def test_ordinary_words_stay(said: str) -> None:
    """A message with holes in it helps nobody."""
    assert masked_text(said, NOTHING) == said


def test_a_document_is_masked_value_by_value() -> None:
    """By its keys, by the keys inside of its texts, and by the values that are known."""
    text = f"CREATE TABLE t (a INT) WITH ('password' = '{OLD}', 'a' = 'b'); INSERT INTO t SELECT a.token = b.token"
    reported = {
        "statement": text,
        "accessKey": OLD,
        "list": [{"key": "s3.secret", "value": OLD}, {"key": "a", "value": "b"}],
        "properties": f"a=b\ns3.secret = {OLD}\nc=d",
        "json": json.dumps({"deep": {"password": OLD}, "a": "b"}),
        "user": "known-value",
        "pin": {"password": 1234},
        "slots": 4,
        "hasToken": True,
        "nothing": None,
    }

    shown = masked_value(reported, Secrets({"USER_NAME": "known-value"}))

    assert OLD not in json.dumps(shown)
    assert "'password' = '***', 'a' = 'b'" in shown["statement"]
    assert shown["accessKey"] == HIDDEN
    assert shown["list"] == [{"key": "s3.secret", "value": HIDDEN}, {"key": "a", "value": "b"}]
    assert shown["properties"] == "a=b\ns3.secret = ***\nc=d"
    assert json.loads(shown["json"]) == {"deep": {"password": HIDDEN}, "a": "b"}
    assert shown["user"] == "${env:USER_NAME}"
    assert shown["pin"] == {"password": HIDDEN}
    assert (shown["slots"], shown["hasToken"], shown["nothing"]) == (4, True, None)


VALUE = "pä\"ss's\\wörd & <more>\n+ end/of it?"


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(VALUE, id="as it is"),
        pytest.param(json.dumps(VALUE), id="json"),
        pytest.param(json.dumps(VALUE, ensure_ascii=False), id="json, not ascii"),
        pytest.param(json.dumps(json.dumps(VALUE)), id="json in json"),
        pytest.param(quote(VALUE), id="path"),
        pytest.param(quote(VALUE, safe="").lower(), id="url, lower case"),
        pytest.param(quote_plus(VALUE), id="form"),
        pytest.param(html.escape(VALUE), id="html"),
        pytest.param(VALUE.replace("'", "''"), id="sql"),
        pytest.param(VALUE.replace("\n", "\r\n"), id="other line ends"),
        pytest.param(repr(VALUE), id="repr"),
    ],
)
def test_a_known_value_is_masked_however_it_is_spelled(spelled: str) -> None:
    """In the body of an error, in an address, in a page of HTML."""
    assert "${env:PW}" in Secrets({"PW": VALUE}).mask(f"said: {spelled}.")
    assert "ss" not in Secrets({"PW": VALUE}).mask(spelled)


@given(st.text(max_size=5), st.text(min_size=6, max_size=20), st.text(max_size=5))
def test_a_known_value_is_masked_in_base64(before: str, value: str, after: str) -> None:
    """`user:password` of a header: wherever in it the value begins."""
    coded = base64.b64encode(f"{before}{value}{after}".encode()).decode()

    assert "${env:PW}" in Secrets({"PW": value}).mask(coded)


def test_a_value_inside_of_another_or_of_a_name_is_no_trouble() -> None:
    """The longer one goes first, and the name of a placeholder is none of its values."""
    secrets = Secrets({"A": "hush", "B": "hush-hush", "PASSWORD": "word", "WORD": "PASSWORD"})

    assert secrets.mask("hush-hush, hush, word") == "${env:B}, ${env:A}, ${env:PASSWORD}"
    assert secrets.mask("'${env:PASSWORD}'") == "'${env:PASSWORD}'"


def test_what_is_written_to_be_read_again_is_put_back_as_it_stands_alone() -> None:
    """A path that has the value in other letters would be another path afterwards."""
    secrets = Secrets({"BUCKET": "a/b c"})

    for text in ("s3://a/b c/x", "s3://a%2Fb%20c/x"):
        assert secrets.fill(secrets.put_back(text)) == text


@given(st.text(min_size=4))
def test_a_json_text_gets_its_values_back(value: str) -> None:
    """A compiled plan is JSON: a quote in a password must not end a string in it."""
    secrets = Secrets({"PW": value})
    text = json.dumps({"password": value, "a": [value]}, ensure_ascii=False)

    assert json.loads(secrets.fill_json(secrets.put_back_in_json(text))) == {"password": value, "a": [value]}


def test_a_text_that_is_broken_shows_no_secret_either() -> None:
    """Nobody can tell its tokens apart; what looks like an option is one."""
    broken = f"CREATE TABLE t (a INT) WITH ('token' = '{OLD}', 'a' = 'b') /* not closed"

    assert hidden("statement", broken, "SELECT 1", NOTHING) == broken.replace(OLD, HIDDEN)


def test_what_is_no_text_and_what_was_not_set_stays() -> None:
    """A number, or a field that the job did not have."""
    assert hidden("parallelism", 4, 5, NOTHING) == 4
    assert hidden("statement", None, "SELECT 1", NOTHING) is None


def test_a_live_job_shows_no_value_in_its_repr() -> None:
    """A plan printed by a script, a failing assertion, a traceback with its locals."""
    applied = AppliedSpec(Sql(f"SELECT '{OLD}'"), 1, {"a": OLD}, {"b": [OLD]}, filled=True)

    assert OLD not in repr(Live("f00", "orders", JobState.RUNNING, applied=applied))
