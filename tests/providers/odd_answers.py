"""What headgate asks of a platform is recorded call by call, and every call is asked again with an odd answer in it.

A call is one of the port's (`observe`, `submit`, ...), with what it was given and every answer of the platform to it.
It is asked again of canned answers, without a platform, in milliseconds; so each part of each answer can be bent in
every way that JSON allows. What comes back must be of the types that the model promises, or an error that says whose
fault it is.
"""

from __future__ import annotations

import copy
import json
import random
import sys
import threading
import time
import traceback
import types
import typing
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any, cast
from unittest import mock

import httpx
from tests.faults.steps import shape

import headgate.project.headgate
from headgate.errors import HeadgateError, InternalError
from headgate.model.project import Target
from headgate.providers.http import api as http_api
from headgate.providers.http.connections import Connections
from headgate.providers.port import Provider
from headgate.providers.registry import PROVIDERS, open_provider

GONE = object()
PAGES = ("<html><body><h1>Welcome</h1></body></html>", "", "null", "{", "\ufeff")
# What stands in for a whole answer, or for one part of it.
WHOLE: tuple[Any, ...] = ([], {}, "x", 7, True, [None], [[]], {"": None})
PART: tuple[Any, ...] = (None, [], {}, "x", -1, 1e300, 10**30, True, [None], [7], {"": None}, "\ud800", GONE)
# More than any call asks; a call that goes on and on because of an answer is cut short here.
_MOST = 100


@dataclass(frozen=True)
class Canned:
    """One answer as it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes


@dataclass
class Call:
    """One call of the port and the answers to it, by the shape of their requests. `saw`: a look that found jobs."""

    method: str
    arguments: tuple[Any, ...]
    answers: dict[str, list[Canned]] = field(default_factory=lambda: defaultdict(list))
    saw: bool = False

    def __str__(self) -> str:
        return self.method


@dataclass(frozen=True)
class Oddity:
    """The answers to requests of this shape have something else at a place, or are something else as a whole."""

    shape: str
    at: tuple[Any, ...] = ()
    value: Any = None
    page: str | None = None

    def __str__(self) -> str:
        value = "nothing" if self.value is GONE else json.dumps(self.value)
        return f"{self.shape} {'/'.join(map(str, self.at))} = {value if self.page is None else repr(self.page)}"

    def of(self, answer: Canned) -> Canned:
        if answer.status != 200:
            return answer
        if self.page is not None:
            return Canned(200, (("content-type", "application/json"),), self.page.encode())
        try:
            content = json.dumps(bent(json.loads(answer.content), self.at, self.value)).encode()
        except (KeyError, IndexError, TypeError, ValueError):
            return answer  # one without that part
        return Canned(200, answer.headers, content)


def bent(document: Any, at: tuple[Any, ...], value: Any) -> Any:
    """The document with something else in one place."""
    if not at:
        return value
    made = copy.deepcopy(document)
    part = made
    for key in at[:-1]:
        part = part[key]
    if value is GONE:
        del part[at[-1]]
    else:
        part[at[-1]] = value
    return made


def oddities(call: Call) -> Iterator[Oddity]:
    """Everything that may be odd about the answers to a call."""
    for line, answers in call.answers.items():
        seen: dict[tuple[Any, ...], None] = {}
        for answer in answers:
            if answer.status == 200 and answer.content:
                seen |= dict.fromkeys(_places(json.loads(answer.content)))
        if any(answer.status == 200 for answer in answers):
            yield from (Oddity(line, page=page) for page in PAGES)
        for at in seen:
            for value in PART if at else WHOLE:
                if value is not GONE or not isinstance(at[-1], int):
                    yield Oddity(line, at, value)


def _places(document: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part; of a list, its first."""
    yield at
    if isinstance(document, dict):
        for key, part in document.items():
            yield from _places(part, (*at, key))
    elif isinstance(document, list) and document:
        yield from _places(document[0], (*at, 0))


class Recorder:
    """A provider that writes down what it is asked, and every answer to that."""

    def __init__(self, provider: Provider, calls: list[Call]) -> None:
        self._provider = provider
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name)
        if not callable(found) or name in ("close", "__class__"):
            return found

        def called(*arguments: Any, **named: Any) -> Any:
            self._calls.append(call := Call(name, (arguments, named)))
            answer = found(*arguments, **named)
            call.saw = name == "observe" and bool(answer.jobs or answer.others)
            return answer

        return called


@contextmanager
def recorded() -> Iterator[list[Call]]:
    """The calls of every provider that a project opens in the block; one job at a time, so that none are mixed up."""
    calls: list[Call] = [Call("open", ())]

    class Listening(httpx.BaseTransport):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            self._real = Connections(*arguments, **named)

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = self._real.handle_request(request)
            content = response.read()
            headers = tuple((key, value) for key, value in response.headers.items() if key != "content-length")
            calls[-1].answers[_line(request)].append(Canned(response.status_code, headers, content))
            return httpx.Response(response.status_code, headers=dict(headers), content=content)

        def close(self) -> None:
            self._real.close()

    def opened(target: Target, **named: Any) -> Any:
        return Recorder(open_provider(target, **named), calls)

    with (
        mock.patch.object(http_api, "Connections", Listening),
        mock.patch.object(headgate.project.headgate, "open_provider", opened),
        mock.patch.object(headgate.project.headgate, "_AT_ONCE", 1),
    ):
        yield calls


def stumbles(target: Target, call: Call, oddity: Oddity, calls: list[Call]) -> str:
    """Where headgate stumbles if this call is answered so; empty if it does not."""
    asked: dict[str, int] = defaultdict(int)

    def answer(request: httpx.Request) -> httpx.Response:
        line = _line(request)
        known = call.answers.get(line) or next((one.answers[line] for one in calls if line in one.answers), None)
        if known is None or sum(asked.values()) > _MOST:
            raise httpx.ReadError("nothing was recorded")
        canned = known[min(asked[line], len(known) - 1)]
        asked[line] += 1
        canned = oddity.of(canned) if oddity.shape == line else canned
        return httpx.Response(canned.status, headers=dict(canned.headers), content=canned.content)

    with mock.patch.object(http_api, "Connections", lambda *arguments, **named: httpx.MockTransport(answer)):
        try:
            provider = open_provider(target, project="payments", cache=None)
            given, named = call.arguments
            try:
                found = getattr(provider, call.method)(*given, **named)
            finally:
                provider.close()
        except InternalError as bug:
            return f"it says {bug.problem}"
        except HeadgateError as trouble:
            str(trouble).encode()
            return ""
        except Exception as bug:  # whatever it is, an adapter stumbled
            return _where(bug)
    if call.saw and not (found.jobs or found.others) and not _says_so(oddity):
        return "it finds no job, which would be started a second time"
    return unlike(found, typing.get_type_hints(getattr(Provider, call.method)).get("return", Any), "the answer")


def _says_so(oddity: Oddity) -> bool:
    """Does it say, as it is documented, that there is nothing, or nothing of ours: another kind, another's version?"""
    return oddity.value == [] or oddity.at[-1:] in (("dialect",), ("job_type",), ("root_id",))


def unlike(value: Any, hint: Any, at: str) -> str:
    """What of a value is not of the type that the model promises; empty if all is."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any or isinstance(hint, typing.TypeVar | str):
        return ""
    if origin in (typing.Union, types.UnionType):
        oddities = [unlike(value, part, at) for part in parts]
        return "" if "" in oddities else oddities[0]
    if origin is typing.Literal:
        return "" if value in parts else f"{at} is {value!r}"
    if origin is tuple:
        if not isinstance(value, tuple):
            return f"{at} is {value!r}"
        kinds = [parts[0]] * len(value) if len(parts) == 2 and parts[1] is ... else parts
        return next(filter(None, (unlike(one, kind, f"{at}[]") for one, kind in zip(value, kinds, strict=False))), "")
    if origin and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            return f"{at} is {value!r}"
        pairs = ((key, one) for key, one in value.items())
        return next(
            filter(None, (unlike(k, parts[0], f"{at} key") or unlike(v, parts[1], f"{at}{{}}") for k, v in pairs)), ""
        )
    if origin and isinstance(origin, type):
        if not isinstance(value, origin):
            return f"{at} is {value!r}"
        items = cast(Iterable[Any], value)
        return next(filter(None, (unlike(one, parts[0], f"{at}[]") for one in items)), "") if parts else ""
    if hint is None or hint is type(None):
        return "" if value is None else f"{at} is {value!r}"
    if hint in (int, float):
        kinds = (int, float) if hint is float else (int,)
        return "" if isinstance(value, kinds) and not isinstance(value, bool) else f"{at} is {value!r}"
    if isinstance(hint, type) and not isinstance(value, hint):
        return f"{at} is {value!r}"
    if isinstance(value, str) and not isinstance(value, Enum):
        try:
            value.encode()
        except UnicodeEncodeError:
            return f"{at} is no text"
    if is_dataclass(value):
        hints = typing.get_type_hints(type(value))
        found = (unlike(getattr(value, one.name), hints[one.name], f"{at}.{one.name}") for one in fields(value))
        return next(filter(None, found), "")
    return ""


class _Unhurried:
    """The module `threading`, whose new events are not waited for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(threading, name)

    class Event(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            return self.is_set()


@contextmanager
def unhurried() -> Iterator[None]:
    """Nothing in an adapter waits: what is canned does not change with time."""

    def pause(seconds: float) -> None:
        """Not at all."""

    with ExitStack() as stack:
        for entry in PROVIDERS.values():
            entry.capabilities()  # imports it
        for name, module in list(sys.modules.items()):
            if not name.startswith("headgate.providers"):
                continue
            if hasattr(module, "_LOOK_EVERY"):
                stack.enter_context(mock.patch.object(module, "threading", _Unhurried()))
            for part in list(vars(module).values()):
                for function in (part, *(vars(part).values() if isinstance(part, type) else ())):
                    if not isinstance(function, types.FunctionType):
                        continue
                    if time.sleep in (function.__kwdefaults__ or {}).values():
                        kept = {k: pause if v is time.sleep else v for k, v in (function.__kwdefaults__ or {}).items()}
                        stack.enter_context(mock.patch.object(function, "__kwdefaults__", kept))
                    if time.sleep in (function.__defaults__ or ()):
                        plain = tuple(pause if v is time.sleep else v for v in function.__defaults__ or ())
                        stack.enter_context(mock.patch.object(function, "__defaults__", plain))
        yield


def _line(request: httpx.Request) -> str:
    return shape(f"{request.method} {request.url.raw_path.decode('ascii')}")


def _where(bug: Exception) -> str:
    frames = [frame for frame in traceback.extract_tb(bug.__traceback__) if "/headgate/" in frame.filename]
    place = f"{frames[-1].filename.rpartition('/headgate/')[2]}:{frames[-1].lineno}" if frames else "?"
    return f"{type(bug).__name__} at {place}: {str(bug).splitlines()[0] if str(bug) else ''}"


def sampled(calls: list[Call], each: int, seed: int) -> list[tuple[Call, Oddity]]:
    """So many oddities of every kind of request in every kind of call, the same ones for the same seed."""
    kinds: dict[tuple[str, str], dict[str, tuple[Call, Oddity]]] = defaultdict(dict)
    for call in calls:
        if call.method != "open":
            for oddity in oddities(call):
                kinds[call.method, oddity.shape][f"{oddity} {sorted(call.answers)}"] = (call, oddity)
    chosen = random.Random(seed)
    return [one for kind in kinds.values() for one in chosen.sample(list(kind.values()), min(each, len(kind)))]
