"""Finds the adapter a target names; an adapter is imported only when a target uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from headgate.model.project import Target
from headgate.providers.port import Provider


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a provider's parts are: module:name of its target form, its options form and its opener."""

    target_form: str
    options_form: str
    opener: str

    def forms(self) -> tuple[Any, Any]:
        """The pydantic models of its `targets:` entry and of a manifest's `options:`."""
        return _load(self.target_form), _load(self.options_form)


_FLINK = "headgate.providers.flink"
PROVIDERS = {
    "flink": Entry(f"{_FLINK}.forms:FlinkTarget", f"{_FLINK}.forms:FlinkOptions", f"{_FLINK}.adapter:open_flink"),
    "alibaba-foas": Entry(
        *(f"headgate.providers.foas.{p}" for p in ("forms:FoasTarget", "forms:FoasOptions", "adapter:open_foas"))
    ),
    "dinky": Entry(
        *(f"headgate.providers.dinky.{p}" for p in ("forms:DinkyTarget", "forms:DinkyOptions", "adapter:open_dinky"))
    ),
    "huawei-cs": Entry(
        *(f"headgate.providers.cs.{p}" for p in ("forms:CsTarget", "forms:CsOptions", "opening:open_cs"))
    ),
    "huawei-dli": Entry(
        *(f"headgate.providers.dli.{p}" for p in ("forms:DliTarget", "forms:DliOptions", "adapter:open_dli"))
    ),
}


def open_provider(target: Target, *, project: str, cache: Path | None) -> Provider:
    """The adapter for a target; `cache` is a folder for facts that never change, None to keep none."""
    opener = cast(Callable[..., Provider], _load(PROVIDERS[target.provider].opener))
    return opener(target, project=project, cache=cache)


def _load(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
