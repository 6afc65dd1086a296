"""headgate.yaml and every manifest, read offline with the forms of all providers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headgate import manifests
from headgate.model.project import Project
from headgate.providers.registry import PROVIDERS


def load(
    start: Path | None = None,
    *,
    file: Path | None = None,
    environment: str = "",
    environ: Mapping[str, str] | None = None,
) -> Project:
    """Read every manifest, offline. Raises ManifestError with all mistakes, ProjectNotFound without a headgate.yaml."""
    found = file or manifests.find_project(start or Path.cwd())
    return manifests.load(
        found, forms=_forms(), environment=environment, environ=os.environ if environ is None else environ
    )


def schemas() -> dict[str, Any]:
    """The JSON Schemas of headgate.yaml (`project`) and of a job manifest (`job`), for editors."""
    return manifests.schemas(_forms())


def _forms() -> dict[str, manifests.ProviderForm]:
    return {name: manifests.ProviderForm(*entry.forms()) for name, entry in PROVIDERS.items()}
