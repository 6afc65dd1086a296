"""Platforms let us leave a note, and so do people: both survive."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.model.live import Marker
from headgate.providers.definitions.last_applied import Facts, Form, marker_in, read, signature, write

MARKER = Marker("payments", "orders", "0123456789abcdef", "c" * 40, "a" * 32, "s3://b/savepoint-1", "b" * 32, "e" * 16)


def left(text: str, marker: Marker, *, longest: int = 10_000) -> str:
    return write(text, marker, {}, Form(longest, Facts.INSIDE))


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=40)


@given(st.builds(Marker, words, words, words, words, words, words, words, words, words))
def test_every_marker_is_read_back(marker: Marker):
    """Whatever its words hold: brackets, blanks and other alphabets are coded."""
    assert marker_in(f"before {signature(marker)} after") == marker


def test_what_people_wrote_around_it_survives():
    """A new marker takes the place of the old one, and only that."""
    first = left("nightly totals", MARKER)
    edited = f"{first} - see the wiki"

    second = left(edited, Marker("payments", "orders", "f" * 16, start_key="d" * 32))

    assert read(second).text == "nightly totals - see the wiki"
    assert marker_in(second) == Marker("payments", "orders", "f" * 16, start_key="d" * 32)


def test_a_short_note_keeps_what_matters():
    """Where not all fits, whose job it is and which start it was stay; where it came from goes first."""
    short = marker_in(signature(MARKER, longest=160))

    assert short is not None
    assert (short.project, short.job, short.revision, short.start_key) == (
        "payments",
        "orders",
        MARKER.revision,
        MARKER.start_key,
    )
    assert short.restored == ""


def test_whose_job_it_is_says_which_environment_too():
    """A short note that lost it would tell of another environment's job; one from before there were any tells none."""
    marker = replace(MARKER, environment="prod")

    short = marker_in(signature(marker, longest=190))
    earlier = marker_in("[headgate project=payments job=orders revision=0123456789abcdef attempt=aa]")

    assert short is not None
    assert (short.environment, short.start_key) == ("prod", MARKER.start_key)
    assert earlier is not None
    assert earlier.environment == ""
    assert len(left("x" * 500, marker, longest=512)) == 512


def test_the_note_is_never_longer_than_the_platform_allows():
    """People's text gives way before ours does."""
    text = left("x" * 300, MARKER, longest=255)

    assert len(text) <= 255
    assert marker_in(text) is not None


def test_a_marker_that_cannot_fit_is_said():
    """Half a marker would be worse than none."""
    with pytest.raises(ValueError, match="does not fit"):
        signature(MARKER, longest=40)


@pytest.mark.parametrize("text", ["", "just a note", "[headgate nonsense]", "[headgate project=a]", "[headgate a=b c"])
def test_a_note_without_a_marker_has_none(text: str):
    """Nothing is guessed."""
    assert marker_in(text) is None
