"""What only all manifests together can tell: names used twice, names nobody has, and circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from headgate.manifests import yaml_tree
from headgate.manifests.jobs import Draft
from headgate.manifests.validation_errors import suggestion
from headgate.manifests.yaml_scalars import value
from headgate.manifests.yaml_tree import Scalar


def relate(drafts: Sequence[Draft], *, complete: bool) -> None:
    """Report what is wrong between the manifests. Unless all could be read, an unknown name proves nothing."""
    by_name: dict[str, Draft] = {}
    for draft in drafts:
        first = by_name.setdefault(draft.name, draft) if draft.name else draft
        if first is not draft:
            at = first.node.get("name") or first.node
            draft.page.report.add(
                draft.page.name,
                draft.node.get("name") or draft.node,
                f"there are two jobs named `{draft.name}`",
                f"the other is at {first.page.name}:{at.line}:{at.column}",
            )
    _previous_names(drafts, by_name)
    for draft in drafts:
        for item in _items(draft, "depends_on"):
            if item.text == draft.name:
                draft.page.report.add(draft.page.name, item, f"`{draft.name}` depends on itself", "remove it")
            elif item.text not in by_name and complete:
                hint = suggestion(item.text, list(by_name), what="jobs")
                draft.page.report.add(draft.page.name, item, f"there is no job `{item.text}`", hint)
    graph = {
        name: [item.text for item in _items(draft, "depends_on") if item.text != name and item.text in by_name]
        for name, draft in by_name.items()
    }
    for circle in _circles(graph):
        draft = by_name[circle[0]]
        at = next(item for item in _items(draft, "depends_on") if item.text == circle[1])
        shown = " -> ".join((*circle, circle[0]))
        draft.page.report.add(draft.page.name, at, f"jobs depend on each other in a circle: {shown}")


def _previous_names(drafts: Iterable[Draft], by_name: Mapping[str, Draft]) -> None:
    claimed: dict[str, Draft] = {}
    for draft in drafts:
        written = draft.node.get("previous_name")
        if not isinstance(written, Scalar) or not isinstance(value(written), str):
            continue
        report, file = draft.page.report, draft.page.name
        if other := by_name.get(written.text):
            where = f"{other.page.name}:{other.node.line}:{other.node.column}"
            problem = f"`previous_name`: there still is a job `{written.text}`"
            report.add(file, written, problem, f"a renamed job has left git; that one is at {where}")
        elif (first := claimed.setdefault(written.text, draft)) is not draft:
            problem = f"`previous_name`: `{first.name}` also takes over from `{written.text}`"
            report.add(file, written, problem, "the state of a job goes to one job")


def _items(draft: Draft, key: str) -> list[Scalar]:
    listed = draft.node.get(key)
    if not isinstance(listed, yaml_tree.Sequence):
        return []
    return [item for item in listed.items if isinstance(item, Scalar) and isinstance(value(item), str)]


def _circles(graph: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Circles in a graph, one for each edge that closes one; walked without recursion."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in graph:
        if start in done:
            continue
        path, on_path = [start], {start}
        waiting = [iter(graph[start])]
        while waiting:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                on_path.discard(path[-1])
                done.add(path.pop())
            elif following in on_path:
                found.append(path[path.index(following) :])
            elif following not in done:
                path.append(following)
                on_path.add(following)
                waiting.append(iter(graph[following]))
    return found
