"""Whatever became of a plan file on its way, it is applied as it was written or refused: never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from headgate.errors import PlanRefused
from headgate.reporting import plan_file
from tests.reporting.given import PLAN

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEXT = plan_file.written(PLAN, jobs=("orders",), prune=False, now=NOW)
ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def refused(text: str) -> PlanRefused | None:
    """What is said of a plan file, at its reading or once it is compared with the plan of now."""
    try:
        plan_file.require_same(plan_file.read(text, where="plan.json", now=NOW), PLAN, where="plan.json")
    except PlanRefused as said:
        assert said.exit_code == 4
        assert said.hint
        return said
    return None


def signed(document: Any) -> str:
    """As if a headgate had written it: with the digest of what it says now."""
    document["reviewed"].pop("digest", None)
    document["reviewed"]["digest"] = plan_file._digest(document)
    return json.dumps(document)


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value but its root."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


PLACES = list(places(json.loads(TEXT)))


def replaced(path: tuple[Any, ...], value: Any) -> Any:
    document = json.loads(TEXT)
    inside = document
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return document


def test_as_it_was_written_it_is_applied() -> None:
    """Spaces are not what was reviewed."""
    assert refused(TEXT) is None
    assert refused(json.dumps(json.loads(TEXT), indent=7)) is None


@given(some.integers(0, len(TEXT)), some.integers(0, 20), some.text(max_size=20))
def test_a_text_that_was_changed_anywhere_is_refused(at: int, gone: int, new: str) -> None:
    """Cut, overwritten, garbled: by a person or by a line wrap of a chat."""
    text = TEXT[:at] + new + TEXT[at + gone :]

    assert refused(text) is not None or json.loads(text) == json.loads(TEXT)


@given(some.sampled_from(PLACES), ANYTHING)
def test_another_value_anywhere_is_refused(path: tuple[Any, ...], value: Any) -> None:
    """The digest is of everything."""
    document = replaced(path, value)

    assert refused(json.dumps(document)) is not None or json.dumps(document) == json.dumps(json.loads(TEXT))


@given(some.sampled_from(PLACES), ANYTHING)
def test_a_file_that_was_signed_again_is_refused_or_the_same_plan(path: tuple[Any, ...], value: Any) -> None:
    """The digest keeps no secret: whatever shape it vouches for, nothing but the plan of now is applied."""
    document = replaced(path, value)
    if not isinstance(document["reviewed"], dict):
        return
    text = signed(document)
    if refused(text) is None:
        found, asked = plan_file.read(text, where="plan.json", now=NOW), document["reviewed"]
        assert (list(found.jobs), found.prune, found.retry) == (asked["jobs"], asked["prune"], asked["retry"])
        assert decided_in(found.document) == decided_in(json.loads(TEXT))


def decided_in(document: Mapping[str, Any]) -> list[Any]:
    """What would be done, and to which manifests."""
    parts = ("job", "target", "source", "verb", "reason", "changes", "state", "steps", "fallback", "desired")
    return [
        [action["job"], action["desired"], [action[part] for part in parts] if action["steps"] else None]
        for action in document["actions"]
    ]


def naive(document: Any) -> str:
    document["reviewed"]["expires_at"] = "2026-03-02T12:00:00"
    return signed(document)


def actions_that_are_a_text(document: Any) -> str:
    document["actions"] = "x"
    return signed(document)


def pruning_in_words(document: Any) -> str:
    document["reviewed"]["prune"] = "false"
    return signed(document)


@pytest.mark.parametrize(
    "damage",
    [
        naive,
        actions_that_are_a_text,
        pruning_in_words,
        pytest.param(lambda document: "[" * 100_000, id="too-deep"),
        pytest.param(lambda document: "{}", id="another-document"),
        pytest.param(lambda document: "1" * 5000, id="a-long-number"),
        pytest.param(lambda document: "\ufffd\x00", id="no-text"),
    ],
)
def test_what_no_headgate_wrote_is_refused(damage: Callable[[Any], str]) -> None:
    """With the next move."""
    said = refused(damage(json.loads(TEXT)))

    assert isinstance(said, plan_file.PlanEdited)
    assert "`headgate plan -o FILE`" in said.hint
