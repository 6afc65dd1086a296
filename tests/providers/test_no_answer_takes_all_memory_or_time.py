"""A platform, or what pretends to be one, answers without end: a call ends all the same, and soon enough to say so.

The server is a real socket; the time is the test's own, and passes with every look at it.
"""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from tests.providers.hostile import Hostile, serving

from headgate.errors import OutcomeUnknown, Unavailable
from headgate.model.project import Target
from headgate.providers.flink.adapter import open_flink
from headgate.providers.flink.forms import FlinkTarget
from headgate.providers.http import Api
from headgate.providers.http.body import MIB
from headgate.providers.http.deadline import SLOWEST_REQUEST

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
Answer = Callable[[], Iterable[bytes]]


def api(url: str, **settings: object) -> Api:
    return Api("prod", url, pause=lambda seconds: None, **settings)  # type: ignore[arg-type]


@contextlib.contextmanager
def answered(answer: Answer, **settings: object) -> Iterator[tuple[Api, Hostile]]:
    """A server that answers so, and an API for it."""
    with serving(answer) as server, contextlib.closing(api(server.url, **settings)) as here:
        yield here, server


def ticking(step: float) -> Callable[[], float]:
    """A clock that goes on by `step` seconds whenever it is looked at."""
    return itertools.count(0.0, step).__next__


def whole(body: bytes, *headers: bytes) -> Answer:
    head = OK + b"".join(header + b"\r\n" for header in headers)
    return lambda: [head + b"Content-Length: %d\r\n\r\n" % len(body), body]


def endless(head: bytes, piece: bytes) -> Answer:
    return lambda: itertools.chain([head], itertools.repeat(piece))


# 64 MiB that are 64 KiB on the wire.
BOMB = gzip.compress(b"[" + b" " * (64 * MIB) + b"]")
PACKED = b"Content-Encoding: gzip"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(whole(BOMB, PACKED), id="a-gzip-bomb"),
        pytest.param(endless(OK + PACKED + b"\r\n\r\n", gzip.compress(b" " * MIB)), id="gzip-without-end"),
        pytest.param(endless(OK + PACKED + b"\r\n\r\n", gzip.compress(b"") * 3000), id="gzip-of-nothing-without-end"),
        pytest.param(endless(OK + b"\r\n", b" " * 65536), id="a-body-without-end"),
        pytest.param(endless(CHUNKED, b"1000\r\n" + b" " * 4096 + b"\r\n"), id="chunks-without-end"),
        pytest.param(endless(CHUNKED + b"7fffffffffffffff\r\n", b" " * 65536), id="one-chunk-without-end"),
        pytest.param(endless(OK + b"Content-Length: 999999999999999\r\n\r\n", b" " * 65536), id="a-huge-length"),
        pytest.param(endless(b"HTTP/1.1 500 Oh\r\n\r\n", b" " * 65536), id="an-error-without-end"),
    ],
)
def test_an_answer_beyond_the_limit_is_refused_and_takes_little_memory(answer: Answer):
    """Neither what comes over the wire nor what it unpacks to is held beyond the limit; nor is it asked for again."""
    with answered(answer, max_answer_mib=2) as (here, server):
        tracemalloc.start()
        try:
            with pytest.raises(Unavailable, match="larger than 2 MiB") as trouble:
                here.read("/jobs")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        with pytest.raises(OutcomeUnknown, match="larger than 2 MiB"):
            here.call("POST", "/jobs", writes=True)

    assert peak < 8 * MIB
    assert "max_answer_mib" in trouble.value.hint
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(
            whole(gzip.compress(BOMB), b"Content-Encoding: gzip, gzip"), "gzip, gzip, which was not", id="twice"
        ),
        pytest.param(whole(b"x", b"Content-Encoding: br"), "packed as br, which was not asked for", id="not-asked-for"),
        pytest.param(whole(b"{}", PACKED), "not the gzip it says it is", id="not-packed-at-all"),
        pytest.param(whole(gzip.compress(b"{}")[:-4], PACKED), "ends before what was packed", id="cut-short"),
    ],
)
def test_what_cannot_be_unpacked_is_reported_as_what_it_is(answer: Answer, words: str):
    """Packed twice, a few kilobytes are more than any machine holds: only what was asked for is unpacked."""
    with answered(answer) as (here, server), pytest.raises(Unavailable, match=words):
        here.read("/jobs")

    assert len(server.asked) == 1
    assert "accept-encoding: gzip" in server.asked[0].lower().splitlines()


def test_packed_answers_are_read():
    """In one piece, in several, with padding, and of nothing."""
    document = {"jobs": [{"jid": f"{number:032x}"} for number in range(5000)]}
    parts = json.dumps(document).encode()
    packed = gzip.compress(parts[:70_000]) + gzip.compress(parts[70_000:]) + b"\0" * 100
    pieces = [OK + PACKED + b"\r\n\r\n", *(packed[at : at + 7] for at in range(0, len(packed), 7))]
    with answered(lambda: pieces) as (here, _):
        assert here.read("/jobs") == document
    with answered(whole(b"", PACKED)) as (here, _):
        assert here.read("/jobs") is None


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(endless(OK + b"\r\n", b" "), id="a-body"),
        pytest.param(endless(CHUNKED, b"1\r\n \r\n"), id="chunks"),
        pytest.param(endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"), id="a-header"),
        pytest.param(endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), id="answers-before-the-answer"),
    ],
)
def test_an_answer_that_trickles_is_given_up_when_its_time_is_over(answer: Answer):
    """A byte in every silence is no answer: with one every 5 s, this one would never be late.

    A read is asked again, as of any platform that is slow: four times its time, and no more.
    """
    late = pytest.raises(Unavailable, match="not whole in the 30 s")
    with answered(answer, timeout=30, monotonic=ticking(5.0)) as (here, server), late as trouble:
        here.read("/jobs")

    assert "`timeout`" in trouble.value.hint
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(endless(OK, b"X-More: more\r\n"), id="many-headers"),
        pytest.param(endless(OK + b"X-Long: ", b"x" * 65536), id="a-long-header"),
        pytest.param(endless(CHUNKED, b"f" * 65536), id="a-chunk-size-without-end"),
        pytest.param(endless(CHUNKED + b"0\r\n", b"X-More: more\r\n"), id="trailers-without-end"),
        pytest.param(endless(b"", b"\0" * 65536), id="no-http-at-all"),
    ],
)
def test_a_flood_that_is_no_http_is_a_lost_reply(answer: Answer):
    """Nothing of it is kept."""
    with answered(answer) as (here, _):
        with pytest.raises(Unavailable, match="the reply was lost"):
            here.read("/jobs")
        with pytest.raises(OutcomeUnknown, match="the reply was lost"):
            here.call("POST", "/jobs", writes=True)


def test_a_large_answer_may_take_longer_as_long_as_it_gets_on():
    """The time of an answer is for what stands still: 16 MiB through a thin line are whole when they are whole."""
    document = [" " * 1024 * 1024] * 16
    body = json.dumps(document).encode()
    # At most 64 KiB are read at a time, so that there are 256 looks at the clock at least: 25 s.
    with answered(whole(body), timeout=10, monotonic=ticking(0.1)) as (here, _):
        assert here.read("/jobs") == document


def test_an_upload_may_take_longer_as_long_as_it_gets_on(tmp_path: Path):
    """A jar of 2 MiB at twice the slowest pace takes a minute, and its target has a timeout of 30 s."""
    jar = tmp_path / "job.jar"
    jar.write_bytes(b"x" * (2 * MIB))
    with answered(whole(b"{}"), timeout=30, monotonic=ticking(0.5)) as (here, server):
        here.call("POST", "/jars/upload", writes=True, upload=("jarfile", jar))

    assert 2 * MIB / SLOWEST_REQUEST * 0.5 > 30
    assert server.received > 2 * MIB


def test_a_target_says_how_large_its_answers_may_be():
    """The setting reaches the wire."""
    read: list[dict[str, int]] = []
    body = json.dumps({"jobs": [], "more": " " * (2 * MIB)}).encode()
    with serving(whole(body)) as server, pytest.raises(Unavailable, match="larger than 1 MiB"):
        for settings in ({}, {"max_answer_mib": 1}):
            form = FlinkTarget.model_validate({"url": server.url, **settings})
            target = Target("prod", "flink", form)
            with contextlib.closing(open_flink(target, project="shop", cache=None)) as provider:
                assert provider.observe().jobs == {}
                read.append(settings)

    assert read == [{}]
