"""Mistakes: where they are, what was expected, and the nearest thing that would have been right.

pydantic finds most of them; its words are for programmers and know no lines, so both are made again here from the tree.
What stands in the file is quoted from the tree, so a resolved `${env:NAME}` is never shown.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from headgate.errors import Mistake
from headgate.manifests import form_structure, yaml_scalars, yaml_tree
from headgate.manifests.yaml_tree import Finding, Node
from headgate.model.secret import Secrets
from headgate.model.warnings import ProjectWarning

# How a pydantic error type reads: what was expected.
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "url_type": "a URL",
    "url_parsing": "a URL",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "{} or more"),
    "greater_than": ("gt", "more than {}"),
    "less_than_equal": ("le", "{} or less"),
    "less_than": ("lt", "less than {}"),
    "string_too_short": ("min_length", "text of {} characters or more"),
    "string_too_long": ("max_length", "text of {} characters or less"),
    "too_short": ("min_length", "a list of {} or more"),
    "too_long": ("max_length", "a list of {} or less"),
}


# One word of several.
_CHOICES = ("literal_error", "enum")
_PLACEHOLDERS = "placeholders are for text fields"


class Report:
    """The mistakes of one run, or of one document of it, and what a person should know besides."""

    def __init__(self) -> None:
        self.warnings: list[ProjectWarning] = []
        self._files: dict[str, dict[tuple[int, int, str, str], None]] = {}
        self._unfilled: set[tuple[str, int, int]] = set()

    def add(self, file: str, node: Node | Finding, problem: str, hint: str = "") -> None:
        """Something wrong where a node stands."""
        self._files.setdefault(file, {})[node.line, node.column, problem, hint] = None

    def leave_unfilled(self, file: str, node: Node) -> None:
        """A text whose variables are not set, which was reported: what it will say cannot be judged."""
        self._unfilled.add((file, node.line, node.column))

    def find(self, file: str, findings: Iterable[Finding]) -> None:
        """What reading found in a file."""
        for finding in findings:
            self.add(file, finding, finding.problem, finding.hint)

    def refuse(
        self,
        file: str,
        node: Node,
        error: ValidationError,
        form: type[BaseModel],
        *,
        secrets: Secrets | None = None,
    ) -> None:
        """What pydantic found in the data of a node; a value that already is a mistake is not made another one."""
        places = {found[:2] for found in self._files.get(file, ())}
        for detail in error.errors(include_url=False, include_context=True):
            where, problem, hint = _reworded(node, dict(detail), form, secrets)
            if detail["type"] not in ("missing", "extra_forbidden"):
                unfilled = (file, where.line, where.column) in self._unfilled and detail["type"] not in _EXPECTED
                if unfilled or (where.line, where.column) in places:
                    continue
            self.add(file, where, problem, hint)

    def include(self, other: Report) -> None:
        """Take over what another report found."""
        for file, found in other._files.items():
            self._files.setdefault(file, {}).update(found)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """All of them: files in the order they were read, each from top to bottom."""
        return tuple(
            Mistake(f"{file}:{line}:{column}", problem, hint)
            for file, found in self._files.items()
            for line, column, problem, hint in sorted(found, key=lambda mistake: mistake[:2])
        )


def nearest(wrong: str, right: Iterable[str], *, cutoff: float = 0.6) -> str:
    """The valid word most like a wrong one, or nothing."""
    words = list(right)
    folded = {word.lower(): word for word in words}
    close = difflib.get_close_matches(wrong.lower(), folded, n=1, cutoff=cutoff)
    return folded[close[0]] if close else ""


def suggestion(wrong: str, right: Sequence[str], *, what: str) -> str:
    """The hint for an unknown word: the nearest valid one, or all of them."""
    if near := nearest(wrong, right):
        return f"did you mean `{near}`?"
    return f"{what}: {', '.join(sorted(right))}" if right else f"{what}: none"


def _hidden(text: str, secrets: Secrets) -> str:
    """Without the values, however short they are."""
    for name, value in sorted(secrets.values.items(), key=lambda item: -len(item[1])):
        if value:
            text = text.replace(value, "${env:" + name + "}")
    return text


def _reworded(
    node: Node, detail: dict[str, Any], form: type[BaseModel], secrets: Secrets | None
) -> tuple[Node, str, str]:
    kind, loc = detail["type"], detail["loc"]
    at, last = _walk(node, loc)
    if kind == "missing":
        return at, f"`{last}` is missing", ""
    if kind == "extra_forbidden":
        parent, _ = _walk(node, loc[:-1])
        key = parent.key(last) if isinstance(parent, yaml_tree.Mapping) else parent
        # A form names the settings that it had once, and what to do about them.
        gone: Mapping[str, str] = getattr(form, "GONE", {}) if len(loc) == 1 else {}
        hint = gone.get(last) or suggestion(last, form_structure.keys(form, loc[:-1]), what="valid keys")
        return key, f"unknown key `{last}`", hint
    if kind in _CHOICES:
        choices = _choices(detail)
        near = nearest(at.text, choices) if isinstance(at, yaml_tree.Scalar) else ""
        problem = f"expected one of {', '.join(choices)}, found {yaml_scalars.found(at)}"
        return at, problem, f"did you mean `{near}`?" if near else ""
    if kind == "string_pattern_mismatch":
        looks = _looks(form_structure.examples(form, loc)) or f"text like {detail['ctx']['pattern']}"
        return at, f"expected {looks}, found {yaml_scalars.found(at)}", ""
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        limit = detail["ctx"][name]
        number = "" if kind.startswith(("string", "too")) else "a number of "
        number = "a whole number of " if number and isinstance(limit, int) else number
        return at, f"expected {number}{words.format(f'{limit:g}')}, found {yaml_scalars.found(at)}", ""
    if kind in _EXPECTED:
        return at, f"expected {_EXPECTED[kind]}, found {yaml_scalars.found(at)}", _remedy(kind, at, form, loc)
    # These words are a validator's own, and may quote what it was given.
    said = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    said = _hidden(said, secrets) if secrets else said
    return at, f"{said}, found {yaml_scalars.found(at)}" if said.startswith("expected ") else said, ""


def _looks(examples: Sequence[str]) -> str:
    """How a text has to look, by example: a pattern is for programmers."""
    if not examples:
        return ""
    *others, last = examples
    shown = f"{', '.join(others)} or {last}" if others else last
    return f"{'a URL' if '://' in last else 'text'} such as {shown}"


def _remedy(kind: str, at: Node, form: type[BaseModel], loc: form_structure.Location) -> str:
    if not isinstance(at, yaml_tree.Scalar):
        return ""
    if kind == "string_type" and at.text:
        return f'quote it: "{at.text}"'
    if "${env:" in at.text:
        return _PLACEHOLDERS
    if kind in ("list_type", "tuple_type"):
        return _listed(at, form, loc) if at.text else "write []"
    return ""


def _listed(at: yaml_tree.Scalar, form: type[BaseModel], loc: form_structure.Location) -> str:
    """What to write where one word stands in place of a list: the word in brackets, if it may be in the list."""
    try:
        form_structure.item(form, loc).validate_python(yaml_scalars.value(at), strict=True)
    except ValidationError as error:
        detail = dict(error.errors()[0])
        if detail["type"] not in _CHOICES:
            return ""
        choices = _choices(detail)
        near = nearest(at.text, choices)
        return f"write [{near}]" if near else f"write a list of {', '.join(choices)}"
    return f"write [{at.text}]"


def _choices(detail: dict[str, Any]) -> list[str]:
    """The words of a mistake in one of them."""
    expected: str = detail["ctx"]["expected"]
    return [part.strip("'") for part in expected.replace(" or ", ", ").split(", ")]


def _walk(node: Node, loc: Sequence[str | int]) -> tuple[Node, str]:
    """The node at a pydantic location, or the last one on the way there; and the last name in the location."""
    last = ""
    for step in loc:
        last = str(step)
        if isinstance(node, yaml_tree.Mapping) and (child := node.get(last)) is not None:
            node = child
        elif isinstance(node, yaml_tree.Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
    return node, last
