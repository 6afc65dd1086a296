"""YAML text to a tree: every word keeps its place, and nothing in a file can make headgate run, grow or fall over.

`libyaml` reads what has no mistake and nothing odd in it, which is nearly everything; ruamel reads the rest. Both give
their events to `yaml_tree_builder`, and neither composes or constructs anything itself.
"""

from __future__ import annotations

import re

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from headgate.manifests import libyaml
from headgate.manifests.yaml_tree import Finding, Tree
from headgate.manifests.yaml_tree_builder import Broken, TreeBuilder

_BREAKS = re.compile("\r\n?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# The commonest things ruamel says, and what its users would say.
_WORDS = (
    ("mapping values are not allowed", "a second `: ` in one line", "quote text that contains `: `"),
    ("expected <block end>", "this line is not indented like those above it", "line it up"),
    ("could not find expected ':'", "a line without `: `", "write `key: value`"),
    ("'<stream end>'", "the file ends inside a list or mapping", "close it with ] or }"),
    ("end of stream", "the file ends inside quotes", "close the quotes"),
)


def read(text: str) -> Tree:
    """Every document of a YAML text. Empty documents are left out."""
    text = _BREAKS.sub("\n", text)
    tree = None if _CONTROL.search(text) else libyaml.tree_of(text)
    return tree if tree is not None else read_with_ruamel(text)


def read_with_ruamel(text: str) -> Tree:
    """The slow way, which words every mistake; for a text whose lines end in newlines alone."""
    tree = Tree(text.split("\n"))
    try:
        if found := _CONTROL.search(text):
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            raise Broken(Finding(line, column, f"not valid YAML: control character U+{ord(found[0]):04X}"))
        TreeBuilder(tree).build(YAML(typ="safe", pure=True).parse(text))
    except Broken as broken:
        tree.findings.append(broken.finding)
        tree.broken = True
    except YAMLError as error:
        tree.findings.append(_syntax(error, tree))
        tree.broken = True
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        # ruamel trips over a few malformed inputs (a `%YAML x` line, for one) instead of reporting them.
        tree.findings.append(Finding(1, 1, "not valid YAML"))
        tree.broken = True
    return tree


def _syntax(error: YAMLError, tree: Tree) -> Finding:
    if isinstance(error, ReaderError):
        return Finding(1, 1, f"not valid YAML: {error.reason}")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    line = min(line, len(tree.lines))
    if tree.lines[line - 1][column - 1 : column] == "\t":
        return Finding(line, column, "not valid YAML: a tab where only spaces may indent", "use spaces")
    parts = [error.problem, error.context] if isinstance(error, MarkedYAMLError) else []
    said = ", ".join(" ".join(str(part).split()) for part in parts if part)
    for theirs, ours, hint in _WORDS:
        if theirs in said:
            return Finding(line, column, f"not valid YAML: {ours}", hint)
    return Finding(line, column, f"not valid YAML: {said}" if said else "not valid YAML")
