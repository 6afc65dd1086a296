"""headgate.yaml: the base, and one environment merged over it if one is picked.

Mappings are merged key by key and everything else is replaced; a target whose provider differs is replaced whole,
because the settings of one platform mean nothing to another.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from headgate.errors import UsageError
from headgate.manifests import lookalikes
from headgate.manifests import targets as target_forms
from headgate.manifests.config_options import merged, settings
from headgate.manifests.forms import NAME, NAME_RULE, DefaultsForm, ProjectForm, ProviderForm, SafetyForm
from headgate.manifests.jobs import Ground
from headgate.manifests.placeholders import Concealed
from headgate.manifests.source_file import Page
from headgate.manifests.target_warnings import exposed
from headgate.manifests.validation_errors import suggestion
from headgate.manifests.yaml_scalars import found, plain, value
from headgate.manifests.yaml_tree import Mapping, Node, Scalar, Sequence
from headgate.model.project import Safety, Target
from headgate.model.secret import Secrets
from headgate.model.warnings import ProjectWarning

_NOTHING = Mapping({}, 1, 1)


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """What headgate.yaml says, with the environment that was picked. `jobs` are the entries as written, if any."""

    name: str
    jobs: tuple[Scalar, ...]
    targets: AbstractMapping[str, Target]
    store: str
    safety: Safety
    ground: Ground
    environments: tuple[str, ...]
    warnings: tuple[ProjectWarning, ...] = ()


def project_file(
    page: Page, forms: AbstractMapping[str, ProviderForm], environment: str, *, store: str = ""
) -> ProjectFile:
    """Read it. What is wrong is reported, and the rest returned, so that the manifests can be checked in the same run.

    `store`, where given, takes the place of the one in the file.
    """
    root = page.tree.documents[0]
    if not isinstance(root, Mapping):
        page.report.add(page.name, root, f"expected a mapping, found {found(root)}")
        root = _NOTHING
    environments = _mapping(root.get("environments"))
    picked = _picked(environments, environment)
    for key, overlay in _layers(root, environments):
        if not NAME.fullmatch(key.text):
            page.report.add(page.name, key, f"expected {NAME_RULE}, found `{key.text}`")
        target_forms.check(page, _child(overlay, "targets"), forms, base=_child(root, "targets"))
        page.variables.refuse(page.name, _without_placeholders(overlay))
        settings(page, _child(overlay, "defaults").get("config"), resolve=False)
    form = _form(page, root)
    whole = _overlaid(root, picked)
    targets, defaults = _child(whole, "targets"), _child(whole, "defaults")
    configured = target_forms.targets(page, targets, forms)
    for part in (targets, defaults.get("config"), whole.get("store")):
        page.report.warnings += lookalikes.in_values(page, part)
    safety = _safety(_child(whole, "safety"))
    return ProjectFile(
        name=form.project if form else "",
        jobs=_texts(root.get("jobs")),
        targets=configured,
        store=Concealed(store or _store(page, whole.get("store"))),
        safety=Safety(
            **{name: getattr(safety, name) for name in SafetyForm.model_fields if name != "prune"},
            prune=bool(safety.prune),
            delete=safety.prune == "delete",
        ),
        ground=Ground(
            targets={name: target_forms.provider_of(node) for name, (_, node) in targets.entries.items()},
            forms=forms,
            target=_default_target(page, defaults.get("target"), targets),
            parallelism=_parallelism(defaults),
            config=merged(
                settings(page, _child(root, "defaults").get("config")),
                settings(page, _child(picked, "defaults").get("config")),
            ),
        ),
        environments=tuple(environments.entries),
        warnings=tuple(exposed(page, targets, configured)),
    )


def _form(page: Page, root: Mapping) -> ProjectForm | None:
    data = plain(root)
    environments = data.get("environments")
    for part in (data, *(environments.values() if isinstance(environments, dict) else ())):
        defaults = part.get("defaults") if isinstance(part, dict) else None
        if isinstance(defaults, dict) and isinstance(defaults.get("config"), dict):
            defaults["config"] = {}
    try:
        return ProjectForm.model_validate(data)
    except ValidationError as error:
        page.report.refuse(page.name, root, error, ProjectForm)
        return None


def _picked(environments: Mapping, name: str) -> Mapping:
    if not name:
        return _NOTHING
    if name not in environments.entries:
        hint = suggestion(name, list(environments.entries), what="environments")
        raise UsageError(f"there is no environment `{name}`", hint=hint)
    return _child(environments, name)


def _layers(root: Mapping, environments: Mapping) -> Iterator[tuple[Scalar, Mapping]]:
    """The base and every environment, picked or not, with the name each was given."""
    yield Scalar("base", root.line, root.column), root
    for key, node in environments.entries.values():
        yield key, _mapping(node)


def _overlaid(base: Node, over: Node) -> Any:
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    entries = dict(base.entries)
    for name, (key, node) in over.entries.items():
        under = base.get(name)
        provider = target_forms.provider_of(node)
        if under is None or (provider and provider != target_forms.provider_of(under)):
            entries[name] = (key, node)
        else:
            entries[name] = (key, _overlaid(under, node))
    return Mapping(entries, base.line, base.column)


def _default_target(page: Page, written: Node | None, targets: Mapping) -> str:
    if not isinstance(written, Scalar) or not written.text or "${env:" in written.text:
        return ""
    if written.text not in targets.entries:
        hint = suggestion(written.text, list(targets.entries), what="targets")
        page.report.add(page.name, written, f"there is no target `{written.text}`", hint)
    return written.text


def _store(page: Page, written: Node | None) -> str:
    if not isinstance(written, Scalar) or not isinstance(value(written), str):
        return ""
    return Secrets(page.variables.used(page.name, page.tree, written)).fill(written.text)


def _parallelism(defaults: Mapping) -> int:
    try:
        part = {key: item for key, item in plain(defaults).items() if key == "parallelism"}
        return DefaultsForm.model_validate(part).parallelism
    except ValidationError:  # reported where it was written
        return 1


def _safety(written: Mapping) -> SafetyForm:
    try:
        return SafetyForm.model_validate(plain(written))
    except ValidationError:  # reported where it was written
        return SafetyForm()


def _without_placeholders(layer: Mapping) -> Iterator[Node]:
    for name, (_, node) in layer.entries.items():
        if name == "defaults":
            yield from (node for key, (_, node) in _mapping(node).entries.items() if key != "config")
        elif name not in ("targets", "store", "environments"):
            yield node
    for _, target in _child(layer, "targets").entries.values():
        yield from filter(None, [_mapping(target).get(target_forms.PROVIDER)])


def _texts(node: Node | None) -> tuple[Scalar, ...]:
    items = node.items if isinstance(node, Sequence) else []
    return tuple(item for item in items if isinstance(item, Scalar) and isinstance(value(item), str))


def _mapping(node: Node | None) -> Mapping:
    return node if isinstance(node, Mapping) else _NOTHING


def _child(node: Mapping, key: str) -> Mapping:
    return _mapping(node.get(key))
