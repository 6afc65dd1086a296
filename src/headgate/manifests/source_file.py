"""One file being read, and what reading it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from headgate.manifests.files import Repository
from headgate.manifests.placeholders import Variables
from headgate.manifests.validation_errors import Report
from headgate.manifests.yaml_tree import Node, Tree
from headgate.model.secret import Secrets


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the project: `name` is how messages call it, `yaml_tree` what it says."""

    path: Path
    name: str
    tree: Tree
    repository: Repository
    variables: Variables
    report: Report

    def checked(
        self, node: Node, data: object, form: type[BaseModel], secrets: Secrets | None = None
    ) -> BaseModel | None:
        """The data of a node in a provider's form; None where it does not fit, which is reported.

        Read as JSON: strict about types, and yet a list may become a tuple and a text an enum.
        """
        try:
            return form.model_validate_json(json.dumps(data), strict=True)
        except ValidationError as error:
            self.report.refuse(self.name, node, error, form, secrets=secrets)
            return None
