"""SQL scripts as Blink runs them and as manifests write them.

Blink runs all INSERTs of a script as one job and knows no statement set; a manifest may put several INSERTs into one.
The brackets of a set become comments on their way there, each on a line of its own, and are brackets again on their
way back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from headgate.sql import SqlMistake, StatementKind, meaning, split, tokens
from headgate.sql.splitting import Role, parts

_MARK = "--headgate: "
_MARKED = re.compile(rf"^([^\n]*?){re.escape(_MARK)}([^\r\n]*)", re.MULTILINE)


def meaning_of(text: str) -> tuple[str, ...] | None:
    """A script by what it means; None if it is broken."""
    try:
        return meaning(text)
    except SqlMistake:
        return None


def has_settings(text: str) -> bool:
    """Does a script hold a SET, which belongs into the parameters of a job?"""
    try:
        return any(statement.kind is StatementKind.SET for statement in split(text))
    except SqlMistake:
        return False


def as_code(text: str) -> str:
    """A manifest's script as the code of a job. One that is broken is left as it is."""
    try:
        spans = list(_brackets(text))
    except SqlMistake:
        return text
    code, at = "", 0
    for begin, end in spans:
        bracket = " ".join(text[begin:end].split())
        rest_of_line = text[end:].partition("\n")[0].strip()
        code += f"{text[at:begin]}{_MARK}{bracket}" + ("\n" if rest_of_line else "")
        at = end
    return code + text[at:]


def as_script(code: str) -> str:
    """The code of a job as a manifest's script."""
    return _MARKED.sub(r"\1\2", code)


def shape(text: str) -> tuple[str, ...]:
    """The tokens of a script without the values of WITH options, which may stand in any order."""
    left = iter(meaning_of(text) or ())
    found: list[str] = []
    for word in left:
        found.append(word)
        if found[-2:] == ["WITH", "("]:
            found += _keys(left)
    return tuple(found)


def _keys(left: Iterator[str]) -> list[str]:
    """The keys in a list of WITH options up to its end, sorted."""
    keys, key, is_value = [], "", False
    for word in left:
        if word in (",", ")"):
            keys.append(key)
            if word == ")":
                break
            key, is_value = "", False
        elif word == "=":
            is_value = True
        elif not is_value:
            key += word
    return sorted(keys)


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of everything that only groups statements, with the semicolon that belongs to it."""
    in_statements = {token.offset for part in parts(text) if part.role is Role.STATEMENT for token in part.tokens}
    begin, end = -1, -1
    for token in tokens(text):
        after = token.offset + len(token.text)
        if token.text != ";" and token.offset not in in_statements:
            begin, end = (token.offset if begin < 0 else begin), after
            continue
        if begin >= 0:
            yield begin, (after if token.text == ";" else end)
        begin = -1
    if begin >= 0:
        yield begin, end
