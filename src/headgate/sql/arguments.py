"""Words that are keywords between the parentheses of a function or clause: `JSON_OBJECT(KEY a VALUE b ABSENT ON NULL)`.

`at` are shapes as in `phrases`, and `opener` is the word before the parenthesis the word at `i` is in.
"""

from __future__ import annotations

from collections.abc import Sequence

from headgate.sql.keywords import RESERVED
from headgate.sql.phrases import ends_operand, is_name

_OBJECTS = {"JSON_OBJECT", "JSON_OBJECTAGG"}
_ARRAYS = {"JSON_ARRAY", "JSON_ARRAYAGG"}
_QUERIES = {"JSON_VALUE", "JSON_QUERY", "JSON_EXISTS"}
_TYPED = {"CAST", "TRY_CAST"}
# A user's own type of the name VARIANT is parsed in its place by older versions, and never runs.
_TYPES = {("MAP", "<"), ("STRUCTURED", "<"), ("VARIANT", ")"), ("BITMAP", ")")}


def in_arguments(at: Sequence[str], i: int, opener: str) -> bool:
    """Is the word at `i` a keyword of the function or clause it is in?"""
    if opener in _QUERIES:
        return _of_a_json_query(at, i)
    if opener in _OBJECTS | _ARRAYS:
        return _of_json(at, i)
    if opener in _TYPED:
        return at[i - 1] == "AS" and (at[i], at[i + 1]) in _TYPES
    match at[i - 1 : i + 3]:
        case [before, "PLACING", _, _]:
            return opener == "OVERLAY" and ends_operand(before)
        case [before, "FINAL", after, "("] if opener == "MATCH_RECOGNIZE":
            return before in {"MEASURES", ","} and is_name(after)
        case ["FINAL", _, "(", _]:
            return opener == "MATCH_RECOGNIZE" and at[i - 2] in {"MEASURES", ","}
        case [before, "MODEL", after, end]:
            call = is_name(opener) and opener not in RESERVED
            return call and before in {",", "=>"} and is_name(after) and end in {",", ")", "."}
    return False


def _of_a_json_query(at: Sequence[str], i: int) -> bool:
    """After the path, where no name may stand but behind DEFAULT."""
    before, word, after = at[i - 1 : i + 2]
    match word:
        case "RETURNING":
            return before == "''"
        case "CONDITIONAL" | "UNCONDITIONAL":
            return before == "WITH"
        case "WRAPPER":
            return before in {"ARRAY", "WITH", "WITHOUT", "CONDITIONAL", "UNCONDITIONAL"}
        case "ERROR":
            return before == "ON" or (after == "ON" and (ends_operand(before) or before == "EMPTY"))
    return False


def _of_json(at: Sequence[str], i: int) -> bool:
    """KEY before a key, and ABSENT behind the last value."""
    before, word, after = at[i - 1 : i + 2]
    match word:
        case "KEY":
            return before in {"(", ","} and (is_name(after) or after in {"''", "0"})
        case "ABSENT":
            return ends_operand(before) and at[i + 1 : i + 3] == ["ON", "NULL"]
    return False
