"""Whatever a platform answers, an adapter believes it or says that it does not: it never stumbles, nor finds nothing.

Each part of each answer that a look hangs on is bent in every way JSON allows, one at a time.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.houses import SIMULATORS, built, simulators

from headgate.errors import ProviderError, Unavailable
from headgate.model.project import Target
from headgate.project import load
from headgate.providers.flink.adapter import open_flink
from headgate.providers.flink.forms import FlinkTarget
from headgate.providers.http import Api
from headgate.providers.registry import open_provider
from headgate.testing.server import Request, Response, SimulatedServer

GONE = object()
ODD: tuple[Any, ...] = (None, "x", {}, [None], GONE)
# What says, as it is documented, that there is nothing here of ours.
SAYS_SO: list[tuple[Any, ...]] = [
    ("dinky", "dialect", "x"),  # a task of another kind
    ("cs", "job_type", "x"),  # a job of another kind
]


def places(document: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part; of a list, its first."""
    yield at
    parts = document.items() if isinstance(document, dict) else enumerate(document[:1] if _is_list(document) else ())
    for key, part in parts:
        yield from places(part, (*at, key))


def bent(document: Any, at: tuple[Any, ...], odd: Any) -> Any:
    """The document with something else in one place."""
    if not at:
        return odd
    made = copy.deepcopy(document)
    part = made
    for key in at[:-1]:
        part = part[key]
    if odd is GONE:
        del part[at[-1]]
    else:
        part[at[-1]] = odd
    return made


def _is_list(document: Any) -> bool:
    return isinstance(document, list)


def _path(request: Request) -> str:
    return request.line.partition("?")[0]


def _document(response: Response) -> Any:
    body = response.body
    return json.loads(body if isinstance(body, str | bytes) else json.dumps(body))


@pytest.mark.full
@pytest.mark.parametrize("name", SIMULATORS)
def test_a_look_is_right_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    """A job that runs is seen, or the target is unknown: read as absent, it would be started a second time."""
    monkeypatch.setitem(Api.__init__.__kwdefaults__ or {}, "pause", lambda seconds: None)
    with simulators(name) as platforms:
        house = built(tmp_path / "repo", platforms, monkeypatch)
        house.job(name)
        assert house.outcomes() == {name: "applied"}
        platform = platforms[name]
        honest = platform.answer
        reported: dict[str, Any] = {}

        def recorded(request: Request) -> Response:
            response: Response = honest(request)
            if response.status == 200 and response.body is not None:
                reported.setdefault(_path(request), _document(response))
            return response

        platform.answer = recorded
        target = load(house.root).targets[name]
        assert _looked(target)
        wrong = [
            (path, at, odd)
            for path, document in reported.items()
            for at in places(document)
            for odd in ODD
            if not (odd is GONE and (not at or isinstance(at[-1], int))) and (name, *at[-1:], odd) not in SAYS_SO
            if not _seen_or_refused(target, _bending(platform, honest, path, at, odd))
        ]
        assert wrong == []


def _bending(platform: Any, honest: Callable[[Request], Response], path: str, at: tuple[Any, ...], odd: Any) -> Any:
    def answer(request: Request) -> Response:
        response = honest(request)
        if _path(request) != path or response.status != 200:
            return response
        try:
            return Response(200, json.dumps(bent(_document(response), at, odd)), response.headers)
        except (KeyError, IndexError, TypeError):
            return response  # another page, without that part

    platform.answer = answer
    return answer


def _seen_or_refused(target: Target, answer: Any) -> bool:
    try:
        return _looked(target)
    except ProviderError:
        return True
    except Exception:  # whatever it is, an adapter stumbled
        return False


def _looked(target: Target) -> bool:
    """Is there a job, be it ours or not?"""
    provider = open_provider(target, project="payments", cache=None)
    try:
        seen = provider.observe()
    finally:
        provider.close()
    return bool(seen.jobs or seen.others)


class Elsewhere(SimulatedServer):
    """Something that is no Flink, at a Flink target's url."""

    def __init__(self, says: Any) -> None:
        super().__init__()
        self._says = says

    def answer(self, request: Request) -> Response:
        return Response(200, json.dumps(self._says))


@pytest.mark.parametrize(
    "says",
    [None, [], "up", 7, {}, {"jobs": None}, {"jobs": {}}, {"jobs": [None]}, {"jobs": [{}]}, {"jobs": [{"jid": "a"}]}],
    ids=json.dumps,
)
def test_a_url_of_something_else_is_no_empty_flink(says: Any):
    """The health page of a load balancer lists no jobs, and is no list of jobs."""
    with Elsewhere(says) as server:
        provider = open_flink(
            Target("local", "flink", FlinkTarget.model_validate({"url": server.url})), project="payments", cache=None
        )

        with pytest.raises(Unavailable, match="not what this API documents"):
            provider.observe()
        provider.close()
