"""What a platform reported, made fit for people: values of the environment as placeholders, other secrets as `***`.

A platform gives back what it was given, so it also tells values that no manifest refers to any more: a password that
was rotated, or whose placeholder left git. They are reported by the keys they stand under. Only what is shown passes
through here; what is compared, decided and sent does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from headgate.model.credential_keys import names_a_credential
from headgate.model.secret import PLACEHOLDER, Secrets, replaced
from headgate.model.secret_detection import (
    tells_a_secret,
    values_in_arguments,
    values_in_command_line,
    values_in_option,
    values_in_statement,
    values_in_text,
)

HIDDEN = "***"
# Shorter ones would be found all over ordinary text.
_SHORTEST_SOUGHT = 4
_ASSIGNMENT = re.compile(r"(?m)^([ \t]*[\w.-]+[ \t]*[=:][ \t]*)(\S.*)$")


def hidden(path: str, reported: Any, wanted: Any, secrets: Secrets) -> Any:
    """What a platform reported of one field, for people; `path` as in a `Change`, `wanted` what git has there.

    A value that git says in the very same words under the same key is no secret any more. One that git takes from the
    environment is, whatever its key: it is the placeholder, or hidden if it is another value than today's.
    """
    said: dict[str, set[str]] = {}
    texts: list[str] = []

    def note(key: str, value: str, place: str) -> str:
        said.setdefault(key.lower(), set()).add(value)
        return value

    _walked(path, wanted, note)
    _each_text(wanted, texts.append)
    found: set[str] = set()

    def hide(key: str, value: str, place: str) -> str:
        known = said.get(key.lower(), set())
        if value in known or value == HIDDEN:
            return value
        if template := next((one for one in known if secrets.fill(one) == value), ""):
            return template
        bare = PLACEHOLDER.sub("", value)
        varies = bare == value and any(PLACEHOLDER.search(one) for one in known)
        if not tells_a_secret(key, bare) and not (varies and value.strip()):
            return value
        found.add(value)
        return HIDDEN

    shown = _walked(path, reported, hide)
    elsewhere = {
        value: HIDDEN for value in found if len(value) >= _SHORTEST_SOUGHT and not any(value in text for text in texts)
    }
    return _each_text(shown, lambda text: replaced(text, elsewhere))


def masked_text(text: str, secrets: Secrets) -> str:
    """A text of a platform, such as an error message that quotes what it was sent."""

    return values_in_command_line(secrets.mask(text), _hide)


def masked_value(value: Any, secrets: Secrets, key: str = "") -> Any:
    """A JSON value of a platform, as it stands under a key."""
    match value:
        case str():
            return _masked_leaf(value, secrets, key)
        case Mapping():
            return {
                secrets.mask(str(inner)): masked_value(one, secrets, _key_of(str(inner), value, key))
                for inner, one in value.items()
            }
        case list() | tuple():
            shown = [masked_value(one, secrets, key) for one in value]
            return list(values_in_arguments(shown, _hide)) if all(isinstance(one, str) for one in shown) else shown
        case bool() | None:
            return value
        case int() | float():
            return HIDDEN if names_a_credential(key) else value
        case _:
            return _masked_leaf(str(value), secrets, key)


def _key_of(inner: str, beside: Mapping[Any, Any], outer: str) -> str:
    """The key that a value stands under: `{"name": "password", "value": "x"}` and `{"password": {"text": "x"}}`."""
    if inner.lower().endswith("value"):
        before = inner[: -len("value")]
        names = [one for one in beside if str(one).lower() in (f"{before}key".lower(), f"{before}name".lower())]
        named = next((str(beside[one]) for one in names if isinstance(beside[one], str)), "")
        inner = named or inner
    return outer if names_a_credential(outer) and not names_a_credential(inner) else inner


def _hide(key: str, value: str, place: str) -> str:
    return HIDDEN if tells_a_secret(key, PLACEHOLDER.sub("", value)) else value


def _masked_leaf(text: str, secrets: Secrets, key: str) -> str:
    masked = secrets.mask(text)
    if names_a_credential(key) and tells_a_secret(key, PLACEHOLDER.sub("", masked)):
        return HIDDEN
    if (document := _masked_document(masked, secrets, key)) is not None:
        return document

    def hide_line(line: re.Match[str]) -> str:
        return line[1] + _hide(line[1].strip(" \t=:"), line[2], "")

    return _ASSIGNMENT.sub(hide_line, values_in_command_line(values_in_statement(masked, _hide), _hide))


def _masked_document(text: str, secrets: Secrets, key: str) -> str | None:
    """A text that is a JSON object or list, masked value by value; None for any other."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        document = json.loads(text)
        shown = masked_value(document, secrets, key)
    except (ValueError, RecursionError):
        return None
    return text if shown == document else json.dumps(shown, ensure_ascii=False)


def _walked(path: str, value: Any, put: Callable[[str, str, str], str]) -> Any:
    """The value of a field with every value in it rewritten."""
    head, _, rest = path.partition(".")
    match head, value:
        case "statement", str():
            return values_in_text(values_in_statement(value, put), put)
        case "jar", list() | tuple():
            return [values_in_text(one, put) for one in values_in_arguments(map(str, value), put)]
        case "jar", str():
            return values_in_text(value, put, loose=True)
        case "config" | "options", _:
            return values_in_option(rest, value, "``", put)
    return value


def _each_text(value: Any, put: Callable[[str], str | None]) -> Any:
    match value:
        case str():
            return put(value)
        case list() | tuple():
            return [_each_text(one, put) for one in value]
        case Mapping():
            return {key: _each_text(one, put) for key, one in value.items()}
    return value
