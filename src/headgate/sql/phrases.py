"""Words that the words beside them make keywords, whatever brackets they are in.

`at` are the shapes of a statement as `positions` has them: words in upper case, `''` for a string, `0` for a number,
a backtick for a quoted name or placeholder; blanks at both ends. Every phrase is one that no name could be part of in
any version of Flink: a name in its place would be a syntax error.
"""

from __future__ import annotations

from collections.abc import Sequence

from headgate.sql.keywords import RESERVED

TIME_UNITS = {
    *("NANOSECOND", "MICROSECOND", "MILLISECOND", "WEEK", "QUARTER", "DECADE", "CENTURY", "MILLENNIUM"),
    *("EPOCH", "DOW", "DOY", "ISODOW", "ISOYEAR"),
}
_DAYS = {"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}
# What an expression may begin with, of the words that no name or clause begins with.
_OPENS_OPERAND = {"NOT", "CASE", "EXISTS", "TRUE", "FALSE", "NULL", "UNKNOWN", "INTERVAL", "DATE", "TIME", "TIMESTAMP"}
# Reserved words that open a clause even before a parenthesis: with any other, `WORD (` is a call.
_CLAUSES = {
    *("ON", "USING", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "UNION", "INTERSECT"),
    *("EXCEPT", "MINUS", "JOIN", "CROSS", "INNER", "FULL", "NATURAL", "LATERAL", "FOR", "AS", "WITH", "PIVOT"),
    *("UNPIVOT", "TABLESAMPLE", "MATCH_RECOGNIZE", "EXTEND", "VALUES", "SELECT", "TABLE", "OUTER"),
}


def in_phrase(at: Sequence[str], i: int) -> bool:
    """Is the word at `i` a keyword by its neighbours?"""
    return _of_tables(at, i) or _of_expressions(at, i) or _of_times(at, i) or _of_changes(at, i)


def begins_operand(at: Sequence[str], i: int) -> bool:
    """Does an expression begin at `i`, and nothing that could follow the alias of a table?"""
    sign, after = at[i], at[i + 1]
    if sign in {"''", "0", "`", "+", "-"} or sign in _OPENS_OPERAND:
        return True
    if sign in RESERVED:
        return after in {"(", "["} and sign not in _CLAUSES
    return is_name(sign)


def ends_operand(sign: str) -> bool:
    """May an expression, or what stands after FROM, end with this? Some that end with a reserved word are left out."""
    return sign in {"''", "0", "`", ")", "]"} or is_name(sign)


def is_name(sign: str) -> bool:
    """Is it a quoted name or a word that is not reserved?"""
    return sign == "`" or (sign not in RESERVED and (sign[:1].isalpha() or sign[:1] in {"_", "$"}))


def _of_tables(at: Sequence[str], i: int) -> bool:
    match at[i - 3 : i + 3]:
        case (
            [_, _, "PRIMARY" | "FOREIGN", "KEY", _, _]
            | [_, ")" | "KEY" | "UNIQUE", "NOT", "ENFORCED", _, _]
            | [_, _, _, "PARTITIONED" | "DISTRIBUTED", "BY", _]
            | [_, _, _, "DISTRIBUTED", "INTO", "0"]
            | [_, "INTO", "0", "BUCKETS", _, _]
            | [_, _, "INSERT", "OVERWRITE", _, _]
            | [_, _, _, "JAR" | "ARTIFACT", "''", _]
            | [_, _, "LANGUAGE", _, _, _]
            | [_, _, "GROUPING", "SETS", "(", _]
            | [_, _, "TABLESAMPLE", "BERNOULLI", "(", _]
            | [_, _, "UNPIVOT", "INCLUDE" | "EXCLUDE", "NULLS", "("]
            | [_, "UNPIVOT", "INCLUDE" | "EXCLUDE", "NULLS", "(", _]
            | [_, _, _, "AFTER", "MATCH", _]
            | [_, _, "SKIP", "PAST", _, _]
            | [_, "SKIP", "PAST", "LAST", "ROW", _]
            | [_, _, "FETCH", "FIRST", "0", "ROW" | "ROWS"]
            | [_, _, "FETCH", "FIRST", "ROW" | "ROWS", "ONLY"]
            | [_, _, "ON", "CONFLICT", "DO", "NOTHING" | "DEDUPLICATE" | "ERROR"]
            | [_, "ON", "CONFLICT", "DO", "NOTHING" | "DEDUPLICATE" | "ERROR", ""]
            | ["ON", "CONFLICT", "DO", "NOTHING" | "DEDUPLICATE" | "ERROR", "", _]
        ):
            return True
        case [_, "SKIP", "TO", "FIRST" | "LAST", after, _]:
            return after not in RESERVED
    return False


def _of_expressions(at: Sequence[str], i: int) -> bool:
    match at[i - 3 : i + 2]:
        case (
            [_, _, "IS", _, _]
            | [_, "IS", "NOT", _, _]
            | [_, "IS", "JSON", "OBJECT" | "SCALAR", _]
            | ["IS", "NOT", "JSON", "OBJECT" | "SCALAR", _]
            | [_, _, ")", "IGNORE" | "RESPECT", "NULLS"]
            | [_, ")", "IGNORE" | "RESPECT", "NULLS", _]
            | [_, "ARRAY" | "MULTISET", "<", "MAP", "<"]
        ):
            return True
        case [_, _, before, "ILIKE" | "RLIKE", _]:
            return (before == "NOT" or ends_operand(before)) and begins_operand(at, i + 1)
    return False


def _of_times(at: Sequence[str], i: int) -> bool:
    match at[i - 3 : i + 2]:
        case [_, _, "TIME", "ZONE", _] | [_, "INTERVAL", "''", _, _] | ["INTERVAL", "+" | "-", "''", _, _]:
            return True
        case [_, before, "(", unit, after] if unit in TIME_UNITS:
            return (before, after) in {("EXTRACT", "FROM"), ("TIMESTAMPADD", ","), ("TIMESTAMPDIFF", ",")}
        case [_, before, "TO", unit, ")"] if unit in TIME_UNITS:
            return before != "SKIP"
        case [_, _, "TO", "WEEK", "("]:
            return at[i + 2] in _DAYS and at[i + 3] == ")"
        case ["TO", "WEEK", "(", day, ")"]:
            return day in _DAYS
    return False


def _of_changes(at: Sequence[str], i: int) -> bool:
    """`DISTRIBUTION` and `IF EXISTS` of an ALTER TABLE."""
    match at[i - 2 : i + 3]:
        case [_, "ADD" | "MODIFY", "DISTRIBUTION", "BY" | "INTO", _] | [_, _, "IF", "EXISTS", "PARTITION"]:
            return True
    return False
