"""SQL in the form that Dinky cuts into statements as Flink would, and a jar as the statement that runs it.

Dinky cuts a script at every `;` before a line break or a `--` comment, and nowhere else: `a; b` on one line is one
statement for it, and a `;` at the end of a line inside quotes cuts the string in two. It makes one statement set of all
INSERTs by itself, so the brackets of a set go as comments, from which they are read back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from headgate.errors import Rejected
from headgate.model.plan import Restore
from headgate.model.spec import Jar, JobSpec, Sql
from headgate.sql import SqlMistake, Token, meaning, tokens
from headgate.sql.lexing import separated
from headgate.sql.splitting import bracket, words

_CUT = re.compile(r";\s*(?:\n|--[^\n]*)")
_ENDED = re.compile(r"[ \t]*(?:\n|--|\Z)")
_KEPT = re.compile(r"/\*headgate: (.*?)\*/", re.DOTALL)
_JAR = re.compile(r"\s*EXECUTE\s+JAR\s+WITH\s*\((.*)\)\s*;?\s*", re.IGNORECASE | re.DOTALL)
_PAIR = re.compile(r"'([^']*)'\s*=\s*'([^']*)'")
_OUTSIDE = frozenset({"CATALOG", "CATALOGS"})


@dataclass(frozen=True, slots=True)
class _Run:
    """The tokens of a statement, and the offset behind its semicolon; None where it has none."""

    tokens: tuple[Token, ...]
    end: int | None

    @property
    def start(self) -> int:
        return self.tokens[0].offset

    @property
    def last(self) -> int:
        """The offset behind its last token."""
        return self.tokens[-1].offset + len(self.tokens[-1].text)

    @property
    def stop(self) -> int:
        """The offset behind it, its semicolon included."""
        return self.end or self.last


_Edit = tuple[int, int, str]


def rendered(text: str) -> str:
    """A script as Dinky is to have it: LF, every statement ended at a line's end, brackets of a set as comments."""
    text = text.replace("\r\n", "\n").rstrip()
    edits: list[_Edit] = []
    ended: int | None = None
    runs, strays = _cut(text)
    for run in runs:
        count = bracket(run.tokens)
        if count and words(run.tokens, 1) == ["END"] and ended is not None:
            # A comment may not come last, so it goes where the semicolon before it was.
            edits.append((ended - 1, run.stop, f"/*headgate: ; END{';' if run.end else ''}*/"))
            ended = None
            continue
        if count:
            edits.append(_as_comment(run, count))
        if count < len(run.tokens):
            edits += _line_break(text, ended)
            ended = run.end
    for end in (ended, *strays):
        edits += _line_break(text, end)
    return _edited(text, edits)


def restored(text: str) -> str:
    """The script that `rendered` was given; INSERTs that nobody grouped are one statement set, as Dinky runs them."""
    text = _KEPT.sub(lambda kept: kept[1], text.replace("\r\n", "\n")).rstrip() + "\n"
    try:
        runs = _runs(text)
    except SqlMistake:
        return text
    inserts = [place for place, run in enumerate(runs) if words(run.tokens, 1) == ["INSERT"]]
    together = inserts == list(range(len(runs)))[-len(inserts) :]
    if len(inserts) < 2 or not together or any(bracket(run.tokens) for run in runs):
        return text
    first, last = runs[inserts[0]], runs[-1]
    end = "\nEND;" if last.end else ";\nEND;"
    return f"{text[: first.start]}BEGIN STATEMENT SET;\n{text[first.start : last.stop]}{end}{text[last.stop :]}"


def checked(spec: JobSpec) -> str:
    """The script of a spec as it is sent, values filled in. Raises Rejected where Dinky would cut it wrongly."""
    assert isinstance(spec.program, Sql)  # noqa: S101 - only asked of SQL
    filled = spec.secrets.fill(spec.program.text)
    script = rendered(filled)
    wanted = [found for run in _runs(script) if (found := meaning(script[run.start : run.last]))]
    try:
        cut = [found for piece in _CUT.split(script) if (found := meaning(piece.strip().removesuffix(";")))]
    except SqlMistake:
        cut = []
    if cut != wanted or meaning(restored(script), spec.dialect) != meaning(filled, spec.dialect):
        line, column = _wrong_cut(spec.program.text)
        raise Rejected(
            "Dinky cuts a script at every `;` that ends a line, also inside quotes and comments",
            where=spec.source.at(line, column),
            hint="put something behind that `;` on its line, or remove it",
            code="statement-rejected",
        )
    return script


def may_plan(text: str) -> bool:
    """Not if planning reaches an external catalog: Dinky carries out the DDL, and a plan changes nothing."""
    try:
        named = [words(run.tokens, 2) for run in _runs(text)]
    except SqlMistake:
        return False
    return not any(set(found[1:]) & _OUTSIDE or found[:1] == ["EXECUTE"] for found in named)


def place(script: str, sql: str) -> tuple[int, int] | None:
    """Line and column of the first statement in a script that means the same as `sql`."""
    try:
        wanted = meaning(sql.strip().removesuffix(";"))
        same = (run.tokens[0] for run in _runs(script) if wanted and meaning(script[run.start : run.last]) == wanted)
        return next(((first.line, first.column) for first in same), None)
    except SqlMistake:
        return None


def jar_statement(spec: JobSpec, jar: Jar, restore: Restore | None = None) -> str:
    """`EXECUTE JAR WITH (...)`. Raises Rejected for what cannot be written in it."""
    fill = spec.secrets.fill
    if jar.digest:
        raise Rejected(
            f"Dinky takes no jar from the repository: {jar.uri}",
            where=str(spec.source),
            hint="upload it as a resource of Dinky and write its address, such as rs:/jobs/orders.jar",
        )
    arguments = [fill(argument) for argument in jar.args]
    if odd := next((each for each in arguments if not each or re.search(r"\s", each)), None):
        problem = f"an argument of a jar in Dinky holds no space: {spec.secrets.mask(odd)!r}"
        raise Rejected(problem, where=str(spec.source))
    pairs = {"uri": fill(jar.uri), "main-class": jar.main_class, "args": " ".join(arguments)}
    pairs["parallelism"] = str(spec.parallelism)
    if restore and restore.path:
        pairs["savepoint-path"] = restore.path
        pairs["allow-non-restored-state"] = str(restore.allow_non_restored).lower()
    if quoted := next((key for key, value in pairs.items() if "'" in value), None):
        raise Rejected(f"`{quoted}` of a jar in Dinky holds no single quote", where=str(spec.source))
    settings = ",\n".join(f"  '{key}' = '{value}'" for key, value in pairs.items() if value)
    return f"EXECUTE JAR WITH (\n{settings}\n)"


def read_jar(statement: str) -> Jar | None:
    """The jar that a statement runs; None if it is another statement."""
    found = _JAR.fullmatch(statement)
    if found is None:
        return None
    pairs = dict(_PAIR.findall(found[1]))
    return Jar(pairs.get("uri", ""), pairs.get("main-class", ""), tuple(pairs.get("args", "").split()))


def _runs(text: str) -> tuple[_Run, ...]:
    return _cut(text)[0]


def _cut(text: str) -> tuple[tuple[_Run, ...], tuple[int, ...]]:
    """The statements of a script, and the offsets behind semicolons that end nothing. Raises SqlMistake."""
    found = tuple(separated(tokens(text)))
    return tuple(_Run(run, end) for run, end in found if run), tuple(end for run, end in found if not run and end)


def _as_comment(run: _Run, count: int) -> _Edit:
    """The edit that makes a comment of a bracket, and of its semicolon if it is a statement of its own."""
    part = run if count == len(run.tokens) else _Run(run.tokens[:count], None)
    bracketed = " ".join(token.text for token in part.tokens) + (";" if part.end else "")
    return part.start, part.stop, f"/*headgate: {bracketed}*/"


def _line_break(text: str, end: int | None) -> list[_Edit]:
    """The edit that makes a statement end at a line's end, where it does not."""
    return [] if end is None or _ENDED.match(text, end) else [(end, end, "\n")]


def _edited(text: str, edits: list[_Edit]) -> str:
    parts, at = [], 0
    for start, stop, instead in sorted(edits):
        if start < at:
            continue
        parts += [text[at:start], instead]
        at = stop
    return "".join([*parts, text[at:]])


def _wrong_cut(text: str) -> tuple[int, int]:
    """Where Dinky would cut a statement in two; the beginning if that cannot be reported."""
    runs, cuts = _runs(text), (cut.start() for cut in _CUT.finditer(text))
    offset = next((at for at in cuts if any(run.start < at < run.last for run in runs)), 0)
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
