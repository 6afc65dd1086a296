"""A note has 255 characters for people and for us: theirs stay as long as there is room."""

from __future__ import annotations

from headgate.model.live import Marker
from headgate.providers.dinky.task_note import LONGEST, Note

INSTEAD = Marker("payments", "orders", "5f3c" * 4, "c0ffee" * 6, "6/8", "s3://savepoints/1", "ab" * 16, "9a01" * 4)


def written(text: str, marker: Marker) -> Note:
    """What is read back of a note that was written with a text; the note itself has to fit."""
    note = Note(text, marker, frozenset({"clusterName"}), by="1a2b3c4d.8").written()
    assert len(note) <= LONGEST
    return Note.read(note)


def test_which_version_is_not_tried_again_goes_before_a_text() -> None:
    """Without it a run without a store would start what was rolled back."""
    reported = written("x" * 200, INSTEAD)

    assert reported.marker is not None
    assert reported.marker.quarantined == INSTEAD.quarantined
    assert reported.text.endswith("…")
