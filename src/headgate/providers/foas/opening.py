"""Opens a target of this provider: its credentials, its address, and the project that its settings name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from headgate.model.project import Target
from headgate.model.secret import Secrets
from headgate.providers.definitions.provider import DefinitionProvider
from headgate.providers.foas.client import FoasClient
from headgate.providers.foas.credentials import HOW, credentials
from headgate.providers.foas.endpoints import endpoint
from headgate.providers.foas.forms import FoasTarget
from headgate.providers.foas.project_calls import ProjectCalls
from headgate.providers.foas.refused_requests import judge
from headgate.providers.foas.signing import Signing
from headgate.providers.foas.spec import Place
from headgate.providers.http import Api


def open_foas(target: Target, *, project: str, cache: Path | None) -> DefinitionProvider:
    """A provider for a `targets:` entry with `provider: alibaba-foas`. Raises `Unauthorised` without credentials."""
    return opened(target, os.environ, project=project)


def opened(target: Target, environ: Mapping[str, str], *, project: str) -> DefinitionProvider:
    """As `open_foas`, with the variables to use."""
    form: FoasTarget = target.settings
    known = credentials(form, environ, where=target.name)
    api = Api.of(
        target,
        form.endpoint or endpoint(form.region),
        secrets=Secrets({**known.secrets(), **target.secrets.values}),
        sign=Signing(known),
        judge=judge,
        credentials=HOW,
    )
    calls = ProjectCalls(api, form.project, region=form.region, json_bodies=form.body == "json")
    client = FoasClient(target.name, calls, place=Place(form.cluster_id, form.queue_name), poll=form.poll_interval)
    return DefinitionProvider(client, project=project)
