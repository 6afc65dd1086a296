"""SQL as text: read it, split it, compare it, and find its mistakes, all without a platform.

It knows how Flink's default dialect is written, and in what the SQL of other platforms differs; it knows nothing about
jobs, files or the platforms themselves. The standard library is all it needs. It does not parse expressions: what only
Flink's planner can judge is left to the planner.

- `dialects`   what the SQL of a platform has that Flink's has not, and the other way round
- `lexing`     text to tokens, each with its line and column
- `keywords`   Flink's keywords, as the parsers of the supported versions list them
- `positions`  which of those that may be names are keywords where they stand: by the words beside them (`phrases`), or
  by the function they are in (`arguments`)
- `option_order` the options of `WITH (...)` and of hints, which are a map
- `meaning`    a script by what it means: whitespace, comments, keyword case and the order of options do not count
- `splitting`  a script to statements, INSERTs taken out of their statement set
- `options`    where the values of `'key' = 'value'` stand
- `reported_places` the line and column that Flink names in a message, as those of the script
- `checking`   every mistake that can be reported offline, with its place and the next move
"""

from headgate.sql.checking import check
from headgate.sql.dialects import BLINK, DINKY, DINKY_WITH_VARIABLES, DLI, DLI_BEFORE_SETS, FLINK, STREAM, Dialect
from headgate.sql.lexing import SqlMistake, Token, TokenKind, tokens
from headgate.sql.meaning import meaning
from headgate.sql.options import is_text, options, sound_tokens, with_values
from headgate.sql.splitting import Statement, StatementKind, split

__all__ = [
    "BLINK",
    "DINKY",
    "DINKY_WITH_VARIABLES",
    "DLI",
    "DLI_BEFORE_SETS",
    "FLINK",
    "STREAM",
    "Dialect",
    "SqlMistake",
    "Statement",
    "StatementKind",
    "Token",
    "TokenKind",
    "check",
    "is_text",
    "meaning",
    "options",
    "sound_tokens",
    "split",
    "tokens",
    "with_values",
]
