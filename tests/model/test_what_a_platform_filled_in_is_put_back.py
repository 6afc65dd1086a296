"""Platforms give back the values; what is compared and shown are the placeholders."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headgate.model.secret import Secrets
from headgate.model.spec import AppliedSpec, Jar, JobSpec, Sql
from headgate.planning import diff

TEMPLATE = (
    "CREATE TABLE t (a INT) WITH ('user' = '${env:USER_NAME}', 'password' = '${env:KEY}');\nINSERT INTO t SELECT 1"
)


def live(text: str) -> AppliedSpec:
    return AppliedSpec(Sql(text), 1, {}, {}, filled=True)


def wanted(text: str = TEMPLATE, **values: str) -> JobSpec:
    return JobSpec("orders", "dli", Sql(text), secrets=Secrets({"USER_NAME": "ada", "KEY": "hush-hush", **values}))


def test_what_was_filled_in_is_no_difference():
    """The very values git would fill in now, in a text that the platform laid out its own way."""
    filled = wanted().secrets.fill(TEMPLATE).replace("\n", "  \r\n ")

    assert diff(live(filled), wanted()) == ()


def test_a_rotated_value_is_a_change_of_that_value_and_never_shown():
    """The old one is nowhere but on the platform, and must not get into a plan from there."""
    old = wanted(KEY="the-old-secret").secrets.fill(TEMPLATE)

    changes = diff(live(old), wanted())

    assert [change.path for change in changes] == ["env.KEY"]
    assert "the-old-secret" not in repr([(change.before, change.after) for change in changes])


def test_an_edited_text_shows_no_value_known_or_reported_by_its_key():
    """It no longer fits the template, so the places in it tell nothing; keys and known values do."""
    old = wanted(KEY="the-old-secret").secrets.fill(TEMPLATE)
    edited = wanted(TEMPLATE.replace("SELECT 1", "SELECT 2"))

    changes = {change.path: change for change in diff(live(old), edited)}

    assert "statement" in changes
    shown = str(changes["statement"].before)
    assert "the-old-secret" not in shown
    assert "'user' = '${env:USER_NAME}'" in shown  # too short a value to be masked everywhere


def test_an_edit_alone_is_no_change_of_its_secrets():
    """The value that is known is found in the text, so it has not changed."""
    filled = wanted().secrets.fill(TEMPLATE)
    edited = JobSpec(
        "orders",
        "dli",
        Sql("CREATE TABLE t (a INT) WITH ('password' = '${env:KEY}'); INSERT INTO t SELECT 2"),
        secrets=Secrets({"KEY": "hush-hush"}),
    )

    assert [change.path for change in diff(live(filled), edited)] == ["statement"]


def test_the_address_of_a_jar_is_put_back_too():
    """A version in the path comes from CI."""
    want = JobSpec("orders", "dli", Jar("obs://jars/${env:VERSION}/a.jar"), secrets=Secrets({"VERSION": "1.2.3"}))
    applied = AppliedSpec(Jar("obs://jars/1.2.3/a.jar"), 1, {}, {}, filled=True)

    assert diff(applied, want) == ()


def test_options_are_put_back_however_deep():
    """A list of files, a mapping of tags."""
    options = {"tags": {"team": "${env:TEAM}"}, "files": ["obs://a", "obs://${env:TEAM}/b"], "slots": 4}
    want = JobSpec("orders", "dli", Sql("SELECT 1"), options=options, secrets=Secrets({"TEAM": "river-people"}))
    reported = {"tags": {"team": "river-people"}, "files": ["obs://a", "obs://river-people/b"], "slots": 4}

    assert diff(AppliedSpec(Sql("SELECT 1"), 1, {}, reported, filled=True), want) == ()


@given(st.dictionaries(st.sampled_from(["A", "B"]), st.text(min_size=1, max_size=20), min_size=2), st.randoms())
def test_any_value_is_found_by_its_place(values: dict[str, str], order: object):
    """Whatever characters it holds."""
    template = "x '${env:A}' y '${env:B}' z"
    want = JobSpec("orders", "dli", Sql(template), secrets=Secrets(values))
    found: dict[str, str] = {}

    text = want.secrets.unfill(want.secrets.fill(template), template, found)

    assert text == template
    assert want.secrets.fill(template) == Secrets(found).fill(template)
