"""Why Flink refused a program: a mistake in the statement, something that the cluster lacks, or its planner itself."""

from __future__ import annotations

import difflib
import re

from headgate.errors import Rejected
from headgate.model.spec import JobSpec, Sql
from headgate.providers.flink.causes import Cause, last_cause, root_cause, summary
from headgate.providers.flink.refused_option import place_of_refused_option
from headgate.sql import Statement, split
from headgate.sql.reported_places import within_script, within_statement

_STATEMENT = re.compile(r"headgate: statement (\d+) failed")
_FACTORY = re.compile(
    r"Could not find any (?:(format) )?factory for identifier '([^']+)'(?: that implements '(?:[\w$]+\.)*([\w$]+)')?"
)
_AVAILABLE = re.compile(r"Available factory identifiers are:\s*(.*)", re.DOTALL)
_SCHEME = re.compile(r"Could not find a file system implementation for scheme '([^']+)'")
_NO_CLASS = {"ClassNotFoundException", "NoClassDefFoundError"}
# What a factory of each interface makes; the rest make connectors.
_PARTS = {"CatalogFactory": "catalog", "ModuleFactory": "module", "CatalogStoreFactory": "catalog store"}
# Java's own words for a program that is at fault itself: here Flink's, or its planner's.
_FAULTS = {
    *("NullPointerException", "ClassCastException", "IndexOutOfBoundsException", "ArrayIndexOutOfBoundsException"),
    *("StringIndexOutOfBoundsException", "ConcurrentModificationException", "AssertionError", "StackOverflowError"),
    *("OutOfMemoryError", "NoSuchMethodError", "NoSuchFieldError", "AbstractMethodError", "IllegalAccessError"),
    *("IncompatibleClassChangeError", "VerifyError", "LinkageError", "ExceptionInInitializerError"),
    *("CompileException", "InternalCompilerException", "InvalidProgramException"),
}
_GENERATED = re.compile(
    r"Table program cannot be compiled|Could not instantiate generated class|Cannot determine simple type name"
)

_PERHAPS_AN_OPTION = (
    "Flink names no line and no option: mend what stands at the place named or, if the message is not about that, "
    "an option that the job sets"
)


class StatementRejected(Rejected):
    """The platform does not accept this job's statement; its own message says why. Nothing was started.

    Mend the statement, or the option, at the line that is named. The job that runs now, if any, is left as it is.
    """

    code = "statement-rejected"


class DependencyMissing(Rejected):
    """The statement asks for something that the cluster does not have: a connector, a format, a catalog, a file system
    or a class. Nothing was started.

    If the name is mistyped, mend it. Otherwise give the cluster the jar: into Flink's lib folder (a file system: into
    a folder of its own below plugins), or with ADD JAR or USING JAR for a function.
    """

    code = "dependency-missing"


class PlannerFailed(Rejected):
    """Flink's planner failed while it read the statement, by a fault of its own. Nothing was started.

    That says nothing of the statement. The message is Flink's; write the statement another way, use another Flink
    version, or report the fault to Flink.
    """

    code = "planner-failed"

    def __init__(self, problem: str, *, where: str, after_main: bool) -> None:
        super().__init__(problem, where=where, hint="write the statement another way, or report this fault to Flink")
        # The statements were read by then, and only the plan endpoint's own work on them failed.
        self.after_main = after_main


def refusal(body: str, spec: JobSpec) -> Rejected:
    """The error for a program that was not taken, at the position in the file that it is about."""
    cause, statement = last_cause(body), _named(body, spec)
    positioned = statement is not None and bool(within_statement(body)[0])
    option = place_of_refused_option(body, spec, of_a_statement=statement is not None, positioned=positioned)
    where = option or _place(body, spec, statement)
    if missing := _missing(cause, spec):
        name, words, hint = missing
        return DependencyMissing(spec.secrets.mask(words), where=_literal(name, spec) or where, hint=hint)
    if isinstance(spec.program, Sql) and (cause.kind in _FAULTS or _GENERATED.search(body)):
        problem = f"Flink's planner failed: {root_cause(body)}"
        return PlannerFailed(spec.secrets.mask(problem), where=where, after_main=statement is None)
    message = summary(cause, near=_word_before(body, statement))
    hint = "" if option or positioned or not spec.source.settings else _PERHAPS_AN_OPTION
    return StatementRejected(spec.secrets.mask(message), where=where, hint=hint)


def _missing(cause: Cause, spec: JobSpec) -> tuple[str, str, str] | None:
    """What the cluster lacks: its name, the sentence that says so, and the next move."""
    if found := _FACTORY.search(cause.message):
        made, name, factory = found.groups()
        part = made or ("format" if "Format" in (factory or "") else _PARTS.get(factory or "", "connector"))
        listed = _AVAILABLE.search(cause.message)
        present = listed[1].split() if listed else []
        near = difflib.get_close_matches(name, present, n=1)
        has = f"; the cluster has: {', '.join(present)}" if present else ""
        hint = (
            f"did you mean {near[0]!r}?"
            if near
            else f"put the jar of this {part} into Flink's lib folder on every node"
        )
        return name, f"the cluster has no {part} {name!r}{has}", hint
    if found := _SCHEME.search(cause.message):
        words = f"the cluster has no file system for {found[1]}://"
        return "", f"{words}\n\n{cause.message}", "put its plugin into a folder of its own below Flink's plugins folder"
    if cause.kind in _NO_CLASS and re.fullmatch(r"[\w.$/]+", cause.message):
        name = cause.message.replace("/", ".")
        hint = "put the jar that has this class into Flink's lib folder on every node"
        if isinstance(spec.program, Sql):
            hint += ", or name it in the statement: ADD JAR, or USING JAR behind CREATE FUNCTION"
        return name, f"the cluster has no class {name}", hint
    return None


def _named(body: str, spec: JobSpec) -> Statement | None:
    """The statement that the runner names."""
    number = _STATEMENT.search(body)
    if number is None or not isinstance(spec.program, Sql):
        return None
    statements, index = split(spec.program.text), int(number[1])
    return statements[index] if index < len(statements) else None


def _place(body: str, spec: JobSpec, statement: Statement | None) -> str:
    if statement is None:
        return str(spec.source)
    return spec.source.at(*within_script(body, statement.line, statement.column))


def _word_before(body: str, statement: Statement | None) -> str:
    """The word in front of the place that Flink names."""
    line, column = within_statement(body)
    lines = statement.text.splitlines() if statement else []
    if not 0 < line <= len(lines):
        return ""
    before = "\n".join([*lines[: line - 1], lines[line - 1][: column - 1]]).split()
    return before[-1] if before else ""


def _literal(name: str, spec: JobSpec) -> str:
    """Where the statements name it, in quotes; empty where they do not, or more than once."""
    text = spec.program.text if isinstance(spec.program, Sql) else ""
    quoted = f"'{name}'"
    if not name or text.count(quoted) != 1:
        return ""
    before = text[: text.index(quoted)]
    return spec.source.at(before.count("\n") + 1, len(before) - before.rfind("\n"))
