"""`config:` to Flink options: nested mappings joined with dots, every value as the text Flink reads.

A number keeps the digits it was written with (`1.10` is not `1.1`). Keys that no Flink knows are passed on, because
connectors have their own; only what is surely wrong is refused.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field

from headgate.manifests.placeholders import OPENING
from headgate.manifests.source_file import Page
from headgate.manifests.validation_errors import nearest
from headgate.manifests.yaml_scalars import found, value
from headgate.manifests.yaml_tree import Mapping, Node, Scalar
from headgate.model.configuration import current_key, expected, options

_CHECKED_PREFIXES = ("execution.", "table.", "pipeline.", "state.", "restart-strategy.")
_ALIKE = 0.9
_SLIPS = 2
_RESTORE = "use `savepoint: {strategy: path, path: ...}`"
_CONSENT = "use `savepoint: {accept: [...]}`, which names what may be lost"
RESERVED = {
    "pipeline.name": "it is the `name` of the job",
    "pipeline.global-job-parameters": "headgate keeps the marker and the manifest of the job there",
    "parallelism.default": "use `parallelism`",
    "execution.savepoint.path": _RESTORE,
    "execution.state-recovery.path": _RESTORE,
    "execution.savepoint.ignore-unclaimed-state": _CONSENT,
    "execution.state-recovery.ignore-unclaimed-state": _CONSENT,
    "execution.attached": "headgate never waits for a job to end",
    "execution.shutdown-on-attached-exit": "headgate never waits for a job to end",
    "execution.target": "use `target`",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One option, where it was written, and the environment variables it uses."""

    text: str
    key: Scalar
    value: Scalar
    variables: AbstractMapping[str, str] = field(repr=False)
    file: str = ""

    @property
    def where(self) -> str:
        """The place of its key, for messages."""
        return f"{self.file}:{self.key.line}:{self.key.column}"


def settings(page: Page, node: Node | None, *, resolve: bool = True) -> dict[str, Setting]:
    """The options under a `config:`. What is wrong with them is reported; missing variables only with `resolve`."""
    read: dict[str, Setting] = {}
    written_as: dict[str, str] = {}
    if not isinstance(node, Mapping):
        return read
    for full, key, child in _leaves("", node):
        if not isinstance(child, Scalar) or value(child) is None:
            problem = f"expected text, a number, true or false for `{full}`, found {found(child)}"
            page.report.add(page.name, child, problem, "write a list as a;b;c" if found(child) == "a list" else "")
        elif same := written_as.get(current_key(full)):
            problem = f"`{full}` is the same option as `{same}`" if same != full else f"duplicate key `{full}`"
            first = read[same].key
            hint = f"it was first written on line {first.line}, column {first.column}"
            page.report.add(page.name, key, problem, hint)
        else:
            written_as[current_key(full)] = full
            variables = page.variables.used(page.name, page.tree, child) if resolve else {}
            read[full] = Setting(_text(child), key, child, variables, page.name)
            _check(page, full, read[full])
    return read


def _leaves(prefix: str, mapping: Mapping) -> Iterator[tuple[str, Scalar, Node]]:
    """Every option in file order, its name joined with dots; reading has bounded the nesting."""
    for name, (key, child) in mapping.entries.items():
        if isinstance(child, Mapping) and child.entries:
            yield from _leaves(f"{prefix}{name}.", child)
        else:
            yield f"{prefix}{name}", key, child


def merged(under: AbstractMapping[str, Setting], over: AbstractMapping[str, Setting]) -> dict[str, Setting]:
    """Options over other options; an old and a new name of one option are the same option."""
    names = {current_key(key) for key in over}
    return {key: setting for key, setting in under.items() if current_key(key) not in names} | dict(over)


def _text(scalar: Scalar) -> str:
    match value(scalar):
        case bool() as flag:
            return "true" if flag else "false"
        case int() as number:
            return str(number)
        case _:
            return scalar.text


@functools.lru_cache(maxsize=4096)
def _meant(key: str) -> str:
    """The option a key surely is a slip of: like it, and no more than two characters away."""
    near = nearest(key, options(), cutoff=_ALIKE)
    edits = difflib.SequenceMatcher(None, key, near, autojunk=False).get_opcodes() if near else ()
    slips = sum(max(end - start, last - first) for tag, start, end, first, last in edits if tag != "equal")
    return near if slips <= _SLIPS else ""


def _check(page: Page, key: str, setting: Setting) -> None:
    if why := RESERVED.get(key):
        page.report.add(page.name, setting.key, f"`{key}` is set by headgate", why)
        return
    current = current_key(key)
    option = options().get(current)
    if option is None:
        if key.startswith(_CHECKED_PREFIXES) and (near := _meant(key)):
            page.report.add(page.name, setting.key, f"unknown option `{key}`", f"did you mean `{near}`?")
        return
    if OPENING in setting.text:
        return
    if wanted := expected(current, setting.text):
        page.report.add(page.name, setting.value, f"expected {wanted} for `{key}`, found {found(setting.value)}")
