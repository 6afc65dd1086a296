"""Secrets that stand in what runs, kept out of what is written: `'password' = 'x'` to `'password' = '${env:NAME}'`.

A value is a secret if its key tells so, or if it holds a password itself (`user=a;password=b`, `://user:password@`).
The placeholders that a manifest has already keep their names, so that writing it again changes none that people gave.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from headgate.manifests.placeholders import OPENING
from headgate.model.secret import PLACEHOLDER
from headgate.model.secret_detection import pairs_in_spec, tells_a_secret, values_in_spec
from headgate.model.spec import AppliedSpec, Jar, Sql
from headgate.sql import is_text, sound_tokens

_SHORTEST_SOUGHT = 4


class Unwritable(ValueError):
    """A manifest cannot say this; the text says why."""


@dataclass(frozen=True, slots=True)
class Concealed:
    """A variable that stands in a manifest for a value of what runs; `place` says where, never what."""

    name: str
    place: str
    value: str = field(repr=False)


class Concealing:
    """The secrets of one job.

    `known` are the values of its placeholders now, `taken` names in use elsewhere with their values, and `before` the
    manifest it has, if it has one: its placeholders keep their names. What `said` has under the same key in so many
    words is no secret any more.
    """

    def __init__(
        self,
        job: str,
        *,
        known: Mapping[str, str] | None = None,
        taken: Mapping[str, str] | None = None,
        before: AppliedSpec | None = None,
        said: Iterable[AppliedSpec] = (),
    ) -> None:
        self._job = job
        self._known = dict(known or {})
        self._taken = dict(taken or {})
        self._named = _placeholders(before) if before else {}
        self._said = {pair for spec in said for pair in pairs_in_spec(spec)}
        self.found: dict[str, Concealed] = {}

    def applied(self, live: AppliedSpec) -> AppliedSpec:
        """What runs with its secrets concealed, to be written. Raises Unwritable."""
        if live.filled:
            _require_no_placeholder(live)
        return self._everywhere(values_in_spec(live, self._value))

    def _value(self, key: str, value: str, place: str) -> str:
        if not tells_a_secret(key, value) or OPENING in value or (key.lower(), value) in self._said:
            return value
        name = self._name(key, value)
        self.found.setdefault(name, Concealed(name, place, value))
        return "${env:" + name + "}"

    def _name(self, key: str, value: str) -> str:
        """The placeholder this value has already, or that of this key in the manifest, or a new one."""
        mine = {one.name: one.value for one in self.found.values()}
        here = self._named.get(key.lower(), ())
        for known in (mine, {name: self._known.get(name) for name in here}, self._known):
            if name := next((name for name, said in known.items() if said == value), ""):
                return name
        if name := next((name for name in here if name not in mine), ""):
            return name
        first = re.sub(r"[^A-Z0-9]+", "_", f"{self._job}_{key}".upper()).strip("_")
        first = f"_{first}" if first[:1].isdigit() else first
        in_use = self._taken | self._known | mine
        name, count = first, 1
        while in_use.get(name, value) != value:
            count += 1
            name = f"{first}_{count}"
        return name

    def _everywhere(self, applied: AppliedSpec) -> AppliedSpec:
        """A secret that stands in other texts, too (in a comment, in another option), is concealed there as well."""
        found = sorted(self.found.values(), key=lambda one: -len(one.value))
        secrets = [one for one in found if len(one.value) >= _SHORTEST_SOUGHT]
        if not secrets:
            return applied

        names = {one.value: one.name for one in secrets}
        # A placeholder is passed over whole: its name may well look like a value.
        pattern = re.compile("|".join([PLACEHOLDER.pattern, *(re.escape(one.value) for one in secrets)]))

        def sought(text: str) -> str:
            return pattern.sub(lambda found: "${env:" + names[found[0]] + "}" if found[0] in names else found[0], text)

        def inside(value: Any) -> Any:
            match value:
                case str():
                    return sought(value)
                case list():
                    return [inside(one) for one in value]
                case Mapping():
                    return {key: inside(one) for key, one in value.items()}
            return value

        program = applied.program
        match program:
            case Sql(text):
                program = Sql("".join(sought(part) if loose else part for part, loose in _parts(text)))
            case Jar(args=arguments):
                program = replace(program, args=tuple(map(sought, arguments)))
        config = {key: sought(value) for key, value in applied.config.items()}
        return replace(applied, program=program, config=config, options=inside(applied.options))


def _require_no_placeholder(live: AppliedSpec) -> None:
    """What runs may say `${env:NAME}` by itself; a manifest that says so means a variable."""
    texts = [live.program.text] if isinstance(live.program, Sql) else [live.program.uri, *live.program.args]
    if any(OPENING in text for text in (*texts, *live.config.values(), str(dict(live.options)))):
        raise Unwritable(f"it contains the text `{OPENING}`, which a manifest would read as a placeholder")


def _placeholders(spec: AppliedSpec) -> dict[str, tuple[str, ...]]:
    """Key, in lower case, to the placeholders that a manifest has under it."""
    named: dict[str, list[str]] = {}
    for key, value in pairs_in_spec(spec):
        if found := PLACEHOLDER.fullmatch(value):
            named.setdefault(key, []).append(found[1])
    return {key: tuple(dict.fromkeys(names)) for key, names in named.items()}


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces: strings and what is between tokens (comments) may be changed, all else may not."""
    at = 0
    for token in sound_tokens(text):
        yield text[at : token.offset], True
        yield token.text, is_text(token)
        at = token.offset + len(token.text)
    yield text[at:], True
