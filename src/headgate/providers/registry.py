"""Finds the adapter a target names; an adapter is imported only when a target uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from headgate.model.project import Target
from headgate.providers.port import Capabilities, Provider


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a provider's parts are: module:name of its target form, its options form, its opener and its class."""

    target_form: str
    options_form: str
    opener: str
    adapter: str

    def forms(self) -> tuple[Any, Any]:
        """The pydantic models of its `targets:` entry and of a manifest's `options:`."""
        return _load(self.target_form), _load(self.options_form)

    def capabilities(self) -> Capabilities:
        """What its class says of every target of this provider, without one that is opened."""
        said: Capabilities = _load(self.adapter).capabilities
        return said


def _entry(package: str, *, adapter: str = "client:{}Client", opener: str = "client") -> Entry:
    """A provider whose platform keeps job definitions has a client of them, and others an adapter of their own."""
    inside, name = f"headgate.providers.{package}", package.capitalize()
    forms = f"{inside}.forms:{name}Target", f"{inside}.forms:{name}Options"
    return Entry(*forms, f"{inside}.{opener}:open_{package}", f"{inside}.{adapter.format(name)}")


PROVIDERS = {
    "flink": _entry("flink", adapter="adapter:{}Provider", opener="adapter"),
    "alibaba-foas": _entry("foas", opener="opening"),
    "dinky": _entry("dinky"),
    "huawei-cs": _entry("cs"),
    "huawei-dli": _entry("dli"),
}


def open_provider(target: Target, *, project: str, cache: Path | None) -> Provider:
    """The adapter for a target; `cache` is a folder for facts that never change, None to keep none."""
    opener = cast(Callable[..., Provider], _load(PROVIDERS[target.provider].opener))
    return opener(target, project=project, cache=cache)


def _load(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
