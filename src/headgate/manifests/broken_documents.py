"""What is still known of a manifest that does not load: its parts, the names it states, what is wrong with it.

In YAML `---` at the start of a line ends a document wherever it stands, so one that is broken leaves the others of its
file as they are; but a merge conflict leaves nothing to rely on in its file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as AbstractMapping

from headgate.manifests.forms import is_name
from headgate.manifests.validation_errors import Report
from headgate.manifests.yaml_tree import Finding, Mapping, Node, Scalar
from headgate.model.broken_manifests import BrokenManifest
from headgate.model.secret import Secrets

_MARKER = re.compile(r"(?:---|\.\.\.)(?:[ \t]|\Z)")
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
_WITHOUT_WORDS = re.compile(r"\s*(?:#.*|%.*)?\Z")
_STATED = r"(?:- +)?(['\"]?){key}\1 *: +(['\"]?)({name})\2(?: +#.*| *)\Z"
_WORD = r"[A-Za-z0-9._-]+"


def documents_of(text: str) -> list[str]:
    """The documents of a text that does not load as a whole, each where it stands: lines before it are left empty."""
    lines = text.split("\n")
    if _CONFLICT.search(text):
        return [text]
    starts = [at for at, line in enumerate(lines) if _MARKER.match(line)]
    bounds = [0, *starts, len(lines)]
    found: list[str] = []
    begin = 0
    for end in bounds[1:]:
        part = lines[begin:end]
        if end < len(lines) and all(_WITHOUT_WORDS.match(line) or _MARKER.match(line) for line in part):
            continue  # comments and directives belong to the document after them
        found.append("\n" * begin + "\n".join(part))
        begin = end
    return found


def stated(text: str, key: str) -> tuple[str, ...]:
    """The job names that a text states for a key of its outermost mapping, as far as lines alone show."""
    lines = [line for line in text.split("\n") if not _WITHOUT_WORDS.match(line) and not _MARKER.match(line)]
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines), default=0)
    pattern = re.compile(" " * indent + _STATED.format(key=key, name=_WORD))
    found = (match[3] for line in lines if (match := pattern.match(line)))
    return tuple(dict.fromkeys(name for name in found if is_name(name)))


def broken(
    report: Report, text: str, node: Node | None, target: str, values: AbstractMapping[str, str]
) -> BrokenManifest:
    """The manifest of a text, and of its node where it could be read that far, with what was reported of it."""
    names, previous_names = (_names(node, text, key) for key in ("name", "previous_name"))
    return BrokenManifest(report.mistakes, names, previous_names, target, Secrets(values))


def line_range(nodes: list[Node], at: int) -> tuple[int, int]:
    """The first line of a document, and that of the one after it: what stands between them is the document's."""
    first = nodes[at].line if at else 1
    return first, nodes[at + 1].line if at + 1 < len(nodes) else 0


def within(findings: Iterable[Finding], first: int, after: int) -> list[Finding]:
    """The findings in a range of lines; `after` 0: to the end."""
    return [one for one in findings if first <= one.line and (not after or one.line < after)]


def _names(node: Node | None, text: str, key: str) -> tuple[str, ...]:
    written = node.get(key) if isinstance(node, Mapping) else None
    read = [written.text] if isinstance(written, Scalar) and is_name(written.text) else []
    return tuple(dict.fromkeys([*read, *stated(text, key)]))
