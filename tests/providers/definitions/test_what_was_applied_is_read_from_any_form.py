"""The marker and the facts beside it are read in every form that a headgate ever wrote, and people's text survives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.model.live import Marker
from headgate.providers.cs.wire import NOTE
from headgate.providers.definitions.last_applied import Facts, Form, fits, marker_in, read, signature, write
from headgate.providers.flink import job_parameters

MARKER = Marker("payments", "orders", "5f3c" * 4, "c0ffee" * 6, "6/8", "s3://savepoints/1", "ab" * 16)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=40)
INSIDE, BESIDE, BARE = Form(255, Facts.INSIDE, cut="…"), Form(512), Form(512, Facts.BARE, whole_marker=True)
FORMS = {
    "inside": (INSIDE, {"said": "cn", "took": "5a5a.7", "by": "1a2b3c4d.17"}),
    "beside": (BESIDE, {"begin": "1516952710740", "jar": "obs://b/my jar.jar"}),
    "bare": (BARE, {"sets": "41.QmFzZTY"}),
}
# As they were written before there was one codec.
_OLD_MARKER = (
    "[headgate project=payments job=orders revision=5f3c5f3c5f3c5f3c attempt=abababababababababababababababab "
    "succeeds=6/8 commit=c0ffeec0ffeec0ffeec0ffeec0ffeec0ffee restored=b64_czM6Ly9zYXZlcG9pbnRzLzE"
)
RECORDED = {
    "marker-alone": (f"nightly totals {_OLD_MARKER}] see the wiki", {}, "nightly totals see the wiki"),
    "dinky": (f"nightly {_OLD_MARKER} said=cn took=5a5a.7 by=1a2b.17]", FORMS["inside"][1], "nightly"),
    "dli": (f"made by hand {_OLD_MARKER}] [headgate-sets 41.QmFzZTY]", FORMS["bare"][1], "made by hand"),
    "cs": (f"{_OLD_MARKER}] [headgate+ begin=1516952710740 jar=obs://b/my%20jar.jar]", FORMS["beside"][1], ""),
}


@given(st.builds(Marker, *[WORDS] * 9))
def test_every_marker_is_read_back(marker: Marker) -> None:
    """Whatever its words hold: brackets, blanks and other alphabets are coded."""
    assert marker_in(f"before {signature(marker)} after") == marker


@pytest.mark.parametrize("environment", ["", "prod"])
def test_a_short_marker_keeps_whose_job_it_is_and_which_start_it_was(environment: str) -> None:
    """In which environment, too; where it came from goes first. One from before there were any names none."""
    marker = replace(MARKER, environment=environment)

    short = marker_in(signature(marker, longest=110 + 17 * bool(environment)))

    assert short == replace(marker, predecessor="", commit="", restored="")


@pytest.mark.parametrize("form", RECORDED)
def test_a_text_that_an_earlier_headgate_wrote_is_read(form: str) -> None:
    """Whatever the fields are called in code today."""
    text, facts, people = RECORDED[form]

    found = read(text)

    assert found.marker == MARKER
    if form != "dinky":
        assert found.facts == facts
    assert found.fact("said") == ("cn" if form == "dinky" else "")
    assert found.text == people


def test_job_parameters_of_foas_and_of_flink_are_read() -> None:
    """foas keeps what was asked for in a comment line, Flink all of it in job parameters."""
    asked = '{"options":{"folder":"/payments"},"parallelism":4}'
    flink = job_parameters.write(MARKER, {"name": "orders"}, "", fixed=frozenset({1, 4}))

    assert read(f"# by hand\n#headgate: {asked}\nblink.x=1\n").fact("asked") == asked
    assert read(flink).marker == MARKER
    assert read(flink).fact("fixed") == "1-4"


@pytest.mark.parametrize("name", FORMS)
def test_what_is_written_is_read_back_and_written_again_unchanged(name: str) -> None:
    """A text that grows with every start would end in a refusal."""
    form, facts = FORMS[name]

    text = write("nightly totals", MARKER, facts, form)

    assert len(text) <= form.longest
    assert read(text).facts == facts
    assert read(text).text == "nightly totals"
    assert write(text, MARKER, facts, form) == text
    other = Marker("payments", "orders", "f" * 16, start_key="d" * 32)
    again = read(write(f"{text} - see the wiki", other, facts, form))
    assert (again.marker, again.text) == (other, "nightly totals - see the wiki")


def test_an_older_headgate_reads_what_is_written_today() -> None:
    """The bytes of each form are those of the version that introduced it."""
    plain = replace(MARKER, commit="", restored="")
    signed = _OLD_MARKER.split(" commit=")[0]

    assert write("", plain, {"said": "cn", "by": "1a.17"}, INSIDE) == f"{signed} said=cn by=1a.17]"
    assert write("by hand", plain, {"begin": "15"}, BESIDE) == f"by hand {signed}] [headgate+ begin=15]"
    assert write("", plain, {"sets": "41"}, BARE) == f"{signed}] [headgate-sets 41]"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=600), st.sampled_from(sorted(FORMS)))
def test_no_text_breaks_the_budget_or_the_marker(people: str, name: str) -> None:
    """People's text gives way, ours does not: whose it is and which start it was are always there."""
    form, facts = FORMS[name]

    text = write(people, MARKER, facts, form)

    found = read(text)
    assert len(text) <= form.longest
    assert found.marker is not None
    assert (found.marker.project, found.marker.job, found.marker.start_key) == ("payments", "orders", MARKER.start_key)
    assert found.facts == facts


@pytest.mark.parametrize("length", [0, 1, 75, 100])
def test_people_keep_their_text_while_the_marker_can_do_with_less(length: int) -> None:
    """Commit, snapshot and predecessor give way first, what is not tried again never; a cut is shown."""
    assert read(write("x" * length, MARKER, {"said": "c"}, INSIDE)).text == "x" * length
    cut = read(write("call the payments team " * 12, MARKER, {"said": "c"}, INSIDE)).text
    assert cut.startswith("call the payments team call")
    assert cut.endswith("…")
    rolled_back = read(write("x" * 200, replace(MARKER, quarantined="9a01" * 4), {"by": "1a2b3c4d.8"}, INSIDE))
    assert rolled_back.marker is not None
    assert (rolled_back.marker.quarantined, rolled_back.text[-1]) == ("9a01" * 4, "…")


def test_long_text_in_cloud_stream_costs_no_predecessor() -> None:
    """Without it the job would look like a first start, which is ended where it fails: nothing was there before it.

    Nor on a platform that needs the whole marker: a start that restored nothing is known by it from one that has state.
    """
    assert read(write("p" * 300, MARKER, FORMS["beside"][1], NOTE)).marker == MARKER
    assert read(write("x" * 600, MARKER, {"sets": "41"}, BARE)).marker == MARKER


@pytest.mark.parametrize("name", ["beside", "bare"])
def test_facts_stand_last_as_earlier_versions_wrote_them(name: str) -> None:
    """Also where people wrote behind the marker: nothing is sent for the order alone."""
    form, facts = FORMS[name]
    text = write("nightly", MARKER, {}, Form(512, Facts.INSIDE)) + " see the wiki"

    written = write(text, MARKER, facts, form)

    assert written.startswith(f"{text} [headgate")
    assert write(written, MARKER, facts, form) == written


def test_what_does_not_fit_is_an_error() -> None:
    """Half a marker would be worse than none; neither is a text cut that git asked for."""
    with pytest.raises(ValueError, match="does not fit"):
        write("", replace(MARKER, job="x" * 300), {}, INSIDE)
    with pytest.raises(ValueError, match="does not fit"):
        signature(MARKER, longest=40)
    with pytest.raises(ValueError, match="does not fit"):
        write("x" * 240, MARKER, {}, INSIDE, may_cut=False)
    assert fits({"jar": "x" * 200}, BESIDE)
    assert not fits({"jar": "x" * 400}, BESIDE)


def test_people_who_mention_headgate_write_no_marker() -> None:
    """Neither does a file name."""
    cut_off = ("[headgate project=a]", "[headgate a=b c")
    for text in ("headgate.yaml: see the wiki", "[headgate nonsense]", "", "headgate.job:x", *cut_off):
        assert read(text).marker is None
        assert read(text).facts == {}
