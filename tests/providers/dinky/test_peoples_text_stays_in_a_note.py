"""A note has 255 characters for people and for us: theirs stay as long as there is room."""

from __future__ import annotations

import pytest

from headgate.model.live import Marker
from headgate.providers.dinky.task_note import LONGEST, Note

PLAIN = Marker("payments", "orders", "5f3c" * 4, "c0ffee" * 6, "6/8", "s3://savepoints/1", "ab" * 16)
INSTEAD = Marker("payments", "orders", "5f3c" * 4, "c0ffee" * 6, "6/8", "s3://savepoints/1", "ab" * 16, "9a01" * 4)


def written(text: str, marker: Marker) -> Note:
    """What is read back of a note that was written with a text; the note itself has to fit."""
    note = Note(text, marker, frozenset({"clusterName"}), by="1a2b3c4d.8").written()
    assert len(note) <= LONGEST
    return Note.read(note)


@pytest.mark.parametrize("length", [0, 1, 75, 100, 119])
def test_a_text_that_fits_is_not_cut(length: int) -> None:
    """What the marker can do without gives way first: the commit, the snapshot, the run it took over from."""
    text = "x" * length

    told = written(text, PLAIN)

    assert told.text == text
    assert told.marker is not None
    assert told.marker.start_key == PLAIN.start_key


def test_a_text_that_does_not_fit_is_cut_to_what_is_left_and_shows_it() -> None:
    """Not a character more than needed, and nobody takes the rest of a sentence for the whole of it."""
    told = written("call the payments team " * 12, PLAIN)

    assert told.text.startswith("call the payments team call the payments team ")
    assert told.text.endswith("…")
    assert len(told.text) >= 115


def test_which_version_is_not_tried_again_goes_before_a_text() -> None:
    """Without it a run without a store would start what was rolled back."""
    told = written("x" * 200, INSTEAD)

    assert told.marker is not None
    assert told.marker.quarantined == INSTEAD.quarantined
    assert told.text.endswith("…")


def test_a_note_written_again_says_the_same() -> None:
    """A cut text is not cut again, or every change would eat a part of it."""
    once = written("call the payments team " * 12, PLAIN)

    assert written(once.text, PLAIN).text == once.text
