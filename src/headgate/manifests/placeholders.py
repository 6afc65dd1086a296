"""`${env:NAME}`: where it may stand, that the variable exists, and whose value it is.

The text of a manifest keeps its placeholders; the values go beside it into an `Secrets`, names only in its repr.
No message here has ever seen a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from headgate.manifests.validation_errors import Report, nearest
from headgate.manifests.yaml_tree import Finding, Node, Position, Scalar, Tree, scalars
from headgate.model.secret import PLACEHOLDER

OPENING = "${env:"
_FIELDS = "statement, statement_file contents, jar.uri, jar.args, config values, options, savepoint.path"
_ANY = re.compile(r"\$\{env:")


class Concealed(str):
    """A text with a value in it: used as any text, and not shown by the repr of what holds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'...'"


class Variables:
    """The environment variables headgate was started with.

    `asked` are the values that were asked for, `unset` the variables that were asked for and are not there. Unless they
    are `required` those are no mistake: what they will say is not known, and is not judged.
    """

    def __init__(self, environ: Mapping[str, str], report: Report, *, required: bool = True) -> None:
        self._environ = environ
        self._report = report
        self._required = required
        self.asked: dict[str, str] = {}
        self.unset: set[str] = set()

    def reporting_to(self, report: Report) -> Variables:
        """The same variables for one document, whose mistakes and values are its own."""
        own = Variables(self._environ, report, required=self._required)
        own.unset = self.unset
        return own

    def mentioned(self, text: str) -> None:
        """Note the values that a text asks for which cannot be read as a manifest: they are secrets all the same."""
        self.asked |= {name: self._environ[name] for name in PLACEHOLDER.findall(text) if name in self._environ}

    def used(self, file: str, tree: Tree, node: Node | None) -> dict[str, str]:
        """The variables that the texts under a node use, with their values. The missing ones are reported."""
        values: dict[str, str] = {}
        for scalar in scalars(node) if node is not None else ():
            if OPENING in scalar.text:
                known = self.used_in(file, tree.text_position(scalar), scalar.text)
                if scalar.text.count(OPENING) > sum(name in known for name in PLACEHOLDER.findall(scalar.text)):
                    self._report.leave_unfilled(file, scalar)
                values |= known
        return values

    def used_in(self, file: str, position: Position, text: str) -> dict[str, str]:
        """The same for a text that begins at a position of a file."""
        values: dict[str, str] = {}
        for match in _ANY.finditer(text):
            asked = PLACEHOLDER.match(text, match.start())
            if asked and asked[1] in self._environ:
                self.asked[asked[1]] = values[asked[1]] = self._environ[asked[1]]
                continue
            at = Finding(*position.at(*_place(text, match.start())), "")
            if not asked:
                self._report.add(file, at, "a placeholder that is not complete", "write ${env:NAME}")
                continue
            self.unset.add(asked[1])
            if not self._required:
                continue
            near = nearest(asked[1], self._environ, cutoff=0.8)
            hint = f"did you mean ${{env:{near}}}?" if near else f"set {asked[1]} before running headgate"
            self._report.add(file, at, f"environment variable {asked[1]} is not set", hint)
        return values

    def refuse(self, file: str, nodes: Iterable[Node]) -> None:
        """Report placeholders where none may stand."""
        for node in nodes:
            for scalar in scalars(node):
                if OPENING in scalar.text:
                    problem = f"placeholders are for text fields, found {_shown(scalar)}"
                    self._report.add(file, scalar, problem, f"they may stand in: {_FIELDS}")


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _shown(scalar: Scalar) -> str:
    found = PLACEHOLDER.search(scalar.text)
    return found[0] if found else OPENING
