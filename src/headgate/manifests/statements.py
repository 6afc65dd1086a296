"""The program of a job: SQL in the manifest or in a file, or a jar; checked as far as that goes offline."""

from __future__ import annotations

import functools
import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from headgate.manifests import files
from headgate.manifests.config_options import RESERVED
from headgate.manifests.files import Refused
from headgate.manifests.placeholders import OPENING
from headgate.manifests.source_file import Page
from headgate.manifests.validation_errors import nearest
from headgate.manifests.yaml_scalars import quoted, value
from headgate.manifests.yaml_tree import Finding, Mapping, Node, Position, Scalar
from headgate.model.configuration import expected
from headgate.model.spec import Jar, Program, Sql
from headgate.sql import Dialect, SqlMistake, StatementKind, check, split

_START = Position(1, 0)
_KINDS = ("statement", "statement_file", "jar")
# Two letters or more: one letter and a colon is a drive.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_JAR_HINT = "a path on the platform is written as a URL, such as local:///opt/flink/job.jar"


@dataclass(frozen=True, slots=True)
class Written:
    """A program, the variables it uses, and where its SQL begins: in `file`, or in the manifest if that is empty.

    `config_options` are the options that the SQL sets, by their places, and `doubtful` what may be wrong in it.
    """

    program: Program
    values: dict[str, str] = field(repr=False)
    position: Position = _START
    file: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    doubtful: tuple[SqlMistake, ...] = ()


def program(page: Page, manifest: Mapping, dialect: Dialect) -> Written | None:
    """The program of a manifest, SQL in a dialect; None where it is wrong, which is reported here or by the form."""
    given = [kind for kind in _KINDS if kind in manifest.entries]
    if len(given) != 1:
        at = manifest.key(given[1]) if given else manifest
        both = " and ".join(f"`{kind}`" for kind in given)
        problem = f"{both} are given; a job has one program" if given else "the job has no program"
        page.report.add(page.name, at, problem, "write one of statement, statement_file, jar")
        return None
    node = manifest.get(given[0])
    if given[0] == "jar":
        return _jar(page, node) if isinstance(node, Mapping) else None
    if not isinstance(node, Scalar) or not isinstance(value(node), str):
        return None
    if given[0] == "statement_file":
        return _statement_file(page, node, dialect)
    position = page.tree.text_position(node)
    return _sql(page, page.name, position, node.text, dialect, empty_at=node)


def _statement_file(page: Page, node: Scalar, dialect: Dialect) -> Written | None:
    try:
        path = page.repository.path(page.path.parent, node.text)
        if not os.path.lexists(path):
            raise Refused(f"there is no `{node.text}`", _likely(page, path, node.text))
        text = files.text(path)
    except Refused as refused:
        if refused.line:
            at = Finding(refused.line, refused.column, "")
            page.report.add(page.repository.name(path), at, refused.problem, refused.hint)
        else:
            page.report.add(page.name, node, f"`statement_file`: {refused.problem}", refused.hint)
        return None
    name = page.repository.name(path)
    return _sql(page, name, _START, text, dialect, empty_at=Finding(1, 1, ""))


def _sql(
    page: Page, file: str, position: Position, text: str, dialect: Dialect, *, empty_at: Node | Finding
) -> Written | None:
    if not text.strip():
        page.report.add(file, empty_at, "there is no statement here")
        return None
    found = check(text, dialect)
    mistakes = [mistake for mistake in found if not mistake.doubtful]
    for mistake in mistakes:
        at = Finding(*position.at(mistake.line, mistake.column), "")
        page.report.add(file, at, mistake.problem, mistake.hint)
    places: dict[str, str] = {}
    for statement in split(text, dialect) if not mistakes else ():
        if statement.kind is not StatementKind.SET:
            continue
        key, _, value = statement.text.partition("=")
        at = Finding(*position.at(statement.line, statement.column), "")
        places[key] = f"{file}:{at.line}:{at.column}"
        # A SET holds for the whole job, wherever it stands, and goes over what headgate gives the job.
        if key in RESERVED:
            page.report.add(file, at, f"`{key}` is set by headgate", RESERVED[key])
        elif OPENING not in value and (wanted := expected(key, value)):
            page.report.add(file, at, f"expected {wanted} for `{key}`, found text {quoted(value)}")
    values = page.variables.used_in(file, position, text)
    doubtful = tuple(mistake for mistake in found if mistake.doubtful)
    return Written(Sql(text), values, position, file if file != page.name else "", places, doubtful)


def _jar(page: Page, node: Mapping) -> Written | None:
    values = page.variables.used(page.name, page.tree, node.get("uri"))
    values |= page.variables.used(page.name, page.tree, node.get("args"))
    page.variables.refuse(page.name, [child for child in (node.get("main_class"),) if child])
    uri, main_class, args = (node.get(key) for key in ("uri", "main_class", "args"))
    if not isinstance(uri, Scalar) or not isinstance(value(uri), str):
        return None
    written = Jar(
        uri.text,
        main_class.text if isinstance(main_class, Scalar) else "",
        tuple(item.text for item in getattr(args, "items", ()) if isinstance(item, Scalar)),
    )
    if _SCHEME.match(uri.text):
        return Written(written, values)
    if OPENING in uri.text:
        if not _SCHEME.match(_resolved(uri.text, values)):
            problem = "a jar in the repository is named without placeholders"
            page.report.add(page.name, uri, problem, "or begin with a URL scheme such as s3://")
        return Written(written, values)
    try:
        path = page.repository.path(page.path.parent, uri.text)
        digest = _digest_of(page, path, uri.text)
    except Refused as refused:
        page.report.add(page.name, uri, f"`uri`: {refused.problem}", refused.hint or _JAR_HINT)
        return None
    name = page.repository.name_inside(path)
    return Written(Jar(name, written.main_class, written.args, digest, str(path)), values)


def _resolved(text: str, values: dict[str, str]) -> str:
    for name, said in values.items():
        text = text.replace("${env:" + name + "}", said)
    # A variable that is not set is reported as such, and may well hold a URL.
    return "unset:" if OPENING in text else text


def _digest_of(page: Page, path: Path, written: str) -> str:
    try:
        status = path.stat()
    except OSError as error:
        raise Refused(f"there is no `{written}`", _likely(page, path, written)) from error
    if not path.is_file():
        raise Refused(f"`{written}` is not a file")
    try:
        return _digest(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise Refused(f"`{written}` cannot be read: {error.strerror}") from error


@functools.lru_cache(maxsize=256)
def _digest(path: Path, _changed_at: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _likely(page: Page, path: Path, written: str) -> str:
    """The hint for a file that is not there: where it is below the project's root, else the one with a like name."""
    if below := page.repository.below(page.path.parent, written):
        return f"paths begin at the manifest: `{below}` is the file of that path below the project's root"
    near = _neighbour(path)
    return f"did you mean `{near}`?" if near else ""


def _neighbour(path: Path) -> str:
    try:
        return nearest(path.name, [other.name for other in path.parent.iterdir()], cutoff=0.8)
    except OSError:
        return ""
