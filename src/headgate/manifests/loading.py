"""A project from its files: all of them are read, and a manifest that does not load is reported beside those that do.

Nothing is contacted, and a manifest that cannot be read is never a job that is not there: it is in `Project.broken`,
with the names it states, and no job of such a name is in `Project.jobs`. Only a headgate.yaml that is wrong itself
ends it all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from headgate.errors import ManifestError, Mistake
from headgate.manifests import files
from headgate.manifests.broken_documents import broken, documents_of, line_range, within
from headgate.manifests.files import Missing, Refused, Repository
from headgate.manifests.forms import ProviderForm
from headgate.manifests.jobs import Draft, Ground, draft
from headgate.manifests.placeholders import Variables
from headgate.manifests.project_checks import relate
from headgate.manifests.project_file import project_file
from headgate.manifests.source_file import Page
from headgate.manifests.validation_errors import Report
from headgate.manifests.yaml_reading import read
from headgate.manifests.yaml_tree import Finding, Node, Scalar, Tree
from headgate.model.broken_manifests import BrokenManifest
from headgate.model.project import Project
from headgate.model.spec import JobSpec
from headgate.model.warnings import ProjectWarning, grouped

STORE_VARIABLE = "HEADGATE_STORE"
_TOP = Finding(1, 1, "")


def load(
    file: Path,
    *,
    forms: Mapping[str, ProviderForm],
    environment: str = "",
    environ: Mapping[str, str],
    new: bool = False,
    secrets: bool = True,
) -> Project:
    """The project of a headgate.yaml. Raises `ManifestError`, with all mistakes of all files, where that file is wrong.

    `new`: the folders of its manifests need not be there yet. Nobody who stops jobs may ask for that.
    `forms` are the providers there are, `environ` the variables that `${env:NAME}` may ask for; `HEADGATE_STORE` in
    it takes the place of `store:`. Without `secrets` those variables need not be set: nothing may be applied then.
    """
    path = files.absolute(file)
    loader = _Loader(Repository(path.parent), Variables(environ, Report(), required=secrets), new=new)
    page = loader.project(path)
    written = project_file(page, forms, environment, store=environ.get(STORE_VARIABLE, ""))
    documents = list(loader.documents(page, written.jobs, written.ground))
    relate([one.draft for one in documents if one.draft], complete=loader.complete)
    if page.report.mistakes:
        raise ManifestError(_all_mistakes(page.report, documents))
    jobs, broken = _apart(documents, written.ground.values)
    return Project(
        name=written.name,
        root=loader.repository.root,
        file=path,
        jobs={spec.name: spec for spec in sorted(jobs, key=lambda spec: spec.name)},
        targets=written.targets,
        store=written.store,
        safety=written.safety,
        environment=environment,
        empty=tuple(loader.empty),
        environments=written.environments,
        warnings=(*written.warnings, *_warnings(page.report, documents)),
        broken=broken,
        unset=tuple(sorted(page.variables.unset)),
    )


@dataclass(frozen=True, slots=True)
class _Document:
    """One manifest, and what was reported of it. No `draft`: it could not be read, or it is a place without a text."""

    report: Report
    variables: Variables
    text: str = ""
    node: Node | None = None
    draft: Draft | None = None

    @property
    def spec(self) -> JobSpec | None:
        """The job, if nothing is wrong with it."""
        return self.draft.spec if self.draft and not self.report.mistakes else None

    def broken(self, values: Mapping[str, str]) -> BrokenManifest:
        """The same as data; `values` are those that every job may use."""
        target = self.draft.target if self.draft else ""
        return broken(self.report, self.text, self.node, target, {**values, **self.variables.asked})


def _all_mistakes(first: Report, documents: Iterable[_Document]) -> tuple[Mistake, ...]:
    """Those of headgate.yaml, then those of the manifests in the order they were read."""
    report = Report()
    report.include(first)
    for one in documents:
        report.include(one.report)
    return report.mistakes


def _warnings(first: Report, documents: Iterable[_Document]) -> tuple[ProjectWarning, ...]:
    """What a person should know of headgate.yaml and of the manifests, in the order they were read.

    What stands in the defaults is one warning about all jobs that have it.
    """
    found: dict[tuple[str, str], list[ProjectWarning]] = {}
    for warning in (*first.warnings, *(warning for one in documents for warning in one.report.warnings)):
        found.setdefault((warning.where, warning.problem), []).append(warning)
    return tuple(one for same in found.values() for one in grouped(same))


def _apart(
    documents: Iterable[_Document], values: Mapping[str, str]
) -> tuple[list[JobSpec], tuple[BrokenManifest, ...]]:
    """The jobs that may be acted on, and the manifests that do not load.

    A name that a broken manifest states too is no job's: which of the two is meant is not known. Neither may a job take
    over from one that a broken manifest states.
    """
    apart = [(one.spec, one) for one in documents]
    found = [one.broken(values) for spec, one in apart if spec is None]
    names = {name for one in found for name in one.names}
    stated = {name: one for one in found for name in (*one.names, *one.previous_names)}
    jobs = []
    for spec, one in apart:
        if spec is None or spec.name in names:
            continue
        if other := stated.get(spec.previous_name):
            found.append(replace(one.broken(values), mistakes=other.mistakes))
        else:
            jobs.append(spec)
    return jobs, tuple(found)


class _Loader:
    """One run. `complete` until a file is met whose jobs are not known; `empty` are entries without a manifest."""

    def __init__(self, repository: Repository, variables: Variables, *, new: bool) -> None:
        self.repository = repository
        self._variables = variables
        self._new = new
        self.complete = True
        self.empty: list[str] = []

    def project(self, path: Path) -> Page:
        """headgate.yaml, as read. Raises ManifestError where it cannot be."""
        report = Report()
        name = self.repository.name(path)
        try:
            tree = read(files.text(path))
        except Refused as refused:
            report.add(name, _place(refused), refused.problem, refused.hint)
            raise ManifestError(report.mistakes) from refused
        report.find(name, tree.findings)
        if not (tree.broken or tree.documents):
            report.add(name, _TOP, "the file is empty", "write at least `project: NAME` and `targets:` into it")
        if tree.broken or not tree.documents:
            raise ManifestError(report.mistakes)
        return Page(path, name, tree, self.repository, self._variables.reporting_to(report), report)

    def documents(self, project: Page, entries: tuple[Scalar, ...], ground: Ground) -> Iterator[_Document]:
        """Every manifest, files in order of their paths."""
        paths, unlisted = self._manifests(project, entries or (Scalar("jobs/", 1, 1),))
        for one in (*unlisted, *(one for path in paths for one in self._file(path, ground))):
            self.complete = self.complete and one.draft is not None and bool(one.draft.name)
            yield one

    def _file(self, path: Path, ground: Ground) -> Iterator[_Document]:
        name = self.repository.name(path)
        try:
            text = files.text(path)
        except Refused as refused:
            for part in documents_of(files.legible(path)) or [""]:
                yield self._unread(name, part, [replace(_place(refused), problem=refused.problem, hint=refused.hint)])
            return
        tree = read(text)
        if not tree.broken:
            yield from self._read(path, name, tree, ground)
            return
        parts = [(part, read(part)) for part in documents_of(text)]
        if not any(one.broken for _, one in parts):  # what is wrong is between them
            parts = [(text, tree)]
        for part, one in parts:
            if one.broken:
                yield self._unread(name, part, one.findings)
            elif one.documents:
                yield from self._read(path, name, one, ground)

    def _read(self, path: Path, name: str, tree: Tree, ground: Ground) -> Iterator[_Document]:
        """The manifests of a text that is YAML."""
        if not tree.documents:
            empty = Finding(1, 1, "the file is empty", "write a manifest into it, or delete it")
            yield self._unread(name, "", [*tree.findings, empty])
        for at, node in enumerate(tree.documents):
            first, after = line_range(tree.documents, at)
            report = Report()
            report.find(name, within(tree.findings, first, after))
            variables = self._variables.reporting_to(report)
            page = Page(path, name, tree, self.repository, variables, report)
            text = "\n".join(tree.lines[first - 1 : (after or len(tree.lines) + 1) - 1])
            yield _Document(report, variables, text, node, draft(page, node, ground))

    def _unread(self, name: str, text: str, findings: Iterable[Finding]) -> _Document:
        report = Report()
        report.find(name, findings)
        variables = self._variables.reporting_to(report)
        variables.mentioned(text)
        return _Document(report, variables, text)

    def _manifests(self, project: Page, entries: tuple[Scalar, ...]) -> tuple[list[Path], list[_Document]]:
        """The manifests there are, by name, and what of their places cannot be read."""
        found: dict[str, Path] = {}
        unlisted = []
        for entry in entries:
            try:
                paths, refusals = self.repository.manifests(entry.text)
            except Refused as refused:
                paths, refusals = [], []
                if not (self._new and isinstance(refused, Missing)):
                    project.report.add(project.name, entry, f"`jobs`: {refused.problem}", refused.hint)
                    self.complete = False
            under = {os.path.realpath(path): path for path in paths}
            under.pop(os.path.realpath(project.path), None)
            found = under | found
            self.empty += [] if under else [entry.text]
            for refusal in refusals:
                problem = Finding(entry.line, entry.column, f"`jobs`: {refusal.problem}", refusal.hint)
                unlisted.append(self._unread(project.name, "", [problem]))
        return sorted(found.values(), key=self.repository.name), unlisted


def _place(refused: Refused) -> Finding:
    return Finding(refused.line, refused.column, "") if refused.line else _TOP
