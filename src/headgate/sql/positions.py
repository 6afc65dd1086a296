"""Which words of a statement are keywords by their place, though elsewhere they may be names.

Names have a case and keywords have none. `RESERVED` words are never names; a word found here is in a place where a
name cannot stand, or it is called as a function, and Flink finds functions whatever their case. Two ways to be wrong
are not alike: a keyword missed is a restart that was not needed, a name taken for a keyword is a change nobody sees.
So every rule is narrow, and a word no rule speaks of keeps its case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headgate.sql.arguments import in_arguments
from headgate.sql.keywords import KEYWORDS, NOT_THE_SAME_UNQUOTED, RESERVED
from headgate.sql.lexing import Token, TokenKind
from headgate.sql.phrases import begins_operand, ends_operand, in_phrase, is_name

_BEFORE_THE_OBJECT = {"OR", "REPLACE", "ALTER", "TEMPORARY", "SYSTEM", "MATERIALIZED"}
_OBJECTS = {"TABLE", "VIEW", "CATALOG", "DATABASE", "FUNCTION", "MODEL", "CONNECTION"}
_ORDERING = {"ASC", "DESC", "NULLS", "FIRST", "LAST"}
# A call may follow these; a table or alias with a list of columns in parentheses may not.
_BEFORE_A_CALL = {
    *("SELECT", "DISTINCT", "ALL", "FROM", "JOIN", "LATERAL", "ON", "WHERE", "HAVING", "BY", "AND", "OR", "NOT"),
    *("CASE", "WHEN", "THEN", "ELSE", "BETWEEN", "MEASURES", "RUNNING", "GROUPING", "(", ",", "[", "/*+", "+", "-"),
    *("*", "/", "%", "||", "=", "<>", "!=", "<", ">", "<=", ">=", "=>"),
}
_OPERANDS = {TokenKind.WORD, TokenKind.QUOTED, TokenKind.NUMBER, TokenKind.STRING, TokenKind.PLACEHOLDER}
_NO_OPERANDS = RESERVED | NOT_THE_SAME_UNQUOTED
_ENDS_A_CONDITION = {"*/", "END", "NULL", "TRUE", "FALSE", "UNKNOWN"}
_TYPES = {"VARIANT", "BITMAP"}  # a user's own type is parsed in their place, and never runs
_PADDING = 4
_BLANK = ("",) * _PADDING


@dataclass(slots=True)
class _Group:
    """What is between two parentheses, as far as it has been read. `opener` is the word before it."""

    opener: str
    holds: str = ""  # "columns" of a CREATE TABLE, its "like options", or a row "pattern"
    clause: str = ""  # "order" after ORDER BY, "frame" after ROWS or RANGE
    query: str = ""  # "select" after SELECT, "from" after its FROM
    item: int = 0  # where the column definition being read starts
    nesting: int = 0  # of `<` in the type of that column
    computed: bool = False  # whether that column is an expression


def keywords_by_place(run: Sequence[Token]) -> frozenset[int]:
    """Indexes into `run`, the tokens of one statement, of the words that are keywords without being reserved."""
    return _Reader(run).found()


class _Reader:
    """Reads one statement from left to right, remembering the parentheses it is in."""

    def __init__(self, run: Sequence[Token]) -> None:
        self._kinds = [token.kind for token in run]
        # Upper case words, symbols as they are, and a sign for each kind of literal; blanks at both ends.
        self._at = [*_BLANK, *(_shape(token) for token in run), *_BLANK]
        self._groups = [_Group("")]
        self._closing = self._matching_parentheses()

    def found(self) -> frozenset[int]:
        places = self._head()
        for i, kind in enumerate(self._kinds, start=_PADDING):
            self._enter_and_leave(i)
            if kind is not TokenKind.WORD or self._at[i] in RESERVED:
                continue
            if self._is_call(i) or (self._at[i] in KEYWORDS and self._is_keyword(i)):
                places.add(i)
        return frozenset(i - _PADDING for i in places)

    def _head(self) -> set[int]:
        """`CREATE OR REPLACE TEMPORARY VIEW IF NOT EXISTS`, and the first word of anything."""
        at, i = self._at, _PADDING
        places = {i}
        if at[i] in {"CREATE", "ALTER", "DROP"}:
            while at[i + 1] in _BEFORE_THE_OBJECT:
                i += 1
                places.add(i)
            if at[i + 1] in _OBJECTS:
                i += 1
                places.add(i)
                if at[i + 1] == "IF" and at[i + 2] in {"NOT", "EXISTS"}:
                    places.add(i + 1)
                places |= self._tail(i + 1)
        elif at[i : i + 2] == ["USE", "CATALOG"] and at[i + 2]:
            places.add(i + 1)
        return places

    def _tail(self, i: int) -> set[int]:
        """What follows the name of an object, which begins at `i`: `ADD`, `CASCADE`, `INPUT (`."""
        at = self._at
        while at[i] in {"IF", "NOT", "EXISTS"} and at[i + 1] not in {"", "."}:
            i += 1
        while at[i + 1] == ".":
            i += 2
        verb, statement = i + 1, at[_PADDING]
        places = {verb} if statement == "ALTER" and at[verb] == "ADD" else set()
        if statement == "DROP" and at[verb] in {"CASCADE", "RESTRICT"} and not at[verb + 1]:
            places.add(verb)
        if statement == "CREATE" and at[verb : verb + 2] == ["INPUT", "("]:
            places.add(verb)
            end = self._closing.get(verb + 1, verb) + 1
            places |= {end} if at[end : end + 2] == ["OUTPUT", "("] else set()
        return places

    def _is_keyword(self, i: int) -> bool:
        if self._groups[-1].holds == "pattern":  # variables stand side by side there
            return False
        return (
            in_phrase(self._at, i)
            or in_arguments(self._at, i, self._groups[-1].opener)
            or self._is_in_its_clause(i)
            or self._is_of_a_column(i)
            or self._builds(i)
        )

    def _is_in_its_clause(self, i: int) -> bool:
        """`ORDER BY a DESC NULLS LAST`, `ROWS BETWEEN UNBOUNDED PRECEDING AND ...`, `LIKE t (EXCLUDING ALL)`, and
        `FROM t QUALIFY a > 1`, which is no alias because nothing else than an expression may follow.
        """
        group, word, before, after = self._groups[-1], self._at[i], self._at[i - 1], self._at[i + 1]
        if group.holds == "like options":
            return True
        if word == "QUALIFY":
            ended = ends_operand(before) or before in _ENDS_A_CONDITION
            return group.query == "from" and ended and (begins_operand(self._at, i + 1) or self._encloses_more(i + 1))
        if group.clause == "order" and word in _ORDERING:
            operand = self._kinds[i - _PADDING - 1] in _OPERANDS and before not in _NO_OPERANDS
            return operand or before in {")", "]"}
        if group.clause == "frame" and word == "UNBOUNDED":
            return after in {"PRECEDING", "FOLLOWING"}
        if group.clause == "frame" and word in {"PRECEDING", "FOLLOWING"}:
            return after in {"AND", ")"} and before not in {"BETWEEN", "AND", "ROWS", "RANGE"}
        return False

    def _is_of_a_column(self, i: int) -> bool:
        """The type and the METADATA or VIRTUAL of a column that is no expression, and its place: FIRST or AFTER."""
        group, word = self._groups[-1], self._at[i]
        if group.holds != "columns" or group.computed or self._at[group.item] in RESERVED:
            return False
        if word == "MAP":
            return i > group.item and self._at[i + 1] == "<"
        if word in _TYPES:
            return i == group.item + 1
        if i < group.item + 2 or group.nesting or self._at[i - 1] in {"CONSTRAINT", "AFTER"}:
            return False
        end = {"FIRST": i + 1, "AFTER": i + 2}.get(word, 0)
        return word in {"METADATA", "VIRTUAL"} or (end > 0 and self._at[end] in {",", ")"})

    def _builds(self, i: int) -> bool:
        """`MAP[a, b]`, not the column of `map[a]`; `UNNEST(a) WITH ORDINALITY`, not `INTO t (a) WITH ordinality AS`."""
        match self._at[i - 2 : i + 2]:
            case [_, _, "MAP", "["]:
                return self._holds_a_comma(i + 1)
            case [")", "WITH", "ORDINALITY", _]:
                return any(end == i - 2 and self._at[start - 1] == "UNNEST" for start, end in self._closing.items())
        return False

    def _holds_a_comma(self, i: int) -> bool:
        """Is there a comma between this bracket and its end, outside of others?"""
        depth = 0
        for sign in self._at[i:]:
            depth += (sign in {"(", "["}) - (sign in {")", "]"})
            if depth == 0 or (sign == "," and depth == 1):
                return sign == ","
        return False

    def _encloses_more(self, i: int) -> bool:
        """Is there more than names between this parenthesis and its end, so that it is no list of columns?"""
        inside = self._at[i + 1 : self._closing.get(i, i)] if self._at[i] == "(" else ()
        return any(not is_name(sign) and sign != "," for sign in inside)

    def _is_call(self, i: int) -> bool:
        """A function before its parenthesis, and not a table or alias before its columns."""
        if self._at[i + 1] != "(" or self._groups[-1].holds == "pattern":
            return False
        start = i
        while self._at[start - 1] == ".":
            start -= 2
        before = self._at[start - 1]
        if before == "AS":  # `total AS f(x)` of a column, against `FROM x AS t(a, b)`
            return self._groups[-1].holds == "columns"
        if before == ",":  # `WITH a AS (...), b (c) AS (...)`
            end = self._closing.get(i + 1, i)
            return self._at[end + 1 : end + 3] != ["AS", "("]
        return before in _BEFORE_A_CALL

    def _enter_and_leave(self, i: int) -> None:
        at, sign = self._at, self._at[i]
        group = self._groups[-1]
        if sign == "(":
            self._groups.append(_Group(at[i - 1], holds=self._holds(i), item=i + 1))
        elif sign == ")":
            if len(self._groups) > 1:
                self._groups.pop()
        elif sign == "BY" and at[i - 1] == "ORDER":
            group.clause = "order"
        elif sign in {"ROWS", "RANGE"} and group.opener in {"OVER", "AS"}:
            group.clause = "frame" if at[i + 1] in {"BETWEEN", "UNBOUNDED", "CURRENT", "INTERVAL", "0"} else ""
        elif group.clause == "order" and sign in RESERVED and at[i + 1] != "(":
            group.clause = ""
        elif sign == "SELECT" or (sign == "FROM" and group.query):
            group.query = sign.lower()
        elif group.holds == "columns":
            self._follow_columns(i, group)

    def _follow_columns(self, i: int, group: _Group) -> None:
        sign = self._at[i]
        if sign == "," and group.nesting == 0:
            group.item, group.computed = i + 1, False
        elif sign == "AS":
            group.computed = True
        elif sign in {"<", ">"} and not group.computed:
            group.nesting += 1 if sign == "<" else -1

    def _holds(self, i: int) -> str:
        """What the parenthesis at `i` opens."""
        outer, opener = self._groups[-1], self._at[i - 1]
        if opener == "PATTERN" or outer.holds == "pattern":
            return "pattern"
        if len(self._groups) == 1 and self._at[_PADDING : _PADDING + 2] == ["ALTER", "TABLE"]:
            return "columns" if opener in {"ADD", "MODIFY"} else ""
        if len(self._groups) > 1 or self._at[_PADDING] != "CREATE" or "TABLE" not in self._at[_PADDING:i]:
            return ""
        start = i - 1
        while self._at[start - 1] == ".":
            start -= 2
        if self._at[start - 1] == "LIKE":
            return "like options"
        return "columns" if self._at[start - 1] in {"TABLE", "EXISTS"} else ""

    def _matching_parentheses(self) -> dict[int, int]:
        closing: dict[int, int] = {}
        opened: list[int] = []
        for i, sign in enumerate(self._at):
            if sign == "(":
                opened.append(i)
            elif sign == ")" and opened:
                closing[opened.pop()] = i
        return closing


def _shape(token: Token) -> str:
    match token.kind:
        case TokenKind.WORD:
            return token.keyword() or token.text
        case TokenKind.STRING:
            return "''"
        case TokenKind.NUMBER:
            return "0"
        case TokenKind.QUOTED | TokenKind.PLACEHOLDER:
            return "`"
        case _:
            return token.text
