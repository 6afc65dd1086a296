"""What tells a secret: the key it stands under, or the value itself (`user=a;password=b`, `://user:password@`).

`values_in_spec` walks through what a job is made of, from one key and its value to the next, and so do the others in a
part of it. What is done with a value is up to the caller: an import puts a placeholder in its place, a plan hides it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from headgate.model.credential_keys import CREDENTIAL, names_a_credential
from headgate.model.spec import AppliedSpec, Jar, Sql
from headgate.sql import Token, options, sound_tokens

# `user=a;password=b`, `{"sk": "x"}`: a credential inside of a value, under a name of its own.
_NAMED_INSIDE = re.compile(
    rf"(?<![\w.-])(?P<key>[\w.-]{{0,99}}{CREDENTIAL}[\w.-]{{0,99}})[\"']?\s*[=:]\s*[^\s&;,]", re.IGNORECASE
)
# `://user:password@`, but no port; `jdbc:oracle:thin:user/password@`; and what by its form can be nothing else.
_IS_ONE = re.compile(
    r"://[^/\s:@]*:(?!\d+(?:[/,?]|$))[^\s@]{1,200}@|\bthin:[^/@\s]{1,200}/[^@\s]{1,200}@|^(?:Bearer|Basic)\s+\S{8}"
    r"|^(?:LTAI|AKIA|ASIA)[0-9A-Za-z]{12,}$|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
# A name in place of a value: Dinky's ${variable}, or a switch that only sounds like a secret.
_NO_SECRET = re.compile(r"\s*|\$\{[^}]*\}|true|false", re.IGNORECASE)
_ASSIGNED = re.compile(r"(-{0,2}[^=\s]+)=(.*)", re.DOTALL)
_ARGUMENT = re.compile(
    rf"""(?<![\w.-])(?P<head>--?(?P<key>[\w.-]{{0,99}}{CREDENTIAL}[\w.-]{{0,99}})(?: +|\s*=\s*))"""
    r"""(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s'"]\S*)""",
    re.IGNORECASE,
)

# `'key' = 'value'` and `"key": "value"` wherever they stand: in a comment, in a message, in JSON inside of JSON. The
# length of keys is bounded, for a platform's answer may be megabytes of anything.
_QUOTED = re.compile(
    rf"""(?P<head>["'`](?P<key>[^"'`\n]{{0,99}}{CREDENTIAL}[^"'`\n\\]{{0,99}})["'`]\s*[=:]\s*(?P<quote>["']))"""
    r"""(?P<value>(?:(?P=quote){2}|\\.|(?!(?P=quote)).)*+)""",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPED = re.compile(
    rf"""(?P<head>\\["'](?P<key>[^"'\n\\]{{0,99}}{CREDENTIAL}[^"'\n\\]{{0,99}})\\["']\s*[=:]\s*\\["'])"""
    r"""(?P<value>(?:(?!\\["']).)*+)""",
    re.IGNORECASE | re.DOTALL,
)
# `key = "value"`: an option of Huawei's stream SQL; a comparison in Flink's, which is hidden, too.
_BARE = re.compile(
    rf"""(?<![\w.-])(?P<head>(?P<key>[\w.-]{{0,99}}{CREDENTIAL}[\w.-]{{0,99}})\s*=\s*(?P<quote>\\?["']))"""
    r"""(?P<value>(?:(?P=quote){2}|(?!(?P=quote))(?:\\.|.))*+)""",
    re.IGNORECASE | re.DOTALL,
)
_IN_URL = re.compile(r"""(?P<head>://[^/\s:@'"]*:)(?P<value>[^\s'"/?#]+(?=@)|(?!\d+[/,?])[^\s'"@?#]{1,200}(?=@))""")
_IN_ORACLE_URL = re.compile(r"""(?P<head>\bthin:[^/@\s'"]{1,200}/)(?P<value>[^@\s'"]{1,200}(?=@))""")
_IN_HEADER = re.compile(
    r"""(?P<head>\bAuthorization["']?\s*[:=]\s*["']?(?:Bearer|Basic)\s+)(?P<value>[^\s'"\\]+)""", re.IGNORECASE
)
_KEY_ID = re.compile(r"(?P<head>\b)(?P<value>(?:LTAI|AKIA|ASIA)[0-9A-Za-z]{12,}\b)")
# `SET key = value`, as Dinky and DLI have it: without quotes.
_SETTING = re.compile(
    r"""^[ \t]*SET\s+(?P<key>[\w.-]+)\s*=\s*(?:'(?P<quoted>[^'\n]*)'|(?P<value>[^\s;'"][^;'"\n]*))""",
    re.IGNORECASE | re.MULTILINE,
)
_LOOSE = re.compile(
    rf"""(?<![\w.-])(?P<head>(?P<key>[\w.-]{{0,99}}{CREDENTIAL}[\w.-]{{0,99}})[ \t]*=[ \t]*)"""
    r"""(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s'"\\]+)""",
    re.IGNORECASE,
)

_TELLING = (_QUOTED, _ESCAPED, _BARE, _IN_URL, _IN_ORACLE_URL, _IN_HEADER, _KEY_ID)

Put = Callable[[str, str, str], str]
"""(key, value, where it stands) to what is put in its place."""


def tells_a_secret(key: str, value: str) -> bool:
    """Is this value one that must not be written down?"""
    if _NO_SECRET.fullmatch(value):
        return False
    inside = (found["key"] for found in _NAMED_INSIDE.finditer(value))
    return names_a_credential(key) or any(map(names_a_credential, inside)) or bool(_IS_ONE.search(value))


def values_in_spec(spec: AppliedSpec, put: Put) -> AppliedSpec:
    """A job with every value rewritten: options of its statement or arguments of its program, `config`, `options`."""
    program = spec.program
    match program:
        case Sql(text):
            program = Sql(values_in_statement(text, put))
        case Jar(uri=uri, args=arguments):
            uri = values_in_text(uri, lambda key, value, _: put(key, value, "`jar.uri`"), loose=True)
            program = replace(program, uri=uri, args=tuple(values_in_arguments(arguments, put)))
    return replace(
        spec,
        program=program,
        config={key: put(key, value, f"`config.{key}`") for key, value in spec.config.items()},
        options={key: values_in_option(key, value, f"`options.{key}`", put) for key, value in spec.options.items()},
    )


def pairs_in_spec(spec: AppliedSpec) -> list[tuple[str, str]]:
    """Every key, in lower case, and its value."""
    found: list[tuple[str, str]] = []

    def note(key: str, value: str, place: str) -> str:
        found.append((key.lower(), value))
        return value

    values_in_spec(spec, note)
    return found


def values_in_statement(text: str, put: Put) -> str:
    """A script with the value of every option replaced, in its comments too; one that is broken, as any text."""
    script = sound_tokens(text)
    if not script:
        return values_in_text(text, put)
    ends = [0, *(token.offset + len(token.text) for token in script)]
    starts = [*(token.offset for token in script), len(text)]
    values = [(start, end, key) for key, start, end in (*_with_keys_beside(text), *_settings(text, script))]
    comments = [
        (end, start, "")
        for end, start in zip(ends, starts, strict=True)
        if text[end:start].strip() and not any(first < start and end < last for first, last, _ in values)
    ]

    def in_a_comment(key: str, value: str, place: str) -> str:
        return put(key, value, f"'{key}' in a comment of the statement")

    written, at = [], 0
    for start, end, key in sorted([*comments, *values]):
        part = text[start:end]
        part = put(key, part, f"'{key}' in the statement") if key else values_in_text(part, in_a_comment, loose=True)
        written += [text[at:start], part]
        at = end
    return "".join([*written, text[at:]])


def _with_keys_beside(text: str) -> Iterator[tuple[str, int, int]]:
    """The options of a script; the value of `'p.0.value' = 'x'` stands under what `'p.0.key'` says (Flink 1.10)."""
    found = list(options(text))
    names = {key.lower(): text[start:end] for key, start, end in found if key.lower().endswith(".key")}
    for key, start, end in found:
        head, _, last = key.lower().rpartition(".")
        yield (names.get(f"{head}.key", key) if last == "value" else key), start, end


def _settings(text: str, script: list[Token]) -> Iterator[tuple[str, int, int]]:
    """What SET sets without quotes around the key, outside of comments."""
    words = {token.offset for token in script if token.keyword() == "SET"}
    for match in _SETTING.finditer(text):
        if match.start() + match[0].upper().index("SET") in words:
            yield match["key"], *match.span("value" if match["value"] else "quoted")


def values_in_arguments(arguments: Iterable[str], put: Put) -> Iterator[str]:
    """The arguments of a program: `--key=value`, `--key value`, and those of either kind inside of one argument."""

    def inside(key: str, value: str, place: str) -> str:
        return put(key, value, f"`{key}` in `jar.args`")

    key = ""
    for argument in arguments:
        assigned = _ASSIGNED.fullmatch(argument)
        if assigned and " " not in argument:
            place = f"`{assigned[1]}` in `jar.args`"
            yield f"{assigned[1]}={put(assigned[1].lstrip('-'), assigned[2], place)}"
        elif key and not argument.startswith("-"):
            yield put(key, argument, f"`--{key}` in `jar.args`")
        else:
            yield values_in_command_line(argument, inside)
        key = argument.lstrip("-") if argument.startswith("-") and not assigned else ""


def values_in_command_line(text: str, put: Put) -> str:
    """The arguments of a program in one text, `--key value` among them."""

    def found(match: re.Match[str]) -> str:
        return match["head"] + put(match["key"], match["value"], "the text")

    return _ARGUMENT.sub(found, values_in_text(text, put, loose=True))


def values_in_option(key: str, value: Any, place: str, put: Put) -> Any:
    """A JSON value under a key, however deep; `place` is a name in backticks."""
    match value:
        case str():
            return put(key, value, place)
        case list():
            return [values_in_option(key, one, place, put) for one in value]
        case Mapping():
            return {inner: values_in_option(inner, one, f"{place[:-1]}.{inner}`", put) for inner, one in value.items()}
    return value


def values_in_text(text: str, put: Put, *, loose: bool = False) -> str:
    """Any text, also one that is broken, with the values rewritten that stand under a key that tells a secret.

    Those are `'key' = 'value'`, `"key": "value"`, and the passwords of URLs, under the key `password`; `loose` says
    that `key=value` is one as well, which in SQL may compare two columns.
    """

    def found(match: re.Match[str]) -> str:
        named = match.groupdict()
        return match["head"] + put(named.get("key", "password"), match["value"], "the text")

    for pattern in (*_TELLING, *([_LOOSE] if loose else [])):
        text = pattern.sub(found, text)
    return text
