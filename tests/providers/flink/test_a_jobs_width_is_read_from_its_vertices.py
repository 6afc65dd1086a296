"""Which parallelism a job was given, where only those of its vertices are reported."""

from __future__ import annotations

import pytest

from headgate.providers.flink.vertex_parallelism import followers, of_job

MOST = {"a": 128, "b": 128, "c": 128}


@pytest.mark.parametrize(
    ("widths", "known", "fixed", "parallelism"),
    [
        pytest.param({"a": 4, "b": 4}, 4, set(), 4, id="as-it-was"),
        pytest.param({"a": 8, "b": 8}, 4, set(), 8, id="all-of-it-changed"),
        pytest.param({"a": 4, "b": 4, "one": 1}, 4, set(), 4, id="one-can-only-be-1-wide"),
        pytest.param({"a": 1, "b": 1, "one": 1}, 4, set(), 1, id="all-of-it-made-1-wide"),
        pytest.param({"a": 4, "b": 4, "c": 2}, 4, {2}, 4, id="a-sink-of-fixed-width"),
        pytest.param({"a": 8, "b": 8, "c": 2}, 4, {2}, 8, id="changed-beside-a-fixed-sink"),
        pytest.param({"a": 1, "b": 1, "c": 2}, 4, {2}, 1, id="made-narrower-than-a-fixed-sink"),
        pytest.param({"a": 3, "b": 3}, 1, {3}, 1, id="a-program-that-fixes-all-of-it"),
        pytest.param({"a": 8, "b": 4}, 4, set(), 8, id="somebody-widened-one-vertex"),
        pytest.param({"a": 2, "b": 4}, 4, set(), 2, id="somebody-narrowed-one-vertex"),
        pytest.param({"a": 200, "b": 128}, 200, set(), 200, id="as-wide-as-its-own-limit"),
        pytest.param({"one": 1}, 4, set(), 4, id="nothing-to-widen"),
        pytest.param({}, 4, set(), 4, id="nothing-said"),
    ],
)
def test_the_last_one_known_holds_wherever_it_explains_what_is_seen(
    widths: dict[str, int], known: int, fixed: set[int], parallelism: int
):
    """Or a job would be rescaled for ever that is as it should be."""
    assert of_job(widths, MOST, known=known, fixed=frozenset(fixed)) == parallelism


def test_only_vertices_that_follow_the_job_bound_it():
    """A sink that its table makes 2 wide has a limit for 2."""
    most = {"a": 512, "b": 512, "sink": 128}
    running = {"a": 300, "b": 300, "sink": 2}
    short_of_slots = {"a": 100, "b": 100, "sink": 2}

    assert followers(running, most, known=300, fixed=None) == {"a": 512, "b": 512}
    assert followers(short_of_slots, most, known=300, fixed=frozenset({2})) == {"a": 512, "b": 512}
    assert followers({"a": 3, "b": 3, "sink": 3}, most, known=1, fixed=None) == {}
