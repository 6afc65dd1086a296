"""Flink SQL as text: read it, split it, compare it, and find its mistakes, all without a platform.

It knows how Flink's default dialect is written and nothing about jobs, files or platforms; the standard library is
all it needs. It does not parse expressions: what only Flink's planner can judge is left to the planner.

- `lexing`     text to tokens, each with its line and column
- `keywords`   Flink's reserved words, and the versions they were read from
- `positions`  which other words are keywords where they stand
- `meaning`    a script by what it means: whitespace, comments and keyword case do not count
- `splitting`  a script to statements, INSERTs taken out of their statement set
- `options`    where the values of `'key' = 'value'` stand
- `checking`   every mistake that can be told offline, with its place and the next move
"""

from headgate.sql.checking import check
from headgate.sql.lexing import SqlMistake, Token, TokenKind, tokens
from headgate.sql.meaning import meaning
from headgate.sql.options import options, sound_tokens
from headgate.sql.splitting import Statement, StatementKind, split

__all__ = [
    "SqlMistake",
    "Statement",
    "StatementKind",
    "Token",
    "TokenKind",
    "check",
    "meaning",
    "options",
    "sound_tokens",
    "split",
    "tokens",
]
