"""What the benches of the four simulators have in common."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

from headgate.model.live import Live
from headgate.model.spec import JobSpec
from headgate.planning import diff
from headgate.testing.server import Request, Response


class Platform(Protocol):
    """The switches that every simulator has."""

    def running(self, name: str) -> list[str]: ...
    def start_stranger(self, name: str) -> object: ...
    def fail_job(self, name: str) -> None: ...
    def lose_replies(self, times: int = 1, *, at: str = "", after: int = 0) -> None: ...
    def cut_off(self, after: int, *, done: bool) -> None: ...
    def is_over(self) -> bool: ...
    def silence(self) -> None: ...
    def speak(self) -> None: ...


P = TypeVar("P", bound=Platform)


class OnSimulator(Generic[P]):
    """The half of a `Bench` that is the platform's, not the provider's."""

    platform: P
    no_meeting = ""

    def running(self, name: str) -> list[str]:
        return self.platform.running(name)

    def start_stranger(self, name: str) -> None:
        self.platform.start_stranger(name)

    def fail(self, name: str) -> None:
        self.platform.fail_job(name)

    def lose_reply(self, after: int = 0) -> None:
        self.platform.lose_replies(after=after)

    def cut_off(self, after: int, *, done: bool) -> None:
        self.platform.cut_off(after, done=done)

    def is_over(self) -> bool:
        return self.platform.is_over()

    def silence(self) -> None:
        self.platform.silence()

    def speak(self) -> None:
        self.platform.speak()


def differences(live: Live | None, spec: JobSpec) -> list[str]:
    """The paths in which a job that was observed differs from a manifest."""
    assert live is not None
    assert live.applied is not None
    return [change.path for change in diff(live.applied, spec)]


def report_without(platform: Any, *names: str) -> None:
    """From now on the platform leaves these fields out of its answers, at any depth."""
    honest = platform.answer

    def answer(request: Request) -> Response:
        response: Response = honest(request)
        if response.status != 200 or not isinstance(response.body, dict):
            return response
        return Response(200, _without(response.body, names), response.headers)

    platform.answer = answer


def _without(document: Any, names: tuple[str, ...]) -> Any:
    if isinstance(document, dict):
        return {key: _without(part, names) for key, part in document.items() if key not in names}
    return [_without(part, names) for part in document] if isinstance(document, list) else document
