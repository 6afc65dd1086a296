"""Job parameters are a text in Java's .properties format: what is written is read again, people's comments stay."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.providers.foas.properties import Asked, parsed, rendered

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(deadline=None)  # a slow machine breaks no law
@given(st.dictionaries(WORDS, WORDS, max_size=5))
def test_what_is_written_is_read_again(config: dict[str, str]):
    """Whatever is in it."""
    assert parsed(rendered(config, Asked())) == config


def test_it_is_read_as_java_reads_it():
    """Separators, escapes, lines that go on, and comments."""
    text = (
        "# a comment\n! another\n\n  a = 1 \nb:2\nc 3\nd\\:e=\\u0041\\\\\\n\n"
        "blink.job.option=-yD env.java.opts='-verbose:gc \\\n    -XX:NewRatio=3'\r\nlast=x\nlast=y\nempty=\n"
    )

    assert parsed(text) == {
        "a": "1 ",
        "b": "2",
        "c": "3",
        "d:e": "A\\\n",
        "blink.job.option": "-yD env.java.opts='-verbose:gc -XX:NewRatio=3'",
        "last": "y",
        "empty": "",
    }


def test_comments_of_people_stay():
    """Ours is one line among them, and there is never a second one."""
    asked = Asked(4, {"engineVersion": "blink-3.6.0"}, "abc", 7)
    once = rendered({"b": "2", "a": "1"}, Asked(), old="#checkpoint模式：EXACTLY_ONCE\na=0\n  # indented\n")

    twice = rendered({"b": "2", "a": "1"}, asked, old=once)

    lines = twice.splitlines()
    assert lines[:2] == ["#checkpoint模式：EXACTLY_ONCE", "  # indented"]
    assert lines[2].startswith("#headgate: {")
    assert lines[3:] == ["a=1", "b=2"]
    assert Asked.read(twice) == asked
