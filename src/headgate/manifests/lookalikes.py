"""Texts that look like `${env:NAME}` and are none: `${NAME}`, `${ENV:NAME}`, and `$NAME` as a whole value.

They are warned about, with the right spelling, for they are used as they stand. In SQL only the values of `WITH`
options are looked at: what other literals mean is up to their authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from headgate.manifests.source_file import Page
from headgate.manifests.yaml_tree import Node, Position, scalars
from headgate.model.warnings import ProjectWarning, WarningCode
from headgate.sql import with_values

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_BRACED = re.compile(rf"\$\{{\s*(?P<env>env\s*[:.]\s*)?(?P<name>{_NAME})\s*(?:\}}|:?[-=?+][^}}]*\}})", re.IGNORECASE)
_RIGHT = re.compile(rf"\$\{{env:{_NAME}\}}")
_WHOLE = re.compile(r"\$(?:[Ee][Nn][Vv]:)?(?P<name>[A-Z_][A-Z0-9_]+)")


def in_values(page: Page, node: Node | None, *, job: str = "", own_variables: bool = False) -> Iterator[ProjectWarning]:
    """Those in the values under a node. `own_variables`: the platform puts values in place of `${name}` itself."""
    for scalar in scalars(node) if node is not None else ():
        if "$" in scalar.text:
            for offset, wrong, name in _found(scalar.text, own_variables=own_variables):
                place = page.tree.text_position(scalar).at(*_line_and_column(scalar.text, offset))
                yield _warning(page.name, place, wrong, name, job)


def in_statement(
    text: str, file: str, position: Position, *, job: str, own_variables: bool = False
) -> Iterator[ProjectWarning]:
    """Those in the values of the WITH options of a script that begins at a position of a file."""
    if "$" not in text:
        return
    for start, end in with_values(text):
        for offset, wrong, name in _found(text[start:end], own_variables=own_variables):
            yield _warning(file, position.at(*_line_and_column(text, start + offset)), wrong, name, job)


def _found(text: str, *, own_variables: bool) -> Iterator[tuple[int, str, str]]:
    """Offset, what stands there, and the variable that was meant."""
    if whole := _WHOLE.fullmatch(text):
        yield 0, text, whole["name"]
    for found in _BRACED.finditer(text):
        if not (_RIGHT.fullmatch(found[0]) or (own_variables and not found["env"])):
            yield found.start(), found[0], found["name"]


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _warning(file: str, place: tuple[int, int], wrong: str, name: str, job: str) -> ProjectWarning:
    return ProjectWarning(
        WarningCode.PLACEHOLDER_LOOKALIKE,
        f"`{wrong}` is no placeholder of headgate, so it is used as it stands",
        where=f"{file}:{place[0]}:{place[1]}",
        hint=f"write ${{env:{name}}} for the value of the variable",
        jobs=(job,) if job else (),
    )
