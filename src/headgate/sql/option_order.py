"""The options of `WITH (...)`, `SET (...)` and hints in the order of their keys: Flink reads each list into a map.

A list with a key twice keeps its order, for there the order may decide which of the two counts.
https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/table/sql/create/#create-table
https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/table/sql/queries/hints/
"""

from __future__ import annotations

from collections.abc import Sequence

from headgate.sql.lexing import Token, TokenKind

_OPTION = 4  # key, `=`, value, and the comma or parenthesis behind it


def in_key_order(run: Sequence[Token]) -> Sequence[Token]:
    """The tokens of one statement, every list of options sorted by key."""
    ordered: list[Token] = []
    at, in_hint = 0, False
    while at < len(run):
        token = run[at]
        ordered.append(token)
        at += 1
        in_hint = token.text == "/*+" or (in_hint and token.text != "*/")
        if token.text == "(" and len(ordered) > 1 and (in_hint or ordered[-2].keyword() in {"WITH", "SET"}):
            options = _options(run, at)
            ordered += _sorted(options)
            at += len(options)
    return ordered


def _options(run: Sequence[Token], at: int) -> Sequence[Token]:
    """The options from `at` to the parenthesis that closes them; none where something else stands among them."""
    end = at
    while end + _OPTION <= len(run) and _is_option(run[end : end + _OPTION]):
        end += _OPTION
        if run[end - 1].text == ")":
            return run[at : end - 1]
    return ()


def _is_option(tokens: Sequence[Token]) -> bool:
    key, equals, value, after = tokens
    texts = all(one.kind is TokenKind.STRING and one.text.startswith("'") for one in (key, value))
    return texts and equals.text == "=" and after.text in {",", ")"}


def _sorted(options: Sequence[Token]) -> Sequence[Token]:
    """Tokens of options with commas between them; the commas stay where they are."""
    pairs = [options[start : start + _OPTION - 1] for start in range(0, len(options), _OPTION)]
    if len({pair[0].text for pair in pairs}) < len(pairs):
        return options
    commas = [options[place : place + 1] for place in range(_OPTION - 1, len(options), _OPTION)]
    found: list[Token] = []
    for place, pair in enumerate(sorted(pairs, key=lambda pair: pair[0].text)):
        found += [*(commas[place - 1] if place else ()), *pair]
    return found
