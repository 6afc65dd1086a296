"""The options of a script, `'key' = 'value'`: where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from headgate.sql.lexing import SqlMistake, Token, TokenKind, tokens


def options(text: str) -> Iterator[tuple[str, int, int]]:
    """Every option of a script: its key, and where its value stands between the quotes.

    `'key' = 'value'` is one wherever it stands, `key = 'value'` only in the brackets of a WITH. None in a broken text.
    """
    before: list[Token] = []
    depth = 0
    for token in sound_tokens(text):
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


def with_values(text: str) -> Iterator[tuple[int, int]]:
    """Where the values of the options in `WITH (...)` stand, between their quotes. None in a broken text."""
    script = sound_tokens(text)
    in_options = False
    for at, token in enumerate(script):
        if token.text == "(" and at and script[at - 1].keyword() == "WITH":
            in_options = True
        elif token.text == ")":
            in_options = False
        elif in_options and token.kind is TokenKind.STRING and script[at - 1].text == "=":
            yield token.offset + token.text.index("'") + 1, token.offset + len(token.text) - 1


def sound_tokens(text: str) -> list[Token]:
    """The tokens of a text; none of one that is broken."""
    try:
        return list(tokens(text))
    except SqlMistake:
        return []


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
