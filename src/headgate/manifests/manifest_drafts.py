"""Manifests that are not written yet, read as the loader would read them: in their project, at their place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headgate.errors import ManifestError
from headgate.manifests import files, yaml_tree
from headgate.manifests.files import Refused, Repository, absolute
from headgate.manifests.forms import ProviderForm
from headgate.manifests.jobs import draft
from headgate.manifests.placeholders import Variables
from headgate.manifests.project_file import project_file
from headgate.manifests.secret_placeholders import Unwritable
from headgate.manifests.source_file import Page
from headgate.manifests.validation_errors import Report
from headgate.manifests.yaml_reading import read
from headgate.model.spec import JobSpec
from headgate.sql import Dialect

_DEFAULT_FOLDER = "jobs"
_NO_FOLDER = re.compile(r"[*?\[]|\.ya?ml\Z")


class Drafts:
    """Reads drafts for the project of a headgate.yaml that has been loaded, in the same environment."""

    def __init__(
        self, file: Path, *, forms: Mapping[str, ProviderForm], environment: str, environ: Mapping[str, str]
    ) -> None:
        self._environ = environ
        self.repository = Repository(absolute(file).parent)
        page = self._page(Path(file), files.text(file), Report(), environ)
        written = project_file(page, forms, environment)
        self._ground = written.ground
        self._entries = [entry.text for entry in written.jobs] or [_DEFAULT_FOLDER]

    @property
    def folder(self) -> Path:
        """Where new manifests go: the first folder that headgate.yaml names."""
        folders = (entry for entry in self._entries if not _NO_FOLDER.search(entry))
        return self.repository.path(self.repository.root, next(folders, _DEFAULT_FOLDER))

    def read(self, path: Path, text: str, job: str, values: Mapping[str, str]) -> JobSpec:
        """The job of this name in a file with this text. `values` are variables that will be set by then.

        Raises ManifestError with everything that is wrong with it, Unwritable where the job is not in it.
        """
        report = Report()
        page = self._page(path, text, report, {**self._environ, **values})
        report.find(page.name, page.tree.findings)
        drafts = (draft(page, node, self._ground) for node in page.tree.documents if _names(node, job))
        found = next(drafts, None)
        if report.mistakes:
            raise ManifestError(report.mistakes)
        if found is None or found.spec is None:
            raise Unwritable("it could not be read back")
        return found.spec

    def dialect(self, target: str, options: Mapping[str, Any]) -> Dialect:
        """The SQL that a target reads in a job with these options."""
        return self._ground.dialect(target, options)

    def covers(self, path: Path) -> bool:
        """Will the loader find this file, which is written by now?"""
        for entry in self._entries:
            try:
                if any(os.path.samefile(found, path) for found in self.repository.manifests(entry)[0]):  # noqa: PTH121
                    return True
            except Refused:
                continue
        return False

    def jar_beside(self, path: Path, uri: str) -> str:
        """A jar by its path in the repository, written as the manifest at `path` has to name it."""
        return Path(os.path.relpath(self.repository.boundary / uri, path.parent)).as_posix()

    def _page(self, path: Path, text: str, report: Report, environ: Mapping[str, str]) -> Page:
        variables = Variables(environ, report)
        return Page(path, self.repository.name(path), read(text), self.repository, variables, report)


def _names(node: yaml_tree.Node, job: str) -> bool:
    name = node.get("name") if isinstance(node, yaml_tree.Mapping) else None
    return isinstance(name, yaml_tree.Scalar) and name.text == job
