"""A project from its files: all of them are read, and only a project without a mistake is returned.

Nothing is contacted, and a manifest that cannot be read is never a job that is not there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from headgate.errors import ManifestError
from headgate.manifests import files
from headgate.manifests.files import Missing, Refused, Repository
from headgate.manifests.forms import ProviderForm
from headgate.manifests.jobs import Draft, Ground, draft
from headgate.manifests.mistakes import Report
from headgate.manifests.page import Page
from headgate.manifests.placeholders import Variables
from headgate.manifests.project_file import project_file
from headgate.manifests.reading import read
from headgate.manifests.relations import relate
from headgate.manifests.tree import Finding, Scalar
from headgate.model.project import Project

STORE_VARIABLE = "HEADGATE_STORE"
_TOP = Finding(1, 1, "")


def load(
    file: Path,
    *,
    forms: Mapping[str, ProviderForm],
    environment: str = "",
    environ: Mapping[str, str],
    new: bool = False,
) -> Project:
    """The project of a headgate.yaml. Raises `ManifestError` with all mistakes of all files.

    `new`: the folders of its manifests need not be there yet. Nobody who stops jobs may ask for that.
    `forms` are the providers there are, `environ` the variables that `${env:NAME}` may ask for; `HEADGATE_STORE` in
    it takes the place of `store:`.
    """
    path = files.absolute(file)
    loader = _Loader(Repository(path.parent), environ, new=new)
    page = loader.page(path, empty="write at least `project: NAME` and `targets:` into it")
    if page is None or page.tree.broken:
        raise ManifestError(loader.report.mistakes)
    written = project_file(page, forms, environment, store=environ.get(STORE_VARIABLE, ""))
    drafts = list(loader.drafts(page, written.jobs, written.ground))
    relate(drafts, complete=loader.complete)
    if loader.report.mistakes:
        raise ManifestError(loader.report.mistakes)
    return Project(
        name=written.name,
        root=loader.repository.root,
        file=path,
        jobs={found.name: found.spec for found in sorted(drafts, key=_by_name) if found.spec},
        targets=written.targets,
        store=written.store,
        safety=written.safety,
        environment=environment,
        empty=tuple(loader.empty),
        environments=written.environments,
        warnings=written.warnings,
    )


def _by_name(found: Draft) -> str:
    return found.name


class _Loader:
    """One run. `complete` until a file is met whose jobs are not known; `empty` are entries without a manifest."""

    def __init__(self, repository: Repository, environ: Mapping[str, str], *, new: bool) -> None:
        self.repository = repository
        self._new = new
        self.report = Report()
        self.complete = True
        self.empty: list[str] = []
        self._variables = Variables(environ, self.report)

    def page(self, path: Path, *, empty: str = "write a manifest into it, or delete it") -> Page | None:
        """A file as read, with at least one document; None if it is not readable at all. `empty`: what helps then."""
        name = self.repository.name(path)
        try:
            tree = read(files.text(path))
        except Refused as refused:
            at = Finding(refused.line, refused.column, "") if refused.line else _TOP
            self.report.add(name, at, refused.problem, refused.hint)
            self.complete = False
            return None
        self.report.find(name, tree.findings)
        if tree.broken:
            self.complete = False
        elif not tree.documents:
            self.report.add(name, _TOP, "the file is empty", empty)
            self.complete = False
            return None
        return Page(path, name, tree, self.repository, self._variables, self.report)

    def drafts(self, project: Page, entries: tuple[Scalar, ...], ground: Ground) -> Iterator[Draft]:
        """Every job of every manifest, files in order of their paths."""
        written = entries or (Scalar("jobs/", 1, 1),)
        for path in self._manifests(project, written):
            page = self.page(path)
            if page is None:
                continue
            for node in page.tree.documents:
                if (made := draft(page, node, ground)) is not None:
                    yield made
                    self.complete = self.complete and bool(made.name)
                else:
                    self.complete = False

    def _manifests(self, project: Page, entries: tuple[Scalar, ...]) -> list[Path]:
        found: dict[str, Path] = {}
        for entry in entries:
            try:
                paths, refusals = self.repository.manifests(entry.text)
            except Refused as refused:
                paths, refusals = [], [] if self._new and isinstance(refused, Missing) else [refused]
            under = {os.path.realpath(path): path for path in paths}
            under.pop(os.path.realpath(project.path), None)
            found = under | found
            self.empty += [] if under else [entry.text]
            for refusal in refusals:
                self.report.add(project.name, entry, f"`jobs`: {refusal.problem}", refusal.hint)
                self.complete = False
        return sorted(found.values(), key=self.repository.name)
