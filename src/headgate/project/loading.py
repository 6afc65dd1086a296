"""headgate.yaml and every manifest, read offline with the forms of the providers that its targets name."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from headgate import manifests
from headgate.manifests.commit import Checkout, checkout_of
from headgate.model.project import Project, Target
from headgate.providers.dialects import dialect_of
from headgate.providers.registry import PROVIDERS


def load(
    start: Path | None = None,
    *,
    file: Path | None = None,
    environment: str = "",
    environ: Mapping[str, str] | None = None,
    new: bool = False,
    secrets: bool = True,
) -> Project:
    """Read every manifest, offline; `new`: their folders need not be there yet.

    Manifests that do not load are in `Project.broken`. Without `secrets` the variables that the files ask for need not
    be set, and nothing may be applied. Raises ManifestError with all mistakes where headgate.yaml itself is wrong,
    ProjectNotFound without one.
    """
    return manifests.load(
        project_file(file, start),
        forms=Forms(),
        environment=environment,
        environ=os.environ if environ is None else environ,
        new=new,
        secrets=secrets,
    )


def project_file(file: Path | None = None, start: Path | None = None) -> Path:
    """The headgate.yaml that was named, else the one at or above `start`. Raises ProjectNotFound."""
    return manifests.absolute(manifests.named_project(file) if file else manifests.find_project(start or Path()))


def at_its_commit(project: Project) -> tuple[Project, Checkout]:
    """The project with what git says of it; where git does not say, that is one of its warnings."""
    git = checkout_of(project.root)
    return replace(project, warnings=(*project.warnings, *git.warnings)), git


def drafts(project: Project, environ: Mapping[str, str]) -> manifests.Drafts:
    """Reads manifests that are not written yet as those of this project are read."""
    return manifests.Drafts(project.file, forms=Forms(), environment=project.environment, environ=environ)


def schemas() -> dict[str, Any]:
    """The JSON Schemas of headgate.yaml (`project`) and of a job manifest (`job`), for editors."""
    return manifests.schemas(Forms())


class Forms(Mapping[str, manifests.ProviderForm]):
    """The forms of all providers by name; those of one are imported when they are asked for."""

    def __getitem__(self, name: str) -> manifests.ProviderForm:
        return manifests.ProviderForm(*PROVIDERS[name].forms(), functools.partial(dialect_of, name))

    def __iter__(self) -> Iterator[str]:
        return iter(PROVIDERS)

    def __len__(self) -> int:
        return len(PROVIDERS)


def at_home(target: Target, folder: Path) -> Target:
    """A Flink target without a url is the one that `headgate local up` started for this project."""
    if target.provider != "flink" or target.settings.url is not None:
        return target
    from headgate import local

    here = local.status(folder)
    url = here.url if here and here.alive else None
    return replace(target, settings=target.settings.model_copy(update={"url": url}))
