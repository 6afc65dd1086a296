"""`targets:` in headgate.yaml: each provider's own form, with the values of `${env:NAME}` in place."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from headgate.manifests.forms import NAME, NAME_RULE, ProviderForm
from headgate.manifests.source_file import Page
from headgate.manifests.validation_errors import suggestion
from headgate.manifests.yaml_scalars import found, plain, value
from headgate.manifests.yaml_tree import Mapping, Node, Scalar
from headgate.model.project import Target
from headgate.model.secret import Secrets

PROVIDER = "provider"
# Settings that name a file, of whichever provider.
_FILES = ("ca", "cert", "key")
# What a form calls the names of those of its settings that say which platform is meant.
_PLACE = "PLACE"


def targets(page: Page, written: Mapping, forms: AbstractMapping[str, ProviderForm]) -> dict[str, Target]:
    """Every target whose settings are right. What is wrong is reported; targets are checked by `check` first."""
    read: dict[str, Target] = {}
    there: dict[tuple[str, ...], str] = {}
    for name, (key, node) in written.entries.items():
        provider = provider_of(node)
        if provider not in forms or not isinstance(node, Mapping):
            continue
        values = page.variables.used(page.name, page.tree, node)
        secrets = Secrets(values)
        data = {key: part for key, part in plain(node).items() if key != PROVIDER}
        form = page.checked(node, secrets.fill_all(data), forms[provider].target, secrets)
        if not form:
            continue
        read[name] = Target(name, provider, _located(form, page.path.parent), secrets)
        place = _place(provider, form)
        if place and (other := there.setdefault(place, name)) != name:
            problem = f"target `{name}` is the same place as target `{other}`: every job there would be seen twice"
            page.report.add(page.name, key, problem, "keep one of them; jobs of both may name it")
    return read


def _place(provider: str, form: BaseModel) -> tuple[str, ...]:
    """Which platform a target is, by the settings that its form says are its place; empty where it says nothing."""
    names: tuple[str, ...] = getattr(form, _PLACE, ())
    return (provider, *(_as_address(getattr(form, name)) for name in names)) if names else ()


def _as_address(setting: object) -> str:
    """An address however it was written; any other setting as it is."""
    text = setting.get_secret_value() if isinstance(setting, SecretStr) else str(setting or "")
    if "://" not in text:
        return text
    parts = urlsplit(text)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _located(form: BaseModel, root: Path) -> BaseModel:
    """The form with the files it names taken from where headgate.yaml is, not from where somebody happens to be."""
    named = {key: getattr(form, key, None) for key in _FILES}
    return form.model_copy(update={key: str(root / value) for key, value in named.items() if value})


def check(page: Page, written: Mapping, forms: AbstractMapping[str, ProviderForm], base: Mapping) -> None:
    """Report names, providers and keys that cannot be, also in environments that are not picked."""
    for name, (key, node) in written.entries.items():
        if not NAME.fullmatch(name):
            page.report.add(page.name, key, f"expected {NAME_RULE}, found `{name}`")
        if not isinstance(node, Mapping):
            continue
        under = base.get(name)
        where = node if node.get(PROVIDER) or not isinstance(under, Mapping) else under
        provider = provider_of(where)
        chosen = node.get(PROVIDER) or key
        if not isinstance(where, Mapping) or not where.get(PROVIDER):
            page.report.add(page.name, key, f"target `{name}` has no `provider`", _providers(forms))
        elif not provider:
            page.report.add(page.name, chosen, f"expected text for `provider`, found {found(chosen)}")
        elif provider not in forms:
            hint = suggestion(provider, list(forms), what="providers")
            page.report.add(page.name, chosen, f"there is no provider `{provider}`", hint)
        else:
            fields = forms[provider].target.model_fields
            valid = tuple(field.alias or name for name, field in fields.items())
            gone: AbstractMapping[str, str] = getattr(forms[provider].target, "GONE", {})
            for setting, (at, _) in node.entries.items():
                if setting not in valid and setting != PROVIDER:
                    hint = gone.get(setting) or suggestion(setting, valid, what="valid keys")
                    page.report.add(page.name, at, f"unknown key `{setting}`", hint)


def provider_of(node: Node | None) -> str:
    """The provider a target names, or nothing."""
    written = node.get(PROVIDER) if isinstance(node, Mapping) else None
    return written.text if isinstance(written, Scalar) and isinstance(value(written), str) else ""


def _providers(forms: AbstractMapping[str, ProviderForm]) -> str:
    return f"providers: {', '.join(sorted(forms))}"
