"""The options of a script, `'key' = 'value'`: where they stand.

A value in double quotes counts, too: some dialects write strings so, and no other knows such a value at all.
"""

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
        if is_text(token) and len(before) > 1 and before[-1].text == "=":
            key = _key(before[:-1], bare=depth > 0)
            if key:
                yield key, *_inside(token)
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
        elif in_options and is_text(token) and script[at - 1].text == "=":
            yield _inside(token)


def is_text(token: Token) -> bool:
    """Is it a string, of whichever dialect?"""
    return token.kind is TokenKind.STRING or token.text.startswith('"')


def _inside(token: Token) -> tuple[int, int]:
    """Where the text between its quotes begins and ends."""
    return token.offset + token.text.index(token.text[-1]) + 1, token.offset + len(token.text) - 1


def sound_tokens(text: str) -> list[Token]:
    """The tokens of a text; none of one that is broken."""
    try:
        return list(tokens(text))
    except SqlMistake:
        return []


def _key(before: list[Token], *, bare: bool) -> str:
    last = before[-1]
    if is_text(last):
        quote = last.text[-1]
        return last.text[last.text.index(quote) + 1 : -1].replace(quote * 2, quote)
    if not bare:
        return ""
    words: list[str] = []
    for token in reversed(before):
        if token.kind not in (TokenKind.WORD, TokenKind.QUOTED) and token.text not in (".", "-"):
            break
        words.append(token.text.strip('`"'))
    return "".join(reversed(words))
