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
from headgate.model.spec import AppliedSpec, Jar, Program, Sql
from headgate.sql import SqlMistake, Token, TokenKind, tokens

_WORDS = (
    r"password|passwd|passphrase|pwd|secret|token|credential|jaas"
    r"|access.?key|api.?key|account.?key|private.?key"
)
_TELLS = re.compile(_WORDS, re.IGNORECASE)
_HOLDS = re.compile(rf"(?:{_WORDS})[\w.-]*[\"']?\s*[=:]\s*\S|://[^/\s:@]+:[^/\s@]+@", re.IGNORECASE)
# A name in place of a value: Dinky's ${variable}, or a switch that only sounds like a secret.
_NO_SECRET = re.compile(r"\s*|\$\{[^}]*\}|true|false", re.IGNORECASE)
_ASSIGNED = re.compile(r"(-{0,2}[^=\s]+)=(.*)", re.DOTALL)
_INSIDE = re.compile(rf"(--?[\w.-]*(?:{_WORDS})[\w.-]*[ =]+)(\S+)", re.IGNORECASE)
_SHORTEST_SOUGHT = 4


class Unwritable(ValueError):
    """A manifest cannot say this; the text says why."""


@dataclass(frozen=True, slots=True)
class Concealed:
    """A variable that stands in a manifest for a value of what runs; `place` says where, never what."""

    name: str
    place: str
    value: str = field(repr=False)


def tells_a_secret(key: str, value: str) -> bool:
    """Is this value one that must not be written down?"""
    if _NO_SECRET.fullmatch(value):
        return False
    return bool(_TELLS.search(key) or _HOLDS.search(value))


class Concealing:
    """The secrets of one job.

    `known` are the values of its placeholders now, `taken` names in use elsewhere with their values, and `before` the
    manifest it has, if it has one: its placeholders keep their names.
    """

    def __init__(
        self,
        job: str,
        *,
        known: Mapping[str, str] | None = None,
        taken: Mapping[str, str] | None = None,
        before: AppliedSpec | None = None,
    ) -> None:
        self._job = job
        self._known = dict(known or {})
        self._taken = dict(taken or {})
        self._named = _placeholders(before) if before else {}
        self.found: dict[str, Concealed] = {}

    def applied(self, live: AppliedSpec) -> AppliedSpec:
        """What runs with its secrets concealed, to be written. Raises Unwritable."""
        if live.filled:
            _require_no_placeholder(live)
        concealed = replace(
            live,
            program=self._program(live.program),
            config={key: self._value(key, value, f"`config.{key}`") for key, value in live.config.items()},
            options={key: self._option(key, value, f"`options.{key}`") for key, value in live.options.items()},
        )
        return self._everywhere(concealed)

    def _program(self, program: Program) -> Program:
        match program:
            case Sql(text):
                return Sql(self._statement(text))
            case Jar(args=arguments):
                return replace(program, args=tuple(self._arguments(arguments)))

    def _statement(self, text: str) -> str:
        written, at = [], 0
        for key, start, end in _pairs(text):
            said = text[start:end]
            concealed = self._value(key, said, f"'{key}' in the statement")
            written += [text[at:start], concealed]
            at = end
        return "".join([*written, text[at:]])

    def _arguments(self, arguments: Iterable[str]) -> Iterator[str]:
        key = ""
        for argument in arguments:
            assigned = _ASSIGNED.fullmatch(argument)
            if assigned and " " not in argument:
                place = f"`{assigned[1]}` in `jar.args`"
                yield f"{assigned[1]}={self._value(assigned[1].lstrip('-'), assigned[2], place)}"
            elif key and not argument.startswith("-"):
                yield self._value(key, argument, f"`--{key}` in `jar.args`")
            else:
                yield _INSIDE.sub(self._inside, argument)
            key = argument.lstrip("-") if argument.startswith("-") and not assigned else ""

    def _inside(self, match: re.Match[str]) -> str:
        key = match[1].strip(" -=")
        return match[1] + self._value(key, match[2], f"`{key}` in `jar.args`")

    def _option(self, key: str, value: Any, place: str) -> Any:
        match value:
            case str():
                return self._value(key, value, place)
            case list():
                return [self._option(key, one, place) for one in value]
            case Mapping():
                return {inner: self._option(inner, one, f"{place[:-1]}.{inner}`") for inner, one in value.items()}
        return value

    def _value(self, key: str, value: str, place: str) -> str:
        if not tells_a_secret(key, value) or OPENING in value:
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
    pairs = [(key, value) for key, value in (*spec.config.items(), *spec.options.items()) if isinstance(value, str)]
    if isinstance(spec.program, Sql):
        pairs += [(key, spec.program.text[start:end]) for key, start, end in _pairs(spec.program.text)]
    else:
        matches = [found for argument in spec.program.args if (found := _ASSIGNED.fullmatch(argument))]
        pairs += [(found[1].lstrip("-"), found[2]) for found in matches]
    for key, value in pairs:
        if found := PLACEHOLDER.fullmatch(value):
            named.setdefault(key.lower(), []).append(found[1])
    return {key: tuple(dict.fromkeys(names)) for key, names in named.items()}


def _pairs(text: str) -> Iterator[tuple[str, int, int]]:
    """Every option of a script: its key, and where its value stands between the quotes.

    `'key' = 'value'` is one wherever it stands, `key = 'value'` only in the brackets of a WITH.
    """
    before: list[Token] = []
    depth = 0
    for token in _tokens(text):
        if token.text == "(" and (depth or (before and before[-1].keyword() == "WITH")):
            depth += 1
        elif token.text == ")" and depth:
            depth -= 1
        if token.kind is TokenKind.STRING and len(before) > 1 and before[-1].text == "=":
            key = _key(before[:-1], bare=depth > 0)
            if key:
                start = token.offset + token.text.index("'") + 1
                yield key, start, token.offset + len(token.text) - 1
        before = [*before[-15:], token]


def _key(before: list[Token], *, bare: bool) -> str:
    last = before[-1]
    if last.kind is TokenKind.STRING:
        return last.text[last.text.index("'") + 1 : -1].replace("''", "'")
    if not bare:
        return ""
    words: list[str] = []
    for token in reversed(before):
        if token.kind not in (TokenKind.WORD, TokenKind.QUOTED) and token.text not in (".", "-"):
            break
        words.append(token.text.strip('`"'))
    return "".join(reversed(words))


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces: strings and what is between tokens (comments) may be changed, all else may not."""
    at = 0
    for token in _tokens(text):
        yield text[at : token.offset], True
        yield token.text, token.kind is TokenKind.STRING
        at = token.offset + len(token.text)
    yield text[at:], True


def _tokens(text: str) -> list[Token]:
    """No tokens in a text that is broken: the loader refuses it, so it is never written."""
    try:
        return list(tokens(text))
    except SqlMistake:
        return []
